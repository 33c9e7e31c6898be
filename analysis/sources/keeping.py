"""Writing the small result files that are kept with the project, whole or not at all, with their checksums."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pandas as pd

from analysis.sources.checksums import LISTING, listed_checksums


def keep(frame: pd.DataFrame, file: Path, decimals: int) -> None:
    """Write a table as CSV, rounded, and its checksum into `SHA256SUMS` beside it; other lines of that list stay.

    Both are written out beside their names first and put in place when both are whole: a run that fails or is stopped
    while writing leaves what was there before, and no half file. Between the two renames a stop can leave the new table
    with the old checksum; the table is then refused when it is read, and a second run mends it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    text = frame.round(decimals).to_csv(index=False, lineterminator="\n")
    sums = listed_checksums(file.parent) | {file.name: hashlib.sha256(text.encode()).hexdigest()}
    listing = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    parts = {place.with_name(f"{place.name}.part"): (place, content)
             for place, content in ((file, text), (file.parent / LISTING, listing))}
    try:
        for part, (_, content) in parts.items():
            part.write_text(content, encoding="utf-8", newline="\n")
        for part, (place, _) in parts.items():
            os.replace(part, place)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
