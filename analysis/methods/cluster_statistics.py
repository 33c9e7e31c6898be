"""What least squares with clusters needs to know of the data: a small triangular factor for every cluster.

With these in hand no further pass over the rows is needed for least squares, its cluster-robust variances, the wild
cluster bootstrap, or any subset of columns and clusters. A cluster's rows [X_g, y_g] are replaced by the factor R of
their QR decomposition, which has the same cross-products and at most as many rows as columns. Cross-products
themselves (X_g'W_gX_g and so on) would do in exact arithmetic but square the condition of the design.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError

BLOCK = 1_000     # rows factored at once


@dataclass(frozen=True)
class ClusterStatistics:
    """Factors of the clusters g, with W the diagonal of the weights and p the number of columns.

    `roots[g]`: factor of W_g^1/2 [X_g, y_g], (at most p + 1, p + 1). `spans[g]`: factor of [X_g, W_gX_g, y_g], (at
    most 2p + 1, 2p + 1); without weights None. `rows` (G,): rows with a positive weight; `labels`: the clusters.
    """

    names: tuple[str, ...]
    labels: tuple
    rows: np.ndarray
    roots: tuple[np.ndarray, ...]
    spans: tuple[np.ndarray, ...] | None

    @property
    def n(self) -> int:
        """Rows with a positive weight."""
        return int(self.rows.sum())

    def root(self, g: int) -> tuple[np.ndarray, np.ndarray]:
        """W^1/2 X and W^1/2 y of a cluster but for a rotation, (k, p) and (k,)."""
        return self.roots[g][:, :-1], self.roots[g][:, -1]

    def span(self, g: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """O'X, O'WX and O'y of a cluster, O an orthonormal basis that holds X and WX: (r, p), (r, p), (r,)."""
        if self.spans is None:
            X, y = self.root(g)
            return X, X, y
        p = len(self.names)
        return self.spans[g][:, :p], self.spans[g][:, p:-1], self.spans[g][:, -1]

    def columns(self, names: Iterable[str]) -> ClusterStatistics:
        """The statistics of the named columns only, in that order."""
        at, p = [self.position(name) for name in names], len(self.names)
        both = [*at, *(p + i for i in at), 2 * p]
        spans = None if self.spans is None else tuple(span[:, both] for span in self.spans)
        return replace(self, names=tuple(self.names[i] for i in at), spans=spans,
                       roots=tuple(root[:, [*at, p]] for root in self.roots))

    def clusters(self, keep: Sequence[bool]) -> ClusterStatistics:
        """The statistics of the clusters where `keep`, shape (G,), is true."""
        def kept(items):
            return tuple(item for item, wanted in zip(items, keep, strict=True) if wanted)

        return replace(self, labels=kept(self.labels), rows=self.rows[np.asarray(keep, dtype=bool)],
                       roots=kept(self.roots), spans=None if self.spans is None else kept(self.spans))

    def position(self, name: str) -> int:
        """Where a column stands; `DataError` naming the known columns when there is none of that name."""
        if name not in self.names:
            raise DataError("no such column in the regression", value=name, expected=f"one of {', '.join(self.names)}")
        return self.names.index(name)


def cluster_statistics(y, X, clusters, *, weights=None, names=None) -> ClusterStatistics:
    """Factors of a linear model's clusters.

    Parameters: `y` (n,) outcome; `X` (n, p) array or data frame; `clusters` (n,) labels, none missing; `weights`
    (n,) not negative, or None; `names` p column names (a data frame brings its own). Weights are divided by their
    mean, which changes no estimate, standard error or degrees of freedom. Rows of weight nought carry no information
    and are left out, as are clusters without any other.
    Raises `DataError` for shapes that do not fit and for the first value that is missing or not finite.
    """
    names = _names(X, names)
    X, y = _matrix(X, names), _vector(y, "outcome")
    codes, labels = pd.factorize(np.asarray(clusters), sort=True)
    _check_shapes(X, y, codes, weights)
    w = None if weights is None else _weights(weights)
    if w is not None and (w == 0).any():
        return cluster_statistics(y[w > 0], X[w > 0], np.asarray(clusters)[w > 0], weights=w[w > 0], names=names)
    rows = np.bincount(codes, minlength=len(labels))
    parts = np.split(np.argsort(codes, kind="stable"), np.cumsum(rows)[:-1])
    if w is None or np.ptp(w) == 0:
        roots = tuple(_factor(np.column_stack([X[part], y[part]])) for part in parts)
        return ClusterStatistics(names, tuple(labels), rows, roots, None)
    w = w / w.mean()
    roots = tuple(_factor(np.sqrt(w[part])[:, None] * np.column_stack([X[part], y[part]])) for part in parts)
    spans = tuple(_factor(np.column_stack([X[part], w[part, None] * X[part], y[part]])) for part in parts)
    return ClusterStatistics(names, tuple(labels), rows, roots, spans)


def _factor(rows: np.ndarray) -> np.ndarray:
    """Triangular factor of a cluster's rows (the rows themselves where they are few), by blocks that stay in cache."""
    if len(rows) <= rows.shape[1]:
        return rows
    blocks = [np.linalg.qr(rows[i: i + BLOCK], mode="r") for i in range(0, len(rows), BLOCK)]
    return blocks[0] if len(blocks) == 1 else np.linalg.qr(np.vstack(blocks), mode="r")


def _names(X, names) -> tuple[str, ...]:
    if names is None:
        names = X.columns if isinstance(X, pd.DataFrame) else [f"x{i}" for i in range(np.shape(X)[-1])]
    names = tuple(str(name) for name in names)
    if len(set(names)) != len(names):
        raise DataError("columns of the regression share a name",
                        value=sorted({name for name in names if names.count(name) > 1}))
    return names


def _matrix(X, names) -> np.ndarray:
    values = np.asarray(X, dtype=float)
    if values.ndim != 2 or values.shape[1] != len(names) or values.shape[1] == 0:
        raise DataError("regressors", value=values.shape, expected=f"a table of n rows and {len(names)} columns")
    _finite(values, names)
    return values


def _vector(values, what) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1:
        raise DataError(what, value=values.shape, expected="one value a row")
    _finite(values[:, None], (what,))
    return values


def _finite(values, names):
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        raise DataError("value missing or not finite in a regression", row=int(row), column=names[column],
                        value=float(values[row, column]), expected="a number (rows counted from nought)")


def _weights(values) -> np.ndarray:
    w = _vector(values, "weight")
    if (w < 0).any() or not (w > 0).any():
        raise DataError("weights of a regression", value=float(w.min()), expected="no negative weight and one above 0")
    return w


def _check_shapes(X, y, codes, weights):
    lengths = {"regressors": len(X), "outcome": len(y), "clusters": len(codes)}
    if weights is not None:
        lengths["weights"] = len(weights)
    if len(set(lengths.values())) != 1 or len(y) == 0:
        raise DataError("rows of a regression", value=lengths, expected="the same number of rows, not nought")
    if (codes < 0).any():
        raise DataError("cluster missing", row=int(np.argmax(codes < 0)), expected="a cluster for every row")
