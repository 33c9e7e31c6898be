"""Pictures on parallel trends: functions of their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style
from analysis.strands.difference_in_differences.staggered_tables import RECORDS
from analysis.strands.difference_in_differences.trend_tables import KINDS, PARALLEL

WIDTH = 5.2          # inches: narrower than usual, so that words stay readable on a phone
ROW = 0.42           # inches a row of horizontal intervals
NAME_WIDTH = 22      # characters a line of a row's name
BESIDE = -0.15       # where the interval under parallel trends stands on the axis of smoothness
PARALLEL_TICK = "Parallel\ntrends"
EMBEDDING = (0, (4, 3))


def event_studies(frame: pd.DataFrame):
    """Differences by year from the embedding with intervals, one panel an outcome; the reference year is an open circle
    at nought."""
    names = list(dict.fromkeys(frame["outcome"]))
    figure, axes = style.axes(width=WIDTH, height=2.2 * len(names), rows=len(names), sharex=True)
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        part = frame[frame["outcome"] == name]
        ax.axhline(0, color=style.GREY, linewidth=1)
        ax.axvline(-0.5, color=style.GREY, linewidth=1, linestyle=EMBEDDING)
        reference = part["low"].isna()
        ax.vlines(part["event_year"], part["low"], part["high"], color=style.BLUE, linewidth=2)
        for rows, fill in ((part[~reference], style.BLUE), (part[reference], "white")):
            ax.plot(rows["event_year"], rows["estimate"], "o", color=style.BLUE, markersize=6.5, markerfacecolor=fill)
        _panel_label(ax, f"{name} ({part['unit'].iloc[0]})")
        ax.set_xticks(range(int(frame["event_year"].min()), int(frame["event_year"].max()) + 1))
    last = np.atleast_1d(axes)[-1]
    last.set_xlabel("Whole years from the embedding (dashed line)")
    return figure


def relative_magnitudes(frame: pd.DataFrame):
    """Intervals by M-bar, one panel an outcome."""
    bounds = sorted(frame.loc[frame["kind"] != PARALLEL, "bound"].unique())
    return _bounds(frame, [0, *bounds], [PARALLEL_TICK, *(f"{bound:g}" for bound in bounds)],
                   "M-bar: times the largest step between earlier years")


def smoothness(frame: pd.DataFrame):
    """Intervals by M as a share of the smallest effect of interest, one panel an outcome."""
    shares = sorted(frame["share"].dropna().unique())
    # A tick needs room for its number.
    named = [share for k, share in enumerate(shares) if k == 0 or share - shares[k - 1] > 0.12]
    return _bounds(frame, [BESIDE, *named], [PARALLEL_TICK, *(f"{share:g}" for share in named)],
                   "M a year, as share of the smallest effect of interest")


def _bounds(frame: pd.DataFrame, ticks, tick_labels, xlabel: str):
    """Intervals at `place`, that under parallel trends told apart by colour and marker; a dashed line where zero comes
    to be included (`breaks`), if inside, and the panel's label says so in words."""
    names = list(dict.fromkeys(frame["outcome"]))
    figure, axes = style.axes(width=WIDTH, height=0.6 + 2.3 * len(names), rows=len(names), sharex=True)
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        part = frame[frame["outcome"] == name]
        ax.axhline(0, color=style.GREY, linewidth=1)
        for kind, colour, marker in ((True, style.ORANGE, "s"), (False, style.BLUE, "o")):
            own = part[(part["kind"] == PARALLEL) == kind]
            ax.vlines(own["place"], own["low"], own["high"], color=colour, linewidth=2)
            for end in ("low", "high"):
                ax.plot(own["place"], own[end], marker, color=colour, markersize=4)
        breaks = part["breaks"].iloc[0]
        if 0 < breaks <= part["place"].max():
            ax.axvline(breaks, color=style.PINK, linewidth=1.5, linestyle=EMBEDDING)
        _panel_label(ax, f"{name} ({part['unit'].iloc[0]})", f"Zero included {part['included'].iloc[0]}")
    last = np.atleast_1d(axes)[-1]
    last.set_xticks(ticks, tick_labels)
    last.set_xlabel(xlabel)
    return figure


def placebos(frame: pd.DataFrame):
    """Placebo estimates with intervals: a panel for each placebo and unit, a row for each outcome; panels in one unit
    have one axis."""
    panels = [rows for _, rows in frame.groupby(["kind", "name", "unit"], sort=False)]
    figure, axes = _panels_of_rows(panels)
    for ax, rows in zip(axes, panels, strict=True):
        names = [f"{row.outcome}{' (not estimated)' if pd.isna(row.estimate) else ''}" for row in rows.itertuples()]
        _rows(ax, names, rows, np.full(len(rows), False))
        before = "Embedding " if rows["kind"].iloc[0] == KINDS["date"] else ""
        _left_label(ax, f"{before}{rows['name'].iloc[0]}", rows["unit"].iloc[0])
        same = frame[frame["unit"] == rows["unit"].iloc[0]]
        if same["low"].notna().any():
            low, high = min(same["low"].min(), 0), max(same["high"].max(), 0)
            ax.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    return figure


def staggered(frame: pd.DataFrame):
    """Effects by estimator with intervals, one panel an outcome; those on children's records are orange squares."""
    panels = [rows for _, rows in frame.groupby("outcome", sort=False)]
    figure, axes = _panels_of_rows(panels)
    for ax, rows in zip(axes, panels, strict=True):
        _rows(ax, list(rows["estimator"]), rows, (rows["level"] == RECORDS).to_numpy())
        _left_label(ax, rows["outcome"].iloc[0], rows["unit"].iloc[0])
    return figure


def _panels_of_rows(panels):
    """A figure with one panel above the other, as high as their rows need."""
    figure, axes = style.axes(width=WIDTH, height=sum(0.85 + ROW * len(rows) for rows in panels), rows=len(panels),
                              height_ratios=[len(rows) + 0.4 for rows in panels])
    return figure, np.atleast_1d(axes)


def _rows(ax, names, rows: pd.DataFrame, marked: np.ndarray) -> None:
    """Horizontal intervals, the first on top; `marked` are orange squares, the others blue circles."""
    places = np.arange(len(rows))[::-1]
    ax.axvline(0, color=style.GREY, linewidth=1)
    for kind, colour, marker in ((True, style.ORANGE, "s"), (False, style.BLUE, "o")):
        own = marked == kind
        ax.hlines(places[own], rows["low"].to_numpy()[own], rows["high"].to_numpy()[own], color=colour, linewidth=2)
        ax.plot(rows["estimate"].to_numpy()[own], places[own], marker, color=colour, markersize=6)
    ax.set_yticks(places, style.wrapped(names, NAME_WIDTH))
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)


def paths(frame: pd.DataFrame):
    """Effects by period from the embedding with bands: a panel for each outcome and estimator, one axis an outcome."""
    panels = [rows for _, rows in frame.groupby(["outcome", "estimator"], sort=False)]
    figure, axes = style.axes(width=WIDTH, height=2.15 * len(panels), rows=len(panels))
    for ax, rows in zip(np.atleast_1d(axes), panels, strict=True):
        same = frame[frame["outcome"] == rows["outcome"].iloc[0]]
        ax.axhline(0, color=style.GREY, linewidth=1)
        ax.axvline(-0.5, color=style.GREY, linewidth=1, linestyle=EMBEDDING)
        for side in (rows[rows["event_time"] < 0], rows[rows["event_time"] >= 0]):
            ax.fill_between(side["event_time"], side["low"], side["high"], color=style.BLUE, alpha=0.18, linewidth=0)
            ax.plot(side["event_time"], side["estimate"], "-o", color=style.BLUE, markersize=4)
        pad = 0.05 * (same["high"].max() - same["low"].min())
        ax.set_ylim(same["low"].min() - pad, same["high"].max() + pad)
        ax.set_xlim(same["event_time"].min() - 0.5, same["event_time"].max() + 0.5)
        _panel_label(ax, f"{rows['outcome'].iloc[0]} ({rows['unit'].iloc[0]})", rows["estimator"].iloc[0])
        if rows["estimator"].iloc[0] == same["estimator"].iloc[-1]:
            ax.set_xlabel(f"Periods from the embedding, each a {rows['period'].iloc[0]}")
    return figure


def _panel_label(ax, name: str, below: str = "") -> None:
    """What a panel's axis measures, set horizontally above it, and a second line below that."""
    if below:
        ax.annotate(below, (0, 1), xytext=(0, 4), xycoords="axes fraction", textcoords="offset points", va="bottom")
    ax.annotate(name, (0, 1), xytext=(0, 20 if below else 4), xycoords="axes fraction", textcoords="offset points",
                va="bottom", fontweight="bold")


def _left_label(ax, name: str, unit: str) -> None:
    """What a panel shows, from the left edge of the figure: beside long names of rows there is no room above the axis
    alone."""
    ax.set_title(" ", fontsize=11)      # room for the label, which lies outside the layout
    label = ax.annotate(f"{name} ({unit})", (0.01, 1), xytext=(0, 6), xycoords=("figure fraction", "axes fraction"),
                        textcoords="offset points", va="bottom", fontweight="bold")
    label.set_in_layout(False)
