"""Cross-products of a matched group for each of its authorities that could have been its pilot.

An assignment names one authority of each group as its pilot. Strata are exact on group, so a group's weights depend on
its own pilot alone: its cross-products are made once for every candidate, and the regression of any assignment is a sum
of them. Matching is so made again for every assignment (MacKinnon and Webb 2020). How often a comparator stands in
several groups is kept as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.strands.difference_in_differences.matching import stratum_weights

CONSTANT, AFTER = 0, 1      # places of the columns that every design begins with


@dataclass(frozen=True)
class GroupRows:
    """Rows of one matched group, those of a member together.

    `members` (m,) authorities, the pilot first; `starts` (m + 1,) where each member's rows begin; `values` (n, q):
    constant, after, further columns and, last, the outcome; `base` (n,) inverse multiplicities; `stratum` (n,) whole
    numbers from 0, or None where nothing is matched.
    """

    members: tuple
    starts: np.ndarray
    values: np.ndarray
    base: np.ndarray
    stratum: np.ndarray | None


@dataclass(frozen=True)
class Candidates:
    """`blocks` (k, m, q, q): weighted cross-products of every member when candidate k is the pilot (nought for members
    left out); `arms` (k, 2): matched weight T of the pilot and C of the comparators, (1, 1) where nothing matches."""

    members: tuple
    blocks: np.ndarray
    arms: np.ndarray

    @property
    def treated(self) -> np.ndarray:
        """Cross-products of the candidate itself, (k, q, q)."""
        k = len(self.members)
        return self.blocks[np.arange(k), np.arange(k)]

    @property
    def control(self) -> np.ndarray:
        """Cross-products of the others, (k, q, q), before the common factor C / T."""
        return self.blocks.sum(axis=1) - self.treated


def group_rows(frame: pd.DataFrame, X: np.ndarray, stratum: np.ndarray | None) -> list[GroupRows]:
    """The rows of every group whose pilot has records, groups in sorted order.

    `frame`: group, la, pilot, inverse_multiplicity, y; `X` (n, q - 1) begins with constant and after and holds no
    column of treatment; `stratum` (n,) numbers, or None.
    """
    values = np.column_stack([X, frame["y"].to_numpy(dtype=float)])
    base, las = frame["inverse_multiplicity"].to_numpy(dtype=float), frame["la"].to_numpy()
    pilots, found = frame["pilot"].to_numpy() == 1, []
    for group in sorted(frame["group"].unique()):
        here = (frame["group"] == group).to_numpy()
        pilot, others = np.unique(las[here & pilots]), np.unique(las[here & ~pilots])
        if not len(pilot):
            continue
        members = (*pilot.tolist(), *others.tolist())
        parts = [np.flatnonzero(here & (las == member)) for member in members]
        order, codes = np.concatenate(parts), None
        if stratum is not None:
            codes = np.unique(stratum[order], return_inverse=True)[1]
        found.append(GroupRows(members, np.cumsum([0, *map(len, parts)]), values[order], base[order], codes))
    return found


def candidates_of(rows: GroupRows, kept: Callable[[Sequence, int], Sequence[bool]] | None = None) -> Candidates:
    """The group's cross-products for every candidate.

    `kept` says which members stay when the given place is the pilot's (default: all); it is asked anew for every
    candidate, so that a rule about comparators treats all assignments alike.
    """
    m, q = len(rows.members), rows.values.shape[1]
    blocks, arms = np.zeros((m, m, q, q)), np.ones((m, 2))
    alike = unchanged(rows, rows.base).blocks[0] if rows.stratum is None else None
    for place in range(m):
        stay = np.ones(m, dtype=bool) if kept is None else np.asarray(kept(rows.members, place), dtype=bool)
        if alike is not None:      # without matching a member's weights are the same whoever is the pilot
            blocks[place, stay] = alike[stay]
            continue
        weights, arms[place] = _weights(rows, place, stay)
        for member in np.flatnonzero(stay):
            part = slice(rows.starts[member], rows.starts[member + 1])
            values = rows.values[part]
            blocks[place, member] = (values * weights[part, None]).T @ values
    return Candidates(rows.members, blocks, arms)


@dataclass(frozen=True)
class Assembled:
    """Cross-products of whole designs, one an assignment.

    `products` (A, q + 2, q + 2): constant, after, further columns, pilot, after x pilot, outcome. `by_authority` and
    `by_group` (A, L, q + 2): weighted column sums of authorities and of groups, for effects of their own.
    """

    products: np.ndarray
    by_authority: np.ndarray
    by_group: np.ndarray


def unchanged(rows: GroupRows, weights: np.ndarray) -> Candidates:
    """The group's cross-products with the same weights, (n,), whichever member is the pilot."""
    m = len(rows.members)
    parts = [slice(rows.starts[k], rows.starts[k + 1]) for k in range(m)]
    own = np.array([(rows.values[part] * weights[part, None]).T @ rows.values[part] for part in parts])
    return Candidates(rows.members, np.broadcast_to(own, (m, *own.shape)), np.ones((m, 2)))


def assemble(groups: Sequence[Candidates], places: np.ndarray, sums: bool = True) -> Assembled:
    """Designs of the assignments: `places` (A, G) names, for each, the candidate of every group.

    Comparators' weights take the common factor C / T, counted over the groups of the assignment.
    """
    chosen = _one_hot(groups, places)
    arms = chosen @ np.vstack([group.arms for group in groups])
    factor = (arms[:, 1] / arms[:, 0])[:, None]
    q = groups[0].blocks.shape[-1]
    both = np.hstack([chosen, factor * chosen])
    treated = np.concatenate([group.treated for group in groups])
    control = np.concatenate([group.control for group in groups])
    whole = (both @ np.concatenate([treated, control]).reshape(-1, q * q)).reshape(-1, q, q)
    own = (chosen @ treated[:, [CONSTANT, AFTER]].reshape(-1, 2 * q)).reshape(-1, 2, q)
    products = _with_treatment(whole, own)
    if not sums:
        return Assembled(products, np.empty(0), np.empty(0))
    return Assembled(products, *(_level_sums(both, table, q) for table in _level_tables(groups)))


def _weights(rows: GroupRows, place: int, stay: np.ndarray):
    """Weights of the matched rows with that pilot, and the arms' matched weights."""
    sizes = np.diff(rows.starts)
    present, treated = np.repeat(stay, sizes), np.repeat(np.arange(len(stay)) == place, sizes)
    base = rows.base * present
    own, control = stratum_weights(rows.stratum, treated, base)
    return own + control, (own.sum(), (base * (control > 0)).sum())


def _one_hot(groups, places) -> np.ndarray:
    """(A, all candidates): one where a group's candidate is the one chosen."""
    offsets = np.cumsum([0, *(len(group.members) for group in groups)])
    if places.shape[1] != len(groups):
        raise DataError("assignments", value=places.shape, expected=f"a candidate for each of {len(groups)} groups")
    chosen = np.zeros((len(places), offsets[-1]))
    np.put_along_axis(chosen, places + offsets[:-1], 1.0, axis=1)
    return chosen


def _with_treatment(whole: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Cross-products with pilot and after x pilot put before the outcome: within the pilot's rows these columns are
    the constant and after, so that their cross-products are rows of the pilot's own."""
    A, q, _ = whole.shape
    out = np.empty((A, q + 2, q + 2))
    order = np.r_[0: q - 1, q + 1]
    out[:, order[:, None], order] = whole
    out[:, q - 1: q + 1, order] = own
    out[:, order[:, None], [q - 1, q]] = own.transpose(0, 2, 1)
    out[:, q - 1, q - 1], out[:, q, q] = own[:, 0, CONSTANT], own[:, 1, AFTER]
    out[:, q - 1, q] = out[:, q, q - 1] = own[:, 0, AFTER]
    return out


def _level_tables(groups):
    """For authorities, then for groups: column sums (2 x candidates, L, q + 2), the candidate's own rows first."""
    labels = sorted({member for group in groups for member in group.members})
    n = sum(len(group.members) for group in groups)
    q = groups[0].blocks.shape[-1]
    by_authority, by_group = np.zeros((2 * n, len(labels), q + 2)), np.zeros((2 * n, len(groups), q + 2))
    row = 0
    for g, group in enumerate(groups):
        for place in range(len(group.members)):
            for member, label in enumerate(group.members):
                sums = group.blocks[place, member, CONSTANT]
                full = np.concatenate([sums[:-1], [0.0, 0.0], sums[-1:]])
                if member == place:
                    full[q - 1: q + 1] = sums[[CONSTANT, AFTER]]
                at = row if member == place else row + n
                by_authority[at, labels.index(label)] += full
                by_group[at, g] += full
            row += 1
    return by_authority, by_group


def _level_sums(both, table, q):
    return (both @ table.reshape(len(table), -1)).reshape(len(both), -1, q + 2)
