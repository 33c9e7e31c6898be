"""One coefficient in many nested least-squares models, from cross-products alone.

With columns ordered so that every model uses the first k of them and the coefficient's own column, one triangular
factor serves all: let L be the Cholesky factor of the cross-products of [first columns, d, y]. By the theorem of Frisch
and Waugh (1933) and Lovell (1963) the coefficient of d beside the first k columns is S_dy / S_dd, where
S_dy = d'y - sum_{j<k} L_dj L_yj is the cross-product of what those columns leave of d and y. Many cross-products (for
instance one an assignment of treatment) are factored at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import DataError

RIDGE = 1e-11           # on cross-products scaled to a diagonal of one: a collinear column keeps a pivot, adds nothing
NOTHING_LEFT = 1e-9     # share of d'd that other columns leave, below which the coefficient is not identified


def nested_effects(products: np.ndarray, ends: Sequence[int]) -> np.ndarray:
    """Coefficient of the last column but one in regressions of the last column, (A, K) for K nested models.

    Parameters: `products` (A, p + 2, p + 2), A symmetric matrices of cross-products of p columns, d and y; `ends` (K,),
    how many of the p columns each model uses beside d. Not a number where those columns leave nothing of d: the caller
    decides what that means. Raises `DataError` for shapes that do not fit, values that are not finite or ends outside
    0 to p.
    """
    products, ends = np.asarray(products, dtype=float), np.asarray(ends, dtype=int)
    _check(products, ends)
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
    identified = (left > NOTHING_LEFT) & (diagonal[:, -2, None] > 0)
    ratio = np.divide(shared, left, out=np.full(left.shape, np.nan), where=identified)
    return ratio * (scale[:, -1] / scale[:, -2])[:, None]


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
    return np.column_stack([values[:, :end].sum(axis=1) for end in ends])


def _check(products, ends):
    if products.ndim != 3 or products.shape[1] != products.shape[2] or products.shape[1] < 2:
        raise DataError("cross-products", value=products.shape, expected="matrices of p columns, d and y")
    if not np.isfinite(products.sum()):
        raise DataError("cross-products", value="not finite", expected="numbers")
    if len(ends) == 0 or ends.min() < 0 or ends.max() > products.shape[1] - 2:
        raise DataError("ends of nested models", value=ends.tolist(), expected=f"from 0 to {products.shape[1] - 2}")
