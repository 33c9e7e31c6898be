"""How severe raters are: rater effects with units held constant, from units that two raters or more have rated.

Least squares of ratings on units and raters, the two-way layout with empty cells (Searle 1971, chapter 7). Raters are
comparable where units link them, directly or by others: a rater's severity is against the mean of those linked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval


@dataclass(frozen=True)
class RaterSeverity:
    """Severities of `raters` in points of the rating, positive for lower marks, against the mean of linked raters.

    `n_ratings` (raters,) used; `n_groups` of raters not linked with each other; `p` tests that all are alike (F).
    `error_sd`: one rating's own error; `spread`: standard deviation between true severities, error taken out, 0 where
    the moment estimate is negative.
    """

    raters: tuple[str, ...]
    severities: tuple[Interval, ...]
    n_ratings: tuple[int, ...]
    n_groups: int
    n_units: int
    f: float
    p: float
    error_sd: float
    spread: float


def rater_severity(values, units, raters, *, level: float = 0.95) -> RaterSeverity:
    """Severity of each rater with t interval, F test, and spread by Henderson's (1953) method 3.

    `values`, `units`, `raters`: shape (n,); missing values, and units left with one rating, are left out. A rater none
    of whose ratings has a partner is left out too. Raises `DataError` when no two raters share a unit, or when nothing
    is left over to estimate the error from (no more ratings than units and linked raters, or no error at all).
    """
    y, unit, rater, names = _shared(values, units, raters)
    n, n_units, n_raters = len(y), unit.max(initial=-1) + 1, len(names)
    if n_raters < 2:
        raise DataError("no rater severity", value=n_raters, expected="units rated by two raters")
    n_groups = connected_components(_links(unit, rater), directed=False)[0]
    dummies, y = _within(np.eye(n_raters)[rater], unit), _within(y[:, None], unit)[:, 0]
    df_raters, df = n_raters - n_groups, n - n_units - (n_raters - n_groups)
    cross = dummies.T @ dummies
    inverse = np.linalg.pinv(cross, hermitian=True)     # of least norm, so that severities of linked raters sum to 0
    effects = inverse @ dummies.T @ y
    explained = float(effects @ dummies.T @ y)
    variance = (float(y @ y) - explained) / df if df > 0 else 0.0
    if variance <= 1e-12:
        raise DataError("no interval for rater severity", value=(n, n_units, n_raters),
                        expected="more ratings than units and raters together, which differ by more than severity")
    f = explained / df_raters / variance
    between = max(0.0, (explained - df_raters * variance) / np.trace(cross))
    severities = tuple(t_interval(-effect, np.sqrt(variance * own), df, level=level, method="rater severity")
                       for effect, own in zip(effects, np.diag(inverse), strict=True))
    return RaterSeverity(names, severities, tuple(int(k) for k in np.bincount(rater)), int(n_groups), int(n_units),
                         float(f), float(stats.f.sf(f, df_raters, df)), float(np.sqrt(variance)),
                         float(np.sqrt(between)))


def _shared(values, units, raters):
    """Ratings of units that have two or more: values, unit codes, rater codes, names of the raters."""
    values, units, raters = np.asarray(values, dtype=float), np.asarray(units), np.asarray(raters)
    known = ~np.isnan(values)
    _, codes = np.unique(units[known], return_inverse=True)
    partnered = np.bincount(codes)[codes] >= 2 if len(codes) else np.zeros(0, dtype=bool)
    names, rater = np.unique(raters[known][partnered], return_inverse=True)
    _, unit = np.unique(units[known][partnered], return_inverse=True)
    return values[known][partnered], unit, rater, tuple(str(name) for name in names)


def _links(unit, rater):
    """Raters by raters: how often two rated the same unit."""
    table = coo_array((np.ones(len(unit)), (rater, unit))).tocsr()
    return table @ table.T


def _within(columns, unit):
    """Columns less their means within units."""
    sums = np.zeros((unit.max() + 1, columns.shape[1]))
    np.add.at(sums, unit, columns)
    return columns - (sums / np.bincount(unit)[:, None])[unit]
