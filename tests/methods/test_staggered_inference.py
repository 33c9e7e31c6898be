"""Permutation of dates, jackknife, leaving one out, and standard errors from formulae."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods import staggered_analytical
from analysis.methods.permutation import matched_assignments
from analysis.methods.staggered import callaway_santanna, imputation
from analysis.methods.staggered_analytical import analytical_errors, sun_abraham_intervals
from analysis.methods.staggered_inference import jackknife, leave_one_out, permutation_of_dates
from analysis.methods.staggered_panel import adoption, reassigned, staggered_panel
from analysis.methods.synthetic_did import fixed_weight_jackknife, synthetic_did
from analysis.methods.two_way import two_way_effect
from tests.methods.staggered_data import castle, simulated, wide


def mean_of(estimator):
    return lambda panel, dates: estimator(panel, dates).mean()


STATISTICS = {"callaway_santanna": mean_of(callaway_santanna), "imputation": mean_of(imputation),
              "synthetic_did": lambda panel, dates: synthetic_did(panel, dates).effect, "two_way": two_way_effect}
FOUR = {"a": [0, 4], "b": [0, 8], "c": [0, 1], "d": [0, 3]}


def test_permutation_by_hand():
    # Groups (a, c) and (b, d), one date: changes 4, 1 and 8, 3. Treated a b: 6 - 2 = 4; a d: 3.5 - 4.5 = -1; c b 1;
    # c d -4. As far as 4: the observed and c d: p = 1/2.
    panel = wide(FOUR)
    assignments = matched_assignments([("a", "c"), ("b", "d")], np.random.default_rng(1))
    adoptions = reassigned(panel, [(1, 1), (1, 1)], assignments.treated)
    found = permutation_of_dates(mean_of(callaway_santanna), panel, adoptions, exact=assignments.exact)
    assert (found.observed, found.p, found.n_assignments, found.exact) == (pytest.approx(4), 0.5, 4, True)


def test_leaving_one_out_and_jackknife_by_hand():
    # Without a 8 - 2 = 6, b 2, c 6 - 3 = 3, d 5; about 4: squares 4 + 4 + 1 + 1 = 10, times 3/4.
    panel = wide(FOUR)
    dates = adoption(panel, {"a": 1, "b": 1})
    statistic = mean_of(imputation)
    assert leave_one_out(statistic, panel, dates) == pytest.approx({"a": 6, "b": 2})
    assert leave_one_out(statistic, panel, dates, ["c", "d"]) == pytest.approx({"c": 3, "d": 5})
    found = jackknife(statistic, panel, dates)
    assert (found.estimate, found.se**2, found.df) == pytest.approx((4, 7.5, 3))
    assert found.high == pytest.approx(4 + stats.t.ppf(0.975, 3) * 7.5**0.5)


def test_a_jackknife_needs_two_units_of_each_and_spread():
    panel = wide({"a": [0, 4], "b": [0, 4], "c": [0, 1], "d": [0, 1]})
    with pytest.raises(DataError, match="1 treated, 3 untreated"):
        jackknife(two_way_effect, panel, adoption(panel, {"a": 1}))
    with pytest.raises(DataError, match="no variance"):
        jackknife(two_way_effect, panel, adoption(panel, {"a": 1, "b": 1}))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(STATISTICS))
def test_p_is_uniform_under_the_null(name):
    # Three matched groups of three: 27 assignments, all of them, dates apart; unit and period effects, and a shock of
    # each unit's own from period 5 on. Exact: p <= k/27 with probability k/27. 120 panels: standard error of a share q
    # is sqrt(q (1 - q) / 120), and of the mean of p, 14/27 = 0.52, about 0.027.
    rng, p = np.random.default_rng(12), []
    groups = [("u0", "u3", "u4"), ("u1", "u5", "u6"), ("u2", "u7", "u8")]
    for _ in range(120):
        panel, dates, _ = simulated(rng, n_treated=3, n_controls=6, periods=10, start=4, between=2, noise=1.0)
        y = panel.y + np.where(panel.periods >= 5, rng.normal(size=(9, 1)), 0.0)
        panel = staggered_panel(np.repeat(panel.units, 10), np.tile(panel.periods, 9), y.ravel())
        assignments = matched_assignments(groups, rng)
        pairs = list(zip(dates.first_treated[:3].tolist(), dates.fully_treated[:3].tolist(), strict=True))
        adoptions = reassigned(panel, pairs, assignments.treated)
        p.append(permutation_of_dates(STATISTICS[name], panel, adoptions, exact=True).p)
    p = np.array(p)
    for k in (3, 9, 18):
        assert abs((p <= k / 27 + 1e-9).mean() - k / 27) < 4 * np.sqrt(k / 27 * (1 - k / 27) / len(p))
    assert abs(p.mean() - 14 / 27) < 4 * 0.027


def test_a_large_effect_is_found():
    panel, dates, _ = simulated(np.random.default_rng(3), n_treated=3, n_controls=6, noise=0.1,
                                effect=lambda i, since: 5 + 0 * since)
    groups = [("u0", "u3", "u4"), ("u1", "u5", "u6"), ("u2", "u7", "u8")]
    assignments = matched_assignments(groups, np.random.default_rng(3))
    pairs = list(zip(dates.first_treated[:3].tolist(), dates.fully_treated[:3].tolist(), strict=True))
    adoptions = reassigned(panel, pairs, assignments.treated)
    for statistic in STATISTICS.values():
        assert permutation_of_dates(statistic, panel, adoptions, exact=True).p == pytest.approx(1 / 27)


def test_clustered_errors_agree_with_fixest(reference_values):
    panel, dates = castle(reference_values)
    reference = json.loads((reference_values / "castle_did.json").read_text())
    overall, times = sun_abraham_intervals(panel, dates)
    theirs = reference["sunab_att"]["ATT"]
    assert overall.estimate == pytest.approx(theirs["Estimate"], abs=1e-13)
    assert overall.se == pytest.approx(theirs["Std. Error"], rel=1e-11)
    assert overall.p == pytest.approx(theirs["Pr(>|t|)"], rel=1e-11)
    for time, interval in times.items():
        theirs = reference["sunab"][f"year::{time}"]
        assert interval.se == pytest.approx(theirs["Std. Error"], rel=1e-11)
    assert len(times) == len(reference["sunab"])


def test_formulae_of_small_cohorts():
    # Nine cohorts of one: no error for Sun and Abraham, and the others of the size of the jackknife's.
    panel, dates, _ = simulated(np.random.default_rng(9), noise=1.0)
    found = analytical_errors(panel, dates)
    assert found["sun_abraham"].se is None and "cohort of one" in found["sun_abraham"].method
    for name in ("callaway_santanna", "imputation", "two_way"):
        assert 0.6 < found[name].se / jackknife(STATISTICS[name], panel, dates).se < 1.2
    # Cohorts of two, at two dates: now there is one, and diff-diff's is the same.
    first = {"u0": 8, "u1": 8, "u2": 10, "u3": 10}
    pairs = adoption(panel, first)
    diff_diff = pytest.importorskip("diff_diff")
    rows = [(i, t + 1, pairs.first_treated[i] + 1 if not pairs.never[i] else 0, panel.y[i, t])
            for i in range(len(panel.units)) for t in range(len(panel.periods))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = diff_diff.SunAbraham().fit(pd.DataFrame(rows, columns=["u", "t", "g", "y"]), outcome="y", unit="u",
                                            time="t", first_treat="g")
    assert analytical_errors(panel, pairs)["sun_abraham"].se == pytest.approx(theirs.overall_se, rel=1e-10)


def test_cohorts_that_begin_together_are_averaged_as_in_diff_diff():
    # u0 and u1 begin together; from 9 to 19 only u0 is fully treated.
    panel, _, _ = simulated(np.random.default_rng(9), noise=1.0)
    dates = adoption(panel, {"u0": 8, "u1": 8, "u2": 10}, {"u0": 9, "u1": 20, "u2": 12})
    found = analytical_errors(panel, dates)
    assert found["callaway_santanna"].se > 0 and found["imputation"].se > 0


def test_a_formula_that_is_not_about_our_estimate_is_not_given(monkeypatch):
    panel, dates, _ = simulated(np.random.default_rng(9), noise=1.0)
    right = staggered_analytical.imputation(panel, dates)
    shifted = replace(right, effect=right.effect + 1e-6)
    monkeypatch.setattr(staggered_analytical, "imputation", lambda *_: shifted)
    found = analytical_errors(panel, dates)
    assert found["imputation"].se is None and "something else" in found["imputation"].method
    assert found["callaway_santanna"].se > 0


def test_no_formula_with_unequal_weights_but_for_the_regression():
    panel, dates, _ = simulated(np.random.default_rng(9), noise=1.0)
    weighted = staggered_panel(np.repeat(panel.units, 24), np.tile(panel.periods, 27), panel.y.ravel(),
                               np.random.default_rng(1).uniform(1, 2, panel.y.size))
    found = analytical_errors(weighted, dates)
    assert found["imputation"].se is None and found["imputation"].method == "none: unequal weights"
    assert found["two_way"].se > 0


@pytest.mark.slow
def test_size_of_the_jackknife_in_this_design():
    # 27 units, 9 treated at dates of their own, a shock to each unit half way; 200 panels without effect. A test at 5%
    # that keeps its size rejects 10, within 4 x sqrt(200 x .05 x .95) = 12. With the weights of the synthetic control
    # kept it is known to reject too often with so few treated (9% in 400 panels), made anew too rarely.
    rng, rejected = np.random.default_rng(21), dict.fromkeys(STATISTICS, 0)
    fixed = 0
    for _ in range(200):
        panel, dates, _ = simulated(rng, noise=1.0)
        y = panel.y + np.where(panel.periods >= 12, rng.normal(size=(27, 1)), 0.0)
        panel = staggered_panel(np.repeat(panel.units, 24), np.tile(panel.periods, 27), y.ravel())
        for name in ("callaway_santanna", "imputation", "two_way"):
            rejected[name] += jackknife(STATISTICS[name], panel, dates).p < 0.05
        fixed += fixed_weight_jackknife(panel, synthetic_did(panel, dates)).p < 0.05
    for name in ("callaway_santanna", "imputation", "two_way"):
        assert rejected[name] < 10 + 12, name
    assert 0 < fixed < 200 * 0.2
