"""Tables of the examination of assessments: sampling frame, anonymised cases, ratings by case and rater."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.sources.rating_scale import rating_scale
from analysis.sources.schema import Table, code, date, integer, refuse_gaps, text

SITES = ("A", "B", "C", "D", "E")
DECISIONS = ("No further action", "Early help", "Child in need plan", "Child protection")


def check_frame(frame: pd.DataFrame, file_name: str) -> None:
    """Every pilot has a row; no more drawn than eligible, no more usable than drawn."""
    refuse_gaps(frame, {"site": SITES}, file_name)
    for smaller, larger in (("drawn", "eligible"), ("usable", "drawn")):
        wrong = frame[smaller] > frame[larger]
        if wrong.any():
            raise DataError("more cases than there can be", file=file_name, row=int(frame.index[wrong][0]),
                            column=smaller, value=int(frame.loc[wrong, smaller].iloc[0]), expected=f"at most {larger}")


def check_dates(frame: pd.DataFrame, file_name: str) -> None:
    """An assessment does not end before it starts."""
    wrong = frame["completed"] < frame["started"]
    if wrong.any():
        raise DataError("an assessment ends before it starts", file=file_name, row=int(frame.index[wrong][0]),
                        column="completed", value=str(frame.loc[wrong, "completed"].iloc[0].date()),
                        expected="a date on or after `started`")


def check_raters(frame: pd.DataFrame, file_name: str) -> None:
    """A case's two ratings come from two raters, and none has a second rating alone."""
    same = frame.duplicated(["case_id", "rater"])
    if same.any():
        raise DataError("a rater rated a case twice", file=file_name, row=int(frame.index[same][0]), column="rater",
                        value=frame.loc[same, "rater"].iloc[0], expected="two raters for two ratings")
    first = set(frame.loc[frame["rating"] == "first", "case_id"])
    alone = (frame["rating"] == "second") & ~frame["case_id"].isin(first)
    if alone.any():
        raise DataError("a second rating without a first", file=file_name, row=int(frame.index[alone][0]),
                        column="case_id", value=frame.loc[alone, "case_id"].iloc[0], expected="a first rating too")


FRAME = Table(
    columns=(code("site", SITES), integer("eligible", 0), integer("drawn", 0), integer("usable", 0)),
    key=("site",), check=check_frame,
)

CASES = Table(
    columns=(text("case_id", pattern=r"K\d{3}"), code("site", SITES), date("started", earliest="2015-01-01"),
             date("completed", earliest="2015-01-01"), code("decision", DECISIONS)),
    key=("case_id",), check=check_dates,
)

RATINGS = Table(
    columns=(text("case_id", pattern=r"K\d{3}"), code("rating", ("first", "second")),
             text("rater", pattern=r"R\d{1,2}"),
             *(integer(domain.name, domain.points[0], domain.points[-1], blank=True)
               for domain in rating_scale().all_domains)),
    key=("case_id", "rating"), check=check_raters,
)

SCHEMAS = {"assessment_frame": FRAME, "assessment_cases": CASES, "assessment_ratings": RATINGS}
