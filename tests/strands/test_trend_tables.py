"""Tables of the trends of all outcomes, from results made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.methods.breakdown import Breakdown
from analysis.methods.interval import t_interval
from analysis.methods.relative_magnitude_bounds import RelativeMagnitudeInterval
from analysis.methods.smoothness_bounds import SmoothnessInterval
from analysis.methods.trend_bounds import TrendBounds
from analysis.strands.difference_in_differences import all_of, rules_of
from analysis.strands.difference_in_differences import trend_tables as tables
from analysis.strands.difference_in_differences.event_study import EventStudy, JointTest
from analysis.strands.difference_in_differences.placebo import Placebo
from analysis.strands.difference_in_differences.trends import OutcomeTrends

RULES = rules_of(load_design(), all_of("corrected"))
MEAN = t_interval(-5.0, 1.0, 10)        # -5 plus and minus 2.228 x 1
LEADS = JointTest(3.2, (2, 9.5), 0.04, (-3, -2))


def broken(value: float, largest: float = 10.0, monotone: bool = True) -> Breakdown:
    return Breakdown(value, 0.0, largest, monotone)


LOST, SMOOTH, NEVER = broken(0.7), broken(1.2, np.inf), broken(0.0)


def trends_of(outcome: str, *, leads: JointTest | None = LEADS, original=MEAN, magnitude=LOST, smoothness=SMOOTH,
              no_effect=NEVER, placebos=()) -> OutcomeTrends:
    """An outcome's trends with two earlier years, the first of which differs; no estimators of staggered adoption."""
    table = pd.DataFrame({"event_year": [-3, -2, -1, 0], "estimate": [4.0, 1.0, 0.0, -5.0],
                          "low": [1.0, -1, np.nan, -7], "high": [7.0, 3, np.nan, -3], "n_pilots": 100,
                          "n_comparators": 200})
    study = EventStudy(table, (-3, -2, 0), np.array([4.0, 1, -5]), np.eye(3), leads, original)
    smooth = tuple(SmoothnessInterval(bound, -5.0, -6.0 - bound, -4.0 + bound, 1.0, bound, np.zeros(3))
                   for bound in (0.0, 0.5))
    relative = tuple(RelativeMagnitudeInterval(bound, original.low - bound, original.high + bound)
                     for bound in (0, 0.5))
    bounds = TrendBounds(original, smooth, relative, smoothness, magnitude, 0.95, 10.0)
    return OutcomeTrends(outcome, study, None, "too few records", bounds, no_effect, tuple(placebos), staggered=None)


def placebo(outcome: str, kind: str, estimate: float | None, name: str = "x") -> Placebo:
    interval = None if estimate is None else t_interval(estimate, 1.0, np.inf)
    return Placebo(outcome, kind, name, interval, 500, "" if interval else "too few matched records: 7")


def test_event_years_both_ways_and_why_one_has_none():
    found = tables.event_time_table({"kinship": trends_of("kinship")})
    assert found["reading"].tolist() == ["Published", "Corrected"]
    assert found["problem"].tolist() == ["too few records", "none"]
    assert np.isnan(found["mean"][0]) and found["mean__symbol"].tolist() == ["z", ""]
    # By hand: 100 and 200 records in year -1, two years before it, p of the joint test 0.04, mean after -5.
    assert found.loc[1, ["n_pilots", "n_comparators", "years", "p", "mean"]].tolist() == [100, 200, 2, 0.04, -5.0]


def test_leads_with_and_without_a_test():
    found = tables.leads_table({"kinship": trends_of("kinship"), "duration": trends_of("duration", leads=None)})
    assert found["outcome"].tolist() == ["Kinship care", "Duration of assessment"]
    assert found.iloc[0][["years", "outside", "statistic", "df_between", "df_within", "p"]].tolist() == [
        2, 1, 3.2, 2, 9.5, 0.04]
    assert found.iloc[1][["statistic", "p"]].isna().all()


def test_event_studies_carry_name_and_unit():
    found = tables.event_study_table({"duration": trends_of("duration"), "kinship": trends_of("kinship")})
    assert found.groupby("outcome", sort=False)["unit"].first().to_dict() == {
        "Duration of assessment": "working days", "Kinship care": "percentage points"}
    assert len(found) == 8


def test_relative_magnitudes_begin_with_the_original_interval_which_stands_once():
    found = tables.relative_magnitude_table({"kinship": trends_of("kinship")})
    assert found["kind"].tolist() == [tables.PARALLEL, tables.BOUNDED] and found["bound"].tolist() == [0.0, 0.5]
    assert found.iloc[0][["low", "high"]].tolist() == [MEAN.low, MEAN.high]
    assert found.iloc[1][["low", "high"]].tolist() == [MEAN.low - 0.5, MEAN.high + 0.5]


def test_smoothness_is_a_share_of_the_smallest_effect_of_interest():
    found = tables.smoothness_table({"kinship": trends_of("kinship"), "escalation": trends_of("escalation")}, RULES)
    kinship, escalation = (found[found["outcome"] == name] for name in ("Kinship care", "Escalation"))
    # The bounds of the design are 5 and 1.5 percentage points: 0.5 / 5 and 0.5 / 1.5.
    assert kinship["share"].tolist()[1:] == [0.0, 0.1] and escalation["share"].iloc[-1] == pytest.approx(1 / 3)
    assert found["kind"].tolist() == [tables.PARALLEL, tables.BOUNDED, tables.BOUNDED] * 2
    assert np.isnan(kinship["bound"].iloc[0])          # parallel trends is not M = 0


def test_breakdown_values():
    found = tables.breakdown_table({"kinship": trends_of("kinship"),
                                    "rereferral": trends_of("rereferral", magnitude=broken(np.inf))}, RULES)
    assert found["magnitude"].tolist() == [0.7, np.inf]
    # 1.2 of the bounds 5 and 3.
    assert found["smoothness"].tolist() == [1.2, 1.2]
    assert found["smoothness_share"].tolist() == pytest.approx([0.24, 0.4])
    assert found["estimate"].tolist() == [-5.0, -5.0] and found["no_effect"].tolist() == [0.0, 0.0]


PLACEBOS = {
    "duration": trends_of("duration", placebos=[placebo("duration", "date", 2.5), placebo("duration", "outcome", 0.1)]),
    "kinship": trends_of("kinship", placebos=[placebo("kinship", "date", None), placebo("kinship", "outcome", -3.0)])}


def test_placebos_by_kind_each_in_its_unit():
    found = tables.placebo_table(PLACEBOS)
    assert found["kind"].tolist() == ["Placebo dates"] * 2 + ["Placebo outcomes"] * 2
    assert found["outcome"].tolist() == ["Duration of assessment", "Kinship care"] * 2
    # Placebo outcomes are shares even for the duration, whose own unit is days.
    assert found["unit"].tolist() == ["working days"] + ["percentage points"] * 3
    assert found["estimate"].tolist()[0] == 2.5 and np.isnan(found["estimate"][1]) and found["problem"][1] != ""


def test_placebos_are_counted_beside_what_chance_gives():
    found = tables.placebo_counts(PLACEBOS).set_index("kind")
    # Estimates with a standard error of 1: 2.5 and -3 exclude nought. Two-sided normal p: 0.0124, 0.920, 0.0027.
    assert found.loc["Placebo dates"].tolist()[:4] == [1, 1, 1, pytest.approx(0.05)]
    assert found.loc["Placebo outcomes"].tolist()[:4] == [2, 0, 1, pytest.approx(0.1)]
    whole = found.loc[tables.ALL_PLACEBOS]
    assert whole.tolist()[:4] == [3, 1, 2, pytest.approx(0.15)]
    # P(|Z| > 3) = 0.0026998; Holm multiplies the smallest by the number of estimates.
    assert whole["smallest_p"] == pytest.approx(0.0026998, abs=1e-7)
    assert whole["holm_p"] == pytest.approx(3 * 0.0026998, abs=3e-7)


def test_no_placebo_at_all_is_said_and_not_an_error():
    found = tables.placebo_counts({"kinship": trends_of("kinship", placebos=[placebo("kinship", "date", None)])})
    assert found["estimates"].tolist() == [0, 0, 0] and found["expected"].tolist() == [0, 0, 0]
    assert found["smallest_p"].isna().all() and found["holm_p"].isna().all()
