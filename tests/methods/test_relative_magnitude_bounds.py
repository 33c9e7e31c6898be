"""Relative-magnitude bounds: by hand, against R and Stata, against linear programmes, and their coverage."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import linprog

from analysis.errors import DataError
from analysis.methods.event_coefficients import event_coefficients
from analysis.methods.moment_inequalities import hybrid_rejects
from analysis.methods.relative_magnitude_bounds import (
    _Moments,
    relative_magnitude_breakdown,
    relative_magnitude_interval,
)
from tests.methods.event_studies import medicaid, random_study, tax


def _ends(study, bound, **settings):
    found = relative_magnitude_interval(study, bound, **settings)
    return found.low, found.high


# --- by hand ----------------------------------------------------------------------------------------------------------

NEXT_TO_NOTHING = 1e-14     # variances that leave the set identified without sampling error


@pytest.mark.parametrize("bound", [0.5, 1.0, 2.0])
def test_one_period_before_and_one_after_without_sampling_error(bound):
    """The trend changed by 0.3 from -2 to -1, so by at most 0.3 M-bar to 0: 2 +- 0.3 M-bar."""
    study = event_coefficients([-0.3, 2.0], NEXT_TO_NOTHING * np.eye(2), [-2, 0])
    assert _ends(study, bound) == pytest.approx((2 - 0.3 * bound, 2 + 0.3 * bound), abs=1e-6)


def test_changes_add_up_over_the_periods_after_without_sampling_error():
    """Greatest change before: from 0.1 to -0.3. Trends may part by 0.4, 0.8, 1.2: mean 0.8; the last alone 1.2."""
    numbers = ([0.1, -0.3, 1.0, 2.0, 3.0], NEXT_TO_NOTHING * np.eye(5), [-3, -2, 0, 1, 2])
    assert _ends(event_coefficients(*numbers), 1.0) == pytest.approx((1.2, 2.8), abs=1e-6)
    assert _ends(event_coefficients(*numbers, weights=[0, 0, 1]), 1.0) == pytest.approx((1.8, 4.2), abs=1e-6)
    # the last less the first: only the second and third change count, 0.4 each
    assert _ends(event_coefficients(*numbers, weights=[-1, 0, 1]), 1.0) == pytest.approx((1.2, 2.8), abs=1e-6)


def test_every_change_before_counts_the_earliest_and_the_last():
    for leads in ([0.9, 0.1, 0.0], [0.3, -0.3, 0.5], [-0.8, -0.8, -0.8]):    # greatest 0.8: first, second, last
        study = event_coefficients([*leads, 2.0], NEXT_TO_NOTHING * np.eye(4), [-4, -3, -2, 0])
        assert _ends(study, 1.0) == pytest.approx((1.2, 2.8), abs=1e-6)


def test_bound_nought_is_the_usual_interval_and_small_bounds_come_near_it():
    study = tax()
    original = study.original()
    assert _ends(study, 0.0) == (original.low, original.high)
    for bound in (1e-300, 1e-12, 1e-8, 1e-6):
        assert _ends(study, bound) == pytest.approx((original.low, original.high), abs=1e-6)


def test_a_bound_far_above_everything_is_that_many_changes():
    """Only the change before counts, 0.3 with standard error 0.01, tested from one side: both stages together have size
    kappa + (1 - kappa) (alpha - kappa) / (1 - kappa) = alpha, so the ends are +-M-bar (0.3 + 1.644854 x 0.01)."""
    study = event_coefficients([-0.3, 2.0], np.diag([1e-4, 1e-4]), [-2, 0])
    end = 1e12 * (0.3 + 0.016448536269514722)
    assert _ends(study, 1e12) == pytest.approx((-end, end), rel=1e-8)


# --- other software ---------------------------------------------------------------------------------------------------

# createSensitivityResults_relativeMagnitudes of the R package HonestDiD, method C-LF, for BCdata_EventStudy, first
# period: M-bar, low, high; from tests/r_test_results.json of the Python package honestdid (MIT licence, 2026), its
# version not recorded. Its ends are points of a grid of 1,000 within 20 standard errors of nought, step 0.00076, and
# its critical value of the first stage comes from 1,000 draws. At M-bar 2 its upper end, 0.3794577 = 20 x 0.01897289,
# is the edge of the grid.
TAX_IN_R = [(0.5, 0.11812948578177346, 0.27158386602562062), (1.0, 0.06723125075039843, 0.31868372530838568),
            (1.5, 0.013294315120135292, 0.36958196033976071), (2.0, -0.042161970809571847, None)]


@pytest.mark.parametrize(("bound", "low", "high"), TAX_IN_R)
def test_tax_equals_r_within_a_step_of_its_grid(bound, low, high):
    study = tax([1, 0, 0, 0])
    step = 40 * study.se / 999
    found = relative_magnitude_interval(study, bound)
    assert found.low == pytest.approx(low, abs=step)
    if high is None:
        assert found.high > 20 * study.se
    else:
        assert found.high == pytest.approx(high, abs=step)


# R log of the Stata package's consistency tests (stata-honestdid, test/unit-tests-consistency.R.log, 2022), three
# digits, on a grid of 100 points from -1 to 1: the grid points inside our intervals must be exactly those of R.
@pytest.mark.parametrize(("weights", "bound", "low", "high"), [
    ([1, 0, 0, 0], 0, 0.172, 0.232), ([1, 0, 0, 0], 0.5, 0.131, 0.253), ([1, 0, 0, 0], 1, 0.0707, 0.313),
    ([1, 0, 0, 0], 1.5, 0.0303, 0.354), ([1, 0, 0, 0], 2, -0.0303, 0.414),
    (None, 0, 0.192, 0.253), (None, 0.5, 0.0707, 0.354), (None, 1, -0.0505, 0.495), (None, 1.5, -0.192, 0.636),
    (None, 2, -0.333, 0.778)])
def test_same_points_of_a_coarse_grid_as_r(weights, bound, low, high):
    grid = np.linspace(-1, 1, 100)
    found = relative_magnitude_interval(tax(weights), bound)
    inside = grid[(grid >= found.low) & (grid <= found.high)]
    assert (inside[0], inside[-1]) == pytest.approx((low, high), abs=0.0006)


# HonestDiD's README for health insurance, first period, three digits; grid step 0.00037.
@pytest.mark.parametrize(("bound", "low", "high"), [(0.5, 0.0240, 0.0672), (1, 0.0170, 0.0720), (1.5, 0.00824, 0.0797),
                                                    (2, -0.000916, 0.0881)])
def test_medicaid_equals_r_within_a_step_of_its_grid(bound, low, high):
    study = medicaid([1, 0])
    assert _ends(study, bound) == pytest.approx((low, high), abs=40 * study.se / 999 + 0.00005)


# README of the Stata package honestdid 0.5.3 (2022), mean of both periods, three decimals; grid step 0.00036.
@pytest.mark.parametrize(("bound", "low", "high"), [(0, 0.041, 0.075), (0.5, 0.033, 0.080), (1, 0.020, 0.090),
                                                    (1.5, 0.006, 0.103), (2, -0.008, 0.117)])
def test_medicaid_mean_equals_stata(bound, low, high):
    study = medicaid()
    assert _ends(study, bound) == pytest.approx((low, high), abs=40 * study.se / 999 + 0.0005)


# The R log above: one period after, seven before; step 0.0011, upper ends from M-bar 1.5 on cut at 20 standard errors.
# HonestDiD tests all inequalities there and leaves the second stage at 5%, so no equality is due: two steps.
@pytest.mark.parametrize(("bound", "low", "high"), [(0, 0.0713, 0.181), (0.5, -0.0315, 0.306), (1, -0.151, 0.441),
                                                    (1.5, -0.278, None), (2, -0.411, None)])
def test_one_period_after_is_near_r(bound, low, high):
    whole = tax()
    study = event_coefficients(whole.estimates, whole.covariance, [*range(-8, -1), 0])
    step = 40 * study.se / 999
    found = relative_magnitude_interval(study, bound)
    assert found.low == pytest.approx(low, abs=2 * step)
    assert found.high > 20 * study.se if high is None else found.high == pytest.approx(high, abs=2 * step)


# --- linear programmes ------------------------------------------------------------------------------------------------

def _dual_vertices(sd, X):
    """All vertices of {g >= 0, g'X = 0, g'sd = 1} by trying every set of as many inequalities as equations."""
    equations = np.column_stack([sd, X]).T
    right = np.eye(len(equations))[0]
    found = []
    for n in range(1, len(equations) + 1):
        for chosen in map(list, combinations(range(len(sd)), n)):
            g, _, rank, _ = np.linalg.lstsq(equations[:, chosen], right, rcond=None)
            if rank == n and g.min() > 1e-9 and np.allclose(equations[:, chosen] @ g, right, atol=1e-9):
                vertex = np.zeros(len(sd))
                vertex[chosen] = g
                found.append(vertex)
    return np.unique(np.round(found, 10), axis=0)


def _by_linear_programme(study, change, bound, distances, ceiling, size):
    """Rejections of theta = target - distance for one signed change before, nothing known of the inequalities."""
    rows = study.steps[study.n_pre:]
    A = np.vstack([rows - bound * change, -rows - bound * change])
    covariance = A @ study.covariance @ A.T
    sd = np.sqrt(np.diagonal(covariance))
    others = np.linalg.svd(study.weights[None])[2][1:].T                    # effects that leave theta as it is
    X, along = A[:, study.n_pre:] @ others, A[:, study.n_pre:] @ study.weights / (study.weights @ study.weights)
    vertices = _dual_vertices(sd, X)
    rejections = []
    for distance in distances:
        y = A @ study.estimates - along * (study.target - distance)
        values = vertices @ y
        eta = linprog(np.eye(1 + X.shape[1])[0], A_ub=-np.column_stack([sd, X]), b_ub=-y, bounds=(None, None),
                      method="highs").fun
        assert values.max() == pytest.approx(eta, abs=1e-7)
        rejections.append(bool(hybrid_rejects(values, vertices @ covariance @ vertices.T, np.array(ceiling), size)))
    return rejections


@pytest.mark.parametrize(("seed", "n_pre", "weights"), [(0, 2, [1, 0]), (1, 3, [0.5, 0.5]), (2, 2, [0, 0, 1]),
                                                        (3, 2, None), (4, 1, [-1, 0.5, 2.0]), (5, 2, [1.0])])
def test_known_vertices_are_those_of_the_dual_programme(seed, n_pre, weights):
    """The test by general vertices and a linear programme for the statistic rejects the same values."""
    n_post = 4 if weights is None else len(weights)
    study = random_study(seed, n_pre, n_post, weights=weights)
    moments = _Moments(study, 0.8, 0.95)
    distances = np.linspace(-6, 6, 23) * study.se
    ours = moments.rejects(np.broadcast_to(distances, (2 * n_pre, len(distances))))
    changes = np.vstack([study.steps[:n_pre], -study.steps[:n_pre]])
    for change, ceiling, found in zip(changes, moments.ceiling, ours, strict=True):
        assert _by_linear_programme(study, change, 0.8, distances, ceiling, moments.size) == found.tolist()


def test_least_favourable_value_of_the_inequalities_by_simulation():
    """5,000 of a million draws above, standard deviation 71; three of them. Statistic from the general vertices."""
    study, bound = random_study(7, 2, 3), 1.5
    change, rows = study.steps[1], study.steps[2:]
    A = np.vstack([rows - bound * change, -rows - bound * change])
    covariance = A @ study.covariance @ A.T
    others = np.linalg.svd(study.weights[None])[2][1:].T
    vertices = _dual_vertices(np.sqrt(np.diagonal(covariance)), A[:, 2:] @ others)
    draws = np.random.default_rng(3).multivariate_normal(np.zeros(5), study.covariance, size=1_000_000)
    eta = (draws @ (vertices @ A).T).max(axis=1)
    assert abs((eta > _Moments(study, bound, 0.95).ceiling[1]).sum() - 5_000) < 213


# --- properties -------------------------------------------------------------------------------------------------------

studies = {"seed": some.integers(0, 10**6), "n_pre": some.integers(1, 5), "n_post": some.integers(1, 4)}


@settings(max_examples=15, deadline=None)
@given(**studies, bound=some.floats(0, 4), more=some.floats(0, 2))
def test_wider_with_a_greater_bound_and_around_the_identified_set(seed, n_pre, n_post, bound, more):
    study = random_study(seed, n_pre, n_post)
    low, high = _ends(study, bound)
    lower, higher = _ends(study, bound + more)
    close = 1e-7 * study.se
    assert lower <= low + close and higher >= high - close
    # sum |w_t| of the mean of T periods is 1 + (T - 1) / T + ... + 1 / T = (T + 1) / 2
    reach = bound * (n_post + 1) / 2 * np.abs(study.steps[:n_pre] @ study.estimates).max()
    assert low <= study.target - reach + close and high >= study.target + reach - close


@settings(max_examples=15, deadline=None)
@given(**studies, scale=some.floats(1e-5, 1e5))
def test_scales_with_the_outcome_and_turns_with_its_sign(seed, n_pre, n_post, scale):
    study = random_study(seed, n_pre, n_post)
    low, high = _ends(study, 1.0)
    times = [*range(-n_pre - 1, -1), *range(n_post)]
    scaled = event_coefficients(-scale * study.estimates, scale**2 * study.covariance, times)
    assert _ends(scaled, 1.0) == pytest.approx((-scale * high, -scale * low), rel=1e-6, abs=1e-6 * scale)


def test_level_and_degrees_of_freedom():
    study = tax()
    low, high = _ends(study, 1.0)
    narrow, wide = _ends(study, 1.0, level=0.9), _ends(study, 1.0, df=8)
    assert low < narrow[0] and narrow[1] < high and wide[0] < low and high < wide[1]
    t = study.original(df=8)
    assert _ends(study, 0.0, df=8) == pytest.approx((t.low, t.high), rel=1e-12)


# --- breakdown --------------------------------------------------------------------------------------------------------

def test_breakdown_is_where_zero_enters():
    study = tax([1, 0, 0, 0])
    found = relative_magnitude_breakdown(study)
    assert 1.56 < found.value < 1.78 and found.monotone       # R's low ends: 0.00722 at 1.556, -0.0171 at 1.778
    assert _ends(study, found.value)[0] <= 0 < _ends(study, found.value - 2 * found.tolerance)[0]


def test_breakdown_without_sampling_error_by_hand():
    # 2 = M-bar x 0.4 x (mean of 1, 2, 3) = 0.8 M-bar
    study = event_coefficients([0.1, -0.3, 1.0, 2.0, 3.0], NEXT_TO_NOTHING * np.eye(5), [-3, -2, 0, 1, 2])
    assert relative_magnitude_breakdown(study).value == pytest.approx(2.5, abs=1e-5)
    assert relative_magnitude_breakdown(study, largest=2.0).value == np.inf


def test_breakdown_is_nought_where_the_usual_interval_includes_zero():
    assert relative_magnitude_breakdown(random_study(1, 3, 2, effect=0.0)).value == 0


def test_no_change_before_at_all():
    """Estimates of exactly nought before: only their sampling error lets trends part, and so breaks the finding."""
    study = event_coefficients([0.0, 0.0, 5.0], np.eye(3), [-3, -2, 0])
    found = relative_magnitude_breakdown(study, largest=50.0)
    assert 0 < found.value < 50 and _ends(study, found.value)[0] <= 0


def test_bad_input():
    for bound in (-1, np.nan, np.inf):
        with pytest.raises(DataError, match="violations"):
            relative_magnitude_interval(tax(), bound)
    for level in (0.3, 1.0):
        with pytest.raises(DataError, match="level"):
            relative_magnitude_interval(tax(), 1.0, level=level)
    with pytest.raises(DataError, match="degrees of freedom"):
        relative_magnitude_interval(tax(), 1.0, df=0)
    with pytest.raises(DataError, match="breakdown"):
        relative_magnitude_breakdown(tax(), largest=0)
