"""The panel of authorities and quarters, and the estimators of staggered adoption on it: hand-made units, stand-ins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError
from analysis.methods.staggered_panel import NEVER
from analysis.strands.difference_in_differences import DATASETS, OUTCOMES, all_of, records_from, rules_of
from analysis.strands.difference_in_differences.authority_quarters import authority_panel
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.definitions import CORRECTED
from analysis.strands.difference_in_differences.outcomes import UNITS
from analysis.strands.difference_in_differences.periods import outcome_groups
from analysis.strands.difference_in_differences.staggered_adoption import ESTIMATORS, staggered_effects

RULES = rules_of(load_design(), all_of(CORRECTED))
DATES = {"A": (1, "2014-11-03", "2015-12-31"), "B": (2, "2015-06-01", "2016-09-30")}
MEMBERS = {"A": (11, 13), "B": (12, 13)}


def groups(dates=None, members=None) -> pd.DataFrame:
    rows = []
    for group, (pilot, start, end) in (dates or DATES).items():
        for la in (pilot, *(members or MEMBERS)[group]):
            rows.append({"group": group, "la": la, "pilot": la == pilot, "start": pd.Timestamp(start),
                         "end": pd.Timestamp(end)})
    return pd.DataFrame(rows)


def units(las=(1, 2, 11, 12, 13), effect: float = 0.0, days: int = 91) -> pd.DataFrame:
    """One unit an authority and month, on the 15th, April 2012 to December 2018, followed for so many days. y is
    additive in authority and quarter; the effect is added in pilots after their embedding."""
    months = pd.date_range("2012-04-01", "2018-12-01", freq="MS") + pd.Timedelta(14, "D")
    frame = pd.DataFrame([{"la": la, "date": date} for la in las for date in months])
    y = 0.01 * frame["la"] + 0.001 * (frame["date"].dt.year + frame["date"].dt.quarter)
    for pilot, _, end in DATES.values():
        y += effect * ((frame["la"] == pilot) & (frame["date"] > pd.Timestamp(end)))
    return frame.assign(closes=frame["date"] + pd.Timedelta(days, "D"), y=y)


def begins(built, periods) -> list[str]:
    return [f"{built.begins(period):%Y-%m-%d}" for period in periods]


def test_quarters_and_dates_of_the_pilots():
    built = authority_panel(units(), groups(), "conference", RULES, scale=100)
    # April 2012 to December 2018 are 27 quarters. Follow-up of 91 days ends on 31 March 2019 for 30 December 2018, so
    # 91 of the last quarter's 92 days are followed up, above 95 in 100; of the next quarter none.
    assert built.period == "quarter" and len(built.panel.periods) == 27
    assert begins(built, built.panel.periods[[0, -1]]) == ["2012-04-01", "2018-10-01"]
    # 91 days before 3 November 2014 is 4 August, before 1 June 2015 2 March. Embedding ends 31 December 2015 and
    # 30 September 2016: the next days begin quarters.
    assert begins(built, built.dates["first_treated"]) == ["2014-07-01", "2015-01-01"]
    assert begins(built, built.dates["fully_treated"]) == ["2016-01-01", "2016-10-01"]
    assert built.groups == ((1, 11, 13), (2, 12, 13)) and built.reaching == 0
    assert built.panel.units == (1, 2, 11, 12, 13) and (built.adoption.first_treated == NEVER).tolist() == [
        False, False, True, True, True]
    # Three units a quarter; authority 11 in April to June 2012: 0.11 + 0.001 x (2012 + 2) = 2.124, per cent 212.4.
    cell = built.cells[(built.cells["la"] == 11) & (built.cells["begins"] == "2012-04-01")].iloc[0]
    assert (cell["n"], cell["y"]) == (3, pytest.approx(212.4))
    assert built.panel.y[2, 0] == cell["y"] and built.panel.equal_weights


def test_an_embedding_that_ends_within_a_quarter_is_over_with_the_next_one():
    built = authority_panel(units(), groups({**DATES, "A": (1, "2014-10-01", "2016-01-01")}), "conference", RULES)
    # 91 days before 1 October 2014 is 2 July; embedded for one day of January 2016.
    assert begins(built, built.dates["first_treated"])[0] == "2014-07-01"
    assert begins(built, built.dates["fully_treated"])[0] == "2016-04-01"
    # 30 days more and the quarter before is reached.
    assert begins(built, authority_panel(units(days=121), groups(), "conference", RULES).dates["first_treated"]) == [
        "2014-07-01", "2015-01-01"]
    assert begins(built, authority_panel(units(days=126), groups(), "conference", RULES).dates["first_treated"]) == [
        "2014-04-01", "2015-01-01"]          # 126 days before 3 November 2014 is 30 June, before 1 June 2015 26 January


def test_cells_may_count_by_their_units():
    frame = units()
    more = pd.concat([frame, frame[(frame["la"] == 12)]], ignore_index=True)
    built = authority_panel(more, groups(), "conference", RULES, weighted=True)
    assert built.panel.weights[built.panel.units.index(12)].tolist() == [6.0] * 27
    assert built.panel.weights[0].tolist() == [3.0] * 27


def test_a_period_only_partly_recorded_at_the_start_is_left_out():
    # One authority's month in January to March 2012: 1 unit, below half of the usual 15.
    early = pd.DataFrame({"la": [11], "date": [pd.Timestamp("2012-03-15")], "closes": [pd.Timestamp("2012-06-14")],
                          "y": [1.0]})
    built = authority_panel(pd.concat([early, units()], ignore_index=True), groups(), "conference", RULES)
    assert begins(built, built.panel.periods[:1]) == ["2012-04-01"]


def test_one_record_open_for_years_does_not_undo_the_periods_before():
    # 405 units, 1 in 100 may be longer: four.
    frame = units()
    frame.loc[frame.index[30], "closes"] += pd.Timedelta(900, "D")     # authority 1, October 2014: within the embedding
    built = authority_panel(frame, groups(), "conference", RULES)
    assert begins(built, built.dates["first_treated"]) == ["2014-07-01", "2015-01-01"] and built.reaching == 0
    frame.loc[frame.index[20], "closes"] += pd.Timedelta(900, "D")     # authority 1, December 2013: before
    built = authority_panel(frame, groups(), "conference", RULES)
    # Before: 9 quarters of 3 units in authority 1 and 11 in authority 2; one of 60 runs on into the embedding.
    assert built.reaching == pytest.approx(1 / 60)


def test_longer_periods_where_a_quarter_is_empty():
    frame = units()
    gone = (frame["la"] == 11) & frame["date"].between("2013-07-01", "2013-09-30")
    built = authority_panel(frame[~gone], groups(), "conference", RULES)
    # Half-years from April and October. October 2018 to March 2019 is followed up in 91 of its 182 days: left out.
    assert built.period == "half-year"
    assert begins(built, built.panel.periods[[0, -1]]) == ["2012-04-01", "2018-04-01"]
    assert len(built.panel.periods) == 13
    assert begins(built, built.dates["first_treated"]) == ["2014-04-01", "2014-10-01"]
    assert begins(built, built.dates["fully_treated"]) == ["2016-04-01", "2016-10-01"]
    gone = (frame["la"] == 11) & frame["date"].between("2013-04-01", "2013-09-30")
    built = authority_panel(frame[~gone], groups(), "conference", RULES)
    assert built.period == "financial year"
    assert begins(built, built.panel.periods[[0, -1]]) == ["2012-04-01", "2017-04-01"]
    assert begins(built, built.dates["fully_treated"]) == ["2016-04-01", "2017-04-01"]
    gone = (frame["la"] == 11) & frame["date"].between("2013-04-01", "2014-03-31")
    with pytest.raises(DataError, match="no length of period fits.*quarter: authority 11 has no unit in the one from "
                                        "01 April 2013"):
        authority_panel(frame[~gone], groups(), "conference", RULES)


def test_a_pilot_without_a_period_after_or_enough_before_is_left_out_with_its_own_comparators():
    dates = {**DATES, "B": (2, "2015-06-01", "2018-10-15")}         # the first quarter after begins in January 2019
    built = authority_panel(units(), groups(dates), "conference", RULES)
    assert built.left_out.to_dict("records") == [{"group": "B", "la": 2, "reason": "no period after the embedding"}]
    assert built.panel.units == (1, 11, 13)                          # 13 serves the other group too
    dates = {**DATES, "B": (2, "2012-10-15", "2014-01-15")}         # 91 days before: July 2012, the second quarter
    built = authority_panel(units(), groups(dates), "conference", RULES)
    assert built.left_out["reason"].tolist() == ["too few periods before the embedding"]
    dates = {"A": (1, "2012-05-01", "2014-01-15")}
    with pytest.raises(DataError, match="no pilot has periods before and after"):
        authority_panel(units(), groups(dates), "conference", RULES)
    with pytest.raises(DataError, match="units in pilots and comparators; found 0"):
        authority_panel(units(las=(99,)), groups(), "conference", RULES)


def test_assessments_are_followed_for_the_statutory_limit():
    # 10 days each, but only those begun 65 days before 29 March 2019 are in the records: to 23 January 2019. So October
    # to December 2018 is whole, and January to March has 23 of 90 days.
    built = authority_panel(units(days=10), groups(), "duration", RULES)
    assert begins(built, built.panel.periods[-1:]) == ["2018-10-01"]
    assert begins(built, built.dates["first_treated"]) == ["2014-10-01", "2015-04-01"]     # 24 October, 22 May


def test_a_planted_effect_is_recovered_by_every_estimator():
    # y is additive but for noise of a ten-millionth, so that there is a variance; two-way fixed effects is right too,
    # because the effect is one for all.
    frame = units(effect=-0.10)
    frame["y"] += np.random.default_rng(3).normal(0, 1e-7, len(frame))
    built = authority_panel(frame, groups(), "conference", RULES, scale=100)
    found = staggered_effects(built, np.random.default_rng(1))
    estimates = found.estimates.set_index("estimator")
    assert list(estimates.index) == list(ESTIMATORS)
    assert estimates["estimate"].to_numpy() == pytest.approx(np.full(5, -10.0), abs=1e-4)
    # Groups (1, 11, 13) and (2, 12, 13): 3 x 3 less 13 twice = 8 assignments; the observed one is the farthest.
    assert estimates["n_assignments"].tolist() == [8] * 5 and estimates["exact"].all()
    assert estimates["p"].to_numpy() == pytest.approx(np.full(5, 1 / 8))
    times = found.event_times[found.event_times["event_time"] >= 0]
    assert times["estimate"].to_numpy() == pytest.approx(np.full(len(times), -10.0), abs=1e-4)
    leads = found.event_times[found.event_times["event_time"] < 0]
    assert leads["estimate"].to_numpy() == pytest.approx(np.zeros(len(leads)), abs=1e-4)
    assert set(leads.loc[leads["estimator"] == "imputation", "event_time"]) == set(range(-8, 0))
    # After: pilot 1 from January 2016, 12 quarters, pilot 2 from October 2016, 9.
    own = times[times["estimator"] == "imputation"]
    assert own["event_time"].tolist() == list(range(12)) and own["n_pilots"].tolist() == [2] * 9 + [1] * 3


@pytest.fixture(scope="module")
def noisy():
    frame = units(effect=0.1)
    return frame.assign(y=frame["y"] + np.random.default_rng(2).normal(0, 0.05, len(frame)))


def test_tables_of_a_result(noisy):
    built = authority_panel(noisy, groups(), "conference", RULES, scale=100)
    found = staggered_effects(built, np.random.default_rng(1))
    estimates = found.estimates.set_index("estimator")
    assert (estimates["low"] < estimates["estimate"]).all() and (estimates["estimate"] < estimates["high"]).all()
    assert estimates.loc["sun_abraham", "estimate"] == pytest.approx(estimates.loc["callaway_santanna", "estimate"])
    assert np.isnan(estimates.loc["sun_abraham", "analytical_se"])
    assert estimates.loc["sun_abraham", "analytical_method"].startswith("none")
    assert estimates["analytical_se"].notna().sum() == 4
    assert set(found.without["la"]) == {1, 2} and len(found.without) == 10
    assert found.unit_weights.groupby("la")["weight"].sum().to_numpy() == pytest.approx([1, 1])
    assert found.time_weights.groupby("la")["weight"].sum().to_numpy() == pytest.approx([1, 1])
    assert found.time_weights["begins"].min() == pd.Timestamp("2012-04-01")
    assert sorted(found.unit_weights["control"].unique()) == [11, 12, 13]
    assert found.bacon["treated"].unique().tolist() == [pd.Timestamp("2014-07-01"), pd.Timestamp("2015-01-01")]
    assert found.bacon["control"].isna().sum() == 2 and len(found.bacon) == 4
    assert found.bacon["weight"].sum() == pytest.approx(1)
    assert found.bacon_types["weight"] @ found.bacon_types["estimate"] == pytest.approx(found.bacon_two_way)


def test_the_same_seed_gives_the_same_result(noisy):
    built = authority_panel(noisy, groups(), "conference", RULES)
    first, again = (staggered_effects(built, np.random.default_rng(4), permutations=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.estimates, again.estimates)
    assert not first.estimates["exact"].any() and first.estimates["n_assignments"].tolist() == [6] * 5


def test_one_pilot_alone_has_no_jackknife(noisy):
    built = authority_panel(noisy, groups({"A": DATES["A"]}), "conference", RULES)
    found = staggered_effects(built, np.random.default_rng(1))
    assert found.estimates["se"].isna().all() and found.without.empty
    assert found.estimates["n_assignments"].tolist() == [3] * 5
    by_name = found.estimates.set_index("estimator")["analytical_method"]
    assert by_name["synthetic_did"] == "none: one pilot"


def test_weighted_cells_change_the_regressions_and_not_the_synthetic_control(noisy):
    more = pd.concat([noisy, noisy[noisy["la"] == 1]], ignore_index=True)
    plain, weighted = (staggered_effects(authority_panel(more, groups(), "conference", RULES, weighted=weighted),
                                         np.random.default_rng(1)).estimates.set_index("estimator")["estimate"]
                       for weighted in (False, True))
    assert weighted["synthetic_did"] == pytest.approx(plain["synthetic_did"])
    assert abs(weighted["imputation"] - plain["imputation"]) > 1e-6


@pytest.mark.slow
def test_every_outcome_of_the_standins(standins):
    design = load_design()
    records = records_from({name: standins(name).frame for name in DATASETS})
    children = clean(records, RULES)
    planted = design.section("difference_in_differences")["planted"]["effect"]
    for outcome in OUTCOMES:
        scale = 1.0 if outcome == "duration" else 100.0
        frame = UNITS[outcome](records, children, RULES).frame
        built = authority_panel(frame, outcome_groups(records, outcome, RULES), outcome, RULES, scale=scale)
        assert built.panel.balanced and (built.cells["n"] > 0).all() and built.reaching < 0.01
        found = staggered_effects(built, design.rng(outcome), permutations=19).estimates.set_index("estimator")
        # Planted effects within four standard errors of the jackknife, whose size is tested with the methods.
        for name in ESTIMATORS:
            gap = found.loc[name, "estimate"] - scale * planted[outcome]
            assert abs(gap) < 4 * found.loc[name, "se"], (outcome, name)
        assert found["n_assignments"].tolist() == [20] * 5
