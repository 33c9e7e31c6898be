"""What a null result says: equivalence tests and minimum detectable effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval


@dataclass(frozen=True)
class Equivalence:
    """Result of two one-sided tests; `low` and `high` are the 1 - 2 alpha interval that decides them."""

    equivalent: bool
    p: float
    low: float
    high: float
    bounds: tuple[float, float]
    alpha: float


def equivalence_test(interval: Interval, lower: float, upper: float, *, alpha: float = 0.05) -> Equivalence:
    """Two one-sided tests (Schuirmann 1987): is the effect between `lower` and `upper`, in units of the estimate?

    p = max(P(t > (estimate - lower) / se), P(t < (estimate - upper) / se)) on the interval's degrees of freedom;
    equivalent when p < alpha, the same as the 1 - 2 alpha interval lying strictly between the bounds.
    Raises `DataError` when lower is not below upper or alpha not in (0, 0.5).
    """
    if not lower < upper or not 0 < alpha < 0.5:
        raise DataError("equivalence bounds", value=(lower, upper, alpha), expected="lower < upper, 0 < alpha < 0.5")
    above = stats.t.sf((interval.estimate - lower) / interval.se, interval.df)
    below = stats.t.cdf((interval.estimate - upper) / interval.se, interval.df)
    p = float(max(above, below))
    inner = t_interval(interval.estimate, interval.se, interval.df, level=1 - 2 * alpha)
    return Equivalence(bool(p < alpha), p, inner.low, inner.high, (float(lower), float(upper)), alpha)


def smallest_equivalence_bound(interval: Interval, *, alpha: float = 0.05) -> float:
    """The d beyond which effects are ruled out: equivalence within (-d', d') holds for every d' above d."""
    inner = t_interval(interval.estimate, interval.se, interval.df, level=1 - 2 * alpha)
    return float(max(abs(inner.low), abs(inner.high)))


def minimum_detectable_effect(se: float, df: float = np.inf, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Effect that a two-sided test at `alpha` detects with `power`: (t(1 - alpha/2; df) + t(power; df)) x se.

    Bloom (1995). In the units of `se`, the standard error of the estimate; `df` as in its interval. Raises
    `DataError` for a standard error or df that are not positive, or power and alpha outside (0, 1).
    """
    if not (se > 0 and df > 0 and 0 < power < 1 and 0 < alpha < 1):
        raise DataError("minimum detectable effect", value=(se, df, power, alpha),
                        expected="positive se and df, power and alpha between 0 and 1")
    return float((stats.t.ppf(1 - alpha / 2, df) + stats.t.ppf(power, df)) * se)
