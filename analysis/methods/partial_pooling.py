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


def random_effects_mean(estimates, ses, *, level: float = 0.95) -> Interval:
    """Mean over groups as a sample of groups: weights 1 / (se^2 + tau^2), Student's t with groups - 1 degrees.

    Standard error of Hartung and Knapp (2001), sqrt(q / sum of weights) with q = sum w (y - mean)^2 / (groups - 1), but
    never below the plain one (q at least 1; Rover, Knapp and Friede, 2015), because few groups that happen to agree
    would make it too small. tau as in `partially_pool`, which raises the same errors.
    """
    pooled = partially_pool(estimates, ses)
    y, w = np.asarray(estimates, dtype=float), 1 / (np.asarray(ses, dtype=float) ** 2 + pooled.tau**2)
    q = max(1.0, float(w @ (y - pooled.mean) ** 2) / (len(y) - 1))
    return t_interval(pooled.mean, float(np.sqrt(q / w.sum())), len(y) - 1, level=level,
                      method="random effects, Hartung and Knapp")
