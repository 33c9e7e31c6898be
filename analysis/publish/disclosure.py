"""The disclosure rule: what is about few people is not shown, nor what would give it away.

Primary rule: a count below the threshold is suppressed; a share where its numerator or denominator is; a score where
its base is. Secondary rule: where one suppressed count could be taken from a total, the next smallest of the same
group or row is suppressed too; so are more until what is suppressed may be several whole numbers (`protection`: as
many), whichever totals of rows and columns are taken together (`analysis.clearance.ranges`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from analysis.clearance.ranges import feasible, recovered
from analysis.publish.adding_up import Layout, column_sums, counted, row_sums
from analysis.publish.columns import Column


@dataclass(frozen=True)
class Disclosed:
    """A table after the rule: suppressed numbers are NaN in `frame` and True in `suppressed` (same shape)."""

    frame: pd.DataFrame
    suppressed: pd.DataFrame
    primary: int
    secondary: int


def disclose(frame: pd.DataFrame, columns: tuple[Column, ...], threshold: int, protection: int = 2) -> Disclosed:
    """Apply the rule to a table about people. `frame` is not changed; helper columns not shown may be in it.

    `protection` is the fewest whole numbers that a suppressed count may be, to a reader who knows every total.
    """
    frame = frame.reset_index(drop=True)
    counts = _count_columns(frame, columns)
    suppressed = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for name in counts:
        suppressed[name] = frame[name].notna() & (frame[name] < threshold)
    primary = int(suppressed.to_numpy().sum())
    if primary:
        _protect(frame, suppressed, columns, protection)
    secondary = int(suppressed.to_numpy().sum()) - primary
    _suppress_derived(frame, suppressed, columns, threshold)
    shown = frame.copy()
    for name in suppressed.columns[suppressed.any()]:
        hidden = suppressed[name]
        shown[name] = (shown[name].astype("float64").mask(hidden) if pd.api.types.is_numeric_dtype(shown[name])
                       else shown[name].astype(object).mask(hidden, ""))
    for column in columns:
        if column.kind in ("label", "text"):
            shown[column.name] = _without_small_n(shown[column.name], threshold)
    return Disclosed(shown, suppressed, primary, secondary)


def _protect(frame, suppressed, columns, protection):
    """Secondary suppression: by simple rules, again until nothing changes, then until the attack recovers nothing."""
    before = -1
    while before != (before := int(suppressed.to_numpy().sum())):
        for column in sorted(columns, key=lambda column: column.kind != "count"):
            if column.total_of and counted(column):
                _protect_total(frame, suppressed, column, protection)
        _protect_rows(frame, suppressed, columns, protection)
    _protect_from_attack(frame, suppressed, columns, protection)


def _protect_from_attack(frame, suppressed, columns, protection):
    """Suppress the smallest open cell that adds up with a recovered one, until no suppressed cell is recovered."""
    true = {(row, name): 0.0 if pd.isna(frame.loc[row, name]) else float(frame.loc[row, name])
            for name in _count_columns(frame, columns) for row in frame.index}
    layout = Layout(tuple(columns), len(frame),
                    {column.total_of: list(frame[column.total_of].map(str)) for column in columns
                     if column.total_of in frame.columns},
                    list(frame["is_total"].astype(bool)) if "is_total" in frame else None)
    relations = [*column_sums(layout), *row_sums(layout, true)]
    wholes = {relation.parts[0][1]: sum(true[cell] for _, cell in relation.parts[1:]) for relation in relations
              if relation.parts[0][1] not in true}
    while relations:
        hidden = _hidden_cells(suppressed, columns, true)
        known = {cell: value for cell, value in {**true, **wholes}.items() if cell not in hidden}
        again = [choice for cell in recovered(feasible(known, relations), protection)
                 if (choice := _smallest_beside(cell, relations, known, true)) is not None]
        if not again:
            return
        suppressed.loc[again[0]] = True


def _hidden_cells(suppressed, columns, true):
    """Counts that a reader does not see: suppressed, or told by a suppressed share alone."""
    hidden = {cell for cell in true if suppressed.loc[cell]}
    shown = {column.name for column in columns}
    for column in columns:
        if column.kind == "share" and column.numerator and column.numerator not in shown and column.denominator:
            hidden |= {(row, column.numerator) for row in suppressed.index if suppressed.loc[row, column.denominator]}
    return hidden


def _smallest_beside(cell, relations, known, true):
    """The smallest known count that adds up with the cell, a whole only where there is no part; None for none."""
    beside = [(other in {r.parts[0][1] for r in relations}, true[other], other) for relation in relations
              if any(part == cell for _, part in relation.parts) for _, other in relation.parts
              if other in known and other in true and true[other] > 0]
    return min(beside, key=lambda item: item[:2])[2] if beside else None


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
        named |= {name for name in (*column.behind, column.part_of) if name}
    return [name for name in frame.columns if name in named]


def _protect_total(frame, suppressed, column, protection):
    """Within a group whose total is known, one suppressed part alone follows from it: suppress another."""
    count = counted(column)
    behind = [name for name in (count, column.denominator) if name]
    groups = frame[column.total_of] if column.total_of in frame else pd.Series(0, index=frame.index)
    for _, rows in frame.groupby(groups, dropna=False).groups.items():
        parts = list(rows)
        if "is_total" in frame:
            parts = [row for row in rows if not frame.loc[row, "is_total"]]
            if len(parts) == len(rows) or suppressed.loc[[row for row in rows if row not in parts], count].any():
                continue
        _suppress_another(frame, suppressed, [(row, count) for row in parts],
                          [(row, count) for row in parts if suppressed.loc[row, behind].any()], protection=protection)


def _protect_rows(frame, suppressed, columns, protection):
    """Columns that are parts of another column of the row: one suppressed part alone follows from the whole."""
    for whole in {column.part_of for column in columns if column.part_of}:
        parts = [column.name for column in columns if column.part_of == whole]
        for row in frame.index:
            if not suppressed.loc[row, whole]:
                _suppress_another(frame, suppressed, [(row, name) for name in parts], protection=protection)


def _suppress_another(frame, suppressed, cells, hidden=None, *, protection):
    """Suppress the smallest open cell until what is hidden cannot be told from the whole. `hidden`: cells not shown."""
    hidden = [cell for cell in cells if suppressed.loc[cell]] if hidden is None else list(hidden)
    open_cells = sorted((cell for cell in cells if cell not in hidden and pd.notna(frame.loc[cell])),
                        key=lambda cell: frame.loc[cell])
    while open_cells and hidden and (len(hidden) == 1 or sum(frame.loc[cell] for cell in hidden) < protection - 1):
        hidden.append(open_cells.pop(0))
        suppressed.loc[hidden[-1]] = True


def _suppress_derived(frame, suppressed, columns, threshold):
    for column in columns:
        for name in column.behind:
            suppressed[column.name] |= suppressed[name] | (frame[name].notna() & (frame[name] < threshold))
