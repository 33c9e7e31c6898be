"""Means of weighted answers with linearised variance, and combinations of such means over groups and waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError


@dataclass(frozen=True)
class WeightedMean:
    """A weighted mean with each respondent's influence on it, (n,): the variance is the sum of their squares.

    `df` are the respondents who answered less the parameters taken out of the variance; `n` those who answered.
    """

    estimate: float
    influence: np.ndarray
    n: int
    df: int

    @property
    def se(self) -> float:
        """Standard error."""
        return float(np.sqrt((self.influence**2).sum()))


def calibrated_mean(values, weights, auxiliaries=None) -> WeightedMean:
    """Weighted mean whose variance allows for weights calibrated to margins.

    The variance is that of the generalised regression estimator with the margins as auxiliaries, to which raking is
    equivalent in large samples (Deville and Saerndal, 1992, section 3): residuals of the weighted regression of the
    answers on the auxiliaries take the place of the answers, times n / (n - p), no finite population correction.

    Parameters: `values` (n,), NaN for no answer; `weights` (n,); `auxiliaries` (n, p) indicators of the margins, a
    constant being added, None for none. Raises `DataError` when fewer than two answered more than there are
    parameters.
    """
    values, weights = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    known = ~np.isnan(values)
    constant = np.ones((len(values), 1))
    x = constant if auxiliaries is None else np.hstack([constant, np.asarray(auxiliaries, dtype=float)])
    x, y, w = x[known], values[known], weights[known]
    root = np.sqrt(w)
    coefficients, _, rank, _ = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)
    n, df = len(y), len(y) - int(rank)
    if df < 2:
        raise DataError("too few answers for a mean with its interval", value=n, expected=f"more than {rank + 1}")
    influence = np.zeros(len(values))
    influence[known] = w * (y - x @ coefficients) / w.sum() * np.sqrt(n / df)
    return WeightedMean(float(w @ y / w.sum()), influence, n, df)


def proportion_interval(successes: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's (1927) score interval of a proportion, as shares; `n` may be an effective sample size."""
    if not 0 <= successes <= n or n <= 0:
        raise DataError("no proportion", value=(successes, n), expected="successes from 0 up to a positive n")
    z = stats.norm.ppf(0.5 + level / 2)
    p, spread = successes / n, z**2 / n
    centre = (p + spread / 2) / (1 + spread)
    half = z * np.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    return float(max(centre - half, 0)), float(min(centre + half, 1))
