"""Indicators as values of authorities, regions and England by year, with the symbol that stands where no value does.

Sources are the checked frames of `analysis.sources`; every value keeps its symbol, and none is filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from analysis.errors import DesignError

ENGLAND = "England"
TOOL_ENGLAND = 970
TOOL_REGIONS = tuple(range(980, 991))
NO_ROW = "no row"


@dataclass(frozen=True)
class Indicator:
    """One indicator, as `national_data.indicators` of the design declares it."""

    key: str
    title: str
    topic: str
    measure: str
    dataset: str
    years: tuple[int, int]
    period: str
    polarity: str
    unit: str
    difference: str
    decimals: int
    column: str = ""
    complement: tuple[str, ...] = ()
    denominator: str = ""
    per: float = 1.0
    tool_measure: str = ""
    breaks: tuple[int, ...] = ()
    family: str = ""
    stands_for_family: bool = False
    in_text: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `dataset` the values come from."""
        return self.complement or (self.column,)

    @property
    def in_correction(self) -> bool:
        """Whether it counts among the indicators tested together: of parts of one whole, one alone does."""
        return self.stands_for_family or not self.family

    @property
    def window(self) -> tuple[int, ...]:
        """Every year of the headline window."""
        return tuple(range(self.years[0], self.years[1] + 1))

    @property
    def datasets(self) -> tuple[str, ...]:
        """Datasets the values come from."""
        return (self.dataset, self.denominator) if self.denominator else (self.dataset,)


def indicators(section: Mapping) -> tuple[Indicator, ...]:
    """All indicators of the design, in its order.

    Raises `DesignError` for an entry with an unknown or missing field, or with both or neither of `column` and
    `complement`.
    """
    return tuple(_indicator(key, content) for key, content in section["indicators"].items())


def indicator_values(indicator: Indicator, frames: Mapping[str, pd.DataFrame], lag: int) -> pd.DataFrame:
    """Values of an indicator: columns code, year, value, symbol; England has the code "England", regions are left out.

    A rate is `per` x count / population of the calendar year `lag` before. `symbol` is "" beside a value, else the
    publisher's symbol, in words where it stands in the population's file.
    """
    frame = frames[indicator.dataset]
    if indicator.complement:
        return complement([column_values(frame, column) for column in indicator.complement])
    numerator = column_values(frame, indicator.column, indicator.tool_measure)
    if not indicator.denominator:
        return numerator
    return rate(numerator, column_values(frames[indicator.denominator], "population_estimate"), indicator.per, lag)


def column_values(frame: pd.DataFrame, column: str, tool_measure: str = "") -> pd.DataFrame:
    """Values of a column by code and year: columns code, year, value, symbol."""
    if tool_measure:
        return _tool_values(frame[frame["Short Desc"] == tool_measure])
    rows = frame[frame["geographic_level"] != "Regional"]
    return _values(rows["old_la_code"].fillna(ENGLAND), rows["time_period"], rows[column], rows[f"{column}__symbol"])


def complement(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """100 less the sum of percentages of the same rows; the symbol of the first part that has one."""
    found = parts[0].copy()
    for part in parts[1:]:
        if not (part["code"].equals(found["code"]) and part["year"].equals(found["year"])):
            raise ValueError("parts of other rows")
        found["value"] = found["value"] + part["value"]
        found["symbol"] = found["symbol"].where(found["symbol"] != "", part["symbol"])
    return found.assign(value=100 - found["value"])


def rate(numerator: pd.DataFrame, population: pd.DataFrame, per: float, lag: int) -> pd.DataFrame:
    """`per` x numerator / population of `lag` years before, for every row of the numerator."""
    people = population.assign(year=population["year"] + lag)
    both = numerator.merge(people, on=["code", "year"], how="left", suffixes=("", "_people"))
    missing = both["symbol_people"].fillna(NO_ROW)
    symbol = both["symbol"].mask((both["symbol"] == "") & (missing != ""), missing + " in the population file")
    return pd.DataFrame({"code": both["code"], "year": both["year"],
                         "value": per * both["value"] / both["value_people"], "symbol": symbol})


def authority_names(frame: pd.DataFrame) -> dict[str, str]:
    """Latest published name of each authority by code, from a statistics file or the tool's."""
    if "LA Number" in frame:
        return {str(number): name for number, name in zip(frame["LA Number"], frame["LA and Regions"], strict=True)}
    rows = frame[frame["geographic_level"] == "Local authority"].sort_values("time_period", kind="stable")
    return dict(zip(rows["old_la_code"], rows["la_name"], strict=True))


def authority_regions(frame: pd.DataFrame) -> dict[str, str]:
    """Latest published region of each authority by code, from a statistics file."""
    rows = frame[frame["geographic_level"] == "Local authority"].sort_values("time_period", kind="stable")
    return dict(zip(rows["old_la_code"], rows["region_name"], strict=True))


def file_codes(frame: pd.DataFrame) -> tuple[str, ...]:
    """Codes of the authorities in a file of any of the layouts, each once."""
    if "LA Number" in frame:
        numbers = frame["LA Number"].unique()
        return tuple(str(n) for n in numbers if n != TOOL_ENGLAND and n not in TOOL_REGIONS)
    if "la_code" in frame:
        return tuple(frame["la_code"].dropna().unique())
    return tuple(frame["old_la_code"].dropna().unique())


def symbol_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """How often each symbol stands in each column on rows of authorities: columns column, symbol, cells, of."""
    local = frame[frame["geographic_level"] == "Local authority"] if "geographic_level" in frame else frame
    counts = []
    for name in [column for column in frame if column.endswith("__symbol")]:
        found = local.loc[local[name] != "", name].value_counts()
        counts += [(name.removesuffix("__symbol"), symbol, int(n), len(local)) for symbol, n in found.items()]
    return pd.DataFrame(counts, columns=["column", "symbol", "cells", "of"])


def _indicator(key: str, content: Mapping) -> Indicator:
    known = {field.name for field in fields(Indicator)}
    needed = {"title", "topic", "measure", "dataset", "years", "period", "polarity", "unit", "difference", "decimals"}
    wrong = sorted((set(content) - known) | (needed - set(content)))
    if wrong or bool(content.get("column")) == bool(content.get("complement")):
        raise DesignError(f"data/evaluation.yml, national_data.indicators.{key}: "
                          + (f"{', '.join(wrong)} not known or not given" if wrong
                             else "expected either column or complement"))
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    return Indicator(key=key, **values)


def _tool_values(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[~rows["LA Number"].isin(TOOL_REGIONS)]
    code = rows["LA Number"].astype(int).map(lambda number: ENGLAND if number == TOOL_ENGLAND else str(number))
    return _values(code, rows["Years"], rows["Values"], rows["Values__symbol"])


def _values(code, year, value, symbol) -> pd.DataFrame:
    return pd.DataFrame({"code": code.astype(object), "year": year.astype(int), "value": value.astype(float),
                         "symbol": symbol}).reset_index(drop=True)
