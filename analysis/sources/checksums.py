"""Do public files agree with the checksums that came with them (`SHA256SUMS` in their folder)?"""

from __future__ import annotations

from pathlib import Path

from analysis.sources.hashing import sha256_of


def problems_of_checksums(folder: Path) -> list[str]:
    """One sentence for every listed file that is missing or differs; empty where there is no list."""
    listing = Path(folder) / "SHA256SUMS"
    if not listing.is_file():
        return []
    problems = []
    for line in listing.read_text(encoding="utf-8").splitlines():
        if line.strip():
            digest, name = line.split(maxsplit=1)
            problems += _problem(Path(folder) / name.lstrip("*"), digest)
    return problems


def _problem(file, digest):
    if not file.is_file():
        return []
    found = sha256_of(file)
    return [] if found == digest else [f"file {file.name} differs from SHA256SUMS; found {found}; expected {digest}"]
