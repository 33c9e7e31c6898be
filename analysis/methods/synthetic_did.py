"""Synthetic difference-in-differences: controls and periods before weighted to resemble the treated.

Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), algorithm 1, one run a cohort with its own periods before and
after and the units never treated as controls; the mean over cohorts weights each by its treated units and periods after
(Clarke, Pailanir, Athey and Imbens 2023, on staggered adoption). Periods between first and fully treated are left out
of a cohort's run. Every unit counts the same: cell weights are not used.

With N controls, P periods before, A after, n treated units (their mean is the treated series):
unit weights   minimise sum_t (a + sum_j o_j y_jt - y_tr,t)^2 + zeta^2 P |o|^2 over the periods before (equation 2.1);
zeta           (n A)^(1/4) s, s^2 the variance of the first differences of the controls before, divided by their number
               N (P - 1) (equation 2.2; R's `synthdid` divides by one less);
time weights   minimise sum_j (a + sum_t l_t y_jt - mean after of y_j)^2 + (1e-6 s)^2 N |l|^2 (equation 2.3; the small
               term only makes them unique, as in R's `synthdid`);
effect at t    (y_tr,t - sum_s l_s y_tr,s) - sum_j o_j (y_jt - sum_s l_s y_js); their mean over the periods after is the
               estimate (Ciccia 2024).
Both sets of weights are not negative and sum to one (numbers of equations: those of the paper on arXiv). They are found
exactly, where `synthdid` and diff-diff stop Frank-Wolfe steps early and set small weights to nought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from analysis.errors import DataError
from analysis.methods.cohort_effects import CohortEffects, cohort_effects
from analysis.methods.interval import Interval, t_interval
from analysis.methods.staggered_panel import Adoption, StaggeredPanel

TIME_RIDGE = 1e-6       # times the standard deviation of first differences
TINY = 1e-14            # least ridge of `simplex_weights`


@dataclass(frozen=True)
class SyntheticControl:
    """One cohort's run: `unit_weights` (N,) of the controls in the panel's order, `time_weights` (P,) of the `before`
    periods; `effects` (P + A,) at `periods`, those before included; `zeta` and `noise`, s, in the units of y."""

    cohort: tuple[int, int]
    treated: tuple
    controls: tuple
    unit_weights: np.ndarray
    before: np.ndarray
    time_weights: np.ndarray
    periods: np.ndarray
    effects: np.ndarray
    zeta: float
    noise: float

    @property
    def effect(self) -> float:
        """Mean over the periods after."""
        return float(self.effects[len(self.before):].mean())


@dataclass(frozen=True)
class SyntheticDiD:
    """Runs by cohort. `effects` has one row a cohort and period; their mean over the cells after is the estimate."""

    runs: tuple[SyntheticControl, ...]
    effects: CohortEffects

    @property
    def effect(self) -> float:
        """Mean over treated units and periods after."""
        return self.effects.mean()


def synthetic_did(panel: StaggeredPanel, adoption: Adoption) -> SyntheticDiD:
    """Synthetic difference-in-differences by cohort (module docstring).

    Raises `DataError` when a control, or a treated unit outside the periods between, lacks a cell, or a cohort has
    fewer than two periods before.
    """
    runs = tuple(_run(panel, adoption, cohort) for cohort in adoption.cohorts)
    rows = [(run.cohort, period, effect, len(run.treated), len(run.treated)) for run in runs
            for period, effect in zip(run.periods.tolist(), run.effects.tolist(), strict=True)]
    return SyntheticDiD(runs, cohort_effects(rows))


def fixed_weight_jackknife(panel: StaggeredPanel, found: SyntheticDiD, level: float = 0.95) -> Interval:
    """Jackknife over units with the weights kept (Arkhangelsky et al. 2021, algorithm 3, made for several cohorts).

    Without a control, the unit weights of each run are the others' made to sum to one again; without a treated unit its
    cohort has one unit less, or goes. Variance and degrees of freedom as in `staggered_inference.jackknife`. Raises
    `DataError` with fewer than two treated units, or when one control has all the weight of a run.
    """
    G = len(panel.units)
    if sum(len(run.treated) for run in found.runs) < 2:
        raise DataError("treated units of a jackknife", value=1, expected="at least two")
    parts = [_without_each(panel, run) for run in found.runs]
    effects, sizes = np.array([part[0] for part in parts]), np.array([part[1] for part in parts])
    without = (effects * sizes).sum(axis=0) / sizes.sum(axis=0)
    variance = (G - 1) / G * float(np.sum((without - found.effect) ** 2))
    return t_interval(found.effect, np.sqrt(variance), G - 1, level=level,
                      method="Jackknife with fixed weights, t(G - 1)")


def simplex_weights(A: np.ndarray, target: np.ndarray, ridge: float) -> np.ndarray:
    """Weights w (k,), not negative and summing to one, that minimise |A w - target|^2 + ridge |w|^2; A (n, k).

    The ridge is at least `TINY` of the mean square of A - target, so that ties are shared evenly.
    With B = [A - target 1'; ridge^1/2 I] the sum is |B w|^2 on the simplex, and the least |B u|^2 + (1 - c 1'u)^2 over
    all u not negative lies on the ray of the solution whatever c, by the conditions of Karush, Kuhn and Tucker.
    """
    n, k = A.shape
    stacked = np.zeros((n + k + 1, k))
    stacked[:n] = A - target[:, None]
    least = TINY * np.mean(stacked[:n] ** 2) or TINY
    stacked[n : n + k].flat[:: k + 1] = np.sqrt(max(ridge, least))
    # A last row about as long as the others keeps the problem well scaled.
    stacked[-1] = np.sqrt(np.mean(stacked[:-1] ** 2)) or 1.0
    right = np.zeros(n + k + 1)
    right[-1] = stacked[-1, 0]
    found, _ = nnls(stacked, right)
    return found / found.sum()


def _without_each(panel: StaggeredPanel, run: SyntheticControl) -> tuple[np.ndarray, np.ndarray]:
    """A run's effect without each unit of the panel (G,), and how many treated units times periods it then has (G,)."""
    P, place = len(run.before), {unit: i for i, unit in enumerate(panel.units)}
    y = panel.y[:, np.searchsorted(panel.periods, run.periods)]
    change = y[:, P:].mean(axis=1) - y[:, :P] @ run.time_weights
    treated, controls = ([place[unit] for unit in units] for units in (run.treated, run.controls))
    if run.unit_weights.max() == 1:
        raise DataError("one control has all the weight, so that there is no estimate without it",
                        value=run.controls[int(run.unit_weights.argmax())])
    own, synthetic = change[treated], float(run.unit_weights @ change[controls])
    effects, sizes = np.full(len(place), own.mean() - synthetic), np.full(len(place), float(len(own)))
    without = (synthetic - run.unit_weights * change[controls]) / (1 - run.unit_weights)
    effects[controls] = own.mean() - without
    sizes[treated] -= 1
    if len(own) > 1:
        effects[treated] = (own.sum() - own) / (len(own) - 1) - synthetic
    return effects, sizes * (len(run.periods) - P)


def _run(panel: StaggeredPanel, adoption: Adoption, cohort: tuple[int, int]) -> SyntheticControl:
    members, controls = adoption.members(cohort), np.flatnonzero(adoption.never)
    before = np.flatnonzero(panel.periods < cohort[0])
    places = np.concatenate([before, np.flatnonzero(panel.periods >= cohort[1])])
    _check_cells(panel, np.concatenate([members, controls]), places)
    if len(before) < 2:
        raise DataError("periods before treatment in a synthetic difference-in-differences", value=len(before),
                        expected="at least two")
    P, y = len(before), panel.y[:, places]
    treated, pool = y[members].mean(axis=0), y[controls]
    noise = float(np.diff(pool[:, :P], axis=1).std())
    zeta = (len(members) * (len(places) - P)) ** 0.25 * noise
    units, times = _weights(treated, pool, P, zeta**2, (TIME_RIDGE * noise) ** 2)
    gaps = treated - units @ pool
    return SyntheticControl(cohort, tuple(panel.units[i] for i in members), tuple(panel.units[i] for i in controls),
                            units, panel.periods[before], times, panel.periods[places], gaps - times @ gaps[:P],
                            float(zeta), noise)


def _weights(treated: np.ndarray, pool: np.ndarray, P: int, unit_ridge: float,
             time_ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit and time weights; the free intercepts are taken out by centring."""
    before, own = pool[:, :P].T, treated[:P]
    units = simplex_weights(before - before.mean(axis=0), own - own.mean(), unit_ridge * P)
    after = pool[:, P:].mean(axis=1)
    times = simplex_weights(before.T - before.T.mean(axis=0), after - after.mean(), time_ridge * len(pool))
    return units, times


def _check_cells(panel: StaggeredPanel, units: np.ndarray, places: np.ndarray) -> None:
    empty = np.argwhere(panel.weights[np.ix_(units, places)] == 0)
    if len(empty):
        unit, place = empty[0]
        raise DataError("a unit has no cell in a period of a synthetic difference-in-differences",
                        value=(panel.units[units[unit]], int(panel.periods[places[place]])),
                        expected="a cell for every control and period, and for the treated outside the embedding")
