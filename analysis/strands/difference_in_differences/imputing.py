"""Multiple imputation of the child covariates: which columns, by which method, from what."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.imputation import impute
from analysis.strands.difference_in_differences.cleaning import MISSING
from analysis.strands.difference_in_differences.covariates import with_age_levels
from analysis.strands.difference_in_differences.rules import Rules

METHODS = {"age": "pmm", "disabled": "logistic", "asylum": "logistic"}
LEVELS = ("gender", "ethnicity", "low_income", "previous_plans")
UNIT = ["child", "date"]


def too_incomplete(frame: pd.DataFrame, names, rules: Rules) -> tuple[str, ...]:
    """Covariates of which the stated share of records or more is missing; they are left out everywhere."""
    limit = rules.estimation["largest_share_missing"]
    shares = {name: (frame[name].isna() | (frame[name] == MISSING)).mean() for name in names}
    return tuple(name for name, share in shares.items() if share >= limit)


def completed_frames(frame: pd.DataFrame, outcome: str, rules: Rules, rng: np.random.Generator) -> list[pd.DataFrame]:
    """The analysis frame once for each imputation, numbers completed, school phase and low income made again.

    Copies of a record in several groups get the same values: distinct units are imputed. Predictors are the outcome,
    the authority, the date and the other covariates, whose missing values are a level.
    """
    settings = rules.estimation
    covariates = rules.child_covariates(outcome)
    methods = {name: method for name, method in METHODS.items() if name in covariates and frame[name].notna().any()}
    levels = [name for name in LEVELS if name in covariates or name == "previous_plans"]
    units = frame.drop_duplicates(UNIT).reset_index(drop=True)
    table = units[["y", "date", *methods, *levels]].assign(la=units["la"].astype(str))
    number = pd.MultiIndex.from_frame(units[UNIT]).get_indexer(pd.MultiIndex.from_frame(frame[UNIT]))
    if not methods:      # nothing incomplete is used: every "imputation" is the frame itself
        return [with_age_levels(frame, rules)] * settings["imputations"]
    drawn = impute(table, methods, rng, m=settings["imputations"], iterations=settings["iterations"],
                   donors=settings["donors"])
    return [with_age_levels(frame.assign(**{name: copy[name].to_numpy()[number] for name in methods}), rules)
            for copy in drawn]
