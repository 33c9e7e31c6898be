"""Exhibits on what was spent: by heading, by year, by pilot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.costing.inputs import Inputs
from analysis.publish import count, estimate, label, style
from analysis.publish.words import number, pounds
from analysis.strands import costs as strand


def headings(inputs: Inputs) -> None:
    """Costs by heading: picture, table, findings."""
    p, table = inputs.p, strand.by_heading(inputs.entries, inputs.section)
    parts = table[~table["is_total"]].reset_index(drop=True)
    shared = dict(subtitle=f"Pounds in {inputs.prices}, not discounted, {len(inputs.model.pilots)} pilots, "
                           f"{inputs.period}", made_by=strand.by_heading, sources=inputs.spent)
    p.figure("fig-costs-headings", title=_title_headings, frame=parts, draw=_draw_headings, describe=_describe_headings,
             columns=[label("label", "Heading"), estimate("cash", "Cash (£)", decimals=0),
                      estimate("staff_time", "Staff time (£)", decimals=0), estimate("share", "Share of all (%)",
                                                                                     decimals=1)],
             note="Staff time: recorded hours at an hourly cost by role.", **shared)
    p.table("tbl-costs-headings", title="Costs by heading, one-off and recurring", frame=table,
            columns=[label("label", "Heading"), estimate("one_off", "One-off (£)", decimals=0),
                     estimate("recurring", "Recurring (£)", decimals=0), estimate("cash", "Cash (£)", decimals=0),
                     estimate("staff_time", "Staff time (£)", decimals=0), estimate("total", "Total (£)", decimals=0),
                     estimate("share", "Share (%)", decimals=1)], describe=_describe_heading_table, **shared)
    total, largest = table.iloc[-1], parts.loc[parts["total"].idxmax()]
    fact = dict(made_by=strand.by_heading, sources=inputs.spent, n_pilots=len(inputs.model.pilots))
    p.finding("costs.total.real", total["total"], unit="pounds", **fact)
    p.finding("costs.total.present", inputs.entries["present"].sum(), unit="pounds", **fact)
    p.finding("costs.data.status", inputs.status, unit="text", **fact)
    p.finding("costs.total.pilots", len(inputs.model.pilots), unit="count", decimals=0, **fact)
    p.finding("costs.staff_time.share", 100 * total["staff_time"] / total["total"], unit="per cent", decimals=0, **fact)
    p.finding("costs.one_off.share", 100 * total["one_off"] / total["total"], unit="per cent", decimals=0, **fact)
    p.finding("costs.largest.name", largest["label"].lower(), unit="text", **fact)
    p.finding("costs.largest.share", largest["share"], unit="per cent", decimals=0, **fact)
    for row in parts.itertuples():
        p.finding(f"costs.{row.heading}.total", row.total, unit="pounds", **{**fact, "decimals": 0})


def _title_headings(frame: pd.DataFrame) -> str:
    top = frame.loc[(frame["cash"] + frame["staff_time"]).idxmax()]
    return f"{top['label']} took {number(top['share'], 0)}% of all costs"


def _draw_headings(frame: pd.DataFrame):
    figure, ax = style.axes(height=3.6)
    places = np.arange(len(frame))[::-1]
    cash, time = frame["cash"] / 1e6, frame["staff_time"] / 1e6
    ax.barh(places, cash, color=style.BLUE, height=0.6, label="Cash")
    ax.barh(places, time, left=cash, color=style.LIGHT, height=0.6, hatch="//", edgecolor=style.GREY, linewidth=0.6,
            label="Staff time")
    for place, end in zip(places, cash + time, strict=True):
        style.direct_label(ax, end, place, f"£{end:.2f}m", style.GREY)
    ax.set_yticks(places, list(frame["label"]))
    ax.set_xlim(0, (cash + time).max() * 1.18)
    ax.set_xlabel("Million pounds")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def _describe_headings(frame: pd.DataFrame) -> str:
    total = frame["cash"] + frame["staff_time"]
    top, least = frame.loc[total.idxmax()], frame.loc[total.idxmin()]
    return (f"Stacked bar chart of {len(frame)} headings. The largest is {top['label'].lower()} "
            f"({pounds(total.max())}, {number(top['share'], 0)}% of all), the smallest {least['label'].lower()} "
            f"({pounds(total.min())}). Staff time makes up {number(100 * frame['staff_time'].sum() / total.sum(), 0)}% "
            "of all costs.")


def _describe_heading_table(frame: pd.DataFrame) -> str:
    total = frame.iloc[-1]
    return (f"Table of {len(frame) - 1} headings with their total. Of {pounds(total['total'])} in all, "
            f"{pounds(total['one_off'])} is one-off and {pounds(total['recurring'])} recurring.")


def years(inputs: Inputs) -> None:
    """Costs by year, before and after discounting."""
    p, table = inputs.p, strand.by_year(inputs.entries, inputs.section)
    headings = inputs.section["headings"]
    columns = [label("year", "Year"), *(estimate(name, f"{text} (£)", decimals=0) for name, text in headings.items()),
               estimate("total", "Total (£)", decimals=0), estimate("present", "Present value (£)", decimals=0)]
    shared = dict(frame=table, columns=columns, made_by=strand.by_year, sources=inputs.spent)
    rate = number(100 * inputs.section["discount_rate"])
    p.figure("fig-costs-years", title=_title_years, subtitle=f"Total cost of all pilots, pounds in {inputs.prices}, "
             f"before and after discounting, {inputs.period}", draw=_draw_years, describe=_describe_years,
             note=f"Present value: discounted at {rate}% a year to {inputs.section['base_year']}.", **shared)
    first, last = table.iloc[0], table.iloc[-1]
    fact = dict(unit="pounds", decimals=0, made_by=strand.by_year, sources=inputs.spent)
    p.finding("costs.year.first", first["total"], **fact)
    p.finding("costs.year.last", last["total"], **fact)


def _title_years(frame: pd.DataFrame) -> str:
    first, last = frame["total"].iloc[0], frame["total"].iloc[-1]
    return f"Yearly costs {'fell' if last < first else 'rose'} from {_million(first)} to {_million(last)}"


def _million(value: float) -> str:
    return f"£{value / 1e6:.1f} million"


def _draw_years(frame: pd.DataFrame):
    figure, ax = style.axes(height=3.4)
    years = frame["year"].astype(int)
    lines = (("total", "Not discounted", style.BLUE, "-", "o"), ("present", "Present value", style.ORANGE,
                                                                 style.DASHES[1], "s"))
    for name, _, colour, dash, marker in lines:
        ax.plot(years, frame[name] / 1e6, color=colour, linestyle=dash, marker=marker)
    ax.set_xticks(years)
    ax.set_ylim(0, frame["total"].max() / 1e6 * 1.1)
    ax.set_xlim(years.min() - 0.15, years.max() + 1.05)
    style.end_labels(ax, [(years.iloc[-1], frame[name].iloc[-1] / 1e6, text, colour)
                          for name, text, colour, _, _ in lines])
    ax.set_ylabel("Million pounds", rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)
    return figure


def _describe_years(frame: pd.DataFrame) -> str:
    first, last = frame.iloc[0], frame.iloc[-1]
    return (f"Line chart of {len(frame)} years. Cost before discounting goes from {pounds(first['total'])} in "
            f"{int(first['year'])} to {pounds(last['total'])} in {int(last['year'])}; its present value in the last "
            f"year "
            f"is {pounds(last['present'])}.")


def pilots(inputs: Inputs, by_pilot: pd.DataFrame) -> None:
    """Costs by pilot, for each worker trained and each child in need. `by_pilot` as from `by_pilot`."""
    p, mean = inputs.p, strand.per_worker(by_pilot)
    table = by_pilot.assign(label="Pilot " + by_pilot["pilot"])
    shared = dict(made_by=strand.by_pilot, sources=inputs.main, about_people=True)
    p.figure("fig-costs-pilots", title=_title_pilots, frame=table.sort_values("per_worker", ascending=False),
             subtitle=f"Cost for each worker trained, pounds in {inputs.prices}, by pilot, {inputs.period}",
             columns=[label("label", "Pilot"), estimate("per_worker", "Cost per worker trained (£)", decimals=0),
                      count("workers", "Workers trained")],
             draw=lambda frame: _draw_pilots(frame, mean), describe=lambda frame: _describe_pilots(frame, mean),
             note="Line and band: mean of pilots with its 95% interval.", **shared)
    p.table("tbl-costs-pilots", title="Costs by pilot, for each worker and child", frame=table,
            subtitle=f"Pounds in {inputs.prices}, {inputs.period}; present value as of {inputs.section['base_year']}",
            columns=[label("label", "Pilot"), estimate("real", "Total (£)", decimals=0),
                     estimate("present", "Present value (£)", decimals=0), count("workers", "Workers trained"),
                     estimate("per_worker", "Per worker trained (£)", decimals=0),
                     count("child_years", "Children in need, years added"),
                     estimate("per_child_year", "Per child in need and year (£)", decimals=0)],
            describe=_describe_pilot_table, **shared)
    fact = dict(unit="pounds", decimals=0, n_pilots=len(by_pilot), sources=inputs.main)
    p.finding("costs.per_worker.mean", mean.estimate, low=mean.low, high=mean.high, made_by=strand.per_worker, **fact)
    p.finding("costs.per_worker.lowest", by_pilot["per_worker"].min(), made_by=strand.by_pilot, **fact)
    p.finding("costs.per_worker.highest", by_pilot["per_worker"].max(), made_by=strand.by_pilot, **fact)
    p.finding("costs.per_child.all", by_pilot["real"].sum() / by_pilot["child_years"].sum(), made_by=strand.by_pilot,
              **fact)
    p.finding("costs.per_pilot.mean", by_pilot["real"].mean(), made_by=strand.by_pilot, **fact)
    p.finding("costs.workers.trained", by_pilot["workers"].sum(), made_by=strand.by_pilot, **{**fact, "unit": "count"})


def pilot_years(inputs: Inputs) -> None:
    """Costs by pilot and year, as cash and staff time, one-off and recurring."""
    table = strand.by_pilot_and_year(inputs.entries)
    inputs.p.table("tbl-costs-pilot-years", title=_title_pilot_years,
                   subtitle=f"Cash and staff time, one-off and recurring, pounds in {inputs.prices}, by pilot and year",
                   frame=table.assign(label="Pilot " + table["pilot"]),
                   columns=[label("label", "Pilot"), label("year", "Year"), estimate("cash", "Cash (£)", decimals=0),
                            estimate("staff_time", "Staff time (£)", decimals=0),
                            estimate("one_off", "One-off (£)", decimals=0),
                            estimate("recurring", "Recurring (£)", decimals=0),
                            estimate("total", "Total (£)", decimals=0)],
                   describe=_describe_pilot_years, made_by=strand.by_pilot_and_year, sources=inputs.spent,
                   note="Cash and staff time add up to the total, and so do one-off and recurring.")


def _title_pilot_years(frame: pd.DataFrame) -> str:
    peak = frame.groupby("pilot")["total"].idxmax()
    first = int((frame.loc[peak, "year"] == frame["year"].min()).sum())
    return f"The first year cost most in {first} of {len(peak)} pilots"


def _describe_pilot_years(frame: pd.DataFrame) -> str:
    ends = {name: (rows.iloc[0], rows.iloc[-1]) for name, rows in frame.groupby("label", sort=False)}
    parts = [f"{name}: {pounds(first['total'])} in {int(first['year'])}, {pounds(last['total'])} in {int(last['year'])}"
             for name, (first, last) in ends.items()]
    return f"Table of {len(frame)} rows, one for each pilot and year. First and last year: {'; '.join(parts)}."


def _title_pilots(frame: pd.DataFrame) -> str:
    ratio = frame["per_worker"].max() / frame["per_worker"].min()
    return f"Cost per worker differs {number(ratio)}-fold between pilots"


def _draw_pilots(frame: pd.DataFrame, mean):
    figure, ax = style.axes(height=1.2 + 0.36 * len(frame))
    places = np.arange(len(frame))[::-1]
    ax.axvspan(mean.low, mean.high, color="#EDEDED", zorder=0)
    ax.axvline(mean.estimate, color=style.GREY, linewidth=1.2)
    ax.plot(frame["per_worker"], places, "o", color=style.BLUE, markersize=7)
    ax.set_yticks(places, list(frame["label"]))
    ax.set_xlim(0, frame["per_worker"].max() * 1.1)
    ax.xaxis.set_major_formatter(lambda value, _: f"£{value:,.0f}")
    ax.set_xlabel("Pounds for each worker trained")
    ax.grid(axis="y", visible=False)
    return figure


def _describe_pilots(frame: pd.DataFrame, mean) -> str:
    top, least = frame.iloc[0], frame.iloc[-1]
    return (f"Dot plot of {len(frame)} pilots. Cost per worker trained runs from {pounds(least['per_worker'])} "
            f"({least['label']}) to {pounds(top['per_worker'])} ({top['label']}); the mean of pilots is "
            f"{pounds(mean.estimate)}, 95% interval {pounds(mean.low)} to {pounds(mean.high)}.")


def _describe_pilot_table(frame: pd.DataFrame) -> str:
    return (f"Table of {len(frame)} pilots. Totals run from {pounds(frame['real'].min())} to "
            f"{pounds(frame['real'].max())}; cost per child in need and year from "
            f"{pounds(frame['per_child_year'].min())} to {pounds(frame['per_child_year'].max())}.")
