"""The rows of a regression, checked and in one shape, and the columns that depend linearly on others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.errors import DataError

COLLINEAR = 1e-8       # length of a column outside the span of those before it, relative to its own


@dataclass(frozen=True)
class RegressionRows:
    """Rows with a positive weight: `y` (n,), `X` (n, p), `weights` (n,) of any scale or None.

    `kept` (n,): their positions among the rows that were given. `codes[label]` (n,) numbers the levels of each label
    (entity, cluster ...) from nought in sorted order, `levels[label]` names them.
    """

    names: tuple[str, ...]
    y: np.ndarray
    X: np.ndarray
    weights: np.ndarray | None
    kept: np.ndarray
    codes: Mapping[str, np.ndarray]
    levels: Mapping[str, tuple]

    @property
    def root(self) -> np.ndarray:
        """Square roots of the weights, (n, 1); ones without weights."""
        return np.ones((len(self.y), 1)) if self.weights is None else np.sqrt(self.weights)[:, None]


def regression_rows(y, X, labels: Mapping[str, object], *, weights=None, names=None) -> RegressionRows:
    """Check and gather the rows of a regression.

    Parameters: `y` (n,); `X` (n, p) array or data frame; `labels`, by what they are, each (n,), none missing;
    `weights` (n,) not negative, or None; `names` p column names (a data frame brings its own). Rows of weight nought
    are left out. Raises `DataError` for shapes that do not fit and the first value missing or not finite.
    """
    names = _names(X, names)
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != len(names) or not names:
        raise DataError("regressors", value=X.shape, expected=f"a table of n rows and {len(names)} columns")
    y = np.asarray(y, dtype=float)
    labels = {what: np.asarray(values) for what, values in labels.items()}
    w = np.ones(len(X)) if weights is None else np.asarray(weights, dtype=float)
    shapes = {"outcome": y.shape, "weights": w.shape, **{what: values.shape for what, values in labels.items()}}
    if any(shape != (len(X),) for shape in shapes.values()) or len(X) == 0:
        raise DataError("rows of a regression", value={"regressors": X.shape, **shapes},
                        expected="the same number of rows, not nought, and one value a row")
    for values, columns in ((X, names), (y[:, None], ("outcome",)), (w[:, None], ("weight",))):
        _finite(values, columns)
    if (w < 0).any() or not (w > 0).any():
        raise DataError("weights of a regression", value=float(w.min()), expected="no negative weight and one above 0")
    kept = np.flatnonzero(w > 0)
    found = {what: _levels(values, what, kept) for what, values in labels.items()}
    return RegressionRows(names, y[kept], X[kept], None if weights is None else w[kept], kept,
                          {what: codes for what, (codes, _) in found.items()},
                          {what: levels for what, (_, levels) in found.items()})


def collinear_columns(X: np.ndarray) -> list[int]:
    """Positions of the columns in the span of those before them (nought included), as `clustered.fit` finds them.

    The first such column has a diagonal of nought in the triangular factor; it is taken out before looking further,
    because the rows of the factor below it are then rounding alone.
    """
    R = np.linalg.qr(X, mode="r")
    lengths, kept, found = np.linalg.norm(X, axis=0), list(range(X.shape[1])), []
    while kept:
        factor = np.linalg.qr(R[:, kept], mode="r")
        diagonal = np.zeros(len(kept))
        diagonal[: len(factor)] = np.abs(np.diagonal(factor))
        low = np.flatnonzero(diagonal <= COLLINEAR * lengths[kept])
        if not len(low):
            break
        found.append(kept.pop(low[0]))
    return found


def kept_columns(X: np.ndarray, names: tuple[str, ...], drop_collinear: bool) -> list[int]:
    """Positions of the columns to keep; `DataError` naming collinear ones unless they are to be dropped."""
    found = collinear_columns(X)
    if found and not drop_collinear:
        raise DataError(f"columns that depend linearly on those before them: {', '.join(names[i] for i in found)}")
    if len(found) == len(names):
        raise DataError("regression without a column that varies", value=names, expected="at least one")
    return [i for i in range(len(names)) if i not in found]


def group_sums(codes: np.ndarray, values: np.ndarray, n_groups: int) -> np.ndarray:
    """Sums of the rows (n, p) of each group, (n_groups, p)."""
    indicator = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(n_groups, len(codes)))
    return indicator @ values


def _names(X, names) -> tuple[str, ...]:
    if names is None:
        names = X.columns if isinstance(X, pd.DataFrame) else [f"x{i}" for i in range(np.shape(X)[-1])]
    names = tuple(str(name) for name in names)
    if len(set(names)) != len(names):
        raise DataError("columns of the regression share a name",
                        value=sorted({name for name in names if names.count(name) > 1}))
    return names


def _finite(values: np.ndarray, columns: tuple[str, ...]) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        raise DataError("value missing or not finite in a regression", row=int(row), column=columns[column],
                        value=float(values[row, column]), expected="a number (rows counted from nought)")


def _levels(values: np.ndarray, what: str, kept: np.ndarray) -> tuple[np.ndarray, tuple]:
    missing = np.flatnonzero(pd.isna(values))
    if len(missing):
        raise DataError(f"{what} missing", row=int(missing[0]), expected=f"a {what} for every row")
    codes, levels = pd.factorize(values[kept], sort=True)
    return codes, tuple(levels)
