"""The strand from records to results: five outcomes, published and corrected definitions."""

from __future__ import annotations

from analysis.design import Design
from analysis.strands.difference_in_differences.cleaning import Children, clean
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, Definitions, all_of
from analysis.strands.difference_in_differences.estimation import effect_alone, estimate
from analysis.strands.difference_in_differences.outcomes import UNITS, check_outcome, without_outliers
from analysis.strands.difference_in_differences.parallel import for_each_outcome
from analysis.strands.difference_in_differences.periods import Units, in_periods, outcome_groups
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.results import Analysis, Effect, OutcomeResult
from analysis.strands.difference_in_differences.rules import OUTCOMES, Rules, rules_of


def analyse(records: Records, design: Design) -> Analysis:
    """Every outcome: effects under the published definitions, full results under the corrected ones."""
    return Analysis(published=analyse_definitions(records, design, all_of(PUBLISHED), effect_alone),
                    corrected=for_each_outcome(_corrected, records, design))


def _corrected(records: Records, design: Design, outcome: str) -> OutcomeResult:
    return analyse_definitions(records, design, all_of(CORRECTED), outcomes=(outcome,))[outcome]


def analyse_definitions(records: Records, design: Design, definitions: Definitions, how=None,
                        outcomes: tuple[str, ...] = OUTCOMES) -> dict[str, OutcomeResult] | dict[str, Effect]:
    """The outcomes by name under one set of definitions (any of them, also one switch alone), each with random numbers
    of its own. `how` is `effect_alone` for the effect and its intervals; without it, the full result."""
    rules = rules_of(design, definitions)
    children = clean(records, rules)
    results = {}
    for outcome in outcomes:
        placed = placed_units(records, children, rules, outcome)
        frame = analysis_frame(placed.frame, records, children, rules)
        rng = design.rng(f"difference_in_differences.{outcome}")
        results[outcome] = (how(frame, outcome, records.la_years, rules, rng) if how
                            else estimate(frame, outcome, records.la_years, rules, placed.flow, rng,
                                           records.implementation))
    return results


def placed_units(records: Records, children: Children, rules: Rules, outcome: str) -> Units:
    """The units of an outcome in their matched groups and periods, with the outcome's flow."""
    units = UNITS[outcome](records, children, rules)
    placed = in_periods(units, outcome_groups(records, outcome, rules), rules)
    check_outcome(placed.frame, outcome)
    cut = outcome == "duration" and not rules.corrected("duration_outliers")
    return without_outliers(placed, rules) if cut else placed
