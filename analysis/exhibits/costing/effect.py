"""The effect on days in care that costs are set against: the estimate of another strand, or a placeholder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.methods.costing import Parameter
from analysis.publish import Publisher
from analysis.publish.words import interval, quantity
from analysis.strands import costs as strand
from analysis.strands.synthesis import mixed

KEY = "national.days_in_care"


@dataclass(frozen=True)
class Effect:
    """The change in days in care (per cent of days), the findings it comes from, where it comes from in words, and
    whether an estimate stands behind it."""

    change: Parameter
    findings: tuple
    words: str
    estimated: bool


def effect_of(p: Publisher, placeholder: Parameter, datasets: Sequence) -> Effect:
    """The national strand's estimate as per cent of the pilots' days before. A placeholder stands in where there is no
    estimate, or where it and the cost returns are not both synthetic or both real: a result of the two would be
    neither."""
    found, before = p.look_up(f"{KEY}.effect"), p.look_up(f"{KEY}.before")
    if found is None or before is None or found.low is None or before.value is None:
        return Effect(placeholder, (), "a placeholder, because no strand has an estimate", False)
    if mixed([found.status, before.status, *(one.status for one in datasets)]):
        return Effect(placeholder, (), f"a placeholder, because the estimate is {found.status} and the costs are not",
                      False)
    change = strand.observed_change(found.value, found.low, found.high, before.value)
    level = quantity(before.value, before.unit, before.decimals)
    words = (f"the estimate from episodes of care: {quantity(found.value, found.unit, found.decimals)} a child "
             f"({interval(found.low, found.high)}) against {level} before")
    return Effect(change, (found, before), words, True)
