"""Drawings of the deep dives and of implementation."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from analysis.publish import style

BOX_WIDTH, BOX_HEIGHT, GAP, ROW_GAP = 2.3, 0.95, 0.22, 0.75  # inches


def number_matrix(frame, *, label: str, columns: dict[str, str], highest: int, xlabel: str):
    """A matrix of small whole numbers: the number in each cell, a deeper shade for more."""
    values = frame[list(columns)].to_numpy(dtype=float)
    figure, ax = style.axes(height=1.2 + 0.34 * len(frame), width=6.4)
    shades = LinearSegmentedColormap.from_list("light to dark", ["#FFFFFF", "#BFD3E4", style.BLUE])
    edges = [np.arange(count + 1) - 0.5 for count in values.shape]
    ax.pcolormesh(edges[1], edges[0], values, cmap=shades, vmin=0, vmax=highest)    # shapes, where imshow has pixels
    ax.invert_yaxis()
    for row, column in np.ndindex(values.shape):
        ink = "white" if values[row, column] > 0.6 * highest else style.TEXT
        ax.text(column, row, f"{values[row, column]:.0f}", ha="center", va="center", color=ink)
    ax.set_xticks(range(len(columns)), list(columns.values()))
    ax.set_yticks(range(len(frame)), list(frame[label]))
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(xlabel)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return figure


def dumbbell(
    frame, *, label: str, first: str, second: str, names: tuple[str, str], lowest: float, highest: float, xlabel: str
):
    """Two values a row joined by a line: a filled circle for the first, an open square for the second."""
    figure, ax = style.axes(height=1.3 + 0.4 * len(frame), width=6.4)
    places = np.arange(len(frame))[::-1]
    one, two = frame[first].to_numpy(dtype=float), frame[second].to_numpy(dtype=float)
    ax.hlines(places, np.minimum(one, two), np.maximum(one, two), color=style.LIGHT, linewidth=3)
    ax.plot(one, places, "o", color=style.BLUE, markersize=9)
    ax.plot(two, places, "s", color=style.ORANGE, markersize=10, markerfacecolor="none", markeredgewidth=2)
    for values, name, colour in ((one, names[0], style.BLUE), (two, names[1], "#A8410B")):
        ax.annotate(
            name,
            (values[0], places[0]),
            xytext=(0, 14),
            textcoords="offset points",
            ha="center",
            color=colour,
            fontweight="bold",
        )
    ax.set_yticks(places, list(frame[label]))
    ax.set_ylim(-0.6, len(frame) - 0.1)
    ax.set_xlim(lowest, highest)
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    return figure


def saturation_curve(frame, *, target: float):
    """Mean share of themes heard by number of sources, the band of 95% of orders, and the target."""
    figure, ax = style.axes(height=3.4)
    ax.fill_between(frame["sources"], frame["low"].astype(float), frame["high"].astype(float), color="#D5E0EA")
    ax.plot(frame["sources"], frame["share"].astype(float), color=style.BLUE)
    ax.axhline(target, color=style.GREY, linewidth=1, linestyle=style.DASHES[1])
    last = frame["sources"].iloc[-1]
    ax.annotate(f"{target:.0f}% of themes", (last, target), xytext=(0, -12), textcoords="offset points", ha="right")
    ax.set_ylim(0, 103)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Interviews and focus groups read, in random order")
    ax.set_ylabel("Themes heard (%)", rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)
    return figure


def agreement_plot(frame, *, tentative: float, good: float):
    """Alpha with interval by theme, and the two levels it is read against."""
    shown = frame.dropna(subset=["alpha"])
    figure = style.interval_plot(
        shown, label="label", value="alpha", low="low", high="high", zero=None, xlabel="Krippendorff's alpha"
    )
    ax = figure.axes[0]
    for level, dash in ((tentative, style.DASHES[1]), (good, style.DASHES[0])):
        ax.axvline(level, color=style.ORANGE, linewidth=1.4, linestyle=dash, zorder=0)
        ax.text(level, 1.01, f"{level:g}", transform=ax.get_xaxis_transform(), ha="center", va="bottom")
    ax.set_xlim(min(0.2, float(np.nanmin(shown["low"])) - 0.05), 1.02)
    return figure


def logic_model(frame, *, stages: dict[str, str]):
    """Boxes in a row for each stage, from top to bottom, and arrows from each element to those it leads to."""
    widest = max((frame["stage"] == stage).sum() for stage in stages)
    width, height = widest * (BOX_WIDTH + GAP) - GAP, len(stages) * (BOX_HEIGHT + ROW_GAP)
    figure, ax = style.axes(height=height + 0.2, width=width + 0.2)
    places = {}
    for row, (stage, title) in enumerate(stages.items()):
        part = frame[frame["stage"] == stage]
        bottom = height - row * (BOX_HEIGHT + ROW_GAP) - BOX_HEIGHT - 0.3
        ax.text(
            0,
            bottom + BOX_HEIGHT + 0.09,
            title,
            ha="left",
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            zorder=3,
        )
        left = (width - len(part) * (BOX_WIDTH + GAP) + GAP) / 2
        for place, element in enumerate(part.itertuples()):
            places[element.id] = (left + place * (BOX_WIDTH + GAP), bottom)
            _box(ax, places[element.id], element.element)
    for element in frame.itertuples():
        for target in str(element.leads_to or "").split():
            _arrow(ax, places[element.id], places[target])
    ax.set_xlim(-0.05, width + 0.05)
    ax.set_ylim(0, height + 0.1)
    ax.axis("off")
    return figure


def _box(ax, place, text):
    ax.add_patch(
        FancyBboxPatch(
            place,
            BOX_WIDTH,
            BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="#E8EEF4",
            edgecolor=style.BLUE,
            linewidth=1,
        )
    )
    ax.text(
        place[0] + BOX_WIDTH / 2,
        place[1] + BOX_HEIGHT / 2,
        textwrap.fill(text, 25),
        ha="center",
        va="center",
        linespacing=1.15,
    )


def _arrow(ax, start, end):
    """From the foot of one box to the head of another below it."""
    ax.add_patch(
        FancyArrowPatch(
            (start[0] + BOX_WIDTH / 2, start[1]),
            (end[0] + BOX_WIDTH / 2, end[1] + BOX_HEIGHT),
            arrowstyle="-|>",
            mutation_scale=11,
            color=style.GREY,
            linewidth=0.9,
            shrinkA=0,
            shrinkB=1,
        )
    )
