"""Uncertainty of an effect under staggered adoption when few units are treated.

With a cohort of one unit, the analytical variance of Callaway and Sant'Anna, of Sun and Abraham and of imputation (by
cohort and period) sees no spread among the treated, and a bootstrap of units draws the same few over and over. So:

permutation     the dates of the treated units are given to other units (Fisher 1935; MacKinnon and Webb 2020), all
                else as it was; exact when the dates could have been given in any of these ways;
jackknife       (G-1)/G x sum_g (b_(g) - b)^2 over all G units, treated or not, about the estimate itself, with G - 1
                degrees of freedom (CV3 of MacKinnon, Nielsen and Webb 2023);
leave-one-out   the estimate without each treated unit: does one of them carry it?
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval
from analysis.methods.permutation import PermutationTest, test_of_values
from analysis.methods.staggered_panel import Adoption, StaggeredPanel, without_unit

NO_SPREAD = 1e-24       # variance relative to the squares of the estimates: rounding alone

Statistic = Callable[[StaggeredPanel, Adoption], float]


def permutation_of_dates(statistic: Statistic, panel: StaggeredPanel, adoptions: Sequence[Adoption], *,
                         exact: bool) -> PermutationTest:
    """Test of no effect: the statistic (nought meaning no effect) under every adoption, what happened first.

    `adoptions` come from `staggered_panel.reassigned`; `exact` says whether they are all there could have been.
    """
    return test_of_values(np.array([statistic(panel, dates) for dates in adoptions]), exact=exact)


def leave_one_out(statistic: Statistic, panel: StaggeredPanel, adoption: Adoption,
                  units: Iterable[Hashable] | None = None) -> dict[Hashable, float]:
    """The statistic without each of some units, by label: the treated ones unless others are named."""
    treated = [unit for unit, never in zip(panel.units, adoption.never, strict=True) if not never]
    return {unit: statistic(*without_unit(panel, adoption, unit)) for unit in (treated if units is None else units)}


def jackknife(statistic: Statistic, panel: StaggeredPanel, adoption: Adoption, level: float = 0.95) -> Interval:
    """Jackknife over all units (module docstring); `DataError` with fewer than two treated or two untreated units, or
    when every unit left out gives the same."""
    n_never = int(adoption.never.sum())
    if min(n_never, len(panel.units) - n_never) < 2:
        raise DataError("units of a jackknife", value=f"{len(panel.units) - n_never} treated, {n_never} untreated",
                        expected="at least two of each")
    estimate, G = statistic(panel, adoption), len(panel.units)
    without = np.array(list(leave_one_out(statistic, panel, adoption, panel.units).values()))
    variance = (G - 1) / G * float(np.sum((without - estimate) ** 2))
    if variance <= NO_SPREAD * np.sum(without**2 + estimate**2):
        raise DataError("the jackknife finds no variance: without any unit the estimate is the same")
    return t_interval(estimate, np.sqrt(variance), G - 1, level=level, method="Jackknife, t(G - 1)")
