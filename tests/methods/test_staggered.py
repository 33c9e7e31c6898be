"""Effects by cohort and period: panels by hand, fixest's numbers, diff-diff's numbers, recovery of a known truth."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.staggered import callaway_santanna, imputation, imputation_leads, sun_abraham
from analysis.methods.staggered_panel import adoption, staggered_panel
from analysis.methods.two_way import two_way_effect
from tests.methods.staggered_data import castle, library_rows, simulated, wide

ESTIMATORS = (callaway_santanna, sun_abraham, imputation)


def by_cell(effects) -> dict:
    return {(int(g), int(t)): float(v) for g, t, v in zip(effects.first_treated, effects.period, effects.effect,
                                                         strict=True)}


TWO_BY_THREE = {"a": [1.0, 2.0, 6.0], "c": [1.0, 1.5, 2.0]}


@pytest.mark.parametrize("estimator", [callaway_santanna, sun_abraham])
def test_two_units_and_three_periods(estimator):
    # Base 1. At 2: (6 - 2) - (2 - 1.5) = 3.5. At 0: (1 - 2) - (1 - 1.5) = -0.5.
    panel = wide(TWO_BY_THREE)
    found = estimator(panel, adoption(panel, {"a": 2}))
    assert by_cell(found) == pytest.approx({(2, 0): -0.5, (2, 2): 3.5}, abs=1e-12)
    assert found.mean() == pytest.approx(3.5)


def test_imputation_of_two_units_and_three_periods():
    # Untreated cells: a 1, 2 and c 1, 1.5, 2. Period 1 less 0: mean of 1 and 0.5 = 0.75. Unit effects, with period 0 at
    # nought: a (1 + 2 - 0.75) / 2 = 1.125, c (1 + 1.5 - 0.75) / 2 = 0.875; period 2 is c's alone: 2 - 0.875 = 1.125.
    # Without treatment a would have 1.125 + 1.125 = 2.25, so the effect is 6 - 2.25 = 3.75.
    panel = wide(TWO_BY_THREE)
    assert by_cell(imputation(panel, adoption(panel, {"a": 2}))) == pytest.approx({(2, 2): 3.75}, abs=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_periods_between_do_not_matter(estimator):
    # One unit of two is embedded in periods 2 and 3; at 4, base 1: (9 - 2) - (4 - 1) = 4 by any of them, because both
    # units move alike before: a 1 -> 2, c 0 -> 1.
    for value in (5.0, -1000.0):
        panel = wide({"a": [1, 2, value, value, 9], "c": [0, 1, 2, 3, 4]})
        found = estimator(panel, adoption(panel, {"a": 2}, {"a": 4}))
        assert by_cell(found)[(2, 4)] == pytest.approx(4, abs=1e-12)
        assert (2, 2) not in by_cell(found) and (2, 3) not in by_cell(found)
        assert found.mean() == pytest.approx(4, abs=1e-12)
        assert found.event_times().time.tolist() == ([0] if estimator is imputation else [-2, 0])


def test_two_units_of_a_cohort_and_two_cohorts_by_hand():
    # Controls stay at 0. Cohort 1 (a, b), base 0: a +2, +4, b +4, +6, so 3 and 5. Cohort 2 (d), base 1: +9 at 2.
    panel = wide({"a": [0, 2, 4], "b": [1, 5, 7], "d": [3, 3, 12], "c": [0, 0, 0]})
    dates = adoption(panel, {"a": 1, "b": 1, "d": 2})
    found = callaway_santanna(panel, dates)
    assert by_cell(found) == pytest.approx({(1, 1): 3, (1, 2): 5, (2, 0): 0, (2, 2): 9})
    # Cells after: 3 and 5 of two units each, 9 of one: (2 x 3 + 2 x 5 + 9) / 5 = 5. Event time 0: (2 x 3 + 9) / 3 = 5.
    assert found.mean() == pytest.approx(5)
    times = found.event_times()
    assert dict(zip(times.time.tolist(), times.effect.tolist(), strict=True)) == pytest.approx({-2: 0, 0: 5, 1: 5})
    assert times.n_units.tolist() == [1, 3, 2]
    # Chosen cells alone: the first cohort's, each period counting the same.
    own = (found.first_treated == 1) & found.after
    assert found.mean(own, weights=np.ones(len(own))) == pytest.approx(4)


def test_weights_are_those_of_least_squares_on_two_periods():
    # Controls' changes 1 (weights 1 and 3: 1 x 3 / 4 = 0.75) and 5 (weights 2 and 2: 1): mean (0.75 + 5) / 1.75 = 23/7.
    panel = wide({"a": [0, 10], "c": [0, 1], "d": [0, 5]}, {"a": [4, 4], "c": [1, 3], "d": [2, 2]})
    dates = adoption(panel, {"a": 1})
    for estimator in (callaway_santanna, sun_abraham, imputation):
        assert estimator(panel, dates).mean() == pytest.approx(10 - 23 / 7, abs=1e-12)
    assert two_way_effect(panel, dates) == pytest.approx(10 - 23 / 7, abs=1e-12)
    assert callaway_santanna(panel, dates).weight.tolist() == [4.0]


def regression(panel, dates, columns, rows):
    """Coefficients by plain least squares on all dummies: of `columns` (N, T, k) over the cells `rows` (N, T)."""
    unit, period = np.nonzero(rows)
    X = np.column_stack([columns[unit, period], np.eye(len(panel.units))[unit],
                         np.eye(len(panel.periods))[period][:, 1:]])
    root = np.sqrt(panel.weights[unit, period])
    return np.linalg.lstsq(X * root[:, None], panel.y[unit, period] * root, rcond=None)[0][: columns.shape[2]]


@pytest.fixture
def uneven():
    """Unequal weights, a cell missing here and there, cohorts of one to three units, between-periods of two lengths."""
    rng = np.random.default_rng(4)
    cells = [(f"u{i}", t, rng.normal() + (i < 6) * (t >= 5) * 2, rng.uniform(1, 5)) for i in range(14)
             for t in range(10) if (i, t) not in {(1, 8), (7, 2), (9, 9), (2, 0)}]
    panel = staggered_panel(*zip(*cells, strict=True))
    first = {"u0": 4, "u1": 4, "u2": 4, "u3": 5, "u4": 5, "u5": 6}
    return panel, adoption(panel, first, {u: g + (1 if u in ("u3", "u5") else 2) for u, g in first.items()})


def test_sun_abraham_is_the_saturated_regression(uneven):
    panel, dates = uneven
    found = sun_abraham(panel, dates)
    columns = np.stack([((dates.first_treated == g) & (dates.fully_treated == f))[:, None] & (panel.periods == t)
                        for g, f, t in zip(found.first_treated, found.fully_treated, found.period, strict=True)],
                       axis=-1).astype(float)
    assert found.effect == pytest.approx(regression(panel, dates, columns, dates.used(panel) > 0), abs=1e-10)


def test_imputation_is_the_regression_on_every_treated_cell(uneven):
    # A dummy for each treated cell takes it out of the fit, and its coefficient is the cell's effect.
    panel, dates = uneven
    after = np.argwhere(dates.after(panel.periods) & (panel.weights > 0))
    columns = np.zeros((*panel.y.shape, len(after)))
    for k, (i, t) in enumerate(after):
        columns[i, t, k] = 1
    cells = regression(panel, dates, columns, dates.used(panel) > 0)
    expected = np.average(cells, weights=panel.weights[after[:, 0], after[:, 1]])
    assert imputation(panel, dates).mean() == pytest.approx(expected, abs=1e-10)


def test_leads_are_a_regression_on_the_untreated_cells(uneven):
    panel, dates = uneven
    rows = dates.before(panel.periods) & (panel.weights > 0)
    ahead = panel.periods[None, :] - np.where(dates.never, 10**6, dates.first_treated)[:, None]
    columns = np.stack([ahead == k for k in (-2, -1)], axis=-1).astype(float)
    found = imputation_leads(panel, dates, 2)
    assert found.time.tolist() == [-2, -1] and found.n_units.tolist() == [6, 6]
    assert found.effect == pytest.approx(regression(panel, dates, columns, rows), abs=1e-10)


def test_two_way_effect_is_a_regression(uneven):
    panel, dates = uneven
    treated = dates.after(panel.periods).astype(float)[:, :, None]
    assert two_way_effect(panel, dates) == pytest.approx(
        regression(panel, dates, treated, dates.used(panel) > 0)[0], abs=1e-10)


def test_effects_agree_with_fixest(reference_values):
    panel, dates = castle(reference_values)
    reference = json.loads((reference_values / "castle_did.json").read_text())
    for estimator in (sun_abraham, callaway_santanna):      # the same in a balanced panel with equal weights
        found = estimator(panel, dates)
        times = found.event_times()
        for time, effect in zip(times.time, times.effect, strict=True):
            # 3e-14 is what was reached
            assert effect == pytest.approx(reference["sunab"][f"year::{time}"]["Estimate"], abs=1e-12)
        assert len(times.time) == len(reference["sunab"])
        assert found.mean() == pytest.approx(reference["sunab_att"]["ATT"]["Estimate"], abs=1e-13)
    assert two_way_effect(panel, dates) == pytest.approx(reference["twfe"]["post"]["Estimate"], abs=1e-14)


def of_library(name, panel, dates, **options):
    diff_diff = pytest.importorskip("diff_diff")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(diff_diff, name)(**options).fit(library_rows(panel, dates), outcome="y", unit="unit",
                                                        time="time", first_treat="first")


@pytest.mark.parametrize("estimator, name, options", [
    (callaway_santanna, "CallawaySantAnna", {"base_period": "universal", "estimation_method": "reg"}),
    (sun_abraham, "SunAbraham", {}), (imputation, "ImputationDiD", {})])
def test_agreement_with_diff_diff(estimator, name, options):
    # Each cohort with a date of its own, cells between left out of what the library is given. It demeans by iteration
    # in imputation: 1e-10; the others to rounding.
    panel, dates, _ = simulated(np.random.default_rng(8), noise=1.0, effect=lambda i, since: 0.5 * i + since)
    tolerance = 1e-8 if estimator is imputation else 1e-12
    theirs = of_library(name, panel, dates, **options)
    ours = estimator(panel, dates)
    assert ours.mean() == pytest.approx(theirs.overall_att, abs=tolerance)
    if name == "CallawaySantAnna":
        cells = {(g - 1, t - 1): cell["effect"] for (g, t), cell in theirs.group_time_effects.items()
                 if t != g - 1 and np.isfinite(cell["effect"])}     # it lists the empty cells too
        assert by_cell(ours) == pytest.approx(cells, abs=tolerance)


def test_imputation_agrees_with_diff_diff_on_published_data(reference_values):
    panel, dates = castle(reference_values)
    theirs = of_library("ImputationDiD", panel, dates)
    assert imputation(panel, dates).mean() == pytest.approx(theirs.overall_att, abs=1e-8)


def growing(i, since):
    """An effect that grows, and the more so in later cohorts."""
    return (1 + 0.3 * i) * (1 + since)


def test_the_truth_is_recovered_exactly_where_two_way_fixed_effects_is_biased():
    # Few controls, so that already treated units are much of what two-way fixed effects compares with.
    panel, dates, truth = simulated(np.random.default_rng(5), n_controls=2, effect=growing)
    for estimator in ESTIMATORS:
        assert estimator(panel, dates).mean() == pytest.approx(truth, abs=1e-10)
        times = estimator(panel, dates).event_times()
        assert times.effect[times.time < 0] == pytest.approx(np.zeros((times.time < 0).sum()), abs=1e-10)
    assert abs(two_way_effect(panel, dates) - truth) > 0.2 * truth
    # With no effect at all both are right.
    panel, dates, _ = simulated(np.random.default_rng(5))
    assert two_way_effect(panel, dates) == pytest.approx(0, abs=1e-10)


def test_the_truth_is_recovered_through_noise():
    # 150 panels; the mean of the estimates lies within 4 of its standard errors of the truth.
    rng, found = np.random.default_rng(6), {estimator: [] for estimator in ESTIMATORS}
    for _ in range(150):
        panel, dates, truth = simulated(rng, noise=1.0, effect=growing)
        for estimator in ESTIMATORS:
            found[estimator].append(estimator(panel, dates).mean())
    for estimator in ESTIMATORS:
        values = np.array(found[estimator])
        assert abs(values.mean() - truth) < 4 * values.std(ddof=1) / np.sqrt(len(values))


def test_a_cohort_without_a_cell_in_its_base_period():
    panel = wide({"a": [1, None, 3], "c": [0, 0, 0]})
    for estimator in (callaway_santanna, sun_abraham):
        with pytest.raises(DataError, match="no cell in the last period before treatment"):
            estimator(panel, adoption(panel, {"a": 2}))


def test_no_control_in_a_period():
    panel = wide({"a": [1, 2, 3], "c": [0, 0, None]})
    dates = adoption(panel, {"a": 2})
    for estimator, message in ((callaway_santanna, "no unit never treated has a cell"),
                               (sun_abraham, "no unit never treated has a cell"),
                               (imputation, "no untreated cell tells")):
        with pytest.raises(DataError, match=message):
            estimator(panel, dates)


def test_too_many_leads():
    panel = wide(TWO_BY_THREE)
    with pytest.raises(DataError, match="leads before treatment"):
        imputation_leads(panel, adoption(panel, {"a": 2}), 2)
    with pytest.raises(DataError, match="leads before treatment"):
        imputation_leads(panel, adoption(panel, {"a": 2}), 0)
