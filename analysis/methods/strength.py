"""Strength of evidence behind a claim, by one stated rule.

A claim is that there is an effect, or that there is none that would matter; a result that supports neither is
inconclusive and has no strength to rate. A claim begins at a level set by how well its design can tell causes (the
Maryland scale, Sherman and others 1997, levels 1 to 5) and is lowered one level for every check that it does not pass,
down to the lowest. A check is a measure against a threshold, both shown; a measure that a design could have and this
analysis lacks is a check not passed, one that has no meaning for the design does not count. So every rating can be
followed to its inputs, and the check whose outcome would change the rating, and that lies nearest to its threshold, is
the single result that would flip it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.errors import DesignError

EFFECT, NO_EFFECT, INCONCLUSIVE = "an effect", "no meaningful effect", "inconclusive"
AT_MOST, AT_LEAST = "at most", "at least"


@dataclass(frozen=True)
class Check:
    """A measure of one claim against a threshold. `value` None: not available; `applies` False: no meaning here.

    `sense`: the check is passed when the value is "at most" or "at least" the threshold.
    """

    name: str
    value: float | None
    threshold: float
    sense: str
    applies: bool = True

    @property
    def passed(self) -> bool:
        """Whether the claim passes; a check that does not apply is no obstacle."""
        if not self.applies:
            return True
        if self.value is None:
            return False
        return self.value <= self.threshold if self.sense == AT_MOST else self.value >= self.threshold

    @property
    def distance(self) -> float:
        """How far the value lies from the threshold, in units of the threshold (of 1 when that is nought)."""
        if self.value is None or not self.applies:
            return float("inf")
        return abs(self.value - self.threshold) / (abs(self.threshold) or 1.0)


@dataclass(frozen=True)
class Rating:
    """`level` by name, "" for an inconclusive result; `start` before checks; `failed` their names; `flip` the nearest
    check that would change the level or, for an inconclusive result, make a claim of it (None where no single one
    would)."""

    claim: str
    level: str
    start: str
    failed: tuple[str, ...]
    flip: Check | None


def rate(claim: str, design_level: int, checks: Sequence[Check], levels: Sequence[str],
         start: Mapping[int, str], deciding: Sequence[Check] = ()) -> Rating:
    """The rating of a claim.

    Parameters: `claim`, one of the three; `design_level` 1 to 5; `checks` of the claim; `levels` from lowest to
    highest; `start`: level by design; `deciding`: the measures that would make a claim of an inconclusive result, each
    with its threshold. Raises `DesignError` for an unknown claim, a design level without a start, or levels without it.
    """
    if claim not in (EFFECT, NO_EFFECT, INCONCLUSIVE):
        raise DesignError(f"strength of evidence: unknown claim {claim!r}")
    if design_level not in start or start[design_level] not in levels:
        raise DesignError(f"strength of evidence: no starting level for design level {design_level!r}")
    if claim == INCONCLUSIVE:
        return Rating(claim, "", start[design_level], (), _nearest(check for check in deciding if not check.passed))
    first = list(levels).index(start[design_level])
    failed = [check for check in checks if not check.passed]
    place = max(0, first - len(failed))
    moving = [check for check in checks if check.applies and _place(first, len(failed), check) != place]
    return Rating(claim, levels[place], start[design_level], tuple(check.name for check in failed), _nearest(moving))


def _place(first: int, failed: int, check: Check) -> int:
    """Where the claim would stand had this one check come out the other way."""
    return max(0, first - (failed + (1 if check.passed else -1)))


def _nearest(checks) -> Check | None:
    known = [check for check in checks if check.distance < float("inf")]
    return min(known, key=lambda check: check.distance) if known else None
