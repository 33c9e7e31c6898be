"""Tables of the cost study: cost returns, activity, parameters of the cost model, price index."""

from __future__ import annotations

import pandas as pd

from analysis.design import load_design
from analysis.errors import DataError
from analysis.methods.costing import DISTRIBUTIONS, parameters_of
from analysis.sources.schema import Table, code, integer, number, refuse_gaps, text

_SECTION = load_design().section("costs")
_PILOTS = next(row["pilots"] for row in load_design().section("participation") if row["strand"] == "costs")
HEADINGS, ROLES, YEARS = tuple(_SECTION["headings"]), tuple(_SECTION["roles"]), tuple(_SECTION["years"])
QUALITY = ("high", "medium", "low")
STATUSES = ("published", "public data", "synthetic", "restricted")


def check_cash_or_time(frame: pd.DataFrame, file_name: str) -> None:
    """Cash has an amount and neither hours nor role; staff time has hours and a role and no amount."""
    cash = frame["kind"] == "cash"
    rules = (("amount", cash, True), ("hours", ~cash, True), ("role", ~cash, True), ("amount", ~cash, False),
             ("hours", cash, False), ("role", cash, False))
    for column, rows, wanted in rules:
        wrong = frame.index[rows & (frame[column].notna() != wanted)]
        if len(wrong):
            kind = frame.loc[wrong[0], "kind"]
            raise DataError(f"a row of kind {kind} {'lacks' if wanted else 'has'} its {column}", file=file_name,
                            row=int(wrong[0]), column=column, value=None if wanted else frame.loc[wrong[0], column],
                            expected="an amount for cash; hours and a role for staff time")


def check_activity(frame: pd.DataFrame, file_name: str) -> None:
    """Every pilot has a row for every year."""
    refuse_gaps(frame, {"pilot": None, "year": None}, file_name)


def check_parameters(frame: pd.DataFrame, file_name: str) -> None:
    """Each parameter's value and range fit its distribution."""
    try:
        parameters_of(frame)
    except DataError as error:
        row = frame.index[frame["parameter"] == error.column]
        raise DataError(str(error), file=file_name, row=int(row[0]) if len(row) else None) from error


COSTS = Table(
    columns=(text("entry_id", pattern=r"C\d{4}"), code("pilot", _PILOTS), integer("year", min(YEARS), max(YEARS)),
             code("heading", HEADINGS),
             text("item"), code("timing", ("one-off", "recurring")), code("kind", ("cash", "staff time")),
             number("amount", 0, None, blank=True), number("hours", 0, None, blank=True),
             code("role", ROLES, blank=True)),
    key=("entry_id",), check=check_cash_or_time,
)

ACTIVITY = Table(
    columns=(code("pilot", _PILOTS), integer("year", min(YEARS), max(YEARS)), integer("workers_trained", 0, 5000),
             integer("children_in_need", 1, 50000), integer("days_in_care", 1, 5_000_000)),
    key=("pilot", "year"), check=check_activity,
)

PARAMETERS = Table(
    columns=(text("parameter", pattern=r"[a-z_]+"), text("label"), number("value"), number("low"), number("high"),
             code("distribution", DISTRIBUTIONS), text("unit"), integer("price_year", min(YEARS), max(YEARS)),
             text("source"),
             code("quality", QUALITY), text("judged_by"), code("status", STATUSES)),
    key=("parameter",), check=check_parameters,
)

DEFLATOR = Table(
    columns=(integer("year", 1950, 2100), number("index", 0.001), text("vintage"), text("source"),
             code("status", STATUSES)),
    key=("year",),
)

SCHEMAS = {"costs": COSTS, "cost_activity": ACTIVITY, "cost_parameters": PARAMETERS, "gdp_deflator": DEFLATOR}
