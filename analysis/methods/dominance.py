"""Dominance: a total of which one contributor is nearly all tells that contributor's amount to the others."""

from __future__ import annotations

from collections.abc import Sequence


def dominated(contributions: Sequence[float], *, n: int, k: float, p: float) -> str:
    """Why a total may not be shown, "" where it may.

    (n, k) rule: the `n` largest contributions are more than `k` per cent of the total. p% rule: what is left of the
    total without its two largest is less than `p` per cent of the largest, so that the second largest contributor can
    work out the largest to within `p` per cent. Hundepool and others (2012), Statistical Disclosure Control.
    Contributions are amounts from nought up; `ValueError` for a negative one.
    """
    ordered = sorted(contributions, reverse=True)
    if any(amount < 0 for amount in ordered):
        raise ValueError("a contribution is negative: the rules are about amounts")
    total = sum(ordered)
    if not total:
        return ""
    if sum(ordered[:n]) > k / 100 * total:
        return f"the {n} largest contributions are more than {k:g}% of the total"
    if sum(ordered[2:]) < p / 100 * ordered[0]:
        return f"the rest without the two largest is less than {p:g}% of the largest contribution"
    return ""
