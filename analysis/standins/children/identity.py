"""Anonymous ids: text that says nothing, unique within an authority, now and then used by another one too."""

from __future__ import annotations

import numpy as np

_MULTIPLIER, _MODULUS = 387_420_489, 2**40        # odd times power of two: no two numbers give the same id


def child_ids(numbers: np.ndarray, la: int, share_elsewhere: float) -> np.ndarray:
    """Ids of children by number within the authority. A share of numbers gives the same id in every authority."""
    numbers = np.asarray(numbers, dtype="int64")
    shared = (numbers * 7919) % 10_000 < share_elsewhere * 10_000
    return _text(numbers + np.where(shared, 0, la * 100_000_000), "%010X")


def pupil_references(numbers: np.ndarray, la: int, share_missing: float) -> np.ndarray:
    """Pupil matching references, empty for a share of children."""
    numbers = np.asarray(numbers, dtype="int64")
    missing = (numbers * 104_729 + la * 31) % 10_000 < share_missing * 10_000
    return np.where(missing, "", _text(numbers + la * 100_000_000, "P%011X", 69_343_957))


def _text(numbers, form, multiplier=_MULTIPLIER):
    values, where = np.unique((numbers + 1) * multiplier % _MODULUS, return_inverse=True)
    return np.array([form % value for value in values.tolist()], dtype=object)[where]
