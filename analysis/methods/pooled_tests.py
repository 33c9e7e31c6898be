"""Pooling test statistics over multiple imputations, when only they are at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError

NEGLIGIBLE = 1e-100     # relative increase in variance so small that its square leaves double precision


@dataclass(frozen=True)
class PooledTest:
    """A pooled test: F `statistic` (D2) on `df` and `df_denominator`, p, and `increase`, the relative increase in
    variance r due to missing values."""

    statistic: float
    df: int
    df_denominator: float
    p: float
    increase: float
    n_imputations: int


def pool_chi_squares(statistics, df: int) -> PooledTest:
    """D2 of Li, Meng, Raghunathan and Rubin (1991) from m chi-square statistics d_1..d_m on `df` = k each.

    r = (1 + 1/m) times the variance of the d_i^1/2 (divisor m - 1); D2 = (mean(d) / k - r (m + 1) / (m - 1)) / (1 + r),
    referred to F(k, k^(-3/m) (m - 1) (1 + 1/r)^2). Equal to R's miceadds::micombine.chisquare with version = 1 (its
    default, after P. Allison's SAS macro; version 0 has other factors). D2 may fall below nought, where p is 1; with
    equal statistics r is 0, the denominator's df infinite and D2 the chi-square over its df.

    D2 uses less of the data than pooling estimates and covariances and can err to either side; the size is near the
    nominal one with moderate missing information only (Li and others 1991, section 5).
    Raises `DataError` for fewer than two statistics, one that is negative or not finite, and df below 1.
    """
    d = np.asarray(statistics, dtype=float)
    if d.ndim != 1 or len(d) < 2:
        raise DataError("pooling of chi-square statistics", value=d.shape, expected="those of two imputations or more")
    if not np.isfinite(d).all() or (d < 0).any():
        raise DataError("pooling of chi-square statistics", value=d.tolist(), expected="finite, not negative")
    if int(df) != df or df < 1:
        raise DataError("degrees of freedom of a chi-square statistic", value=df, expected="a whole number from 1")
    m, k = len(d), int(df)
    r = float((1 + 1 / m) * np.sqrt(d).var(ddof=1))
    statistic = float((d.mean() / k - r * (m + 1) / (m - 1)) / (1 + r))
    if r < NEGLIGIBLE:
        return PooledTest(statistic, k, np.inf, float(stats.chi2.sf(k * statistic, k)), r, m)
    denominator = float(k ** (-3 / m) * (m - 1) * (1 + 1 / r) ** 2)
    return PooledTest(statistic, k, denominator, float(stats.f.sf(statistic, k, denominator)), r, m)
