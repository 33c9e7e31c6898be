"""Absorbing effects: deviations from weighted means of groups, and of groups and periods together.

By the theorem of Frisch, Waugh and Lovell least squares on weighted deviations has the coefficients and residuals of
weighted least squares with a dummy for every group: (I - D(D'WD)^-1 D'W) applied to outcome and regressors.
"""

from __future__ import annotations

import numpy as np

from analysis.errors import DataError
from analysis.methods.regression_rows import group_sums

MOST_PERIODS = 300      # dummies that are written out in two-way effects
NO_VARIATION = 1e-9     # length of a column's deviations relative to its own: rounding


def group_means(values: np.ndarray, codes: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Weighted means of the rows (n, p) of each group, (groups, p); codes number the groups from nought."""
    w = np.ones(len(codes)) if weights is None else weights
    n_groups = int(codes.max()) + 1
    return group_sums(codes, w[:, None] * values, n_groups) / group_sums(codes, w[:, None], n_groups)


def demeaned(values: np.ndarray, codes: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Deviations (n, p) from the weighted means of the groups.

    Taken twice: the second pass removes the rounding of means that are large beside the deviations.
    """
    once = values - group_means(values, codes, weights)[codes]
    return once - group_means(once, codes, weights)[codes]


def varies_inside(deviations: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Which columns (n, p) vary inside the groups, (p,): those whose deviations are more than rounding."""
    return np.linalg.norm(deviations, axis=0) > NO_VARIATION * np.linalg.norm(values, axis=0)


def two_way_demeaned(values: np.ndarray, codes: np.ndarray, periods: np.ndarray,
                     weights: np.ndarray | None = None) -> tuple[np.ndarray, int]:
    """Deviations (n, p) from groups and periods, exact also when unbalanced, and the rank of the period effects.

    The periods' dummies are written out, demeaned by group and projected off; the rank is that of what is left of
    them (periods - 1 when all groups are connected by shared periods). `DataError` above `MOST_PERIODS` periods.
    """
    n_periods = int(periods.max()) + 1
    if n_periods > MOST_PERIODS:
        raise DataError("two-way effects", value=n_periods, expected=f"at most {MOST_PERIODS} periods, such as years")
    left = demeaned(values, codes, weights)
    if n_periods == 1:
        return left, 0
    root = np.ones((len(codes), 1)) if weights is None else np.sqrt(weights)[:, None]
    dummies = demeaned(np.eye(n_periods)[periods][:, 1:], codes, weights)
    basis, size, _ = np.linalg.svd(root * dummies, full_matrices=False)
    basis = basis[:, size > 1e-10 * np.sqrt(len(codes))]
    for _ in range(2):     # the second pass removes rounding
        left = left - basis @ (basis.T @ (root * left)) / root
    return left, basis.shape[1]
