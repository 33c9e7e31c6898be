"""Which reading of the original's code is used where: eleven named switches, each published or corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from analysis.errors import DesignError

PUBLISHED, CORRECTED = "published", "corrected"

# Outcomes whose effect a switch can touch. The event-time switch touches event studies alone. Referrals and periods of
# care are made distinct before copies could matter, and a closure to early help, closed or unknown, is no case in need.
EVERY = ("duration", "conference", "rereferral", "escalation", "kinship")
TOUCHES = {"kinship_codes": ("kinship",), "rereferral_event": ("escalation",), "conference_follow_up": ("conference",),
           "early_help_closure": ("rereferral", "escalation"),
           "windows": ("duration", "conference", "escalation", "kinship"), "event_time": (), "low_income": EVERY,
           "matching_levels": EVERY, "duration_outliers": ("duration",), "inference": EVERY,
           "duplicates": ("duration",)}


@dataclass(frozen=True)
class Definitions:
    """One choice a switch, in the order of the list of discrepancies in the appendix.

    `published` reproduces what the original's code does, `corrected` follows the rule of our analysis plan.
    """

    kinship_codes: str = CORRECTED
    rereferral_event: str = CORRECTED
    conference_follow_up: str = CORRECTED
    early_help_closure: str = CORRECTED
    windows: str = CORRECTED
    event_time: str = CORRECTED
    low_income: str = CORRECTED
    matching_levels: str = CORRECTED
    duration_outliers: str = CORRECTED
    inference: str = CORRECTED
    duplicates: str = CORRECTED

    def __post_init__(self):
        for name in switches():
            if getattr(self, name) not in (PUBLISHED, CORRECTED):
                raise DesignError(f"switch {name}: {getattr(self, name)!r} is neither published nor corrected")

    def corrected(self, switch: str) -> bool:
        """Whether a switch stands at corrected."""
        return getattr(self, switch) == CORRECTED

    def with_switch(self, switch: str, choice: str) -> Definitions:
        """A copy with one switch changed; `DesignError` for an unknown switch or choice."""
        if switch not in switches():
            raise DesignError(f"no switch {switch!r}; there are {', '.join(switches())}")
        return replace(self, **{switch: choice})


def switches() -> tuple[str, ...]:
    """Names of the switches, in the order of the list of discrepancies."""
    return tuple(field.name for field in fields(Definitions))


def all_of(choice: str) -> Definitions:
    """Every switch at one choice."""
    return Definitions(**{name: choice for name in switches()})


def outcomes_of(switch: str) -> tuple[str, ...]:
    """Outcomes whose effect the switch can touch."""
    return TOUCHES[switch]


def one_at_a_time(base: Definitions, choice: str) -> Iterator[tuple[str, Definitions]]:
    """The switches with, for each, the base in which that one alone stands at `choice`."""
    for name in switches():
        yield name, base.with_switch(name, choice)
