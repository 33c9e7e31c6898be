"""Parts of what the examination of assessments publishes."""
