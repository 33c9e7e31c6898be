"""Scales from items: scores, Cronbach's alpha, McDonald's omega, item-rest correlations, dimensions.

Items come as a matrix of respondents by items, all pointing the same way (reverse items already turned), NaN for a
missing answer. Reliability and dimensions use respondents who answered every item of the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError


@dataclass(frozen=True)
class Reliability:
    """Reliability of a sum of items with its interval, on `n` complete respondents and `n_items` items."""

    coefficient: str
    estimate: float
    low: float
    high: float
    n: int
    n_items: int


@dataclass(frozen=True)
class Dimensions:
    """Eigenvalues of the items' correlations beside those of random data (parallel analysis), largest first.

    `suggested` counts the eigenvalues above the reference before the first that is not.
    """

    eigenvalues: tuple[float, ...]
    reference: tuple[float, ...]
    suggested: int


def reverse(items, low: float, high: float) -> np.ndarray:
    """Answers turned round on their response scale: low + high - answer."""
    return low + high - np.asarray(items, dtype=float)


def scale_score(items, *, least: int) -> np.ndarray:
    """Mean of the items answered, shape (n,); NaN for a respondent with fewer than `least` answers."""
    items = np.asarray(items, dtype=float)
    answered = (~np.isnan(items)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        means = np.nansum(items, axis=1) / np.where(answered > 0, answered, np.nan)
    return np.where(answered >= least, means, np.nan)


def cronbach_alpha(items, *, level: float = 0.95) -> Reliability:
    """Cronbach's alpha (1951): k / (k - 1) (1 - sum of item variances / variance of the sum).

    Interval: Feldt (1965), 1 - (1 - alpha) F with n - 1 and (n - 1)(k - 1) degrees of freedom, exact for parallel
    normal items. Raises `DataError` with fewer than two items or three complete respondents, or a sum that does not
    vary.
    """
    items = complete(items)
    n, k = items.shape
    total = items.sum(axis=1).var(ddof=1)
    if total <= 0:
        raise DataError("no alpha: the sum of the items does not vary", value=float(total))
    alpha = k / (k - 1) * (1 - items.var(axis=0, ddof=1).sum() / total)
    tail, a, b = (1 - level) / 2, n - 1, (n - 1) * (k - 1)
    return Reliability("alpha", float(alpha), float(1 - (1 - alpha) * stats.f.ppf(1 - tail, a, b)),
                       float(1 - (1 - alpha) * stats.f.ppf(tail, a, b)), n, k)


def omega_total(items, rng: np.random.Generator | None = None, *, draws: int = 1000,
                level: float = 0.95) -> Reliability:
    """McDonald's omega of one factor: (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances).

    Loadings by minimum residuals of the covariances, so that omega is that of the plain sum (McDonald, 1999, chapter
    6). With `rng` a percentile interval over `draws` resamples of respondents; without, the bounds are NaN. Raises
    `DataError` with fewer than three items (the factor is then not determined) or too few complete respondents.
    """
    items = complete(items)
    n, k = items.shape
    if k < 3:
        raise DataError("no omega from two items", value=k, expected="three items or more")
    estimate = float(_omega(np.cov(items, rowvar=False)[None])[0])
    low = high = float("nan")
    if rng is not None:
        low, high = np.quantile(_omega(_resampled_covariances(items, rng, draws)), [(1 - level) / 2, (1 + level) / 2])
    return Reliability("omega", estimate, float(low), float(high), n, k)


def one_factor(covariance) -> np.ndarray:
    """Loadings (k,) of one factor that leave the least squared residuals off the diagonal, with positive sum.

    Minimum residuals (Harman and Jones, 1966). `covariance`: (k, k), k of three or more.
    """
    return _loadings(np.asarray(covariance, dtype=float)[None])[0]


def item_rest(items) -> np.ndarray:
    """Correlation of each item with the sum of the others, (items,)."""
    items = complete(items)
    total = items.sum(axis=1)
    return np.array([np.corrcoef(items[:, j], total - items[:, j])[0, 1] for j in range(items.shape[1])])


def parallel_analysis(items, rng: np.random.Generator, *, draws: int = 200, quantile: float = 0.95) -> Dimensions:
    """Eigenvalues of the correlations against those of data whose items are shuffled apart (Horn, 1965).

    The reference is the given quantile of each eigenvalue over `draws` shuffles, which keep each item's answers.
    """
    items = complete(items)
    observed = _eigenvalues(items)
    shuffled = np.array([_eigenvalues(rng.permuted(items, axis=0)) for _ in range(draws)])
    reference = np.quantile(shuffled, quantile, axis=0)
    above = observed > reference
    return Dimensions(tuple(map(float, observed)), tuple(map(float, reference)),
                      int(len(above) if above.all() else above.argmin()))


def complete(items) -> np.ndarray:
    """Rows without a missing answer; `DataError` when fewer than three are left, or fewer than two items given."""
    items = np.asarray(items, dtype=float)
    if items.ndim != 2 or items.shape[1] < 2:
        raise DataError("items of a scale", value=items.shape, expected="a matrix of respondents by two items or more")
    items = items[~np.isnan(items).any(axis=1)]
    if len(items) < 3:
        raise DataError("too few respondents answered every item", value=len(items), expected="three or more")
    return items


def _omega(covariances):
    loadings = _loadings(covariances)
    common = loadings.sum(axis=1) ** 2
    unique = np.diagonal(covariances, axis1=1, axis2=2) - loadings**2
    return common / (common + np.clip(unique, 0, None).sum(axis=1))


def _loadings(covariances, rounds: int = 200):
    """Coordinate-wise least squares of the off-diagonal elements, for a stack of matrices (m, k, k)."""
    m, k, _ = covariances.shape
    off = covariances * (1 - np.eye(k))
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    loadings = np.sqrt(variances * 0.5)
    for _ in range(rounds):
        before = loadings.copy()
        for j in range(k):
            others = (loadings**2).sum(axis=1) - loadings[:, j] ** 2
            loadings[:, j] = (off[:, j, :] * loadings).sum(axis=1) / np.maximum(others, 1e-12)
        # A communality above the variance (Heywood case) is held at the variance.
        loadings = np.clip(loadings, -np.sqrt(variances), np.sqrt(variances))
        if np.abs(loadings - before).max() < 1e-10:
            break
    return loadings * np.where(loadings.sum(axis=1) < 0, -1, 1)[:, None]


def _resampled_covariances(items, rng, draws):
    n, k = items.shape
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
    centred = items - items.mean(axis=0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(n, k * k)
    means = times @ centred / n
    second = (times @ products).reshape(draws, k, k) / n
    return (second - means[:, :, None] * means[:, None, :]) * n / (n - 1)


def _eigenvalues(items):
    return np.linalg.eigvalsh(np.corrcoef(items, rowvar=False))[::-1]
