"""House style of figures: colours, axes, direct labels, interval plots and diverging bars; SVG the same every time."""

from __future__ import annotations

import io
import os
import re
import textwrap

os.environ.setdefault("MPLBACKEND", "Agg")

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

# Colours of the UK Government Analysis Function, in their order; at most four in a figure.
BLUE, TURQUOISE, PINK, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
GREY, PURPLE, LIGHT = "#3D3D3D", "#A285D1", "#BFBFBF"
SEQUENCE = (BLUE, TURQUOISE, PINK, ORANGE)
TWO = (BLUE, ORANGE)
DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D")
TEXT = "#1A1A1A"
# Words in these colours would have a contrast of about 3 to 1 on white; in the darker shade it is above 4.5 to 1.
INK = {ORANGE: "#A8410B", TURQUOISE: "#17695F", PURPLE: "#6B4BA3", LIGHT: GREY}

RC = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 11, "axes.titlesize": 11,
    "axes.labelsize": 11, "xtick.labelsize": 11, "ytick.labelsize": 11, "legend.fontsize": 11,
    "axes.edgecolor": GREY, "axes.labelcolor": TEXT, "text.color": TEXT, "xtick.color": TEXT, "ytick.color": TEXT,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": "#E0E0E0", "grid.linewidth": 0.7, "figure.facecolor": "white", "axes.facecolor": "white",
    "svg.fonttype": "path", "figure.dpi": 96, "legend.frameon": False, "lines.linewidth": 2,
}


def axes(height: float = 3.6, width: float = 6.4, rows: int = 1, cols: int = 1, **kwargs):
    """A new figure and its axes (an array when there are several), in house style, outside pyplot's state."""
    with mpl.rc_context({**sns.axes_style("ticks"), **RC}):
        figure = Figure(figsize=(width, height), layout="constrained")
        ax = figure.subplots(rows, cols, **kwargs)
    return figure, ax


def direct_label(ax, x, y, text: str, colour: str, *, dx: float = 6, dy: float = 0, ha: str = "left",
                 leader: bool = False) -> None:
    """Name a line at one of its points, offset in typographic points, instead of a key; light colours as dark ink.
    `leader`: with a thin line from the name to the point."""
    drawn = {"arrowstyle": "-", "color": INK.get(colour, colour), "linewidth": 0.7, "relpos": (0, 0.5), "shrinkA": 1,
             "shrinkB": 2}
    ax.annotate(text, (x, y), xytext=(dx, dy), textcoords="offset points", color=INK.get(colour, colour), ha=ha,
                va="center", fontweight="bold", annotation_clip=False, arrowprops=drawn if leader else None)


def end_labels(ax, lines, *, gap: float = 13) -> None:
    """Label several lines at their right ends without overlap: `lines` is a list of (x, y, text, colour).

    `gap` is the least distance between labels in typographic points. Where one has to stand farther than that from its
    line, names stand off and those that moved have a thin line to their own.
    """
    lines = sorted((line for line in lines if np.isfinite(line[1])), key=lambda line: line[1])
    low, high = ax.get_ylim()
    spec = ax.get_subplotspec()
    panels = spec.get_gridspec().nrows if spec else 1
    per_point = (high - low) / (ax.figure.get_figheight() * 72 * 0.75 / panels)
    places = _apart([line[1] / per_point for line in lines], gap)
    crowded = any(abs(place - y / per_point) > gap for (_, y, _, _), place in zip(lines, places, strict=True))
    for (x, y, text, colour), place in zip(lines, places, strict=True):
        dy = place - y / per_point
        away = crowded and abs(dy) > gap / 2
        direct_label(ax, x, y, text, colour, dy=dy, dx=20 if crowded else 6, leader=away)


def _apart(places, gap: float) -> np.ndarray:
    """The places nearest to `places`, which increase, that are `gap` or more apart: least squares under an order of
    what each place would be without the gaps below it."""
    steps = gap * np.arange(len(places))
    return isotonic_regression(np.asarray(places, dtype=float) - steps).x + steps if len(places) else steps


def wrapped(names, width: int = 28) -> list[str]:
    """Row names of at most `width` characters a line, so that on a phone they leave room for what they name.

    A number stays on the line of the word before it: wave 1, (n = 104).
    """
    return [textwrap.fill(re.sub(r" (?==|\d)", "\N{NO-BREAK SPACE}", str(name)), width) for name in names]


def interval_plot(frame, *, label: str, value: str, low: str, high: str, zero: float | None = 0.0, xlabel: str = "",
                  colour: str = BLUE, band: tuple[float, float] | None = None, height: float | None = None,
                  width: float = 6.4, groups: str | None = None):
    """Estimates with intervals, one row each, first row on top; a line at `zero`, a grey `band` where given.

    `groups` names a column by which rows differ in colour and marker, with a key above where there are two or more.
    """
    rows, row_names = len(frame), wrapped(frame[label])
    lines = 1 + max((name.count("\n") for name in row_names), default=0)
    figure, ax = axes(height=height or 1.1 + (0.26 + 0.16 * lines) * rows, width=width)
    places = np.arange(rows)[::-1]
    if band:
        ax.axvspan(*band, color="#EDEDED", zorder=0)
    if zero is not None:
        ax.axvline(zero, color=GREY, linewidth=1)
    values, lows, highs = (frame[name].to_numpy(dtype=float) for name in (value, low, high))
    kinds = frame[groups].to_numpy() if groups else np.zeros(rows)
    names = list(dict.fromkeys(kinds))
    shades = {1: (colour,), 2: TWO}.get(len(names), SEQUENCE)
    for kind, shade, marker in zip(names, shades, MARKERS, strict=False):
        own = kinds == kind
        ax.hlines(places[own], lows[own], highs[own], color=shade, linewidth=2)
        ax.plot(values[own], places[own], marker, color=shade, markersize=7, label=kind)
    if len(names) > 1:
        figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    ax.set_yticks(places, row_names)
    ax.set_ylim(-0.6, rows - 0.4)
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    return figure


def diverging_bars(frame, *, label: str, negative, neutral: str | None, positive, names, xlabel: str = "Per cent",
                   height: float | None = None, width: float = 6.4):
    """Diverging stacked bars of Likert answers: shares in per cent, neutral in the middle, percentages printed.

    `negative` lists columns from the most negative inwards, `positive` from the middle outwards; `names` maps column
    to its name in the key above the chart.
    """
    figure, ax = axes(height=height or 1.5 + 0.5 * len(frame), width=width)
    places = np.arange(len(frame))[::-1]
    shades = _likert_colours(len(negative), neutral is not None, len(positive))
    order = [*negative, *([neutral] if neutral else []), *positive]
    shares = frame[order].to_numpy(dtype=float)
    left = -np.nansum(shares[:, : len(negative)], axis=1) - (np.nan_to_num(shares[:, len(negative)]) / 2 if neutral
                                                              else 0)
    for k, name in enumerate(order):
        widths = np.nan_to_num(shares[:, k])
        ax.barh(places, widths, left=left, color=shades[k], height=0.66, label=names[name], edgecolor="white",
                linewidth=0.8)
        for place, start, wide in zip(places, left, widths, strict=True):
            if wide >= 6:
                ax.text(start + wide / 2, place, f"{wide:.0f}", ha="center", va="center",
                        color=_ink(shades[k]), fontsize=10)
        left = left + widths
    ax.axvline(0, color=GREY, linewidth=1, zorder=0)    # behind the bars: it must not strike through the middle number
    ax.use_sticky_edges = False                         # nor may the longest bar touch the axis
    ax.margins(x=0.06)
    ax.set_yticks(places, wrapped(frame[label], 30))
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=min(3, len(order)), fontsize=10)
    return figure


def to_svg(figure, salt: str) -> str:
    """A figure as SVG text, byte for byte the same for the same figure; the picture's size is left to the page."""
    out = io.BytesIO()
    for legend in (*figure.legends, *(ax.get_legend() for ax in figure.axes)):
        if legend is not None:
            legend.set_frame_on(False)
    with mpl.rc_context({**RC, "svg.hashsalt": salt}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight",
                       pad_inches=0.08)
    text = out.getvalue().decode("utf-8")
    return re.sub(r"[ \t]+\n", "\n", text)


def _likert_colours(negatives: int, has_neutral: bool, positives: int):
    """Dark to light orange, grey, light to dark blue: dark ends, so that order shows in grey as well."""
    orange = ["#A8410B", "#F7A678"][:negatives] if negatives <= 2 else ["#A8410B", "#F46A25", "#FBC9AC"][:negatives]
    blue = ["#8FB2D0", "#12436D"][-positives:] if positives <= 2 else ["#BFD3E4", "#5C8CB5", "#12436D"][-positives:]
    return [*orange, *(["#E3E3E3"] if has_neutral else []), *blue]


def _ink(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.45 else TEXT
