"""Schemas of the public statistics: files of Explore education statistics, the interactive tool, the neighbours.

Columns of the statistics files are found by name, because publications order them differently and add new ones. What
a single value cannot show is checked on the whole file: that it holds the years of its name, and every year whole.
"""

from __future__ import annotations

import re

import pandas as pd

from analysis.errors import DataError
from analysis.sources.schema import Table, code, integer, symbol_number, text

SYMBOLS = ("c", "x", "z", "low", "u", "k", ":", "~")
TOOL_SYMBOLS = ("-", "c", "x", "z")
LEVELS = ("National", "Regional", "Local authority")
OLD_CODE = r"\d{3}( / \d{3})?"       # two codes where the publisher combines authorities in one row
NEIGHBOURS = 10
CLOSENESS = ("Extremely close", "Very close", "Close", "Somewhat close", "Not close")
TOOL_ENGLAND = 970                   # the interactive tool's number of England
ROWS_LOST = 3                        # authorities that a year may have fewer than usual: reorganisation, never more
LEAST_REGIONS = 9


def _places() -> tuple:
    return (integer("time_period", 2000, 2100), text("time_identifier"), code("geographic_level", LEVELS),
            text("country_code"), text("country_name"), text("region_code", blank=True),
            text("region_name", blank=True), text("old_la_code", pattern=OLD_CODE, blank=True),
            text("new_la_code", blank=True), text("la_name", blank=True))


def _statistics(*indicators, filters=()) -> Table:
    """A file of Explore education statistics. Indicators ending in a rate or percentage lie from 0 to 100."""
    numbers = tuple(symbol_number(name, SYMBOLS, 0, 100 if _is_share(name) else None) for name in indicators)
    return Table(columns=(*_places(), *(text(name) for name in filters), *numbers),
                 key=("time_period", "geographic_level", "region_code", "old_la_code"), extra_columns="ignore",
                 check=check_statistics)


def _is_share(name: str) -> bool:
    return name.endswith("_percent") or "rate_" in name


def check_statistics(frame: pd.DataFrame, file_name: str) -> None:
    """The file's years are those of its name, and each has England once, its regions and its authorities."""
    years_of_name(frame["time_period"], file_name)
    local = frame["geographic_level"] == "Local authority"
    coded = frame["old_la_code"].notna()
    _refuse_first(frame, local & ~coded, "old_la_code", "a code on a row of an authority", file_name)
    _refuse_first(frame, ~local & coded, "old_la_code", "blank on national and regional rows", file_name)
    counts = pd.crosstab(frame["time_period"], frame["geographic_level"]).reindex(columns=LEVELS, fill_value=0)
    usual = int(counts["Local authority"].median())
    for year, row in counts.iterrows():
        if row["National"] != 1:
            raise _half(file_name, year, f"{row['National']} national rows", "one")
        if row["Regional"] < LEAST_REGIONS:
            raise _half(file_name, year, f"{row['Regional']} regional rows", f"at least {LEAST_REGIONS}")
        if row["Local authority"] < usual - ROWS_LOST:
            raise _half(file_name, year, f"{row['Local authority']} rows of authorities", f"about {usual}, as usual")


def years_of_name(years: pd.Series, file_name: str) -> None:
    """Refuse a file whose years are not those its name gives (`..._2013_to_2025.csv`), or that skips a year."""
    found = sorted(int(year) for year in years.unique())
    named = re.search(r"(\d{4})_to_(\d{4})", file_name)
    first, last = (int(named[1]), int(named[2])) if named else (found[0], found[-1])
    wanted = list(range(first, last + 1))
    outside = [year for year in found if year not in wanted]
    absent = [year for year in wanted if year not in found]
    if outside or absent:
        problem = "holds years that are not those of its name: a file of another year?" if outside else \
            f"lacks {_listed(absent)}: a half-copied file or a file of another year?"
        raise DataError(f"the file {problem}", file=file_name, row=_row_of(years, outside), column=years.name,
                        value=_listed(outside or found), expected=f"every year from {first} to {last}")


def check_tool(frame: pd.DataFrame, file_name: str) -> None:
    """Every measure and year of the interactive tool's file has the same places, England among them."""
    years_of_name(frame["Years"], file_name)
    sizes = frame.groupby(["Short Desc", "Years"])["LA Number"].agg(["size", lambda n: (n == TOOL_ENGLAND).sum()])
    usual = int(sizes["size"].median())
    for (measure, year), (size, england) in sizes.iterrows():
        if england != 1:
            raise _half(file_name, year, f"{england} rows of England (LA Number {TOOL_ENGLAND}) for {measure}", "one")
        if size < usual:
            raise _half(file_name, year, f"{size} rows for {measure}", f"{usual}, as for the other measures and years")


def check_neighbours(frame: pd.DataFrame, file_name: str) -> None:
    """Every authority has ten neighbours, each an authority of the file itself (a lost line shows here)."""
    rows = frame[frame["la_code"].notna()]
    if rows.empty:
        raise DataError("there is no authority in the file", file=file_name)
    known = set(rows["la_code"])
    repeated = rows["la_code"].duplicated()
    _refuse_first(rows, repeated, "la_code", "every authority once", file_name)
    for rank in range(1, NEIGHBOURS + 1):
        column = f"neighbour_{rank}"
        _refuse_first(rows, rows[column].isna(), column, f"{NEIGHBOURS} neighbours", file_name)
        _refuse_first(rows, ~rows[column].isin(known), column, "an authority that has a row of its own", file_name)


def _refuse_first(frame, wrong, column, expected, file_name):
    if wrong.any():
        row = frame.index[wrong.to_numpy()][0]
        value = frame.loc[row, column]
        raise DataError("the value does not fit the rest of the file", file=file_name, row=int(row), column=column,
                        value="" if pd.isna(value) else value, expected=expected)


def _half(file_name, year, found, expected):
    return DataError(f"{found} for {int(year)}: a half-copied file?", file=file_name, expected=expected)


def _row_of(years, outside):
    return int(years.index[years.isin(outside).to_numpy()][0]) if outside else None


def _listed(years) -> str:
    return f"{years[0]} to {years[-1]}" if len(years) > 2 else ", ".join(str(year) for year in years)


def _closeness(name):
    # The publisher writes "Very close" and "Very Close", and "Close " with a blank at its end.
    return code(name, tuple(word.upper() for word in CLOSENESS), blank=True, normalise=True)


_RANKS = range(1, NEIGHBOURS + 1)
_NEIGHBOUR_COLUMNS = tuple(column for rank in _RANKS for column in
                           (text(f"neighbour_{rank}", r"\d{3}", blank=True), _closeness(f"closeness_{rank}")))
_BANDS = ("3_months_or_less", "more_than_3_months_6_months", "more_than_6_months_less_than_1_year",
          "1_year_less_than_2_years", "2_years_or_more")

CHILDREN_IN_NEED = _statistics("Anypoint_episodes", "Anypoint_child", "Started_episodes", "Started_child",
                               "Ended_episodes", "Ended_child", "At31_episodes", "awaiting_assessment",
                               filters=("category",))
REFERRALS = _statistics("referral_count", "rereferral_count", "rereferral_percent", "no_further_action_count",
                        "no_further_action_percent", "not_in_need_count", "not_in_need_percent",
                        "referral_child_count", "rereferral_child_count", "rereferral_child_percent",
                        filters=("category",))
SUBSEQUENT_PLANS = _statistics("CPP_start", "CPP_subsequent", "CPP_subsequent_percent", filters=("category",))
PLAN_DURATIONS = _statistics("CPP_At31", *(name for band in _BANDS for name in (band, f"{band}_percent")),
                             filters=("category",))
WORKFORCE = _statistics("inpost_fte", "inpost_headcount", "starters_fte", "starters_headcount", "leavers_fte",
                        "leavers_headcount", "turnover_rate_fte", "turnover_rate_headcount", "agency_fte",
                        "agency_headcount", "agency_rate_fte", "agency_rate_headcount", "agency_cover_fte",
                        "agency_cover_rate_fte", "vacancy_fte", "vacancy_rate_fte", "vacancy_agency_cover_rate_fte",
                        "case_holders_fte", "cases", "caseload_fte", "working_days_lost_fte", "absence_rate_fte")
POPULATION = _statistics("population_estimate", filters=("age_group",))
INTERACTIVE_TOOL = Table(
    columns=(text("Short Desc"), text("Data item", blank=True), integer("Years", 2000, 2100), text("LA and Regions"),
             symbol_number("Values", TOOL_SYMBOLS, 0), integer("LA Number", 100, 999), text("Region")),
    key=("Short Desc", "Years", "LA Number"), extra_columns="ignore", check=check_tool)
# By position: the header repeats `SNP` ten times and ends with an empty name.
NEIGHBOURS_2021 = Table(
    columns=(text("la_code", r"\d{3}", blank=True), text("la_name", blank=True), text("la_code_again", blank=True),
             text("region_number", blank=True), text("region", blank=True), *_NEIGHBOUR_COLUMNS,
             text("end_of_line", blank=True)),
    by_position=("la_code", "la_name", "la_code_again", "region_number", "region",
                 *(spec.name for spec in _NEIGHBOUR_COLUMNS), "end_of_line"),
    check=check_neighbours)
_NAMES_2025 = {"old_la_code": "la_code", "region_ind": "region_number", "region_name": "region",
               **{f"SN_{rank}": f"neighbour_{rank}" for rank in _RANKS},
               **{f"SN_{rank}P": f"closeness_{rank}" for rank in _RANKS}}
NEIGHBOURS_2025 = Table(
    columns=(text("la_code", r"\d{3}"), text("la_name"), text("region_number"), text("region"), *_NEIGHBOUR_COLUMNS),
    key=("la_code",), rename=lambda name: _NAMES_2025.get(name, name), extra_columns="ignore", check=check_neighbours)

SCHEMAS = {"children_in_need": CHILDREN_IN_NEED, "referrals": REFERRALS, "subsequent_plans": SUBSEQUENT_PLANS,
           "plan_durations": PLAN_DURATIONS, "workforce": WORKFORCE, "interactive_tool": INTERACTIVE_TOOL,
           "population": POPULATION, "neighbours_2021": NEIGHBOURS_2021, "neighbours_2025": NEIGHBOURS_2025}
