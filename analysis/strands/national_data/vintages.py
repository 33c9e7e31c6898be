"""Two releases of the same statistics: which values were revised, and which conclusions move with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.strands.national_data.evaluation import Evaluated, evaluate

KEYS = (["Short Desc", "LA Number", "Years"], ["geographic_level", "region_name", "old_la_code", "time_period"])
CLOSE = 1e-9     # relative: the interactive tool prints floating noise


def revisions(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Every value that differs between two checked frames of one dataset: the keys of its row, column, old, new, kind.

    `old` and `new` are numbers or the publisher's symbols as text. Kinds: revised, now published, no longer published,
    other symbol; and row added or row gone, once a row. Raises `DataError` for frames of other layouts.
    """
    keys = next((keys for keys in KEYS if set(keys) <= set(old) and set(keys) <= set(new)), None)
    if keys is None:
        raise DataError("two releases of one file cannot be compared", value=sorted(set(old) ^ set(new))[:5],
                        expected="the statistics' layout, or the interactive tool's, in both")
    before, after = (frame.assign(**{key: frame[key].astype(object).where(frame[key].notna(), "") for key in keys})
                     .set_index(keys) for frame in (old, new))
    for name, frame in (("old", before), ("new", after)):
        if frame.index.has_duplicates:
            raise DataError(f"the {name} release has a row twice", value=frame.index[frame.index.duplicated()][0])
    gone, added = before.index.difference(after.index, sort=False), after.index.difference(before.index, sort=False)
    both = before.index.intersection(after.index, sort=False)
    columns = [name for name in before if f"{name}__symbol" in before and f"{name}__symbol" in after]
    parts = [_column(before.loc[both], after.loc[both], name) for name in columns]
    rows = [pd.DataFrame(list(index), columns=keys).assign(column="", old="", new="", kind=kind)
            for index, kind in ((added, "row added"), (gone, "row gone")) if len(index)]
    found = [part.reset_index() for part in parts if len(part)] + rows
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*keys, "column", "old", "new",
                                                                                   "kind"])


def conclusions(section: Mapping, old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row an indicator: effect and interval by each release, and whether the interval came to exclude zero, or no
    longer does. Where a release has no estimate the reason stands in `old_reason` or `new_reason`."""
    rows: dict[str, dict] = {}
    for name, frames in (("old", old), ("new", new)):
        for result in evaluate(section, frames).results:
            row = rows.setdefault(result.indicator.key, {"indicator": result.indicator.title})
            if isinstance(result, Evaluated):
                interval = result.effect.interval
                row |= {f"{name}_effect": interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high,
                        f"{name}_reason": ""}
            else:
                row |= {f"{name}_effect": np.nan, f"{name}_low": np.nan, f"{name}_high": np.nan,
                        f"{name}_reason": result.reason}
    frame = pd.DataFrame(rows.values())
    verdicts = [(frame[f"{name}_low"] > 0).astype(int) - (frame[f"{name}_high"] < 0).astype(int)
                for name in ("old", "new")]
    moved = (verdicts[0] != verdicts[1]) | (frame["old_reason"] != frame["new_reason"])
    return frame.assign(moved=moved)


def _column(before: pd.DataFrame, after: pd.DataFrame, name: str) -> pd.DataFrame:
    """Cells of one column that differ, rows of both releases alike."""
    old, new = before[name].astype(float), after[name].astype(float)
    was, now = before[f"{name}__symbol"].fillna(""), after[f"{name}__symbol"].fillna("")
    number = (was == "") & (now == "")
    kinds = {"revised": number & ~np.isclose(old.fillna(0), new.fillna(0), rtol=CLOSE, atol=0),
             "now published": (was != "") & (now == ""), "no longer published": (was == "") & (now != ""),
             "other symbol": (was != "") & (now != "") & (was != now)}
    parts = [pd.DataFrame({"column": name, "old": old[at].where(was[at] == "", was[at]).astype(object),
                           "new": new[at].where(now[at] == "", now[at]).astype(object), "kind": kind})
             for kind, at in kinds.items() if at.any()]
    return pd.concat(parts) if parts else pd.DataFrame()
