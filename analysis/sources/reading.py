"""Reading delivered files as text, strictly: what is ragged, cut off, empty or not UTF-8 is an error.

The steps are functions of their own, so that a file can also be read piece by piece (`analysis.sources.streaming`)
and be refused in the same words.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv_of_arrow

from analysis.errors import DataError

MARK = "\ufeff"
SMALLEST_BLOCK, LARGEST_BLOCK = 2**20, 2**28      # bytes that Arrow looks at together; a line must fit into them


def read_text_table(path: Path) -> pd.DataFrame:
    """A CSV file as text: every cell a string, index = line number in the file (header is 1).

    Header names may repeat (the neighbours file does); the caller's schema renames or refuses them. Raises
    `DataError` on a file that cannot be opened, an empty one, a line with too few or too many fields, another separator
    than the comma, a quotation mark that never closes, a NUL byte, a carriage return within a line, a last line without
    its end, or text that is not UTF-8.
    """
    content = read_utf8(path)
    if not content.strip():
        raise empty_file(path.name)
    _refuse_damage(content, path.name)
    taken, header = header_of(io.StringIO(content), path.name)
    rows = content.split("\n", taken)[taken]
    return rows_of(rows, header, path.name, taken + 1, quoted='"' in content)


def read_utf8(path: Path) -> str:
    """A file's text without its byte-order mark; `DataError` when it cannot be opened or is not UTF-8."""
    content = read_bytes(path)
    mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    return decoded(content.removeprefix(codecs.BOM_UTF8), path.name, first_byte=mark)


def read_bytes(path: Path) -> bytes:
    """A file's bytes; `DataError` when the system does not let it be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path.name, error) from None


def decoded(content: bytes, name: str, *, first_byte: int = 0, first_line: int = 1) -> str:
    """Bytes of a file as text with Unix line breaks; `DataError` at the first byte that is not UTF-8.

    `first_byte` and `first_line` say where in the file the bytes begin; they must not begin within a character.
    """
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        utf16 = first_byte == 0 and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        place = first_byte + error.start
        raise DataError("the file is UTF-16 text" if utf16 else f"the file is not UTF-8 text (byte {place})",
                        file=name, row=None if utf16 else first_line + content.count(b"\n", 0, error.start),
                        value=None if utf16 else content[error.start:error.start + 1],
                        expected="UTF-8, with or without byte-order mark") from None


def header_of(lines: Iterable[str], name: str) -> tuple[int, list[str]]:
    """How many lines the header takes (a quoted name may hold line breaks), and its fields; `lines` from the first."""
    lines = iter(lines)
    first = next(lines)
    if not first.strip():
        raise DataError("the first line is blank", file=name, row=1, expected="the header")
    other = next((mark for mark in (";", "\t", "|") if "," not in first and mark in first), None)
    if other:
        raise DataError("the fields are not separated by commas", file=name, row=1, value=other, expected="','")
    return next(records_of(_with(first, lines), name))


def rows_of(content: str, header: list[str], name: str, first_line: int, *, quoted: bool) -> pd.DataFrame:
    """Whole records of a file as text, index = line number (of a record's last line); `DataError` at a ragged one.

    `first_line`: line number of the first; `quoted`: whether there is a quotation mark anywhere in the file.
    """
    if quoted or content.startswith(MARK):      # at the start, Arrow would take the mark away
        return table_of(records_of(io.StringIO(content), name, first_line), header, name)
    rows = content.split("\n")
    rows.pop()                     # what follows the last line's end: nothing
    lines = _numbers_of_plain(rows, len(header), name, first_line)
    if not lines:
        return table_of([], header, name)
    if len(lines) < len(rows):
        content = "".join(f"{row}\n" for row in rows if row)
    return _plain_cells(content, len(header)).set_axis(header, axis=1).set_axis(lines, axis=0)


def records_of(lines: Iterable[str], name: str, first_line: int = 1) -> Iterator[tuple[int, list[str]]]:
    """(line number of the record's last line, fields) of every record; `DataError` where quoting goes wrong."""
    reader = csv.reader(lines, strict=True)
    while True:
        start = first_line + reader.line_num
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"the quotation marks of the record do not fit ({error})", file=name, row=start,
                            expected="every quotation mark closed before the next comma or line break") from None
        yield first_line + reader.line_num - 1, record


def table_of(records: Iterable[tuple[int, list[str]]], header: list[str], name: str) -> pd.DataFrame:
    """Numbered records as text, without blank lines; `DataError` at one with another number of fields."""
    lines, rows = [], []
    for line, row in records:
        if not row:
            continue
        if len(row) != len(header):
            raise _ragged(name, line, len(row), len(header))
        lines.append(line)
        rows.append(row)
    frame = pd.DataFrame(rows, index=lines, columns=range(len(header)), dtype=str)
    return frame.set_axis(header, axis=1)


def unreadable(name: str, error: OSError) -> DataError:
    """The error of a file that the system does not let be read."""
    return DataError(f"the file cannot be read ({error.strerror})", file=name, expected="a file that you may read")


def empty_file(name: str) -> DataError:
    """The error of a file without any text."""
    return DataError("the file is empty", file=name, expected="a header and at least one row")


def nul_bytes(name: str, line: int) -> DataError:
    """The error of a file with a NUL byte on this line: what a broken copy leaves where the rest should be."""
    return DataError("the file holds NUL bytes: a half-copied file, or not one of text?", file=name, row=line,
                     expected="text in UTF-8")


def no_last_line_break(name: str, line: int, *, returns_alone: bool) -> DataError:
    """The error of a file that does not end with a line break; `returns_alone`: it has carriage returns for them."""
    if returns_alone:
        return DataError("the lines end with a carriage return alone", file=name, row=1,
                         expected="line breaks of Unix or Windows")
    return DataError("the last line does not end: a half-copied file?", file=name, row=line,
                     expected="a line break at the end of the file")


def _refuse_damage(content, name):
    if "\0" in content:
        raise nul_bytes(name, content.count("\n", 0, content.index("\0")) + 1)
    if not content.endswith("\n"):
        raise no_last_line_break(name, content.count("\n") + 1,
                                 returns_alone="\n" not in content and "\r" in content)


def _plain_cells(content, width) -> pd.DataFrame:
    """The cells of lines known to be whole and without quotation marks."""
    names = [str(place) for place in range(width)]
    table = csv_of_arrow.read_csv(
        pa.BufferReader(content.encode()),
        read_options=csv_of_arrow.ReadOptions(column_names=names, use_threads=False,
                                              block_size=min(max(len(content), SMALLEST_BLOCK), LARGEST_BLOCK)),
        parse_options=csv_of_arrow.ParseOptions(quote_char=False, ignore_empty_lines=False),
        convert_options=csv_of_arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()),
                                                    strings_can_be_null=False))
    return table.to_pandas()


def _numbers_of_plain(rows, width, name, first_line) -> list[int]:
    """Line numbers of the lines that are not blank, each with the right number of fields."""
    lines = []
    for line, row in enumerate(rows, start=first_line):
        if not row:
            continue
        if row.count(",") != width - 1:
            raise _ragged(name, line, row.count(",") + 1, width)
        if "\r" in row[:-1]:       # at a line's end it is part of a (repeated) Windows line break
            raise DataError("the line holds a carriage return", file=name, row=line,
                            expected="line breaks of Unix or Windows")
        lines.append(line)
    return lines


def _with(first, rest):
    yield first
    yield from rest


def _ragged(name, line, found, expected):
    return DataError(f"the line has {found} fields: a half-copied file or a stray comma?", file=name, row=line,
                     expected=f"{expected} fields as in the header")
