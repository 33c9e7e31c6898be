"""Equivalence tests and minimum detectable effects, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import DescrStatsW

from analysis.errors import DataError
from analysis.methods.equivalence import equivalence_test, minimum_detectable_effect, smallest_equivalence_bound
from analysis.methods.interval import t_interval


def test_normal_case_by_hand():
    # estimate 0.2, se 0.1, bounds -0.5 and 0.5: z = 7 and -3; p = P(Z < -3) = 0.001349898
    found = equivalence_test(t_interval(0.2, 0.1, np.inf), -0.5, 0.5)
    assert found.equivalent and found.p == pytest.approx(0.0013498980316301, rel=1e-10)
    assert (found.low, found.high) == pytest.approx((0.2 - 0.1 * 1.6448536269514722, 0.2 + 0.1 * 1.6448536269514722))


def test_equals_statsmodels_on_a_sample():
    sample = np.random.default_rng(2).normal(0.1, 1, 40)
    theirs = DescrStatsW(sample).ttost_mean(-0.5, 0.5)[0]
    interval = t_interval(sample.mean(), sample.std(ddof=1) / np.sqrt(40), 39)
    assert equivalence_test(interval, -0.5, 0.5).p == pytest.approx(theirs, rel=1e-10)


@pytest.mark.parametrize("bound", [0.3, 0.36, 0.37, 0.5])
def test_the_decision_is_that_of_the_ninety_per_cent_interval(bound):
    found = equivalence_test(t_interval(0.2, 0.1, np.inf), -bound, bound)      # 90% interval 0.036 to 0.364
    assert found.equivalent == (found.high < bound and found.low > -bound)


def test_smallest_bound_is_where_the_decision_turns():
    interval = t_interval(-0.4, 0.3, 9)
    d = smallest_equivalence_bound(interval)
    assert equivalence_test(interval, -d * 1.0001, d * 1.0001).equivalent
    assert not equivalence_test(interval, -d * 0.9999, d * 0.9999).equivalent


def test_minimum_detectable_effect_by_hand():
    # (1.959964 + 0.841621) x 2, normal quantiles of .975 and .8
    assert minimum_detectable_effect(2.0) == pytest.approx(2 * (1.959963984540054 + 0.8416212335729143), rel=1e-12)
    assert minimum_detectable_effect(2.0, 8) > minimum_detectable_effect(2.0, 26) > minimum_detectable_effect(2.0)


def test_minimum_detectable_effect_has_the_power_it_says():
    # one-sample t test, n = 27: the formula is Bloom's approximation to the non-central t, within a point of power
    effect = minimum_detectable_effect(1 / np.sqrt(27), 26)
    assert TTestPower().power(effect, 27, 0.05) == pytest.approx(0.8, abs=0.01)


def test_bad_input():
    interval = t_interval(0, 1, 5)
    with pytest.raises(DataError, match="lower < upper"):
        equivalence_test(interval, 1, -1)
    with pytest.raises(DataError, match="alpha"):
        equivalence_test(interval, -1, 1, alpha=0.5)
    for arguments in ((0.0, 5), (1.0, 0)):
        with pytest.raises(DataError, match="positive se"):
            minimum_detectable_effect(*arguments)
