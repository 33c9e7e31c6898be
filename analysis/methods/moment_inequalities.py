"""Hybrid test of moment inequalities with nuisance parameters, from the vertices of the dual programme.

Andrews, Roth and Pakes (2023, Review of Economic Studies 90(6), 2763-2791). The null is that E[Y] - X d <= 0 for some
d, Y normal with known covariance S. The statistic is eta = min over d of the greatest (Y - X d)_i / sqrt(S_ii), which
by duality is the greatest g'Y over the vertices g of {g >= 0, g'X = 0, sum_i g_i sqrt(S_ii) = 1}. Conditional on which
vertex is the greatest, and on the part of Y independent of g'Y, g'Y is truncated normal with mean at most 0: its
truncation is where the vertex stays the greatest. The hybrid test with the least favourable critical value, of size
kappa, rejects when eta is above that value, and otherwise when eta is above 0 and above the
1 - (alpha - kappa) / (1 - kappa) quantile of the normal truncated also at that value.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri, owens_t

NEAR_ONE = 1e-30   # of 1 - correlation^2: keeps a correlation of 1 within rounding from a division by nought
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
    at_z, at_high = (np.exp(np.minimum(log_ndtr(-end) - base, 0)) for end in (z, high))
    room = 1 - at_high
    return np.where(room > 0, (at_z - at_high) / np.where(room > 0, room, 1.0), 1.0)


def least_favourable_value(covariance: np.ndarray, kappa: float) -> np.ndarray:
    """x > 0 with P(eta > x) = kappa when every inequality holds with equality, (m,).

    For three vertices of which the first two exceed a positive value together only where the third does too, with
    `covariance` (m, 3, 3). Then P(eta > x) = sum_i P(A_i) - P(A_1 and A_3) - P(A_2 and A_3), A_i the event that
    vertex i exceeds x: normal probabilities in one and two dimensions, solved for x by bisection.
    """
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    correlation = covariance[:, :2, 2] / (sd[:, :2] * sd[:, 2:])
    low, high = -sd.max(axis=1) * ndtri(kappa), -sd.max(axis=1) * ndtri(kappa / 3)
    for _ in range(60):
        middle = (low + high) / 2
        h = middle[:, None] / sd
        exceeds = ndtr(-h).sum(axis=1) - _both_exceed(h[:, :2], h[:, 2:], correlation).sum(axis=1) > kappa
        low, high = np.where(exceeds, middle, low), np.where(exceeds, high, middle)
    return (low + high) / 2


def _both_exceed(h: np.ndarray, k: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """P(X > h, Y > k) of standard normals with this correlation, h and k positive (Owen 1956)."""
    root = np.sqrt(np.maximum(1 - correlation**2, NEAR_ONE))
    return ((ndtr(-h) + ndtr(-k)) / 2 - owens_t(h, (k / h - correlation) / root)
            - owens_t(k, (h / k - correlation) / root))
