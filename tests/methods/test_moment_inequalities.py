"""The hybrid test of moment inequalities: by hand, by simulation and against normal probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.methods.moment_inequalities import _upper_tail, hybrid_rejects, least_favourable_value


def _rejects(values, covariance, ceiling=np.inf, size=0.05):
    values, covariance = np.array(values, dtype=float), np.array(covariance, dtype=float)
    return bool(hybrid_rejects(values, covariance, np.array(ceiling), size))


def test_one_inequality_is_a_one_sided_z_test():
    for value, expected in ((1.64, False), (1.65, True), (-3.0, False)):
        assert _rejects([value], [[1]]) is expected
    assert _rejects([3.28], [[4]]) is False and _rejects([3.30], [[4]]) is True      # standard deviation 2


def test_two_independent_inequalities_by_hand():
    """The greater is truncated below at the other: rejected when P(Z > z) < 0.05 P(Z > other)."""
    for other in (-1.0, 0.5, 2.0):
        critical = stats.norm.isf(0.05 * stats.norm.sf(other))
        assert not _rejects([critical - 1e-9, other], np.eye(2))
        assert _rejects([critical + 1e-9, other], np.eye(2))


def test_opposite_inequalities_are_a_two_sided_test():
    """Correlation -1: the greater is truncated at 0, P(Z > z | Z > 0) = 2 P(Z > z)."""
    for z, expected in ((1.95, False), (1.97, True)):
        assert _rejects([z, -z], [[1, -1], [-1, 1]]) is expected
        assert _rejects([-z, z], [[1, -1], [-1, 1]]) is expected


def test_upper_truncation_when_the_other_moves_faster():
    """Values 1 and 0.5, covariance 2 with variance 1: the other overtakes at 1 + 0.5 = 1.5, so Z is below 1.5."""
    tail = (stats.norm.cdf(1.5) - stats.norm.cdf(1)) / stats.norm.cdf(1.5)             # 0.0985
    covariance = [[1, 2], [2, 5]]
    assert not _rejects([1, 0.5], covariance, size=tail - 1e-6) and _rejects([1, 0.5], covariance, size=tail + 1e-6)


def test_ceiling_rejects_above_and_truncates_below():
    assert _rejects([2.6], [[1]], ceiling=2.5, size=1e-9)
    tail = (stats.norm.cdf(2.5) - stats.norm.cdf(2)) / stats.norm.cdf(2.5)
    assert not _rejects([2.0], [[1]], ceiling=2.5, size=tail - 1e-6)
    assert _rejects([2.0], [[1]], ceiling=2.5, size=tail + 1e-6)


def test_ties_negative_values_and_no_variance():
    assert not _rejects([5, 5], np.eye(2))                       # truncated at its own value: no room
    assert not _rejects([-0.1, -5], np.eye(2))
    assert _rejects([0.1], [[0]]) and not _rejects([0.0], [[0]])


def test_leading_dimensions():
    values = np.array([[1.0, 0.0], [3.0, 0.0]])
    found = hybrid_rejects(values[None], np.eye(2)[None, None], np.array([[np.inf]]), 0.05)
    assert found.tolist() == [[False, True]]


def test_tails_far_from_nought_keep_their_digits():
    """At 40 standard deviations the normal beyond x is exponential to first order: P(Z > 40.1 | Z > 40) near e^-4."""
    found = _upper_tail(np.array(40.1), np.array(40.0), np.array(np.inf))
    # Mills ratio: phi(40.1) / phi(40) x (1/40.1 - 1/40.1^3) / (1/40 - 1/40^3), phi ratio exp(-(40.1^2 - 40^2) / 2)
    expected = np.exp(-(40.1**2 - 1600) / 2) * (1 / 40.1 - 40.1**-3) / (1 / 40 - 40.0**-3)
    assert found == pytest.approx(expected, rel=1e-5)
    assert _upper_tail(np.array(1.0), np.array(1.0), np.array(1.0)) == 1


def test_least_favourable_value_against_simulation():
    """Two values that are large together only where the third is larger: a - v, -a - v and -v / 0.8."""
    slopes = np.array([[1, -1.0], [-1, -1.0], [0, -1.25]])
    joint = np.array([[1.0, 0.4], [0.4, 0.5]])
    covariance = slopes @ joint @ slopes.T
    x = least_favourable_value(covariance[None], 0.01)[0]
    draws = np.random.default_rng(5).multivariate_normal([0, 0], joint, size=400_000) @ slopes.T
    # 4,000 of 400,000 expected, standard deviation 63; three of them
    assert abs((draws.max(axis=1) > x).sum() - 4_000) < 189


def test_least_favourable_value_where_the_third_cannot_exceed():
    """The third's variance next to nought and two opposite ones: the two-sided critical value."""
    covariance = np.array([[1, -1, 0], [-1, 1, 0], [0, 0, 1e-8]])
    assert least_favourable_value(covariance[None], 0.005)[0] == pytest.approx(stats.norm.isf(0.0025), rel=1e-10)


def test_size_under_independence():
    """Three equalities, independent: rejections at 5%, 20,000 draws, three standard errors of 0.15 points."""
    draws = np.random.default_rng(2).normal(size=(20_000, 3))
    kappa = 0.005
    ceiling = stats.norm.isf(1 - (1 - kappa) ** (1 / 3))
    for first, size in ((np.inf, 0.05), (ceiling, (0.05 - kappa) / (1 - kappa))):
        rate = hybrid_rejects(draws, np.eye(3), np.array(first), size).mean()
        assert abs(rate - 0.05) < 3 * (0.05 * 0.95 / 20_000) ** 0.5
