"""Pictures of one effect under several methods."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style


def by_method(frame: pd.DataFrame):
    """Intervals by method, one panel an outcome with its own axis; the headline's method filled and darker."""
    names = list(dict.fromkeys(frame["outcome"]))
    figure, axes = style.axes(height=1.72 * len(names) + 0.4, rows=len(names))
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        part = frame[frame["outcome"] == name]
        places = np.arange(len(part))[::-1]
        ax.axvline(0, color=style.GREY, linewidth=1)
        for place, row in zip(places, part.itertuples(), strict=True):
            headline = "headline" in row.method
            ax.hlines(place, row.low, row.high, color=style.BLUE if headline else style.GREY, linewidth=2)
            ax.plot(row.effect, place, "o" if headline else "s", markersize=7,
                    color=style.BLUE if headline else style.GREY,
                    markerfacecolor=style.BLUE if headline else "white")
        ax.set_yticks(places, list(part["method"]))
        ax.set_ylim(-0.6, len(part) - 0.4)
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.text(0, 1.04, f"{name} ({part['unit'].iloc[0]})", transform=ax.transAxes, ha="left", va="bottom",
                fontweight="bold")
    return figure
