"""Tests of several outcomes at once: Holm's and Romano and Wolf's stepdown.

Holm (1979) needs the p values alone and holds whatever their dependence. Romano and Wolf (2005; 2016, algorithm 4.1
and its p values) use the joint distribution of the statistics under the null: with outcomes ordered from the largest
|t|, the adjusted p of the k-th is the share of draws whose largest |t*| among the k-th and all after it reaches |t_k|,
and no smaller than that of the one before. The observed statistics are one of the draws, so that no p is nought.
"""

from __future__ import annotations

import numpy as np
from statsmodels.stats.multitest import multipletests

from analysis.errors import DataError

TIE = 1e-9


def holm(p) -> np.ndarray:
    """Adjusted p values, (K,), in the order given. `DataError` for none or values outside 0 to 1."""
    p = np.asarray(p, dtype=float)
    if p.ndim != 1 or len(p) == 0 or not ((p >= 0) & (p <= 1)).all():
        raise DataError("p values", value=p.tolist(), expected="one or more between 0 and 1")
    return multipletests(p, method="holm")[1]


def romano_wolf(statistics) -> np.ndarray:
    """Adjusted p values, (K,), from statistics (B, K) under the joint null, the observed ones in the first row.

    Statistics of different outcomes in one row must come from one and the same draw (the same signs of clusters).
    Raises `DataError` for fewer than two rows, no column, or values that are not finite.
    """
    t = np.abs(np.asarray(statistics, dtype=float))
    if t.ndim != 2 or len(t) < 2 or t.shape[1] == 0 or not np.isfinite(t).all():
        raise DataError("statistics of several outcomes", value=t.shape, expected="finite, two rows or more")
    order = np.argsort(-t[0], kind="stable")
    ranked = t[:, order]
    # Largest statistic among each outcome and those after it, in every draw.
    largest = np.maximum.accumulate(ranked[:, ::-1], axis=1)[:, ::-1]
    p = (largest >= ranked[0] * (1 - TIE)).mean(axis=0)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(p)
    return adjusted
