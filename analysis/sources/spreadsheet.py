"""Excel workbooks (`.xlsx`) as text: one sheet, its header in row 1.

Read with openpyxl (MIT), which is also what pandas reads them with; the cells are looked at one by one, because their
types tell what a table of values no longer does: a date or number that Excel holds as text, an error, a formula. A
sheet is read row by row and its text kept whole: 16,500 answers to the staff survey took 135 MB, as much as from CSV.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from analysis.errors import DataError
from analysis.sources.delivered import Delivered
from analysis.sources.guarded_archive import Limits, guarded
from analysis.sources.reading import empty_file, read_bytes
from analysis.sources.schema import NUMBER, ColumnSpec, Table
from analysis.sources.spss import as_text

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"     # the container of old .xls files and of encrypted .xlsx files
PACKAGE = "EncryptedPackage".encode("utf-16-le")
# What openpyxl raises, and what lies under it, when parts of a workbook are missing or not as they should be.
DAMAGE = (zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, ValueError, EOFError, IndexError,
          TypeError, AttributeError)
LIMITS = Limits(entries=10_000, entry_bytes=2**29, total_bytes=2**30, ratio=1_100)


def read_xlsx(path: Path, table: Table) -> Delivered:
    """The rows of the sheet to be read, numbered as in Excel, without blank ones.

    The sheet is the only one with content, or of several the one named as the file without `.xlsx`. `DataError` on a
    workbook that is damaged or has a password, on several sheets without that name, and at a cell that holds a formula,
    an error, or a date or number as text.
    """
    _refuse_foreign(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
        try:
            sheet = _sheet_of(book, path)
            header, rows = _header_and_rows(sheet, path.name, {spec.name: spec for spec in table.columns})
            title = sheet.title
        finally:
            book.close()
    except DataError:
        raise
    except DAMAGE as error:
        raise DataError("the file is no whole Excel workbook", file=path.name,
                        expected="a workbook as Excel saves it (.xlsx)") from error
    frame = pd.DataFrame(list(rows.values()), index=list(rows), columns=range(len(header)), dtype=str)
    return Delivered(frame.set_axis(header, axis=1), 1, title)


def _refuse_foreign(path) -> None:
    content = read_bytes(path)
    if not content:
        raise empty_file(path.name)
    if content.startswith(OLE):
        raise DataError("the file is encrypted" if PACKAGE in content else "the file is an old Excel file (.xls)",
                        file=path.name, expected="an .xlsx workbook without password: save it again so")
    with guarded(path, LIMITS):
        pass


def _sheet_of(book, path):
    """The sheet to be read."""
    filled = [sheet for sheet in book.worksheets if _has_content(sheet)]
    if not filled:
        raise empty_file(path.name)
    named = [sheet for sheet in filled if sheet.title == path.stem]
    if len(filled) > 1 and not named:
        raise DataError("the workbook has several sheets, and none is named as the file", file=path.name,
                        value=", ".join(sheet.title for sheet in filled),
                        expected=f"one sheet, or one of the name {path.stem!r}")
    return (named or filled)[0]


def _has_content(sheet) -> bool:
    sheet.reset_dimensions()       # what the file says of its size is often wrong
    return any(value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _header_and_rows(sheet, name, specs):
    """Names in row 1, and the text of each later row that is not blank, by row number; no column that is all blank."""
    texts = {}
    header: list[str] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = [_text_of(cell, name, number, header[place] if place < len(header) else "", specs)
               for place, cell in enumerate(cells)]
        while row and not row[-1].strip():
            row.pop()
        if number == 1:
            header = row
        elif row:
            texts[number] = row
    width = max([len(header), *(len(row) for row in texts.values())])
    padded = {number: row + [""] * (width - len(row)) for number, row in {0: header, **texts}.items()}
    used = [place for place in range(width) if any(row[place].strip() for row in padded.values())]
    rows = {number: [row[place] for place in used] for number, row in padded.items()}
    return rows.pop(0), rows


def _text_of(cell, file, row, column, specs) -> str:
    """A cell as text; `DataError` where its type is not what it shows."""
    value = cell.value
    if value is None:
        return ""
    place = {"file": file, "row": row, "column": column or cell.column_letter}
    if cell.data_type == "f":
        raise DataError("the cell holds a formula", **place, value=str(getattr(value, "text", value)),
                        expected="its value: copy, then paste as values")
    if cell.data_type == "e":
        raise DataError("the cell holds an error of Excel", **place, value=value, expected="a value or a blank cell")
    if isinstance(value, str):
        held = _held_as_text(value, specs.get(column))
        if held:
            raise DataError(f"a {held} stored as text", **place, value=value,
                            expected=f"a cell that Excel holds as a {held}")
        return value
    return str(value).upper() if isinstance(value, bool) else as_text(value)


def _held_as_text(value: str, spec: ColumnSpec | None) -> str:
    """ "date" or "number" where a text cell stands for one, else "".

    In a column of dates, text beside dates is what Excel could not read as one: the others may have day and month
    exchanged. So it is refused even where it can be read.
    """
    if spec is None or not value.strip():
        return ""
    if spec.kind == "date":
        return "date"
    numeric = re.fullmatch(NUMBER, value.strip()) is not None
    return "number" if numeric and spec.kind != "text" and value not in spec.allowed else ""
