"""Exhibits that put costs beside what they were to gain: consequences, break-even, the published grant."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.costing.effect import effect_of
from analysis.exhibits.costing.inputs import Inputs
from analysis.methods.costing import Parameter
from analysis.publish import estimate, label, markdown_column, style, text_column
from analysis.publish.words import number, pounds
from analysis.strands import costs as strand

# Outcomes that the costs stand beside, and the chapters that estimate them.
CONSEQUENCES = (
    ("Re-referral, escalation, duration of assessments, kinship care",
     "Estimated from children's records", "[Difference-in-differences](difference_in_differences.md)"),
    ("Children in need, plans, children looked after", "Estimated from national statistics",
     "[National outcomes](national_data.md)"),
    ("Workers' wellbeing, confidence and retention", "Asked in the survey", "[Staff survey](survey.md)"),
    ("Quality of assessments", "Rated by trained raters", "[Assessments](assessments.md)"),
    ("Team culture, climate and observed practice", "Measured in the departments compared",
     "[Contrast study](contrast_study.md)"),
)


def break_even(inputs: Inputs) -> None:
    """Days in care that would have to be averted: curve, findings, table by pilot."""
    p, section = inputs.p, inputs.section
    curve = strand.break_even_curve(inputs.model, inputs.parameters, section["curve_points"])
    day, change = inputs.parameters["day_in_care"], inputs.parameters["days_in_care_change"]
    p.figure("fig-costs-break-even", title=_title_break_even, frame=curve,
             subtitle=f"Share of days in care to be averted for costs to be met, by value of a day, {inputs.period}",
             columns=[label("day_in_care", f"Value of a day in care (£, {inputs.prices})"),
                      estimate("percent", "Break-even (% of days in care)", decimals=2),
                      estimate("days", "Break-even (days)", decimals=0)],
             draw=lambda frame: _draw_break_even(frame, day, change),
             describe=lambda frame: _describe_break_even(frame, change), made_by=strand.break_even_curve,
             sources=inputs.with_effect, note=f"Value of a day: {pounds(day.low)} to {pounds(day.high)}, central "
             f"{pounds(day.value)}. Dashed line and grey band: the effect on days in care with its 95% interval, "
             f"{inputs.effect.words}.")
    values = strand.central(inputs.parameters)
    percent, days = strand.break_even(inputs.model, values)
    dear, cheap = (strand.break_even(inputs.model, {**values, "day_in_care": end})[0] for end in (day.high, day.low))
    fact = dict(made_by=strand.break_even, sources=inputs.main, n_pilots=len(inputs.model.pilots))
    p.finding("costs.break_even.days", float(days), unit="count", decimals=0, **fact)
    p.finding("costs.break_even.percent", float(percent), unit="per cent", decimals=2, **fact)
    p.finding("costs.break_even.percent_dear", float(dear), unit="per cent", decimals=2, **fact)
    p.finding("costs.break_even.percent_cheap", float(cheap), unit="per cent", decimals=2, **fact)
    p.finding("costs.day_in_care.value", day.value, unit="pounds", decimals=0, low=day.low, high=day.high, **fact)
    fact = {**fact, "sources": inputs.with_effect}
    p.finding("costs.effect.range", change.value, low=change.low, high=change.high, unit="per cent", **fact)
    p.finding("costs.effect.source", inputs.effect.words, unit="text", **{**fact, "made_by": effect_of})
    p.finding("costs.break_even.reading", _reading(float(percent), change), unit="text", **fact)
    _break_even_pilots(inputs, values)


def _reading(percent: float, change: Parameter) -> str:
    if percent > -change.low:
        return "a larger reduction than the whole interval of the effect holds"
    if percent > -change.value:
        return "a reduction within the interval of the effect, but larger than its central value"
    return "a reduction no larger than the central value of the effect"


def _break_even_pilots(inputs: Inputs, values) -> None:
    table = strand.break_even_by_pilot(inputs.model, values)
    table = table.assign(label="Pilot " + table["pilot"])
    inputs.p.table("tbl-costs-break-even", title="Days in care to be averted, by pilot",
                   subtitle=f"At the central value of a day in care, {inputs.prices}, {inputs.period}", frame=table,
                   columns=[label("label", "Pilot"), estimate("present", "Present cost (£)", decimals=0),
                            estimate("days", "Days to be averted", decimals=0),
                            estimate("percent", "Share of all days in care (%)", decimals=2)],
                   describe=lambda frame: (f"Table of {len(frame)} pilots. Days to be averted run from "
                                           f"{number(frame['days'].min(), 0)} to {number(frame['days'].max(), 0)}, or "
                                           f"{number(frame['percent'].min(), 2)}% to "
                                           f"{number(frame['percent'].max(), 2)}% "
                                           "of days in care."),
                   made_by=strand.break_even_by_pilot, sources=inputs.main)


def _title_break_even(frame: pd.DataFrame) -> str:
    return (f"Averting {number(frame['percent'].min(), 1)} to {number(frame['percent'].max(), 1)}% of days would "
            "meet costs")


def _draw_break_even(frame: pd.DataFrame, day: Parameter, change: Parameter):
    figure, ax = style.axes(height=4.2)
    x, y = frame["day_in_care"].astype(float), frame["percent"]
    ax.axhspan(-change.high, -change.low, color="#EDEDED", zorder=0)
    ax.axhline(-change.value, color=style.GREY, linewidth=1.2, linestyle=style.DASHES[1])
    style.direct_label(ax, x.iloc[-1], -change.value, "effect on days, 95% interval in grey", style.GREY, dx=0,
                       dy=-12,
                       ha="right")
    ax.plot(x, y, color=style.BLUE)
    at = float(np.interp(day.value, x, y))
    ax.plot([day.value], [at], "o", color=style.BLUE, markersize=8)
    style.direct_label(ax, day.value, at, f"break-even: {at:.2f}% at £{day.value:,.0f} a day", style.BLUE, dy=14)
    ax.set_ylim(min(-change.high, 0) * 1.1, max(y.max(), -change.low) * 1.1)
    ax.xaxis.set_major_formatter(lambda value, _: f"£{value:,.0f}")
    ax.set_xlabel("Value of one day in care")
    ax.set_ylabel("Days in care averted (per cent)", rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)
    return figure


def _describe_break_even(frame: pd.DataFrame, change: Parameter) -> str:
    first, last = frame.iloc[0], frame.iloc[-1]
    return (f"Falling curve. Where a day in care is worth {pounds(first['day_in_care'])}, "
            f"{number(first['percent'], 2)}% of days must be averted for costs to be met; where it is worth "
            f"{pounds(last['day_in_care'])}, {number(last['percent'], 2)}%. The interval of the effect reaches "
            f"from {number(-change.low)}% averted to {number(change.high)}% added.")


def acceptability(inputs: Inputs, drawn) -> None:
    """Probability of breaking even by share of days averted; `drawn` are draws of the parameters."""
    table = strand.acceptability(inputs.model, drawn, inputs.section["effects_shown"])
    inputs.p.figure("fig-costs-probability", title=_title_acceptability, frame=table,
                    subtitle="Probability of breaking even, by share of days in care averted",
                    columns=[label("averted", "Days in care averted (%)"),
                             estimate("probability", "Probability of breaking even (%)", decimals=1)],
                    draw=_draw_acceptability, describe=_describe_acceptability, made_by=strand.acceptability,
                    sources=inputs.main, note="Costs and the value of a day uncertain; the reduction in days taken as "
                                              "given.")


def _title_acceptability(frame: pd.DataFrame) -> str:
    likely = frame[frame["probability"] >= 95]
    if likely.empty:
        return "No reduction shown here makes breaking even likely"
    return f"Averting {number(likely['averted'].iloc[0])}% of days would very probably meet costs"


def _draw_acceptability(frame: pd.DataFrame):
    figure, ax = style.axes(height=3.4)
    ax.plot(frame["averted"].astype(float), frame["probability"], color=style.BLUE, marker="o")
    ax.set_ylim(0, 105)
    ax.set_xlabel("Days in care averted (per cent)")
    ax.set_ylabel("Probability of breaking even (per cent)", rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)
    return figure


def _describe_acceptability(frame: pd.DataFrame) -> str:
    points = "; ".join(f"{number(row.averted)}% averted, {number(row.probability, 0)}%" for row in frame.itertuples())
    return f"Rising line. Probability of breaking even by share of days averted: {points}."


def consequences(inputs: Inputs, pilots: pd.DataFrame) -> None:
    """The cost-consequence table."""
    change = inputs.parameters["days_in_care_change"]
    rows = [
        ("Cost", "All pilots, not discounted", pounds(pilots["real"].sum(), 2), "This chapter"),
        ("Cost", "All pilots, present value", pounds(pilots["present"].sum(), 2), "This chapter"),
        ("Cost", "Each worker trained", pounds(strand.per_worker(pilots).estimate), "This chapter"),
        ("Cost", "Each child in need and year", pounds(pilots["real"].sum() / pilots["child_years"].sum()),
         "This chapter"),
        ("Activity", "Workers trained", number(pilots["workers"].sum(), 0), "This chapter"),
        ("Activity", "Days in care of all children in the pilots", number(pilots["days"].sum(), 0), "This chapter"),
        ("Effect", "Change in days in care due to the programme (%)",
         f"{number(change.value)} ({number(change.low)} to {number(change.high)})",
         "[National outcomes](national_data.md)" if inputs.effect.estimated else
         "[Parameters](appendices/cost_study.md)"),
        *(("Consequence", name, how, where) for name, how, where in CONSEQUENCES),
    ]
    table = pd.DataFrame(rows, columns=["kind", "item", "value", "where"])
    inputs.p.table("tbl-costs-consequence", title="What it cost, beside what it was meant to change",
                   subtitle=f"Cost-consequence table, {len(pilots)} pilots, {inputs.prices}, {inputs.period}",
                   frame=table,
                   columns=[label("item", "Item"), text_column("kind", "Kind"), text_column("value", "Value"),
                            markdown_column("where", "Where")],
                   describe=lambda frame: (f"Table of {len(frame)} rows: {int((frame['kind'] == 'Cost').sum())} costs, "
                                           f"{int((frame['kind'] == 'Activity').sum())} of activity, one effect "
                                           f"and "
                                           f"{int((frame['kind'] == 'Consequence').sum())} consequences with the "
                                           f"chapter "
                                           "that estimates each."),
                   made_by=consequences, sources=inputs.with_effect)


def grant(inputs: Inputs) -> None:
    """The published grant beside the cost computed here."""
    facts, p = inputs.data["published_facts"], inputs.p
    grant = float(facts.frame.set_index("key").loc["published.programme.grant", "value"])
    real = float(inputs.entries["real"].sum())
    table = pd.DataFrame([
        {"label": "Grant of round 2, over two years (published)", "value": grant},
        {"label": "Cost of the pilots in this report's data, all years", "value": real}])
    status = ("published", inputs.data["costs"].status)
    p.table("tbl-costs-grant", title="The published grant, and the cost computed here",
            subtitle=f"Pounds; the grant as published, costs in {inputs.prices}, {inputs.period}", frame=table,
            columns=[label("label", "Amount"), estimate("value", "Pounds", decimals=0)], row_status=status,
            describe=lambda frame: "Table of two amounts: " + "; ".join(
                f"{row.label}, {pounds(row.value, 2)}" for row in frame.itertuples()) + ".",
            made_by=strand.by_heading, sources=[facts, *inputs.spent],
            note="The two are not to be compared as evidence: the grant is a fact, the costs are computed from the "
                 "data "
                 "of the status shown, and cover what pilots paid themselves.")
