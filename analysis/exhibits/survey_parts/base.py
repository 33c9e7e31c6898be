"""How many answers a row rests on, said and flagged where they are few."""

from __future__ import annotations

SMALL = "small base"


def with_base(name: str, n: int, small: int) -> str:
    """The row's name with n, flagged below `small`: Pilot A, wave 1 (n = 24, small base)."""
    return f"{name} (n = {n:,}{f', {SMALL}' if n < small else ''})"


def flag(n: int, small: int) -> str:
    """The flag of a table's row: "small base" below `small`, else nothing."""
    return SMALL if n < small else ""
