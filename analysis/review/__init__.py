"""For reviewers: from any number to its proof, and back from a data set to the sentences it supports.

Stands on `publish` and knows nothing of strands: it reads bundles, the ledger, chapters' sources and tests' sources.
"""
