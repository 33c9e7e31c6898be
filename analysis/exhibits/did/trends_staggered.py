"""Exhibits of the estimators of staggered adoption, on authorities and periods."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_trends as drawing
from analysis.exhibits.did.chapter import INTERVAL
from analysis.exhibits.did.common import PLACE, TREND_OUTCOMES, listed
from analysis.exhibits.did.trends_inputs import HEADLINE, YEARS_AFTER, TrendInputs
from analysis.publish import count, estimate, label, p_value, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences.staggered_tables import (
    AUTHORITIES,
    WHOLE,
    bacon_table,
    panels_table,
    paths_table,
    staggered_table,
    synthetic_table,
)

NEVER = "Treated against never treated"


def publish_staggered(inputs: TrendInputs) -> None:
    """Panels, estimates, paths by period, decomposition, weights."""
    _panels(inputs)
    _estimates(inputs)
    _paths(inputs)
    _bacon(inputs)
    _synthetic(inputs)


def _panels(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-panels", title=panels_title, subtitle=f"Authorities by period, outcome by outcome, {PLACE}",
        frame=panels_table(inputs.staggered),
        columns=[label("outcome", "Outcome"), text_column("period", "Period"),
                 estimate("periods", "Periods", decimals=0), text_column("first", "First begins"),
                 text_column("last", "Last begins"), estimate("authorities", "Authorities", decimals=0),
                 estimate("pilots", "Pilots", decimals=0), text_column("left_out", "Left out"),
                 estimate("reaching", "Pilots' units before that reach the embedding (%)", decimals=1),
                 count("n", "Records")],
        describe=describe_panels, made_by=panels_table, sources=inputs.sources, about_people=True,
        note="Quarters where every authority has a record in each, else half-years, else financial years. A pilot's "
             "follow-up reaches the embedding where a record begun before its first treated period was still open when "
             "the embedding began.")


def panels_title(frame: pd.DataFrame) -> str:
    """Which periods serve."""
    quarters = int((frame["period"] == "quarter").sum())
    return f"Quarters serve {quarters} of {len(frame)} outcomes, longer periods the rest" if quarters < len(frame) else \
        f"Quarters serve all {len(frame)} outcomes"


def describe_panels(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{row.outcome}: {number(row.periods, 0)} periods ({row.period}) of {number(row.authorities, 0)} "
             f"authorities, {number(row.pilots, 0)} of them pilots, left out: {row.left_out}" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _estimates(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-staggered", title=staggered_title, draw=drawing.staggered,
        subtitle=f"Effect by estimator with 95% intervals, {PLACE}",
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
        headline = f", where the headline is {number(first['estimate'].iloc[0])}" if first["estimate"].notna().any() else ""
        parts.append(f"{outcome}: from {number(own['estimate'].min())} to {number(own['estimate'].max())} "
                     f"{rows['unit'].iloc[0]} over {len(own)} estimators{headline}, {outside} of their intervals exclude "
                     "zero")
    return f"Points with horizontal 95% intervals, one panel for each outcome. {'; '.join(parts)}."


def _paths(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-staggered-times", title=paths_title, draw=drawing.paths,
        subtitle=f"Pilots less what estimators expect, by period from the embedding, 95% intervals, {PLACE}",
        frame=paths_table(inputs.staggered, TREND_OUTCOMES, inputs.level),
        columns=[label("outcome", "Outcome"), text_column("estimator", "Estimator"), text_column("period", "Period"),
                 estimate("event_time", "Period from the embedding", decimals=0),
                 estimate("estimate", "Effect", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 estimate("n_pilots", "Pilots", decimals=0)],
        describe=describe_paths, made_by=paths_table, sources=inputs.sources,
        note="Band: jackknife over authorities, for each period by itself. Period -1 is the last before follow-up can "
             "reach the embedding, 0 the first after it; those between are left out, and so are periods that rest on one "
             "pilot. Before the embedding the estimators compare with different things: Callaway and Sant'Anna with "
             "period -1, imputation with all periods earlier than those drawn, synthetic difference-in-differences with "
             "a weighted mean of the periods before.")


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


def _bacon(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-bacon", title=bacon_title,
        subtitle=f"Two-way fixed effects by type of comparison (Goodman-Bacon), {PLACE}",
        frame=bacon_table(inputs.staggered),
        columns=[label("outcome", "Outcome"), text_column("type", "Comparison"),
                 estimate("comparisons", "Pairs of cohorts", decimals=0), estimate("weight", "Weight (%)", decimals=1),
                 estimate("estimate", "Estimate", decimals=1), text_column("unit", "Unit")],
        describe=describe_bacon, made_by=bacon_table, sources=inputs.sources,
        note="The decomposition knows no embedding: pilots count as treated from their first treated period on, so that "
             "its coefficient is not that of the figure of estimators. A later treated pilot against an earlier one uses "
             "treated records as a comparison.")


def bacon_title(frame: pd.DataFrame) -> str:
    """How much of the weight compares with the never treated."""
    weight = frame.loc[frame["type"] == NEVER, "weight"]
    low, high = number(weight.min(), 0), number(weight.max(), 0)
    return f"Never treated comparators carry {low if low == high else f'{low} to {high}'}% of the weight"


def describe_bacon(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        said = [f"{row.type[:1].lower()}{row.type[1:]} {number(row.weight)}% with {number(row.estimate)}"
                for row in rows.itertuples() if row.type != WHOLE]
        whole = rows[rows["type"] == WHOLE]["estimate"].iloc[0]
        parts.append(f"{outcome}, {rows['unit'].iloc[0]}: {listed(said)}, together {number(whole)}")
    return f"Table of weights and mean estimates by type of comparison. {'; '.join(parts)}."


def _synthetic(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-synthetic", title=synthetic_title,
        subtitle=f"Weights of comparators and of periods before, by pilot's group and outcome, {PLACE}",
        frame=synthetic_table(inputs.staggered),
        columns=[label("outcome", "Outcome"), text_column("group", "Pilot of"),
                 estimate("controls", "Comparators", decimals=0), estimate("weighted", "with weight", decimals=0),
                 estimate("largest", "Largest weight (%)", decimals=1),
                 estimate("effective", "Effective number", decimals=1),
                 estimate("periods", "Periods before", decimals=0),
                 estimate("periods_weighted", "Periods with weight", decimals=0),
                 estimate("periods_effective", "Effective number of periods", decimals=1)],
        describe=describe_synthetic, made_by=synthetic_table, sources=inputs.sources,
        note="Effective number: as many equal weights would be as concentrated. Comparators of all groups are "
             "candidates. Pilots with the same dates have the same weights. No authority is named.")


def synthetic_title(frame: pd.DataFrame) -> str:
    """The largest weight of one comparator."""
    return f"The largest weight of one comparator is {number(frame['largest'].max())}%"


def describe_synthetic(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{outcome}: largest weight {number(rows['largest'].max())}%, effective number of comparators from "
             f"{number(rows['effective'].min())} to {number(rows['effective'].max())} of {number(rows['controls'].max(), 0)}"
             for outcome, rows in frame.groupby("outcome", sort=False)]
    return f"Table of {len(frame)} synthetic controls. {'; '.join(parts)}."
