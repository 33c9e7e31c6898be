"""The attack on counts through a printed share: which whole numbers fit it."""

from __future__ import annotations

import math


def numerators(share: float, decimals: int, denominator: int) -> range:
    """Whole numbers whose percentage of `denominator`, rounded to `decimals`, is `share`.

    12.5% of 40, printed with one decimal, is 5 alone; 13% of 400, printed with none, is any of 50 to 53.
    """
    half = 0.5 * 10**-decimals
    low = math.ceil((share - half) * denominator / 100 - 1e-9)
    high = math.floor((share + half) * denominator / 100 + 1e-9)
    return range(max(low, 0), min(high, denominator) + 1)


def denominators(share: float, decimals: int, numerator: int, most: int) -> list[int]:
    """Whole numbers from `numerator` to `most` of which it is the printed percentage."""
    return [n for n in range(max(numerator, 1), most + 1) if numerator in numerators(share, decimals, n)]
