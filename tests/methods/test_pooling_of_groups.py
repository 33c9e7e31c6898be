"""The random-effects mean and its interval on few groups."""

import numpy as np
import pytest

from analysis.methods.partial_pooling import mean_over_groups, partially_pool


def test_groups_without_a_spread_of_their_own_by_hand():
    # Equal errors of 1 and y = -1, 0, 1: Q = 2 = groups - 1, so tau = 0; mean 0; spread (1 + 0 + 1) / (2 x 3) = 1/3,
    # which equals the usual variance 1/3. Student's t on 2 degrees of freedom at 97.5%: 4.302653.
    found = mean_over_groups([-1.0, 0, 1], [1.0, 1, 1])
    assert found.estimate == pytest.approx(0) and found.se == pytest.approx(np.sqrt(1 / 3)) and found.df == 2
    assert found.high == pytest.approx(4.302653 * np.sqrt(1 / 3), rel=1e-6)


def test_a_spread_of_groups_widens_the_interval_by_hand():
    # y = -3, 0, 3, errors 1: Q = 18, w = 1, tau^2 = (18 - 2) / (3 - 1) = 8; w* = 1/9; spread = (9 + 0 + 9) / 9 / 2 /
    # (3 / 9) = 3; the usual variance 1 / (3 / 9) = 3 too.
    found = mean_over_groups([-3.0, 0, 3], [1.0, 1, 1])
    assert partially_pool([-3.0, 0, 3], [1.0, 1, 1]).tau == pytest.approx(np.sqrt(8))
    assert found.se == pytest.approx(np.sqrt(3))


def test_groups_that_agree_too_well_do_not_narrow_the_interval():
    # All the same: the spread is nought, and the usual variance of the mean, 1/3, stands.
    assert mean_over_groups([2.0, 2, 2], [1.0, 1, 1]).se == pytest.approx(np.sqrt(1 / 3))


def test_the_interval_covers_with_four_groups():
    """1,000 sets of four groups with errors 0.2 and spread 0.3 around 0.5: nominal 95%, three standard errors of 0.7
    points below it and one point more above, because the interval may not fall below the usual one."""
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(1000):
        y = 0.5 + 0.3 * rng.normal(size=4) + 0.2 * rng.normal(size=4)
        found = mean_over_groups(y, np.full(4, 0.2))
        inside += found.low <= 0.5 <= found.high
    assert 0.929 < inside / 1000 < 0.981


def test_equals_statsmodels_combine_effects():
    sm = pytest.importorskip("statsmodels.stats.meta_analysis")
    y, se = np.array([0.1, 0.5, -0.2, 0.8]), np.array([0.2, 0.25, 0.3, 0.35])
    theirs = sm.combine_effects(y, se**2, method_re="dl", use_t=True)
    ours = partially_pool(y, se)
    assert ours.tau**2 == pytest.approx(theirs.tau2, rel=1e-12) and ours.mean == pytest.approx(theirs.mean_effect_re)
    found = mean_over_groups(y, se)
    assert found.se == pytest.approx(max(theirs.sd_eff_w_re_hksj, theirs.sd_eff_w_re), rel=1e-9)
