"""The breakdown value of a sensitivity analysis: how strong an assumption may be broken before a finding is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError

SCANNED = 40      # values looked at, equally spaced, before bisection
PRECISION = 1e-6  # width at which bisection stops, relative to the upper end of the search


@dataclass(frozen=True)
class Breakdown:
    """`value`: the smallest bound at which the interval includes zero, `inf` where none up to `largest` does.

    `tolerance` is the width left by bisection: the true value lies in (value - tolerance, value]. `monotone` says
    whether every scanned bound above `value` also includes zero; where it is False the finding comes back at some
    larger bound, and `value` is the smallest, not the only, place where it is lost.
    """

    value: float
    tolerance: float
    largest: float
    monotone: bool


def breakdown(includes_zero: Callable[[float], bool], *, start: float, largest: float = np.inf) -> Breakdown:
    """Smallest bound in [0, largest] at which `includes_zero(bound)` is true.

    The upper end is found by doubling from `start` > 0; 40 equally spaced values below it are looked at, the first
    that includes zero is bisected against the one before. A stretch that includes zero and is narrower than the
    spacing can be missed. Raises `DataError` for a start or largest bound that is not positive.
    """
    if not (start > 0 and largest > 0 and np.isfinite(min(start, largest))):
        raise DataError("search for a breakdown value", value=(start, largest), expected="positive bounds")
    if includes_zero(0.0):
        return Breakdown(0.0, 0.0, float(largest), True)
    upper = min(start, largest)
    while not includes_zero(upper):
        if upper >= largest:
            return Breakdown(np.inf, 0.0, float(largest), True)
        upper = min(2 * upper, largest)
    scanned = np.linspace(0, upper, SCANNED + 1)
    found = np.array([False, *(includes_zero(float(bound)) for bound in scanned[1:-1]), True])
    first = int(np.argmax(found))
    low, high = float(scanned[first - 1]), float(scanned[first])
    while high - low > PRECISION * upper:
        middle = (low + high) / 2
        low, high = (low, middle) if includes_zero(middle) else (middle, high)
    return Breakdown(high, high - low, float(largest), bool(found[first:].all()))
