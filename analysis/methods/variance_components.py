"""Variance components of panel models: Swamy and Arora (1972), unbalanced Baltagi and Chang (1994).

One-way: s_e^2 from the within regression (residual sum of squares over n - N - its regressors); s_u^2 from the
regression of the means of entities weighted by their rows: (SSR - (N - K) s_e^2) / (n - trace((X'PX)^-1 X'ZZ'X)), P
the projection on entities, Z their dummies, K the rank of the means (R's plm counts the regressors and the constant).
With balanced panels this is Swamy and Arora's. A negative estimate becomes nought, as in plm and linearmodels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from linearmodels.panel import RandomEffects

from analysis.errors import DataError
from analysis.methods.demeaning import group_means, two_way_demeaned


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of the idiosyncratic error, the entities' effects and (two-way models, else None) the periods'."""

    idiosyncratic: float
    entity: float
    period: float | None = None

    def theta(self, rows: np.ndarray) -> np.ndarray:
        """Share of its mean taken off an entity of that many rows: 1 - (s_e^2 / (T s_u^2 + s_e^2))^1/2."""
        return 1 - np.sqrt(self.idiosyncratic / (np.asarray(rows) * self.entity + self.idiosyncratic))

    def two_way_theta(self, n_entities: int, n_periods: int) -> tuple[float, float, float]:
        """Shares of the entity's, the period's (taken off) and the overall mean (added), balanced (Baltagi 2013)."""
        e, u, v = self.idiosyncratic, n_periods * self.entity, n_entities * (self.period or 0.0)
        first, second = 1 - np.sqrt(e / (u + e)), 1 - np.sqrt(e / (v + e))
        return float(first), float(second), float(first + second + np.sqrt(e / (u + v + e)) - 1)


def entity_components(y: np.ndarray, X: np.ndarray, entities: np.ndarray) -> VarianceComponents:
    """One-way components (linearmodels' `RandomEffects`, small-sample form). `entities` (n,) codes from nought.

    Raises `DataError` when the within or the between regression has no degree of freedom left.
    """
    place = pd.Series(entities).groupby(entities).cumcount()
    index = pd.MultiIndex.from_arrays([entities, place], names=["entity", "place"])
    try:
        fit = RandomEffects(pd.Series(y, index, name="y"),
                            pd.DataFrame(X, index, [f"x{i}" for i in range(X.shape[1])])).fit(small_sample=True)
    except ValueError as error:
        raise DataError(f"random effects: {error}") from error
    found = fit.variance_decomposition
    return VarianceComponents(float(found["Residual"]), float(found["Effects"]))


def two_way_components(y: np.ndarray, X: np.ndarray, entities: np.ndarray, periods: np.ndarray) -> VarianceComponents:
    """Two-way components of a balanced panel, by Swamy and Arora (Baltagi 2013, section 3.3).

    `DataError` for an unbalanced panel, or where one of the three regressions has no degree of freedom left.
    """
    n_entities, n_periods = int(entities.max()) + 1, int(periods.max()) + 1
    cells = np.unique(entities * n_periods + periods)
    if len(y) != n_entities * n_periods or len(cells) != len(y):
        raise DataError("two-way random effects", value=(len(y), n_entities, n_periods),
                        expected="a balanced panel: one row for every entity in every period")
    both = np.column_stack([X, y])
    left, rank = two_way_demeaned(both, entities, periods)
    idiosyncratic = _residual_variance(left, np.linalg.norm(both[:, :-1], axis=0), len(y) - n_entities - rank)
    variances = []
    for codes, size in ((entities, n_periods), (periods, n_entities)):
        means = group_means(both, codes)
        between = _residual_variance(means, np.linalg.norm(means[:, :-1], axis=0), len(means))
        variances.append(max(0.0, between - idiosyncratic / size))
    return VarianceComponents(idiosyncratic, *variances)


def _residual_variance(rows: np.ndarray, lengths: np.ndarray, df: int) -> float:
    """Residual variance of the last column on the others, whose rank (in units of `lengths`) is taken off the df."""
    X, y = rows[:, :-1] / np.where(lengths > 0, lengths, 1), rows[:, -1]
    coefficients, _, rank, _ = np.linalg.lstsq(X, y, rcond=1e-10)
    if df <= rank:
        raise DataError("variance components", value=df - int(rank), expected="degrees of freedom left over")
    return float(np.sum((y - X @ coefficients) ** 2) / (df - rank))
