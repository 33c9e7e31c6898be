"""Statuses of numbers, and the rule by which a computed value takes one."""

from __future__ import annotations

from analysis.errors import MixedStatus

# From least to most restrictive: a computed value takes the most restrictive of its inputs.
ORDER = ("published", "public data", "synthetic", "restricted")

MEANING = {
    "published": "quoted from a source, or about this report itself: its registers, rules and checks",
    "public data": "computed here from official statistics",
    "synthetic": "computed here from stand-ins: shows the method, says nothing about any council or child",
    "restricted": "computed from real records inside the secure environment and cleared",
}

# Shorthand of the publishers and of this report, in the order of a key.
SYMBOL_MEANING = {"c": "suppressed to protect people's identity", "x": "not available", "z": "not applicable",
                  "low": "rounds to zero", "k": "rounds to zero", "u": "low reliability", "b": "break in series",
                  ":": "not available", "~": "not applicable", "-": "not available", "e": "estimated"}


def most_restrictive(statuses) -> str:
    """The most restrictive of some statuses; `ValueError` when there is none or one is unknown."""
    return max(statuses, key=ORDER.index)


def status_of(sources) -> str:
    """The status of a value computed from datasets.

    Raises `MixedStatus` when real records (public data or restricted) and anything synthetic are among them: such a
    value would be neither. Real reference facts (kind "reference") may go with synthetic records.
    """
    real = any(source.kind == "records" and source.status in ("public data", "restricted") for source in sources)
    if real and any(source.status == "synthetic" for source in sources):
        names = ", ".join(f"{source.name} ({source.status})" for source in sources)
        raise MixedStatus(f"a value may not be computed from synthetic and real records together: {names}")
    return most_restrictive(source.status for source in sources)
