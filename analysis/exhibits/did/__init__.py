"""Exhibits of the difference-in-differences, by page: what the chapter shows, what its appendix shows."""
