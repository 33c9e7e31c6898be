"""Pictures of how much rests on choices: functions of their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.transforms import blended_transform_factory

from analysis.publish import style
from analysis.strands.difference_in_differences.choice_tables import ALL_TURNED, HEADLINE, NONE_TURNED

MOSTLY = 50      # per cent of the models around a place from which on they are drawn as significant


def switches(frame: pd.DataFrame):
    """Effects with one rule at a time as published, one panel an outcome with an axis of its own; a dashed line at the
    corrected effect, a solid one at no effect."""
    parts = [part for _, part in frame.groupby("outcome", sort=False)]
    sizes = [len(part) for part in parts]
    figure, axes = style.axes(height=0.4 + 0.3 * sum(sizes) + 0.85 * len(parts), rows=len(parts), height_ratios=sizes)
    for ax, part in zip(np.atleast_1d(axes), parts, strict=True):
        places = np.arange(len(part))[::-1]
        ax.axvline(0, color=style.GREY, linewidth=1)
        ax.axvline(part["effect"].iloc[0], color=style.BLUE, linewidth=1, linestyle=(0, (4, 3)))
        for place, row in zip(places, part.itertuples(), strict=True):
            colour, marker, face = _look(row.switch)
            ax.hlines(place, row.low, row.high, color=colour, linewidth=2)
            ax.plot(row.effect, place, marker, color=colour, markerfacecolor=face or colour, markersize=7)
        ax.set_yticks(places, style.wrapped(part["rule"]))
        _bare(ax, len(part))
        _label_from_the_edge(ax, f"{part['outcome'].iloc[0]} ({part['unit'].iloc[0]})")
    figure.legend(handles=[_marker(*_look(NONE_TURNED), "All corrected (dashed line)"),
                           _marker(*_look(""), "One rule as published"),
                           _marker(*_look(ALL_TURNED), "All as published")],
                  loc="outside upper left", ncols=2)
    return figure


def curve(frame: pd.DataFrame):
    """All models in order of their estimate, those that are mostly significant as filled squares, over the band in
    which chance puts the order; the share significant below."""
    rows, own = frame[frame["what"] != HEADLINE], frame[frame["what"] == HEADLINE].iloc[0]
    figure, (top, below) = style.axes(height=5.2, rows=2, height_ratios=(3.4, 1), sharex=True)
    top.fill_between(rows["percentile"], rows["chance_low"], rows["chance_high"], color="#DDDDDD", linewidth=0)
    top.axhline(0, color=style.GREY, linewidth=1)
    mostly = rows["significant"] >= MOSTLY
    for part, marker, face in ((rows[~mostly], "o", "white"), (rows[mostly], "s", style.BLUE)):
        top.plot(part["percentile"], part["estimate"], marker, color=style.BLUE, markerfacecolor=face, markersize=4.5,
                 markeredgewidth=1)
    top.plot(own["percentile"], own["estimate"], "D", color=style.ORANGE, markersize=8, zorder=5)
    _name_headline(top, own)
    _panel_label(top, f"Estimate ({own['unit']})")
    below.bar(rows["percentile"], rows["significant"], width=0.9, color=style.BLUE)
    below.set_ylim(0, 100)
    below.set_yticks([0, 50, 100])
    _panel_label(below, "Models around this place that are significant (%)")
    below.set_xlim(-1, 101)
    below.set_xlabel("Models in order of their estimate (% of all)")
    figure.legend(handles=[_marker(style.BLUE, "o", "white", "Mostly not significant"),
                           _marker(style.BLUE, "s", style.BLUE, "Mostly significant"),
                           Patch(color="#DDDDDD", label="Where 95% of curves by chance lie")],
                  loc="outside upper left", ncols=2)
    return figure


def options(frame: pd.DataFrame):
    """Median and middle 80% of the models by option of every choice; the headline's option filled."""
    rows = len(frame) + frame["choice"].nunique()
    figure, ax = style.axes(height=1.5 + 0.29 * rows)
    ax.axvline(0, color=style.GREY, linewidth=1, zorder=0.9)
    place, ticks = rows, {}
    for choice, part in frame.groupby("choice", sort=False):
        place -= 1
        ax.text(0.015, place, choice, transform=ax.get_yaxis_transform(), fontweight="bold", va="center",
                path_effects=[withStroke(linewidth=3, foreground="white")])
        for row in part.itertuples():
            place -= 1
            ticks[place], own = row.option, row.headline == "yes"
            colour = style.BLUE if own else style.TURQUOISE
            ax.hlines(place, row.low, row.high, color=colour, linewidth=2)
            ax.plot(row.median, place, "o" if own else "s", color=colour, markerfacecolor=colour if own else "white",
                    markersize=7)
    ax.set_yticks(list(ticks), list(ticks.values()))
    _bare(ax, rows)
    ax.set_xlabel(f"Median and middle 80% of estimates ({frame['unit'].iloc[0]})")
    figure.legend(handles=[_marker(style.BLUE, "o", style.BLUE, "The headline's option"),
                           _marker(style.TURQUOISE, "s", "white", "Another option")],
                  loc="outside upper left", ncols=2)
    return figure


def _look(switch: str) -> tuple[str, str, str | None]:
    """Colour, marker and face of a row."""
    return {NONE_TURNED: (style.BLUE, "o", None), ALL_TURNED: (style.ORANGE, "s", None)}.get(
        switch, (style.BLUE, "o", "white"))


def _marker(colour, marker, face, text) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, markerfacecolor=face or colour, linestyle="", markersize=7,
                  label=text)


def _name_headline(ax, own) -> None:
    """The headline named beside its place, away from the nearer edge: below the curve on the left, else above it."""
    left = own["percentile"] < 50
    ax.annotate("Headline's model", (own["percentile"], own["estimate"]), xytext=(9, -12) if left else (-9, 12),
                textcoords="offset points", color=style.INK[style.ORANGE], ha="left" if left else "right", va="center",
                fontweight="bold", path_effects=[withStroke(linewidth=3, foreground="white")])


def _label_from_the_edge(ax, text: str) -> None:
    """A panel's label from the picture's left edge on, so that on a phone it is seen without scrolling."""
    ax.set_title(" ", loc="left")       # room for it
    place = blended_transform_factory(ax.figure.transFigure, ax.transAxes)
    ax.text(0.01, 1.0, text, transform=place, ha="left", va="bottom", fontweight="bold").set_in_layout(False)


def _panel_label(ax, text: str) -> None:
    ax.text(0, 1.04, text, transform=ax.transAxes, ha="left", va="bottom")


def _bare(ax, rows: int) -> None:
    ax.set_ylim(-0.6, rows - 0.4)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
