"""Permutation test of one predictor in a proportional-odds model with effects of strata (McCullagh, 1980)."""

from __future__ import annotations

import numpy as np

from analysis.errors import DataError
from analysis.methods.ordinal import cumulative, proportional_odds, shuffled_p


def informative(y, strata) -> np.ndarray:
    """Which answers (n,) say anything on a predictor beside effects of strata: not those of a stratum all of whose
    answers are the lowest or all the highest. Its effect has no finite estimate, and its answers have no slope."""
    y, strata = np.asarray(y), np.asarray(strata)
    kept = np.ones(len(y), dtype=bool)
    while kept.any():
        low, high = y[kept].min(), y[kept].max()
        ends = [s for s in np.unique(strata[kept])
                if (y[kept & (strata == s)] == low).all() or (y[kept & (strata == s)] == high).all()]
        if not ends:
            break
        kept &= ~np.isin(strata, ends)
    return kept


def permutation_p(y, x, *, rng: np.random.Generator, strata=None, permutations: int = 9999) -> float:
    """Two-sided p of one predictor `x` (n,) in a proportional-odds model of `y` with effects of strata.

    The score statistic at no effect: sum of x, centred in each stratum, times F(t_k - a) + F(t_{k-1} - a) - 1 of the
    model with strata alone, which places each answer between -1 and 1. x is shuffled within strata, so that the level
    is exact whatever the numbers; the observed order counts. Without strata this is Wilcoxon's rank statistic
    (McCullagh, 1980). Strata that say nothing (`informative`) are left out. Raises `DataError` as `proportional_odds`
    does, and when x does not vary within strata.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y)
    labels = np.zeros(len(y), dtype=int) if strata is None else np.unique(np.asarray(strata), return_inverse=True)[1]
    kept = informative(y, labels)
    x, y, labels = x[kept], y[kept], np.unique(labels[kept], return_inverse=True)[1]
    if not len(y):
        raise DataError("no permutation test: no stratum has answers that differ", expected="answers that differ")
    dummies = (labels[:, None] == np.arange(1, labels.max() + 1)).astype(float)
    fit = proportional_odds(y, dummies)
    codes = np.unique(y, return_inverse=True)[1]
    upper, lower = cumulative(np.concatenate([fit.coefficients, fit.thresholds]), codes, dummies)
    place = upper + lower - 1
    sizes = np.bincount(labels)
    x, place = (v - (np.bincount(labels, weights=v) / sizes)[labels] for v in (x, place))
    scale = float(np.sqrt((x @ x) * (place @ place)))
    if scale <= 1e-12:
        raise DataError("no permutation test: nothing varies within strata", value=scale)
    return shuffled_p(x, place, labels, scale, float(x @ place) / scale, rng, permutations)
