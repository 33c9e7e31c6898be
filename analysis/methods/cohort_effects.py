"""Effects of a staggered treatment by cohort and period, and their means over chosen cells and by event time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError


@dataclass(frozen=True)
class EventTimes:
    """Weighted means over cohorts, (E,) each: `time` in periods, negative before a cohort's first treated period (-1
    the last before it), nought and more from its fully treated one; `n_units` treated units behind the mean."""

    time: np.ndarray
    effect: np.ndarray
    n_units: np.ndarray


@dataclass(frozen=True)
class CohortEffects:
    """One effect a cohort and period, (C,) each: the cohort's `first_treated` and `fully_treated`, `period`, `effect`,
    `n_units` of the cohort in the cell and `weight`, the sum of their cell weights (`n_units`, if all are 1)."""

    first_treated: np.ndarray
    fully_treated: np.ndarray
    period: np.ndarray
    effect: np.ndarray
    n_units: np.ndarray
    weight: np.ndarray

    @property
    def after(self) -> np.ndarray:
        """Cells after, (C,); the others lie before."""
        return self.period >= self.fully_treated

    def mean(self, cells: np.ndarray | None = None, weights: np.ndarray | None = None) -> float:
        """Weighted mean over chosen cells (C,): without a choice those after, by `weight`, so that every treated
        unit and period after counts by its cell weight. `DataError` when no cell is chosen."""
        cells = self.after if cells is None else np.asarray(cells, dtype=bool)
        if not cells.any():
            raise DataError("cells to average effects over", value=0, expected="at least one")
        return float(np.average(self.effect[cells], weights=(self.weight if weights is None else weights)[cells]))

    @property
    def event_time(self) -> np.ndarray:
        """Periods since the fully treated one, or (negative) before the first treated one, (C,)."""
        return np.where(self.after, self.period - self.fully_treated, self.period - self.first_treated)

    def event_times(self) -> EventTimes:
        """Means by event time."""
        times = np.unique(self.event_time)
        rows = [self.event_time == time for time in times]
        return EventTimes(times, np.array([self.mean(row) for row in rows]),
                          np.array([self.n_units[row].sum() for row in rows]))


def cohort_effects(rows: Sequence[tuple]) -> CohortEffects:
    """Effects from rows of (cohort, period, effect, n_units, weight)."""
    if not rows:
        raise DataError("effects by cohort and period", value=0, expected="at least one treated cell")
    cohorts, periods, effects, n_units, weights = zip(*rows, strict=True)
    first, fully = zip(*cohorts, strict=True)
    whole = [np.array(column, dtype=np.int64) for column in (first, fully, periods, n_units)]
    return CohortEffects(whole[0], whole[1], whole[2], np.array(effects, dtype=float), whole[3],
                         np.array(weights, dtype=float))
