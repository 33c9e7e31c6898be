"""Writing the small result files that are kept with the project, whole or not at all, with their checksums."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from analysis.sources.checksums import LISTING, listed_checksums
from analysis.sources.hashing import sha256_of


def keep(frame: pd.DataFrame, file: Path, decimals: int) -> None:
    """Write a table as CSV, rounded, and its checksum into `SHA256SUMS` beside it; other lines of that list stay.

    The table appears under its name when it is complete: an interrupted run leaves what was there before.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    _replace(file, frame.round(decimals).to_csv(index=False, lineterminator="\n"))
    sums = listed_checksums(file.parent) | {file.name: sha256_of(file)}
    _replace(file.parent / LISTING, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))


def _replace(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, file)
