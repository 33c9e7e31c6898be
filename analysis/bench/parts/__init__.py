"""The measured parts, each run alone in a fresh process: `prepare` the data, `run` the work. Parts of other packages
import nothing of the project, so that they run where only that package is installed."""
