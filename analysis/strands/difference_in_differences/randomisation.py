"""Permutation of pilot status within matched groups, with matching weights made again for every assignment.

An assignment names one authority of each group as its pilot. Strata are exact on group, so a group's weights depend on
its own pilot alone: its cross-products are made once for each authority that could have been its pilot, and an
assignment's regression is their sum (MacKinnon and Webb 2020; weights as in `matching`). How often a comparator stands
in several groups is kept as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.permutation import Assignments, PermutationTest, matched_assignments, test_of_values
from analysis.strands.difference_in_differences.matching import stratum_weights
from analysis.strands.difference_in_differences.regression import EFFECT

RIDGE = 1e-10    # on the scaled cross-products, so that an assignment with a collinear covariate keeps a solution


def assignments_of(frame: pd.DataFrame, rng: np.random.Generator, sample: int) -> Assignments:
    """Admissible assignments over the groups of an analysis frame whose pilot has records: all of them when there are
    no more than `sample`, else `sample` random ones, the observed one first."""
    members = frame[["group", "la", "pilot"]].drop_duplicates().sort_values(["group", "pilot", "la"],
                                                                            ascending=[True, False, True])
    listed = [list(rows["la"]) for _, rows in members.groupby("group", sort=True) if rows["pilot"].iloc[0] == 1]
    return matched_assignments(listed, rng, limit=sample, sample=sample)


def randomisation_test(imputed: list[tuple[pd.DataFrame, pd.DataFrame]], assignments: Assignments) -> PermutationTest:
    """Test of no effect; the statistic is the effect averaged over imputations.

    `imputed`: for each imputation the analysis frame (group, la, pilot, after, stratum, inverse_multiplicity, y) and
    the design matrix without collinear columns, same index.
    """
    effects = [_effects(frame, X, assignments) for frame, X in imputed]
    return test_of_values(np.mean(effects, axis=0), exact=assignments.exact)


def _effects(frame: pd.DataFrame, X: pd.DataFrame, assignments: Assignments) -> np.ndarray:
    """Effect under every assignment, (A,), of one completed data set."""
    names = list(X.columns)
    groups = sorted(frame.loc[frame["pilot"] == 1, "group"].unique())
    tables = [_blocks(frame[rows], X[rows], names) for rows in (frame["group"] == group for group in groups)]
    places = [np.array([table.order[la] for la in assignments.treated[:, g]]) for g, table in enumerate(tables)]
    treated = sum(table.treated[place] for table, place in zip(tables, places))
    control = sum(table.control[place] for table, place in zip(tables, places))
    arms = sum(table.arms[place] for table, place in zip(tables, places))
    return _solve(treated + control * (arms[:, 1] / arms[:, 0])[:, None, None], names.index(EFFECT))


@dataclass(frozen=True)
class _Candidates:
    """A group, for each authority that could have been its pilot (its place in `order`): cross-products (k, p+1, p+1)
    of [X, y] in both arms, and `arms` (k, 2) matched weight T of the pilot and C of the comparators."""

    order: dict
    treated: np.ndarray
    control: np.ndarray
    arms: np.ndarray


def _blocks(frame: pd.DataFrame, X: pd.DataFrame, names: list[str]) -> _Candidates:
    base, stratum = frame["inverse_multiplicity"].to_numpy(), frame["stratum"].to_numpy()
    both = np.column_stack([X.to_numpy(dtype=float), frame["y"].to_numpy(dtype=float)])
    order, parts = {}, []
    for place, la in enumerate(sorted(frame["la"].unique())):
        treated = (frame["la"] == la).to_numpy()
        order[la] = place
        own, control = stratum_weights(stratum, treated, base)
        both[:, names.index("pilot")] = treated
        both[:, names.index(EFFECT)] = treated * frame["after"].to_numpy()
        matched_base = base * ~treated * (control > 0)
        parts.append((_cross(both, own), _cross(both, control), (own.sum(), matched_base.sum())))
    return _Candidates(order, *(np.array(part) for part in zip(*parts)))


def _cross(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    kept, w = values[weights > 0], weights[weights > 0]
    return (kept * w[:, None]).T @ kept


def _solve(products: np.ndarray, at: int) -> np.ndarray:
    """Coefficient `at` of the last column on the others, from cross-products (A, p+1, p+1)."""
    gram, moments = products[:, :-1, :-1], products[:, :-1, -1]
    scale = np.sqrt(np.maximum(np.diagonal(gram, axis1=1, axis2=2), np.finfo(float).tiny))
    scaled = gram / (scale[:, :, None] * scale[:, None, :]) + RIDGE * np.eye(gram.shape[1])
    return np.linalg.solve(scaled, (moments / scale)[:, :, None])[:, at, 0] / scale[:, at]
