"""Hybrid test of moment inequalities with nuisance parameters, from the vertices of the dual programme.

Andrews, Roth and Pakes (2023, Review of Economic Studies 90(6), 2763-2791). The null is that E[Y] - X d <= 0 for some
d, Y normal with known covariance S. The statistic is eta = min over d of the greatest (Y - X d)_i / sqrt(S_ii), which
by duality is the greatest g'Y over the vertices g of {g >= 0, g'X = 0, sum_i g_i sqrt(S_ii) = 1}. Conditional on which
vertex is the greatest, and on the part of Y independent of g'Y, g'Y is truncated normal with mean at most 0: its
truncation is where the vertex stays the greatest (their section 5). The hybrid test with the least favourable critical
value (their section 6) rejects when eta is above that value, of size kappa, and otherwise when eta is above the
1 - (alpha - kappa) / (1 - kappa) quantile of the normal truncated also at that value, and above 0.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

PARALLEL = 1e-12   # of 1 - covariance / variance: a vertex that moves with the greatest one and never binds it


def hybrid_rejects(values: np.ndarray, covariance: np.ndarray, ceiling: np.ndarray, size: float) -> np.ndarray:
    """Whether the test rejects, (...).

    Parameters: `values` (..., J), g'Y at the J vertices; `covariance` (..., J, J) of those values; `ceiling` (...),
    the least favourable critical value, inf for the conditional test without it; `size` of the second stage,
    (alpha - kappa) / (1 - kappa), or alpha without the first. Leading dimensions broadcast. Where two vertices tie the
    truncation is empty and the test does not reject.
    """
    covariance = np.broadcast_to(covariance, (*values.shape, values.shape[-1]))
    greatest = np.argmax(values, axis=-1)[..., None]
    eta = np.take_along_axis(values, greatest, axis=-1)
    row = np.take_along_axis(covariance, greatest[..., None], axis=-2)[..., 0, :]     # with the greatest vertex
    variance = np.take_along_axis(row, greatest, axis=-1)
    relation = row / np.where(variance > 0, variance, 1.0)
    room = 1 - relation
    free = np.abs(room) <= PARALLEL
    end = (values - relation * eta) / np.where(free, 1.0, room)          # where this vertex would overtake
    low = np.where((room > 0) & ~free, end, -np.inf).max(axis=-1)
    high = np.where((room < 0) & ~free, end, np.inf).min(axis=-1)
    eta, sd = eta[..., 0], np.sqrt(np.where(variance > 0, variance, 1.0))[..., 0]
    tail = _upper_tail(eta / sd, low / sd, np.minimum(high, ceiling) / sd)
    second = np.where(variance[..., 0] > 0, tail < size, True)          # no variance: any positive eta is against it
    return (eta > ceiling) | ((eta > 0) & second)


def _upper_tail(z: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """P(Z > z | low < Z < high), Z standard normal; 1 where there is no room between low and high.

    In upper tails relative to that of `low`, so that nothing is lost far from 0.
    """
    base = log_ndtr(-low)
    at_z, at_high = np.exp(log_ndtr(-z) - base), np.exp(log_ndtr(-high) - base)
    room = 1 - at_high
    return np.where(room > 0, (at_z - at_high) / np.where(room > 0, room, 1.0), 1.0)
