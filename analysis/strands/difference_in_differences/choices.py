"""How much rests on choices: switches in both directions, all combinations, and other models, for every outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.design import Design
from analysis.strands.difference_in_differences.cleaned_records import CleanedRecords
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, all_of
from analysis.strands.difference_in_differences.fitting import completed_fits, scale_of
from analysis.strands.difference_in_differences.parallel import for_each
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import OUTCOMES, rules_of
from analysis.strands.difference_in_differences.secondary_models import (
    Model,
    SpecificationTest,
    models_and_tests,
)
from analysis.strands.difference_in_differences.specification_curve import Curve, curve_of
from analysis.strands.difference_in_differences.strand import placed_units
from analysis.strands.difference_in_differences.switches import SwitchEffects, switch_effects


@dataclass(frozen=True)
class OutcomeChoices:
    """One outcome: effects with one switch turned from corrected and from published, the specification curve, the same
    matched records in other models, and tests of models."""

    outcome: str
    from_corrected: SwitchEffects
    from_published: SwitchEffects
    curve: Curve
    models: tuple[Model, ...]
    tests: tuple[SpecificationTest, ...]


def analyse_choices(records: Records, design: Design,
                    outcomes: tuple[str, ...] = OUTCOMES) -> Mapping[str, OutcomeChoices]:
    """Everything about choices, by outcome; the parts of all outcomes are shared over the processors."""
    items = [(part, outcome) for part in PARTS for outcome in outcomes]
    done = for_each(_part, CleanedRecords(records), design, items)
    return {outcome: OutcomeChoices(outcome, **done["switches", outcome], **done["curve", outcome],
                                    **done["models", outcome]) for outcome in outcomes}


def _part(cleaned: CleanedRecords, design: Design, item: tuple[str, str]) -> dict:
    part, outcome = item
    return PARTS[part](cleaned, design, outcome)


def _curve(cleaned: CleanedRecords, design: Design, outcome: str) -> dict:
    return {"curve": curve_of(cleaned, rules_of(design, all_of(CORRECTED)), outcome, design, scale_of(outcome))}


def _switches(cleaned: CleanedRecords, design: Design, outcome: str) -> dict:
    return {"from_corrected": switch_effects(cleaned, design, CORRECTED, (outcome,)),
            "from_published": switch_effects(cleaned, design, PUBLISHED, (outcome,))}


def _models(cleaned: CleanedRecords, design: Design, outcome: str) -> dict:
    records, rules = cleaned.records, rules_of(design, all_of(CORRECTED))
    children = cleaned.children(rules)
    frame = analysis_frame(placed_units(records, children, rules, outcome).frame, records, children, rules)
    # The generator of the main analysis, so that imputations and matched sets are the same ones.
    fitted = completed_fits(frame, outcome, records.la_years, rules, design.rng(f"difference_in_differences.{outcome}"))
    models, tests = models_and_tests(fitted, outcome, records.la_years)
    return {"models": tuple(models), "tests": tuple(tests)}


PARTS = {"curve": _curve, "switches": _switches, "models": _models}      # what takes longest first
