"""A file of primary data as delivered, whatever its format: its cells as text, and what it says of its own values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.sources.reading import read_text_table
from analysis.sources.schema import Table


@dataclass(frozen=True)
class Delivered:
    """Cells as text, blank where missing; index = row of a sheet, line of a CSV, case of an SPSS file.

    `header_row`: where the names stand (None in an SPSS file); `sheet`: name of the sheet read; by column,
    `value_labels`: label of each code as the file has it, `missing`: tests of what the file declares missing.
    """

    frame: pd.DataFrame
    header_row: int | None = 1
    sheet: str = ""
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, tuple[Callable[[str], bool], ...]] = field(default_factory=dict)


def read_delivered(path: Path, table: Table) -> Delivered:
    """A `.sav`, `.xlsx` or CSV file; `DataError` on one that is damaged, encrypted or ambiguous."""
    if path.suffix == ".sav":
        from analysis.sources.spss import read_sav  # imported where it is needed: most files are CSV

        return read_sav(path)
    if path.suffix == ".xlsx":
        from analysis.sources.spreadsheet import read_xlsx

        return read_xlsx(path, table)
    return Delivered(read_text_table(path))
