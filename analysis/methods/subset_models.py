"""One coefficient with its clustered error in many least-squares models on subsets of columns, from cross-products.

With C_g the weighted cross-products of cluster g and C their sum, the coefficients b of a model solve C b = C_y on its
columns; the score of cluster g in the direction u = C^-1 e_d, which picks the coefficient of column d, is
u'(C_gy - C_g b), and CR1 is the sum of the squared scores times a factor (`clustered`, module docstring). All models
are solved in one batch: a column that a model lacks has the equation b = 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import DataError
from analysis.methods.nested_effects import NOTHING_LEFT, RIDGE


def subset_effects(clusters: np.ndarray, subsets: Sequence[np.ndarray],
                   squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient of the last column of each subset in regressions of the last column of all, and its error, (K,) each.

    Parameters: `clusters` (G, q, q), symmetric cross-products of the clusters, the outcome last; `subsets`, K arrays of
    columns; `squares` (q,), squares of the columns before anything (effects, means) was taken out of them: a column of
    which less than 1e-9 of that is left takes no part. The error is the root of the summed squared scores: CR1 with no
    small-sample factor. Both are not a number where the other columns leave nothing of the last: the caller decides
    what that means. Raises `DataError` for shapes that do not fit and values that are not finite.
    """
    clusters, squares = np.asarray(clusters, dtype=float), np.asarray(squares, dtype=float)
    _check(clusters, subsets, squares)
    whole = clusters.sum(axis=0)
    p = len(whole) - 1
    used = np.zeros((len(subsets), p))
    for k, subset in enumerate(subsets):
        used[k, subset] = 1.0
    varies = np.diagonal(whole)[:p] > NOTHING_LEFT * squares[:p]
    scale = np.sqrt(np.where(varies, np.diagonal(whole)[:p], 1.0))
    used *= varies
    last = np.array([subset[-1] for subset in subsets])
    coefficients, directions, inverse = _solved(whole, scale, used, last)
    moved = directions @ clusters[:, :p]                                         # (G, K, q)
    scores = moved[:, :, p] - np.einsum("gkj,kj->gk", moved[:, :, :p], coefficients)
    at = np.arange(len(subsets))
    # The inverse's entry, in columns of length one, is one over the share that the others leave of the last column.
    identified = (used[at, last] > 0) & (inverse <= 1 / NOTHING_LEFT)
    return (np.where(identified, coefficients[at, last], np.nan),
            np.where(identified, np.sqrt((scores**2).sum(axis=0)), np.nan))


def _solved(whole: np.ndarray, scale: np.ndarray, used: np.ndarray, last: np.ndarray):
    """Coefficients and directions, (K, p) each, nought for columns not used, and the inverses' entries for the last
    columns, (K,), all columns being of length one."""
    K, p = used.shape
    at = np.arange(p)
    scaled = whole[:p, :p] / np.outer(scale, scale)
    scaled[at, at] = 1.0 + RIDGE
    matrices = scaled * used[:, :, None] * used[:, None, :]
    matrices[:, at, at] += 1.0 - used
    sides = np.zeros((K, p, 2))
    sides[:, :, 0] = used * (whole[:p, p] / scale)
    sides[np.arange(K), last, 1] = 1.0
    solved = np.linalg.solve(matrices, sides)
    return solved[:, :, 0] / scale, solved[:, :, 1] / scale[last][:, None] / scale, solved[np.arange(K), last, 1]


def _check(clusters, subsets, squares):
    if clusters.ndim != 3 or clusters.shape[1] != clusters.shape[2] or squares.shape != clusters.shape[1:2]:
        raise DataError("cross-products of clusters", value=(clusters.shape, squares.shape),
                        expected="matrices of columns and outcome, and a square for each")
    if not (np.isfinite(clusters.sum()) and np.isfinite(squares.sum())):
        raise DataError("cross-products of clusters", value="not finite", expected="numbers")
    p = clusters.shape[1] - 1
    for subset in subsets:
        if len(subset) == 0 or min(subset) < 0 or max(subset) >= p:
            raise DataError("columns of a model", value=list(subset), expected=f"one or more, from 0 to {p - 1}")
