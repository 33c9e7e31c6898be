"""Authorities that others replaced: predecessors and successors joined to one area, as a sensitivity of the headline.

The headline takes codes as published and loses an authority that was not there in every year. Joined, an area has the
sum of its authorities' counts and of their populations in every year, whichever authorities those are; an area whose
parts are not all there in a year has no value then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.errors import DesignError
from analysis.strands.national_data.authorities import PilotTable
from analysis.strands.national_data.effects import Effect, build_panel, estimate_effect
from analysis.strands.national_data.evaluation import Evaluated, NationalData
from analysis.strands.national_data.indicators import NO_ROW, column_values, rate


@dataclass(frozen=True)
class Area:
    """Codes of the authorities `before` and `after`; `code` stands for both."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def code(self) -> str:
        """The area's own code: those of its newer authorities."""
        return "+".join(self.after)


@dataclass(frozen=True)
class Joined:
    """The headline on joined areas, and the areas that enter it as comparators."""

    effect: Effect
    areas: tuple[str, ...]


def areas_of(section: Mapping, pilots: PilotTable) -> tuple[Area, ...]:
    """The areas of the design for the table of pilots in use. Raises `DesignError` for a code in two areas, or twice in
    one."""
    areas = tuple(Area(row["name"], tuple(row["before"]), tuple(row["after"]))
                  for row in section["reorganised"].get(pilots.key, ()))
    codes = [code for area in areas for code in (*area.before, *area.after)]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise DesignError(f"data/evaluation.yml, national_data.reorganised: {', '.join(twice)} stands twice")
    return areas


def join(values: pd.DataFrame, areas: Sequence[Area]) -> pd.DataFrame:
    """Counts (code, year, value, symbol) with every area's authorities summed under the area's code."""
    inside = {code for area in areas for code in (*area.before, *area.after)}
    parts = [values[~values["code"].isin(inside)]]
    for area in areas:
        for year, rows in values[values["code"].isin([*area.before, *area.after])].groupby("year"):
            there = rows[rows["value"].notna()].set_index("code")["value"]
            whole = next((codes for codes in (area.after, area.before) if set(codes) <= set(there.index)), None)
            parts.append(pd.DataFrame({
                "code": [area.code], "year": [year], "value": [there[list(whole)].sum() if whole else float("nan")],
                "symbol": "" if whole else next((s for s in rows["symbol"] if s), NO_ROW)}))
    return pd.concat(parts, ignore_index=True)


def joined_effect(section: Mapping, frames: Mapping[str, pd.DataFrame], national: NationalData,
                  found: Evaluated) -> Joined | None:
    """The headline of a rate with areas joined; None for a percentage, which cannot be summed."""
    indicator, areas = found.indicator, areas_of(section, national.pilots)
    if not indicator.denominator or not areas:
        return None
    counts = column_values(frames[indicator.dataset], indicator.column, indicator.tool_measure)
    people = column_values(frames[indicator.denominator], "population_estimate")
    lag = section["population_lag"]
    people = people.assign(year=people["year"] + lag)      # areas are joined by the year that the count is of
    values = rate(join(counts, areas), join(people, areas), indicator.per, 0)
    area_of = {code: area.code for area in areas for code in (*area.before, *area.after)}
    comparators = list(dict.fromkeys(area_of.get(code, code) for code in national.comparison.comparators))
    panel = build_panel(values, national.comparison.pilots, comparators, indicator.window)
    entered = tuple(area.name for area in areas if area.code in panel.values.index)
    return Joined(estimate_effect(panel, section["post_from"], section["level"], section["power"]), entered)
