"""Parts of what the staff survey publishes."""
