"""Effects by cohort and period under staggered adoption, with units never treated as controls.

Three estimators that never use an already treated unit as a control, so that effects may differ between cohorts and
over time without biasing a mean of them (two-way fixed effects: `two_way`). Notation: cohort c with first treated
period g, base b the last period of the panel before g; w cell weights (one each, unless given).

`callaway_santanna`   Callaway and Sant'Anna (2021), outcome regression without covariates, never-treated controls:
    ATT(c, t) = mean over c of (y_it - y_ib) less the mean over controls. The base is b for periods before too (a
    "universal" base; R's `did` by default compares each period before with the one before it). A unit counts where it
    has both cells, by w_ib w_it / (w_ib + w_it), as in weighted least squares on two periods with unit effects; equal
    weights give the plain means.
`sun_abraham`         Sun and Abraham (2021): least squares on unit and period effects and one coefficient for every
    cohort and period but b. These saturate the treated cohorts, so that the period effects come from the never treated
    alone and a coefficient is a difference of two period effects: cohort's (t less b) less controls' (t less b). The
    two estimators agree exactly in a balanced panel with equal weights.
`imputation`          Borusyak, Jaravel and Spiess (2024), theorem 2: unit and period effects from the cells of
    controls and those before treatment, by weighted least squares; effect = y less the sum of both, only after.

Cells between first and fully treated (`staggered_panel`) enter neither estimation nor effects.
"""

from __future__ import annotations

import numpy as np

from analysis.errors import DataError
from analysis.methods.cohort_effects import CohortEffects, EventTimes, cohort_effects
from analysis.methods.staggered_panel import Adoption, StaggeredPanel
from analysis.methods.two_way import residuals, two_way


def callaway_santanna(panel: StaggeredPanel, adoption: Adoption) -> CohortEffects:
    """ATT(c, t) for every period with cells but the base (module docstring).

    Raises `DataError` when a cohort has no cell in its base period, or no control has cells in both periods.
    """
    used, rows = adoption.used(panel), []
    controls = np.flatnonzero(adoption.never)
    for cohort in adoption.cohorts:
        members, base = adoption.members(cohort), base_period(panel, used, adoption, cohort)
        with_base = members[used[members, base] > 0]
        treated, weight = _changes(panel.y[members], used[members], base)
        control, there = _changes(panel.y[controls], used[controls], base)
        for t in _effect_periods(weight, base):
            if not there[t]:
                raise DataError("no unit never treated has a cell in both periods of a comparison",
                                value=(int(panel.periods[base]), int(panel.periods[t])))
            rows.append(_row(panel, used, with_base, cohort, t, treated[t] - control[t]))
    return cohort_effects(rows)


def sun_abraham(panel: StaggeredPanel, adoption: Adoption) -> CohortEffects:
    """Coefficients of the saturated regression for every period with cells but the base (module docstring).

    Raises `DataError` when a cohort has no cell in its base period, or the controls none in a period it needs.
    """
    used, rows = adoption.used(panel), []
    control = two_way(panel.y[adoption.never], used[adoption.never]).periods
    for cohort in adoption.cohorts:
        members, base = adoption.members(cohort), base_period(panel, used, adoption, cohort)
        own = two_way(panel.y[members], used[members]).periods
        effects = (own - own[base]) - (control - control[base])
        for t in _effect_periods(used[members].sum(axis=0), base):
            if not np.isfinite(effects[t]):
                raise DataError("no unit never treated has a cell in a period", value=int(panel.periods[t]))
            rows.append(_row(panel, used, members, cohort, t, effects[t]))
    return cohort_effects(rows)


def imputation(panel: StaggeredPanel, adoption: Adoption) -> CohortEffects:
    """Effects after treatment, averaged over a cohort's units by their cell weights (module docstring).

    Raises `DataError` when the untreated cells do not identify the untreated outcome of a treated cell.
    """
    used, after, rows = adoption.used(panel), adoption.after(panel.periods), []
    fit = two_way(panel.y, np.where(after, 0.0, used))
    effects = panel.y - fit.fitted
    for cohort in adoption.cohorts:
        members = adoption.members(cohort)
        cells = np.where(after[members], used[members], 0.0)
        for t in np.flatnonzero(cells.any(axis=0)):
            at = members[cells[:, t] > 0]
            effect = np.average(effects[at, t], weights=used[at, t])
            if not np.isfinite(effect):
                raise DataError("no untreated cell tells the untreated outcome of a treated one",
                                value=(panel.units[at[0]], int(panel.periods[t])))
            rows.append(_row(panel, used, members, cohort, t, effect))
    return cohort_effects(rows)


def imputation_leads(panel: StaggeredPanel, adoption: Adoption, n_leads: int) -> EventTimes:
    """Test of the periods before, as Borusyak, Jaravel and Spiess (2024, section 4.4) propose: least squares on the
    untreated cells alone, on unit and period effects and one dummy for each of the last `n_leads` periods before the
    first treated one, relative to all earlier periods. Raises `DataError` when these are not identified."""
    if n_leads < 1:
        raise DataError("leads before treatment", value=n_leads, expected="at least one")
    weights = np.where(adoption.after(panel.periods), 0.0, adoption.used(panel))
    ahead = np.where(adoption.never[:, None], 0, panel.periods[None, :] - adoption.first_treated[:, None])
    times = np.arange(-n_leads, 0)
    dummies = [(ahead == time) & (weights > 0) for time in times]
    left = np.array([residuals(dummy.astype(float), weights).ravel() for dummy in dummies])
    gram = (left * weights.ravel()) @ left.T
    if np.linalg.matrix_rank(gram, hermitian=True) < n_leads:
        raise DataError("leads before treatment", value=n_leads, expected="a treated unit with earlier periods besides")
    moments = (left * weights.ravel()) @ np.where(weights > 0, panel.y, 0.0).ravel()
    return EventTimes(times, np.linalg.solve(gram, moments), np.array([int(dummy.sum()) for dummy in dummies]))


def base_period(panel: StaggeredPanel, used: np.ndarray, adoption: Adoption, cohort: tuple[int, int]) -> int:
    """Place of the last period before a cohort's first treated one; `DataError` when no unit of it has a cell there."""
    base = int(np.searchsorted(panel.periods, cohort[0])) - 1
    if not used[adoption.members(cohort), base].any():
        raise DataError("a cohort has no cell in the last period before treatment", value=cohort,
                        expected=f"a cell in period {int(panel.periods[base])}")
    return base


def _changes(y: np.ndarray, weights: np.ndarray, base: int) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean change since the base (T,), and the weight behind it; a mean without weight is nought."""
    at_base, both = weights[:, [base]], np.where(weights[:, [base]] > 0, weights, 0.0)
    pair = at_base * both / np.where(both > 0, at_base + both, 1.0)
    change = np.where(pair > 0, y - y[:, [base]], 0.0)
    total = pair.sum(axis=0)
    return (pair * change).sum(axis=0) / np.where(total > 0, total, 1.0), total


def _effect_periods(weight: np.ndarray, base: int) -> np.ndarray:
    places = np.flatnonzero(weight > 0)
    return places[places != base]


def _row(panel: StaggeredPanel, used: np.ndarray, members: np.ndarray, cohort: tuple[int, int], t: int,
         effect: float) -> tuple:
    column = used[members, t]
    return cohort, int(panel.periods[t]), effect, int(np.count_nonzero(column)), column.sum()
