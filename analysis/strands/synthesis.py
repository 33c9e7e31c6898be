"""Reading the strands together: what one result says, and whether several agree.

Convergence codes: agreement, partial agreement, silence, dissonance (Farmer and others 2006). A code is given from
readings alone, by rule, and never across synthetic and real results: those do not speak of the same world.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

BETTER, WORSE = "better", "worse"
ROSE, FELL = "higher", "lower"
NONE = "no evidence of a difference"
DESCRIBED, HIDDEN, MISSING = "described", "suppressed", "not available"

AGREEMENT, PARTIAL, SILENCE, DISSONANCE = "agreement", "partial agreement", "silence", "dissonance"
NOT_COMBINED = "not coded: synthetic and real"
CODES = (AGREEMENT, PARTIAL, SILENCE, DISSONANCE, NOT_COMBINED)
SYNTHETIC, REAL = "synthetic", ("public data", "restricted")


def reading(value, low, high, better: str) -> str:
    """What an estimate with its interval says.

    `better` is the direction read as better ("higher", "lower"), "neither" where none is, "phrase" for a description.
    "No evidence of a difference" when the interval holds nought; it is not evidence that there is none.
    """
    if better == "phrase":
        return DESCRIBED
    if value is None:
        return HIDDEN
    if low is None or high is None or not np.isfinite([low, high]).all():
        return DESCRIBED
    if low <= 0 <= high:
        return NONE
    direction = ROSE if low > 0 else FELL
    if better == "neither":
        return direction
    return BETTER if direction == better else WORSE


def mixed(statuses: Iterable[str]) -> bool:
    """Whether synthetic and real results are among them."""
    found = set(statuses)
    return SYNTHETIC in found and bool(found & set(REAL))


def convergence(readings: Sequence[tuple[str, str]], statuses: Sequence[str] = ()) -> str:
    """The code for one row of a joint display.

    `readings` are pairs (strand, reading). Descriptions, suppressed and missing results do not count. Fewer than two
    strands with a reading: silence. All the same: agreement. Better in one and worse in another: dissonance. Else
    partial agreement. `statuses` are those of the results read: synthetic and real ones are not combined.
    """
    speaking = [(strand, said) for strand, said in readings if said not in (DESCRIBED, HIDDEN, MISSING)]
    if len({strand for strand, _ in speaking}) < 2:
        return SILENCE
    if mixed(statuses):
        return NOT_COMBINED
    said = {said for _, said in speaking}
    if len(said) == 1:
        return AGREEMENT
    return DISSONANCE if {BETTER, WORSE} <= said or {ROSE, FELL} <= said else PARTIAL


def covers(planted: float, low: float, high: float) -> bool:
    """Whether an interval holds the planted value."""
    return bool(low <= planted <= high)
