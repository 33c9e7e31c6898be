"""Pictures of the simulation of intervals: functions of their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style

WIDTH = 5.2         # inches: narrower than usual, so that words stay readable on a phone
ROW = 0.44          # inches a method
STEP = 0.19         # between the series of a method, in rows
NAME_WIDTH = 19     # characters a line of a method's name


def rejections(frame: pd.DataFrame):
    """Shares of true nulls rejected with their Monte Carlo intervals: a panel for each `panel`, a row for each method,
    `series` (of what `series_name` says) told apart by marker, colour and order from top to bottom; line and band at
    what a test at 5% would give."""
    panels, methods, series = (list(dict.fromkeys(frame[name])) for name in ("panel", "method", "series"))
    rows = len(methods)
    looks = list(zip(series, style.SEQUENCE[:len(series)], style.MARKERS[:len(series)], strict=True))
    figure, axes = style.axes(width=WIDTH, height=1.0 + len(panels) * (0.45 + ROW * rows), rows=len(panels),
                              sharex=True)
    for ax, panel in zip(np.atleast_1d(axes), panels, strict=True):
        part = frame[frame["panel"] == panel]
        ax.axvspan(part["band_low"].max(), part["band_high"].min(), color="#E3E3E3", zorder=0)
        ax.axvline(5, color=style.GREY, linewidth=1)
        for k, (name, colour, marker) in enumerate(looks):
            own = part[part["series"] == name].set_index("method").reindex(methods)
            places = np.arange(rows)[::-1] + STEP * ((len(series) - 1) / 2 - k)
            ax.hlines(places, own["low"], own["high"], color=colour, linewidth=1.6)
            ax.plot(own["rejection"], places, marker, color=colour, markersize=5, label=name)
        ax.set_yticks(np.arange(rows)[::-1], style.wrapped(methods, NAME_WIDTH))
        ax.set_ylim(-0.6, rows - 0.4)
        ax.hlines(np.arange(rows - 1) + 0.5, 0, 1, transform=ax.get_yaxis_transform(), color="#E0E0E0", linewidth=0.7,
                  zorder=0.5)
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.text(0, 1.02, panel, transform=ax.transAxes, ha="left", va="bottom", fontweight="bold")
    last = np.atleast_1d(axes)[-1]
    last.set_xlim(left=-0.015 * frame["high"].max())     # so that a marker at nought is whole
    last.set_xlabel("True nulls rejected (%)")
    figure.legend(*last.get_legend_handles_labels(), loc="outside upper left", ncols=len(series), handletextpad=0.1,
                  columnspacing=1.0, title=frame["series_name"].iloc[0], alignment="left")
    return figure
