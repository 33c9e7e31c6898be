"""Parts of the national data bundle: words, figures and tables."""
