"""Do files agree with the checksums that came with them (`SHA256SUMS` in their folder)?

Only a checksum shows that a file of records was cut off between two lines: each line that is left is whole.
"""

from __future__ import annotations

import re
from pathlib import Path

from analysis.errors import DataError
from analysis.sources.hashing import sha256_of
from analysis.sources.reading import read_utf8

LISTING = "SHA256SUMS"


def problems_of_checksums(folder: Path) -> list[str]:
    """One sentence for every listed file that differs; empty where there is no list, or no such file (not an error:
    a folder may hold a part of what was delivered)."""
    listed = listed_checksums(folder)
    return [str(problem) for name in listed if (problem := _problem(Path(folder) / name, listed[name]))]


def check_listed(file: Path) -> None:
    """`DataError` when the file's folder lists another checksum for it."""
    digest = listed_checksums(file.parent).get(file.name)
    problem = _problem(file, digest) if digest else None
    if problem:
        raise problem


def listed_checksums(folder: Path) -> dict[str, str]:
    """Checksums by file name from `SHA256SUMS`; `DataError` for a line that is none; empty where there is no list."""
    listing = Path(folder) / LISTING
    if not listing.is_file():
        return {}
    found = {}
    for number, line in enumerate(read_utf8(listing).splitlines(), start=1):
        if line.strip():
            digest, _, name = line.strip().partition(" ")
            if not re.fullmatch(r"[0-9a-fA-F]{64}", digest) or not name.strip():
                raise DataError("the line is no checksum", file=LISTING, row=number, value=line,
                                expected="a SHA-256 in hexadecimal, two blanks and a file name")
            found[name.strip().lstrip("*").removeprefix("./")] = digest.lower()
    return found


def _problem(file, digest) -> DataError | None:
    found = sha256_of(file) if file.is_file() else digest
    if found == digest:
        return None
    return DataError(f"file {file.name} differs from {LISTING}: half-copied or changed since?", value=found,
                     expected=digest)
