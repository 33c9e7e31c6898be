"""A flow diagram: boxes from top to bottom, with what each step left out at its side."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.patches import FancyBboxPatch

from analysis.publish import style

BOX, SIDE = (0.0, 5.9), 6.35       # left and right edge of a box, and where the side texts begin
LINE, PAD, GAP = 0.21, 0.14, 0.30  # inches: a line of text, above and below it, between boxes
WIDTH = 42                         # characters in a box's line


def flow_diagram(frame: pd.DataFrame):
    """One box a row: step and number; arrows between; left out and added beside the arrows."""
    texts = [textwrap.wrap(f"{row.step}", WIDTH) + [f"{row.n:,.0f}"] for row in frame.itertuples()]
    heights = [LINE * len(lines) + PAD for lines in texts]
    total = sum(heights) + GAP * (len(texts) - 1)
    figure, ax = style.axes(height=total + 0.2)
    ax.set(xlim=(0, 9), ylim=(-total - 0.05, 0.05))
    ax.axis("off")
    top = 0.0
    for k, (row, lines, height) in enumerate(zip(frame.itertuples(), texts, heights, strict=True)):
        if k:
            _arrow(ax, top, row)
            top -= GAP
        _box(ax, top, height, lines)
        top -= height
    return figure


def _box(ax, top: float, height: float, lines: list[str]) -> None:
    ax.add_patch(FancyBboxPatch((BOX[0] + 0.05, top - height), BOX[1] - 0.1, height, linewidth=1.2,
                                boxstyle="round,pad=0,rounding_size=0.06", edgecolor=style.BLUE, facecolor="white"))
    middle = (BOX[0] + BOX[1]) / 2
    for j, text in enumerate(lines):
        last = j == len(lines) - 1
        ax.text(middle, top - PAD / 2 - LINE * (j + 0.5), text, ha="center", va="center", fontsize=10.5,
                fontweight="bold" if last else "normal", color=style.BLUE if last else style.TEXT)


def _arrow(ax, top: float, row) -> None:
    middle = (BOX[0] + BOX[1]) / 2
    ax.annotate("", (middle, top - GAP), (middle, top), arrowprops={"arrowstyle": "-|>", "color": style.GREY})
    if pd.notna(row.left_out):
        _side(ax, top, f"{row.left_out:,.0f} left out")
    elif pd.notna(row.added):
        _side(ax, top, f"{row.added:,.0f} copies added")


def _side(ax, top: float, text: str) -> None:
    y = top - GAP / 2
    ax.plot([(BOX[0] + BOX[1]) / 2 + 0.15, SIDE - 0.1], [y, y], color=style.GREY, linewidth=1)
    ax.text(SIDE, y, text, ha="left", va="center", fontsize=10.5)
