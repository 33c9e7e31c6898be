"""Power by simulation: against the noncentral t where it is exact, and where no test can reject."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.power_simulation import detectable_effect, power_at, power_curve
from analysis.methods.repeated_outcomes import fixed_design
from analysis.methods.repeated_tests import repeated_bootstrap

RUNS = 4000


def two_clusters_per_arm(seed=6, runs=RUNS):
    """Four clusters of five equal rows each, two treated, normal cluster means of variance 1: CR2's t statistic of the
    difference is Student's with 2 degrees of freedom, and d / 1 off nought with an effect d (variance 1/2 + 1/2)."""
    clusters = np.repeat(np.arange(4), 5)
    X = np.column_stack([np.ones(20), clusters < 2]).astype(float)
    Y = np.random.default_rng(seed).normal(size=(4, runs))[clusters]
    fit = clustered.fit(Y[:, 0], X, clusters, names=["constant", "treated"])
    design = fixed_design(fit, X, clusters, "treated")
    return design.fits(design.moments(Y))


def exact_power(d: float, alpha=0.05) -> float:
    far = stats.t.ppf(1 - alpha / 2, 2)
    return stats.nct.sf(far, 2, d) + stats.nct.cdf(-far, 2, d)


def test_power_is_that_of_the_noncentral_t():
    fits = two_clusters_per_arm()
    assert fits.df("CR2") == pytest.approx(2)
    test = lambda null: fits.p("CR2", null=null)      # noqa: E731
    for point in power_curve(test, [0.0, 2.0, 5.0, 9.0]):
        # Binomial error at most sqrt(.25 / 4000) = 0.8 points; the stated one is below it, as both directions count.
        assert point.error <= 0.0080
        assert abs(point.power - exact_power(point.effect)) < 4 * max(point.error, 0.001)


def test_the_detectable_effect_is_that_of_the_noncentral_t():
    fits = two_clusters_per_arm()
    found = detectable_effect(lambda null: fits.p("CR2", null=null), 1.0)
    exact = brentq(lambda d: exact_power(d) - 0.8, 3, 10)
    assert 0 < found.error < 0.03 * exact
    assert abs(found.effect - exact) < 4 * found.error
    assert power_at(lambda null: fits.p("CR2", null=null), found.effect).power == pytest.approx(0.8, abs=1 / RUNS)


def test_the_stated_error_is_that_over_repetitions():
    """40 repetitions of 400 runs: a standard deviation is known to 1 / sqrt(78) = 11%, four of them allowed."""
    found = []
    for seed in range(40):
        fits = two_clusters_per_arm(seed, runs=400)
        found.append(detectable_effect(lambda null, fits=fits: fits.p("CR2", null=null), 1.0))
    ratio = np.mean([item.error for item in found]) / np.std([item.effect for item in found], ddof=1)
    assert 1 / 1.45 < ratio < 1.45


def test_a_test_that_never_rejects_detects_nothing():
    # 2^4 = 16 sign vectors, p never below 2/16
    test = repeated_bootstrap(two_clusters_per_arm(runs=50), np.random.default_rng(1))
    found = detectable_effect(test.p, 1.0)
    assert found.effect == np.inf and found.error == np.inf and found.runs == 50


def test_bad_input():
    fits = two_clusters_per_arm(runs=5)
    test = lambda null: fits.p("CR2", null=null)      # noqa: E731
    for start, power in ((0.0, 0.8), (1.0, 0.05), (np.nan, 0.8)):
        with pytest.raises(DataError, match="minimum detectable"):
            detectable_effect(test, start, power=power)
    with pytest.raises(DataError, match="one p value each"):
        power_at(lambda null: 0.5, 1.0)
