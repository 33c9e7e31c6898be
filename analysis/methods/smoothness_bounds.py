"""Robust intervals when the slope of the difference in trends changes by at most M from one period to the next.

Rambachan and Roth (2023, Review of Economic Studies 90(5), 2555-2591), Delta^SD(M) of their section 2.4 and the
fixed-length confidence intervals of their section 4 (Armstrong and Kolesar 2018): estimate plus and minus half-length,
where the estimate is the affine function of the coefficients with the shortest interval that covers at the worst trend.
M is in units of the outcome per period squared. M = 0 allows any linear difference in trends, which is extrapolated;
it is not parallel trends.

Write delta_t for the difference in trends (0 at -1), g for its slope from -2 to -1 and e_t for the change of slope at
t, |e_t| <= M. Weights on the coefficients are the target's weights l_s at s = 1, 2, ... periods after -1 and w_k at
k = 1, 2, ... periods before it. Then
    bias = g (sum_s s l_s - sum_k k w_k) + sum_{j >= 0} e_{-1+j} sum_{s > j} (s - j) l_s
           + sum_{j >= 1} e_{-1-j} x_j,      x_j = sum_{k > j} (k - j) w_k.
g is not bounded, so x_0 = sum_k k w_k = sum_s s l_s; the worst bias is M times
    B = sum_{j >= 0} |sum_{s > j} (s - j) l_s| + sum_{j >= 1} |x_j|,
and w is linear in x_1, x_2, ...: w_k = x_{k-1} - 2 x_k + x_{k+1}. With c(t) the 1 - alpha quantile of |N(t, 1)|, the
half-length se x c(MB / se) is convex in x, and its minimum is that of se^2 / 2 + penalty x sum |x_j| at the penalty
where both trade bias for variance alike: penalty = se M c' / (c - t c'), c'(t) = tanh(t c(t)).
The first problem is solved by its dual, least squares within bounds; the second is a root in one variable.

The reference implementation (R package HonestDiD) takes c(t) from a million random numbers; here it is exact. Its
half-lengths differ by about one part in a thousand, and its optimum moves a little with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import brentq, lsq_linear
from scipy.special import ndtr, ndtri

from analysis.errors import DataError
from analysis.methods.breakdown import Breakdown, breakdown
from analysis.methods.event_coefficients import EventCoefficients, check_bound


@dataclass(frozen=True)
class SmoothnessInterval:
    """Interval for the target under Delta^SD(`bound`): `estimate` plus and minus half its length.

    `weights` (k,) are those of the affine estimator on the coefficients, `se` its standard error (inflated for `df`),
    `bias` its greatest bias.
    """

    bound: float
    estimate: float
    low: float
    high: float
    se: float
    bias: float
    weights: np.ndarray


def smoothness_interval(coefficients: EventCoefficients, bound: float, *, level: float = 0.95,
                        df: float = np.inf) -> SmoothnessInterval:
    """Fixed-length interval under Delta^SD(`bound`); `df` as in `trend_bounds`.

    Raises `DataError` for a negative bound, a level outside (0.5, 1) or df that are not positive.
    """
    check_bound(bound)
    return _shortest(_Estimators(coefficients.inflated(level, df)), float(bound), level)


def smoothness_breakdown(coefficients: EventCoefficients, *, level: float = 0.95, df: float = np.inf,
                         largest: float = np.inf) -> Breakdown:
    """Smallest M at which the interval includes zero; 0 where the interval under parallel trends already does.

    It always exists: the half-length is at least M times a positive number and the estimate is bounded. The intervals
    of two M are not nested, because the estimator changes, so see `Breakdown.monotone`.
    """
    estimators = _Estimators(coefficients.inflated(level, df))
    original = coefficients.original(level, df)
    if original.low <= 0 <= original.high:
        return Breakdown(0.0, 0.0, float(largest), True)

    def includes_zero(bound: float) -> bool:
        found = _shortest(estimators, bound, level)
        return found.low <= 0 <= found.high

    return breakdown(includes_zero, start=(abs(coefficients.target) + coefficients.se) / estimators.least_bias,
                     largest=largest)


def folded_normal_quantile(t: float, level: float) -> float:
    """The `level` quantile of |N(t, 1)|, t >= 0."""
    tail = 1 - level

    def excess(beyond: float) -> float:
        return tail - ndtr(-beyond) - ndtr(-2 * t - beyond)

    return float(t + brentq(excess, -ndtri(tail) - 1e-9, -ndtri(tail / 2) + 1e-9, xtol=1e-14))


class _Estimators:
    """The affine estimators whose bias does not depend on the slope g, as start + moves @ x."""

    def __init__(self, coefficients: EventCoefficients):
        n_pre, weights = coefficients.n_pre, coefficients.weights
        ahead = np.cumsum(np.cumsum(weights[::-1]))          # sum_{s > j} (s - j) l_s for j = n_post - 1, ..., 0
        self.coefficients, self.least_bias = coefficients, float(np.abs(ahead).sum())
        self.start = coefficients.contrast
        self.start[n_pre - 1] = ahead[-1]                    # x = 0: all weight on the last period before -1
        self.moves = np.zeros((len(self.start), n_pre - 1))
        for j in range(1, n_pre):
            for k, change in ((j - 1, 1.0), (j, -2.0), (j + 1, 1.0)):
                if k >= 1:
                    self.moves[n_pre - k, j - 1] = change

    @cached_property
    def _dual(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """q, A and Aq: se^2 / 2 = x'Hx / 2 + q'x + constant, A'A = H^-1."""
        covariance = self.coefficients.covariance
        q = self.moves.T @ covariance @ self.start
        lower = np.linalg.cholesky(self.moves.T @ covariance @ self.moves)
        A = solve_triangular(lower, np.eye(len(q)), lower=True)
        return q, A, A @ q

    @cached_property
    def highest_penalty(self) -> float:
        """The penalty from which on x = 0."""
        return float(np.abs(self._dual[0]).max(initial=0.0))

    def x(self, penalty: float) -> np.ndarray:
        """Minimiser of se^2 / 2 + penalty x sum |x|, from its gradient Hx + q, which lies within +-penalty."""
        q, A, Aq = self._dual
        if penalty >= self.highest_penalty:
            return np.zeros(len(q))
        if penalty == 0:
            return -A.T @ Aq
        found = lsq_linear(A, Aq, bounds=(-penalty, penalty), method="bvls", tol=1e-14, max_iter=100 * len(q))
        if not found.success:
            raise DataError("the shortest affine interval was not found", value=found.message,
                            expected="a covariance that is better conditioned")
        x = A.T @ (A @ found.x - Aq)
        x[np.abs(found.x) < penalty * (1 - 1e-9)] = 0.0
        return x

    def spread(self, x: np.ndarray) -> tuple[np.ndarray, float, float]:
        """Weights, standard error and B."""
        weights = self.start + self.moves @ x
        se = float(np.sqrt(weights @ self.coefficients.covariance @ weights))
        return weights, se, self.least_bias + float(np.abs(x).sum())


def _shortest(estimators: _Estimators, bound: float, level: float) -> SmoothnessInterval:
    def excess(penalty: float) -> float:
        _, se, bias = estimators.spread(estimators.x(penalty))
        t = bound * bias / se
        c = folded_normal_quantile(t, level)
        slope = np.tanh(t * c)
        return penalty * (c - t * slope) - se * bound * slope

    highest = estimators.highest_penalty
    if bound == 0 or highest == 0:
        penalty = 0.0
    elif excess(highest) <= 0:
        penalty = highest
    else:
        penalty = brentq(excess, 0.0, highest, xtol=1e-12 * highest)
    weights, se, bias = estimators.spread(estimators.x(penalty))
    half = se * folded_normal_quantile(bound * bias / se, level)
    estimate = float(weights @ estimators.coefficients.estimates)
    return SmoothnessInterval(bound, estimate, estimate - half, estimate + half, se, bound * bias, weights)
