"""Specification tests of panel models: Hausman, serial correlation, presence of effects.

Rows are ordered by entity, then period (without periods the order given). Each statistic is that of R's plm on
balanced panels; where plm departs from theory on unbalanced ones, the function says so and follows the theory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.demeaning import demeaned, varies_inside
from analysis.methods.panel import PanelFit
from analysis.methods.regression_rows import collinear_columns, group_sums

SINGULAR = 1e-10     # eigenvalue of a difference of covariances in units of the larger: no information


@dataclass(frozen=True)
class PanelTest:
    """A test: statistic on `df`, and for an F statistic `df_denominator` (None for chi-square); p of the upper tail."""

    statistic: float
    df: int
    df_denominator: float | None
    p: float
    method: str


def hausman(fixed: PanelFit, random: PanelFit, *, names: Sequence[str] | None = None, error_variance: str = "own",
            absolute: bool = False) -> PanelTest:
    """Hausman (1978): d'(V_within - V_random)^-1 d of the coefficients both models have, or of `names`; chi-square.

    `error_variance`: "own", each covariance with its model's s^2, as plm's `phtest` and Stata's default; or "within",
    both with the within model's s^2 (Stata's `sigmaless`), which makes the difference positive semi-definite. With
    "own" it often is not; that raises `DataError`, as such a number is no chi-square, unless `absolute`, which gives
    the absolute value as plm does without a word. Wrong when errors are clustered or unequal: `hausman_robust`.
    Raises `DataError` also for models of other kinds, of other rows, or without a common coefficient.
    """
    if (fixed.model, random.model) != ("within", "random") or fixed.effects != random.effects:
        raise DataError("Hausman test", value=(fixed.model, random.model), expected="a within and a random model")
    _unweighted(fixed)
    if not np.array_equal(fixed.rows.y, random.rows.y):
        raise DataError("Hausman test", value=(fixed.n, random.n), expected="models of the same rows")
    if error_variance not in ("own", "within"):
        raise DataError("error variance of the Hausman test", value=error_variance, expected="own or within")
    shared = [name for name in fixed.names if name in random.names] if names is None else list(names)
    if not shared:
        raise DataError("Hausman test", value=(fixed.names, random.names), expected="a coefficient that both have")
    one, other = [fixed.position(name) for name in shared], [random.position(name) for name in shared]
    difference = fixed.coefficients[one] - random.coefficients[other]
    ratio = 1.0 if error_variance == "own" else fixed.error_variance / random.error_variance
    spread = fixed.covariance[np.ix_(one, one)] - ratio * random.covariance[np.ix_(other, other)]
    scale = np.sqrt(np.diag(fixed.covariance)[one])
    sizes = np.linalg.eigvalsh(spread / np.outer(scale, scale))
    if np.abs(sizes).min() <= SINGULAR or (sizes.min() < 0 and not absolute):
        raise DataError("Hausman test: the difference of the covariances is not positive definite", value=shared,
                        expected='the robust form, error_variance="within", or fewer coefficients')
    statistic = difference @ np.linalg.solve(spread, difference)
    return _chi2(abs(statistic), len(shared), "Hausman" if sizes.min() > 0 else "Hausman, absolute value")


def hausman_robust(random: PanelFit, *, clusters=None, statistic: str = "chi2") -> PanelTest:
    """Hausman test by auxiliary regression with clustered errors (Wooldridge 2010, section 10.7.3, after Arellano).

    y* on X* and the within deviations of X; the coefficients of the latter are jointly nought when random effects are
    consistent. `clusters` (n,): as many labels as the model has rows, entities by default.
    "chi2": covariance without small-sample factor (plm's `vcovHC`, HC0), chi-square; it rejects too often with few
    clusters. "F": factor G/(G-1), the statistic over its df against F(df, G - 1).
    Deviations collinear with the other columns (such as year dummies in a balanced panel) are left out and not
    counted. The constant is transformed like every column; plm puts an untransformed one, which differs when the
    panel is unbalanced. Raises `DataError` for another model and when no more clusters than restrictions are there.
    """
    if random.model != "random" or random.effects != "entity":
        raise DataError("robust Hausman test", value=(random.model, random.effects),
                        expected="random effects of entities")
    groups = random.entities if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    if groups.shape != (random.n,):
        raise DataError("clusters", value=groups.shape, expected=f"one for each of {random.n} rows")
    X = random.regressors
    deviations = demeaned(X, random.entities)
    both = np.column_stack([X, deviations[:, varies_inside(deviations, X)]])
    both = np.delete(both, collinear_columns(both), axis=1)
    q, n_groups = both.shape[1] - X.shape[1], int(groups.max()) + 1
    if not 0 < q < n_groups:
        raise DataError("robust Hausman test", value=(q, n_groups),
                        expected="a regressor that varies inside entities, and more clusters than such regressors")
    y = X @ random.coefficients + random.residuals
    found, covariance = _least_squares(both, y, groups)
    wald = found[-q:] @ np.linalg.solve(covariance[-q:, -q:], found[-q:])
    if statistic == "chi2":
        return _chi2(wald, q, "Hausman, auxiliary regression, clustered")
    _known(statistic)
    return _f(wald / q * (n_groups - 1) / n_groups, q, n_groups - 1, "Hausman, auxiliary regression, clustered")


def breusch_godfrey(fit: PanelFit, order: int | None = None, *, statistic: str = "chi2",
                    across_entities: bool = False) -> PanelTest:
    """Breusch (1978) and Godfrey (1978) test of serial correlation on the residuals of the transformed model.

    Auxiliary regression of e* on X* and its `order` lags, a lag that does not exist being nought; "chi2":
    n (1 - SSR / e*'e*) on `order` df, "F": ((e*'e* - SSR) / order) / (SSR / (n - p - order)). `order` None is the
    least number of rows of an entity (plm's default).

    `across_entities=False` takes lags inside entities. True is R's `pbgtest`, which stacks the entities, so that the
    last row of one is the lag of the first row of the next: the result then depends on the order of entities, and
    with entities of one to three rows most "lags" belong to somebody else. plm also ignores the weights of its model
    silently; here a weighted fit raises `DataError` (refit without weights, or put `lagged_residuals` into a
    weighted regression with clustered errors).

    In a pooling model unobserved effects of entities are serial correlation. Residuals of a within model are
    correlated by -1 / (T_i - 1) under the null: with short panels use `wooldridge_ar`.
    """
    _unweighted(fit)
    order = int(fit.entity_sizes.min()) if order is None else order
    if not 1 <= order < fit.n - len(fit.names):
        raise DataError("order of serial correlation", value=order, expected="1 or more, and fewer than spare rows")
    lags = lagged_residuals(fit, order, across_entities=across_entities)
    empty = [k + 1 for k in range(order) if not lags[:, k].any()]
    if empty:
        raise DataError("serial correlation: no entity has residuals so far apart", value=f"lag {empty[0]}",
                        expected="entities of more rows than the order")
    e = fit.residuals
    basis = np.linalg.qr(np.column_stack([fit.regressors, lags]))[0]
    total, left = e @ e, np.sum((e - basis @ (basis.T @ e)) ** 2)
    method = "Breusch-Godfrey" + (", entities stacked" if across_entities else ", inside entities")
    if statistic == "chi2":
        return _chi2(fit.n * (1 - left / total), order, method)
    _known(statistic)
    spare = fit.n - len(fit.names) - order
    return _f((total - left) / order / (left / spare), order, spare, method)


def wooldridge_ar(fit: PanelFit) -> PanelTest:
    """Wooldridge (2010, section 10.5.4): first-order serial correlation of the errors of a one-way within model.

    Without serial correlation residuals of entity i are correlated by -1 / (T_i - 1). The test regresses
    e_it + e_i,t-1 / (T_i - 1) on a constant and e_i,t-1 and asks whether the slope is nought, with errors clustered
    by entity without small-sample factor; F(1, pairs - 2). In a balanced panel this is plm's `pwartest`. In an
    unbalanced one plm takes for T the number of distinct periods of the whole panel, which with irregular dates makes
    the null a correlation of nought and rejects the truth. Entities of two rows say nothing (e_i2 = -e_i1) and are
    left out. Raises `DataError` for another model, weights, or no entity of three rows.
    """
    if (fit.model, fit.effects) != ("within", "entity"):
        raise DataError("Wooldridge's test", value=(fit.model, fit.effects), expected="a within model of entities")
    _unweighted(fit)
    sizes = fit.entity_sizes[fit.entities]
    lag = lagged_residuals(fit, 1)[:, 0]
    later = _has_lag(fit, 1) & (sizes > 2)
    if later.sum() <= 2:
        raise DataError("Wooldridge's test", value=int(sizes.max()), expected="entities of three rows or more")
    x = lag[later]
    y = fit.residuals[later] + x / (sizes[later] - 1)
    groups = np.unique(fit.entities[later], return_inverse=True)[1]
    slope, covariance = _least_squares(np.column_stack([np.ones(len(x)), x]), y, groups)
    return _f(slope[1] ** 2 / covariance[1, 1], 1, len(x) - 2, "Wooldridge, within residuals on their lag")


def effects_test(pooled: PanelFit, fixed: PanelFit) -> PanelTest:
    """F test that all effects are nought (plm's `pFtest`): residual sums of squares of pooling and within models.

    The pooling model has the constant, the within model the other columns. `DataError` for models of other kinds,
    other rows, weights or other regressors.
    """
    if (pooled.model, fixed.model) != ("pooling", "within") or not np.array_equal(pooled.rows.y, fixed.rows.y):
        raise DataError("test of effects", value=(pooled.model, fixed.model),
                        expected="a pooling and a within model of the same rows")
    _unweighted(pooled)
    _unweighted(fixed)
    if not set(fixed.names) <= set(pooled.names) or pooled.df <= fixed.df:
        raise DataError("test of effects", value=(pooled.names, fixed.names),
                        expected="a pooling model with every regressor of the within model")
    between = np.sum(pooled.residuals**2) - np.sum(fixed.residuals**2)
    df = pooled.df - fixed.df
    return _f(between / df / (np.sum(fixed.residuals**2) / fixed.df), df, fixed.df, "F test of effects")


def lagged_residuals(fit: PanelFit, order: int, *, across_entities: bool = False) -> np.ndarray:
    """Residuals 1 to `order` rows before, (n, order), in the order of the fit's rows; nought where there is none.

    Raises `DataError` when two rows of an entity share a period, so that their order is not known.
    """
    sequence = _sequence(fit)
    lags, sorted_e = np.zeros((fit.n, order)), fit.residuals[sequence]
    for k in range(1, order + 1):
        lags[sequence[k:], k - 1] = sorted_e[:-k]
        if not across_entities:
            lags[~_has_lag(fit, k), k - 1] = 0
    return lags


def _sequence(fit: PanelFit) -> np.ndarray:
    """Positions of the rows by entity, then period."""
    periods = fit.rows.codes.get("period")
    if periods is None:
        return np.argsort(fit.entities, kind="stable")
    sequence = np.lexsort([periods, fit.entities])
    same = (np.diff(fit.entities[sequence]) == 0) & (np.diff(periods[sequence]) == 0)
    if same.any():
        at = sequence[np.argmax(same)]
        raise DataError("two rows of an entity share a period, so that their order is not known",
                        value=(fit.rows.levels["entity"][fit.entities[at]], fit.rows.levels["period"][periods[at]]),
                        expected="distinct periods inside an entity")
    return sequence


def _has_lag(fit: PanelFit, k: int) -> np.ndarray:
    """Whether each row has a row k before it in its entity, (n,)."""
    sequence = _sequence(fit)
    sorted_entities, found = fit.entities[sequence], np.zeros(fit.n, dtype=bool)
    found[sequence[k:]] = sorted_entities[k:] == sorted_entities[:-k]
    return found


def _least_squares(X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and their covariance clustered by group, without small-sample factor."""
    Q, R = np.linalg.qr(X)
    rotated = Q.T @ y
    scores = group_sums(groups, Q * (y - Q @ rotated)[:, None], int(groups.max()) + 1)
    moves = np.linalg.solve(R, scores.T)
    return np.linalg.solve(R, rotated), moves @ moves.T


def _unweighted(fit: PanelFit) -> None:
    if fit.rows.weights is not None:
        raise DataError("this test has no weighted form", value="weights", expected="a model fitted without weights")


def _known(statistic: str) -> None:
    if statistic != "F":
        raise DataError("form of a test", value=statistic, expected="chi2 or F")


def _chi2(value: float, df: int, method: str) -> PanelTest:
    return PanelTest(float(value), df, None, float(stats.chi2.sf(value, df)), method)


def _f(value: float, df: int, denominator: float, method: str) -> PanelTest:
    return PanelTest(float(value), df, float(denominator), float(stats.f.sf(value, df, denominator)), method)
