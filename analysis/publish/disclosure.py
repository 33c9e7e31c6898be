"""The disclosure rule: what is about few people is not shown, nor what would give it away.

Primary rule: a count below the threshold is suppressed; a share where its numerator or denominator is; a score where
its base is. Secondary rule: where one suppressed count could be taken from a total, the next smallest of the same
group or row is suppressed too.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.publish.columns import Column


@dataclass(frozen=True)
class Disclosed:
    """A table after the rule: suppressed numbers are NaN in `frame` and True in `suppressed` (same shape)."""

    frame: pd.DataFrame
    suppressed: pd.DataFrame
    primary: int
    secondary: int


def disclose(frame: pd.DataFrame, columns: tuple[Column, ...], threshold: int) -> Disclosed:
    """Apply the rule to a table about people. `frame` is not changed; helper columns not shown may be in it."""
    frame = frame.reset_index(drop=True)
    counts = _count_columns(frame, columns)
    suppressed = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for name in counts:
        suppressed[name] = frame[name].notna() & (frame[name] < threshold)
    primary = int(suppressed.to_numpy().sum())
    for column in columns:
        if column.kind == "count" and column.total_of:
            _protect_total(frame, suppressed, column)
    _protect_rows(frame, suppressed, columns)
    secondary = int(suppressed.to_numpy().sum()) - primary
    _suppress_derived(frame, suppressed, columns, threshold)
    shown = frame.copy()
    for name in suppressed.columns[suppressed.any()]:
        shown[name] = shown[name].astype("float64").mask(suppressed[name])
    return Disclosed(shown, suppressed, primary, secondary)


def below(threshold: int, *counts) -> bool:
    """Whether any of the counts behind a single number is known and below the threshold."""
    return any(number is not None and number < threshold for number in counts)


def _count_columns(frame, columns):
    named = {column.name for column in columns if column.kind == "count"}
    for column in columns:
        named |= {name for name in (column.numerator, column.denominator, column.base, column.part_of) if name}
    return [name for name in frame.columns if name in named]


def _protect_total(frame, suppressed, column):
    """Within a group with a total row, one suppressed part alone follows from the total: suppress another."""
    if "is_total" not in frame:
        return
    groups = frame[column.total_of] if column.total_of in frame else pd.Series(0, index=frame.index)
    for _, rows in frame.groupby(groups, dropna=False).groups.items():
        parts = [row for row in rows if not frame.loc[row, "is_total"]]
        if len(parts) < len(rows):
            _suppress_another(frame, suppressed, [(row, column.name) for row in parts])


def _protect_rows(frame, suppressed, columns):
    """Columns that are parts of another column of the row: one suppressed part alone follows from the whole."""
    for whole in {column.part_of for column in columns if column.part_of}:
        parts = [column.name for column in columns if column.part_of == whole]
        for row in frame.index:
            if not suppressed.loc[row, whole]:
                _suppress_another(frame, suppressed, [(row, name) for name in parts])


def _suppress_another(frame, suppressed, cells):
    hidden = [cell for cell in cells if suppressed.loc[cell]]
    open_cells = [cell for cell in cells if not suppressed.loc[cell] and pd.notna(frame.loc[cell])]
    if len(hidden) == 1 and open_cells:
        suppressed.loc[min(open_cells, key=lambda cell: frame.loc[cell])] = True


def _suppress_derived(frame, suppressed, columns, threshold):
    for column in columns:
        behind = [name for name in (column.numerator, column.denominator, column.base) if name]
        for name in behind:
            suppressed[column.name] |= suppressed[name] | (frame[name].notna() & (frame[name] < threshold))
