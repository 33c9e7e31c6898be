"""Sensitivity of an event study as a whole: what is put together, and coverage with known violations."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.errors import DataError
from analysis.methods.event_coefficients import event_coefficients
from analysis.methods.relative_magnitude_bounds import relative_magnitude_breakdown, relative_magnitude_interval
from analysis.methods.smoothness_bounds import smoothness_breakdown, smoothness_interval
from analysis.methods.trend_bounds import trend_bounds
from tests.methods.event_studies import medicaid, random_study, tax


def test_puts_the_parts_together_in_the_order_given():
    study = tax()
    found = trend_bounds(study, smoothness=[0.05, 0.0], relative_magnitude=[1, 0, 0.5], df=20)
    assert [each.bound for each in found.smoothness] == [0.05, 0.0]
    assert [each.bound for each in found.relative_magnitude] == [1, 0, 0.5]
    assert found.original == study.original(df=20) and found.df == 20 and found.level == 0.95
    assert found.smoothness[0].low == smoothness_interval(study, 0.05, df=20).low
    assert found.relative_magnitude[0] == relative_magnitude_interval(study, 1, df=20)
    assert found.smoothness_breakdown == smoothness_breakdown(study, df=20)
    assert found.relative_magnitude_breakdown == relative_magnitude_breakdown(study, df=20)


def test_original_intervals_equal_r():
    """constructOriginalCS of HonestDiD, from the sources named in the tests of the parts; Stata has three decimals."""
    found = tax([1, 0, 0, 0]).original()
    assert (found.low, found.high) == pytest.approx((0.15877494280765, 0.233147292681241), abs=1e-9)  # ten-digit inputs
    for weights, expected in (([1, 0], (0.029, 0.064)), (None, (0.040, 0.075))):
        found = medicaid(weights).original()
        assert (found.low, found.high) == pytest.approx(expected, abs=0.0005)


def test_breakdown_values_between_those_of_r():
    """Medicaid, first period: R's low ends are 0.00286 at M = 0.02 and -0.00714 at 0.03, 0.00824 at M-bar = 1.5 and
    -0.000916 at 2."""
    found = trend_bounds(medicaid([1, 0]), smoothness=[])
    assert 0.02 < found.smoothness_breakdown.value < 0.03
    assert 1.5 < found.relative_magnitude_breakdown.value < 2


def test_same_answer_twice_and_nothing_passed_is_changed():
    study = random_study(4, 5, 3)
    before = study.estimates.copy(), study.covariance.copy()
    first, second = (trend_bounds(study, smoothness=[0.1], relative_magnitude=[1]) for _ in range(2))
    assert first.relative_magnitude == second.relative_magnitude
    assert first.relative_magnitude_breakdown == second.relative_magnitude_breakdown
    assert first.smoothness[0].low == second.smoothness[0].low
    assert np.array_equal(before[0], study.estimates) and np.array_equal(before[1], study.covariance)


def test_an_event_study_of_usual_size_takes_seconds():
    study, start = random_study(5, 5, 3), time.process_time()
    trend_bounds(study, smoothness=[0, 0.1, 0.2, 0.3, 0.5, 1], relative_magnitude=[0, 0.5, 1, 1.5, 2, 3])
    assert time.process_time() - start < 5       # about 1


def test_bad_input():
    for smoothness, relative in (([-1], [1]), ([1], [-1])):
        with pytest.raises(DataError, match="violations"):
            trend_bounds(tax(), smoothness=smoothness, relative_magnitude=relative)
    for change, words in (({"level": 1.0}, "level"), ({"df": 0}, "degrees of freedom"),
                          ({"largest_relative_magnitude": -1}, "breakdown")):
        with pytest.raises(DataError, match=words):
            trend_bounds(tax(), smoothness=[0.1], **change)


# --- coverage ---------------------------------------------------------------------------------------------------------

PRE, POST = 5, 3
TIMES = [*range(-PRE - 1, -1), *range(POST)]
COVARIANCE = (np.ones((PRE + POST, PRE + POST)) + np.eye(PRE + POST)) / 2    # differences to one reference period


def _covered(interval, violation, rng, runs, df):
    """Share of runs whose interval covers the target, nought, when trends differ by `violation`. With finite df the
    covariance is known but for its scale."""
    factor, hits = np.linalg.cholesky(COVARIANCE), 0
    for _ in range(runs):
        scale = rng.chisquare(df) / df if np.isfinite(df) else 1.0
        estimates = violation + factor @ rng.normal(size=len(violation))
        found = interval(event_coefficients(estimates, scale * COVARIANCE, TIMES))
        hits += found.low <= 0 <= found.high
    return hits / runs


def _worst_smooth_trend(M):
    """The trend within Delta^SD(M) that biases the shortest interval's estimate most, with its slope within 5."""
    study = event_coefficients(np.zeros(PRE + POST), COVARIANCE, TIMES)
    second = np.diff(study.steps, axis=0)
    return linprog(-smoothness_interval(study, M).weights, A_ub=np.vstack([second, -second]),
                   b_ub=np.full(2 * len(second), M), bounds=(-30, 30), method="highs").x


@pytest.mark.slow
@pytest.mark.parametrize("df", [np.inf, 8])
def test_smoothness_coverage_at_the_worst_trend(df):
    """Nominal 95%; 600 runs, Monte Carlo standard error 0.9 points, three of them below; exact for the normal, so three
    above as well."""
    rng, band = np.random.default_rng(11), 3 * (0.05 * 0.95 / 600) ** 0.5
    covered = _covered(lambda study: smoothness_interval(study, 0.5, df=df), _worst_smooth_trend(0.5), rng, 600, df)
    assert covered > 0.95 - band
    if np.isinf(df):
        assert covered < 0.95 + band


@pytest.mark.slow
@pytest.mark.parametrize("df", [np.inf, 8])
@pytest.mark.parametrize(("largest", "bound"), [(0.5, 1.0), (2.0, 0.5), (20.0, 2.0)])
def test_relative_magnitude_coverage_at_the_edge_of_what_is_allowed(largest, bound, df):
    """One change before of `largest` standard errors, M-bar times it in every period after, all one way; at least 95%
    but for three Monte Carlo standard errors (400 runs: 3.3 points). With a clear change before it is 95%, not more."""
    steps = np.zeros(PRE + POST)
    steps[2], steps[PRE:] = largest, bound * largest
    levels = np.insert(np.cumsum(steps), 0, 0.0)
    violation = np.delete(levels - levels[PRE], PRE)
    rng, band = np.random.default_rng(12), 3 * (0.05 * 0.95 / 400) ** 0.5
    covered = _covered(lambda study: relative_magnitude_interval(study, bound, df=df), violation, rng, 400, df)
    assert covered > 0.95 - band
    if largest == 20:
        assert covered < 0.95 + band
