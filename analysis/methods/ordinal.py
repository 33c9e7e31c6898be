"""Ordinal answers: the proportional-odds model with weights, and rank correlation with interval and permutation.

Proportional odds: McCullagh (1980), logit P(y <= k) = t_k - x b, so that a positive coefficient means higher answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval

PERMUTATIONS_AT_ONCE = 2000


@dataclass(frozen=True)
class OrdinalFit:
    """A fitted proportional-odds model: coefficients (p,), thresholds (K - 1,), covariance of both in this order.

    `covariance` allows for weights, and for clusters where given (sandwich); `log_likelihood` is the weighted one.
    """

    coefficients: np.ndarray
    thresholds: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    n: int

    def interval(self, place: int, *, level: float = 0.95) -> Interval:
        """Normal interval of one coefficient (log odds ratio)."""
        return t_interval(float(self.coefficients[place]), float(np.sqrt(self.covariance[place, place])), np.inf,
                          level=level, method="proportional odds")


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's correlation with interval and permutation p value, on `n` pairs; strata held constant where given."""

    estimate: float
    low: float
    high: float
    p: float
    n: int
    n_strata: int


def proportional_odds(y, x, *, weights=None, clusters=None, limit: int = 100) -> OrdinalFit:
    """Weighted maximum likelihood by Newton's method; standard errors by the sandwich.

    Parameters: `y` (n,) ordered codes of any values; `x` (n, p) without a constant; `weights` (n,) with any mean;
    `clusters` (n,) labels whose members are not independent (factor G / (G - 1), G the clusters or, without, the
    respondents). Rows with a missing value must be left out before. Raises `DataError` when y has one value only, a
    number is missing, or no maximum is found (a category separated by x).
    """
    y, x = np.asarray(y), np.asarray(x, dtype=float)
    values, codes = np.unique(y, return_inverse=True)
    if len(values) < 2 or x.ndim != 2 or len(x) != len(y) or not np.isfinite(x).all():
        raise DataError("no ordinal model from these answers", value=(len(values), x.shape),
                        expected="two answers or more that differ, and complete predictors")
    weights = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float) / np.mean(weights)
    starts = np.cumsum(np.bincount(codes, weights=weights))[:-1] / weights.sum()
    parameters = np.concatenate([np.zeros(x.shape[1]), np.log(starts / (1 - starts))])
    step = np.array([np.inf])
    for _ in range(limit):
        value, scores, hessian = _derivatives(parameters, codes, x, weights)
        try:
            step = np.linalg.solve(hessian, -scores.sum(axis=0))
        except np.linalg.LinAlgError:
            break
        parameters = _damped(parameters, step, value, codes, x, weights)
        if np.abs(step).max() < 1e-8:
            value, scores, hessian = _derivatives(parameters, codes, x, weights)
            return _fitted(parameters, value, scores, hessian, clusters, x.shape[1])
    raise DataError("the ordinal model found no maximum", value=float(np.abs(step).max()),
                    expected="answers that no predictor separates, predictors that do not follow from others")


def spearman(x, y, *, strata=None, rng: np.random.Generator | None = None, permutations: int = 9999,
             level: float = 0.95) -> RankCorrelation:
    """Spearman's rank correlation, within strata where given.

    Within strata: ranks are taken within each stratum, centred and scaled by its size, and correlated over all, so that
    differences between strata do not count. Interval: Fisher's z with variance (1 + r^2 / 2) / (n - strata - 2)
    (Bonett and Wright, 2000, one degree of freedom more for each further stratum). Two-sided permutation p with `rng`:
    y shuffled within strata; the observed order counts. Pairs with a missing value are left out. Raises `DataError`
    for fewer than four pairs more than strata, or ranks that do not vary.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    known = ~(np.isnan(x) | np.isnan(y))
    labels = np.zeros(len(x), dtype=int) if strata is None else np.unique(np.asarray(strata), return_inverse=True)[1]
    labels = np.unique(labels[known], return_inverse=True)[1]
    n, n_strata = int(known.sum()), len(np.unique(labels))
    if n < n_strata + 4:
        raise DataError("too few pairs for a rank correlation", value=n, expected=f"{n_strata + 4} or more")
    a, b = centred_ranks(x[known], labels), centred_ranks(y[known], labels)
    scale = np.sqrt((a @ a) * (b @ b))
    if scale <= 0:
        raise DataError("no rank correlation: the ranks do not vary", value=float(scale))
    r = float(a @ b / scale)
    half = stats.norm.ppf(0.5 + level / 2) * np.sqrt((1 + r**2 / 2) / (n - n_strata - 2))
    z = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    p = float("nan") if rng is None else shuffled_p(a, b, labels, scale, r, rng, permutations)
    return RankCorrelation(r, float(np.tanh(z - half)), float(np.tanh(z + half)), p, n, n_strata)


def centred_ranks(values, labels) -> np.ndarray:
    """Ranks within each stratum (ties share the mean rank), centred and divided by the stratum's size plus one."""
    out = np.empty(len(values))
    for stratum in np.unique(labels):
        members = labels == stratum
        size = int(members.sum())
        out[members] = (stats.rankdata(values[members]) - (size + 1) / 2) / (size + 1)
    return out


def detectable_correlation(n: int, *, strata: int = 1, level: float = 0.95, power: float = 0.80) -> float:
    """Smallest true Spearman correlation found with the given power, two-sided, under the variance of `spearman`.

    Solves atanh(r) = (z_{1 - (1 - level)/2} + z_power) sqrt((1 + r^2/2) / (n - strata - 2)); 1 where no r does.
    """
    if n - strata - 2 <= 0:
        raise DataError("too few pairs", value=n, expected=f"more than {strata + 2}")
    factor = stats.norm.ppf(0.5 + level / 2) + stats.norm.ppf(power)
    r = 0.0
    for _ in range(200):
        r = float(np.tanh(factor * np.sqrt((1 + r**2 / 2) / (n - strata - 2))))
    return r


def cumulative(parameters, codes, x) -> tuple[np.ndarray, np.ndarray]:
    """P(y <= k) and P(y <= k - 1) of each respondent's answer k; `parameters`: coefficients, then thresholds."""
    p = x.shape[1]
    thresholds = np.concatenate([[-np.inf], parameters[p:], [np.inf]])
    linear = x @ parameters[:p]
    upper, lower = thresholds[codes + 1] - linear, thresholds[codes] - linear
    return stats.logistic.cdf(upper), stats.logistic.cdf(lower)


def _log_likelihood(parameters, codes, x, weights):
    if np.any(np.diff(parameters[x.shape[1]:]) <= 0):
        return -np.inf
    upper, lower = cumulative(parameters, codes, x)
    return float(weights @ np.log(np.maximum(upper - lower, 1e-300)))


def _derivatives(parameters, codes, x, weights):
    """Log likelihood, scores by respondent (n, p + K - 1), Hessian."""
    upper, lower = cumulative(parameters, codes, x)
    chance = np.maximum(upper - lower, 1e-300)
    du, dl = upper * (1 - upper), lower * (1 - lower)            # densities at the two thresholds
    ddu, ddl = du * (1 - 2 * upper), dl * (1 - 2 * lower)        # their slopes
    k, n = len(parameters) - x.shape[1], len(codes)
    above, below = np.zeros((n, k)), np.zeros((n, k))
    rows = np.arange(n)
    has_upper, has_lower = codes < k, codes > 0
    above[rows[has_upper], codes[has_upper]] = 1
    below[rows[has_lower], codes[has_lower] - 1] = 1
    up, low = np.hstack([-x, above]), np.hstack([-x, below])     # gradients of the two arguments
    gradient = (du[:, None] * up - dl[:, None] * low) / chance[:, None]
    hessian = (up * (weights * ddu / chance)[:, None]).T @ up - (low * (weights * ddl / chance)[:, None]).T @ low
    hessian -= (gradient * weights[:, None]).T @ gradient
    return float(weights @ np.log(chance)), gradient * weights[:, None], hessian


def _damped(parameters, step, value, codes, x, weights):
    size = 1.0
    while size > 1e-6:
        candidate = parameters + size * step
        if _log_likelihood(candidate, codes, x, weights) >= value - 1e-12 * abs(value):
            return candidate
        size /= 2
    return parameters


def _fitted(parameters, value, scores, hessian, clusters, p):
    groups = np.arange(len(scores)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    summed = np.zeros((groups.max() + 1, scores.shape[1]))
    np.add.at(summed, groups, scores)
    g = len(summed)
    bread = np.linalg.inv(-hessian)
    covariance = bread @ (summed.T @ summed) @ bread * g / (g - 1)
    return OrdinalFit(parameters[:p], parameters[p:], covariance, value, len(scores))


def shuffled_p(a, b, labels, scale, observed, rng, permutations) -> float:
    """Two-sided p of a @ b / scale over random orders of b within strata; the observed order counts."""
    as_far, done = 1, 0
    order = np.argsort(labels, kind="stable")
    a, b, labels = a[order], b[order], labels[order]
    while done < permutations:
        draws = min(PERMUTATIONS_AT_ONCE, permutations - done)
        keys = rng.random((draws, len(a))) + labels       # sorts within strata only
        shuffled = b[np.argsort(keys, axis=1)]
        as_far += int((np.abs(shuffled @ a / scale) >= abs(observed) - 1e-12).sum())
        done += draws
    return as_far / (permutations + 1)
