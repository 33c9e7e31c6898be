"""The spreadsheet of tables: sheets, numbers, symbols, the same bytes again, nothing half written."""

from __future__ import annotations

import re
import zipfile

import pytest

from analysis.errors import DesignError
from analysis.publish.columns import estimate, label, text_column
from analysis.publish.exhibits import Cell, Exhibit
from analysis.publish.findings import Origin, Source
from analysis.publish.workbook import write_workbook

COLUMNS = (label("name", "Indicator"), estimate("value", "Effect", decimals=1), estimate("again", "Effect", decimals=1),
           text_column("said", "Said"))
ROWS = ((Cell("Plans", "Plans"), Cell("-1.2", "-1.23456"), Cell("[c]", "c"), Cell("", "")),
        (Cell("Care", "Care"), Cell("3.0", "3.0"), Cell("4.5", "4.5"), Cell("-", "-")))


def exhibit(id="tbl-national-effects"):
    return Exhibit(id, "table", "Effects of two", "Effect of being a pilot", "Table of two.", "A note of it.",
                   "synthetic",
                   ("synthetic",), COLUMNS, ROWS, ("synthetic",) * 2, ("c",), None,
                   Origin("f", "analysis/f.py", 1, ""), (Source("referrals", "Referrals", "synthetic", "0" * 64, ""),))


def texts(file):
    """Names of the sheets, and all strings and numbers of the workbook."""
    with zipfile.ZipFile(file) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        strings = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
        numbers = re.findall(r"<v>([^<]*)</v>", book.read("xl/worksheets/sheet4.xml").decode())
    return names, strings, numbers


def test_a_cover_contents_notes_and_a_sheet_for_each_table(tmp_path):
    file = tmp_path / "out.xlsx"
    write_workbook(file, "Outcomes", ["About it."], [exhibit(), exhibit("tbl-national-means")])
    names, strings, numbers = texts(file)
    assert names == ["Cover", "Contents", "Notes", "Table 1", "Table 2"]
    assert {"Outcomes", "About it.", "A note of it.", "Indicator", "Effect", "Effect (2)"} <= set(strings)
    assert any("synthetic" in text for text in strings)
    # Numbers are numbers with all their digits; a symbol stays one, with its meaning; nothing is an empty cell.
    assert "-1.23456" in numbers and {"[c]", "[z]", "symbol -"} <= set(strings)
    assert any(text.startswith("[c] suppressed") for text in strings) and "[z] not applicable" in strings


def test_the_same_tables_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, "Outcomes", [], [exhibit()])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_no_table_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(DesignError, match="no table"):
        write_workbook(tmp_path / "out.xlsx", "Outcomes", [], [])
    assert not list(tmp_path.iterdir())
