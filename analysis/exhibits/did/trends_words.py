"""Words on parallel trends that follow the numbers: breakdown values, joint tests, what could break."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.exhibits.did.common import listed
from analysis.methods.breakdown import Breakdown
from analysis.publish.words import cardinal, number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.rules import ALPHA
from analysis.strands.difference_in_differences.trends import OutcomeTrends

STEP = "the largest step between two earlier years"
AGAIN = " (and again at some larger bound)"


def included(interval) -> bool:
    """Whether an interval includes nought."""
    return interval.low <= 0 <= interval.high


def capped(found: Breakdown) -> float:
    """The breakdown value as a number: the largest bound looked at where there is none up to it."""
    return min(found.value, found.largest)


def value_text(value: float, largest: float, decimals: int = 2) -> str:
    """A breakdown value in a table: 0, 0.70, below 0.01, above 10."""
    if value == 0:
        return "0"
    if np.isinf(value):
        return f"above {number(largest, 0)}"
    least = 10**-decimals
    return f"below {number(least, decimals)}" if value < least / 2 else number(value, decimals)


def breakdown_words(found: Breakdown) -> str:
    """From which relative magnitude on nought is included."""
    if found.value == 0:
        return "0, because the interval already includes zero"
    if np.isinf(found.value):
        return f"more than {number(found.largest, 0)} times {STEP}"
    return f"{value_text(found.value, found.largest)} times {STEP}{'' if found.monotone else AGAIN}"


def leads_sentence(p_values: Mapping[str, float | None]) -> str:
    """What the joint tests of the earlier years say; by outcome p, None where there is no earlier year to test."""
    tested = {name: p for name, p in p_values.items() if p is not None}
    if not tested:
        return "there is no earlier year to test"
    clauses = [_found_clause(tested)]
    untested = [name for name in p_values if name not in tested]
    if untested:
        clauses.append(f"for {listed(untested)} there is no earlier year to test")
    return "; ".join(clauses)


def _found_clause(tested: Mapping[str, float]) -> str:
    of_all = f"{cardinal(len(tested))} outcome{'' if len(tested) == 1 else 's'}"
    found = {name: p for name, p in tested.items() if p < ALPHA}
    rest = [p for name, p in tested.items() if name not in found]
    if not found:
        return (f"taken together, the earlier years differ from the reference year by no more than chance allows for "
                f"{'any of the ' if len(tested) > 1 else 'the '}{of_all} ({_p_range(rest)}), which parallel trends "
                "would give and which does not prove them")
    which = listed(f"{name} (p {_p(p)})" for name, p in found.items())
    clause = (f"taken together, the earlier years differ from the reference year by more than chance allows for "
              f"{which}, where pilots and comparators were already parting")
    if rest:
        clause += (f"; for the other {cardinal(len(rest))} of {of_all} no difference is found ({_p_range(rest)}), "
                   "which does not prove that there is none")
    return clause


def _p(value: float) -> str:
    return "below 0.001" if value < 0.0005 else f"= {number(value, 3)}"


def _p_range(values) -> str:
    low, high = min(values), max(values)
    if number(low, 3) == number(high, 3):
        return f"p {_p(low)}"
    return f"p from {number(low, 3)} to {number(high, 3)}"


def breakdown_sentence(trends: Mapping[str, OutcomeTrends]) -> str:
    """Which conclusions on the mean of the years after could break, and at what value."""
    effects = {name: found.bounds.relative_magnitude_breakdown for name, found in trends.items()
               if not included(found.bounds.original)}
    nothing = {name: found.no_effect_breakdown for name, found in trends.items()
               if found.no_effect_breakdown.value > 0}
    return f"{_effects_clause(effects, len(trends))}; {_nothing_clause(nothing)}"


def _effects_clause(effects: Mapping[str, Breakdown], of: int) -> str:
    if not effects:
        return (f"even where trends are parallel, the mean of the years after shows no effect for any of the "
                f"{cardinal(of)} outcomes, so that there is none to lose")
    names = listed(tables.NAMES[name].lower() for name in effects)
    return (f"where trends are parallel, the mean of the years after shows an effect for {names}; it stands for "
            f"{_limits(effects)}")


def _nothing_clause(nothing: Mapping[str, Breakdown]) -> str:
    if not nothing:
        return "for no outcome is it shown that there is no effect that matters"
    return f"that there is no effect that matters stands for {_limits(nothing)}"


def _limits(found: Mapping[str, Breakdown]) -> str:
    parts = listed(f"{tables.NAMES[name].lower()} {limit(item)}" for name, item in found.items())
    return f"{parts} times {STEP}"


def limit(found: Breakdown) -> str:
    """How far a conclusion stands whose breakdown value is above nought: up to 0.70, up to at least 10."""
    if np.isinf(found.value):
        return f"up to at least {number(found.largest, 0)}"
    return f"up to {value_text(found.value, found.largest)}{'' if found.monotone else AGAIN}"


def largest_of(trends: Mapping[str, OutcomeTrends]) -> float:
    """The largest relative magnitude looked at."""
    return max(found.bounds.relative_magnitude_breakdown.largest for found in trends.values())
