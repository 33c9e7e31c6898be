"""Pictures of the staff survey."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style


def paired_intervals(frame: pd.DataFrame, *, row: str, series: str, value: str, low: str, high: str, xlabel: str,
                     zero: float | None = None, limits: tuple[float, float] | None = None,
                     row_name=lambda row: str(row), wrap: int = 28):
    """Two series of estimates with intervals for each row, one above the other, told apart by colour and marker."""
    rows, names = list(frame[row].drop_duplicates()), list(frame[series].drop_duplicates())
    figure, ax = style.axes(height=1.5 + 0.62 * len(rows))
    if zero is not None:
        ax.axvline(zero, color=style.GREY, linewidth=1)
    for k, name in enumerate(names):
        part = frame[frame[series] == name]
        places = np.array([len(rows) - 1 - rows.index(r) for r in part[row]]) + 0.16 * (len(names) - 1 - 2 * k)
        ax.hlines(places, part[low].astype(float), part[high].astype(float), color=style.TWO[k], linewidth=2)
        ax.plot(part[value].astype(float), places, style.MARKERS[k], color=style.TWO[k], markersize=7, linestyle="none",
                label=str(name))
        for place in places[part[value].isna().to_numpy()]:
            suppressed(ax, place)
    ax.set_yticks(np.arange(len(rows))[::-1], style.wrapped([row_name(r) for r in rows], wrap))
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlabel(xlabel)
    if limits:
        ax.set_xlim(*limits)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=len(names))
    return figure


def suppressed(ax, place: float) -> None:
    """Say at a row's place that its numbers are not shown."""
    ax.text(0.5, place, "suppressed [c]", transform=ax.get_yaxis_transform(), ha="center", va="center", fontsize=10,
            color=style.GREY)
