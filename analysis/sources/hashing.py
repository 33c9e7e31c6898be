"""SHA-256 of files, remembered by path, size and time of change so that large files are hashed once."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    facts = path.stat()
    return _sha256(str(path), facts.st_size, facts.st_mtime_ns)


def combined_hash(hashes) -> str:
    """One SHA-256 for a dataset: its file's own, or that of its files' hashes in order."""
    hashes = list(hashes)
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


@lru_cache(maxsize=4096)
def _sha256(path: str, _size: int, _changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
