"""When pilots and comparators part: year by year, and with the start of round 1 as the date.

Nine of the pilots of round 2 had begun with round 1 in November 2014. Read with that date, the years from the one
ending in March 2015 on are after, and a single year of most windows is before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.interval import Interval
from analysis.methods.staggered import callaway_santanna
from analysis.methods.staggered_inference import jackknife
from analysis.methods.staggered_panel import adoption, staggered_panel
from analysis.methods.wald_test import WaldTest, hotelling_test
from analysis.strands.national_data.effects import Effect, Panel, estimate_effect


@dataclass(frozen=True)
class EventYears:
    """Pilots less comparators by year, relative to `reference`, with CR2 intervals; `joint` tests the years before
    (None, with the reason, where it cannot be had)."""

    reference: int
    years: tuple[int, ...]
    intervals: tuple[Interval, ...]
    joint: WaldTest | None
    problem: str = ""


@dataclass(frozen=True)
class Timings:
    """Effects with round 1's start as the date: of the pilots of both rounds, and of all by their own start (Callaway
    and Sant'Anna 2021, jackknife over authorities)."""

    round_1: Effect
    staggered: Interval


def event_years(panel: Panel, post_from: int, least_before: int, level: float = 0.95) -> EventYears | None:
    """Event study on the panel; None with fewer than `least_before` years before `post_from`."""
    years = [int(year) for year in panel.values.columns]
    before = [year for year in years if year < post_from]
    if len(before) < least_before:
        return None
    shown = [year for year in years if year != before[-1]]
    fit = clustered.fit(*_by_year(panel, shown))
    intervals = tuple(fit.cr2(f"pilot_{year}", level=level) for year in shown)
    try:
        joint, problem = hotelling_test(fit, [f"pilot_{year}" for year in before[:-1]]), ""
    except DataError as error:
        joint, problem = None, str(error)
    return EventYears(before[-1], tuple(shown), intervals, joint, problem)


def timings(panel: Panel, round_1: Sequence[str], round_1_from: int, post_from: int, level: float,
            power: float) -> Timings | None:
    """Both readings of the date of round 1; None where no year of the panel lies before it, or fewer than two pilots
    of both rounds are in the panel."""
    years = np.asarray(panel.values.columns)
    early = tuple(code for code in panel.pilots if code in set(round_1))
    if not (years < round_1_from).any() or len(early) < 2:
        return None
    late = [code for code in panel.pilots if code not in early]
    alone = replace(panel, values=panel.values.drop(index=late), pilots=early)
    long = panel.values.stack().rename("y").reset_index()
    staggered = staggered_panel(long["code"], long["year"].astype(int), long["y"])
    dates = adoption(staggered, {**dict.fromkeys(early, round_1_from), **dict.fromkeys(late, post_from)})
    return Timings(estimate_effect(alone, round_1_from, level, power),
                   jackknife(lambda p, a: callaway_santanna(p, a).mean(), staggered, dates, level))


def _by_year(panel: Panel, shown: Sequence[int]) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Outcome, columns (constant, pilot in each year shown, authorities and years but their first), clusters."""
    long = panel.values.stack().rename("value").reset_index()
    pilot = long["code"].isin(panel.pilots)
    columns = {"constant": np.ones(len(long)),
               **{f"pilot_{year}": (pilot & (long["year"] == year)).astype(float) for year in shown}}
    dummies = [pd.get_dummies(long[name], prefix=name, drop_first=True, dtype=float) for name in ("code", "year")]
    return long["value"].to_numpy(), pd.concat([pd.DataFrame(columns), *dummies], axis=1), long["code"].to_numpy()
