"""Large files read piece by piece, as strictly as in memory, and kept for a while as a store divided by a column.

`divided` is the way in: it reads the files of some datasets in bounded pieces on several processes, checks them like
`analysis.sources.loading` (the same errors in the same words, with line numbers of the whole file) and lends a `Store`
from which each part, such as the rows of one authority, can be loaded alone.
"""

from analysis.sources.streaming.dividing import CHUNK_BYTES, Division, divided
from analysis.sources.streaming.store import PLACE, Store, Stored
from analysis.sources.streaming.workers import workers

__all__ = ["CHUNK_BYTES", "Division", "PLACE", "Store", "Stored", "divided", "workers"]
