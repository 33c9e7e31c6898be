"""Exhibits of the bounds on violations of parallel trends, for the mean of the years after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.did import drawing_trends as drawing
from analysis.exhibits.did import trends_words as words
from analysis.exhibits.did.common import INTERVAL, listed, place
from analysis.exhibits.did.trends_inputs import TrendInputs
from analysis.publish import estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.trend_tables import (
    PARALLEL,
    breakdown_table,
    relative_magnitude_table,
    smoothness_table,
)
from analysis.strands.difference_in_differences.trends import OutcomeTrends

TARGET = "Mean of the years after, relative to the year before the embedding"
FEW = "Critical values are Student's t with the degrees of freedom of this mean."


def publish_bounds(inputs: TrendInputs) -> None:
    """Robust intervals by relative magnitude and by smoothness, and the breakdown values."""
    _relative_magnitude(inputs)
    _smoothness(inputs)
    _breakdown(inputs)


def _relative_magnitude(inputs: TrendInputs) -> None:
    values = {tables.NAMES[name]: found.bounds.relative_magnitude_breakdown for name, found in inputs.trends.items()}
    frame = relative_magnitude_table(inputs.trends).assign(
        place=lambda rows: rows["bound"], included=lambda rows: rows["outcome"].map(
            {name: mark(found.value, found.largest, "times") for name, found in values.items()}),
        breaks=lambda rows: rows["outcome"].map({name: found.value for name, found in values.items()}))
    inputs.p.figure(
        "fig-did-bounds", title=bounds_title, draw=drawing.relative_magnitudes,
        subtitle=f"{TARGET}, 95% intervals by M-bar, {place(inputs)}", frame=frame,
        columns=[label("outcome", "Outcome"), text_column("kind", "Assumption"),
                 estimate("bound", "M-bar", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 text_column("included", "Zero included")],
        describe=describe_bounds, made_by=relative_magnitude_table, sources=inputs.sources,
        note="M-bar: how many times the largest step between two neighbouring years before the embedding the "
             "difference of trends may grow in any one year after it. Orange square: the interval under parallel "
             f"trends. Dashed line: the breakdown value, where it lies in the picture. {FEW}")


def _smoothness(inputs: TrendInputs) -> None:
    table = breakdown_table(inputs.trends, inputs.rules).set_index("outcome")
    values = {name: found.bounds.smoothness_breakdown for name, found in inputs.trends.items()}
    marks = {tables.NAMES[name]: mark(found.value, found.largest, f"{tables.unit_of(name)} a year")
             for name, found in values.items()}
    frame = smoothness_table(inputs.trends, inputs.rules).assign(
        place=lambda rows: rows["share"].fillna(drawing.BESIDE), included=lambda rows: rows["outcome"].map(marks),
        breaks=lambda rows: rows["outcome"].map(table["smoothness_share"]))
    inputs.p.figure(
        "fig-did-smoothness", title=smoothness_title, draw=drawing.smoothness,
        subtitle=f"{TARGET}, 95% intervals by M, {place(inputs)}", frame=frame,
        columns=[label("outcome", "Outcome"), text_column("kind", "Assumption"),
                 estimate("bound", "M (unit a year)"), estimate("share", "M, share of smallest effect of interest"),
                 *INTERVAL, text_column("unit", "Unit"), text_column("included", "Zero included")],
        describe=describe_smoothness, made_by=smoothness_table, sources=inputs.sources,
        note="M: how much the slope of the difference of trends may change from one year to the next. M of nought "
             "allows any straight line of difference and is not parallel trends. Orange square: the interval under "
             f"parallel trends. Dashed line: the breakdown value, where it lies in the picture. {FEW}")


def mark(value: float, largest: float, unit: str) -> str:
    """From which bound on zero is included, as a label of a panel."""
    if value == 0:
        return "from the start"
    text = words.value_text(value, largest)
    return f"only {text} {unit}" if text.startswith("above") else f"from {text} {unit} on"


def bounds_title(frame: pd.DataFrame) -> str:
    """How many intervals exclude zero under parallel trends."""
    original = frame[frame["kind"] == PARALLEL]
    return _excluding(original, "exclude", "excludes", "zero under parallel trends")


def smoothness_title(frame: pd.DataFrame) -> str:
    """How many intervals exclude zero where trends may part along a line."""
    linear = frame[frame["share"] == 0]
    return _excluding(linear, "exclude", "excludes", "zero if trends part linearly")


def _excluding(rows: pd.DataFrame, many: str, one: str, what: str) -> str:
    n = int(((rows["low"] > 0) | (rows["high"] < 0)).sum())
    return f"{n or 'None'} of {len(rows)} intervals {many if n > 1 else one} {what}"


def describe_bounds(frame: pd.DataFrame) -> str:
    """The figure of relative magnitudes in words."""
    return _describe(frame, lambda row: f"at M-bar {number(row['bound'])}")


def describe_smoothness(frame: pd.DataFrame) -> str:
    """The figure of smoothness in words."""
    return _describe(frame, lambda row: f"at M {number(row['bound'], 2)}")


def _describe(frame: pd.DataFrame, at) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        original, last = rows[rows["kind"] == PARALLEL].iloc[0], rows.iloc[-1]
        parts.append(f"{outcome}: {number(original['low'])} to {number(original['high'])} {original['unit']} under "
                     f"parallel trends, {number(last['low'])} to {number(last['high'])} {at(last)}, zero included "
                     f"{original['included']}")
    return (f"Vertical 95% intervals that change as more difference is allowed, one panel for each outcome: "
            f"{'; '.join(parts)}.")


def _breakdown(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-breakdown", title=breakdown_title, subtitle=f"{TARGET}, and breakdown values, {place(inputs)}",
        frame=breakdowns(inputs.trends, inputs.rules),
        columns=[label("named", "Outcome"), estimate("estimate", "Mean after", decimals=1),
                 estimate("low", "Low", decimals=1), estimate("high", "High", decimals=1),
                 text_column("magnitude_text", "M-bar"), text_column("smoothness_text", "M (a year)"),
                 text_column("smoothness_share_text", "M, share"),
                 text_column("no_effect_text", "None that matters"), text_column("says", "In words")],
        describe=describe_breakdown, made_by=breakdown_table, sources=inputs.sources,
        note="Low, high: 95% interval under parallel trends. Breakdown values: the least M-bar and the least M at "
             "which the interval includes zero; 0 where it does under parallel trends. M is in the outcome's unit a "
             "year, and as a share of the smallest effect of interest. None that matters: the least M-bar at which the "
             "interval of two one-sided tests leaves the bounds of what matters; 0 where it does so under parallel "
             f"trends. Times: {words.STEP}. {FEW}")


def breakdowns(trends, rules) -> pd.DataFrame:
    """`breakdown_table` with its values in words."""
    rows = breakdown_table(trends, rules).to_dict("records")
    return pd.DataFrame([{**row, **_texts(row, found)} for row, found in zip(rows, trends.values(), strict=True)])


def _texts(row: dict, found: OutcomeTrends) -> dict[str, str]:
    magnitude, smoothness = found.bounds.relative_magnitude_breakdown, found.bounds.smoothness_breakdown
    return {"named": f"{row['outcome']} ({row['unit']})",
            "magnitude_text": words.value_text(row["magnitude"], magnitude.largest),
            "smoothness_text": words.value_text(row["smoothness"], smoothness.largest),
            "smoothness_share_text": words.value_text(row["smoothness_share"], smoothness.largest),
            "no_effect_text": words.value_text(row["no_effect"], found.no_effect_breakdown.largest),
            "says": verdict(found)}


def verdict(found: OutcomeTrends) -> str:
    """What the breakdown values of one outcome say."""
    bounds, nothing = found.bounds, found.no_effect_breakdown
    if words.included(bounds.original):
        effect = "Zero is included already"
    else:
        effect = f"The effect stands {words.limit(bounds.relative_magnitude_breakdown)} times"
        if bounds.smoothness_breakdown.value == 0:
            effect += " and is lost along a straight line"
    return (f"{effect}; effects that matter are not excluded" if nothing.value == 0 else
            f"{effect}; that there is none that matters stands {words.limit(nothing)} times")


def breakdown_title(frame: pd.DataFrame) -> str:
    """How many effects there are to be lost, and where the first is."""
    values = frame.loc[(frame["low"] > 0) | (frame["high"] < 0), "magnitude"]
    if values.empty:
        return "No interval excludes zero, so no effect can break"
    throughout, least = np.isinf(values.min()), words.value_text(values.min(), np.inf)
    if len(values) == 1:
        return "The one effect stands throughout" if throughout else f"The one effect breaks at {least} times"
    return f"All {len(values)} effects stand throughout" if throughout else \
        f"Of {len(values)} effects, the first breaks at {least} times"


def describe_breakdown(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{row.outcome}: {number(row.estimate)} ({number(row.low)} to {number(row.high)}) {row.unit}, breakdown "
             f"M-bar {row.magnitude_text}, M {row.smoothness_text}, of none that matters {row.no_effect_text}"
             for row in frame.itertuples()]
    lost = [row.outcome.lower() for row in frame.itertuples() if row.low <= 0 <= row.high]
    ending = f" Zero is already included under parallel trends for {listed(lost)}." if lost else ""
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}.{ending}"
