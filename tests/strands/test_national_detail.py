"""What stands beside the national headline: by hand, and against statsmodels, linearmodels and diff-diff."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels import PanelOLS

from analysis.errors import DesignError
from analysis.strands.national_data import build_panel, estimate_effect
from analysis.strands.national_data.comparators import balance, even, matched, of_region
from analysis.strands.national_data.inference import (
    changes,
    inference_of,
    permutation_over_authorities,
    without_each_pilot,
)
from analysis.strands.national_data.reorganised import Area, areas_of, join
from analysis.strands.national_data.spread import change_limits
from analysis.strands.national_data.synthetic import synthetic, synthetic_controls
from analysis.strands.national_data.timing import event_years, timings

YEARS = range(2014, 2021)


def panel_of(values: dict[str, list[float]], pilots, years=YEARS):
    rows = [(code, year, value, "") for code, line in values.items() for year, value in zip(years, line, strict=True)]
    frame = pd.DataFrame(rows, columns=["code", "year", "value", "symbol"])
    return build_panel(frame, pilots, [code for code in values if code not in pilots], years)


def noisy(seed=1, pilots=4, comparators=14, years=YEARS):
    rng = np.random.default_rng(seed)
    codes = [str(101 + k) for k in range(pilots + comparators)]
    return panel_of({code: list(rng.normal(10 + k, 2, len(years))) for k, code in enumerate(codes)}, codes[:pilots],
                    years)


RULES = {"post_from": 2018, "level": 0.95, "power": 0.8, "inference": {"draws": 999, "matters": 0.1}}


def test_permutation_over_authorities_by_hand():
    # Two years, one before and one after. Changes: a 4, b 2 (pilots); c 1, d 0, e -1. Observed (4 + 2)/2 - 0 = 3.
    panel = panel_of({"a": [0, 4], "b": [0, 2], "c": [0, 1], "d": [0, 0], "e": [0, -1]}, ["a", "b"], (2017, 2018))
    found = permutation_over_authorities(panel, 2018, np.random.default_rng(1), 9_999)
    moved = {"a": 4, "b": 2, "c": 1, "d": 0, "e": -1}
    every = [sum(moved[c] for c in pair) / 2 - (6 - sum(moved[c] for c in pair)) / 3
             for pair in combinations("abcde", 2)]
    assert found.observed == pytest.approx(3) and found.n_assignments == 10 and found.exact
    # As far from nought: a and b alone (3); the next, a and c, has 2.5 - 1/3 = 2.17. p = 1/10.
    assert found.p == pytest.approx(np.mean([abs(value) >= 3 - 1e-12 for value in every])) == 0.1


def test_the_observed_statistic_is_the_headline_effect():
    panel = noisy()
    found = permutation_over_authorities(panel, 2018, np.random.default_rng(1), 99)
    assert found.observed == pytest.approx(estimate_effect(panel, 2018).interval.estimate, abs=1e-12)
    assert changes(panel, 2018).index.tolist() == list(panel.values.index)


def test_inference_of_one_effect():
    panel = noisy()
    effect = estimate_effect(panel, 2018)
    found = inference_of(panel, effect, RULES, np.random.default_rng(1))
    assert found.bootstrap.estimate == pytest.approx(effect.interval.estimate)
    low, high = found.bootstrap_interval
    assert low < effect.interval.estimate < high
    # The interval holds nought where the test does not reject it, both from the same signs.
    assert (low <= 0 <= high) == (found.bootstrap.p > 0.05)
    assert found.equivalence.bounds == pytest.approx((-0.1 * effect.pilots_before, 0.1 * effect.pilots_before))
    again = inference_of(panel, effect, RULES, np.random.default_rng(1))
    assert again.bootstrap == found.bootstrap and again.permutation == found.permutation


def test_leaving_out_a_pilot_is_the_estimate_without_it():
    panel = noisy()
    found = without_each_pilot(panel, RULES)
    assert list(found) == list(panel.pilots)
    kept = panel_of({code: list(panel.values.loc[code]) for code in panel.values.index if code != "102"},
                    ["101", "103", "104"])
    assert found["102"].interval.estimate == pytest.approx(estimate_effect(kept, 2018).interval.estimate, abs=1e-12)
    assert without_each_pilot(noisy(pilots=2), RULES) == {}


def test_event_years_equal_statsmodels_and_linearmodels():
    panel = noisy()
    found = event_years(panel, 2018, 3)
    long = panel.values.stack().rename("y").reset_index()
    long["pilot"] = long["code"].isin(panel.pilots).astype(float)
    for year in found.years:
        long[f"e{year}"] = long["pilot"] * (long["year"] == year)
    names = [f"e{year}" for year in found.years]
    ols = smf.ols("y ~ " + " + ".join(names) + " + C(code) + C(year)", long).fit()
    own = PanelOLS(long.set_index(["code", "year"])["y"], long.set_index(["code", "year"])[names],
                   entity_effects=True, time_effects=True).fit()
    estimates = [interval.estimate for interval in found.intervals]
    assert found.reference == 2017 and found.years == (2014, 2015, 2016, 2018, 2019, 2020)
    assert estimates == pytest.approx(ols.params[names].tolist(), abs=1e-8)
    assert estimates == pytest.approx(own.params[names].tolist(), abs=1e-8)
    assert found.joint.df[0] == 3 and 0 < found.joint.p < 1


def test_no_event_study_with_too_few_years_before():
    assert event_years(noisy(years=range(2016, 2021)), 2018, 3) is None
    assert synthetic(noisy(years=range(2016, 2021)), 2018, 3) is None


def test_timing_by_round_one_and_by_own_start():
    panel = noisy()
    found = timings(panel, ["101", "102", "103"], 2015, 2018, 0.95, 0.8)
    early = panel_of({code: list(panel.values.loc[code]) for code in panel.values.index if code != "104"},
                     ["101", "102", "103"])
    assert found.round_1.interval == estimate_effect(early, 2015).interval and found.round_1.n_pilots == 3
    # Callaway and Sant'Anna by hand: three pilots, 2015 to 2020 against 2014; one, 2018 to 2020 against 2017; all cells
    # of a pilot and period count the same: (3 x 6 x first + 3 x second) / 21.
    others = panel.values.loc[list(panel.comparators)].mean()
    own = panel.values.loc[["101", "102", "103"]].mean()
    first = ((own - own[2014]) - (others - others[2014])).loc[2015:].mean()
    late = panel.values.loc["104"]
    second = ((late - late[2017]) - (others - others[2017])).loc[2018:].mean()
    assert found.staggered.estimate == pytest.approx((18 * first + 3 * second) / 21, abs=1e-10)
    assert timings(noisy(years=range(2016, 2021)), ["101", "102"], 2015, 2018, 0.95, 0.8) is None


def test_staggered_estimate_equals_diff_diff():
    import diff_diff

    panel = noisy()
    found = timings(panel, ["101", "102", "103"], 2015, 2018, 0.95, 0.8)
    long = panel.values.stack().rename("y").reset_index()
    long["first"] = long["code"].map({"101": 2015, "102": 2015, "103": 2015, "104": 2018}).fillna(0).astype(int)
    long["unit"] = long["code"].astype(int)
    library = diff_diff.CallawaySantAnna(control_group="never_treated", base_period="universal")
    result = library.fit(long, outcome="y", unit="unit", time="year", first_treat="first")
    assert found.staggered.estimate == pytest.approx(result.overall_att, abs=1e-8)


def test_synthetic_control_by_hand():
    # The pilot p is the mean of a and b before (2, 4, 6) and 3 above it after; c is far away. Weights 1/2, 1/2, 0.
    values = {"p": [2, 4, 6, 11, 13], "a": [1, 3, 5, 7, 9], "b": [3, 5, 7, 9, 11], "c": [50, 90, 20, 60, 70]}
    panel = panel_of(values, ["p"], range(2015, 2020))
    (control,), placebos = synthetic_controls(panel, 2018)
    assert control.weights == pytest.approx({"a": 0.5, "b": 0.5}, abs=1e-4)
    assert control.effect == pytest.approx(3, abs=1e-3) and control.misfit == pytest.approx(0, abs=1e-3)
    assert control.gaps[2018] == pytest.approx(3, abs=1e-3)
    # Placebos: a against b and c, b against a and c, c against a and b. p counts the pilot itself.
    assert len(placebos) == 3
    assert control.p == pytest.approx((1 + sum(abs(gap) >= 3 - 1e-3 for gap in placebos)) / 4)


def test_synthetic_difference_in_differences_of_parallel_authorities():
    # Parallel lines but for an effect of 5 on the pilots: any weights give 5. Noise gives the jackknife a variance.
    rng = np.random.default_rng(3)
    lines = {str(k): [10 * k + 2 * t + rng.normal(0, 1e-6) + 5 * (k < 3 and t >= 4) for t in range(7)]
             for k in range(12)}
    found = synthetic(panel_of(lines, ["0", "1", "2"]), 2018, 3)
    assert found.sdid.estimate == pytest.approx(5, abs=1e-4) and len(found.controls) == 3


def test_region_weights_by_hand():
    # Two pilots in r with comparators x, y: each shares 1 over two: 1/2 + 1/2. One pilot in s with z alone: 1.
    regions = {"p": "r", "q": "r", "t": "s", "x": "r", "y": "r", "z": "s", "w": "u"}
    assert of_region(["p", "q", "t"], ["w", "x", "y", "z"], regions) == {"x": 1.0, "y": 1.0, "z": 1.0}
    assert of_region(["p"], ["z"], regions) == {}


def test_matched_weights_and_balance_by_hand():
    # Before 2018: level and slope. p: level 10, slope 1. a: 10.5, slope 1 (near); b: 20, slope 1; c: 10, slope -5.
    values = {"p": [9, 10, 11, 0], "a": [9.5, 10.5, 11.5, 0], "b": [19, 20, 21, 0], "c": [15, 10, 5, 0]}
    panel = panel_of(values, ["p"], range(2015, 2019))
    assert matched(panel, 2018, 1) == {"a": 1.0}
    # Second: b is 10 / 4.92 = 2.03 standard deviations of levels away, c 6 / 3 = 2 of slopes (both below).
    assert matched(panel, 2018, 2) == {"a": 0.5, "c": 0.5}
    # Levels 10, 10.5, 20, 10: mean 12.625, sum of squares 6.890625 + 4.515625 + 54.390625 + 6.890625 = 72.6875.
    level, trend = balance(panel, {"a": 1.0}, 2018)
    assert level == pytest.approx(-0.5 / np.sqrt(72.6875 / 3)) and trend == pytest.approx(0)
    # Slopes 1, 1, 1, -5: mean -1/2, sum of squares 3 x 2.25 + 20.25 = 27. Against b and c, level 15 and slope -2.
    level, trend = balance(panel, {"b": 1.0, "c": 1.0}, 2018)
    assert level == pytest.approx(-5 / np.sqrt(72.6875 / 3)) and trend == pytest.approx(3 / np.sqrt(27 / 3))


def test_weighted_effect_is_the_weighted_difference_of_changes():
    panel = noisy()
    weights = {**even(panel.comparators[:5]), panel.comparators[0]: 3.0}
    effect = estimate_effect(panel, 2018, weights=weights)
    moved = changes(panel, 2018)
    near = np.average([moved[code] for code in weights], weights=list(weights.values()))
    assert effect.interval.estimate == pytest.approx(moved[list(panel.pilots)].mean() - near, abs=1e-10)
    assert effect.n_authorities == 4 + 5


def test_limits_of_changes_by_hand():
    # Reference a, b, c with sizes 100, 100, 400 and changes 1, -1, 0.5: centre (100 - 100 + 200) / 600 = 1/3.
    # phi = (100 (2/3)^2 + 100 (4/3)^2 + 400 (1/6)^2) / 2 = (44.44 + 177.78 + 11.11) / 2 = 116.67.
    change, size = pd.Series({"a": 1.0, "b": -1.0, "c": 0.5, "p": 3.0}), pd.Series({"a": 100, "b": 100, "c": 400,
                                                                                    "p": 25})
    limits = change_limits(change, size, ["a", "b", "c"])
    phi = (100 * (2 / 3) ** 2 + 100 * (4 / 3) ** 2 + 400 * (1 / 6) ** 2) / 2
    assert limits.loc["p", "high"] == pytest.approx(1 / 3 + 2 * np.sqrt(phi / 25))
    assert limits.loc["c", "low"] == pytest.approx(1 / 3 - 2 * np.sqrt(phi / 400))


def test_joined_areas_by_hand():
    area = Area("Old and new", ("1", "2"), ("3", "4"))
    rows = [("1", 2019, 10.0, ""), ("2", 2019, 20.0, ""), ("3", 2020, 15.0, ""), ("4", 2020, np.nan, "c"),
            ("3", 2021, 16.0, ""), ("4", 2021, 18.0, ""), ("9", 2019, 7.0, "")]
    found = join(pd.DataFrame(rows, columns=["code", "year", "value", "symbol"]), [area]).set_index(["code", "year"])
    assert found.loc[("3+4", 2019), "value"] == 30 and found.loc[("3+4", 2021), "value"] == 34
    assert np.isnan(found.loc[("3+4", 2020), "value"]) and found.loc[("3+4", 2020), "symbol"] == "c"
    assert found.loc[("9", 2019), "value"] == 7 and len(found) == 4


def test_the_table_of_reorganised_authorities(design):
    section = design.section("national_data")

    class Pilots:
        key = "public"

    assert [area.code for area in areas_of(section, Pilots)] == ["838+839", "940+941", "942+943"]
    twice = {"reorganised": {"public": [{"name": "a", "before": ["1"], "after": ["2"]},
                                        {"name": "b", "before": ["1"], "after": ["3"]}]}}
    with pytest.raises(DesignError, match="1 stands twice"):
        areas_of(twice, Pilots)


@pytest.mark.slow
def test_the_real_areas_have_rows_on_either_side_and_never_both(public_data, design):
    """Of each area the older authorities end in the children in need file where the newer begin."""
    frame = pd.read_csv(public_data / "b1_children_in_need_2013_to_2025.csv", dtype=str, encoding="utf-8-sig")
    years = frame[frame["geographic_level"] == "Local authority"].groupby("old_la_code")["time_period"].agg(set)
    for row in design.section("national_data")["reorganised"]["public"]:
        before, after = ([years[code] for code in row[name]] for name in ("before", "after"))
        assert all(part == before[0] for part in before) and all(part == after[0] for part in after)
        assert max(before[0]) < min(after[0]) and int(min(after[0])) == int(max(before[0])) + 1
