"""Synthetic difference-in-differences: by hand, California's published estimate, diff-diff, known truth."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.methods.staggered_panel import adoption, staggered_panel
from analysis.methods.synthetic_did import fixed_weight_jackknife, simplex_weights, synthetic_did
from tests.methods.staggered_data import castle, simulated, wide

CALIFORNIA = Path(__file__).parent / "data" / "california_smoking.csv"


def test_one_control_is_a_difference_in_differences():
    # The one control has all the unit weight; centred over one control nothing is left to fit, so the small ridge makes
    # time weights equal: (6 - (1 + 3)/2) - (2 - (0 + 1)/2) = 2.5.
    panel = wide({"a": [1, 3, 6], "c": [0, 1, 2]})
    found = synthetic_did(panel, adoption(panel, {"a": 2}))
    run = found.runs[0]
    assert run.unit_weights.tolist() == [1] and run.time_weights == pytest.approx([0.5, 0.5])
    assert found.effect == pytest.approx(2.5) and run.effect == pytest.approx(2.5)


def test_two_controls_by_hand():
    # Before, centred: treated (-.5, .5), b (0, 0), c (-1, 1). With weight v on c the squares are 2(v - .5)^2, and the
    # penalty is symmetric about .5: v = .5. Time weights: c less its mean over controls moves from 0 to 1 in period 1,
    # and is 2 after: the best weight on period 1 is as much as there is, 1. Effect (5 - 1) - .5 (4 - 2) - .5 (0) = 3.
    # First differences before are 0 and 2: variance 1, zeta = (1 x 1)^(1/4) x 1 = 1.
    panel = wide({"a": [0, 1, 5], "b": [0, 0, 0], "c": [0, 2, 4]})
    run = synthetic_did(panel, adoption(panel, {"a": 2})).runs[0]
    assert run.unit_weights == pytest.approx([0.5, 0.5], abs=1e-12)
    assert run.time_weights == pytest.approx([0, 1], abs=1e-12)
    assert (run.effect, run.zeta, run.noise) == pytest.approx((3, 1, 1))
    # Gaps treated less synthetic: 0, 0, 3; less the weighted gap before, 0.
    assert run.effects == pytest.approx([0, 0, 3], abs=1e-12)
    assert run.controls == ("b", "c") and run.treated == ("a",)


def test_california():
    # Arkhangelsky et al. (2021), table 1: -15.6. diff-diff 3.13 has -15.6038, with zeta from a variance divided by one
    # less and weights not fully converged; exact weights give -15.6042 (with that zeta -15.6054).
    rows = pd.read_csv(CALIFORNIA).melt("State", var_name="year", value_name="packs")
    panel = staggered_panel(rows["State"], rows["year"].astype(int), rows["packs"])
    found = synthetic_did(panel, adoption(panel, {"California": 1989}))
    assert round(found.effect, 1) == -15.6
    assert found.effect == pytest.approx(-15.6038, abs=0.002)
    # As in diff-diff, weights stand on the last three years and Nevada has the largest.
    times = dict(zip(found.runs[0].before.tolist(), found.runs[0].time_weights, strict=True))
    assert {year for year, weight in times.items() if weight > 1e-6} == {1986, 1987, 1988}
    assert max(zip(found.runs[0].unit_weights, found.runs[0].controls, strict=True))[1] == "Nevada"


def objective(A, target, ridge, w):
    return float(np.sum((A @ w - target) ** 2) + ridge * w @ w)


def test_agreement_with_diff_diff(reference_values):
    diff_diff = pytest.importorskip("diff_diff")
    panel, dates = castle(reference_values)
    for run in synthetic_did(panel, dates).runs:
        first = run.cohort[0]
        kept = [unit for unit in panel.units if unit in run.treated + run.controls]
        rows = pd.DataFrame([(unit, int(t), panel.y[panel.units.index(unit), k], int(unit in run.treated))
                             for unit in kept for k, t in enumerate(panel.periods)], columns=["u", "t", "y", "treated"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = diff_diff.SyntheticDiD(n_bootstrap=2, seed=1, zeta_omega=run.zeta).fit(
                rows, outcome="y", treatment="treated", unit="u", time="t",
                post_periods=[int(t) for t in panel.periods if t >= first])
        # Its Frank-Wolfe steps end early and its small weights are set to nought: within 0.001, 3 in 1,000 of a weight.
        assert run.effect == pytest.approx(theirs.att, abs=1e-3)
        units = np.array([theirs.unit_weights.get(unit, 0.0) for unit in run.controls])
        assert run.unit_weights == pytest.approx(units, abs=3e-3)
        # By the sum that both minimise, ours are at least as good.
        before = panel.y[[panel.units.index(u) for u in run.controls]][:, : len(run.before)].T
        own = panel.y[[panel.units.index(u) for u in run.treated]].mean(axis=0)[: len(run.before)]
        A, target = before - before.mean(axis=0), own - own.mean()
        ridge = run.zeta**2 * len(run.before)
        assert objective(A, target, ridge, run.unit_weights) <= objective(A, target, ridge, units) + 1e-14


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 15), st.sampled_from([1e-8, 0.1, 10.0]))
def test_weights_satisfy_the_conditions_of_a_minimum(seed, n, k, ridge):
    # Karush, Kuhn and Tucker on the simplex: the gradient is the same wherever a weight is positive, and no smaller
    # where it is nought.
    rng = np.random.default_rng(seed)
    A, target = rng.normal(size=(n, k)) * 10.0 ** rng.integers(-2, 3), rng.normal(size=n)
    w = simplex_weights(A, target, ridge)
    assert (w >= 0).all() and w.sum() == pytest.approx(1, abs=1e-12)
    gradient = A.T @ (A @ w - target) + ridge * w
    slack = gradient - gradient @ w
    size = np.abs(A).max() * (np.abs(A).max() + np.abs(target).max()) * n + ridge
    assert slack.min() > -1e-9 * size and np.abs(slack * w).max() < 1e-9 * size


def test_the_mean_over_cohorts_weights_by_treated_units_and_periods_after():
    # Controls nought throughout, so weights are even and effects are means after less means before. Cohort a: after
    # (4, 6), before 0: 5 over one unit and 2 periods; b and d, from 3 on: 9 over two units and one period:
    # (2 x 5 + 2 x 9) / 4 = 7.
    panel = wide({"a": [0, 0, 4, 6], "b": [0, 0, 0, 8], "d": [0, 0, 0, 10], "c": [0, 0, 0, 0]})
    found = synthetic_did(panel, adoption(panel, {"a": 2, "b": 3, "d": 3}))
    assert [run.effect for run in found.runs] == pytest.approx([5, 9])
    assert found.effect == pytest.approx(7)


def test_the_truth_is_recovered_and_the_periods_between_do_not_matter():
    # Additive unit and period effects: any weights that sum to one take them out.
    panel, dates, truth = simulated(np.random.default_rng(5), effect=lambda i, since: (1 + 0.3 * i) * (1 + since))
    found = synthetic_did(panel, dates)
    assert found.effect == pytest.approx(truth, abs=1e-9)
    before = found.effects.effect[~found.effects.after]
    assert len(before) and before == pytest.approx(np.zeros(len(before)), abs=1e-9)


def test_trends_that_differ_are_matched_where_a_plain_comparison_is_biased():
    # Treated follow the steeper of two kinds of control; without effect the plain comparison finds half the difference
    # in trends. 40 panels; noise 0.3.
    rng, found, plain = np.random.default_rng(7), [], []
    for _ in range(40):
        slope = np.array([1.0] * 3 + [1.0] * 9 + [0.0] * 9)
        y = slope[:, None] * np.arange(16) * 0.5 + rng.normal(0, 0.3, (21, 16))
        panel = staggered_panel(np.repeat(np.arange(21), 16), np.tile(np.arange(16), 21), y.ravel())
        dates = adoption(panel, {i: 12 for i in range(3)})
        found.append(synthetic_did(panel, dates).effect)
        plain.append(y[:3, 12:].mean() - y[:3, :12].mean() - y[3:, 12:].mean() + y[3:, :12].mean())
    assert abs(np.mean(plain) - 2.0) < 0.1           # 0.5 x half the controls x (13.5 - 5.5)
    assert abs(np.mean(found)) < 0.15 * 2.0


def test_jackknife_with_fixed_weights_by_hand():
    # Changes after less before: treated a 4, b 8; controls c 1, d 3 with even weights (everything nought before, so
    # only the penalty decides). Effect 6 - 2 = 4. Without a 8 - 2 = 6, b 2, c 6 - 3 = 3, d 5. Squares 4 + 4 + 1 + 1,
    # times 3/4: variance 7.5.
    panel = wide({"a": [0, 0, 4], "b": [0, 0, 8], "c": [0, 0, 1], "d": [0, 0, 3]})
    dates = adoption(panel, {"a": 2, "b": 2})
    found = synthetic_did(panel, dates)
    assert found.effect == pytest.approx(4)
    interval = fixed_weight_jackknife(panel, found)
    assert (interval.estimate, interval.se**2, interval.df) == pytest.approx((4, 7.5, 3))


def test_jackknife_where_cohorts_go_with_their_unit():
    # Cohorts of one: a (from 2 on, changes 4 in two periods), b (from 3 on, 10 in one); controls move by nought. Effect
    # (2 x 4 + 10) / 3 = 6; without a 10, without b 4, without a control 6. Squares 16 + 4 = 20, times 3/4.
    panel = wide({"a": [0, 0, 4, 4], "b": [0, 0, 0, 10], "c": [0, 0, 0, 0], "d": [0, 0, 0, 0]})
    found = synthetic_did(panel, adoption(panel, {"a": 2, "b": 3}))
    assert fixed_weight_jackknife(panel, found).se ** 2 == pytest.approx(15)


def test_jackknife_without_a_second_treated_unit_or_control():
    panel = wide({"a": [0, 1, 4], "c": [0, 2, 1], "d": [0, 0, 3]})
    with pytest.raises(DataError, match="at least two"):
        fixed_weight_jackknife(panel, synthetic_did(panel, adoption(panel, {"a": 2})))
    panel = wide({"a": [0, 1, 4], "b": [0, 1, 4], "c": [0, 2, 1]})
    with pytest.raises(DataError, match="one control has all the weight"):
        fixed_weight_jackknife(panel, synthetic_did(panel, adoption(panel, {"a": 2, "b": 2})))


def test_an_empty_cell_and_too_few_periods_before():
    panel = wide({"a": [0, 1, 4], "c": [0, None, 1]})
    with pytest.raises(DataError, match=r"no cell in a period of a synthetic.*\('c', 1\)"):
        synthetic_did(panel, adoption(panel, {"a": 2}))
    panel = wide({"a": [0, 4], "c": [0, 1]})
    with pytest.raises(DataError, match="periods before treatment.*found 1"):
        synthetic_did(panel, adoption(panel, {"a": 1}))
    # Between first and fully treated a cell may be empty.
    panel = wide({"a": [0, 1, None, 4], "c": [0, 1, 1, 1]})
    assert synthetic_did(panel, adoption(panel, {"a": 2}, {"a": 3})).effect == pytest.approx(3.5 - 0.5)
