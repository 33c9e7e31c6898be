"""What exhibits of the national detail share: a table where there is something to show, and one that says so if not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from analysis.publish import Publisher, label, style, text_column

NOTHING = "No indicator could be computed with the files that are there"


def published(p: Publisher, id: str, found: Sequence, sources, table: Callable[[Sequence], pd.DataFrame], *, title,
              subtitle, columns, describe, made_by, note="", draw=None) -> None:
    """Publish the table (or, with `draw`, the figure) of `table(found)`; of nothing found, or of no rows, one that says
    so, so that a chapter shows it whatever files are there."""
    frame = table(found) if len(found) else pd.DataFrame()
    kind = p.figure if id.startswith("fig-") else p.table
    drawn = {} if kind == p.table else {"draw": draw if len(frame) else _nothing}
    if not len(frame):
        kind(id, title="Nothing to show with these files", subtitle=NOTHING, columns=[label("found", "Found"),
             text_column("reason", "Reason")], frame=pd.DataFrame({"found": ["None"], "reason": [NOTHING]}),
             describe=f"{NOTHING}.", made_by=made_by, sources=sources, **drawn)
        return
    kind(id, title=title, subtitle=subtitle, frame=frame, columns=columns, describe=describe, made_by=made_by,
         sources=sources, note=note, **drawn)


def _nothing(frame):
    figure, ax = style.axes(height=1.2, width=4.8)
    ax.set_axis_off()
    ax.text(0.5, 0.5, "Nothing to show with these files", ha="center", va="center")
    return figure
