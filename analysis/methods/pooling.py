"""Pooling over multiple imputations: Rubin (1987) with the degrees of freedom of Barnard and Rubin (1999).

With m imputations, estimates q_i and variances u_i: estimate mean(q); within U = mean(u); between B = variance of the
q_i (divisor m - 1); total T = U + (1 + 1/m) B; l = (1 + 1/m) B / T; v_m = (m - 1) / l^2;
v_obs = (v_c + 1) / (v_c + 3) x v_c x (1 - l); df = 1 / (1/v_m + 1/v_obs). v_c are the complete-data degrees of freedom:
what the analysis would have without missing values, so with clustered errors those of the clusters (Satterthwaite's
with CR2, G - 1 with CR1), never rows minus columns. Fraction of missing information: (r + 2 / (df + 3)) / (r + 1) with
r = (1 + 1/m) B / U (Rubin 1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval


@dataclass(frozen=True)
class Pooled:
    """The pooled interval and its parts; `missing_information` is the fraction of missing information."""

    interval: Interval
    within: float
    between: float
    missing_information: float
    n_imputations: int


def pool(estimates, variances, complete_df, *, level: float = 0.95, method: str = "") -> Pooled:
    """Pool m estimates with their variances (squared standard errors).

    `complete_df`: one number or m of them (Satterthwaite's differ a little between imputations; their mean is taken);
    infinite gives Rubin's original degrees of freedom. Raises `DataError` for fewer than two imputations, unequal
    numbers or variances that are not positive.
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    df = np.broadcast_to(np.asarray(complete_df, dtype=float), q.shape) if np.size(complete_df) in (1, len(q)) else None
    if q.ndim != 1 or q.shape != u.shape or len(q) < 2 or df is None:
        raise DataError("pooling", value=(q.shape, u.shape), expected="as many variances as estimates, two or more")
    if not (np.isfinite(q).all() and np.isfinite(u).all() and (u > 0).all() and (df > 0).all()):
        raise DataError("pooling", value=float(u.min()), expected="positive variances and degrees of freedom")
    m, within, between = len(q), u.mean(), q.var(ddof=1)
    extra = (1 + 1 / m) * between
    pooled_df = barnard_rubin(m, extra / (within + extra), float(df.mean()))
    r = extra / within
    label = f"{method}, pooled" if method else "Rubin, Barnard and Rubin"
    interval = t_interval(q.mean(), np.sqrt(within + extra), pooled_df, level=level, method=label)
    missing = (r + 2 / (pooled_df + 3)) / (r + 1) if between > 0 else 0.0
    return Pooled(interval, float(within), float(between), float(missing), m)


def pool_intervals(intervals: Sequence[Interval], *, level: float = 0.95) -> Pooled:
    """Pool the intervals of the same analysis of m completed data sets, whose df are the complete-data ones."""
    methods = {item.method for item in intervals}
    if len(methods) != 1:
        raise DataError("pooling", value=sorted(methods), expected="intervals made by one method")
    return pool([item.estimate for item in intervals], [item.se**2 for item in intervals],
                [item.df for item in intervals], level=level, method=methods.pop())


def barnard_rubin(m: int, share: float, complete_df: float) -> float:
    """Degrees of freedom for m imputations, the between `share` l of the total variance and complete-data df."""
    imputations = (m - 1) / share**2 if share > 0 else np.inf
    if np.isinf(complete_df):
        return float(imputations)
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return float(1 / (1 / imputations + 1 / observed))
