"""An exhibit as the attacker sees it: the cells of its table and the counts behind them, known, hidden or absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from analysis.publish.adding_up import Layout
from analysis.publish.exhibits import Exhibit

HIDDEN = "c"
TOTALS = ("all", "total", "both", "overall", "everyone")


@dataclass(frozen=True)
class Sheet:
    """`columns`: a list of texts by column name, of the table and of what is behind it; "c" where suppressed."""

    exhibit: Exhibit
    columns: Mapping[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        """The exhibit's id."""
        return self.exhibit.id

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.exhibit.rows)

    @cached_property
    def counts(self) -> tuple[str, ...]:
        """Names of the columns that hold counts."""
        declared = self.exhibit.columns
        named = {column.name for column in declared if column.kind == "count"}
        named |= {name for column in declared for name in (*column.behind, column.part_of) if name}
        return tuple(name for name in self.columns if name in named)

    @cached_property
    def known(self) -> dict[tuple[int, str], float]:
        """Counts that are shown, by (row, column)."""
        return {(row, name): number for name in self.counts for row, text in enumerate(self.columns[name])
                if (number := number_in(text)) is not None}

    @cached_property
    def hidden(self) -> tuple[tuple[int, str], ...]:
        """Counts that are suppressed, by (row, column)."""
        return tuple((row, name) for name in self.counts for row, text in enumerate(self.columns[name])
                     if text == HIDDEN)

    @cached_property
    def layout(self) -> Layout:
        """How its counts add up, as its columns declare."""
        groups = {column.total_of: self.columns[column.total_of] for column in self.exhibit.columns
                  if column.total_of in self.columns}
        totals = [text == "True" for text in self.columns["is_total"]] if "is_total" in self.columns else None
        return Layout(self.exhibit.columns, self.rows, groups, totals)

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """What every row is about: the words of its labels, in one spelling. A row of totals has fewer."""
        texts = [self.columns[column.name] for column in self.exhibit.columns if column.kind in ("label", "text")]
        return tuple(frozenset(word for column in texts for word in words_of(column[row])) for row in range(self.rows))

    @cached_property
    def readings(self) -> tuple[tuple[frozenset[str], ...], ...]:
        """`words`, and the words of every label column by itself that names each row."""
        alone = (tuple(frozenset(words_of(text)) for text in self.columns[column.name])
                 for column in self.exhibit.columns if column.kind == "label")
        return (self.words, *(words for words in alone if words != self.words and len(set(words)) == self.rows))

    def row_label(self, row: int) -> str:
        """The row's label as a reader sees it."""
        names = [column.name for column in self.exhibit.columns if column.kind == "label"]
        return ", ".join(self.columns[name][row] for name in names) or str(row + 1)


def sheet_of(exhibit: Exhibit) -> Sheet:
    """The sheet of an exhibit."""
    table = {column.name: tuple(row[k].value for row in exhibit.rows) for k, column in enumerate(exhibit.columns)}
    return Sheet(exhibit, {**dict(exhibit.behind), **table})


def number_in(text: str) -> float | None:
    """The number that a cell's text is, None for symbols and blanks."""
    try:
        return float(text)
    except ValueError:
        return None


def words_of(label: str) -> tuple[str, ...]:
    """Parts of a row label in one spelling: "Pilot A, wave 1 (n = 108)" has "a" and "wave 1"; totals have none."""
    plain = re.sub(r"\(n = [^)]*\)", "", label).lower()
    parts = (re.sub(r"^pilot (?=[a-z]$)", "", part.strip()) for part in plain.split(", "))
    return tuple(part for part in parts if part and part.split()[0].rstrip(":") not in TOTALS)
