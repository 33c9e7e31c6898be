"""One coefficient in many nested least-squares models, from cross-products alone.

With columns ordered so that every model uses the first k of them and the coefficient's own column, one triangular
factor serves all: let L be the Cholesky factor of the cross-products of [first columns, d, y]. By the theorem of Frisch
and Waugh (1933) and Lovell (1963) the coefficient of d beside the first k columns is S_dy / S_dd, where
S_dy = d'y - sum_{j<k} L_dj L_yj is the cross-product of what those columns leave of d and y. Models that add further
columns to the same first ones (branches) need in addition only what those leave of the further columns. Many
cross-products (for instance one an assignment of treatment) are factored at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import DataError

RIDGE = 1e-11           # on cross-products scaled to a diagonal of one: a collinear column keeps a pivot, adds nothing
NOTHING_LEFT = 1e-9     # share of d'd that other columns leave, below which the coefficient is not identified


def nested_effects(products: np.ndarray, ends: Sequence[int],
                   branches: Sequence[tuple[int, int, int]] = ()) -> np.ndarray:
    """Coefficient of the last column but one in regressions of the last column, (A, K + B).

    Parameters: `products` (A, p + 2, p + 2), A symmetric matrices of cross-products of p columns, d and y; `ends` (K,),
    how many of the p columns each model uses beside d; `branches` (B,), models that are not nested: (k, a, b) uses the
    first k columns and columns a to b - 1, k <= a. Not a number where a model's columns leave nothing of d: the caller
    decides what that means. Raises `DataError` for shapes that do not fit, values that are not finite, ends outside
    0 to p or branches outside their bounds.
    """
    products, ends = np.asarray(products, dtype=float), np.asarray(ends, dtype=int)
    _check(products, ends, branches)
    p = products.shape[1] - 2
    diagonal = np.diagonal(products, axis1=1, axis2=2)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = products / scale[:, :, None]
    scaled /= scale[:, None, :]
    cross = scaled[:, -2, -1, None].copy()
    scaled[:, np.arange(p), np.arange(p)] = 1.0 + RIDGE
    # The pivots of d and y are not used: room for them, so that a d or y in the span of the others stops nothing.
    scaled[:, [-2, -1], [-2, -1]] = 2.0
    factor = np.linalg.cholesky(scaled)
    d, y = factor[:, -2, :p], factor[:, -1, :p]
    left, shared = 1.0 - _sums_to(d * d, ends), cross - _sums_to(d * y, ends)
    for branch in branches:
        own, own_shared = _explained_further(scaled, factor, branch)
        k = branch[:1]
        left = np.hstack([left, 1.0 - _sums_to(d * d, k) - own[:, None]])
        shared = np.hstack([shared, cross - _sums_to(d * y, k) - own_shared[:, None]])
    identified = (left > NOTHING_LEFT) & (diagonal[:, -2, None] > 0)
    ratio = np.divide(shared, left, out=np.full(left.shape, np.nan), where=identified)
    return ratio * (scale[:, -1] / scale[:, -2])[:, None]


def _explained_further(scaled: np.ndarray, factor: np.ndarray, branch) -> tuple[np.ndarray, np.ndarray]:
    """What a branch's own columns explain of d'd and of d'y beyond the first k columns, (A,) each."""
    k, first, last = branch
    at = np.array([*range(first, last), -2, -1])
    rows = factor[:, at, :k]
    rest = scaled[:, at[:, None], at] - rows @ rows.transpose(0, 2, 1)
    with_d_and_y = rest[:, :-2, -2:]
    solved = np.linalg.solve(rest[:, :-2, :-2], with_d_and_y)
    return tuple((with_d_and_y[:, :, :1] * solved).sum(axis=1).T)


def absorb(products: np.ndarray, sums: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Cross-products after every level of a classification has been given an effect of its own.

    Parameters: `products` (A, q, q); `sums` (A, L, q) weighted column sums of the L levels; `totals` (A, L) weights of
    the levels, nought where a level has no rows. A column that is constant within levels becomes exactly nought.
    """
    root = np.divide(1.0, np.sqrt(totals), out=np.zeros_like(totals, dtype=float), where=totals > 0)
    scaled = sums * root[:, :, None]
    within = products - scaled.transpose(0, 2, 1) @ scaled
    before = np.diagonal(products, axis1=1, axis2=2)
    varies = (np.diagonal(within, axis1=1, axis2=2) > NOTHING_LEFT * before).astype(float)
    within *= varies[:, :, None]
    within *= varies[:, None, :]
    return within


def _sums_to(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Sums of the first `ends` columns, (A, K)."""
    return np.column_stack([values[:, :end].sum(axis=1) for end in ends]) if len(ends) else np.empty((len(values), 0))


def _check(products, ends, branches):
    if products.ndim != 3 or products.shape[1] != products.shape[2] or products.shape[1] < 2:
        raise DataError("cross-products", value=products.shape, expected="matrices of p columns, d and y")
    if not np.isfinite(products.sum()):
        raise DataError("cross-products", value="not finite", expected="numbers")
    p = products.shape[1] - 2
    if len(ends) + len(branches) == 0 or (len(ends) and (ends.min() < 0 or ends.max() > p)):
        raise DataError("ends of nested models", value=ends.tolist(), expected=f"from 0 to {p}")
    wrong = [branch for branch in branches if not 0 <= branch[0] <= branch[1] <= branch[2] <= p]
    if wrong:
        raise DataError("branches of models", value=wrong[0], expected=f"k <= a <= b, from 0 to {p}")
