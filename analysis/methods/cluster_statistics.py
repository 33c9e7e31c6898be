"""What least squares with clusters needs to know of the data: a small triangular factor for every cluster.

With these in hand no further pass over the rows is needed for least squares, its cluster-robust variances, the wild
cluster bootstrap, or any subset of columns and clusters. A cluster's rows [X_g, y_g] are replaced by the factor R of
their QR decomposition, which has the same cross-products and at most as many rows as columns. Cross-products
themselves (X_g'W_gX_g and so on) would do in exact arithmetic but square the condition of the design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.linalg import lapack

from analysis.errors import DataError

BLOCK = 2_000     # rows factored at once
PANEL = 8         # columns LAPACK reflects at once
FEW_LEVELS = 2    # rows of a weight, over columns of [X, y], above which they are worth a factor of their own


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
    clusters = np.asarray(clusters)
    codes, labels = pd.factorize(clusters, sort=True)
    _check_shapes(X, y, codes, weights)
    w = None if weights is None else _weights(weights)
    used = None if w is None or w.min() > 0 else np.flatnonzero(w > 0)
    if used is not None:
        codes, labels = pd.factorize(clusters[used], sort=True)
    w = _relative(w, used)
    factors = [_factors(X, y, w, part) for part in _parts(codes, len(labels), used)]
    roots, spans = zip(*factors, strict=True)
    return ClusterStatistics(names, tuple(labels), np.bincount(codes), roots, None if w is None else spans)


def _relative(w: np.ndarray | None, used: np.ndarray | None) -> np.ndarray | None:
    """Weights over their mean among the rows in use; None where those are all the same."""
    if w is None:
        return None
    positive = w if used is None else w[used]
    return None if np.ptp(positive) == 0 else w / positive.mean()


def _parts(codes: np.ndarray, n_labels: int, used: np.ndarray | None) -> list[np.ndarray | slice]:
    """Rows of every cluster in their order; a slice where they stand together, which needs no copy.

    `used`: positions of the rows that `codes` numbers, None for all.
    """
    parts = _split(np.arange(len(codes)) if used is None else used, codes, n_labels)
    return [slice(part[0], part[-1] + 1) if part[-1] - part[0] == len(part) - 1 else part for part in parts]


def _factors(X: np.ndarray, y: np.ndarray, w: np.ndarray | None, part) -> tuple[np.ndarray, np.ndarray | None]:
    """Root and span (without weights None) of the rows in `part`, in one pass by blocks that stay in cache.

    Where many rows share a weight, as after matching, those are replaced by their factor first: it has their
    cross-products, and what the weights then enlarge is small.
    """
    if w is None:
        return _factor(X, y, part), None
    levels = _levels(w, part, FEW_LEVELS * (X.shape[1] + 1))
    if levels is not None:
        factors = [_factor(X, y, rows) for _, rows in levels]
        w = np.repeat([weight for weight, _ in levels], [len(factor) for factor in factors])
        stacked = np.vstack(factors)
        X, y, part = stacked[:, :-1], stacked[:, -1], slice(0, len(stacked))
    root, span = None, None
    for rows in _blocks(part, 2 * X.shape[1] + 1):
        weighted, both = _weighted(X, y, _taken(w, rows), rows)
        root, span = _updated(root, weighted), _updated(span, both)
    return root, span


def _levels(w: np.ndarray, part, least: int) -> list[tuple[float, np.ndarray | slice]] | None:
    """Weights in `part` and the rows of each; None where a weight has fewer than `least` rows on average."""
    codes, weights = pd.factorize(_taken(w, part))
    if len(codes) < least * len(weights):
        return None
    if len(weights) == 1:
        return [(weights[0], part)]
    rows = np.arange(part.start, part.stop) if isinstance(part, slice) else part
    return list(zip(weights, _split(rows, codes, len(weights)), strict=True))


def _split(rows: np.ndarray, codes: np.ndarray, n_codes: int) -> list[np.ndarray]:
    """`rows` by their code, in their order."""
    order = np.argsort(codes.astype(np.min_scalar_type(n_codes)), kind="stable")     # a small type sorts faster
    return np.split(rows[order], np.cumsum(np.bincount(codes))[:-1])


def _factor(X: np.ndarray, y: np.ndarray, part) -> np.ndarray:
    """Triangular factor of [X, y] of the rows in `part`."""
    factor = None
    for rows in _blocks(part, X.shape[1] + 1):
        factor = _updated(factor, _plain(X, y, rows))
    return factor


def _plain(X: np.ndarray, y: np.ndarray, rows) -> np.ndarray:
    """[X, y] of some rows, with a column's values side by side, as LAPACK wants them."""
    outcome = _taken(y, rows)
    out = np.empty((X.shape[1] + 1, len(outcome)))
    out[:-1], out[-1] = _taken(X, rows).T, outcome
    return out.T


def _weighted(X: np.ndarray, y: np.ndarray, w: np.ndarray, rows) -> tuple[np.ndarray, np.ndarray]:
    """W^1/2 [X, y] and [X, WX, y] of some rows with the weights `w`, laid out as by `_plain`."""
    p, root = X.shape[1], np.sqrt(w)
    weighted, both = np.empty((p + 1, len(w))), np.empty((2 * p + 1, len(w)))
    both[:p], both[-1] = _taken(X, rows).T, _taken(y, rows)
    np.multiply(both[:p], w, out=both[p:-1])
    np.multiply(both[:p], root, out=weighted[:-1])
    np.multiply(both[-1], root, out=weighted[-1])
    return weighted.T, both.T


def _taken(values: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
    """values[rows]; `take` is three times faster, but would copy the whole of an array that is not in C order."""
    return values[rows] if isinstance(rows, slice) or not values.flags.c_contiguous else values.take(rows, axis=0)


def _blocks(part: np.ndarray | slice, columns: int) -> Iterator[np.ndarray | slice]:
    """Pieces of `part`; all but the last have more rows than columns."""
    size = max(BLOCK, columns + 1)
    if isinstance(part, slice):
        yield from (slice(i, min(i + size, part.stop)) for i in range(part.start, part.stop, size))
    else:
        yield from (part[i: i + size] for i in range(0, len(part), size))


def _updated(factor: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    """Triangular factor of what `factor` stands for (None: nothing yet) with more rows, which are overwritten.

    The rows themselves where they are all and few.
    """
    if factor is None:
        return rows if len(rows) <= rows.shape[1] else np.linalg.qr(rows, mode="r")
    factor, _, _, info = lapack.dtpqrt(0, min(PANEL, len(factor)), np.asfortranarray(factor), rows,
                                       overwrite_a=1, overwrite_b=1)
    if info:
        raise np.linalg.LinAlgError(f"LAPACK's dtpqrt: argument {-info}")
    return factor


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
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()
    if np.isfinite(total):       # one that is not makes the sum so; large values may too, hence the look at each
        return
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
