"""Intervals of a path of effects by event time, from the jackknife over units.

As `staggered_inference.jackknife`, for every event time at once: (G-1)/G x sum_g (b_(g) - b)^2 over all G units,
treated or not, about the estimate itself, with t(G - 1) (CV3 of MacKinnon, Nielsen and Webb 2023). Intervals are for
one event time each, not for the path as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.cohort_effects import EventTimes
from analysis.methods.staggered_panel import Adoption, StaggeredPanel, without_unit

Path = Callable[[StaggeredPanel, Adoption], EventTimes]


@dataclass(frozen=True)
class EventTimeIntervals:
    """By event time, (E,) each: `time`, `effect`, `se`, `low`, `high`, `n_units` treated units behind it; `df`."""

    time: np.ndarray
    effect: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_units: np.ndarray
    df: int


def jackknife_of_event_times(path: Path, panel: StaggeredPanel, adoption: Adoption,
                             level: float = 0.95) -> EventTimeIntervals:
    """The path with intervals at the event times that it has whichever unit is left out; the others, which rest on one
    treated unit, are not in the result.

    Raises `DataError` for a level outside (0, 1), with fewer than two treated or two untreated units, or when no event
    time is left.
    """
    if not 0 < level < 1:
        raise DataError("confidence level", value=level, expected="a share between 0 and 1, such as 0.95")
    n_never, G = int(adoption.never.sum()), len(panel.units)
    if min(n_never, G - n_never) < 2:
        raise DataError("units of a jackknife", value=f"{G - n_never} treated, {n_never} untreated",
                        expected="at least two of each")
    whole = path(panel, adoption)
    without = [path(*without_unit(panel, adoption, unit)) for unit in panel.units]
    kept = [time for time in whole.time if all(time in part.time for part in without)]
    if not kept:
        raise DataError("event times with two treated units or more", value=0, expected="at least one")
    at = np.isin(whole.time, kept)
    parts = np.array([part.effect[np.isin(part.time, kept)] for part in without])
    se = np.sqrt((G - 1) / G * ((parts - whole.effect[at]) ** 2).sum(axis=0))
    half = se * stats.t.ppf(0.5 + level / 2, G - 1)
    return EventTimeIntervals(whole.time[at], whole.effect[at], se, whole.effect[at] - half, whole.effect[at] + half,
                              whole.n_units[at], G - 1)
