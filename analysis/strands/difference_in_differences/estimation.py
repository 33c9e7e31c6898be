"""One outcome from its analysis frame: imputation, matching, regression, pooling, permutation, power."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit
from analysis.methods.equivalence import equivalence_test, minimum_detectable_effect
from analysis.methods.matching import Imbalance
from analysis.methods.pooling import Pooled, pool, pool_intervals
from analysis.strands.difference_in_differences.covariates import authority_columns
from analysis.strands.difference_in_differences.description import cell_means, event_study, summary_table, yearly_means
from analysis.strands.difference_in_differences.imputing import completed_frames, too_incomplete
from analysis.strands.difference_in_differences.matching import Matched, balance_table, matched
from analysis.strands.difference_in_differences.outcomes import check_outcome
from analysis.strands.difference_in_differences.periods import Flow
from analysis.strands.difference_in_differences.randomisation import assignments_of, randomisation_test
from analysis.strands.difference_in_differences.regression import EFFECT, design_matrix, weighted_fit
from analysis.strands.difference_in_differences.results import (
    Description,
    Effect,
    Inference,
    MatchingSummary,
    OutcomeResult,
    Sample,
)
from analysis.strands.difference_in_differences.rules import Rules

BINARY_SCALE = 100.0    # shares in per cent, so that effects are percentage points


def estimate(frame: pd.DataFrame, outcome: str, la_years: pd.DataFrame, rules: Rules, flow: Flow,
             rng: np.random.Generator) -> OutcomeResult:
    """The result of one outcome from its analysis frame (see `covariates.analysis_frame`).

    Raises `DataError` when a cell of the design is empty or nearly so, or the outcome never varies.
    """
    fitted = completed_fits(frame, outcome, la_years, rules, rng)
    sets, rules = fitted.sets, fitted.rules
    sample = sample_of(sets[0])
    return OutcomeResult(outcome=outcome, definitions=rules.definitions,
                         inference=inference_of(fitted, outcome, la_years, rng), sample=sample,
                         matching=summary_of(sets), description=description_of(sets[0], outcome, la_years, rules),
                         dropped=fitted.dropped, flow=(*flow, ("Matched", sample.n_rows)))


def effect_alone(frame: pd.DataFrame, outcome: str, la_years: pd.DataFrame, rules: Rules,
                 rng: np.random.Generator) -> Effect:
    """The effect of one outcome with its intervals and nothing else; raises as `estimate`."""
    fitted = completed_fits(frame, outcome, la_years, rules, rng)
    first = fitted.sets[0]
    cells = cell_means(first.frame, first.matching.weights)
    before = cells[(cells["arm"] == "Pilots") & (cells["period"] == "Before")]
    return Effect(outcome, rules.definitions, fitted.effect.interval,
                  row_based(fitted.fits, outcome, fitted.rules).interval, sample_of(first),
                  float(before["mean"].iloc[0]))


@dataclass(frozen=True)
class CompletedFits:
    """The matched data sets and regressions of the imputations; `rules` without the covariates in `dropped`."""

    sets: list[Matched]
    fits: list[ClusteredFit]
    dropped: tuple[str, ...]
    rules: Rules

    @property
    def effect(self) -> Pooled:
        """The headline: CR2 with Satterthwaite degrees of freedom, pooled."""
        level = _level(self.rules)
        return pool_intervals([fit.cr2(EFFECT, level) for fit in self.fits], level=level)


def completed_fits(frame: pd.DataFrame, outcome: str, la_years: pd.DataFrame, rules: Rules,
                   rng: np.random.Generator) -> CompletedFits:
    """Impute, match and regress; raises as `estimate`."""
    check_outcome(frame, outcome)
    scaled = frame if outcome == "duration" else frame.assign(y=frame["y"] * BINARY_SCALE)
    dropped = too_incomplete(scaled, rules.child_covariates(outcome), rules)
    rules = _without(rules, outcome, dropped)
    sets = [matched(copy, outcome, dropped, rules) for copy in completed_frames(scaled, outcome, rules, rng)]
    _check_cells(sets[0], outcome, rules)
    fits = [weighted_fit(item.frame, item.matching.weights, outcome, la_years, rules) for item in sets]
    return CompletedFits(sets, fits, dropped, rules)


def inference_of(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame, rng: np.random.Generator) -> Inference:
    """The effect with its uncertainty, pooled over the imputations."""
    sets, fits, rules, cr2 = fitted.sets, fitted.fits, fitted.rules, fitted.effect
    level, bound = _level(rules), rules.estimation["equivalence"][outcome]
    names = authority_columns(la_years)
    designs = [(item.frame, design_matrix(item.frame, outcome, names, rules)[list(fit.names)], item.matching.weights)
               for item, fit in zip(sets, fits)]
    assignments = assignments_of(sets[0].frame, rng, **rules.estimation["permutations"])
    return Inference(
        cr2=cr2.interval, cr1=pool_intervals([fit.cr1(EFFECT, level) for fit in fits], level=level).interval,
        cr1_rows=row_based(fits, outcome, rules).interval, permutation=randomisation_test(designs, assignments),
        missing_information=cr2.missing_information,
        mde=minimum_detectable_effect(cr2.interval.se, cr2.interval.df, power=rules.estimation["power"],
                                      alpha=1 - level),
        equivalence=equivalence_test(cr2.interval, -bound, bound))


def description_of(item: Matched, outcome: str, la_years: pd.DataFrame, rules: Rules) -> Description:
    """Tables of one completed and matched data set."""
    frame, weights, la_names = item.frame, item.matching.weights, authority_columns(la_years)
    child_names = rules.child_covariates(outcome)
    follow_up = 0 if outcome == "duration" else int(rules.follow_up[outcome])
    return Description(
        cells=cell_means(frame, weights), trend=yearly_means(frame, weights),
        event_study=event_study(frame, weights, outcome, la_names, rules, follow_up),
        balance=balance_table(frame, frame["inverse_multiplicity"].to_numpy(), weights, [*child_names, *la_names]),
        summary=summary_table(frame, child_names, weights), without=without_each_group(item, outcome, la_years, rules))


def row_based(fits: list[ClusteredFit], outcome: str, rules: Rules) -> Pooled:
    """The original's inference: CR1 with the factor G / (G - 1), pooled with degrees of freedom n - 17 or n - 18."""
    intervals = [fit.cr1(EFFECT, _level(rules), factor="clusters") for fit in fits]
    less = rules.estimation["published_row_df"][outcome]
    return pool([item.estimate for item in intervals], [item.se**2 for item in intervals],
                [fit.n - less for fit in fits], level=_level(rules), method="CR1, rows")


def without_each_group(item: Matched, outcome: str, la_years: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """The effect (CR2) leaving out one matched group at a time: group, estimate, low, high."""
    frame, weights = item.frame, item.matching.weights
    rows = []
    for group in sorted(frame["group"].unique()):
        keep = (frame["group"] != group).to_numpy()
        fitted = weighted_fit(frame[keep], weights[keep], outcome, la_years, rules)
        interval = fitted.cr2(EFFECT, _level(rules))
        rows.append({"group": group, "estimate": interval.estimate, "low": interval.low, "high": interval.high})
    return pd.DataFrame(rows)


def sample_of(item: Matched) -> Sample:
    """What stands behind an estimate: matched records, authorities, pilots, groups."""
    kept = item.frame[item.matching.weights > 0]
    return Sample(len(kept.drop_duplicates(["child", "date"])), len(kept), kept["la"].nunique(),
                  kept.loc[kept["pilot"] == 1, "la"].nunique(), kept["group"].nunique())


def summary_of(sets: list[Matched]) -> MatchingSummary:
    """Means over the imputations of how matching went."""
    mean = lambda values: float(np.mean(list(values)))
    results = [item.matching for item in sets]
    return MatchingSummary(
        mean(100 * r.n_treated_matched / r.n_treated for r in results),
        mean(100 * r.n_controls_matched / r.n_controls for r in results),
        mean(r.n_strata for r in results), mean(r.n_strata_matched for r in results),
        _mean_imbalance([item.before for item in sets]), _mean_imbalance([item.after for item in sets]))


def conclusion(result: OutcomeResult, rules: Rules) -> str:
    """The stated rule in words.

    Evidence of an effect: the CR2 interval excludes nought and the permutation test is below the same level. One of
    the two alone: the tests disagree. Neither: no evidence of an effect, or evidence of no meaningful one where the
    equivalence test passes.
    """
    inference, alpha = result.inference, 1 - _level(rules)
    interval = inference.cr2
    direction = "an increase" if interval.estimate > 0 else "a reduction"
    found = (interval.p < alpha, inference.permutation.p < alpha)
    if all(found):
        return f"evidence of {direction}"
    if any(found):
        return f"weak evidence of {direction}"
    return "evidence of no meaningful effect" if inference.equivalence.equivalent else "no evidence of an effect"


def _mean_imbalance(items: list[Imbalance]) -> Imbalance:
    return Imbalance(float(np.mean([item.l1 for item in items])),
                     float(np.mean([item.common_support for item in items])),
                     round(np.mean([item.n_cells for item in items])))


def _without(rules: Rules, outcome: str, dropped: tuple[str, ...]) -> Rules:
    """The rules without the covariates that are too incomplete."""
    kept = [name for name in rules.child_covariates(outcome) if name not in dropped]
    return replace(rules, covariates={**rules.covariates, "rows": {outcome: kept, "default": kept}})


def _check_cells(item: Matched, outcome: str, rules: Rules) -> None:
    kept = item.frame[item.matching.weights > 0]
    sizes = kept.groupby(["pilot", "after"]).size()
    if len(sizes) < 4 or sizes.min() < rules.estimation["least_units"]:
        raise DataError(f"outcome {outcome}: too few matched records in a cell of the design", value=dict(sizes),
                        expected=f"at least {rules.estimation['least_units']} in each")


def _level(rules: Rules) -> float:
    return float(rules.estimation["level"])
