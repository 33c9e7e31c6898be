"""Pictures of the chains of multiple imputation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.publish import style

DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1)))


def nothing(frame: pd.DataFrame):
    """A picture that says there is nothing to draw."""
    figure, ax = style.axes(height=1.2)
    ax.set_axis_off()
    ax.text(0.5, 0.5, "Nothing had to be completed", ha="center", va="center")
    return figure


def chains(frame: pd.DataFrame):
    """Means by iteration, one panel a covariate, one line a chain: told apart by dashes, alike in colour."""
    names = list(dict.fromkeys(frame["covariate"]))
    lines = [name for name in frame if name.startswith("chain_")]
    figure, axes = style.axes(height=2.0 * len(names) + 0.3, rows=len(names), sharex=True)
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        part = frame[frame["covariate"] == name]
        for k, line in enumerate(lines):
            ax.plot(part["iteration"], part[line], color=style.BLUE, linewidth=1.3, linestyle=DASHES[k % len(DASHES)])
        ax.text(0, 1.04, f"{name}, mean of imputed values", transform=ax.transAxes, ha="left", va="bottom")
    np.atleast_1d(axes)[-1].set_xlabel("Iteration")
    return figure
