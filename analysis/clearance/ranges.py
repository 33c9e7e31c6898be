"""The attack on suppressed counts: what they can still be, given all that is shown and how it adds up.

Fischetti and Salazar (2001), Management Science 47(7): a suppressed cell is safe when the range of values that fit
everything shown is wide enough. The range of each is found by two linear programmes.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Relation:
    """Cells that add up: the sum of coefficient times cell is nought. `why` says in words how that is known."""

    parts: tuple[tuple[float, Hashable], ...]
    why: str = ""


@dataclass(frozen=True)
class Range:
    """The whole numbers that a suppressed count may still be; `high` is infinite where nothing bounds it."""

    low: float
    high: float
    why: tuple[str, ...] = ()

    @property
    def values(self) -> float:
        """How many whole numbers are in the range."""
        return self.high - self.low + 1


def sums_to(whole: Hashable, parts: Iterable[Hashable], why: str = "") -> Relation:
    """The parts add up to the whole."""
    return Relation(((-1.0, whole), *((1.0, part) for part in parts)), why)


def feasible(known: Mapping[Hashable, float], relations: Iterable[Relation]) -> dict[Hashable, Range]:
    """For every cell of the relations that is not known: the counts from nought up that fit them all.

    Raises `ValueError` where no counts fit, which says that the relations are not those of one table.
    """
    open_relations = [reduced for reduced in (_reduced(known, relation) for relation in relations) if reduced[0]]
    found: dict[Hashable, Range] = {}
    for component in _components(open_relations):
        found.update(_ranges(component))
    return found


def recovered(ranges: Mapping[Hashable, Range], protection: int) -> dict[Hashable, Range]:
    """The cells that may be fewer than `protection` whole numbers."""
    return {cell: one for cell, one in ranges.items() if one.values < protection}


def _reduced(known, relation):
    """(unknown cells with coefficients, what they add up to, why): known cells moved to the right-hand side."""
    unknown: dict[Hashable, float] = {}
    right = 0.0
    for coefficient, cell in relation.parts:
        if cell in known:
            right -= coefficient * known[cell]
        else:
            unknown[cell] = unknown.get(cell, 0.0) + coefficient
    return unknown, right, relation.why


def _components(relations):
    """Relations that share an unknown cell, together."""
    groups: list[tuple[set, list]] = []
    for relation in relations:
        cells, members, apart = set(relation[0]), [relation], []
        for group in groups:
            if group[0] & cells:
                cells |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (cells, members)]
    return [members for _, members in groups]


def _ranges(relations) -> dict[Hashable, Range]:
    cells = list(dict.fromkeys(cell for unknown, _, _ in relations for cell in unknown))
    place = {cell: k for k, cell in enumerate(cells)}
    matrix, right = np.zeros((len(relations), len(cells))), np.zeros(len(relations))
    for row, (unknown, value, _) in enumerate(relations):
        right[row] = value
        for cell, coefficient in unknown.items():
            matrix[row, place[cell]] = coefficient
    return {cell: Range(*_bounds(matrix, right, k), tuple(why for unknown, _, why in relations if cell in unknown))
            for cell, k in place.items()}


def _bounds(matrix, right, k) -> tuple[float, float]:
    if len(matrix) == 1 and (matrix > 0).all():         # parts of one whole: no programme needed
        most = right[0] / matrix[0, k]
        least = most if matrix.shape[1] == 1 else 0.0
        if most < -TOLERANCE:
            raise ValueError(f"no counts add up to {right[0]:g}")
        return float(math.ceil(least - TOLERANCE)), float(math.floor(most + TOLERANCE))
    goal = np.zeros(matrix.shape[1])
    goal[k] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        solved = linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
        if solved.status == 3:
            ends.append(math.inf)
        elif solved.status == 0:
            ends.append(float(solved.x[k]))
        else:
            raise ValueError(f"no counts fit all that is shown ({solved.message})")
    return float(math.ceil(ends[0] - TOLERANCE)), ends[1] if ends[1] == math.inf else float(
        math.floor(ends[1] + TOLERANCE))
