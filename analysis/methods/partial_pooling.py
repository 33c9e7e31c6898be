"""Partial pooling of a few groups' estimates: a random-effects mean, and each group drawn towards it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval


@dataclass(frozen=True)
class PartiallyPooled:
    """Mean over groups, standard deviation between them (`tau`), each group's pooled estimate and standard error."""

    mean: float
    se: float
    tau: float
    estimates: np.ndarray
    ses: np.ndarray


def partially_pool(estimates, ses) -> PartiallyPooled:
    """Empirical Bayes with the moment estimate of the variance between groups (DerSimonian and Laird, 1986).

    `estimates`, `ses`: (groups,). With few groups tau is poorly known and often 0, which pools completely; the standard
    errors of the pooled estimates take it as known. Raises `DataError` with fewer than two groups or a standard error
    that is not positive.
    """
    y, v = np.asarray(estimates, dtype=float), np.asarray(ses, dtype=float) ** 2
    if len(y) < 2 or not (v > 0).all():
        raise DataError("no pooling of these groups", value=len(y), expected="two groups or more with standard errors")
    w = 1 / v
    q = (w * (y - w @ y / w.sum()) ** 2).sum()
    tau2 = max(0.0, (q - (len(y) - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (v + tau2)
    mean, variance = w @ y / w.sum(), 1 / w.sum()
    shrink = v / (v + tau2)                         # 1 draws a group wholly to the mean
    pooled_variance = (1 - shrink) * v + shrink**2 * variance
    return PartiallyPooled(float(mean), float(np.sqrt(variance)), float(np.sqrt(tau2)),
                           shrink * mean + (1 - shrink) * y,
                           np.sqrt(pooled_variance))


def mean_over_groups(estimates, ses, *, level: float = 0.95) -> Interval:
    """The random-effects mean with the interval of Hartung and Knapp (2001), equation 3: Student's t on groups - 1.

    Weights 1 / (v + tau^2) with tau^2 of DerSimonian and Laird; the variance of the mean is the weighted spread of the
    groups around it over groups - 1, so that few groups give an honest, wide interval. As they propose for practice
    (section 4), it is not let below the usual variance. Raises as `partially_pool`.
    """
    y, pooled = np.asarray(estimates, dtype=float), partially_pool(estimates, ses)
    w = 1 / (np.asarray(ses, dtype=float) ** 2 + pooled.tau**2)
    spread = (w * (y - pooled.mean) ** 2).sum() / ((len(y) - 1) * w.sum())
    return t_interval(pooled.mean, float(np.sqrt(max(spread, pooled.se**2))), len(y) - 1, level=level,
                      method="random effects, Hartung and Knapp")
