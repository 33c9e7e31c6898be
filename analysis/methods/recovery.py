"""Planted against recovered over many runs: coverage of intervals, bias and rejections, with Monte Carlo errors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError


def recovered(runs: pd.DataFrame, by, *, alpha: float = 0.05) -> pd.DataFrame:
    """One row for each value of the columns `by`, in order of appearance, from rows with truth, estimate, low, high, p.

    `runs` how many; `truth`; `mean` estimate with its Monte Carlo error `mean_error`; `coverage` of the interval and
    `coverage_error`, in per cent; `rejection`, the per cent of runs with p below `alpha` (NaN without a test). Raises
    `DataError` for a group with more than one truth, fewer than two runs or a missing bound.
    """
    rows = []
    for key, group in runs.groupby(list(by), sort=False):
        if group["truth"].nunique() != 1 or len(group) < 2 or group[["estimate", "low", "high"]].isna().any(axis=None):
            raise DataError("runs that do not belong together", value=key,
                            expected="one truth, two runs or more, each with its interval")
        n, truth = len(group), group["truth"].iloc[0]
        held = ((group["low"] <= truth) & (truth <= group["high"])).mean()
        tested = group["p"].dropna()
        rows.append({**dict(zip(by, key, strict=True)), "runs": n, "truth": truth, "mean": group["estimate"].mean(),
                     "mean_error": group["estimate"].std(ddof=1) / np.sqrt(n), "coverage": 100 * held,
                     "coverage_error": 100 * np.sqrt(held * (1 - held) / n),
                     "rejection": 100 * (tested < alpha).mean() if len(tested) else np.nan})
    return pd.DataFrame(rows)
