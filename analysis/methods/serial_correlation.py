"""Serial correlation of the errors of panel models: Breusch and Godfrey, Wooldridge.

Rows are ordered by entity, then period (without periods the order given). Statistics are those of R's plm on balanced
panels; where plm departs from theory on unbalanced ones, the function says so and follows the theory.
"""

from __future__ import annotations

import numpy as np

from analysis.errors import DataError
from analysis.methods.panel import PanelFit
from analysis.methods.panel_tests import (
    PanelTest,
    chi_square_test,
    clustered_least_squares,
    f_test,
    require_f,
    require_testable,
)


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
    Raises `DataError` also for an order that no entity reaches and rows whose order in their entity is not known.
    """
    require_testable(fit)
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
        return chi_square_test(fit.n * (1 - left / total), order, method)
    require_f(statistic)
    spare = fit.n - len(fit.names) - order
    return f_test((total - left) / order / (left / spare), order, spare, method)


def wooldridge_ar(fit: PanelFit) -> PanelTest:
    """Wooldridge (2010, section 10.5.4): first-order serial correlation of the errors of a one-way within model.

    Without serial correlation residuals of entity i are correlated by -1 / (T_i - 1). The test regresses
    e_it + e_i,t-1 / (T_i - 1) on a constant and e_i,t-1 and asks whether the slope is nought, with errors clustered
    by entity without small-sample factor; F(1, pairs - 2). In a balanced panel this is plm's `pwartest`. In an
    unbalanced one plm takes for T the number of distinct periods of the whole panel, which with irregular dates makes
    the null a correlation of nought and rejects the truth. Entities of two rows say nothing (e_i2 = -e_i1) and are
    left out. Raises `DataError` for another model, weights, or fewer than three entities of three rows.
    """
    if (fit.model, fit.effects) != ("within", "entity"):
        raise DataError("Wooldridge's test", value=(fit.model, fit.effects), expected="a within model of entities")
    require_testable(fit)
    sizes = fit.entity_sizes[fit.entities]
    lag = lagged_residuals(fit, 1)[:, 0]
    later = (_places(fit, _sequence(fit)) > 0) & (sizes > 2)
    if np.count_nonzero(fit.entity_sizes > 2) <= 2:
        raise DataError("Wooldridge's test", value=np.count_nonzero(fit.entity_sizes > 2),
                        expected="at least three entities of three rows or more, to cluster by")
    x = lag[later]
    y = fit.residuals[later] + x / (sizes[later] - 1)
    groups = np.unique(fit.entities[later], return_inverse=True)[1]
    slope, covariance = clustered_least_squares(np.column_stack([np.ones(len(x)), x]), y, groups)
    return f_test(slope[1] ** 2 / covariance[1, 1], 1, len(x) - 2, "Wooldridge, within residuals on their lag")


def lagged_residuals(fit: PanelFit, order: int, *, across_entities: bool = False) -> np.ndarray:
    """Residuals 1 to `order` rows before, (n, order), in the order of the fit's rows; nought where there is none.

    Raises `DataError` when two rows of an entity share a period, so that their order is not known.
    """
    sequence = _sequence(fit)
    lags, ordered, places = np.zeros((fit.n, order)), fit.residuals[sequence], _places(fit, sequence)
    for k in range(1, order + 1):
        lags[sequence[k:], k - 1] = ordered[:-k]
        if not across_entities:
            lags[places < k, k - 1] = 0
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


def _places(fit: PanelFit, sequence: np.ndarray) -> np.ndarray:
    """How many rows of its entity come before each row, (n,)."""
    starts = np.cumsum(fit.entity_sizes) - fit.entity_sizes
    places = np.empty(fit.n, dtype=int)
    places[sequence] = np.arange(fit.n) - starts[fit.entities[sequence]]
    return places
