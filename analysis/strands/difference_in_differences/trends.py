"""Is parallel trends believable? Everything that speaks to it, for every outcome under the corrected definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.design import Design
from analysis.errors import DataError
from analysis.methods.breakdown import Breakdown, breakdown
from analysis.methods.event_coefficients import event_coefficients
from analysis.methods.relative_magnitude_bounds import relative_magnitude_interval
from analysis.methods.trend_bounds import TrendBounds, trend_bounds
from analysis.strands.difference_in_differences.authority_quarters import authority_panel
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, all_of
from analysis.strands.difference_in_differences.event_study import EventStudy, event_study
from analysis.strands.difference_in_differences.extract import Extract
from analysis.strands.difference_in_differences.fitting import CompletedFits, completed_fits, scale_of
from analysis.strands.difference_in_differences.parallel import for_each_outcome
from analysis.strands.difference_in_differences.periods import outcome_groups
from analysis.strands.difference_in_differences.placebo import Placebo, placebo_dates, placebo_outcomes
from analysis.strands.difference_in_differences.populations import Populations, populations
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import Rules, rules_of
from analysis.strands.difference_in_differences.staggered_adoption import StaggeredEffects, staggered_effects
from analysis.strands.difference_in_differences.strand import placed_in_groups


@dataclass(frozen=True)
class OutcomeTrends:
    """One outcome: event study, bounds on violations of parallel trends for the mean of the years after, placebos, and
    the estimators of staggered adoption. `no_effect_breakdown`: the relative magnitude from which the robust interval
    that decides an equivalence test no longer lies inside the bounds of the design, nought where it never does.
    `published_years`: the event study with event years as the original counted them, on the same matched records; None,
    with the reason in `published_problem`, where they leave too few records in the reference year."""

    outcome: str
    event_study: EventStudy
    published_years: EventStudy | None
    published_problem: str
    bounds: TrendBounds
    no_effect_breakdown: Breakdown
    placebos: tuple[Placebo, ...]
    staggered: StaggeredEffects


def analyse_trends(source: Records | Extract, design: Design) -> Mapping[str, OutcomeTrends]:
    """Every outcome's trends, each with random numbers of its own; raises as the parts do."""
    return for_each_outcome(trends_of, populations(source, rules_of(design, all_of(CORRECTED))), design)


def trends_of(made: Populations, design: Design, outcome: str) -> OutcomeTrends:
    """The trends of one outcome, from populations made under the corrected definitions."""
    rules, reference = rules_of(design, all_of(CORRECTED)), made.reference
    units = made.units[outcome]
    frame = analysis_frame(placed_in_groups(units, reference, rules, outcome).frame, reference, made.facts, rules)
    # The generator of the main analysis, so that imputations and matched sets are the same ones.
    fitted = completed_fits(frame, outcome, reference.la_years, rules,
                            design.rng(f"difference_in_differences.{outcome}"))
    found = event_study(fitted.sets, outcome, reference.la_years, fitted.rules)
    placebos = (*placebo_dates(made, outcome, rules, design), *placebo_outcomes(frame, outcome, made, rules, design))
    panel = authority_panel(units.frame, outcome_groups(reference, outcome, rules), outcome, rules,
                            scale=scale_of(outcome))
    staggered = staggered_effects(panel, design.rng(f"difference_in_differences.{outcome}.staggered"),
                                  permutations=int(rules.trends["permutations"]),
                                  level=float(rules.estimation["level"]))
    return OutcomeTrends(outcome, found, *_published_years(fitted, outcome, reference.la_years),
                         bounds_of(found, outcome, rules), no_effect_breakdown(found, outcome, rules), placebos,
                         staggered)


def _published_years(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame) -> tuple[EventStudy | None, str]:
    """The event study with event years as published, and nothing else so; or why there is none."""
    definitions = fitted.rules.definitions.with_switch("event_time", PUBLISHED)
    try:
        return event_study(fitted.sets, outcome, la_years, replace(fitted.rules, definitions=definitions)), ""
    except DataError as error:
        return None, str(error)


def bounds_of(found: EventStudy, outcome: str, rules: Rules) -> TrendBounds:
    """Bounds for the mean of the years after. Changes of slope are in shares of the smallest effect of interest a year;
    critical values are Student's t with the degrees of freedom of that mean."""
    smallest = float(rules.estimation["equivalence"][outcome])
    coefficients = event_coefficients(found.estimates, found.covariance, found.years)
    return trend_bounds(coefficients, smoothness=[share * smallest for share in rules.trends["smoothness"]],
                        relative_magnitude=list(rules.trends["relative_magnitude"]),
                        largest_relative_magnitude=float(rules.trends["largest_magnitude"]),
                        level=float(rules.estimation["level"]), df=found.mean_after.df)


def no_effect_breakdown(found: EventStudy, outcome: str, rules: Rules) -> Breakdown:
    """Smallest relative magnitude at which the 1 - 2 alpha robust interval leaves the equivalence bounds."""
    bound, inner_level = float(rules.estimation["equivalence"][outcome]), 1 - 2 * (1 - rules.estimation["level"])
    coefficients = event_coefficients(found.estimates, found.covariance, found.years)

    def leaves(magnitude: float) -> bool:
        inner = relative_magnitude_interval(coefficients, magnitude, level=inner_level, df=found.mean_after.df)
        return not (-bound < inner.low and inner.high < bound)

    return breakdown(leaves, start=1.0, largest=float(rules.trends["largest_magnitude"]))
