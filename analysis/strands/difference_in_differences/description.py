"""Weighted means by arm, period and year, event study, and summary of the covariates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import fit
from analysis.strands.difference_in_differences.regression import design_matrix
from analysis.strands.difference_in_differences.rules import Rules

ARMS = {1.0: "Pilots", 0.0: "Comparators"}
PERIODS = {0.0: "Before", 1.0: "After"}
REFERENCE = -1
YEAR = 365.25


def cell_means(frame: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """arm, period, n (distinct records), events (those with y above nought), mean of y, weighted."""
    return _means(frame, weights, ["pilot", "after"]).assign(
        arm=lambda t: t["pilot"].map(ARMS), period=lambda t: t["after"].map(PERIODS))[
        ["arm", "period", "n", "events", "mean"]]


def yearly_means(frame: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """year (financial, its first), arm, n, events, mean of y, weighted; all matched records, embedding years too."""
    table = _means(frame, weights, ["year", "pilot"])
    return table.assign(arm=table["pilot"].map(ARMS))[["year", "arm", "n", "events", "mean"]]


def event_years(frame: pd.DataFrame, rules: Rules, follow_up: int) -> pd.Series:
    """Whole years from the embedding: -1, -2, ... backwards before it, 0, 1, ... forwards after it.

    Corrected: backwards from the last day on which follow-up ends before the start, so that the year -1 is whole.
    Published: backwards from the start itself, so that the follow-up eats into the year -1.
    """
    cut = follow_up + 1 if rules.corrected("event_time") else 1
    before = (frame["start"] - frame["date"]).dt.days - cut
    after = (frame["date"] - frame["end"]).dt.days - 1
    years = np.where(frame["after"] == 1, np.floor(after / YEAR), -1 - np.floor(np.maximum(before, 0) / YEAR))
    return pd.Series(years.astype(int), index=frame.index)


def event_study(frame: pd.DataFrame, weights: np.ndarray, outcome: str, la_columns, rules: Rules,
                follow_up: int) -> pd.DataFrame:
    """Pilot x event year, relative to the year before the embedding: event_year, estimate, low, high, n.

    The regression of the effect with event years in place of after; CR2 intervals. Event years in which either arm
    has fewer records than `least_units` are left out. Raises `DataError` when the year before is one of them: the
    others would then be relative to another year.
    """
    years = event_years(frame, rules, follow_up)
    kept = frame[weights > 0].assign(event_year=years[weights > 0])
    sizes = kept.groupby(["event_year", "pilot"]).size().unstack(fill_value=0).min(axis=1)
    wanted = sizes.index[sizes >= rules.estimation["least_units"]]
    if REFERENCE not in wanted:
        raise DataError(f"outcome {outcome}: too few matched records in the year before the embedding",
                        value=int(sizes.get(REFERENCE, 0)),
                        expected=f"at least {rules.estimation['least_units']} in pilots and in comparators")
    rows = kept["event_year"].isin(wanted)
    kept, w = kept[rows], weights[weights > 0][rows]
    base = design_matrix(kept, outcome, la_columns, rules).drop(columns=["after", "after_x_pilot"])
    others = [year for year in wanted if year != REFERENCE]
    for year in others:
        here = (kept["event_year"] == year).astype(float)
        base[f"event {year}"], base[f"pilot event {year}"] = here, here * kept["pilot"]
    result = fit(kept["y"].to_numpy(dtype=float), base[_ordered(base)], kept["la"].to_numpy(), weights=w,
                 drop_collinear=True)
    table = [{"event_year": REFERENCE, "estimate": 0.0, "low": np.nan, "high": np.nan}]
    for year in others:
        name = f"pilot event {year}"
        if name not in result.dropped:
            interval = result.cr2(name)
            table.append({"event_year": year, "estimate": interval.estimate, "low": interval.low,
                          "high": interval.high})
    return pd.DataFrame(table).merge(_counts(kept), on="event_year").sort_values("event_year", ignore_index=True)


def summary_table(frame: pd.DataFrame, names, weights: np.ndarray) -> pd.DataFrame:
    """Shares (per cent) and means of covariates by arm before the embedding, matched and weighted.

    One row a level: covariate, level, pilots, comparators, n_pilots, n_comparators (records with that level)."""
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
            table.append(row)
    return pd.DataFrame(table)


def _means(frame, weights, by) -> pd.DataFrame:
    table = frame[by + ["child", "date", "y"]].assign(w=weights, wy=weights * frame["y"].to_numpy())
    table = table[table["w"] > 0]
    sums = table.groupby(by)[["w", "wy"]].sum()
    distinct = table.drop_duplicates([*by, "child", "date"]).groupby(by)
    out = pd.DataFrame({"n": distinct.size(), "events": distinct["y"].agg(lambda values: int((values > 0).sum())),
                        "mean": sums["wy"] / sums["w"]})
    return out.reset_index()


def _counts(kept: pd.DataFrame) -> pd.DataFrame:
    counts = kept.groupby(["event_year", "pilot"]).size().unstack()
    return counts.rename(columns={1.0: "n_pilots", 0.0: "n_comparators"}).reset_index()


def _ordered(X: pd.DataFrame) -> list[str]:
    """Event columns first, so that a collinear covariate gives way to them."""
    first = [name for name in X if name in ("constant", "pilot") or "event" in name]
    return first + [name for name in X if name not in first]
