"""Pictures of pilots' effects against their rated implementation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style


def against_rating(frame: pd.DataFrame):
    """Effects by rating with the least-squares line, one panel an outcome; points labelled with their group."""
    names = list(dict.fromkeys(frame["outcome"]))
    figure, axes = style.axes(height=2.5 * len(names) + 0.3, rows=len(names), sharex=True)
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        part = frame[frame["outcome"] == name]
        x, y = part["score"].to_numpy(), part["effect"].to_numpy()
        ax.axhline(0, color=style.GREY, linewidth=1)
        line = np.polyfit(x, y, 1)
        ends = np.array([x.min(), x.max()])
        ax.plot(ends, np.polyval(line, ends), color=style.ORANGE, linewidth=1.8, linestyle=(0, (5, 2)))
        ax.plot(x, y, "o", color=style.BLUE, markersize=7)
        for row in part.itertuples():
            ax.annotate(str(row.group), (row.score, row.effect), xytext=(6, 4), textcoords="offset points", fontsize=10)
        ax.margins(x=0.08, y=0.15)
        ax.text(0, 1.04, f"{name}: effect of each group ({part['unit'].iloc[0]})", transform=ax.transAxes, ha="left",
                va="bottom")
    np.atleast_1d(axes)[-1].set_xlabel("Rated implementation of the pilot (1 to 5)")
    return figure
