"""Hausman tests: are effects of entities unrelated to the regressors, so that random effects are consistent?

Statistics are those of R's plm on balanced panels; where plm departs from theory on unbalanced ones, the function
says so and follows the theory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import DataError
from analysis.methods.demeaning import demeaned, varies_inside
from analysis.methods.panel import PanelFit
from analysis.methods.panel_tests import (
    PanelTest,
    chi_square_test,
    clustered_least_squares,
    f_test,
    require_f,
    require_testable,
)
from analysis.methods.regression_rows import collinear_columns

SINGULAR = 1e-10     # eigenvalue of a difference of covariances in units of the larger: no information


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
    require_testable(fixed)
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
    return chi_square_test(abs(statistic), len(shared), "Hausman" if sizes.min() > 0 else "Hausman, absolute value")


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
    found, covariance = clustered_least_squares(both, y, groups)
    wald = found[-q:] @ np.linalg.solve(covariance[-q:, -q:], found[-q:])
    if statistic == "chi2":
        return chi_square_test(wald, q, "Hausman, auxiliary regression, clustered")
    require_f(statistic)
    return f_test(wald / q * (n_groups - 1) / n_groups, q, n_groups - 1, "Hausman, auxiliary regression, clustered")
