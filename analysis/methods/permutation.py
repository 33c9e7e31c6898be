"""Permutation tests: of treatment within matched groups, and of two groups of clusters.

Fisher (1935); for few treated groups in a difference-in-differences MacKinnon and Webb (2020). The p value is the
share of assignments whose statistic is at least as far from nought as the one observed, which is itself counted
(Phipson and Smyth 2010), so that p is never 0 and a test at level a rejects a true null in at most a of all cases.
Ties within one part in 10^9 of the observed value count as at least as far.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np
import pandas as pd

from analysis.errors import DataError

TIE = 1e-9


@dataclass(frozen=True)
class Assignments:
    """Assignments of treatment: `treated` (A, K) holds for each the K treated units, the one that happened first.

    `exact` says whether these are all that are admissible (each once) or a random sample beside the first.
    """

    treated: np.ndarray
    exact: bool

    def __len__(self) -> int:
        return len(self.treated)


@dataclass(frozen=True)
class PermutationTest:
    """`p` is two-sided; `smallest_p` the least it could have been with this many assignments."""

    observed: float
    p: float
    n_assignments: int
    exact: bool
    smallest_p: float


def matched_assignments(groups: Sequence[Sequence[Hashable]], rng: np.random.Generator, *, limit: int = 20_000,
                        sample: int = 9_999) -> Assignments:
    """Ways in which one unit of each matched group could have been the treated one.

    Parameters: `groups`, each the treated unit followed by its comparators; a comparator may stand in several groups,
    but an assignment is admissible only when its treated units are distinct. Up to `limit` admissible assignments
    are all listed; beyond that the observed one and `sample` drawn uniformly from the admissible ones, with
    replacement. Raises `DataError` for no group, an empty group, or treated units that are not distinct.
    """
    groups = [tuple(dict.fromkeys(group)) for group in groups]
    if not groups or not all(groups) or len({group[0] for group in groups}) < len(groups):
        raise DataError("matched groups", value=groups,
                        expected="groups that each begin with a treated unit of its own")
    listed = list(islice(_distinct(groups), limit + 1))
    if len(listed) <= limit:
        return Assignments(_table(listed), exact=True)
    drawn = [tuple(group[0] for group in groups)]
    while len(drawn) <= sample:
        choice = tuple(group[int(rng.integers(len(group)))] for group in groups)
        if len(set(choice)) == len(groups):
            drawn.append(choice)
    return Assignments(_table(drawn), exact=False)


def subset_assignments(units: Sequence[Hashable], treated: Sequence[Hashable], rng: np.random.Generator, *,
                       limit: int = 20_000, sample: int = 9_999) -> Assignments:
    """Ways of choosing as many treated of `units` as there are in `treated`: all up to `limit`, else a sample."""
    units, treated = list(dict.fromkeys(units)), sorted(set(treated), key=str)
    if not treated or not set(treated) < set(units):
        raise DataError("treated units", value=treated, expected="some but not all of the units")
    if comb(len(units), len(treated)) <= limit:
        others = (c for c in combinations(units, len(treated)) if set(c) != set(treated))
        return Assignments(_table([tuple(treated), *others]), exact=True)
    drawn = [tuple(units[i] for i in rng.permutation(len(units))[: len(treated)]) for _ in range(sample)]
    return Assignments(_table([tuple(treated), *drawn]), exact=False)


def permutation_test(assignments: Assignments, statistic: Callable[[tuple], float]) -> PermutationTest:
    """Test of no effect: `statistic` maps the treated units of an assignment to a number, nought meaning no effect."""
    return test_of_values(np.array([statistic(tuple(row)) for row in assignments.treated]), exact=assignments.exact)


def test_of_values(values: np.ndarray, *, exact: bool) -> PermutationTest:
    """Test from the statistics of all assignments, (A,), the observed one first."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) == 0 or not np.isfinite(values).all():
        raise DataError("statistics of a permutation test", value=values.shape, expected="one finite number each")
    observed = abs(values[0])
    far = np.abs(values) >= observed - TIE * max(observed, 1e-300)
    return PermutationTest(float(values[0]), float(far.mean()), len(values), exact, 1 / len(values))


test_of_values.__test__ = False      # a statistical test, not one of pytest's


def two_group_test(values, clusters, treated, rng: np.random.Generator, *, limit: int = 20_000,
                   sample: int = 9_999) -> PermutationTest:
    """Difference of the two groups' means of cluster means, treatment permuted over the clusters.

    Parameters: `values` (n,), missing ones left out; `clusters` (n,) labels (teams); `treated` (n,) true or false,
    the same throughout a cluster. Every cluster counts the same whatever its size. Raises `DataError` for a cluster
    that is in both groups or a group without clusters.
    """
    frame = pd.DataFrame({"value": np.asarray(values, dtype=float), "cluster": np.asarray(clusters),
                          "treated": np.asarray(treated, dtype=bool)}).dropna()
    by_cluster = frame.groupby("cluster", observed=True)
    mixed = by_cluster["treated"].nunique()
    if (mixed > 1).any():
        raise DataError("a cluster is in both groups", value=mixed.index[mixed > 1][0])
    means, group = by_cluster["value"].mean(), by_cluster["treated"].first()
    assignments = subset_assignments(list(means.index), list(means.index[group]), rng, limit=limit, sample=sample)
    member = (assignments.treated[:, :, None] == means.index.to_numpy()).any(axis=1)
    chosen = member @ means.to_numpy()
    n_treated = int(group.sum())
    others = (means.sum() - chosen) / (len(means) - n_treated)
    return test_of_values(chosen / n_treated - others, exact=assignments.exact)


def _distinct(groups: Sequence[tuple], taken: tuple = ()) -> Iterator[tuple]:
    if len(taken) == len(groups):
        yield taken
        return
    for unit in groups[len(taken)]:
        if unit not in taken:
            yield from _distinct(groups, (*taken, unit))


def _table(rows: list[tuple]) -> np.ndarray:
    table = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        table[i] = row
    return table
