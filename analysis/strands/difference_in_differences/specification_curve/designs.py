"""From a table of units to cross-products of every group and candidate, for one embedding, comparators and matching."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.strands.difference_in_differences.calendar import financial_year
from analysis.strands.difference_in_differences.candidates import Candidates, GroupRows, candidates_of
from analysis.strands.difference_in_differences.covariates import at_years
from analysis.strands.difference_in_differences.periods import in_periods
from analysis.strands.difference_in_differences.rules import Rules
from analysis.strands.difference_in_differences.specification_curve.unit_tables import UnitTable


@dataclass(frozen=True)
class Placed:
    """Units placed in groups and periods for one embedding: each group's rows and the places of the columns.

    `groups`: name -> rows (stratum None); `row`, `after`: name -> place in the unit table and period of these rows;
    `columns`: name of a block -> its columns in the values (base, child, unaffected, now, held).
    """

    groups: Mapping[str, GroupRows]
    row: Mapping[str, np.ndarray]
    columns: Mapping[str, np.ndarray]


def shifted(groups: pd.DataFrame, shift: tuple[int, int]) -> pd.DataFrame:
    """The groups (start, end) with the embedding's start and end moved by days."""
    start, end = (pd.Timedelta(days, "D") for days in shift)
    return groups.assign(start=groups["start"] + start, end=groups["end"] + end)


def placed(table: UnitTable, groups: pd.DataFrame, rules: Rules, after_placing: Callable | None = None) -> Placed:
    """The units in their groups, before or after the embedding. `after_placing`: a rule on placed units (outliers)."""
    units = in_periods(table.units, groups, rules)
    frame = (after_placing(units, rules) if after_placing else units).frame
    row = frame["row"].to_numpy()
    year = financial_year(frame["date"])
    years = pd.get_dummies(year, drop_first=True, dtype=float).to_numpy()
    held_year = np.minimum(year.to_numpy(), financial_year(frame["start"]).to_numpy() - 1)
    held = at_years(table.held, frame["la"], held_year).to_numpy(dtype=float)
    base = np.column_stack([np.ones(len(frame)), frame["after"].to_numpy(dtype=float), years])
    blocks = {"base": base, "child": table.child[row], "unaffected": table.unaffected[row], "now": table.now[row],
              "held": held}
    values = np.column_stack([*blocks.values(), frame["y"].to_numpy(dtype=float)])
    ends = np.cumsum([0, *(block.shape[1] for block in blocks.values())])
    columns = {name: np.arange(first, last) for name, first, last in zip(blocks, ends[:-1], ends[1:], strict=True)}
    found, rows = {}, {}
    for name, part in groups.sort_values("group").groupby("group", sort=True):
        order, starts = _member_order(frame, part)
        if starts[1] == 0:
            continue       # a pilot without records: its group has no treated unit under any assignment
        found[name] = GroupRows(tuple(part["la"]), starts, values[order],
                                frame["inverse_multiplicity"].to_numpy(dtype=float)[order], None)
        rows[name] = row[order]
    return Placed(found, rows, columns)


def candidates_for(placed: Placed, codes: np.ndarray | None, comparators: str, shared: frozenset) -> list[Candidates]:
    """Cross-products of every group and candidate with these matching codes and comparators.

    `shared`: authorities that serve several groups as comparators.
    """
    found = []
    for name, rows in placed.groups.items():
        stratum = None
        if codes is not None:
            stratum = 2 * codes[placed.row[name]] + rows.values[:, 1].astype(np.int64)
        found.append(candidates_of(GroupRows(rows.members, rows.starts, rows.values, rows.base, stratum),
                                   keeper(comparators, shared)))
    return found


def keeper(comparators: str, shared: frozenset) -> Callable | None:
    """Which members stay when one of them is the pilot: all; the first listed of the others; those that serve no other
    group."""
    def first(members, place):
        others = [k for k in range(len(members)) if k != place]
        return [k == place or k == others[0] for k in range(len(members))]

    def own(members, place):
        return [k == place or member not in shared for k, member in enumerate(members)]

    return {"all": None, "first": first, "own": own}[comparators]


def _member_order(frame: pd.DataFrame, part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the members in the order of the group, and where each begins."""
    here = np.flatnonzero((frame["group"] == part["group"].iloc[0]).to_numpy())
    la = frame["la"].to_numpy()[here]
    parts = [here[la == member] for member in part["la"]]
    return np.concatenate(parts), np.cumsum([0, *map(len, parts)])
