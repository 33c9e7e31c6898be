"""The permutation statistic of `randomisation` for many outcomes: every assignment's system is solved once.

An assignment's estimate is linear in the outcome. With h = (X'WX)^-1 e, e picking the effect, it is h'X'Wy, where X and
W are those of the assignment; X'Wy is a sum over groups of parts that depend on the group's own pilot alone (see
`candidates`). So h is kept for every assignment, the rows W X for every authority that could have been its group's
pilot, and an outcome costs two matrix products. Matching is made again for every assignment, or the weights of the
assignment that happened are kept and only the columns of the pilot change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.nested_effects import NOTHING_LEFT, RIDGE
from analysis.methods.permutation import Assignments
from analysis.methods.repeated_tests import RepeatedPermutation
from analysis.strands.difference_in_differences.candidates import AFTER, CONSTANT, Candidates, assemble
from analysis.strands.difference_in_differences.matching import stratum_weights
from analysis.strands.difference_in_differences.randomisation import CHUNK, candidates, places_of, plain_columns


@dataclass(frozen=True)
class _Moments:
    """A group with one of its members as pilot: of both arms, the pilot's first, `rows`, places in the frame, and
    `left`, W X of these rows, (n, p), comparators' weights without the factor C / T."""

    rows: tuple[np.ndarray, ...]
    left: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class AssignmentEffects:
    """The solved systems of A assignments: `solutions` h (A, p); `ratios` (A,), the factor C / T of each; `places`
    (A, groups), which member is each group's pilot; `steps` (A,), estimates with the effect's column as outcome."""

    moments: tuple[tuple[_Moments, ...], ...]
    places: np.ndarray
    ratios: np.ndarray
    solutions: np.ndarray
    steps: np.ndarray

    def effects(self, outcomes: np.ndarray) -> np.ndarray:
        """Estimates of R outcomes (n, R), in the order of the frame's rows, under every assignment: (R, A)."""
        found = np.zeros((outcomes.shape[1], len(self.ratios)))
        for g, members in enumerate(self.moments):
            for place, item in enumerate(members):
                here = np.flatnonzero(self.places[:, g] == place)
                own, others = (left.T @ outcomes[rows] for left, rows in zip(item.left, item.rows, strict=True))
                h = self.solutions[here]
                found[:, here] += own.T @ h.T + others.T @ (self.ratios[here, None] * h).T
        return found

    def tests(self, effects: np.ndarray) -> RepeatedPermutation:
        """The permutation tests from the estimates (R, A) that `effects` gives."""
        return RepeatedPermutation(effects, self.steps)


def assignment_effects(frame: pd.DataFrame, X: pd.DataFrame, weights: np.ndarray, assignments: Assignments, *,
                       redo_matching: bool = True) -> AssignmentEffects:
    """Solve the system of every assignment; arguments as `randomisation.randomisation_test` has them for one
    imputation (the frame's own y plays no part). Raises `DataError` for unequal numbers of rows, or an assignment that
    leaves the effect unidentified.
    """
    if not len(X) == len(frame) == len(weights):
        raise DataError("rows of the assignments' designs", value=(len(frame), len(X), len(weights)),
                        expected="the same number")
    groups = candidates(frame, X, weights, redo_matching)
    places = places_of(groups, assignments)
    solutions = [_solutions(assemble(groups, places[at: at + CHUNK], sums=False).products[:, :-1, :-1])
                 for at in range(0, len(places), CHUNK)]
    found = AssignmentEffects(_all_moments(frame, X, weights, groups, redo_matching), places,
                              _ratios(groups, places), np.concatenate(solutions), np.empty(0))
    exposed = (frame["pilot"] * frame["after"]).to_numpy(dtype=float)
    return replace(found, steps=found.effects(exposed[:, None])[0])


def _all_moments(frame: pd.DataFrame, X: pd.DataFrame, weights: np.ndarray, groups: list[Candidates],
                 redo_matching: bool) -> tuple[tuple[_Moments, ...], ...]:
    plain, found = X[plain_columns(X)].to_numpy(dtype=float), []
    labels = sorted(frame.loc[frame["pilot"] == 1, "group"].unique())      # as `candidates.group_rows` orders them
    base = frame["inverse_multiplicity"].to_numpy(dtype=float)
    for label, group in zip(labels, groups, strict=True):
        rows = np.flatnonzero((frame["group"] == label).to_numpy())
        stratum = np.unique(frame["stratum"].to_numpy()[rows], return_inverse=True)[1]
        members = []
        for member in group.members:
            treated = frame["la"].to_numpy()[rows] == member
            arms = (stratum_weights(stratum, treated, base[rows]) if redo_matching
                    else (weights[rows] * treated, weights[rows] * ~treated))
            members.append(_moments(plain[rows], treated, arms, rows))
        found.append(tuple(members))
    return tuple(found)


def _moments(plain: np.ndarray, treated: np.ndarray, arms, places: np.ndarray) -> _Moments:
    """Columns in the order of `candidates.assemble`: those without treatment, pilot, after x pilot."""
    X = np.column_stack([plain, treated[:, None] * plain[:, [CONSTANT, AFTER]]])
    kept = [np.flatnonzero(w > 0) for w in arms]
    return _Moments(tuple(places[rows] for rows in kept),
                    tuple(w[rows, None] * X[rows] for w, rows in zip(arms, kept, strict=True)))


def _ratios(groups: list[Candidates], places: np.ndarray) -> np.ndarray:
    """C / T of every assignment."""
    arms = sum(group.arms[places[:, g]] for g, group in enumerate(groups))
    return arms[:, 1] / arms[:, 0]


def _solutions(grams: np.ndarray) -> np.ndarray:
    """h for the last column of every design, (A, p), with the ridge and the limit of `nested_effects`.

    With g the coefficients of that column on the others and s what they leave of it, h = (-g, 1) / s (Frisch and Waugh
    1933); columns are scaled to length one.
    """
    others = np.arange(grams.shape[1] - 1)
    diagonal = np.diagonal(grams, axis1=1, axis2=2)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = grams / (scale[:, :, None] * scale[:, None, :])
    left = scaled[:, -1, -1].copy()
    scaled[:, others, others] = 1.0 + RIDGE
    g = np.linalg.solve(scaled[:, :-1, :-1], scaled[:, :-1, -1:])[:, :, 0]
    left -= (scaled[:, -1, :-1] * g).sum(axis=1)
    if (left <= NOTHING_LEFT).any():
        raise DataError("an assignment of pilots leaves the effect unidentified",
                        expected="matched records before and after in both arms")
    return np.column_stack([-g, np.ones(len(g))]) / left[:, None] / scale / scale[:, [-1]]
