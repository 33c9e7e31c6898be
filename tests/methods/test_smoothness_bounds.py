"""Smoothness bounds: by hand, against R and Julia, and against what defines the shortest interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats
from scipy.optimize import linprog

from analysis.errors import DataError
from analysis.methods.event_coefficients import event_coefficients
from analysis.methods.smoothness_bounds import folded_normal_quantile, smoothness_breakdown, smoothness_interval
from tests.methods.event_studies import made_up, medicaid, random_study, tax


def _half(found):
    return (found.high - found.low) / 2


def _second_differences(coefficients):
    return np.diff(coefficients.steps, axis=0)


# --- the critical value -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("level", [0.6, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("t", [0.0, 0.01, 0.5, 1.0, 3.0, 8.0])
def test_folded_normal_quantile_is_the_root_of_a_noncentral_chi_square(level, t):
    # |N(t, 1)|^2 is chi-square with one degree of freedom and non-centrality t^2
    assert stats.ncx2.cdf(folded_normal_quantile(t, level) ** 2, 1, t**2) == pytest.approx(level, abs=1e-12)


def test_folded_normal_quantile_at_its_ends():
    assert folded_normal_quantile(0, 0.95) == pytest.approx(1.959963984540054, rel=1e-13)
    assert folded_normal_quantile(30, 0.95) == pytest.approx(30 + 1.6448536269514722, rel=1e-13)


# --- by hand ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("M", [0.0, 0.3, 5.0])
def test_one_period_before_and_one_after(M):
    """The slope from -2 to -1 is -b(-2) and goes on: estimate b(0) + b(-2), bias up to M, variance 4 + 1 + 2 x 0.5."""
    found = smoothness_interval(event_coefficients([0.7, 2.0], [[1, 0.5], [0.5, 4]], [-2, 0]), M)
    assert found.weights.tolist() == [1, 1] and found.estimate == pytest.approx(2.7)
    assert found.se == pytest.approx(6**0.5) and found.bias == pytest.approx(M)
    assert _half(found) == pytest.approx(6**0.5 * folded_normal_quantile(M / 6**0.5, 0.95), rel=1e-12)


def test_one_period_before_and_the_mean_of_two_after():
    """Mean of 1 and 2 periods after -1: 1.5 times the slope. A change e of slope at -1 adds 1.5 e, one at 0 adds e / 2:
    bias at most 2 M. Variances 1, no correlation: 1.5^2 + 2 / 4 = 2.75."""
    found = smoothness_interval(event_coefficients([1.0, 3.0, 5.0], np.eye(3), [-2, 0, 1]), 10.0)
    assert found.weights.tolist() == [1.5, 0.5, 0.5] and found.estimate == pytest.approx(5.5)
    assert found.bias == pytest.approx(20) and found.se == pytest.approx(2.75**0.5)
    assert _half(found) == pytest.approx(20 + 2.75**0.5 * 1.6448536269514722, rel=1e-8)     # bias is 12 se


def test_no_curvature_is_extrapolation_of_the_line_of_generalised_least_squares():
    """M = 0: the trend is g x periods from -1, so fit (leads, effects + line) by generalised least squares."""
    study = random_study(1, 4, 2)
    periods = np.array([-4, -3, -2, -1, 1, 2])
    X = np.column_stack([periods, np.eye(6)[:, 4:]])
    inverse = np.linalg.inv(study.covariance)
    variance = np.linalg.inv(X.T @ inverse @ X)
    effects = (variance @ X.T @ inverse @ study.estimates)[1:]
    found = smoothness_interval(study, 0.0)
    assert found.estimate == pytest.approx(effects.mean(), rel=1e-10)
    assert found.se == pytest.approx(np.sqrt([0.5, 0.5] @ variance[1:, 1:] @ [0.5, 0.5]), rel=1e-10)
    assert found.high == pytest.approx(found.estimate + 1.959963984540054 * found.se, rel=1e-10)


# --- other software ---------------------------------------------------------------------------------------------------

# findOptimalFLCI and createSensitivityResults of the R package HonestDiD for BCdata_EventStudy, first period: M, low,
# high. From tests/r_test_results.json of the Python package honestdid (MIT licence, 2026) and test/reference.jl of
# HonestDiD.jl (MIT licence, 2026), which agree where both have them; the version of HonestDiD is not recorded. It
# takes the folded normal quantile from 10^6 draws (seed 0), so half-lengths are wrong by up to 0.12% of themselves;
# at M = 0.02 that also moves its optimum, by 0.0008.
TAX_IN_R = [(0, 0.13141131596381356, 0.216169648209591), (0.01, 0.1549652670807741, 0.2703845303265206),
            (0.02, 0.17730108790014376, 0.31595646819476952), (0.03, 0.18940446443439926, 0.34854775003919292),
            (0.1, 0.1194440001, 0.4185082143), (0.2, 0.01944400015, 0.5185082143)]


@pytest.mark.parametrize(("M", "low", "high"), TAX_IN_R)
def test_tax_equals_r(M, low, high):
    found = smoothness_interval(tax([1, 0, 0, 0]), M)
    assert _half(found) == pytest.approx((high - low) / 2, rel=0.0012)
    within = 0.0009 if M == 0.02 else 0.0001
    assert (found.low, found.high) == pytest.approx((low, high), abs=within)


# The same in HonestDiD's README for health insurance, first period, three digits.
@pytest.mark.parametrize(("M", "low", "high"), [
    (0, 0.0259, 0.0607), (0.01, 0.0132, 0.0787), (0.02, 0.00286, 0.0907), (0.03, -0.00714, 0.101),
    (0.04, -0.0171, 0.111), (0.05, -0.0271, 0.121)])
def test_medicaid_equals_r(M, low, high):
    found = smoothness_interval(medicaid([1, 0]), M)
    assert found.low == pytest.approx(low, abs=0.0001) and found.high == pytest.approx(high, abs=0.0005)


# R log of the Stata package's consistency tests (stata-honestdid, test/unit-tests-consistency.R.log, 2022), three
# digits: the mean of all four periods, and one period after with seven before.
@pytest.mark.parametrize(("M", "low", "high"), [(0, 0.133, 0.230), (0.1, -0.186, 0.988), (0.2, -0.686, 1.49)])
def test_mean_of_the_periods_equals_r(M, low, high):
    found = smoothness_interval(tax(), M)
    assert found.low == pytest.approx(low, abs=0.0006) and found.high == pytest.approx(high, abs=0.006 if M else 0.0006)


@pytest.mark.parametrize(("M", "low", "high"), [(0, -0.182, -0.106), (0.1, 0.192, 0.539), (0.2, 0.0919, 0.639),
                                                (0.3, -0.00812, 0.739)])
def test_one_period_after_equals_r(M, low, high):
    whole = tax()
    study = event_coefficients(whole.estimates, whole.covariance, [*range(-8, -1), 0])
    found = smoothness_interval(study, M)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.0006)


# HonestDiD.jl, README (2026), five digits; its folded normal quantile is exact, its optimum good to about 10^-6.
@pytest.mark.parametrize(("M", "low", "high"), [
    (0, 0.03849, 0.23376), (0.01, 0.027367, 0.2422), (0.02, 0.0061132, 0.25851), (0.03, -0.01481, 0.27416),
    (0.04, -0.028729, 0.294), (0.05, -0.041775, 0.31396), (0.06, -0.054089, 0.33366)])
def test_made_up_study_equals_julia(M, low, high):
    found = smoothness_interval(made_up(), M)
    assert found.low == pytest.approx(low, abs=2e-6) and found.high == pytest.approx(high, abs=6e-6)


# diff-diff 3.13.0 (MIT licence), _compute_optimal_flci, where some weights are bound and the optimum of R is rough.
# Near the optimum the half-length is flat: it agrees to ten digits, the estimate to five.
@pytest.mark.parametrize(("weights", "M", "low", "high"), [
    ([1, 0, 0, 0], 0.01, 0.1549682493057567, 0.27047202597831965),
    ([1, 0, 0, 0], 0.02, 0.17647178642244846, 0.31524410670264047),
    (None, 0.01, 0.12404262067024359, 0.3680438810924103), (None, 0.02, 0.11375070084942371, 0.4767180451251857)])
def test_tax_equals_diff_diff(weights, M, low, high):
    found = smoothness_interval(tax(weights), M)
    assert _half(found) == pytest.approx((high - low) / 2, rel=2e-10)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


# --- what defines it --------------------------------------------------------------------------------------------------

def _worst_trend(study, weights, M):
    """The difference in trends within Delta^SD(M) that biases the estimate most, by linear programming."""
    second = _second_differences(study)
    return linprog(-weights, A_ub=np.vstack([second, -second]), b_ub=np.full(2 * len(second), M),
                   bounds=[(None, None)] * len(weights), method="highs")


@pytest.mark.parametrize(("seed", "shape"), list(enumerate([(1, 1), (2, 3), (3, 1), (5, 3), (8, 2)])))
def test_worst_bias_is_that_of_a_linear_programme(seed, shape):
    study = random_study(seed, *shape)
    for M in (0.05, 1.0):
        found = smoothness_interval(study, M)
        assert -_worst_trend(study, found.weights, M).fun == pytest.approx(found.bias, rel=1e-9)


@pytest.mark.parametrize("M", [0.0, 0.05, 0.3, 2.0])
def test_coverage_at_the_worst_trend_is_the_level(M):
    """Estimate - theta is normal with mean `bias` and standard deviation `se`: P(|.| <= half-length)."""
    study = random_study(3, 5, 3)
    found = smoothness_interval(study, M, level=0.9)
    bias = -_worst_trend(study, found.weights, M).fun
    ends = (np.array([-1, 1]) * _half(found) - bias) / found.se
    assert np.diff(stats.norm.cdf(ends))[0] == pytest.approx(0.9, abs=1e-9)


@pytest.mark.parametrize(("seed", "shape"), list(enumerate([(2, 1), (3, 2), (5, 3), (9, 4)])))
@pytest.mark.parametrize("M", [0.02, 0.2, 1.0])
def test_no_other_weights_are_shorter(seed, shape, M):
    """The half-length is convex in the weights: none near by is shorter than the minimum, in 300 directions that keep
    the slope out of the bias."""
    study = random_study(seed, *shape)
    found = smoothness_interval(study, M)
    rng, best = np.random.default_rng(0), _half(found)
    periods = np.arange(shape[0], 0, -1.0)
    for scale in np.repeat([1e-4, 1e-2, 1.0], 100):
        move = rng.normal(size=shape[0])
        move -= periods * (periods @ move) / (periods @ periods)
        weights = found.weights + scale * np.append(move, np.zeros(shape[1]))
        before = weights[: shape[0]][::-1]                      # w_1, w_2, ...
        x = [sum((k - j) * before[k - 1] for k in range(j + 1, shape[0] + 1)) for j in range(1, shape[0])]
        after = [sum((s - j) * study.weights[s - 1] for s in range(j + 1, shape[1] + 1)) for j in range(shape[1])]
        se = np.sqrt(weights @ study.covariance @ weights)
        half = se * folded_normal_quantile(M * (np.abs(x).sum() + np.abs(after).sum()) / se, 0.95)
        assert half >= best * (1 - 1e-9)


# --- properties -------------------------------------------------------------------------------------------------------

@settings(max_examples=15, deadline=None)
@given(seed=some.integers(0, 10**6), n_pre=some.integers(1, 6), n_post=some.integers(1, 4), M=some.floats(0, 3),
       more=some.floats(0, 3), scale=some.floats(1e-6, 1e6))
def test_half_length_grows_with_m_and_all_scales(seed, n_pre, n_post, M, more, scale):
    study = random_study(seed, n_pre, n_post)
    found, wider = smoothness_interval(study, M), smoothness_interval(study, M + more)
    assert _half(wider) >= _half(found) * (1 - 1e-9)
    times = [*range(-n_pre - 1, -1), *range(n_post)]
    scaled = event_coefficients(scale * study.estimates, scale**2 * study.covariance, times)
    assert smoothness_interval(scaled, scale * M).high == pytest.approx(scale * found.high, rel=1e-6, abs=1e-6 * scale)


def test_a_bound_far_above_everything_leaves_the_last_lead_and_the_bias():
    study = random_study(2, 4, 2)              # mean of two: 1.5 slopes, bias 2 M as by hand above
    found = smoothness_interval(study, 1e9)
    assert found.weights.tolist() == [0, 0, 0, 1.5, 0.5, 0.5] and _half(found) == pytest.approx(2e9, rel=1e-8)


def test_smaller_level_is_shorter_and_few_degrees_of_freedom_longer():
    study = tax()
    assert _half(smoothness_interval(study, 0.02, level=0.9)) < _half(smoothness_interval(study, 0.02))
    at_none, few = smoothness_interval(study, 0.0), smoothness_interval(study, 0.0, df=8)
    assert few.weights == pytest.approx(at_none.weights)
    assert _half(few) / _half(at_none) == pytest.approx(2.306004135204166 / 1.959963984540054, rel=1e-9)


# --- breakdown --------------------------------------------------------------------------------------------------------

def test_breakdown_is_where_zero_enters():
    study = tax([1, 0, 0, 0])
    found = smoothness_breakdown(study)
    assert found.monotone and found.tolerance < 1e-6
    assert smoothness_interval(study, found.value).low <= 0 < smoothness_interval(study, found.value * 0.99999).low


def test_breakdown_by_hand_for_one_period_before_and_after():
    # estimate 20, se 1, bias M: 20 = M + 1.644854 (bias far above se), so M = 18.355146
    study = event_coefficients([5.0, 15.0], [[0.5, 0], [0, 0.5]], [-2, 0])
    assert smoothness_breakdown(study).value == pytest.approx(20 - 1.6448536269514722, abs=1e-4)
    assert smoothness_breakdown(study, largest=18.0).value == np.inf


def test_breakdown_is_nought_where_the_usual_interval_includes_zero():
    """Although the line through the lead would make it 1 + 20."""
    study = event_coefficients([20.0, 1.0], np.eye(2), [-2, 0])
    assert smoothness_interval(study, 0.0).low > 0
    assert smoothness_breakdown(study).value == 0


def test_bad_input():
    for bound in (-1, np.nan, np.inf):
        with pytest.raises(DataError, match="violations"):
            smoothness_interval(tax(), bound)
    with pytest.raises(DataError, match="level"):
        smoothness_interval(tax(), 0.1, level=0.5)
    with pytest.raises(DataError, match="degrees of freedom"):
        smoothness_breakdown(tax(), df=-1)
