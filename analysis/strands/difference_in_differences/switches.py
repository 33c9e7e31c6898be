"""What each switch of the definitions does: one at a time from one reading, and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.design import Design
from analysis.strands.difference_in_differences.cleaned_records import CleanedRecords
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import (
    CORRECTED,
    PUBLISHED,
    Definitions,
    all_of,
    one_at_a_time,
    outcomes_of,
)
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.results import Effect
from analysis.strands.difference_in_differences.rules import OUTCOMES, rules_of
from analysis.strands.difference_in_differences.strand import placed_units


@dataclass(frozen=True)
class SwitchEffects:
    """`base`: effects by outcome with all switches as in `choice`; `turned`: switch -> outcome -> the effect with that
    switch alone turned the other way, for the outcomes that it can touch."""

    choice: str
    base: Mapping[str, Effect]
    turned: Mapping[str, Mapping[str, Effect]]


def switch_effects(records: Records | CleanedRecords, design: Design, choice: str = CORRECTED,
                   outcomes: Sequence[str] = OUTCOMES) -> SwitchEffects:
    """Effects from one reading with every switch alone turned the other way."""
    cleaned = records if isinstance(records, CleanedRecords) else CleanedRecords(records)
    base, other = all_of(choice), PUBLISHED if choice == CORRECTED else CORRECTED
    turned = {switch: {outcome: effect_under(cleaned, design, definitions, outcome)
                       for outcome in outcomes if outcome in outcomes_of(switch)}
              for switch, definitions in one_at_a_time(base, other)}
    return SwitchEffects(choice, {outcome: effect_under(cleaned, design, base, outcome) for outcome in outcomes},
                         {switch: effects for switch, effects in turned.items() if effects})


def effect_under(cleaned: CleanedRecords, design: Design, definitions: Definitions, outcome: str) -> Effect:
    """The effect of one outcome under a set of definitions, with the main analysis's random numbers."""
    records, rules = cleaned.records, rules_of(design, definitions)
    children = cleaned.children(rules)
    frame = analysis_frame(placed_units(records, children, rules, outcome).frame, records, children, rules)
    return effect_alone(frame, outcome, records.la_years, rules, design.rng(f"difference_in_differences.{outcome}"))


def reading_interval(effect: Effect):
    """The interval that belongs to the effect's own reading of inference."""
    return effect.cr2 if effect.definitions.corrected("inference") else effect.cr1_rows
