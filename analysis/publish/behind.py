"""What stands behind an exhibit's rows without being in its table: kept, after disclosure, for the clearance."""

from __future__ import annotations

import pandas as pd

from analysis.publish.disclosure import Disclosed


def behind_of(shown: Disclosed, columns) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(name, a text a row) of the counts behind shares and scores, of the groups of totals, and of `is_total`, as far
    as the frame has them and the table does not. Suppressed counts are "c"."""
    in_table = {column.name for column in columns}
    counts = [name for column in columns for name in (*column.behind, column.part_of) if name]
    groups = [column.total_of for column in columns if column.total_of]
    names = [name for name in dict.fromkeys([*counts, *groups, "is_total"]) if name not in in_table]
    return tuple((name, tuple(_text(shown, row, name) for row in shown.frame.index)) for name in names
                 if name in shown.frame)


def _text(shown, row, name) -> str:
    if shown.suppressed.loc[row, name]:
        return "c"
    value = shown.frame.loc[row, name]
    if pd.isna(value):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
