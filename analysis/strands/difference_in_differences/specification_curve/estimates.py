"""Effects of all models on one design: under every assignment, and with clustered errors under the one that happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.methods.nested_effects import absorb, nested_effects
from analysis.strands.difference_in_differences.candidates import CONSTANT, Assembled
from analysis.strands.difference_in_differences.specification_curve.choices import COVARIATES, Model


def model_effects(assembled: Assembled, columns: Mapping[str, np.ndarray], models: Sequence[Model]) -> np.ndarray:
    """Effect of every model under every assignment, (A, K); not a number where it is not identified.

    Models whose covariates are the beginning of another's share a triangular factor (`nested_effects`).
    """
    size = assembled.products.shape[1]
    pilot, tail = size - 3, [size - 2, size - 1]
    out = np.full((len(assembled.products), len(models)), np.nan)
    for effects in dict.fromkeys(model.effects for model in models):
        products = _with_effects(assembled, effects)
        wanted = {model.covariates: k for k, model in enumerate(models) if model.effects == effects}
        for chain in _chains(wanted):
            # An authority's own effect takes the place of the pilots' level.
            order, ends = [*columns["base"], *([] if effects == "authority" else [pilot])], {}
            for covariates in chain:
                done = {name for name in COVARIATES[covariates] if set(columns[name]) <= set(order)}
                order += [at for name in COVARIATES[covariates] if name not in done for at in columns[name]]
                ends[covariates] = len(order)
            at = np.array([*order, *tail])
            found = nested_effects(products[:, at[:, None], at], list(ends.values()))
            out[:, [wanted[covariates] for covariates in ends]] = found
    return out


def _with_effects(assembled: Assembled, effects: str) -> np.ndarray:
    if effects == "pilot":
        return assembled.products
    sums = assembled.by_authority if effects == "authority" else assembled.by_group
    return absorb(assembled.products, sums, sums[:, :, CONSTANT])


def _chains(wanted) -> list[list[str]]:
    """The sets of covariates in chains of which each begins with the one before; longest chains first."""
    left, chains = sorted(wanted, key=lambda name: -len(COVARIATES[name])), []
    while left:
        longest = COVARIATES[left[0]]
        chain = [name for name in left if COVARIATES[name] == longest[: len(COVARIATES[name])]]
        chains.append(chain[::-1])
        left = [name for name in left if name not in chain]
    return chains
