"""How the counts of a table add up, from what its columns declare: the ground of protection and of the attack on it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from analysis.clearance.ranges import Relation, sums_to
from analysis.publish.columns import Column


@dataclass(frozen=True)
class Layout:
    """A table as far as it decides what adds up: columns, number of rows, for every `total_of` the group of each row,
    and which rows are totals (None where the table has no total rows). Its cells are (row, column name)."""

    columns: tuple[Column, ...]
    rows: int
    groups: Mapping[str, Sequence]
    totals: Sequence[bool] | None


def column_sums(layout: Layout) -> list[Relation]:
    """Rows of a group add up to its total row; without total rows to a whole that stands elsewhere, whose cell is
    ("whole", column name, group)."""
    found = []
    for name, column in dict.fromkeys((counted(column), column) for column in layout.columns
                                      if column.total_of and counted(column)):
        groups = layout.groups.get(column.total_of, [0] * layout.rows)
        for group in dict.fromkeys(groups):
            rows = [row for row in range(layout.rows) if groups[row] == group]
            if layout.totals is None:
                found.append(sums_to(("whole", name, group), [(row, name) for row in rows], f"{name} of a whole"))
                continue
            parts = [(row, name) for row in rows if not layout.totals[row]]
            found += [sums_to((row, name), parts, f"{name} in a total row") for row in rows if layout.totals[row]]
    return found


def row_sums(layout: Layout, values: Mapping[Hashable, float]) -> list[Relation]:
    """Columns that are parts of another add up to it in every row, where they do in all rows whose `values` are known
    (parts may leave something out: then they do not). A part that is alone leaves out its complement."""
    found = []
    for whole in dict.fromkeys(column.part_of for column in layout.columns if column.part_of):
        parts = [column.name for column in layout.columns if column.part_of == whole]
        rows = [sums_to((row, whole), [(row, part) for part in parts], f"parts of {whole} in a row")
                for row in range(layout.rows)]
        if len(parts) > 1 and all(_holds(relation, values) for relation in rows):
            found += rows
    return found


def counted(column: Column) -> str | None:
    """The count column that a column's `total_of` speaks of: itself, or a share's numerator; None for an amount."""
    return column.name if column.kind == "count" else column.numerator


def _holds(relation, values) -> bool:
    known = [cell in values for _, cell in relation.parts]
    return not all(known) or abs(sum(sign * values[cell] for sign, cell in relation.parts)) < 0.5
