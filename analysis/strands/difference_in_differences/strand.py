"""The strand from records to results: five outcomes, published and corrected definitions."""

from __future__ import annotations

from dataclasses import replace

from analysis.design import Design
from analysis.strands.difference_in_differences.cleaning import Children
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, Definitions, all_of
from analysis.strands.difference_in_differences.estimation import effect_alone, estimate
from analysis.strands.difference_in_differences.extract import Extract
from analysis.strands.difference_in_differences.outcomes import UNITS, check_outcome, without_outliers
from analysis.strands.difference_in_differences.parallel import for_each_outcome
from analysis.strands.difference_in_differences.periods import Units, in_periods, outcome_groups
from analysis.strands.difference_in_differences.populations import Populations, populations
from analysis.strands.difference_in_differences.records import Records, Reference
from analysis.strands.difference_in_differences.results import Analysis, Effect, OutcomeResult
from analysis.strands.difference_in_differences.rules import OUTCOMES, Rules, rules_of


def analyse(source: Records | Extract, design: Design) -> Analysis:
    """Every outcome: effects under the published definitions, full results under the corrected ones."""
    made = populations(source, rules_of(design, all_of(CORRECTED)))
    return Analysis(published=analyse_definitions(source, design, all_of(PUBLISHED), effect_alone),
                    corrected=for_each_outcome(_corrected, made, design))


def _corrected(made: Populations, design: Design, outcome: str) -> OutcomeResult:
    alone = replace(made, units={outcome: made.units[outcome]})
    return analyse_populations(alone, design, rules_of(design, all_of(CORRECTED)))[outcome]


def analyse_definitions(source: Records | Extract, design: Design, definitions: Definitions, how=None,
                        outcomes: tuple[str, ...] = OUTCOMES) -> dict[str, OutcomeResult] | dict[str, Effect]:
    """The outcomes by name under one set of definitions (any of them, also one switch alone), each with random numbers
    of its own. `how` is `effect_alone` for the effect and its intervals; without it, the full result."""
    rules = rules_of(design, definitions)
    return analyse_populations(populations(source, rules, outcomes), design, rules, how)


def analyse_populations(made: Populations, design: Design, rules: Rules,
                        how=None) -> dict[str, OutcomeResult] | dict[str, Effect]:
    """The outcomes by name, from populations made under the same rules; see `analyse_definitions`."""
    results, la_years = {}, made.reference.la_years
    for outcome, units in made.units.items():
        placed = placed_in_groups(units, made.reference, rules, outcome)
        frame = analysis_frame(placed.frame, made.reference, made.facts, rules)
        rng = design.rng(f"difference_in_differences.{outcome}")
        results[outcome] = (how(frame, outcome, la_years, rules, rng) if how
                            else estimate(frame, outcome, la_years, rules, placed.flow, rng,
                                          made.reference.implementation))
    return results


def placed_units(records: Records, children: Children, rules: Rules, outcome: str) -> Units:
    """The units of an outcome in their matched groups and periods, with the outcome's flow."""
    return placed_in_groups(UNITS[outcome](records, children, rules), records, rules, outcome)


def placed_in_groups(units: Units, reference: Reference, rules: Rules, outcome: str) -> Units:
    """Units of an outcome in their matched groups and periods; published, durations without outliers."""
    placed = in_periods(units, outcome_groups(reference, outcome, rules), rules)
    check_outcome(placed.frame, outcome)
    cut = outcome == "duration" and not rules.corrected("duration_outliers")
    return without_outliers(placed, rules) if cut else placed
