"""The permutation statistic of `randomisation` for many outcomes: every assignment's system is solved once.

An assignment's estimate is linear in the outcome. With h = (X'WX)^-1 e, e picking the effect, it is h'X'Wy, where X and
W are those of the assignment; X'Wy is a sum over groups of parts that depend on the group's own pilot alone (see
`randomisation`). So h is kept for every assignment, the rows W X for every authority that could have been its group's
pilot, and an outcome costs two matrix products. Matching is made again for every assignment, or the weights of the
assignment that happened are kept and only the columns of the pilot change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.permutation import Assignments
from analysis.methods.repeated_tests import RepeatedPermutation
from analysis.strands.difference_in_differences.matching import stratum_weights
from analysis.strands.difference_in_differences.randomisation import RIDGE
from analysis.strands.difference_in_differences.regression import EFFECT


@dataclass(frozen=True)
class _Candidate:
    """A group with one of its authorities as pilot. Of both arms, the pilot's first: `rows`, places in the frame, and
    `left`, W X of these rows, (n, p), comparators' weights without the factor C / T; `grams` X'WX; `totals`, the
    matched weights T and C."""

    rows: tuple[np.ndarray, np.ndarray]
    left: tuple[np.ndarray, np.ndarray]
    grams: tuple[np.ndarray, np.ndarray]
    totals: tuple[float, float]


@dataclass(frozen=True)
class AssignmentEffects:
    """The solved systems of A assignments: `solutions` h (A, p); `ratios` (A,), the factor C / T of each; `places`
    (A, groups), which candidate is each group's pilot; `steps` (A,), estimates with the effect's column as outcome."""

    candidates: tuple[tuple[_Candidate, ...], ...]
    places: np.ndarray
    ratios: np.ndarray
    solutions: np.ndarray
    steps: np.ndarray

    def effects(self, outcomes: np.ndarray) -> np.ndarray:
        """Estimates of R outcomes (n, R), in the order of the frame's rows, under every assignment: (R, A)."""
        found = np.zeros((outcomes.shape[1], len(self.ratios)))
        for group, candidates in enumerate(self.candidates):
            for place, candidate in enumerate(candidates):
                here = np.flatnonzero(self.places[:, group] == place)
                own, others = (left.T @ outcomes[rows] for left, rows in zip(candidate.left, candidate.rows,
                                                                           strict=True))
                h = self.solutions[here]
                found[:, here] += own.T @ h.T + others.T @ (self.ratios[here, None] * h).T
        return found

    def tests(self, effects: np.ndarray) -> RepeatedPermutation:
        """The permutation tests from the estimates (R, A) that `effects` gives."""
        return RepeatedPermutation(effects, self.steps)


def assignment_effects(frame: pd.DataFrame, X: pd.DataFrame, assignments: Assignments, *,
                       weights: np.ndarray | None = None) -> AssignmentEffects:
    """Solve the system of every assignment.

    `frame` (group, la, pilot, after, stratum, inverse_multiplicity) and the design matrix without collinear columns,
    same rows, as for `randomisation.randomisation_test`. Without `weights` matching is made again for every
    assignment; with the matched weights (n,) of the one that happened they are kept. Raises `DataError` for unequal
    numbers of rows.
    """
    if len(X) != len(frame) or (weights is not None and len(weights) != len(frame)):
        raise DataError("rows of the assignments' designs", value=(len(frame), len(X)), expected="the same number")
    names, values = list(X.columns), X.to_numpy(dtype=float)
    candidates, orders = [], []
    for group in sorted(frame.loc[frame["pilot"] == 1, "group"].unique()):
        rows = np.flatnonzero((frame["group"] == group).to_numpy())
        part, kept = frame.iloc[rows], None if weights is None else weights[rows]
        order = sorted(part["la"].unique())
        candidates.append(tuple(_candidate(part, values[rows], names, la, rows, kept) for la in order))
        orders.append({la: place for place, la in enumerate(order)})
    places = np.array([[order[la] for order, la in zip(orders, row, strict=True)] for row in assignments.treated])
    ratios = np.ones(len(places)) if weights is not None else _ratios(candidates, places)
    solutions = _solutions(candidates, places, ratios, names.index(EFFECT))
    found = AssignmentEffects(tuple(candidates), places, ratios, solutions, np.empty(0))
    return replace(found, steps=found.effects(values[:, [names.index(EFFECT)]])[0])


def _candidate(part: pd.DataFrame, X: np.ndarray, names: list[str], la, places: np.ndarray,
               weights: np.ndarray | None) -> _Candidate:
    treated, base = (part["la"] == la).to_numpy(), part["inverse_multiplicity"].to_numpy()
    if weights is None:
        arms = stratum_weights(part["stratum"].to_numpy(), treated, base)
        totals = (arms[0].sum(), (base * ~treated * (arms[1] > 0)).sum())
    else:
        arms, totals = (weights * treated, weights * ~treated), (1.0, 1.0)
    X = X.copy()
    X[:, names.index("pilot")] = treated
    X[:, names.index(EFFECT)] = treated * part["after"].to_numpy()
    kept = [np.flatnonzero(w > 0) for w in arms]
    left = tuple(w[rows, None] * X[rows] for w, rows in zip(arms, kept, strict=True))
    grams = tuple(side.T @ X[rows] for side, rows in zip(left, kept, strict=True))
    return _Candidate(tuple(places[rows] for rows in kept), left, grams, totals)


def _ratios(candidates, places: np.ndarray) -> np.ndarray:
    """C / T of every assignment."""
    totals = sum(np.array([item.totals for item in group])[places[:, g]] for g, group in enumerate(candidates))
    return totals[:, 1] / totals[:, 0]


def _solutions(candidates, places: np.ndarray, ratios: np.ndarray, at: int) -> np.ndarray:
    """h of every assignment, (A, p), on scaled columns with the ridge of `randomisation`."""
    def grams(arm: int) -> np.ndarray:
        return sum(np.array([item.grams[arm] for item in group])[places[:, g]] for g, group in enumerate(candidates))

    gram = grams(0) + grams(1) * ratios[:, None, None]
    scale = np.sqrt(np.maximum(np.diagonal(gram, axis1=1, axis2=2), np.finfo(float).tiny))
    scaled = gram / (scale[:, :, None] * scale[:, None, :]) + RIDGE * np.eye(gram.shape[1])
    picked = np.zeros((1, gram.shape[1], 1))
    picked[0, at] = 1.0
    return np.linalg.solve(scaled, picked)[:, :, 0] / scale / scale[:, [at]]
