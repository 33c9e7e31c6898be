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
    `DataError` on a file that cannot be opened, an empty one, a line with too few or too many fields, another separator
    than the comma, a quotation mark that never closes, a NUL byte, a last line without its end, or text that is not
    UTF-8.
    """
    content = read_utf8(path)
    if not content.strip():
        raise DataError("the file is empty", file=path.name, expected="a header and at least one row")
    _refuse_damage(content, path.name)
    header = _header(content, path.name)
    if '"' not in content:
        _check_plain(content, len(header), path.name)
        return _fast(content, header)
    return _exact(content, header, path.name)


def read_utf8(path: Path) -> str:
    """A file's text without its byte-order mark; `DataError` when it cannot be opened or is not UTF-8."""
    content = read_bytes(path)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        raise DataError("the file is UTF-16 text" if utf16 else f"the file is not UTF-8 text (byte {error.start})",
                        file=path.name, row=None if utf16 else content.count(b"\n", 0, error.start) + 1,
                        value=None if utf16 else content[error.start:error.start + 1],
                        expected="UTF-8, with or without byte-order mark") from None


def read_bytes(path: Path) -> bytes:
    """A file's bytes; `DataError` when the system does not let it be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror})", file=path.name,
                        expected="a file that you may read") from None


def _refuse_damage(content, name):
    """NUL bytes are what a broken copy leaves where the rest of a file should be."""
    if "\0" in content:
        raise DataError("the file holds NUL bytes: a half-copied file, or not one of text?", file=name,
                        row=content.count("\n", 0, content.index("\0")) + 1, expected="text in UTF-8")
    if not content.endswith("\n"):
        if "\n" not in content and "\r" in content:
            raise DataError("the lines end with a carriage return alone", file=name, row=1,
                            expected="line breaks of Unix or Windows")
        raise DataError("the last line does not end: a half-copied file?", file=name, row=content.count("\n") + 1,
                        expected="a line break at the end of the file")


def _header(content, name) -> list[str]:
    line = content.split("\n", 1)[0]
    if not line.strip():
        raise DataError("the first line is blank", file=name, row=1, expected="the header")
    other = next((mark for mark in (";", "\t", "|") if "," not in line and mark in line), None)
    if other:
        raise DataError("the fields are not separated by commas", file=name, row=1, value=other, expected="','")
    return next(_records(content, name))[1]


def _records(content, name):
    """(line number of the record's last line, fields) of every record; `DataError` where quoting goes wrong."""
    reader = csv.reader(io.StringIO(content), strict=True)
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"the quotation marks of the record do not fit ({error})", file=name, row=start,
                            expected="every quotation mark closed before the next comma or line break") from None
        yield reader.line_num, record



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
    lines, rows = [], []
    records = _records(content, name)
    next(records)
    for line, row in records:
        if not row:
            continue
        if len(row) != len(header):
            raise _ragged(name, line, len(row), len(header))
        lines.append(line)
        rows.append(row)
    frame = pd.DataFrame(rows, index=lines, columns=range(len(header)), dtype=str)
    return frame.set_axis(header, axis=1)


def _ragged(name, line, found, expected):
    return DataError(f"the line has {found} fields: a half-copied file or a stray comma?", file=name, row=line,
                     expected=f"{expected} fields as in the header")
