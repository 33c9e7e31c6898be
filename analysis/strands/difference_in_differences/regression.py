"""The regression of the original: columns, effect, and its cluster-robust inference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.clustered import ClusteredFit, fit
from analysis.strands.difference_in_differences.covariates import authority_columns
from analysis.strands.difference_in_differences.rules import Rules

EFFECT = "after_x_pilot"


def design_matrix(frame: pd.DataFrame, outcome: str, la_columns: tuple[str, ...], rules: Rules) -> pd.DataFrame:
    """Columns: constant, after, pilot, after x pilot (the effect), financial year, covariates of child and authority.

    Categories become dummies without their first level in sorted order; there are no authority effects.
    """
    parts = [pd.DataFrame({"constant": 1.0, "after": frame["after"], "pilot": frame["pilot"],
                           EFFECT: frame["after"] * frame["pilot"]}, index=frame.index),
             pd.get_dummies(frame["year"], prefix="year", drop_first=True, dtype=float)]
    for name in rules.child_covariates(outcome):
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        parts.append(frame[[name]].astype(float) if numeric
                     else pd.get_dummies(frame[name], prefix=name, drop_first=True, dtype=float))
    parts.append(frame[list(la_columns)].astype(float))
    if outcome in rules.covariates["elevated_risk_in"]:
        parts.append(frame[["elevated_risk"]])
    return pd.concat(parts, axis=1)


def weighted_fit(frame: pd.DataFrame, weights: np.ndarray, outcome: str, la_years: pd.DataFrame,
                 rules: Rules) -> ClusteredFit:
    """Weighted least squares of y, clustered by authority; columns collinear with earlier ones are left out."""
    X = design_matrix(frame, outcome, authority_columns(la_years), rules)
    return fit(frame["y"].to_numpy(dtype=float), X, frame["la"].to_numpy(), weights=weights, drop_collinear=True)
