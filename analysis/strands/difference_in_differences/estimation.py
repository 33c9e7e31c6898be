"""The result of one outcome from its analysis frame: fits, inference, description, and what can be concluded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.matching import Imbalance
from analysis.strands.difference_in_differences.conclusions import Conclusion, conclude
from analysis.strands.difference_in_differences.covariates import authority_columns
from analysis.strands.difference_in_differences.description import cell_means, summary_table, yearly_means
from analysis.strands.difference_in_differences.detectable import detectable
from analysis.strands.difference_in_differences.fitting import CompletedFits, completed_fits
from analysis.strands.difference_in_differences.heterogeneity import Heterogeneity, heterogeneity
from analysis.strands.difference_in_differences.imputing import convergence
from analysis.strands.difference_in_differences.inference import inference_of
from analysis.strands.difference_in_differences.leave_out import without_each_authority, without_each_group
from analysis.strands.difference_in_differences.matching import Matched, balance_table
from analysis.strands.difference_in_differences.periods import Flow
from analysis.strands.difference_in_differences.results import (
    Description,
    Effect,
    MatchingSummary,
    OutcomeResult,
    Sample,
)
from analysis.strands.difference_in_differences.rules import Rules


def estimate(frame: pd.DataFrame, outcome: str, la_years: pd.DataFrame, rules: Rules, flow: Flow,
             rng: np.random.Generator, profile: pd.DataFrame | None = None) -> OutcomeResult:
    """The result of one outcome from its analysis frame (see `covariates.analysis_frame`).

    `profile`: rated implementation by pilot (pilot_la, score). Raises `DataError` when a cell of the design is empty or
    nearly so, or the outcome never varies.
    """
    fitted = completed_fits(frame, outcome, la_years, rules, rng)
    sample = sample_of(fitted.sets[0])
    chains, simulations, orders = rng.spawn(3)
    own, why_not = _heterogeneity(fitted, outcome, la_years, profile, orders)
    return OutcomeResult(outcome=outcome, definitions=rules.definitions,
                         inference=inference_of(fitted, outcome, la_years, rng), sample=sample,
                         matching=summary_of(fitted.sets), description=description_of(fitted, outcome, la_years),
                         dropped=fitted.dropped, fits=tuple(fitted.fits),
                         flow=(*flow, ("Matched, a record once a group", sample.n_rows)),
                         convergence=convergence(frame, outcome, fitted.rules, chains),
                         detectable=detectable(fitted.sets[0], fitted.fits[0], outcome, la_years, fitted.rules,
                                               simulations, runs=int(rules.estimation["simulations"])),
                         heterogeneity=own, no_heterogeneity=why_not)


def _heterogeneity(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame, profile: pd.DataFrame | None,
                   rng: np.random.Generator) -> tuple[Heterogeneity | None, str]:
    if profile is None:
        return None, "no rated implementation was read"
    try:
        return heterogeneity(fitted, outcome, la_years, profile, rng), ""
    except DataError as error:
        return None, str(error)


def effect_alone(frame: pd.DataFrame, outcome: str, la_years: pd.DataFrame, rules: Rules,
                 rng: np.random.Generator) -> Effect:
    """The effect of one outcome with its intervals and nothing else; raises as `estimate`."""
    fitted = completed_fits(frame, outcome, la_years, rules, rng)
    first = fitted.sets[0]
    cells = cell_means(first.frame, first.matching.weights)
    before = cells[(cells["arm"] == "Pilots") & (cells["period"] == "Before")]
    return Effect(outcome, rules.definitions, fitted.effect.interval, fitted.row_based(outcome), sample_of(first),
                  float(before["mean"].iloc[0]))


def description_of(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame) -> Description:
    """Tables of the first completed and matched data set, and the effect without each authority and group."""
    item, child_names = fitted.sets[0], fitted.rules.child_covariates(outcome)
    frame, weights = item.frame, item.matching.weights
    names = [*child_names, *authority_columns(la_years)]
    return Description(
        cells=cell_means(frame, weights), trend=yearly_means(frame, weights),
        balance=balance_table(frame, frame["inverse_multiplicity"].to_numpy(), weights, names),
        summary=summary_table(frame, child_names, weights),
        without=without_each_group(fitted, outcome, la_years), without_authority=without_each_authority(fitted))


def sample_of(item: Matched) -> Sample:
    """What stands behind an estimate: matched records, authorities, pilots, groups."""
    kept = item.frame[item.matching.weights > 0]
    return Sample(len(kept.drop_duplicates(["child", "date"])), len(kept), kept["la"].nunique(),
                  kept.loc[kept["pilot"] == 1, "la"].nunique(), kept["group"].nunique())


def summary_of(sets: list[Matched]) -> MatchingSummary:
    """Means over the imputations of how matching went."""
    def mean(values):
        return float(np.mean(list(values)))

    results = [item.matching for item in sets]
    return MatchingSummary(
        mean(100 * r.n_treated_matched / r.n_treated for r in results),
        mean(100 * r.n_controls_matched / r.n_controls for r in results),
        mean(r.n_strata for r in results), mean(r.n_strata_matched for r in results),
        _mean_imbalance([item.before for item in sets]), _mean_imbalance([item.after for item in sets]))


def conclusion(result: OutcomeResult, rules: Rules) -> Conclusion:
    """What may be concluded from a result (`conclusions.conclude`)."""
    inference = result.inference
    return conclude(inference.cr2.estimate, inference.cr2.p, inference.permutation.p, inference.equivalence.equivalent,
                    1 - float(rules.estimation["level"]))


def _mean_imbalance(items: list[Imbalance]) -> Imbalance:
    return Imbalance(float(np.mean([item.l1 for item in items])),
                     float(np.mean([item.common_support for item in items])),
                     round(np.mean([item.n_cells for item in items])))
