"""What differs between two saved ledgers: every finding and every cell, with the size of the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.review.snapshots import ExhibitThen, FindingThen, Snapshot

TOLERANCE = 1e-6        # relative: what other processors and their libraries may round otherwise
NUMBERS = ("value", "low", "high", "n")


@dataclass(frozen=True)
class Difference:
    """One difference. `place` is a part of a finding, or a cell as "row 3, low"; `size` is new minus old, None where
    either is not a number."""

    id: str
    place: str
    old: str
    new: str
    size: float | None

    def __str__(self) -> str:
        size = "" if self.size is None else f" (by {self.size:+.6g})"
        return f"{self.id}: {self.place}: {self.old} -> {self.new}{size}"


def differences(old: Snapshot, new: Snapshot, tolerance: float = TOLERANCE) -> list[Difference]:
    """Every difference beyond a relative tolerance, findings before exhibits, in the order of ids."""
    found = _missing(old.findings, new.findings) + _missing(old.exhibits, new.exhibits)
    for id in sorted(set(old.findings) & set(new.findings)):
        found += _of_finding(id, old.findings[id], new.findings[id], tolerance)
    for id in sorted(set(old.exhibits) & set(new.exhibits)):
        found += _of_exhibit(id, old.exhibits[id], new.exhibits[id], tolerance)
    return found


def close(old: float, new: float, tolerance: float) -> bool:
    """Whether two numbers are the same within a relative tolerance (two that are not numbers are the same)."""
    return math.isclose(old, new, rel_tol=tolerance, abs_tol=tolerance * 1e-3) or (math.isnan(old) and math.isnan(new))


def _missing(old, new):
    gone = [Difference(id, "is no longer published", "there", "gone", None) for id in sorted(set(old) - set(new))]
    return gone + [Difference(id, "is new", "not there", "there", None) for id in sorted(set(new) - set(old))]


def _of_finding(id, old: FindingThen, new: FindingThen, tolerance):
    found = [difference for name in NUMBERS
             if (difference := _of_value(id, name, getattr(old, name), getattr(new, name), tolerance))]
    if old.status != new.status:
        found.append(Difference(id, "status", old.status, new.status, None))
    # A text follows from its value: where that is the same, a difference in rounding or wording is one of its own.
    if not found and old.text != new.text:
        found.append(Difference(id, "text", old.text, new.text, None))
    return found


def _of_value(id, place, old, new, tolerance):
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return None if close(old, new, tolerance) else Difference(id, place, f"{old:.12g}", f"{new:.12g}", new - old)
    return None if old == new else Difference(id, place, str(old), str(new), None)


def _of_exhibit(id, old: ExhibitThen, new: ExhibitThen, tolerance):
    found = [] if old.status == new.status else [Difference(id, "status", old.status, new.status, None)]
    if old.cells is None or new.cells is None:
        return found + _of_hashes(id, old, new)
    cells = _of_cells(id, old.cells, new.cells, tolerance)
    if not cells and old.picture_sha256 != new.picture_sha256:
        cells.append(Difference(id, "picture, with the same numbers", old.picture_sha256[:12],
                                new.picture_sha256[:12], None))
    return found + cells


def _of_hashes(id, old, new):
    return [] if old.csv_sha256 == new.csv_sha256 else [
        Difference(id, "numbers", old.csv_sha256[:12], new.csv_sha256[:12], None)]


def _of_cells(id, old, new, tolerance):
    if old[0] != new[0]:
        return [Difference(id, "columns", ", ".join(old[0]), ", ".join(new[0]), None)]
    if len(old) != len(new):
        return [Difference(id, "number of rows", str(len(old) - 1), str(len(new) - 1), len(new) - len(old))]
    return [difference for row, (before, after) in enumerate(zip(old[1:], new[1:], strict=True), 1)
            for name, was, now in zip(old[0], before, after, strict=True)
            if was != now and (difference := _of_cell(id, f"row {row}, {name}", was, now, tolerance))]


def _of_cell(id, place, old, new, tolerance):
    try:
        return _of_value(id, place, float(old), float(new), tolerance)
    except ValueError:
        return Difference(id, place, old, new, None)
