"""Tables of the report as one spreadsheet that people with assistive technology can use: cover, contents, notes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import gptables
import pandas as pd

from analysis.errors import DesignError
from analysis.publish.columns import Column
from analysis.publish.exhibits import Exhibit
from analysis.publish.status import MEANING, SYMBOL_MEANING

BLANK = "[z]"
MADE = datetime(2026, 1, 1)     # the same bytes for the same tables: no time of writing in the file


def write_workbook(file: Path, title: str, about: Sequence[str], exhibits: Sequence[Exhibit]) -> None:
    """Write the tables of `exhibits` to an Excel file, one a sheet, by the guidance of the Government Analysis Function
    (package gptables): a cover, a table of contents, notes, and every symbol's meaning above its table.

    Numbers are numbers; where the publisher has a symbol the cell has it in brackets. The file appears whole or not at
    all. Raises `DesignError` when there is no table.
    """
    if not exhibits:
        raise DesignError(f"spreadsheet {file.name}: no table to write")
    sheets = {f"Table {k}": _sheet(exhibit, k) for k, exhibit in enumerate(exhibits, 1)}
    notes = pd.DataFrame({"Note number": [f"note_{k}" for k in range(1, len(exhibits) + 1)],
                          "Note text": [_note(exhibit) for exhibit in exhibits]}, dtype=object)
    status = {text for exhibit in exhibits for text in exhibit.statuses}
    cover = gptables.Cover(title=title, intro=[*about, *(f"Numbers marked {name}: {MEANING[name]}."
                                                         for name in MEANING if name in status)],
                           about=["Each table is also a CSV file beside the report's pages."], cover_label="Cover")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.xlsx")
    book = gptables.produce_workbook(str(part), sheets=sheets, cover=cover, notes_table=notes,
                                     contentsheet_label="Contents", auto_width=True)
    book.set_properties({"title": title, "created": MADE})
    book.close()
    part.replace(file)


def _sheet(exhibit: Exhibit, number: int) -> gptables.GPTable:
    frame = pd.DataFrame({_unique(column.label, [c.label for c in exhibit.columns[:k]]):
                          [_value(row[k], column.is_number) for row in exhibit.rows]
                          for k, column in enumerate(exhibit.columns)}, dtype=object)
    used = [symbol for symbol in SYMBOL_MEANING
            if symbol in exhibit.symbols or frame.isin([f"[{symbol}]"]).any(axis=None)]
    legend = [f"[{symbol}] {SYMBOL_MEANING[symbol]}" for symbol in used]
    return gptables.GPTable(
        table=frame, table_name=re.sub(r"\W", "_", exhibit.id), title=f"Table {number}: {exhibit.title} "
                                                                      f"$$note_{number}$$",
        subtitles=[exhibit.subtitle, f"Status: {', '.join(exhibit.statuses)}."], legend=legend,
        instructions="This worksheet contains one table. Its note is on the notes worksheet.", index_columns={2: 0},
        additional_formatting=[{"column": {"columns": [k], "format": {"num_format": _format(column)}}}
                               for k, column in enumerate(exhibit.columns) if column.is_number])


def _format(column: Column) -> str:
    """A number as people see it on the page; the cell holds all its digits."""
    return "#,##0" + (f".{'0' * column.decimals}" if column.decimals else "")


def _value(cell, number: bool):
    """The number behind a cell, or the words that stand for it: nothing at all is not applicable, and a mark without a
    letter, which a screen reader passes over, is called a symbol."""
    if number:
        try:
            return float(cell.value)
        except ValueError:
            pass
    text = cell.text or BLANK
    return text if any(letter.isalnum() for letter in text) else f"symbol {text}"


def _unique(label: str, before: Sequence[str]) -> str:
    return label if label not in before else f"{label} ({before.count(label) + 1})"


def _note(exhibit: Exhibit) -> str:
    return exhibit.note or exhibit.subtitle
