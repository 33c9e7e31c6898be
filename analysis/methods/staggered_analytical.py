"""Standard errors from formulae under staggered adoption, where they mean something with small cohorts.

callaway_santanna   influence function over units, with the estimation of the cohort shares by which effects are
                    averaged (Callaway and Sant'Anna 2021, section 4.2), by diff-diff. The second part carries the
                    spread between cohorts, so that it keeps its size where every cohort is one unit.
imputation          Borusyak, Jaravel and Spiess (2024), theorem 3, by diff-diff, about averages by time since treatment
                    over all cohorts. By cohort and time, the usual choice, a cohort of one shows no spread at all.
sun_abraham         clustered by unit, CR1 with G/(G-1) x (n-1)/(n-k) and t(G-1), k all coefficients and period effects
                    but not the unit effects, which are nested in clusters (R's `fixest` 0.12). The residuals of a
                    cohort of one are nought, so `analytical_errors` gives it only where every cohort has two units.
two_way             CR2 by unit (`clustered`).

What diff-diff computes is given only where its estimate is ours; it is told the first treated period alone, and the
cells between are left out of what it is given. All four rest on many treated units.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.clustered import ClusteredFit, fit
from analysis.methods.cohort_effects import CohortEffects
from analysis.methods.interval import Interval, t_interval
from analysis.methods.staggered import callaway_santanna, imputation, sun_abraham
from analysis.methods.staggered_panel import Adoption, StaggeredPanel

SAME = 1e-8     # difference of the library's estimate and ours, relative to the largest outcome


@dataclass(frozen=True)
class AnalyticalError:
    """`se` in the units of y, or None where `method` says why there is none."""

    se: float | None
    method: str


def analytical_errors(panel: StaggeredPanel, adoption: Adoption) -> dict[str, AnalyticalError]:
    """Standard errors of the means over cells after, by estimator (module docstring)."""
    return {"callaway_santanna": _of_library("influence function with estimated cohort shares", panel, adoption,
                                             callaway_santanna, "CallawaySantAnna", base_period="universal",
                                             estimation_method="reg"),
            "sun_abraham": _sun_abraham_error(panel, adoption),
            "imputation": _of_library("Borusyak, Jaravel and Spiess, averages by time since treatment", panel, adoption,
                                      imputation, "ImputationDiD", aux_partition="horizon"),
            "two_way": AnalyticalError(_two_way_fit(panel, adoption).cr2("treated").se, "CR2 by unit")}


def sun_abraham_intervals(panel: StaggeredPanel, adoption: Adoption,
                          level: float = 0.95) -> tuple[Interval, dict[int, Interval]]:
    """The mean over cells after, and the means by event time, with clustered errors (module docstring). They are far
    too small where cohorts of one unit make much of a mean."""
    effects, fitted = sun_abraham(panel, adoption), _saturated_fit(panel, adoption)
    k = len(fitted.names) - len(panel.units) + 1          # with all period effects, without the unit effects
    factor = np.sqrt((fitted.n - 1) / (fitted.n - k))

    def interval(cells: np.ndarray) -> Interval:
        shares = effects.weight[cells] / effects.weight[cells].sum()
        found = fitted.cr1({_name(effects, i): share for i, share in zip(np.flatnonzero(cells), shares, strict=True)},
                           factor="clusters")
        return t_interval(found.estimate, factor * found.se, found.df, level=level, method="CR1, fixest, t(G - 1)")

    at = effects.event_time
    return interval(effects.after), {int(time): interval(at == time) for time in np.unique(at)}


def _sun_abraham_error(panel: StaggeredPanel, adoption: Adoption) -> AnalyticalError:
    if min(len(adoption.members(cohort)) for cohort in adoption.cohorts) < 2:
        return AnalyticalError(None, "none: the residuals of a cohort of one unit are nought")
    return AnalyticalError(sun_abraham_intervals(panel, adoption)[0].se, "clustered by unit, CR1")


def _of_library(method: str, panel: StaggeredPanel, adoption: Adoption, estimator, name: str,
                **options) -> AnalyticalError:
    """Standard error of an estimator of diff-diff, on the cells used."""
    import diff_diff  # takes a second to import, and only this needs it

    if not panel.equal_weights:
        return AnalyticalError(None, "none: unequal weights")
    unit, period = np.nonzero(adoption.used(panel))
    first = np.where(adoption.never, 0, np.searchsorted(panel.periods, adoption.first_treated) + 1)
    rows = pd.DataFrame({"unit": unit, "time": period + 1, "first": first[unit], "y": panel.y[unit, period]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")      # it warns of missing cells, which are so on purpose
        found = getattr(diff_diff, name)(**options).fit(rows, outcome="y", unit="unit", time="time",
                                                        first_treat="first")
    if not np.isfinite(found.overall_se):
        return AnalyticalError(None, "none: not defined for these cohorts")
    if abs(found.overall_att - estimator(panel, adoption).mean()) > SAME * np.nanmax(np.abs(panel.y)):
        return AnalyticalError(None, "none: diff-diff estimates something else here")
    return AnalyticalError(float(found.overall_se), method)


def _saturated_fit(panel: StaggeredPanel, adoption: Adoption) -> ClusteredFit:
    """The regression of Sun and Abraham on the cells used, with a column a cohort and period but the base."""
    effects = sun_abraham(panel, adoption)
    cells = {_name(effects, i): ((adoption.first_treated == effects.first_treated[i])
                                 & (adoption.fully_treated == effects.fully_treated[i]))[:, None]
             & (panel.periods == effects.period[i]) for i in range(len(effects.period))}
    return _two_way_columns(panel, adoption, cells)


def _two_way_fit(panel: StaggeredPanel, adoption: Adoption) -> ClusteredFit:
    return _two_way_columns(panel, adoption, {"treated": adoption.after(panel.periods)})


def _two_way_columns(panel: StaggeredPanel, adoption: Adoption, columns: dict[str, np.ndarray]) -> ClusteredFit:
    """Least squares of y on these columns (N, T) and unit and period effects, clustered by unit."""
    weights = adoption.used(panel)
    unit, period = np.nonzero(weights)
    periods = np.unique(period)[1:]
    X = np.column_stack([np.eye(len(panel.units))[unit], period[:, None] == periods,
                         *(column[unit, period] for column in columns.values())]).astype(float)
    names = [*(f"unit {i}" for i in range(len(panel.units))), *(f"period {i}" for i in periods), *columns]
    return fit(panel.y[unit, period], X, unit, weights=weights[unit, period], names=names)


def _name(effects: CohortEffects, i: int) -> str:
    return f"cohort {effects.first_treated[i]} {effects.fully_treated[i]} in {effects.period[i]}"
