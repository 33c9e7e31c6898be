"""Unit and period effects by weighted least squares, and the two-way fixed effects regression on a treatment.

Minimises sum_it w_it (y_it - a_i - l_t)^2 over the cells with a positive weight. Unit effects are concentrated out,
which leaves a system in the period effects (a Laplacian of the periods), so that the cost does not grow with the units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components

from analysis.errors import DataError
from analysis.methods.staggered_panel import Adoption, StaggeredPanel

NO_VARIATION = 1e-12    # share of the treatment's variation left after unit and period effects


@dataclass(frozen=True)
class TwoWay:
    """Effects of units (N,) and periods (T,), the first period with a cell at nought; missing for a unit or period
    without a cell."""

    units: np.ndarray
    periods: np.ndarray

    @property
    def fitted(self) -> np.ndarray:
        """Sums of unit and period effects, (N, T)."""
        return self.units[:, None] + self.periods[None, :]


def two_way(y: np.ndarray, weights: np.ndarray) -> TwoWay:
    """Unit and period effects of `y` (N, T) with `weights` (N, T), not negative; y is not looked at where they are 0.

    Raises `DataError` when no cell has a weight, or the cells fall apart into sets of units and periods that share
    nothing, so that their effects cannot be compared.
    """
    rows, columns = weights.any(axis=1), weights.any(axis=0)
    if not rows.any():
        raise DataError("cells of a two-way regression", value=0, expected="at least one with a positive weight")
    w = weights[np.ix_(rows, columns)]
    values = np.where(w > 0, y[np.ix_(rows, columns)], 0.0)
    _check_connected(w)
    totals, moments = w.sum(axis=1), (w * values).sum(axis=1)
    scaled = w / totals[:, None]
    lap = np.diag(w.sum(axis=0)) - w.T @ scaled
    right = (w * values).sum(axis=0) - scaled.T @ moments
    inner = np.zeros(w.shape[1])
    if len(inner) > 1:
        inner[1:] = cho_solve(cho_factor(lap[1:, 1:]), right[1:])
    units, periods = np.full(len(rows), np.nan), np.full(len(columns), np.nan)
    units[rows], periods[columns] = (moments - w @ inner) / totals, inner
    return TwoWay(units, periods)


def residuals(y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What unit and period effects leave of `y`, (N, T); nought where there is no weight."""
    return np.where(weights > 0, y - two_way(y, weights).fitted, 0.0)


def two_way_effect(panel: StaggeredPanel, adoption: Adoption) -> float:
    """Coefficient of being treated in the two-way fixed effects regression, cells between left out.

    With effects that differ between cohorts or over time it is no average of them (Goodman-Bacon 2021). Raises
    `DataError` when unit and period effects explain the treatment wholly.
    """
    weights = adoption.used(panel)
    treated = adoption.after(panel.periods).astype(float)
    left = residuals(treated, weights)
    variation = float(np.sum(weights * left**2))
    if variation <= NO_VARIATION * np.sum(weights * treated):
        raise DataError("unit and period effects explain the treatment wholly",
                        expected="periods with both treated and untreated units")
    return float(np.sum(weights * left * np.where(weights > 0, panel.y, 0.0)) / variation)


def _check_connected(weights: np.ndarray) -> None:
    there = weights > 0
    if there.all(axis=1).any() or there.all(axis=0).any():
        return
    n_units, n_periods = there.shape
    graph = np.zeros((n_units + n_periods,) * 2, dtype=bool)
    graph[:n_units, n_units:] = there
    if connected_components(graph, directed=False, return_labels=False) > 1:
        raise DataError("cells of a two-way regression fall apart into sets that share no unit and no period",
                        expected="units that overlap in periods")
