"""Weighted means with calibrated variance, Wilson intervals, partial pooling."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.errors import DataError
from analysis.methods.partial_pooling import partially_pool
from analysis.methods.weighted import calibrated_mean, proportion_interval


def test_equal_weights_give_the_plain_mean_and_standard_error():
    values = np.array([1.0, 2, 4, 7, np.nan])
    found = calibrated_mean(values, np.ones(5))
    assert found.estimate == pytest.approx(3.5) and found.n == 4 and found.df == 3
    assert found.se == pytest.approx(np.std([1, 2, 4, 7], ddof=1) / 2)
    assert found.influence[4] == 0


def test_weighted_mean_by_hand():
    # Weights 1 and 3 on 2 and 6: (2 + 18) / 4 = 5. Residuals -3 and 1; influence w e / 4 sqrt(3 / 2), three answers.
    found = calibrated_mean([2, 6, 5], [1, 3, 0.0001])
    assert found.estimate == pytest.approx(5, abs=1e-4)
    assert found.influence[:2] == pytest.approx(np.array([-0.75, 0.75]) * np.sqrt(1.5), abs=1e-3)


def test_auxiliaries_that_explain_the_answers_take_their_variance_out():
    group = np.repeat([0.0, 1.0], 20)
    values = 5 * group + np.tile([0.0, 1.0], 20)
    plain, calibrated = calibrated_mean(values, np.ones(40)), calibrated_mean(values, np.ones(40), group[:, None])
    assert calibrated.estimate == plain.estimate
    # Within groups answers are 0 and 1 in halves: variance 1/4, so se = sqrt(1/4 / 40 x 40 / 38).
    assert calibrated.se == pytest.approx(np.sqrt(0.25 / 38)) and calibrated.se < plain.se / 2


def test_wilson_equals_statsmodels():
    for successes, n in ((0, 20), (7, 30), (30, 30)):
        theirs = proportion_confint(successes, n, method="wilson")
        assert proportion_interval(successes, n) == pytest.approx(theirs, abs=1e-12)


def test_pooling_by_hand():
    # Estimates 0 and 2 with variances 1 and 1: q = 2, tau^2 = (2 - 1) / (2 - 2/2) = 1. Shrink 1/2 towards the mean 1.
    pooled = partially_pool([0, 2], [1, 1])
    assert pooled.tau == pytest.approx(1) and pooled.mean == pytest.approx(1)
    assert pooled.estimates == pytest.approx([0.5, 1.5])
    # The mean's variance is 1 / (1/2 + 1/2) = 1; a group's 1/2 + 1/4.
    assert pooled.ses == pytest.approx(np.sqrt([0.75, 0.75]))


def test_no_spread_pools_wholly():
    pooled = partially_pool([1.0, 1.1, 0.9], [0.5, 0.5, 0.5])
    assert pooled.tau == 0 and pooled.estimates == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("call", [lambda: calibrated_mean([1, np.nan], [1, 1]), lambda: proportion_interval(3, 2),
                                  lambda: partially_pool([1], [1]), lambda: partially_pool([1, 2], [1, 0])])
def test_what_cannot_be_is_refused(call):
    with pytest.raises(DataError):
        call()
