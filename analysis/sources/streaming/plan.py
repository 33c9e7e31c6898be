"""A first look at a whole file: damage that only the whole shows, its header, and where it can be cut into pieces."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.errors import DataError
from analysis.sources.reading import decoded, empty_file, header_of, no_last_line_break, nul_bytes, unreadable

_NEWLINE, _QUOTE = ord("\n"), ord('"')
_BEFORE_AN_OPENING = np.isin(np.arange(256), [ord(c) for c in ',\n"'])
_AFTER_A_CLOSING = np.isin(np.arange(256), [ord(c) for c in ',\n\r"'])


@dataclass(frozen=True)
class Span:
    """Bytes of a file from `start` to before `stop` that hold whole records; `line`: number of their first line."""

    start: int
    stop: int
    line: int


@dataclass(frozen=True)
class Plan:
    """How a file is read: its header, spans after it in order, and whether it has quotation marks.

    `regular`: every quotation mark opens or closes a field or is a doubled one, so that spans begin at records.
    Otherwise there is one span, which must be read record by record. `stamp`: size and time of change.
    """

    path: Path
    header: list[str]
    spans: tuple[Span, ...]
    quoted: bool
    regular: bool
    stamp: tuple[int, int]

    def check_unchanged(self) -> None:
        """`DataError` when the file is not as it was at the first look."""
        facts = self.path.stat()
        if (facts.st_size, facts.st_mtime_ns) != self.stamp:
            raise DataError("the file changed while it was read", file=self.path.name, expected="a file at rest")


def plan_of(path: Path, chunk_bytes: int) -> Plan:
    """Look through a file once, `chunk_bytes` (or a line more) at a time.

    Raises the `DataError` of `reading.read_text_table` for a file that cannot be opened, is empty, no UTF-8, holds a
    NUL byte, does not end with a line break or has no proper header, in that function's order of precedence.
    """
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            begin = len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0
            file.seek(begin)
            look = _Look(path.name, begin)
            while block := file.read(chunk_bytes):
                look.add(block + file.readline())
            look.refuse_damage()
            file.seek(begin)
            taken, header = header_of((decoded(line, path.name) for line in file), path.name)
            file.seek(begin)
            start = begin + sum(len(file.readline()) for _ in range(taken))
    except OSError as error:
        raise unreadable(path.name, error) from None
    return Plan(path, header, look.spans(start, taken + 1), look.quoted, look.regular,
                (facts.st_size, facts.st_mtime_ns))


class _Look:
    """What has been seen of a file, block after block; each begins at the start of a line."""

    def __init__(self, name: str, begin: int):
        self.name, self.byte, self.line = name, begin, 1
        self.text = self.returns = self.quoted = self.inside = False
        self.ended = self.tidy = True
        self.nul_line: int | None = None
        self.ends: list[tuple[int, int]] = []

    def add(self, block: bytes) -> None:
        """Take in the next block; `DataError` where it is not UTF-8."""
        text = decoded(block, self.name, first_byte=self.byte, first_line=self.line)
        self.text = self.text or not text.isspace()
        if self.nul_line is None and b"\0" in block:
            self.nul_line = self.line + block.count(b"\n", 0, block.index(b"\0"))
        self.returns = self.returns or b"\r" in block
        self.ended = block.endswith(b"\n")
        if b'"' in block:
            self._add_quotes(np.frombuffer(block, dtype=np.uint8))
        self.byte += len(block)
        self.line += block.count(b"\n")
        if not self.inside:
            self.ends.append((self.byte, self.line))

    def _add_quotes(self, block: np.ndarray) -> None:
        """Are the quotation marks where a field begins or ends, and does the block end within a field?"""
        self.quoted = True
        marks = np.flatnonzero(block == _QUOTE)
        opening = (np.arange(len(marks)) + self.inside) % 2 == 0
        before = np.where(marks > 0, block[marks - 1], _NEWLINE)
        after = block[np.minimum(marks + 1, len(block) - 1)]
        self.tidy = self.tidy and bool(np.where(opening, _BEFORE_AN_OPENING[before], _AFTER_A_CLOSING[after]).all())
        self.inside = bool((len(marks) + self.inside) % 2)

    def refuse_damage(self) -> None:
        """`DataError` for what the whole file showed."""
        if not self.text:
            raise empty_file(self.name)
        if self.nul_line is not None:
            raise nul_bytes(self.name, self.nul_line)
        if not self.ended:
            raise no_last_line_break(self.name, self.line, returns_alone=self.line == 1 and self.returns)

    @property
    def regular(self) -> bool:
        """Whether quotation marks alone tell where records begin."""
        return self.tidy and not self.inside

    def spans(self, start: int, line: int) -> tuple[Span, ...]:
        """The spans after a header that ends before byte `start`, `line` being the first line after it."""
        ends = self.ends if self.regular else [(self.byte, self.line)]
        found = []
        for end, next_line in ends:
            if end > start:
                found.append(Span(start, end, line))
                start, line = end, next_line
        return tuple(found)
