"""Distributions and means of answers by site and wave, weighted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.interval import t_interval
from analysis.methods.weighted import calibrated_mean
from analysis.strands.survey.weighting import margin_indicators


def answer_shares(returns: pd.DataFrame, variable: str, categories: int, by: list[str]) -> pd.DataFrame:
    """By group: n (unweighted answers), counts `n1` .. `nK`, weighted shares `share1` .. `shareK` in per cent."""
    rows = []
    for key, group in returns[returns[variable].notna()].groupby(by, observed=True):
        codes, weights = group[variable].astype(int), group["weight"]
        row = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)) | {"n": len(group)}
        for k in range(1, categories + 1):
            row[f"n{k}"] = int((codes == k).sum())
            row[f"share{k}"] = float(100 * weights[codes == k].sum() / weights.sum())
        rows.append(row)
    return pd.DataFrame(rows)


def group_means(returns: pd.DataFrame, variable: str, by: list[str], *, level: float) -> pd.DataFrame:
    """Weighted mean of a variable by group with its interval and n; the variance allows for calibration to margins.

    `by` must be columns within which weights were made (wave and site) or unions of such groups.
    """
    rows = []
    for key, group in returns.groupby(by, observed=True):
        mean = calibrated_mean(group[variable], group["weight"], margin_indicators(group))
        found = t_interval(mean.estimate, mean.se, mean.df, level=level, method=f"mean of {variable}")
        rows.append(dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
                    | {"mean": found.estimate, "low": found.low, "high": found.high, "n": mean.n})
    return pd.DataFrame(rows)


def score_bands(returns: pd.DataFrame, variable: str, bounds) -> pd.Series:
    """1 for a score below the first bound, 3 for one above the second, 2 between them; NaN for none."""
    values, (low, high) = returns[variable], bounds
    bands = np.select([values.isna(), values < low, values > high], [np.nan, 1.0, 3.0], 2.0)
    return pd.Series(bands, index=returns.index)


def agreeing(returns: pd.DataFrame, variable: str, agree_from: int) -> pd.Series:
    """100 for an answer from `agree_from` on, 0 for another, NaN for none: its mean is a percentage."""
    values = returns[variable]
    return pd.Series(np.where(values.isna(), np.nan, 100.0 * (values >= agree_from)), index=returns.index)
