"""Permutation of pilot status within matched groups: another authority of each group takes the pilot's place.

The statistic is the effect. Matching weights are made again for every assignment (`matching redone`), or those of the
assignment that happened are kept; both are reported, the first is the test. With weights kept the statistic of another
assignment is one that nobody would compute, so that the two are not exchangeable.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.nested_effects import nested_effects
from analysis.methods.permutation import Assignments, PermutationTest, matched_assignments, test_of_values
from analysis.strands.difference_in_differences.candidates import (
    Candidates,
    assemble,
    candidates_of,
    group_rows,
    unchanged,
)
from analysis.strands.difference_in_differences.regression import EFFECT

CHUNK = 500     # assignments solved at once, which bounds the memory


def assignments_of(frame: pd.DataFrame, rng: np.random.Generator, *, limit: int, sample: int) -> Assignments:
    """Admissible assignments over the groups of an analysis frame whose pilot has records: all of them when there are
    no more than `limit`, else `sample` random ones beside the observed one, which comes first."""
    members = frame[["group", "la", "pilot"]].drop_duplicates().sort_values(["group", "pilot", "la"],
                                                                            ascending=[True, False, True])
    listed = [list(rows["la"]) for _, rows in members.groupby("group", sort=True) if rows["pilot"].iloc[0] == 1]
    return matched_assignments(listed, rng, limit=limit, sample=sample)


def randomisation_test(imputed: list[tuple[pd.DataFrame, pd.DataFrame, np.ndarray]], assignments: Assignments, *,
                       redo_matching: bool = True) -> PermutationTest:
    """Test of no effect; the statistic is the effect averaged over imputations.

    `imputed`: for each imputation the analysis frame (group, la, pilot, after, stratum, inverse_multiplicity, y), the
    design matrix without collinear columns and the weights (n,), same index. Raises `DataError` when an assignment
    leaves the effect unidentified.
    """
    effects = [effects_under(candidates(frame, X, weights, redo_matching), assignments)
               for frame, X, weights in imputed]
    return test_of_values(np.mean(effects, axis=0), exact=assignments.exact)


def candidates(frame: pd.DataFrame, X: pd.DataFrame, weights: np.ndarray, redo_matching: bool) -> list[Candidates]:
    """Cross-products of the groups, for every authority that could have been a group's pilot."""
    plain = X[plain_columns(X)]
    if redo_matching:
        return [candidates_of(rows) for rows in group_rows(frame, plain.to_numpy(), frame["stratum"].to_numpy())]
    # The weights take the place of the inverse multiplicities, and nothing is matched.
    rows = group_rows(frame.assign(inverse_multiplicity=weights), plain.to_numpy(), None)
    return [unchanged(group, group.base) for group in rows]


def plain_columns(X: pd.DataFrame) -> list[str]:
    """Columns of a design in the order of `candidates`, without those of treatment."""
    return ["constant", "after", *(name for name in X if name not in ("constant", "after", "pilot", EFFECT))]


def effects_under(groups: list[Candidates], assignments: Assignments) -> np.ndarray:
    """The effect with all columns under every assignment, (A,)."""
    places = places_of(groups, assignments)
    found = []
    for start in range(0, len(places), CHUNK):
        products = assemble(groups, places[start: start + CHUNK], sums=False).products
        found.append(nested_effects(products, [products.shape[1] - 2])[:, 0])
    effects = np.concatenate(found)
    if np.isnan(effects).any():
        raise DataError("an assignment of pilots leaves the effect unidentified",
                        value=tuple(assignments.treated[np.argmax(np.isnan(effects))]),
                        expected="matched records before and after in both arms")
    return effects


def places_of(groups: list[Candidates], assignments: Assignments) -> np.ndarray:
    """For every assignment the place of each group's pilot among its members, (A, G)."""
    columns = []
    for g, group in enumerate(groups):
        order = {member: place for place, member in enumerate(group.members)}
        columns.append([order[la] for la in assignments.treated[:, g]])
    return np.array(columns).T
