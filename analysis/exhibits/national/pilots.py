"""A table for every pilot against its own neighbours and England, and slopes of all pilots."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.national.common import published
from analysis.publish import Publisher, estimate, label, style, text_column, words
from analysis.strands.national_data import NationalData
from analysis.strands.national_data.places import VALUES, pilot_values, slopes

HEADS = {"first": "Pilot, first year", "before": "Pilot, last year before", "last": "Pilot, last year after",
         "latest": "Pilot, latest", "near_before": "Neighbours, before", "near_last": "Neighbours, after",
         "england_before": "England, before", "england_last": "England, after",
         "difference": "Change less neighbours'"}


def pilot_tables(p: Publisher, national: NationalData, sources) -> None:
    """One table and two findings (name, sentence) a pilot of round 2, numbered in the design's order."""
    post_from = p.design.section("national_data")["post_from"]
    for number, code in enumerate(national.pilots.round_2, 1):
        name = national.pilots.names[code]
        frame = None if national.comparison is None else pilot_values(national, code, post_from)

        def table(_, frame=frame):
            return frame

        def describe(shown, name=name):
            return f"Table of {len(shown)} indicators of {name}. {sentence(shown)[0].upper()}{sentence(shown)[1:]}."

        published(p, f"tbl-national-pilot-{number}", () if frame is None else [code], sources, table,
                  title=f"{name}: indicators against its neighbours",
                  subtitle=f"Values of {name} by year, mean of its own statistical neighbours, and England",
                  columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                           text_column("first_year", "First year"),
                           *(estimate(column, HEADS[column], decimals=1) for column in VALUES)],
                  describe=describe, made_by=pilot_values,
                  note=f"First year: of the indicator's window. Last year before: {post_from - 1}. Last year after: "
                       f"the window's last. Latest: the last year that is published. Rates from published counts and "
                       "population; percentages as published. Neighbours: those with a number in "
                       "both years, unweighted. A change of one authority is no effect of the programme.")
        p.finding(f"national.pilot_{number}.name", name, unit="text", made_by=pilot_values, sources=sources)
        said = "no indicator could be computed" if frame is None else sentence(frame)
        p.finding(f"national.pilot_{number}.sentence", said, unit="text", made_by=sentence, sources=sources)


def sentence(frame: pd.DataFrame) -> str:
    """In how many indicators a pilot moved below and above its neighbours, by sign alone."""
    known = frame.dropna(subset=["difference"])
    down, up = int((known["difference"] < 0).sum()), int((known["difference"] > 0).sum())
    text = (f"of {len(known)} indicators with a number before and after, {down} fell and {up} rose relative to its "
            "neighbours")
    gaps = len(frame) - len(known)
    return text + (f"; {gaps} cannot be compared, for want of a published number" if gaps else "")


def slopes_figure(p: Publisher, national: NationalData, sources) -> None:
    """Means before and after of each pilot, with their neighbours' together."""
    section = p.design.section("national_data")
    wanted = [result for result in national.evaluated if result.indicator.key in section["slopes"]]

    def table(found):
        return slopes(found, national.pilots.names, section["post_from"])

    published(p, "fig-national-slopes", wanted, sources, table, title=_slopes_title,
              subtitle=f"Means of the years before and from {section['post_from']} on, each pilot and the mean of the "
                       "pilots' neighbours, one panel an indicator",
              columns=[label("who", "Authority"), text_column("indicator", "Indicator"), text_column("unit", "Unit"),
                       estimate("before", "Before", decimals=1), estimate("after", "After", decimals=1)],
              draw=_draw_slopes, describe=_describe_slopes, made_by=slopes,
              note="Axes do not begin at zero. Each line is one authority; nothing here allows for chance. "
                   "Where lines end close together, names keep the order of their ends.")


def _slopes_title(frame):
    pilots = frame[frame["who"] != "Neighbours, mean"]
    return f"{int((pilots['after'] > pilots['before']).sum())} of {len(pilots)} lines of pilots rise"


def _describe_slopes(frame):
    parts = []
    for name, rows in frame.groupby("indicator", sort=False):
        own, near = rows[rows["who"] != "Neighbours, mean"], rows[rows["who"] == "Neighbours, mean"].iloc[0]
        moved = (own["after"] - own["before"]).set_axis(own["who"])
        parts.append(f"{name} ({rows['unit'].iloc[0]}): neighbours {words.number(near['before'])} to "
                     f"{words.number(near['after'])}; pilots change from {words.number(moved.min())} "
                     f"({moved.idxmin()}) to {words.number(moved.max())} ({moved.idxmax()})")
    return f"Slope chart, one panel an indicator. {'. '.join(parts)}."


def _draw_slopes(frame):
    names = list(dict.fromkeys(frame["indicator"]))
    figure, axes = style.axes(height=3.5 * len(names), width=4.8, rows=len(names), squeeze=False)
    for ax, name in zip(axes[:, 0], names, strict=True):
        ends = []
        for row in frame[frame["indicator"] == name].itertuples():
            near = row.who == "Neighbours, mean"
            ax.plot([0, 1], [row.before, row.after], color=style.ORANGE if near else style.BLUE, marker="s" if near
                    else "o", linestyle=(0, (5, 2)) if near else "-", linewidth=2.5 if near else 1.3, markersize=4)
            ends.append((1, row.after, row.who, style.ORANGE if near else style.BLUE))
        ax.set_xticks([0, 1], ["Before", "After"])
        ax.set_xlim(-0.1, 1.03)
        ax.set_title(f"{name} ({frame[frame['indicator'] == name]['unit'].iloc[0]})", loc="left", fontweight="normal")
        style.end_labels(ax, ends, gap=11.5)
    return figure
