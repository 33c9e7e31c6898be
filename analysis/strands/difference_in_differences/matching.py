"""Coarsened exact matching on group, period and the child's covariates; composite weights; balance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.methods.matching import Imbalance, Matching, imbalance, match, strata
from analysis.strands.difference_in_differences.rules import Rules


@dataclass(frozen=True)
class Matched:
    """One completed frame with `stratum` and its matching; `names`: the columns that imbalance is measured on, age in
    whole years."""

    frame: pd.DataFrame
    matching: Matching
    names: tuple[str, ...]

    @cached_property
    def before(self) -> Imbalance:
        """Imbalance of all records, with their inverse multiplicities."""
        return self._imbalance(self.frame["inverse_multiplicity"].to_numpy())

    @cached_property
    def after(self) -> Imbalance:
        """Imbalance with the weights of the matching."""
        return self._imbalance(self.matching.weights)

    @cached_property
    def _cells(self) -> np.ndarray:
        return strata(self.frame, list(self.names))

    def _imbalance(self, weights: np.ndarray) -> Imbalance:
        return imbalance(self.frame["pilot"].to_numpy() == 1, self._cells, weights)


def matched(frame: pd.DataFrame, outcome: str, dropped: tuple[str, ...], rules: Rules) -> Matched:
    """Match a completed frame. Weights: the inverse multiplicity of the record, times (T_s / C_s) x (C / T) for
    comparators in stratum s, counts taken with the inverse multiplicities; bins of age closed on the right, as R's
    cem (no whole year falls on a cut point)."""
    names = [name for name in rules.matching_covariates(outcome) if name not in dropped]
    exact = ["group", "after", *(name for name in names if name != "age")]
    cut = {"age": list(rules.covariates["matching"]["age_cuts"])} if "age" in names else {}
    numbered = frame.assign(stratum=strata(frame, exact, cut))
    treated, base = frame["pilot"].to_numpy() == 1, frame["inverse_multiplicity"].to_numpy()
    result = match(treated, numbered["stratum"].to_numpy(), base_weights=base)
    return Matched(numbered, result, (*exact, *cut))


def stratum_weights(stratum: np.ndarray, treated: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of treated and of comparators, (n,) each, without the common factor C / T: base where matched, and base
    times T_s / C_s. `stratum` (n,) whole numbers from 0."""
    T = np.bincount(stratum, weights=base * treated)
    C = np.bincount(stratum, weights=base * ~treated)
    both = (T > 0) & (C > 0)
    ratio = np.divide(T, C, out=np.zeros(len(T)), where=both)
    return base * treated * both[stratum], base * ~treated * ratio[stratum]


def balance_table(frame: pd.DataFrame, base: np.ndarray, weights: np.ndarray, names) -> pd.DataFrame:
    """Standardised differences, pilots minus comparators, before (base weights) and after matching.

    One row a level of each covariate (numbers one row): `covariate`, `level`, `before`, `after`. The denominator is
    the root of the mean of the two arms' variances before matching (Austin 2009), the same for both columns.
    """
    treated = frame["pilot"].to_numpy() == 1
    rows = []
    for name in names:
        for level, values in _indicators(frame[name]):
            means = [_means(values, treated, w) for w in (base, weights)]
            spread = np.sqrt(np.mean([_variance(values[treated == arm], base[treated == arm]) for arm in (1, 0)]))
            before, after = (np.nan if spread == 0 else (a - b) / spread for a, b in means)
            rows.append({"covariate": name, "level": level, "before": before, "after": after})
    return pd.DataFrame(rows)


def _indicators(column: pd.Series):
    if pd.api.types.is_numeric_dtype(column):
        yield "", column.to_numpy(dtype=float)
        return
    for level in sorted(column.unique()):
        yield str(level), (column == level).to_numpy(dtype=float)


def _means(values, treated, weights):
    return tuple(np.average(values[arm], weights=weights[arm]) for arm in (treated, ~treated))


def _variance(values, weights):
    return np.average((values - np.average(values, weights=weights)) ** 2, weights=weights)
