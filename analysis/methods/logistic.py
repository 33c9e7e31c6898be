"""Weighted logistic regression with errors robust to clusters.

log(p / (1 - p)) = xb, by maximum (with weights: pseudo-) likelihood sum_i w_i l_i. Covariance H^-1 [sum_g t_g t_g']
H^-1, H = X'W diag(p(1 - p)) X, t_g = X_g'W_g(y_g - p_g), times G/(G-1) ("clusters": Stata's logit, the default of R's
sandwich::vcovCL for a glm) or G/(G-1) x (n-1)/(n-p) ("stata" as in `clustered`: statsmodels, vcovCL type HC1); t
with G - 1 degrees of freedom. Weights may have any scale. With few clusters CR1 is too small, as in the linear model,
and there is no CR2 here.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy.special import expit

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval
from analysis.methods.regression_rows import RegressionRows, group_sums, kept_columns, regression_rows
from analysis.methods.separation import separating_columns

ITERATIONS = 100
SUSPICIOUS = 1e-5      # least p (1 - p) below which separation is looked for
SOLVED = 1e-10         # score left at the solution relative to the sum of its absolute terms


class Separated(DataError):
    """Columns predict the outcomes exactly, so that no finite estimate exists."""


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logit: `coefficients` (p,) of `names`, clustered `covariance` (p, p), `X` (n, p) of the rows used.

    `weights` (n,) are divided by their mean. `dropped`: columns left out as collinear (only when asked for).
    """

    names: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    X: np.ndarray
    weights: np.ndarray
    n_clusters: int
    dropped: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Rows with a positive weight."""
        return len(self.X)

    def position(self, name: str) -> int:
        """Where a coefficient stands; `DataError` when there is none of that name."""
        if name in self.dropped:
            raise DataError("this column was left out as collinear with those before it", column=name)
        if name not in self.names:
            raise DataError("no such column in the regression", value=name, expected=f"one of {', '.join(self.names)}")
        return self.names.index(name)

    def log_odds_ratio(self, name: str, level: float = 0.95) -> Interval:
        """A coefficient with its interval."""
        k = self.position(name)
        return t_interval(float(self.coefficients[k]), float(np.sqrt(self.covariance[k, k])), self.n_clusters - 1,
                          level=level, method="logit, CR1, t(G - 1)")


def logistic(y, X, clusters, *, weights=None, names=None, factor: str = "clusters",
             drop_collinear: bool = False) -> LogisticFit:
    """Fit a logit.

    Parameters: `y` (n,) of 0 and 1; `X` (n, p) array or data frame, the constant a column; `clusters` (n,) labels;
    `weights` (n,) not negative or None; `names` of the columns; `factor` "clusters" or "stata" (module docstring);
    `drop_collinear` leaves collinear columns out instead of raising.
    Raises `DataError` for other outcomes or only one of them, fewer than two clusters, missing values, unequal
    lengths, no row to spare, and `Separated` for columns that separate the outcomes (named).
    """
    rows = regression_rows(y, X, {"cluster": clusters}, weights=weights, names=names)
    n_clusters = len(rows.levels["cluster"])
    _check(rows, n_clusters, factor)
    at = kept_columns(rows.root * rows.X, rows.names, drop_collinear)
    X, kept = rows.X[:, at], tuple(rows.names[i] for i in at)
    if len(X) <= len(at):
        raise DataError("rows of a regression", value=len(X), expected=f"more than {len(at)} columns")
    w = np.ones(len(X)) if rows.weights is None else rows.weights / rows.weights.mean()
    scale = np.abs(X).max(axis=0)
    b = _maximum(rows.y, X / scale, w, kept) / scale
    p = expit(X @ b)
    scores = group_sums(rows.codes["cluster"], (w * (rows.y - p))[:, None] * X / scale, n_clusters)
    R = np.linalg.qr(np.sqrt(w * p * (1 - p))[:, None] * X / scale, mode="r")
    moves = np.linalg.solve(R, np.linalg.solve(R.T, scores.T)) / scale[:, None]
    share = n_clusters / (n_clusters - 1) * ((len(X) - 1) / (len(X) - len(at)) if factor == "stata" else 1.0)
    dropped = tuple(name for name in rows.names if name not in kept)
    return LogisticFit(kept, b, share * moves @ moves.T, X, w, n_clusters, dropped)


def _check(rows: RegressionRows, n_clusters: int, factor: str) -> None:
    other = np.flatnonzero(~np.isin(rows.y, (0.0, 1.0)))
    if len(other):
        raise DataError("outcome of a logit", row=int(rows.kept[other[0]]), value=float(rows.y[other[0]]),
                        expected="0 or 1 (rows counted from nought)")
    if np.ptp(rows.y) == 0:
        raise DataError("outcome of a logit that never varies", value=float(rows.y[0]), expected="both 0 and 1")
    if n_clusters < 2:
        raise DataError("clustered inference", value=n_clusters, expected="at least two clusters")
    if factor not in ("clusters", "stata"):
        raise DataError("small-sample factor of CR1", value=factor, expected="stata or clusters")


def _maximum(y: np.ndarray, X: np.ndarray, w: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Coefficients by iterated least squares (statsmodels), refused when the outcomes are separated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")     # whatever it warns of shows in the checks below
        found = sm.GLM(y, X, family=sm.families.Binomial(), var_weights=w).fit(
            maxiter=ITERATIONS, tol=1e-13, tol_criterion="params")
    b = np.asarray(found.params)
    p = expit(X @ b)
    terms = (w * (y - p))[:, None] * X
    solved = np.isfinite(b).all() and (np.abs(terms.sum(axis=0)) <= SOLVED * np.abs(terms).sum(axis=0)).all()
    if not solved or (p * (1 - p)).min() < SUSPICIOUS:
        separating = separating_columns(y, X)
        if separating:
            raise Separated("logit: the outcomes are separated, so that no finite estimate exists",
                            value=[names[k] for k in separating],
                            expected="both outcomes for every value (or combination) of these columns")
    if not solved:
        raise DataError("logit: no maximum found", value=ITERATIONS, expected="convergence within these iterations")
    return b
