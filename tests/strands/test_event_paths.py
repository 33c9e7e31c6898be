"""Paths of effects by period on hand-made units: the truth planted, the same estimates as without intervals."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.strands.difference_in_differences.authority_quarters import authority_panel
from analysis.strands.difference_in_differences.event_paths import COLUMNS, event_paths
from analysis.strands.difference_in_differences.staggered_adoption import LEADS, staggered_effects
from tests.strands.test_authority_quarters import DATES, RULES, groups, units


@pytest.fixture(scope="module")
def effects():
    frame = units(effect=0.1)
    frame["y"] += np.random.default_rng(2).normal(0, 0.01, len(frame))
    return staggered_effects(authority_panel(frame, groups(), "conference", RULES, scale=100), np.random.default_rng(1),
                             permutations=2)


def test_paths_are_the_event_times_with_intervals(effects):
    paths = event_paths(effects)
    assert paths.columns.tolist() == COLUMNS
    both = paths.merge(effects.event_times, on=["estimator", "event_time"], suffixes=("", "_before"))
    assert len(both) == len(paths)
    assert both["estimate"].to_numpy() == pytest.approx(both["estimate_before"].to_numpy())
    assert (both["n_pilots"] == both["n_pilots_before"]).all() and (both["n_pilots"] == 2).all()
    assert (paths["low"] < paths["estimate"]).all() and (paths["estimate"] < paths["high"]).all()


def test_periods_shown(effects):
    # Pilot 2 is fully treated from October 2016, nine quarters to December 2018: event times 0 to 8 have both pilots.
    # Before, eight leads; Callaway and Sant'Anna's base, -1, is nought by construction and not listed.
    by_name = {name: rows["event_time"].tolist() for name, rows in event_paths(effects).groupby("estimator")}
    every = [*range(-LEADS, 0), *range(9)]
    assert by_name == {"callaway_santanna": [t for t in every if t != -1], "imputation": every, "synthetic_did": every}


def test_planted_effects_lie_in_the_bands(effects):
    # 10 percentage points after and nothing before: of 50 intervals at 95% about 2.5 miss, so that six would be odd.
    paths = event_paths(effects)
    truth = np.where(paths["event_time"] >= 0, 10.0, 0.0)
    assert ((paths["low"] > truth) | (paths["high"] < truth)).sum() < 6
    wider = event_paths(effects, 0.99)
    assert (wider["high"] > paths["high"]).all()


def test_one_pilot_alone_has_no_band():
    frame = units(effect=0.1)
    frame["y"] += np.random.default_rng(2).normal(0, 0.01, len(frame))
    built = authority_panel(frame, groups({"A": DATES["A"]}), "conference", RULES, scale=100)
    with pytest.raises(DataError, match="units of a jackknife"):
        event_paths(staggered_effects(built, np.random.default_rng(1), permutations=2))
