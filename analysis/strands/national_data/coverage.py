"""What the files hold: every indicator as it is declared, and how many numbers each pilot has in each year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.strands.national_data.evaluation import NationalData


def indicator_list(national: NationalData, section: Mapping) -> pd.DataFrame:
    """One row an indicator: the entry of the design, and the years that its file holds ("" without the file)."""
    rows = []
    for result in national.results:
        item = result.indicator
        years = "" if result.values is None else f"{result.values['year'].min()} to {result.values['year'].max()}"
        columns = item.tool_measure or ", ".join(item.columns)
        rows.append({"indicator": item.title, "dataset": item.dataset.replace("_", " "),
                     "columns": f"100 less {columns}" if item.complement else columns,
                     "denominator": item.denominator or "none", "window": f"{item.years[0]} to {item.years[1]}",
                     "held": years, "breaks": ", ".join(map(str, item.breaks)) or "none",
                     "rounding": section["rounding"][item.dataset], "polarity": item.polarity})
    return pd.DataFrame(rows)


def pilot_coverage(national: NationalData) -> pd.DataFrame:
    """One row a pilot of round 2: in each year of the files, indicators with a number, of those the files have then.

    Columns: pilot, then one a year as text, "21 of 25"; and `gaps`, the symbols in place of numbers and how often.
    """
    there = [result.values.assign(indicator=result.indicator.key) for result in national.results
             if result.values is not None]
    whole = pd.concat(there, ignore_index=True)
    offered = whole.groupby("year")["indicator"].nunique()
    rows = []
    for code in national.pilots.round_2:
        own = whole[whole["code"] == code]
        held = own[own["value"].notna()].groupby("year")["indicator"].nunique().reindex(offered.index, fill_value=0)
        symbols = own.loc[own["value"].isna(), "symbol"].str.split(" ").str[0].value_counts()
        rows.append({"pilot": national.pilots.names[code],
                     **{str(year): f"{held[year]} of {offered[year]}" for year in offered.index},
                     "gaps": ", ".join(f"{n} [{symbol}]" for symbol, n in symbols.items()) or "none"})
    return pd.DataFrame(rows)
