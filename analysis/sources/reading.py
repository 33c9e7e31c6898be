"""Reading delivered files as text, strictly: what is ragged, cut off, empty or not UTF-8 is an error."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from analysis.errors import DataError


def read_text_table(path: Path) -> pd.DataFrame:
    """A CSV file as text: every cell a string, index = line number in the file (header is 1).

    Header names may repeat (the neighbours file does); the caller's schema renames or refuses them. Raises
    `DataError` on an empty file, a line with too few or too many fields, a last line without its end, or text that is
    not UTF-8.
    """
    content = read_utf8(path)
    if not content.strip():
        raise DataError("the file is empty", file=path.name, expected="a header and at least one row")
    if not content.endswith("\n"):
        last = content.count("\n") + 1
        raise DataError("the last line does not end: a half-copied file?", file=path.name, row=last,
                        expected="a line break at the end of the file")
    header = next(csv.reader(io.StringIO(content)))
    if '"' not in content:
        _check_plain(content, len(header), path.name)
        return _fast(content, header)
    return _exact(content, header, path.name)


def read_utf8(path: Path) -> str:
    """A file's text without its byte-order mark; `DataError` when it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DataError(f"the file is not UTF-8 text (byte {error.start})", file=path.name,
                        expected="UTF-8, with or without byte-order mark") from None



def _check_plain(content, width, name):
    for line, row in enumerate(content.split("\n")[:-1], start=1):
        if row and row.count(",") != width - 1:
            raise _ragged(name, line, row.count(",") + 1, width)


def _fast(content, header):
    rows = content.split("\n")[:-1]
    lines = [line for line, row in enumerate(rows[1:], start=2) if row]
    frame = pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False, header=None, skiprows=1,
                        names=range(len(header)), skip_blank_lines=True)
    return frame.set_axis(header, axis=1).set_axis(lines, axis=0)


def _exact(content, header, name):
    reader = csv.reader(io.StringIO(content))
    next(reader)
    lines, rows = [], []
    for row in reader:
        if not row:
            continue
        if len(row) != len(header):
            raise _ragged(name, reader.line_num, len(row), len(header))
        lines.append(reader.line_num)
        rows.append(row)
    frame = pd.DataFrame(rows, index=lines, columns=range(len(header)), dtype=str)
    return frame.set_axis(header, axis=1)


def _ragged(name, line, found, expected):
    return DataError(f"the line has {found} fields: a half-copied file or a stray comma?", file=name, row=line,
                     expected=f"{expected} fields as in the header")
