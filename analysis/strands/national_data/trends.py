"""Series by year: means of pilots and of neighbours, and England as published."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.strands.national_data.effects import Panel
from analysis.strands.national_data.indicators import ENGLAND, column_values, indicator_values, indicators


def trends(values: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """By year: pilots, neighbours (unweighted means), pilots_n, neighbours_n, England, and each pilot by its code.

    The authorities are those of the panel throughout; beyond its years, those of them that have a value.
    """
    groups = {"pilots": panel.pilots, "neighbours": panel.comparators}
    table = pd.DataFrame(index=sorted(values["year"].unique()))
    for name, codes in groups.items():
        by_year = values[values["code"].isin(codes)].groupby("year")["value"]
        table[name], table[f"{name}_n"] = by_year.mean(), by_year.count()
    table["england"] = england(values)
    for code in panel.pilots:
        table[code] = values[values["code"] == code].set_index("year")["value"]
    table[["pilots_n", "neighbours_n"]] = table[["pilots_n", "neighbours_n"]].fillna(0).astype(int)
    return table.rename_axis("year").reset_index().dropna(subset=["pilots", "neighbours", "england"], how="all")


def england_series(section: Mapping, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """England's value by year of every indicator whose files are there, by key; and `long_plans`, the percentage of
    child protection plans at 31 March that had lasted two years or more."""
    found = {indicator.key: england(indicator_values(indicator, frames, section["population_lag"]))
             for indicator in indicators(section) if set(indicator.datasets) <= frames.keys()}
    plans = section["long_plans"]
    if plans["dataset"] in frames:
        found["long_plans"] = england(column_values(frames[plans["dataset"]], plans["column"]))
    return found


def england(values: pd.DataFrame) -> pd.Series:
    """England's value by year."""
    rows = values[values["code"] == ENGLAND]
    return rows.set_index("year")["value"].sort_index()
