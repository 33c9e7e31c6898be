"""What tests of panel models share: a test's result, clustered least squares, and the test of effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.panel import PanelFit
from analysis.methods.regression_rows import group_sums

NO_RESIDUALS = 1e-24     # residual sum of squares relative to the outcome's: rounding


@dataclass(frozen=True)
class PanelTest:
    """A test: statistic on `df`, and for an F statistic `df_denominator` (None for chi-square); p of the upper tail."""

    statistic: float
    df: int
    df_denominator: float | None
    p: float
    method: str


def effects_test(pooled: PanelFit, fixed: PanelFit) -> PanelTest:
    """F test that all effects are nought (plm's `pFtest`): residual sums of squares of pooling and within models.

    The pooling model has the constant, the within model the other columns. `DataError` for models of other kinds,
    other rows, weights or other regressors.
    """
    if (pooled.model, fixed.model) != ("pooling", "within") or not np.array_equal(pooled.rows.y, fixed.rows.y):
        raise DataError("test of effects", value=(pooled.model, fixed.model),
                        expected="a pooling and a within model of the same rows")
    require_testable(pooled)
    require_testable(fixed)
    if not set(fixed.names) <= set(pooled.names) or pooled.df <= fixed.df:
        raise DataError("test of effects", value=(pooled.names, fixed.names),
                        expected="a pooling model with every regressor of the within model")
    between = np.sum(pooled.residuals**2) - np.sum(fixed.residuals**2)
    df = pooled.df - fixed.df
    return f_test(between / df / (np.sum(fixed.residuals**2) / fixed.df), df, fixed.df, "F test of effects")


def clustered_least_squares(X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (p,) of y on X and their covariance (p, p) clustered by group, without small-sample factor.

    `groups` (n,) codes from nought.
    """
    Q, R = np.linalg.qr(X)
    rotated = Q.T @ y
    scores = group_sums(groups, Q * (y - Q @ rotated)[:, None], int(groups.max()) + 1)
    moves = np.linalg.solve(R, scores.T)
    return np.linalg.solve(R, rotated), moves @ moves.T


def chi_square_test(value: float, df: int, method: str) -> PanelTest:
    """A chi-square statistic with its upper tail."""
    return PanelTest(float(value), df, None, float(stats.chi2.sf(value, df)), method)


def f_test(value: float, df: int, denominator: float, method: str) -> PanelTest:
    """An F statistic with its upper tail."""
    return PanelTest(float(value), df, float(denominator), float(stats.f.sf(value, df, denominator)), method)


def require_testable(fit: PanelFit) -> None:
    """`DataError` for a weighted fit, and for one whose residuals are rounding."""
    if fit.rows.weights is not None:
        raise DataError("this test has no weighted form", value="weights", expected="a model fitted without weights")
    if fit.residuals @ fit.residuals <= NO_RESIDUALS * (fit.rows.y @ fit.rows.y):
        raise DataError("test of a model that fits exactly", value=float(fit.residuals @ fit.residuals),
                        expected="residuals that are more than rounding")


def require_f(statistic: str) -> None:
    """`DataError` unless the form asked for, not being "chi2", is "F"."""
    if statistic != "F":
        raise DataError("form of a test", value=statistic, expected="chi2 or F")
