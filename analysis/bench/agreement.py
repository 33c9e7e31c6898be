"""Whether both sides of a comparison computed the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import DataError


def agree(what: str, ours: Sequence[float], theirs: Sequence[float], tolerance: float,
          scale: Sequence[float] | None = None) -> float:
    """The greatest difference relative to theirs, or to `scale` (standard errors, where values may be near nought).

    `DataError` where it is above the tolerance or a value is missing.
    """
    mine, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    apart = np.abs(mine - other) / np.abs(other if scale is None else np.asarray(scale, dtype=float))
    apart[~np.isfinite(apart)] = np.inf
    worst = int(np.argmax(apart))
    if apart[worst] > tolerance:
        raise DataError(f"{what}: the two sides differ, so their times cannot be compared",
                        value=(float(mine[worst]), float(other[worst])), expected=f"the same to {tolerance:g}")
    return float(apart[worst])


def agree_by_chance(what: str, ours: float, theirs: float, draws: int, errors: float = 4.0) -> float:
    """Difference of two p values in Monte Carlo standard errors of a difference of two independent sets of draws,
    sqrt(2 p (1 - p) / draws) with their mean as p. `DataError` above `errors` of them (4: once in 16,000)."""
    p = (ours + theirs) / 2
    distance = 0.0 if ours == theirs else abs(ours - theirs) / np.sqrt(2 * p * (1 - p) / draws)
    if not distance <= errors:
        raise DataError(f"{what}: the two p values differ by more than chance", value=(ours, theirs),
                        expected=f"within {errors:g} Monte Carlo standard errors")
    return float(distance)
