"""Exhibits on parallel trends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.exhibits.did import drawing
from analysis.exhibits.did.common import INTERVAL, PLACE
from analysis.publish import Publisher, count, estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.rules import Rules
from analysis.strands.difference_in_differences.trends import OutcomeTrends


@dataclass(frozen=True)
class TrendInputs:
    """Publisher, results, rules and the datasets behind them."""

    p: Publisher
    trends: Mapping[str, OutcomeTrends]
    rules: Rules
    sources: tuple


def publish_trends(inputs: TrendInputs) -> None:
    """All exhibits on parallel trends."""
    _event_study(inputs)


def event_study_table(trends: Mapping[str, OutcomeTrends]) -> pd.DataFrame:
    """The event studies of all outcomes, one row an outcome and event year, with the outcome's name and unit."""
    return pd.concat([found.event_study.table.assign(outcome=tables.NAMES[name], unit=tables.unit_of(name))
                      for name, found in trends.items()], ignore_index=True)


def _event_study(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-event-study", title=_event_title, draw=drawing.event_studies,
        subtitle=f"Pilots less comparators by year from embedding, relative to the year before, {PLACE}",
        frame=event_study_table(inputs.trends),
        columns=[label("outcome", "Outcome"), estimate("event_year", "Year from embedding", decimals=0),
                 estimate("estimate", "Difference", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 count("n_pilots", "Records in pilots"), count("n_comparators", "Records in comparators")],
        describe=_describe_event, made_by=event_study_table, sources=inputs.sources, about_people=True,
        note="Year -1 is the reference, a whole year up to the last day on which follow-up ends before the embedding. "
             "CR2 intervals. Intervals that include zero before the embedding do not prove parallel trends.")


def _event_title(frame: pd.DataFrame) -> str:
    leads = frame[(frame["event_year"] < -1)]
    outside = int(((leads["low"] > 0) | (leads["high"] < 0)).sum())
    verb = "differs" if outside < 2 else "differ"
    return f"{outside or 'None'} of {len(leads)} earlier years {verb} from the reference"


def _describe_event(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        before, after = rows[rows["event_year"] < -1], rows[rows["event_year"] >= 0]
        parts.append(f"{outcome}: from {number(before['estimate'].min())} to {number(before['estimate'].max())} "
                     f"percentage points in the years before, {number(after['estimate'].min())} to "
                     f"{number(after['estimate'].max())} after")
    return ("Points with vertical 95% intervals by whole year from the embedding, one panel for each outcome, a dashed "
            f"line at the embedding. {'; '.join(parts)}.")
