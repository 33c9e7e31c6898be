"""Exhibits of the estimators of staggered adoption, on authorities and periods."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_trends as drawing
from analysis.exhibits.did.common import INTERVAL, TREND_OUTCOMES, place
from analysis.exhibits.did.trends_inputs import HEADLINE, YEARS_AFTER, TrendInputs
from analysis.publish import count, estimate, label, p_value, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences.staggered_tables import (
    AUTHORITIES,
    panels_table,
    paths_table,
    staggered_table,
)


def publish_staggered(inputs: TrendInputs) -> None:
    """Panels, estimates and paths by period."""
    _panels(inputs)
    _estimates(inputs)
    _paths(inputs)


def _panels(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-panels", title=panels_title, subtitle=f"Authorities by period, outcome by outcome, {place(inputs)}",
        frame=panels_table(inputs.staggered),
        columns=[label("outcome", "Outcome"), text_column("period", "Period"),
                 estimate("periods", "Number", decimals=0), text_column("span", "First and last begin"),
                 estimate("authorities", "Authorities", decimals=0), estimate("pilots", "Pilots", decimals=0),
                 text_column("left_out", "Left out"), estimate("reaching", "Reaching (%)", decimals=1),
                 count("n", "Records")],
        describe=describe_panels, made_by=panels_table, sources=inputs.sources, about_people=True,
        note="Quarters where every authority has a record in each, else half-years, else financial years. Reaching: "
             "share of the pilots' records begun before the first treated period that were still open when the "
             "embedding began.")


def panels_title(frame: pd.DataFrame) -> str:
    """Which periods serve."""
    quarters = int((frame["period"] == "quarter").sum())
    if quarters == len(frame):
        return f"Quarters serve all {quarters} outcomes"
    return f"Quarters serve {quarters} of {len(frame)} outcomes, longer periods the rest"


def describe_panels(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{row.outcome}: {number(row.periods, 0)} periods ({row.period}) of {number(row.authorities, 0)} "
             f"authorities, {number(row.pilots, 0)} of them pilots, left out: {row.left_out}"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _estimates(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-staggered", title=staggered_title, draw=drawing.staggered,
        subtitle=f"Effect by estimator with 95% intervals, {place(inputs)}",
        frame=staggered_table(inputs.staggered, inputs.on_records()),
        columns=[label("outcome", "Outcome"), text_column("estimator", "Estimator"), text_column("level", "On"),
                 estimate("estimate", "Effect", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 estimate("se", "Standard error, jackknife"), estimate("analytical_se", "Standard error, formula"),
                 text_column("analytical_method", "Formula"), p_value("p", "p, permutation of dates"),
                 estimate("n_assignments", "Assignments", decimals=0)],
        describe=describe_staggered, made_by=staggered_table, sources=[*inputs.sources, *inputs.headline.values()],
        note=f"{HEADLINE} and {YEARS_AFTER.lower()} (orange squares): children's records, CR2 intervals. The others "
             "(blue circles): authorities and periods, each counting the same, intervals from the jackknife over "
             "authorities. Callaway and Sant'Anna's estimate and Sun and Abraham's are the same number on such a panel "
             "and drawn once where they are. Every outcome has an axis of its own.")


def staggered_title(frame: pd.DataFrame) -> str:
    """For how many outcomes the estimators on authorities agree in sign."""
    signs = frame[frame["level"] == AUTHORITIES].groupby("outcome")["estimate"].agg(["min", "max"])
    same = int(((signs["min"] > 0) | (signs["max"] < 0)).sum())
    return f"Estimators agree in sign for {same or 'none'} of {len(signs)} outcomes"


def describe_staggered(frame: pd.DataFrame) -> str:
    """The figure in words."""
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        own, first = rows[rows["level"] == AUTHORITIES], rows[rows["estimator"] == HEADLINE]
        outside = int(((own["low"] > 0) | (own["high"] < 0)).sum())
        known = first["estimate"].notna().any()
        headline = f", where the headline is {number(first['estimate'].iloc[0])}" if known else ""
        parts.append(f"{outcome}: from {number(own['estimate'].min())} to {number(own['estimate'].max())} "
                     f"{rows['unit'].iloc[0]} over {len(own)} estimators{headline}, intervals that exclude zero: "
                     f"{outside}")
    return f"Points with horizontal 95% intervals, one panel for each outcome. {'; '.join(parts)}."


def _paths(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-staggered-times", title=paths_title, draw=drawing.paths,
        subtitle=f"Pilots less what estimators expect, by period from the embedding, 95% intervals, {place(inputs)}",
        frame=paths_table(inputs.staggered, TREND_OUTCOMES, inputs.level),
        columns=[label("outcome", "Outcome"), text_column("estimator", "Estimator"), text_column("period", "Period"),
                 estimate("event_time", "Period from the embedding", decimals=0),
                 estimate("estimate", "Effect", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 estimate("n_pilots", "Pilots", decimals=0)],
        describe=describe_paths, made_by=paths_table, sources=inputs.sources,
        note="Band: jackknife over authorities, for each period by itself. Period -1 is the last before follow-up can "
             "reach the embedding, 0 the first after it; those between are left out, and so are periods that rest on "
             "one pilot. Before the embedding the estimators compare with different things: Callaway and Sant'Anna "
             "with period -1, imputation with all periods earlier than those drawn, synthetic "
             "difference-in-differences with a weighted mean of the periods before.")


def paths_title(frame: pd.DataFrame) -> str:
    """How many intervals of periods before exclude zero."""
    before = frame[frame["event_time"] < 0]
    outside = int(((before["low"] > 0) | (before["high"] < 0)).sum())
    return f"{outside or 'None'} of {len(before)} earlier periods' intervals exclude{'' if outside > 1 else 's'} zero"


def describe_paths(frame: pd.DataFrame) -> str:
    """The figure in words."""
    parts = []
    for (outcome, estimator), rows in frame.groupby(["outcome", "estimator"], sort=False):
        before, after = rows[rows["event_time"] < 0]["estimate"], rows[rows["event_time"] >= 0]["estimate"]
        parts.append(f"{outcome}, {estimator}, {rows['unit'].iloc[0]}: before from {number(before.min())} to "
                     f"{number(before.max())}, after from {number(after.min())} to {number(after.max())}")
    return ("Lines with 95% bands by period from the embedding, one panel for each outcome and estimator. "
            f"{'; '.join(parts)}.")
