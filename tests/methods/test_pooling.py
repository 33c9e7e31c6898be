"""Rubin's rules with Barnard and Rubin's degrees of freedom, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.interval import t_interval
from analysis.methods.pooling import barnard_rubin, pool, pool_intervals

# q = 1, 2, 3; u = 2, 4, 6; v_c = 20. Q = 2, U = 4, B = 1, T = 4 + 4/3 = 16/3, l = (4/3)/(16/3) = 1/4.
# v_m = 2/(1/16) = 32; v_obs = 21/23 x 20 x 3/4 = 315/23; df = 1/(1/32 + 23/315) = 10080/1051.
Q, U = [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]
DF = 10080 / 1051


def test_by_hand():
    found = pool(Q, U, 20)
    assert found.interval.estimate == pytest.approx(2)
    assert found.interval.se == pytest.approx(np.sqrt(16 / 3), rel=1e-14)
    assert found.interval.df == pytest.approx(DF, rel=1e-14)
    assert (found.within, found.between) == (4, 1)
    # r = (4/3)/4 = 1/3: (1/3 + 2/(df + 3)) / (4/3)
    assert found.missing_information == pytest.approx((1 / 3 + 2 / (DF + 3)) * 3 / 4, rel=1e-14)
    assert found.interval.low == pytest.approx(t_interval(2, np.sqrt(16 / 3), DF).low)


def test_infinite_complete_df_is_rubin_1987():
    assert pool(Q, U, np.inf).interval.df == pytest.approx(32)     # (m - 1) (1 + 1/r)^2 = 2 x 16


def test_no_variation_between_imputations_leaves_nearly_the_complete_df():
    found = pool([2.0, 2.0], [4.0, 4.0], 20)
    assert found.interval.df == pytest.approx(21 / 23 * 20)
    assert found.missing_information == 0


def test_fewer_clusters_give_fewer_degrees_of_freedom():
    assert barnard_rubin(5, 0.2, 8) < barnard_rubin(5, 0.2, 26) < barnard_rubin(5, 0.2, 50_000)
    assert barnard_rubin(5, 0.2, 8) < 8


def test_intervals_are_pooled_with_the_mean_of_their_df():
    intervals = [t_interval(q, np.sqrt(u), df, method="CR2, Satterthwaite")
                 for q, u, df in zip(Q, U, (18, 20, 22), strict=True)]
    found = pool_intervals(intervals)
    assert found.interval.df == pytest.approx(DF, rel=1e-12)
    assert found.interval.method == "CR2, Satterthwaite, pooled"


def test_coverage_of_a_mean_with_missing_values():
    """Mean of 30 normal values, 40% missing at random, imputed from their posterior: 95% of 600 intervals cover.

    Monte Carlo standard error sqrt(.95 x .05 / 600) = 0.9 points; three of them.
    """
    rng = np.random.default_rng(17)
    covered = 0
    for _ in range(600):
        seen = rng.normal(size=18)
        sigmas = np.sqrt(17 * seen.var(ddof=1) / rng.chisquare(17, 10))
        means = rng.normal(seen.mean(), sigmas / np.sqrt(18))
        filled = [np.concatenate([seen, rng.normal(mu, s, 12)]) for mu, s in zip(means, sigmas, strict=True)]
        found = pool([f.mean() for f in filled], [f.var(ddof=1) / 30 for f in filled], 29).interval
        covered += found.low < 0 < found.high
    assert 0.95 - 0.027 < covered / 600 < 0.95 + 0.027


def test_bad_input():
    for arguments in (([1.0], [1.0], 5), ([1.0, 2], [1.0], 5), ([1.0, 2], [1.0, 1], [5, 5, 5])):
        with pytest.raises(DataError, match="two or more"):
            pool(*arguments)
    with pytest.raises(DataError, match="positive"):
        pool([1.0, 2], [1.0, 0], 5)
    with pytest.raises(DataError, match="one method"):
        pool_intervals([t_interval(1, 1, 5, method="CR1"), t_interval(1, 1, 5, method="CR2")])
