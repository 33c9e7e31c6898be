"""Bootstrap and permutation of many outcomes: against `wild_bootstrap` and `permutation`, one outcome at a time."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.permutation import test_of_values as permutation_of_values
from analysis.methods.repeated_outcomes import fixed_design
from analysis.methods.repeated_tests import RepeatedPermutation, inverted_bounds, repeated_bootstrap
from analysis.methods.wild_bootstrap import wild_cluster_bootstrap, wild_cluster_interval
from tests.methods.test_repeated_outcomes import data


def fitted(n_clusters=12, runs=6, weighted=True):
    X, Y, clusters, w = data(n_clusters=n_clusters, runs=runs)
    w = w if weighted else None
    fits = [clustered.fit(y, X, clusters, weights=w, drop_collinear=True) for y in Y.T]
    design = fixed_design(fits[0], X, clusters, "effect", weights=w)
    return fits, design.fits(design.moments(Y))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_clusters", [8, 14])     # all 2^8 sign vectors; 300 drawn
def test_p_is_that_of_the_bootstrap_one_by_one(n_clusters, weighted):
    fits, found = fitted(n_clusters, weighted=weighted)
    test = repeated_bootstrap(found, np.random.default_rng(4), draws=300)
    for null in (0.0, 0.4, -1.0):
        one_by_one = [wild_cluster_bootstrap(fit, "effect", np.random.default_rng(4), draws=300, null=null)
                      for fit in fits]
        assert test.p(null).tolist() == [item.p for item in one_by_one]
        assert test.exact == one_by_one[0].exact == (n_clusters == 8)


def test_each_outcome_may_have_its_own_hypothesis():
    _, found = fitted()
    test = repeated_bootstrap(found, np.random.default_rng(4), draws=99)
    nulls = np.linspace(-1, 1, 6)
    assert test.p(nulls).tolist() == [test.p(null)[r] for r, null in enumerate(nulls)]
    assert (test.p(found.estimates) == 1).all()


def test_intervals_are_those_of_the_bootstrap_one_by_one():
    fits, found = fitted(14)
    steps = found.standard_errors("CR1")
    test = repeated_bootstrap(found, np.random.default_rng(4), draws=199)
    low, high = inverted_bounds(test, found.estimates, steps)
    for r in range(3):
        one = wild_cluster_interval(fits[r], "effect", np.random.default_rng(4), draws=199)
        # theirs are to one part in 10^4 of the standard error, these to 10^-5
        assert (low[r], high[r]) == pytest.approx(one, abs=1.2e-4 * steps[r])


def test_an_end_is_infinite_when_nothing_is_rejected():
    # five clusters, 32 sign vectors: p is never below 2/32 = 0.0625
    _, found = fitted(5)
    low, high = inverted_bounds(repeated_bootstrap(found, np.random.default_rng(4)), found.estimates,
                                found.standard_errors("CR1"))
    assert np.isinf(low).all() and np.isinf(high).all()


def test_permutation_by_hand():
    # Values 9, 1, 2 in one group, treatment on the first: an assignment's estimate is its value less the mean of the
    # other two, 7.5, -4.5, -3; with 1, 0, 0 for an outcome 1, -0.5, -0.5. p of nought: 1/3.
    # Taking 6 off: 1.5, -1.5, 0: two as far as 1.5, p = 2/3. Taking 7.5 off: 0 is the least, p = 1.
    test = RepeatedPermutation(np.array([[7.5, -4.5, -3.0]]), np.array([1.0, -0.5, -0.5]))
    assert test.p().tolist() == [1 / 3]
    assert test.p(6.0).tolist() == [2 / 3]
    assert test.p(np.array([7.5])).tolist() == [1.0]


def test_permutation_is_that_of_the_values_one_by_one():
    rng = np.random.default_rng(1)
    values, steps = rng.normal(size=(5, 200)), np.append(1.0, rng.uniform(-0.5, 0.9, 199))
    values[:, 7] = -values[:, 0]      # ties count
    test = RepeatedPermutation(values, steps)
    for null in (0.0, 0.3):
        assert test.p(null).tolist() == [permutation_of_values(row - null * steps, exact=True).p for row in values]
    low, high = inverted_bounds(test, values[:, 0], np.full(5, 0.5))
    assert (test.p(low + 1e-4) > 0.05).all() and (test.p(low - 1e-4) <= 0.05).all()
    assert (test.p(high - 1e-4) > 0.05).all() and (test.p(high + 1e-4) <= 0.05).all()


def test_bad_statistics_are_refused():
    with pytest.raises(DataError, match="every outcome and assignment"):
        RepeatedPermutation(np.ones((2, 3)), np.ones(4))
    with pytest.raises(DataError, match="finite"):
        RepeatedPermutation(np.array([[1.0, np.nan]]), np.ones(2))
