"""Weights that bring respondents to known margins: raking with trimming, and what the weights cost.

Raking (iterative proportional fitting): Deming and Stephan (1940). Design effect and effective sample size of weights:
Kish (1965, section 11.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError


@dataclass(frozen=True)
class Margin:
    """One margin: `codes` (n,) is each respondent's category 0 .. K-1, -1 where unknown; `targets` (K,) the population.

    `targets` are counts or shares; only their proportions matter.
    """

    name: str
    codes: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Raked:
    """Weights with mean 1, how many rounds they took, how many were cut at the cap, and how far the margins are off.

    `largest_gap` is the largest difference between a weighted share and its target, as a share.
    """

    weights: np.ndarray
    rounds: int
    n_trimmed: int
    largest_gap: float


def rake(margins: Sequence[Margin], *, base=None, cap: float | None = None, tolerance: float = 1e-8,
         limit: int = 2000) -> Raked:
    """Rake to all margins at once; with `cap`, weights above cap times their mean are cut, round after round.

    A respondent whose category is unknown keeps the weight of the other margins: targets of that margin are met among
    those who are known. After cutting, raking goes on until the margins hold and no weight is above the cap; where
    that cannot be (the cap is too low), the cut has the last word and `largest_gap` says what it cost.

    Parameters: `margins`, all with codes of the same length n; `base` (n,) weights to begin with, default 1;
    `tolerance` of the shares; `limit` on the rounds. Raises `DataError` for a category with a target but no
    respondent (collapse it with another), one with respondents but no target, or, without a cap, no convergence.
    """
    n = len(margins[0].codes)
    weights = np.ones(n) if base is None else np.array(base, dtype=float)
    if weights.shape != (n,) or not (weights > 0).all():
        raise DataError("base weights", value=weights.shape, expected=f"{n} positive numbers")
    if cap is not None and cap <= 1:
        raise DataError("cap of the weights", value=cap, expected="more than 1 time the mean")
    for margin in margins:
        _check(margin, n)
    weights = weights / weights.mean()
    # With a cap the two conditions are sought for a shorter while: they either meet soon or not at all.
    rounds_allowed = limit if cap is None else min(limit, 200)
    for rounds in range(1, rounds_allowed + 1):
        for margin in margins:
            weights = _adjust(weights, margin)
        weights = weights / weights.mean()
        above = np.zeros(n, dtype=bool) if cap is None else weights > cap * (1 + 1e-9)
        gap = largest_gap(weights, margins)
        if not above.any() and gap <= tolerance:
            return Raked(weights, rounds, _at_cap(weights, cap), gap)
        weights = np.where(above, cap, weights) if cap is not None else weights
    if cap is None:
        raise DataError(f"raking did not settle in {limit} rounds", value=gap, expected=f"margins within {tolerance}")
    weights = _cut(weights, cap)
    return Raked(weights, rounds_allowed, _at_cap(weights, cap), largest_gap(weights, margins))


def largest_gap(weights, margins: Sequence[Margin]) -> float:
    """Largest difference between a weighted share and its target over all margins."""
    return float(max(np.abs(weighted_shares(weights, m.codes, len(m.targets)) - m.targets / np.sum(m.targets)).max()
                     for m in margins))


def weighted_shares(weights, codes, categories: int) -> np.ndarray:
    """Weighted share of each category among those whose category is known, (categories,), summing to 1."""
    known = np.asarray(codes) >= 0
    totals = np.bincount(np.asarray(codes)[known], weights=np.asarray(weights, dtype=float)[known],
                         minlength=categories)
    return totals / totals.sum()


def design_effect(weights) -> float:
    """Kish's design effect of unequal weights, n sum(w^2) / (sum w)^2: 1 for equal weights."""
    weights = np.asarray(weights, dtype=float)
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)


def effective_n(weights) -> float:
    """Kish's effective sample size, (sum w)^2 / sum(w^2)."""
    weights = np.asarray(weights, dtype=float)
    return float(weights.sum() ** 2 / (weights**2).sum())


def _check(margin: Margin, n: int) -> None:
    codes, targets = np.asarray(margin.codes), np.asarray(margin.targets, dtype=float)
    if codes.shape != (n,) or codes.max(initial=-1) >= len(targets):
        raise DataError(f"margin {margin.name}", value=codes.shape, expected=f"{n} codes below {len(targets)}")
    counts = np.bincount(codes[codes >= 0], minlength=len(targets))
    for category in range(len(targets)):
        if targets[category] > 0 and counts[category] == 0:
            raise DataError(f"margin {margin.name}: nobody answered in a category of the population", value=category,
                            expected="a respondent in every category (collapse it with another)")
        if targets[category] <= 0 and counts[category] > 0:
            raise DataError(f"margin {margin.name}: respondents in a category the population does not have",
                            value=category, expected="a positive target")


def _adjust(weights, margin):
    """Weights times target over actual share, category by category; the unknown keep theirs."""
    codes, targets = np.asarray(margin.codes), np.asarray(margin.targets, dtype=float)
    shares = weighted_shares(weights, codes, len(targets))
    factors = np.divide(targets / targets.sum(), shares, out=np.ones(len(targets)), where=shares > 0)
    return weights * np.where(codes >= 0, factors[codes], 1.0)


def _cut(weights, cap):
    """Cut at cap times the mean, the mean being 1: what is cut is spread over the others in proportion."""
    weights = weights / weights.mean()
    for _ in range(100):
        above = weights > cap * (1 + 1e-9)
        if not above.any():
            break
        weights = np.minimum(weights, cap)
        free = weights < cap
        weights = np.where(free, weights * (len(weights) - weights[~free].sum()) / weights[free].sum(), weights)
    return weights


def _at_cap(weights, cap):
    return 0 if cap is None else int((weights >= cap * (1 - 1e-6)).sum())
