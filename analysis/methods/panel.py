"""Panel regressions: pooling, within (fixed effects, one-way and two-way) and random effects.

Model: y_it = x_it b + u_i (+ v_t) + e_it, entities i = 1..N with T_i rows, n rows in all, irregular periods allowed.
Every estimator is least squares on transformed rows y*, X*:

pooling   y* = y. Covariance s^2 (X'WX)^-1, s^2 = e'We / (n - p).
within    deviations from the means of entities (two-way: and of periods); s^2 = e*'We* / df with
          df = n - N - p (two-way: less the rank of the period effects as well, which is plm's T - 1 when connected).
random    y* = y - theta_i mean_i(y); variance components as in `variance_components`; s^2 = e*'e* / (n - p).
          Two-way, balanced only: y - theta_1 mean_i - theta_2 mean_t + theta_3 mean.

These are R's plm (`summary`, unadjusted errors) and are valid for independent errors of equal variance: for clusters
see `absorbed`. A within regressor that does not vary inside entities has no coefficient.

Weights (pooling and within): weighted least squares with weighted means, which equals weighted least squares with a
dummy for every entity; s^2 treats them as inverse error variances up to scale, so that only ratios matter, and n
counts rows of positive weight, not their sum. Matching weights are no such thing: then only the coefficients (and
clustered errors) should be used. Random effects take no weights: the theory of theta has none, and plm's variance
components leave them out silently.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from analysis.errors import DataError
from analysis.methods.demeaning import demeaned, group_means, two_way_demeaned, varies_inside
from analysis.methods.regression_rows import RegressionRows, kept_columns, regression_rows
from analysis.methods.variance_components import VarianceComponents, entity_components, two_way_components


@dataclass(frozen=True)
class PanelFit:
    """A fitted panel model; arrays of rows are in the caller's order, without rows of weight nought (`rows.kept`).

    `model`: "pooling", "within" or "random"; `effects`: "entity" or "two-way". `coefficients` (p,) of `names` with
    `covariance` (p, p); `regressors` X* (n, p), `residuals` e* (n,) of the transformed model, not multiplied by the
    weights' roots; `df` its residual degrees of freedom. `theta` (N,) and `components` for random effects, else None.
    `dropped`: columns left out (only when asked for) as collinear or, within, without variation inside entities.
    """

    model: str
    effects: str
    names: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    regressors: np.ndarray
    residuals: np.ndarray
    df: int
    rows: RegressionRows
    dropped: tuple[str, ...] = ()
    theta: np.ndarray | None = None
    components: VarianceComponents | None = None

    @property
    def n(self) -> int:
        """Rows with a positive weight."""
        return len(self.residuals)

    @property
    def entities(self) -> np.ndarray:
        """Entity of each row, (n,) codes from nought in sorted order."""
        return self.rows.codes["entity"]

    @property
    def entity_sizes(self) -> np.ndarray:
        """Rows of each entity, T_i, (N,). Only entities of two rows and more inform the within estimator."""
        return np.bincount(self.entities)

    @property
    def error_variance(self) -> float:
        """s^2, the residual variance of the transformed model."""
        return float(np.sum((self.rows.root[:, 0] * self.residuals) ** 2) / self.df)

    def standard_error(self, name: str) -> float:
        """Unadjusted standard error of a coefficient."""
        return float(np.sqrt(self.covariance[self.position(name), self.position(name)]))

    def coefficient(self, name: str) -> float:
        """Estimate of a coefficient."""
        return float(self.coefficients[self.position(name)])

    def position(self, name: str) -> int:
        """Where a coefficient stands; `DataError` when there is none of that name."""
        if name not in self.names:
            why = "left out: collinear or constant inside entities" if name in self.dropped else "not in the model"
            raise DataError(f"no such coefficient ({why})", value=name, expected=f"one of {', '.join(self.names)}")
        return self.names.index(name)


def pooling(y, X, entities, *, periods=None, weights=None, names=None, drop_collinear: bool = False) -> PanelFit:
    """Least squares that ignores the panel; give the constant as a column. Parameters and errors as `within`."""
    rows = _rows(y, X, entities, periods, weights, names)
    at = kept_columns(rows.root * rows.X, rows.names, drop_collinear)
    return _fitted("pooling", "entity", rows, at, rows.y, rows.X[:, at], used=0)


def within(y, X, entities, *, periods=None, weights=None, names=None, effects: str = "entity",
           drop_collinear: bool = False) -> PanelFit:
    """Fixed effects of entities, or with effects="two-way" of entities and periods.

    Parameters: `y` (n,); `X` (n, p) array or data frame; `entities` (n,) labels; `periods` (n,) whatever sorts, the
    order of rows inside an entity (without them the order given) and the second effect; `weights` (n,) not negative
    or None; `names` of the columns; `drop_collinear` leaves out, as plm does, columns that are collinear or constant
    inside entities (the constant), which otherwise raise `DataError`, as do missing values, unequal lengths, two-way
    effects without periods and no row to spare.
    """
    rows = _rows(y, X, entities, periods, weights, names)
    both, used = _deviations(np.column_stack([rows.X, rows.y]), rows, _checked(effects, rows))
    varying = varies_inside(both[:, :-1], rows.X)
    if not varying.all() and not drop_collinear:
        raise DataError("columns that the effects absorb, being constant inside entities (or periods)",
                        value=[name for name, varies in zip(rows.names, varying, strict=True) if not varies])
    at = np.flatnonzero(varying)
    if not len(at):
        raise DataError("within regression without a column that varies inside entities", value=rows.names)
    at = at[kept_columns(rows.root * both[:, at], tuple(rows.names[i] for i in at), drop_collinear)]
    return _fitted("within", effects, rows, list(at), both[:, -1], both[:, at], used=used)


def random_effects(y, X, entities, *, periods=None, names=None, effects: str = "entity",
                   drop_collinear: bool = False) -> PanelFit:
    """Random effects by Swamy and Arora; give the constant as a column.

    Parameters as `within`, without weights (module docstring); two-way effects need a balanced panel.
    Raises `DataError` also when a variance component has no degrees of freedom.
    """
    rows = _rows(y, X, entities, periods, None, names)
    at = kept_columns(rows.X, rows.names, drop_collinear)
    codes, both = rows.codes["entity"], np.column_stack([rows.X[:, at], rows.y])
    if _checked(effects, rows) == "entity":
        components = entity_components(rows.y, rows.X[:, at], codes)
        theta = components.theta(np.bincount(codes))
        both = both - theta[codes, None] * group_means(both, codes)[codes]
    else:
        times = rows.codes["period"]
        components = two_way_components(rows.y, rows.X[:, at], codes, times)
        first, second, third = components.two_way_theta(int(codes.max()) + 1, int(times.max()) + 1)
        theta = np.full(int(codes.max()) + 1, first)
        both = (both - first * group_means(both, codes)[codes] - second * group_means(both, times)[times]
                + third * both.mean(axis=0))
    return _fitted("random", effects, rows, at, both[:, -1], both[:, :-1], used=0, theta=theta, components=components)


def _rows(y, X, entities, periods, weights, names) -> RegressionRows:
    labels = {"entity": entities} if periods is None else {"entity": entities, "period": periods}
    return regression_rows(y, X, labels, weights=weights, names=names)


def _checked(effects: str, rows: RegressionRows) -> str:
    if effects not in ("entity", "two-way"):
        raise DataError("effects of a panel model", value=effects, expected="entity or two-way")
    if effects == "two-way" and "period" not in rows.codes:
        raise DataError("two-way effects without periods", expected="the period of every row")
    return effects


def _deviations(values: np.ndarray, rows: RegressionRows, effects: str) -> tuple[np.ndarray, int]:
    """Within-transformed columns and the number of effects absorbed."""
    codes = rows.codes["entity"]
    n_entities = int(codes.max()) + 1
    if effects == "entity":
        return demeaned(values, codes, rows.weights), n_entities
    left, rank = two_way_demeaned(values, codes, rows.codes["period"], rows.weights)
    return left, n_entities + rank


def _fitted(model, effects, rows, at, y, X, *, used, **more) -> PanelFit:
    """Least squares of y on X, both transformed; `at` the columns kept, `used` the degrees of freedom of effects."""
    df = len(y) - len(at) - used
    if df <= 0:
        raise DataError(f"{model} regression: no row to spare", value=len(y),
                        expected=f"more than {len(at)} columns and {used} effects")
    Q, R = np.linalg.qr(rows.root * X)
    coefficients = solve_triangular(R, Q.T @ (rows.root[:, 0] * y))
    residuals = y - X @ coefficients
    inverse = solve_triangular(R, np.eye(len(at)))
    variance = np.sum((rows.root[:, 0] * residuals) ** 2) / df
    names = tuple(rows.names[i] for i in at)
    dropped = tuple(name for name in rows.names if name not in names)
    return PanelFit(model, effects, names, coefficients, variance * inverse @ inverse.T, X, residuals, df, rows,
                    dropped, **more)
