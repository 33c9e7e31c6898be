"""Effects of all models on one design: under every assignment, and with clustered errors under the observed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.nested_effects import absorb, nested_effects
from analysis.strands.difference_in_differences.candidates import CONSTANT, Assembled
from analysis.strands.difference_in_differences.specification_curve.choices import COVARIATES, Model


def model_effects(assembled: Assembled, columns: Mapping[str, np.ndarray], models: Sequence[Model]) -> np.ndarray:
    """Effect of every model under every assignment, (A, K); not a number where it is not identified.

    Models whose covariates begin alike share a triangular factor (`nested_effects`).
    """
    out = np.full((len(assembled.products), len(models)), np.nan)
    for effects in dict.fromkeys(model.effects for model in models):
        products = _with_effects(assembled, effects)
        wanted = {model.covariates: k for k, model in enumerate(models) if model.effects == effects}
        for family in _families(wanted):
            at, ends, branches = _places(family, columns, effects, products.shape[1])
            found = nested_effects(products[:, at[:, None], at], list(ends.values()), list(branches.values()))
            out[:, [wanted[covariates] for covariates in (*ends, *branches)]] = found
    return out


def _places(family: Family, columns: Mapping[str, np.ndarray], effects: str, size: int):
    """Columns of a family in its order, and by covariates how many columns the nested models and branches use."""
    pilot, tail = size - 3, [size - 2, size - 1]
    # An authority's own effect takes the place of the pilots' level.
    order, ends, branches = [*columns["base"], *([] if effects == "authority" else [pilot])], {}, {}
    for k, name in enumerate(("", *family.trunk)):
        order += list(columns[name]) if name else []
        ends |= {covariates: len(order) for covariates in family.nested if len(COVARIATES[covariates]) == k}
    trunk = len(order)
    for covariates in family.branches:
        first = len(order)
        order += list(columns[COVARIATES[covariates][-1]])
        branches[covariates] = (trunk, first, len(order))
    return np.array([*order, *tail]), ends, branches


def _with_effects(assembled: Assembled, effects: str) -> np.ndarray:
    if effects == "pilot":
        return assembled.products
    sums = assembled.by_authority if effects == "authority" else assembled.by_group
    return absorb(assembled.products, sums, sums[:, :, CONSTANT])


@dataclass(frozen=True)
class Family:
    """Sets of covariates that begin alike: `nested` are beginnings of `trunk`, `branches` add a block to all of it."""

    trunk: tuple[str, ...]
    nested: tuple[str, ...]
    branches: tuple[str, ...]


def _families(wanted) -> list[Family]:
    """The sets of covariates in families, the longest first."""
    left, families = sorted(wanted, key=lambda name: -len(COVARIATES[name])), []
    while left:
        trunk = COVARIATES[left[0]][:-1]
        branches = tuple(name for name in left if COVARIATES[name] and COVARIATES[name][:-1] == trunk)
        nested = tuple(name for name in left if COVARIATES[name] == trunk[: len(COVARIATES[name])])
        families.append(Family(trunk, nested, branches))
        left = [name for name in left if name not in (*nested, *branches)]
    return families
