"""Pooled tests: by hand, against miceadds' printed example, R's arithmetic, simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.errors import DataError
from analysis.methods.pooled_tests import pool_chi_squares


def test_d2_by_hand():
    # d = 1, 4, 9 on k = 1: roots 1, 2, 3 of variance 1, r = 4/3. D2 = (14/3 - 4/3 x 4/2) / (7/3) = 2 / (7/3) = 6/7;
    # df 1^(-1) x 2 x (1 + 3/4)^2 = 49/8.
    found = pool_chi_squares([1, 4, 9], 1)
    assert found.increase == pytest.approx(4 / 3, rel=1e-14)
    assert found.statistic == pytest.approx(6 / 7, rel=1e-14)
    assert (found.df, found.df_denominator) == (1, pytest.approx(49 / 8, rel=1e-14))
    assert found.p == pytest.approx(stats.f.sf(6 / 7, 1, 49 / 8), rel=1e-14)


def test_d2_with_more_degrees_of_freedom_by_hand():
    # d = 9, 16 on k = 4: variance of 3, 4 = 1/2, r = 3/2 x 1/2 = 3/4. D2 = (12.5/4 - 3/4 x 3) / (7/4) = (7/8)/(7/4)
    # = 1/2; df 4^(-3/2) x 1 x (1 + 4/3)^2 = 49/9 / 8 = 49/72.
    found = pool_chi_squares([9, 16], 4)
    assert found.statistic == pytest.approx(1 / 2, rel=1e-14)
    assert found.df_denominator == pytest.approx(49 / 72, rel=1e-14)


def test_d2_equals_the_example_of_miceadds():
    # Help page of miceadds::micombine.chisquare: F(4, 482.06) = 4.438, p = 0.00157. All digits: the function's
    # published formula (version 1) evaluated in R 4.2.2.
    found = pool_chi_squares([24.957, 18.051, 18.812, 17.362, 21.234, 18.615, 19.84], 4)
    assert (round(found.df_denominator, 2), round(found.statistic, 3), round(found.p, 5)) == (482.06, 4.438, 0.00157)
    assert found.increase == pytest.approx(0.090383842381318871, rel=1e-13)
    assert found.statistic == pytest.approx(4.4380397007886927, rel=1e-13)
    assert found.df_denominator == pytest.approx(482.06184043078696, rel=1e-12)
    assert found.p == pytest.approx(0.0015665534457484141, rel=1e-11)


def test_d2_equals_the_example_of_psfmi():
    # Arguments of the help page of psfmi::pool_D2; the same formula evaluated in R 4.2.2.
    found = pool_chi_squares([2.25, 3.95, 6.24, 5.27, 2.81], 4)
    assert (found.statistic, found.df_denominator, found.p) == pytest.approx(
        (0.59280055580055801, 59.199073180919598, 0.66918552161354095), rel=1e-12)


def test_equal_statistics_are_one_chi_square():
    found = pool_chi_squares([6.0] * 5, 2)
    assert (found.increase, found.df_denominator, found.statistic) == (0, np.inf, 3)
    assert found.p == pytest.approx(np.exp(-3), rel=1e-13)     # chi-square on 2: P(> 6) = exp(-3)


def test_spread_statistics_can_fall_below_nought():
    # d = 0, 16 on 1: variance of 0, 4 = 8, r = 12: (8 - 36) / 13 < 0.
    found = pool_chi_squares([0, 16], 1)
    assert found.statistic == pytest.approx(-28 / 13) and found.p == 1


@given(st.lists(st.floats(0, 50), min_size=2, max_size=10), st.integers(1, 12), st.randoms())
def test_order_of_imputations_does_not_matter(statistics, df, random):
    once, shuffled = pool_chi_squares(statistics, df), list(statistics)
    random.shuffle(shuffled)
    again = pool_chi_squares(shuffled, df)
    assert 0 <= once.p <= 1 and again.p == pytest.approx(once.p, rel=1e-9, abs=1e-12)


def test_size_with_missing_values():
    """Mean of 60 normal values, 30% missing at random, 5 imputations from their posterior: the Wald chi-square of a
    true mean. 2,000 runs: 5% +- 1.5 points at three Monte Carlo standard errors."""
    rng, rejected = np.random.default_rng(5), 0
    for _ in range(2000):
        seen = rng.normal(size=42)
        sigmas = np.sqrt(41 * seen.var(ddof=1) / rng.chisquare(41, 5))
        filled = rng.normal(rng.normal(seen.mean(), sigmas / np.sqrt(42))[:, None], sigmas[:, None], (5, 18))
        whole = np.hstack([np.tile(seen, (5, 1)), filled])
        rejected += pool_chi_squares(60 * whole.mean(axis=1) ** 2 / whole.var(axis=1, ddof=1), 1).p <= 0.05
    assert rejected / 2000 == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("call, says", [
    (lambda: pool_chi_squares([3.0], 1), "two imputations or more"),
    (lambda: pool_chi_squares([[1.0, 2.0]], 1), "two imputations or more"),
    (lambda: pool_chi_squares([3.0, -1.0], 1), "not negative"),
    (lambda: pool_chi_squares([3.0, np.nan], 1), "finite"),
    (lambda: pool_chi_squares([3.0, 2.0], 0), "whole number"),
    (lambda: pool_chi_squares([3.0, 2.0], 1.5), "whole number"),
])
def test_bad_input(call, says):
    with pytest.raises(DataError, match=says):
        call()
