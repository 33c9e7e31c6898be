"""The disclosure rule: what is about few people is not shown, nor what would give it away.

Primary rule: a count below the threshold is suppressed; a share where its numerator or denominator is; a score where
its base is. Secondary rule: where one suppressed count could be taken from a total, the next smallest of the same
group or row is suppressed too; so is one more where the suppressed are all nought, which the total would tell.
"""

from __future__ import annotations

import re
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
    for column in sorted(columns, key=lambda column: column.kind != "count"):
        if column.total_of:
            _protect_total(frame, suppressed, column)
    _protect_rows(frame, suppressed, columns)
    secondary = int(suppressed.to_numpy().sum()) - primary
    _suppress_derived(frame, suppressed, columns, threshold)
    shown = frame.copy()
    for name in suppressed.columns[suppressed.any()]:
        shown[name] = shown[name].astype("float64").mask(suppressed[name])
    for column in columns:
        if column.kind in ("label", "text"):
            shown[column.name] = _without_small_n(shown[column.name], threshold)
    return Disclosed(shown, suppressed, primary, secondary)


def _without_small_n(labels, threshold):
    """Row labels may say how many they rest on, "(n = 7)": below the threshold they say "(n = [c])"."""
    def hide(found):
        return found[0] if int(found[1].replace(",", "")) >= threshold else "n = [c]"

    return labels.map(lambda text: re.sub(r"\bn = ([0-9][0-9,]*)", hide, text) if isinstance(text, str) else text)


def below(threshold: int, *counts) -> bool:
    """Whether any of the counts behind a single number is known and below the threshold."""
    return any(number is not None and number < threshold for number in counts)


def _count_columns(frame, columns):
    named = {column.name for column in columns if column.kind == "count"}
    for column in columns:
        named |= {name for name in (column.numerator, column.denominator, column.base, column.part_of) if name}
    return [name for name in frame.columns if name in named]


def _protect_total(frame, suppressed, column):
    """Within a group whose total is known, one suppressed part alone follows from it: suppress another."""
    count = column.name if column.kind == "count" else column.numerator
    behind = [name for name in (count, column.denominator) if name]
    groups = frame[column.total_of] if column.total_of in frame else pd.Series(0, index=frame.index)
    for _, rows in frame.groupby(groups, dropna=False).groups.items():
        parts = list(rows)
        if "is_total" in frame:
            parts = [row for row in rows if not frame.loc[row, "is_total"]]
            if len(parts) == len(rows) or suppressed.loc[[row for row in rows if row not in parts], count].any():
                continue
        _suppress_another(frame, suppressed, [(row, count) for row in parts],
                          [(row, count) for row in parts if suppressed.loc[row, behind].any()])


def _protect_rows(frame, suppressed, columns):
    """Columns that are parts of another column of the row: one suppressed part alone follows from the whole."""
    for whole in {column.part_of for column in columns if column.part_of}:
        parts = [column.name for column in columns if column.part_of == whole]
        for row in frame.index:
            if not suppressed.loc[row, whole]:
                _suppress_another(frame, suppressed, [(row, name) for name in parts])


def _suppress_another(frame, suppressed, cells, hidden=None):
    """Suppress the smallest open cell until what is hidden cannot be told from the whole. `hidden`: cells not shown."""
    hidden = [cell for cell in cells if suppressed.loc[cell]] if hidden is None else list(hidden)
    open_cells = sorted((cell for cell in cells if cell not in hidden and pd.notna(frame.loc[cell])),
                        key=lambda cell: frame.loc[cell])
    while open_cells and hidden and (len(hidden) == 1 or sum(frame.loc[cell] for cell in hidden) == 0):
        hidden.append(open_cells.pop(0))
        suppressed.loc[hidden[-1]] = True


def _suppress_derived(frame, suppressed, columns, threshold):
    for column in columns:
        behind = [name for name in (column.numerator, column.denominator, column.base) if name]
        for name in behind:
            suppressed[column.name] |= suppressed[name] | (frame[name].notna() & (frame[name] < threshold))
