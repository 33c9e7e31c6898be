"""Exhibits of the years before the embedding: event study and joint tests."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_trends as drawing
from analysis.exhibits.did.common import INTERVAL, place
from analysis.exhibits.did.trends_inputs import TrendInputs
from analysis.exhibits.did.trends_words import ALPHA
from analysis.publish import count, estimate, label, p_value, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences.trend_tables import event_study_table, event_time_table, leads_table

REFERENCE = ("Year -1 is the reference: the whole year up to the last day on which follow-up ends before the embedding "
             "begins.")


def publish_event_study(inputs: TrendInputs) -> None:
    """Event study and joint tests."""
    _event_study(inputs)
    _leads(inputs)
    _event_time(inputs)


def _event_study(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-event-study", title=event_title, draw=drawing.event_studies,
        subtitle=f"Pilots less comparators by year from embedding, relative to the year before, {place(inputs)}",
        frame=event_study_table(inputs.trends),
        columns=[label("outcome", "Outcome"), estimate("event_year", "Year from embedding", decimals=0),
                 estimate("estimate", "Difference", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 count("n_pilots", "Records in pilots"), count("n_comparators", "Records in comparators")],
        describe=describe_event, made_by=event_study_table, sources=inputs.sources, about_people=True,
        note=f"{REFERENCE} It is nought by construction and drawn as an open circle. CR2 intervals. Intervals that "
             "include zero before the embedding do not prove parallel trends.")


def event_title(frame: pd.DataFrame) -> str:
    """How many earlier years differ."""
    leads = frame[(frame["event_year"] < -1)]
    outside = int(((leads["low"] > 0) | (leads["high"] < 0)).sum())
    verb = "differs" if outside < 2 else "differ"
    return f"{outside or 'None'} of {len(leads)} earlier years {verb} from the reference"


def describe_event(frame: pd.DataFrame) -> str:
    """The figure in words."""
    return ("Points with vertical 95% intervals by whole year from the embedding, one panel for each outcome, a dashed "
            f"line at the embedding. {'; '.join(_ranges(frame))}.")


def _ranges(frame: pd.DataFrame) -> list[str]:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        said = []
        for years, words in ((rows["event_year"] < -1, "in the years before"), (rows["event_year"] >= 0, "after")):
            values = rows.loc[years, "estimate"]
            said.append(f"from {number(values.min())} to {number(values.max())} {rows['unit'].iloc[0]} {words}"
                        if len(values) else f"no year {words}")
        parts.append(f"{outcome}: {', '.join(said)}")
    return parts


def _leads(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-leads", title=leads_title,
        subtitle=f"Joint test that all earlier years equal the reference year, {place(inputs)}",
        frame=leads_table(inputs.trends).assign(says=lambda frame: frame["p"].map(leads_verdict)),
        columns=[label("outcome", "Outcome"), estimate("years", "Earlier years", decimals=0),
                 estimate("outside", "Differ one by one", decimals=0), estimate("statistic", "F"),
                 estimate("df_between", "df, years", decimals=0),
                 estimate("df_within", "df, authorities", decimals=1), p_value("p", "p"),
                 text_column("says", "What it says")],
        describe=describe_leads, made_by=leads_table, sources=inputs.sources,
        note=f"{REFERENCE} Event years with too few records in either arm, and all beyond them, are left out. "
             "Approximate Hotelling test on the CR2 covariance, with its degrees of freedom (df); median over "
             "imputations. Differ one by one: years whose own 95% interval excludes zero. No difference found is no "
             "proof that there is none.")


def _event_time(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-event-time", title=event_time_title,
        subtitle=f"Event study with years counted as in the original's code and as corrected, {place(inputs)}",
        frame=event_time_table(inputs.trends),
        columns=[label("outcome", "Outcome"), text_column("reading", "Event years"),
                 count("n_pilots", "Reference year, pilots"), count("n_comparators", "Reference year, comparators"),
                 estimate("years", "Earlier years", decimals=0), p_value("p", "p, joint"),
                 estimate("mean", "Mean after", decimals=1), estimate("low", "95% interval, low", decimals=1),
                 estimate("high", "95% interval, high", decimals=1), text_column("unit", "Unit"),
                 text_column("problem", "Why none")],
        describe=describe_event_time, made_by=event_time_table, sources=inputs.sources, about_people=True,
        note="The same matched records in both; only the counting of years before the embedding differs. Published: "
             "backwards from the embedding's start, so that the year before it loses the records whose follow-up "
             f"reaches into it. Corrected: {REFERENCE[0].lower()}{REFERENCE[1:]}")


def event_time_title(frame: pd.DataFrame) -> str:
    """How much of the reference year the published counting loses."""
    sizes = frame.pivot(index="outcome", columns="reading", values="n_pilots")
    fewer = int((sizes["Published"].fillna(0) < sizes["Corrected"]).sum())
    return f"As published, {fewer} of {len(sizes)} reference years have fewer records"


def describe_event_time(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = []
    for row in frame.itertuples():
        said = row.problem if pd.isna(row.mean) else (
            f"mean after {number(row.mean)} {row.unit} ({number(row.low)} to {number(row.high)})")
        parts.append(f"{row.outcome}, {row.reading.lower()}: {said}")
    return f"Table of {frame['outcome'].nunique()} outcomes by two ways of counting years. {'; '.join(parts)}."


def leads_verdict(p: float) -> str:
    """What one joint test says, without more than it can."""
    if pd.isna(p):
        return "no earlier year to test"
    return "the years differ" if p < ALPHA else "no difference found"


def leads_title(frame: pd.DataFrame) -> str:
    """How many joint tests find a difference."""
    tests, found = int(frame["p"].notna().sum()), int((frame["p"] < ALPHA).sum())
    verb = "finds" if found < 2 else "find"
    return f"{found or 'None'} of {tests} joint tests {verb} earlier years that differ"


def describe_leads(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{row.outcome}: F {number(row.statistic, 2)} on {number(row.df_between, 0)} and "
             f"{number(row.df_within)} degrees of freedom, p {number(row.p, 3)}" if pd.notna(row.p) else
             f"{row.outcome}: no earlier year" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."
