"""Pictures of the strand: functions of their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style


def effects(frame: pd.DataFrame):
    """Effects with intervals: outcomes in percentage points above, the one in working days below on its own axis."""
    parts = [part for _, part in frame.groupby(frame["unit"] != "percentage points", sort=True)]
    sizes = [len(part) for part in parts]
    figure, axes = style.axes(height=1.9 + 0.42 * len(frame), rows=len(parts), height_ratios=sizes)
    for ax, part in zip(np.atleast_1d(axes), parts, strict=True):
        _intervals(ax, list(part["outcome"]), part, style.BLUE)
        ax.set_xlabel(f"Effect ({part['unit'].iloc[0]})")
    return figure


def published_corrected(frame: pd.DataFrame):
    """Two intervals an outcome, published above corrected, told apart by colour, marker and direct label."""
    parts = [part for _, part in frame.groupby(frame["unit"] != "percentage points", sort=True)]
    figure, axes = style.axes(height=2.0 + 0.44 * len(frame), rows=len(parts), height_ratios=[len(p) for p in parts])
    for ax, part in zip(np.atleast_1d(axes), parts, strict=True):
        rows = len(part)
        ax.axvline(0, color=style.GREY, linewidth=1)
        for place, row in zip(range(rows - 1, -1, -1), part.itertuples(), strict=True):
            corrected = row.definitions == "Corrected"
            colour, marker = (style.BLUE, "o") if corrected else (style.ORANGE, "s")
            ax.hlines(place, row.low, row.high, color=colour, linewidth=2)
            ax.plot(row.effect, place, marker, color=colour, markersize=7)
        names = [f"{row.outcome}, {row.definitions.lower()}" for row in part.itertuples()]
        ax.set_yticks(range(rows - 1, -1, -1), style.wrapped(names))
        _bare(ax, rows)
        ax.set_xlabel(f"Effect ({part['unit'].iloc[0]})")
    return figure


def trends(frame: pd.DataFrame):
    """Yearly means of pilots and comparators, one panel an outcome, lines labelled at their ends."""
    names = list(dict.fromkeys(frame["outcome"]))
    figure, axes = style.axes(height=2.7 * len(names), rows=len(names), sharex=True)
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        part = frame[frame["outcome"] == name]
        lines = []
        for (arm, colour, dash) in (("Pilots", style.BLUE, "-"), ("Comparators", style.ORANGE, (0, (5, 2)))):
            line = part[part["arm"] == arm].set_index("year")[["mean"]]
            # A year without a value breaks the line: nothing is drawn across the embedding.
            if line["mean"].isna().all():
                continue
            line = line.reindex(range(line.index.min(), line.index.max() + 1)).reset_index()
            ax.plot(line["year"], line["mean"], color=colour, linestyle=dash, marker="o", markersize=4)
            line = line.dropna()
            if len(line):
                lines.append((line["year"].iloc[-1], line["mean"].iloc[-1], arm, colour))
        _panel_label(ax, f"{name} (%)")
        ax.set_ylim(bottom=0)
        style.end_labels(ax, lines)
    np.atleast_1d(axes)[-1].set_xlabel("Financial year beginning")
    return figure


def timeline(frame: pd.DataFrame):
    """The embedding period of each group as a bar over time."""
    rows = len(frame)
    figure, ax = style.axes(height=1.1 + 0.36 * rows)
    places = range(rows - 1, -1, -1)
    start = frame["start"].dt.year + (frame["start"].dt.day_of_year - 1) / 365.25
    end = frame["end"].dt.year + (frame["end"].dt.day_of_year - 1) / 365.25
    ax.barh(list(places), end - start, left=start, color=style.BLUE, height=0.5)
    ax.set_yticks(list(places), [f"Group {group}" for group in frame["group"]])
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    ax.set_xticks(range(int(start.min()), int(end.max()) + 2))
    _bare(ax, rows)
    ax.set_xlabel("Year")
    return figure


def love_plot(frame: pd.DataFrame):
    """Standardised differences before (open square) and after (filled circle) matching, one row a level."""
    rows = len(frame)
    figure, ax = style.axes(height=1.4 + 0.27 * rows, width=6.8)
    places = np.arange(rows)[::-1]
    ax.axvline(0, color=style.GREY, linewidth=1)
    for limit in (-0.1, 0.1):
        ax.axvline(limit, color=style.LIGHT, linewidth=1, linestyle=(0, (4, 3)))
    ax.plot(frame["before"], places, "s", color=style.ORANGE, markerfacecolor="none", markersize=7,
            label="Before matching")
    ax.plot(frame["after"], places, "o", color=style.BLUE, markersize=6, label="After matching")
    ax.set_yticks(places, list(frame["label"]))
    _bare(ax, rows)
    ax.set_xlabel("Standardised difference, pilots minus comparators")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def leave_one_out(frame: pd.DataFrame):
    """Effects with intervals, all groups first."""
    return style.interval_plot(frame, label="label", value="estimate", low="low", high="high",
                               xlabel="Effect (percentage points)")


def _panel_label(ax, text):
    """What a panel's vertical axis measures, set horizontally above it."""
    ax.text(0, 1.04, text, transform=ax.transAxes, ha="left", va="bottom")


def _intervals(ax, labels, part, colour):
    rows = len(part)
    places = np.arange(rows)[::-1]
    ax.axvline(0, color=style.GREY, linewidth=1)
    ax.hlines(places, part["low"], part["high"], color=colour, linewidth=2)
    ax.plot(part["effect"], places, "o", color=colour, markersize=7)
    ax.set_yticks(places, style.wrapped(labels))
    _bare(ax, rows)


def _bare(ax, rows):
    ax.set_ylim(-0.6, rows - 0.4)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
