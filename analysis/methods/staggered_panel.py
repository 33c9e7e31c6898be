"""A panel whose units adopt a treatment at different dates.

A unit's periods are *before* (earlier than `first_treated`), *between* (from it to the period before `fully_treated`,
while the treatment is being embedded) or *after* (from `fully_treated` on). Where a treatment has no such transition
the two dates are the same. Periods between count neither as before nor as after: `Adoption.used` leaves them out, and
every estimator starts from there. Units with the same pair of dates are a cohort.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError

NEVER = np.iinfo(np.int64).max      # date of a unit that is never treated: every period is before it


@dataclass(frozen=True)
class StaggeredPanel:
    """`units` (N,) labels; `periods` (T,) whole numbers, increasing; `y` (N, T), missing where there is no cell;
    `weights` (N, T), nought where there is none."""

    units: tuple
    periods: np.ndarray
    y: np.ndarray
    weights: np.ndarray

    @property
    def balanced(self) -> bool:
        """Whether every unit has a cell in every period."""
        return bool((self.weights > 0).all())

    @property
    def equal_weights(self) -> bool:
        """Whether every cell there is counts the same."""
        kept = self.weights[self.weights > 0]
        return bool((kept == kept[0]).all())


@dataclass(frozen=True)
class Adoption:
    """Dates (N,) in the order of a panel's units; both are `NEVER` for a unit never treated."""

    first_treated: np.ndarray
    fully_treated: np.ndarray

    @property
    def never(self) -> np.ndarray:
        """Units never treated, (N,)."""
        return self.first_treated == NEVER

    @property
    def cohorts(self) -> list[tuple[int, int]]:
        """Pairs of first and fully treated periods, each once, in order."""
        pairs = zip(self.first_treated.tolist(), self.fully_treated.tolist(), strict=True)
        return sorted({pair for pair in pairs if pair[0] != NEVER})

    def members(self, cohort: tuple[int, int]) -> np.ndarray:
        """Places of a cohort's units, in order."""
        return np.flatnonzero((self.first_treated == cohort[0]) & (self.fully_treated == cohort[1]))

    def before(self, periods: np.ndarray) -> np.ndarray:
        """Cells (N, T) earlier than their unit's first treated period."""
        return periods[None, :] < self.first_treated[:, None]

    def after(self, periods: np.ndarray) -> np.ndarray:
        """Cells (N, T) from their unit's fully treated period on."""
        return periods[None, :] >= self.fully_treated[:, None]

    def used(self, panel: StaggeredPanel) -> np.ndarray:
        """The panel's weights, (N, T), with nought between first and fully treated."""
        return np.where(self.before(panel.periods) | self.after(panel.periods), panel.weights, 0.0)


def staggered_panel(units, periods, y, weights=None) -> StaggeredPanel:
    """A panel from one row a unit and period.

    Parameters: `units` (n,) labels; `periods` (n,) whole numbers; `y` (n,); `weights` (n,) above nought, or None for
    1 each. Units come out in the order in which they first stand. Raises `DataError` for repeated cells, missing or
    infinite values, periods that are no whole numbers, or weights that are not above nought.
    """
    rows = pd.DataFrame({"unit": np.asarray(units), "period": np.asarray(periods), "y": np.asarray(y, dtype=float),
                         "weight": 1.0 if weights is None else np.asarray(weights, dtype=float)})
    _check_rows(rows)
    labels, periods = tuple(dict.fromkeys(rows["unit"])), np.unique(rows["period"].to_numpy(dtype=np.int64))
    place = {unit: i for i, unit in enumerate(labels)}
    at = rows["unit"].map(place).to_numpy(), np.searchsorted(periods, rows["period"].to_numpy(dtype=np.int64))
    values, given = np.full((len(labels), len(periods)), np.nan), np.zeros((len(labels), len(periods)))
    values[at], given[at] = rows["y"], rows["weight"]
    return StaggeredPanel(labels, periods, values, given)


def adoption(panel: StaggeredPanel, first_treated: Mapping[Hashable, int],
             fully_treated: Mapping[Hashable, int] | None = None) -> Adoption:
    """Dates of the treated units by label; a unit that is not named is never treated.

    `fully_treated` names the same units (None: the same dates). Raises `DataError` when no unit or every unit is
    treated, a label is not in the panel, or a treated unit has no cell before or none after.
    """
    fully_treated = first_treated if fully_treated is None else fully_treated
    unknown = [unit for unit in (*first_treated, *fully_treated) if unit not in panel.units]
    if unknown or set(first_treated) != set(fully_treated):
        raise DataError("units with a first and a fully treated period", value=unknown or sorted(
            set(first_treated) ^ set(fully_treated), key=str), expected="units of the panel, each with both")
    if not first_treated or len(first_treated) == len(panel.units):
        raise DataError("treated units", value=f"{len(first_treated)} of {len(panel.units)}",
                        expected="some treated and some never treated")
    dates = Adoption(*(np.array([dates.get(unit, NEVER) for unit in panel.units], dtype=np.int64)
                       for dates in (first_treated, fully_treated)))
    _check_dates(panel, dates)
    return dates


def reassigned(panel: StaggeredPanel, dates: Sequence[tuple[int, int]],
               assignments: Sequence[Sequence[Hashable]]) -> list[Adoption]:
    """Adoptions in which other units have the dates: `dates` (K, 2) first and fully treated periods, `assignments`
    (A, K) labels of the units that have them, in the same order. Raises as `adoption`."""
    found = []
    for treated in assignments:
        if len(treated) != len(dates) or len(set(treated)) < len(dates):
            raise DataError("units of an assignment", value=tuple(treated), expected=f"{len(dates)} distinct ones")
        pairs = list(zip(treated, dates, strict=True))
        found.append(adoption(panel, {unit: first for unit, (first, _) in pairs},
                              {unit: fully for unit, (_, fully) in pairs}))
    return found


def without_unit(panel: StaggeredPanel, dates: Adoption, unit: Hashable) -> tuple[StaggeredPanel, Adoption]:
    """The panel and its adoption without one unit; `DataError` if then no unit, or every unit, is treated."""
    keep = np.array([label != unit for label in panel.units])
    never = dates.never[keep]
    if keep.all() or never.all() or not never.any():
        raise DataError("unit to leave out of a panel", value=unit,
                        expected="one of its units, with treated and never treated ones beside it")
    return (StaggeredPanel(tuple(label for label in panel.units if label != unit), panel.periods, panel.y[keep],
                           panel.weights[keep]), Adoption(dates.first_treated[keep], dates.fully_treated[keep]))


def _check_rows(rows: pd.DataFrame) -> None:
    whole = pd.to_numeric(rows["period"], errors="coerce")
    faults = (("a period of a panel is no whole number", ~np.isclose(whole % 1, 0) | whole.isna(), "period",
               "whole numbers"),
              ("a cell of a panel stands more than once", rows.duplicated(["unit", "period"]), "unit",
               "one row a unit and period"),
              ("an outcome of a panel is missing or infinite", ~np.isfinite(rows["y"]), "y", "a number a cell"),
              ("a weight of a panel is not above nought", ~((rows["weight"] > 0) & np.isfinite(rows["weight"])),
               "weight", "a number above nought"))
    if rows.empty:
        raise DataError("rows of a panel", value=0, expected="at least one")
    for message, bad, column, expected in faults:
        if bad.any():
            row = rows[bad.to_numpy()].iloc[0]
            raise DataError(f"{message} (unit {row['unit']}, period {row['period']})", column=column,
                            value=row[column], expected=expected)


def _check_dates(panel: StaggeredPanel, dates: Adoption) -> None:
    there = panel.weights > 0
    before = (dates.before(panel.periods) & there).any(axis=1)
    after = (dates.after(panel.periods) & there).any(axis=1)
    faults = (("fully treated before first treated", dates.fully_treated < dates.first_treated,
               "a later or the same period"),
              ("no cell before the first treated period", ~before, "a first treated period after the panel begins"),
              ("no cell from the fully treated period on", ~after & ~dates.never,
               "a fully treated period before the panel ends"))
    for message, bad, expected in faults:
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            value = (int(dates.first_treated[i]), int(dates.fully_treated[i]))
            raise DataError(f"unit {panel.units[i]}: {message}", value=value, expected=expected)
