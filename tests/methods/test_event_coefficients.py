"""Coefficients of an event study: shapes, target, steps, and everything that is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods.event_coefficients import check_bound, check_level, event_coefficients

TIMES = [-3, -2, 0, 1]
COVARIANCE = np.diag([1.0, 4.0, 9.0, 16.0])


def test_target_is_the_mean_of_the_periods_after_or_as_weighted():
    found = event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES)
    assert (found.n_pre, found.n_post) == (2, 2)
    assert found.target == 5 and found.se == pytest.approx(2.5, rel=1e-15)     # sqrt(9 / 4 + 16 / 4) = 5 / 2
    first = event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES, weights=[1, 0])
    assert first.target == 3 and first.se == 3


def test_steps_pass_through_the_reference():
    found = event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES)
    assert (found.steps @ found.estimates).tolist() == [1, -2, 3, 4]           # 2 - 1, 0 - 2, 3 - 0, 7 - 3


def test_original_interval_normal_and_t():
    found = event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES)
    assert found.original().high == pytest.approx(5 + 2.5 * 1.959963984540054, rel=1e-14)
    assert found.original(df=8).high == pytest.approx(5 + 2.5 * 2.306004135204166, rel=1e-12)


def test_inflated_covariance_gives_the_t_interval():
    found = event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES)
    assert found.inflated(0.95, 8).original().low == pytest.approx(found.original(df=8).low, rel=1e-12)
    assert found.inflated(0.9, 5).se / found.se == pytest.approx(stats.t.ppf(0.95, 5) / stats.norm.ppf(0.95))
    assert found.inflated(0.95, np.inf) is found


def test_what_the_caller_passed_is_copied():
    estimates, covariance = np.array([1.0, 2, 3, 7]), COVARIANCE.copy()
    found = event_coefficients(estimates, covariance, TIMES)
    estimates[0] = covariance[0, 0] = 99
    assert found.estimates[0] == 1 and found.covariance[0, 0] == 1


@pytest.mark.parametrize("times", [[-3, -2, -1, 0], [-3, -2, 1, 2], [-4, -2, 0, 1], [-2, -3, 0, 1], [0, 1, 2, 3],
                                   [-5, -4, -3, -2], [-3, -2, 0, 0], [-3, -2, 0, 0.5], ["a", "b", "c", "d"],
                                   [-3, -2, 0, np.nan]])
def test_event_times_must_be_in_order_without_gaps_on_both_sides(times):
    with pytest.raises(DataError, match="event times"):
        event_coefficients([1, 2, 3, 7], COVARIANCE, times)


@pytest.mark.parametrize("weights", [[1], [0, 0], [1, np.inf], [[1, 0]], ["a", "b"]])
def test_weights(weights):
    with pytest.raises(DataError, match="weights"):
        event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES, weights=weights)


def test_shapes_and_numbers():
    for estimates, covariance in (([1, 2, 3], COVARIANCE), ([1, 2, 3, 7], COVARIANCE[:3, :3])):
        with pytest.raises(DataError, match="shapes"):
            event_coefficients(estimates, covariance, TIMES)
    with pytest.raises(DataError, match="estimates"):
        event_coefficients([1, 2, np.nan, 7], COVARIANCE, TIMES)
    with pytest.raises(DataError, match="estimates"):
        event_coefficients([1, 2, "three", 7], COVARIANCE, TIMES)


def test_a_covariance_that_is_none():
    for diagonal in ([1, 0, 1, 1], [1, -1, 1, 1], [1, np.nan, 1, 1]):
        with pytest.raises(DataError, match="positive variances"):
            event_coefficients([1, 2, 3, 7], np.diag(diagonal), TIMES)
    lopsided, negative = COVARIANCE.copy(), np.eye(4)
    lopsided[0, 1] = 0.5
    negative[0, 1] = negative[1, 0] = 1.5
    with pytest.raises(DataError, match="not symmetric"):
        event_coefficients([1, 2, 3, 7], lopsided, TIMES)
    with pytest.raises(DataError, match="negative eigenvalue"):
        event_coefficients([1, 2, 3, 7], negative, TIMES)


def test_a_clustered_covariance_from_as_few_clusters_as_coefficients_is_refused():
    """Scores of four clusters that sum to nought, as least squares leaves them, span three dimensions."""
    scores = np.random.default_rng(1).normal(size=(4, 4))
    scores -= scores.mean(axis=0)
    with pytest.raises(DataError, match="rank 3 for 4 coefficients.*more clusters"):
        event_coefficients([1, 2, 3, 7], scores.T @ scores, TIMES)
    units = 10.0 ** np.arange(-4, 4, 2)      # but variances of different size are no lack of rank
    event_coefficients([1, 2, 3, 7], COVARIANCE * np.outer(units, units), TIMES)


def test_levels_and_bounds():
    for level in (0.5, 1, 95, np.nan):
        with pytest.raises(DataError, match="level"):
            check_level(level)
    for bound in (-0.1, np.nan, np.inf):
        with pytest.raises(DataError, match="violations"):
            check_bound(bound)
    with pytest.raises(DataError, match="degrees of freedom"):
        event_coefficients([1, 2, 3, 7], COVARIANCE, TIMES).inflated(0.95, 0)
