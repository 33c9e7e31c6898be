"""Separation in binary regression: when maximum likelihood has no finite answer."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

TOLERANCE = 1e-7      # of the linear programme, in units of columns scaled to 1


def separating_columns(y: np.ndarray, X: np.ndarray) -> list[int]:
    """Columns of X (n, p) that separate the outcomes y (n,) of 0 and 1, completely or quasi-completely; [] for none.

    Separation exists when a combination d has x_i d >= 0 wherever y is 1 and x_i d <= 0 wherever y is 0, not all
    nought (Albert and Anderson 1984); the linear programme that looks for it is Konis's (2007): maximise the sum of
    s_i x_i d, s_i = +-1, subject to s_i x_i d >= 0 and |d| <= 1. The columns named are those with a part in one such
    d; where several exist, others may separate as well. Equal rows are looked at once.
    """
    scale = np.abs(X).max(axis=0)
    signed = np.unique(np.where(y == 1, 1.0, -1.0)[:, None] * X / np.where(scale > 0, scale, 1.0), axis=0)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs")
    if found.x is None or -found.fun <= TOLERANCE * len(signed):
        return []
    return [int(k) for k in np.flatnonzero(np.abs(found.x) > TOLERANCE)]
