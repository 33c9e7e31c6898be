"""Clustered standard errors of all models on one design, from the cross-products of its authorities in their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.subset_models import subset_effects
from analysis.strands.difference_in_differences.candidates import AFTER, CONSTANT, Candidates
from analysis.strands.difference_in_differences.specification_curve.choices import COVARIATES, Model


@dataclass(frozen=True)
class Cells:
    """Cross-products (N, q + 2, q + 2) of the authorities in each group, treatment columns before the outcome, with
    the numbers of their authority and group."""

    products: np.ndarray
    authority: np.ndarray
    group: np.ndarray


def cells_of(groups: Sequence[Candidates]) -> Cells:
    """The cells under the assignment that happened, in which each group's first member is its pilot."""
    factor = sum(group.arms[0, 1] for group in groups) / sum(group.arms[0, 0] for group in groups)
    labels = sorted({member for group in groups for member in group.members})
    products, authority, number = [], [], []
    for g, group in enumerate(groups):
        for m, member in enumerate(group.members):
            products.append(_with_treatment(group.blocks[0, m] * (1.0 if m == 0 else factor), treated=m == 0))
            authority.append(labels.index(member))
            number.append(g)
    return Cells(np.array(products), np.array(authority), np.array(number))


def clustered_effects(cells: Cells, columns: Mapping[str, np.ndarray], models: Sequence[Model],
                      covariates: Mapping[str, tuple[str, ...]] = COVARIATES):
    """Effects (K,), their CR1 standard errors (K,), factor G / (G - 1), and the number of clusters G.

    `covariates`: the blocks of columns in each named set. A cluster is an authority, over all groups it serves. Where
    the effect is not identified both are not numbers.
    """
    size = cells.products.shape[1]
    n_clusters = len(np.unique(cells.authority[cells.products[:, CONSTANT, CONSTANT] > 0]))
    estimates, errors = np.full(len(models), np.nan), np.full(len(models), np.nan)
    squares = np.diagonal(cells.products.sum(axis=0))
    for effects in dict.fromkeys(model.effects for model in models):
        here = [k for k, model in enumerate(models) if model.effects == effects]
        subsets = [np.concatenate([*(columns[name] for name in ("base", *covariates[models[k].covariates])),
                                   [size - 3, size - 2]]) for k in here]
        clusters = _by_cluster(_within(cells, effects), cells.authority)
        estimates[here], errors[here] = subset_effects(clusters, subsets, squares)
    return estimates, errors * np.sqrt(n_clusters / (n_clusters - 1)), n_clusters


def _with_treatment(block: np.ndarray, treated: bool) -> np.ndarray:
    q = len(block)
    take = np.r_[0: q - 1, CONSTANT, AFTER, q - 1]
    out = block[np.ix_(take, take)]
    if not treated:
        out[[q - 1, q]] = 0.0
        out[:, [q - 1, q]] = 0.0
    return out


def _within(cells: Cells, effects: str) -> np.ndarray:
    """Cross-products of the columns less their means over the level of the effects that a cell belongs to."""
    if effects == "pilot":
        return cells.products
    member = _members(cells.authority if effects == "authority" else cells.group)
    sums = cells.products[:, CONSTANT]
    totals = member @ sums
    means = member.T @ (totals / np.where(totals[:, [CONSTANT]] > 0, totals[:, [CONSTANT]], 1.0))
    cross = means[:, :, None] * sums[:, None, :]
    weight = sums[:, CONSTANT, None, None]
    return cells.products - cross - cross.transpose(0, 2, 1) + weight * means[:, :, None] * means[:, None, :]


def _by_cluster(products: np.ndarray, authority: np.ndarray) -> np.ndarray:
    member = _members(authority)
    return (member @ products.reshape(len(products), -1)).reshape(len(member), *products.shape[1:])


def _members(level: np.ndarray) -> np.ndarray:
    """(L, N): one where cell n is of level l."""
    return (np.arange(level.max() + 1)[:, None] == level).astype(float)
