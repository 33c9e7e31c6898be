"""Weighted means by arm, period and year, and summary of the covariates."""

from __future__ import annotations

import numpy as np
import pandas as pd

ARMS = {1.0: "Pilots", 0.0: "Comparators"}
PERIODS = {0.0: "Before", 1.0: "After"}


def cell_means(frame: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """arm, period, n (distinct records), events (those with y above nought), mean of y, weighted."""
    return _means(frame, weights, ["pilot", "after"]).assign(
        arm=lambda t: t["pilot"].map(ARMS), period=lambda t: t["after"].map(PERIODS))[
        ["arm", "period", "n", "events", "mean"]]


def yearly_means(frame: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """year (financial, its first), arm, n, events, mean of y, weighted; all matched records, embedding years too."""
    table = _means(frame, weights, ["year", "pilot"])
    return table.assign(arm=table["pilot"].map(ARMS))[["year", "arm", "n", "events", "mean"]]


def summary_table(frame: pd.DataFrame, names, weights: np.ndarray) -> pd.DataFrame:
    """Shares (per cent) and means of covariates by arm before the embedding, matched and weighted.

    One row a level: covariate, level, pilots, comparators, n_pilots, n_comparators (records with that level), and
    `difference`, standardised: pilots less comparators over the root of the mean of the arms' weighted variances."""
    rows = frame["after"].to_numpy() == 0
    frame, weights = frame[rows], weights[rows]
    treated, kept = frame["pilot"].to_numpy() == 1, weights > 0
    table = []
    for name in names:
        column, numeric = frame[name], pd.api.types.is_numeric_dtype(frame[name]) and name == "age"
        levels = [""] if numeric else sorted(column.unique(), key=str)
        for level in levels:
            here = column.to_numpy(dtype=float) if numeric else (column == level).to_numpy(dtype=float) * 100
            row = {"covariate": name, "level": str(level)}
            for arm, label in ((treated, "pilots"), (~treated, "comparators")):
                row[label] = np.average(here[arm], weights=weights[arm])
                row[f"n_{label}"] = int((arm & kept & (numeric | (here > 0))).sum())
            spread = np.sqrt(np.mean([_variance(here[arm], weights[arm]) for arm in (treated, ~treated)]))
            row["difference"] = (row["pilots"] - row["comparators"]) / spread if spread > 0 else np.nan
            table.append(row)
    return pd.DataFrame(table)


def _variance(values, weights) -> float:
    return float(np.average((values - np.average(values, weights=weights)) ** 2, weights=weights))


def _means(frame, weights, by) -> pd.DataFrame:
    table = frame[by + ["child", "date", "y"]].assign(w=weights, wy=weights * frame["y"].to_numpy())
    table = table[table["w"] > 0]
    sums = table.groupby(by)[["w", "wy"]].sum()
    distinct = table.drop_duplicates([*by, "child", "date"]).groupby(by)
    out = pd.DataFrame({"n": distinct.size(), "events": distinct["y"].agg(lambda values: int((values > 0).sum())),
                        "mean": sums["wy"] / sums["w"]})
    return out.reset_index()
