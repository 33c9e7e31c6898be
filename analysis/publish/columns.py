"""Columns of an exhibit's table: what a column holds decides how it is disclosed, printed and aligned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of an exhibit's table.

    `name` is the frame's column, `label` the header with its unit. `kind` is one of label (row header), text,
    markdown, count, share, score, estimate, probability. `decimals_from` names a frame column with the decimals of
    each row, for a column whose rows have different units. For disclosure: `total_of` names a frame column whose
    groups add up to a total row or, in a frame without `is_total`, to a whole that stands elsewhere (a name that is no
    column: all rows are one group); a share's `total_of` says the same of its numerator. `part_of` names
    a count column of the same row that this one is a part of, `numerator` and `denominator` the count columns behind a
    share, `base` the count column behind a score, `also` further count columns behind any of them.
    """

    name: str
    label: str
    kind: str
    decimals: int = 0
    total_of: str | None = None
    part_of: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    base: str | None = None
    decimals_from: str | None = None
    also: tuple[str, ...] = ()

    @property
    def behind(self) -> tuple[str, ...]:
        """The count columns that this one is not shown without."""
        return tuple(name for name in (self.numerator, self.denominator, self.base, *self.also) if name)

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, set right."""
        return self.kind in ("count", "share", "score", "estimate", "probability")


def label(name: str, label: str) -> Column:
    """A row header."""
    return Column(name, label, "label")


def text_column(name: str, label: str, *, behind: tuple[str, ...] = ()) -> Column:
    """Words; those that are read from counts (`behind`) are shown only where the counts pass."""
    return Column(name, label, "text", also=behind)


def markdown_column(name: str, label: str) -> Column:
    """Words with MyST markup: links, citations, references to exhibits."""
    return Column(name, label, "markdown")


def count(name: str, label: str, *, total_of: str | None = None, part_of: str | None = None) -> Column:
    """A number of people or records: suppressed below the threshold when it is about people."""
    return Column(name, label, "count", 0, total_of=total_of, part_of=part_of)


def share(name: str, label: str, *, decimals: int = 1, numerator: str | None = None,
          denominator: str | None = None, total_of: str | None = None) -> Column:
    """A rate or percentage: shown only where the counts it is made of pass."""
    return Column(name, label, "share", decimals, total_of=total_of, numerator=numerator, denominator=denominator)


def score(name: str, label: str, *, decimals: int = 2, base: str | None = None,
          also: tuple[str, ...] = ()) -> Column:
    """A mean, scale score or other statistic of a group: shown only where its base (and counts in `also`) pass."""
    return Column(name, label, "score", decimals, base=base, also=also)


def estimate(name: str, label: str, *, decimals: int = 2, decimals_from: str | None = None) -> Column:
    """An output of a model over many records: never suppressed."""
    return Column(name, label, "estimate", decimals, decimals_from=decimals_from)


def p_value(name: str, label: str, *, decimals: int = 3) -> Column:
    """A p value, an output of a model: one that rounds to nought is printed as below the last decimal."""
    return Column(name, label, "probability", decimals)
