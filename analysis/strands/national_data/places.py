"""Single pilots: each against its own neighbours and England, and where every authority stands on a tile map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.errors import DesignError
from analysis.strands.national_data.evaluation import Absent, Evaluated, NationalData
from analysis.strands.national_data.indicators import ENGLAND, NO_ROW


def pilot_values(national: NationalData, code: str, post_from: int) -> pd.DataFrame:
    """One row an indicator: the pilot in the first year of the window, the last before, the last of the window and the
    latest published; its own neighbours (mean) and England in the two in the middle; and the change of the pilot less
    that of its neighbours between those two.

    Where the publisher has a symbol it stands in `<column>__symbol`. Neighbours are those with a value in both years.
    """
    rows = []
    for result in national.results:
        row = {"indicator": result.indicator.title, "unit": result.indicator.unit,
               "first_year": result.indicator.years[0], "last_year": result.indicator.years[1]}
        if isinstance(result, Absent) and result.values is None:
            rows.append(row | {f"{name}__symbol": "x" for name in VALUES})
            continue
        rows.append(row | _of_pilot(result, national, code, post_from))
    frame = pd.DataFrame(rows).reindex(columns=[*rows[0], *(n for name in VALUES for n in (name, f"{name}__symbol"))])
    return frame.loc[:, ~frame.columns.duplicated()]


VALUES = ("first", "before", "last", "latest", "near_before", "near_last", "england_before", "england_last",
          "difference")


def _of_pilot(result, national: NationalData, code: str, post_from: int) -> dict:
    values, (first, last) = result.values, result.indicator.years
    latest = int(values["year"].max())
    found = {"latest_year": latest}
    for name, year in (("first", first), ("before", post_from - 1), ("last", last), ("latest", latest)):
        found[name], found[f"{name}__symbol"] = _cell(values, code, year)
    near = values[values["code"].isin(national.comparison.of_pilot[code])
                  & values["year"].isin([post_from - 1, last])].pivot(index="code", columns="year", values="value")
    near = near.dropna()
    for name, year in (("before", post_from - 1), ("last", last)):
        found[f"near_{name}"] = float(near[year].mean()) if len(near) else np.nan
        found[f"near_{name}__symbol"] = "" if len(near) else "x"
        found[f"england_{name}"], found[f"england_{name}__symbol"] = _cell(values, ENGLAND, year)
    found["difference"] = (found["last"] - found["before"]) - (found["near_last"] - found["near_before"])
    found["difference__symbol"] = "x" if np.isnan(found["difference"]) else ""
    return found


def _cell(values: pd.DataFrame, code: str, year: int) -> tuple[float, str]:
    """A value and its symbol; an authority without a row is not available, x."""
    rows = values[(values["code"] == code) & (values["year"] == year)]
    if rows.empty:
        return np.nan, "x"
    value, symbol = rows.iloc[0][["value", "symbol"]]
    symbol = "x" if symbol.startswith(NO_ROW) else symbol.split(" ")[0]
    return (np.nan, symbol or "x") if pd.isna(value) else (float(value), "")


def slopes(found: Sequence[Evaluated], names: Mapping[str, str], post_from: int) -> pd.DataFrame:
    """Means before and after of every pilot and of the neighbours together: indicator, unit, who, before, after."""
    rows = []
    for result in found:
        values = result.panel.values
        after = np.asarray(values.columns) >= post_from
        for code in result.panel.pilots:
            rows.append({"who": names[code], "before": values.loc[code, ~after].mean(),
                         "after": values.loc[code, after].mean(), "indicator": result.indicator.title,
                         "unit": result.indicator.unit})
        rows.append({"who": "Neighbours, mean", "before": result.effect.neighbours_before,
                     "after": result.effect.neighbours_after, "indicator": result.indicator.title,
                     "unit": result.indicator.unit})
    return pd.DataFrame(rows)


def tiles(section: Mapping, national: NationalData, values: pd.DataFrame, year: int) -> pd.DataFrame:
    """A tile for every authority with a row in `year`: authority, region, role, value, symbol, row and column.

    Regions stand about where they lie (`tiles` of the design: row and column of a region's first tile, and its width);
    in a region authorities follow each other by name, since no map is drawn to scale. Raises `DesignError` for a region
    without a place.
    """
    rows = values[(values["year"] == year) & (values["code"] != ENGLAND)]
    frame = pd.DataFrame({"code": rows["code"], "value": rows["value"], "symbol": rows["symbol"]})
    frame["authority"] = [national.names.get(code, code) for code in frame["code"]]
    frame["region"] = [national.regions.get(code, "") for code in frame["code"]]
    frame["role"] = [_role(national, code) for code in frame["code"]]
    frame = frame.sort_values(["region", "authority"], kind="stable").reset_index(drop=True)
    unknown = sorted(set(frame["region"]) - set(section["tiles"]))
    if unknown:
        raise DesignError(f"data/evaluation.yml, national_data.tiles: no place for {', '.join(map(repr, unknown))}")
    place = frame.groupby("region").cumcount()
    where = [section["tiles"][region] for region in frame["region"]]
    frame["row"] = [at["row"] + k // at["width"] for at, k in zip(where, place, strict=True)]
    frame["column"] = [at["column"] + k % at["width"] for at, k in zip(where, place, strict=True)]
    return frame


def _role(national: NationalData, code: str) -> str:
    if code in national.pilots.round_2:
        return "pilot"
    if code in national.pilots.codes:
        return "pilot of round 1 alone"
    return "neighbour" if code in national.comparison.comparators else "other"
