"""The matched designs in which the intervals are tried: those of the stand-ins, resized, or with some groups only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.methods.repeated_outcomes import FixedDesign, fixed_design
from analysis.strands.difference_in_differences.assignment_effects import AssignmentEffects, assignment_effects
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.covariates import analysis_frame, authority_columns
from analysis.strands.difference_in_differences.definitions import CORRECTED, all_of
from analysis.strands.difference_in_differences.fitting import BINARY_SCALE, completed_fits
from analysis.strands.difference_in_differences.imputing import UNIT
from analysis.strands.difference_in_differences.matching import matched
from analysis.strands.difference_in_differences.outcome_simulation import (
    SimulatedRecords,
    distinct_matched,
    null_means,
    residuals_of,
    simulated_records,
)
from analysis.strands.difference_in_differences.randomisation import assignments_of
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.regression import EFFECT, design_matrix, weighted_fit
from analysis.strands.difference_in_differences.rules import Rules, rules_of
from analysis.strands.difference_in_differences.strand import placed_units


@dataclass(frozen=True)
class Source:
    """One outcome of the stand-ins: the first completed frame with `mean`, what the regression without an effect fits
    each row; `variance` of its residuals (distinct matched records); `residuals` with variance 1."""

    outcome: str
    frame: pd.DataFrame
    dropped: tuple[str, ...]
    rules: Rules
    la_years: pd.DataFrame
    variance: float
    residuals: np.ndarray


@dataclass(frozen=True)
class TrialDesign:
    """A matched design ready for many outcomes: with `fixed` its regression, with `again` and `kept` its permutations,
    matching made again or weights kept; `treated` pilots with matched records; `row_df` the original's degrees of
    freedom."""

    source: Source
    frame: pd.DataFrame
    fixed: FixedDesign
    again: AssignmentEffects
    kept: AssignmentEffects
    treated: int
    row_df: float

    def records(self, icc: float) -> SimulatedRecords:
        """The model of its records when shocks of authorities by period are the share `icc` of the residual variance,
        and those of authorities the share that the design gives them."""
        own = float(self.source.rules.simulation["authority_share"])
        shocks = np.sqrt(np.array([own, icc]) * self.source.variance)
        noise = {"scale": BINARY_SCALE}
        if self.source.outcome == "duration":
            noise = {"residuals": self.source.residuals * np.sqrt((1 - own - icc) * self.source.variance)}
        return simulated_records(self.frame, self.frame["mean"].to_numpy(), *shocks, **noise)


def source_of(records: Records, design: Design, outcome: str) -> Source:
    """The outcome under corrected definitions, as the strand analyses it; of the imputations the first."""
    rules = rules_of(design, all_of(CORRECTED))
    children = clean(records, rules)
    frame = analysis_frame(placed_units(records, children, rules, outcome).frame, records, children, rules)
    fitted = completed_fits(frame, outcome, records.la_years, rules,
                            design.rng(f"difference_in_differences.{outcome}"))
    item, fit = fitted.sets[0], fitted.fits[0]
    X = design_matrix(item.frame, outcome, authority_columns(records.la_years), fitted.rules)[list(fit.names)]
    means = null_means(fit, X)
    kept = distinct_matched(item.frame, item.matching.weights)
    variance = float(np.mean((item.frame["y"].to_numpy() - means)[kept] ** 2))
    return Source(outcome, item.frame.assign(mean=means), fitted.dropped, fitted.rules, records.la_years, variance,
                  residuals_of(item.frame, X, item.matching.weights, 1.0))


def trial_design(source: Source, rng: np.random.Generator, *, groups: int | None = None,
                 size: float = 1.0) -> TrialDesign:
    """The source's records, or those of its first `groups` matched groups by letter, or `size` times as many, matched.

    Records are resampled within authority and period, fewer without and more with replacement, each draw a record of
    its own with all its copies; multiplicities and matching are then made again.
    """
    frame = source.frame
    if groups is not None:
        frame = frame[frame["group"].isin(sorted(frame["group"].unique())[:groups])]
    frame = resized(frame, size, rng)
    times = frame.groupby(UNIT)["la"].transform("size")
    item = matched(frame.assign(inverse_multiplicity=1.0 / times).reset_index(drop=True), source.outcome,
                   source.dropped, source.rules)
    weights, rules = item.matching.weights, source.rules
    fit = weighted_fit(item.frame, weights, source.outcome, source.la_years, rules)
    X = design_matrix(item.frame, source.outcome, authority_columns(source.la_years), rules)[list(fit.names)]
    permutations = int(rules.simulation["permutations"])
    assignments = assignments_of(item.frame, rng, limit=permutations, sample=permutations)
    return TrialDesign(source, item.frame, fixed_design(fit, X, item.frame["la"].to_numpy(), EFFECT, weights=weights),
                       assignment_effects(item.frame, X, weights, assignments),
                       assignment_effects(item.frame, X, weights, assignments, redo_matching=False),
                       item.frame.loc[(item.frame["pilot"] == 1) & (weights > 0), "la"].nunique(),
                       float(fit.n - rules.estimation["published_row_df"][source.outcome]))


def resized(frame: pd.DataFrame, size: float, rng: np.random.Generator) -> pd.DataFrame:
    """`size` times as many records in every authority and period (at least one), drawn from those there."""
    if size == 1:
        return frame
    record = pd.MultiIndex.from_frame(frame[UNIT]).factorize()[0]
    firsts = frame.assign(record=record).drop_duplicates("record")
    drawn = [rng.choice(cell["record"].to_numpy(), max(1, round(size * len(cell))), replace=size > 1)
             for _, cell in firsts.groupby(["la", "after"], sort=True)]
    draws = pd.DataFrame({"record": np.concatenate(drawn)})
    rows = frame.assign(record=record).merge(draws.assign(child=np.arange(len(draws))), on="record",
                                             suffixes=("_before", ""))
    return rows.drop(columns=["record", "child_before"])
