"""Multiple imputation of the child covariates: which columns, by which method, from what."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.imputation import chain_statistics, impute, potential_scale_reduction
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
    settings, methods = rules.estimation, methods_of(frame, outcome, rules)
    if not methods:      # nothing incomplete is used: every "imputation" is the frame itself
        return [with_age_levels(frame, rules)] * settings["imputations"]
    units = frame.drop_duplicates(UNIT).reset_index(drop=True)
    number = pd.MultiIndex.from_frame(units[UNIT]).get_indexer(pd.MultiIndex.from_frame(frame[UNIT]))
    drawn = impute(_table(units, methods, outcome, rules), methods, rng, m=settings["imputations"],
                   iterations=settings["iterations"], donors=settings["donors"])
    return [with_age_levels(frame.assign(**{name: copy[name].to_numpy()[number] for name in methods}), rules)
            for copy in drawn]


def convergence(frame: pd.DataFrame, outcome: str, rules: Rules, rng: np.random.Generator) -> pd.DataFrame:
    """Statistics of the imputed values over `iterations_shown` iterations of the same chains (`chain_statistics`), with
    `r_hat` of the mean over the second half of them and `n_missing`, by column; empty where nothing is imputed."""
    settings, methods = rules.estimation, methods_of(frame, outcome, rules)
    if not any(frame[name].isna().any() for name in methods):
        return pd.DataFrame(columns=["imputation", "iteration", "column", "mean", "sd", "r_hat", "n_missing"])
    units = frame.drop_duplicates(UNIT).reset_index(drop=True)
    trace = chain_statistics(_table(units, methods, outcome, rules), methods, rng, m=settings["imputations"],
                             iterations=settings["iterations_shown"], donors=settings["donors"])
    parts = []
    for name, rows in trace.groupby("column", sort=False):
        means = rows.pivot(index="imputation", columns="iteration", values="mean").to_numpy()
        parts.append(rows.assign(r_hat=potential_scale_reduction(means[:, means.shape[1] // 2:]),
                                 n_missing=int(units[name].isna().sum())))
    return pd.concat(parts, ignore_index=True)


def methods_of(frame: pd.DataFrame, outcome: str, rules: Rules) -> dict[str, str]:
    """The incomplete covariates that the outcome uses, with their method of imputation."""
    covariates = rules.child_covariates(outcome)
    return {name: method for name, method in METHODS.items() if name in covariates and frame[name].notna().any()}


def _table(units: pd.DataFrame, methods, outcome: str, rules: Rules) -> pd.DataFrame:
    covariates = rules.child_covariates(outcome)
    levels = [name for name in LEVELS if name in covariates or name == "previous_plans"]
    return units[["y", "date", *methods, *levels]].assign(la=units["la"].astype(str))
