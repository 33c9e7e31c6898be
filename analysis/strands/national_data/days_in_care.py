"""Days in care by authority and year, which are not published, from the episodes of the child-level extract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.dominance import dominated
from analysis.strands.national_data.effects import Effect, Panel, build_panel, estimate_effect


@dataclass(frozen=True)
class DaysInCare:
    """`values` by authority and year (code, year, value, symbol, children), panel, effect, and yearly means of pilots
    and comparators of the matched groups."""

    values: pd.DataFrame
    panel: Panel
    effect: Effect
    means: pd.DataFrame


def days_in_care(episodes: pd.DataFrame, groups: pd.DataFrame, section: Mapping, threshold: int,
                 dominance: Mapping | None = None) -> DaysInCare:
    """Mean days in care of the children looked after at any time in a year, pilots against matched comparators.

    `episodes` and `groups` as checked; years end in March and run over `days_in_care.years` of the design. A mean of
    fewer children than `threshold`, or of days that are nearly all one child's by the rule of `dominance` (n, k and p,
    see `analysis.methods.dominance`), is suppressed ("c"). Raises `DataError` where fewer than two pilots or
    comparators have a value in every year.
    """
    first, last = section["days_in_care"]["years"]
    values = by_authority_and_year(episodes, range(first, last + 1), threshold, dominance)
    pilots = sorted({str(la) for la in groups["pilot_la"]})
    comparators = sorted({str(la) for name in ("comparator_1_la", "comparator_2_la") for la in groups[name].dropna()}
                         - set(pilots))
    panel = build_panel(values, pilots, comparators, range(first, last + 1))
    effect = estimate_effect(panel, section["post_from"], section["level"], section["power"])
    means = pd.DataFrame({"pilots": panel.values.loc[list(panel.pilots)].mean(),
                          "comparators": panel.values.loc[list(panel.comparators)].mean()})
    return DaysInCare(values, panel, effect, means.rename_axis("year").reset_index())


def by_authority_and_year(episodes: pd.DataFrame, years: Sequence[int], threshold: int,
                          dominance: Mapping | None = None) -> pd.DataFrame:
    """code, year, value (mean days a child), symbol, children: one row an authority with any child in the year.

    A year is the 365 or 366 days to 31 March. A day counts from the one on which an episode starts to the one before it
    ceases, so that episodes that abut count none twice; an open episode runs on.
    """
    start, end = episodes["date_episode_started"].to_numpy(), episodes["date_episode_ceased"].to_numpy()
    code, child = episodes["LA"].astype(int).astype(str), episodes["CHILD_LA_CODE_ANON"]
    parts = []
    for year in years:
        opens, closes = np.datetime64(f"{year - 1}-04-01"), np.datetime64(f"{year}-04-01")
        until = np.where(np.isnat(end), closes, np.minimum(end, closes)).astype("datetime64[D]")
        days = (until - np.maximum(start, opens).astype("datetime64[D]")).astype(int)
        here = days > 0
        frame = pd.DataFrame({"code": code[here], "child": child[here], "days": days[here]})
        by_child = frame.groupby(["code", "child"], observed=True)["days"].sum()
        found = by_child.groupby("code").agg(["mean", "size"])
        few = found["size"] < threshold
        if dominance:
            few |= by_child.groupby("code").agg(lambda days: bool(dominated(days.tolist(), **dominance)))
        parts.append(pd.DataFrame({"code": found.index.astype(object), "year": year,
                                   "value": found["mean"].mask(few).to_numpy(),
                                   "symbol": np.where(few, "c", ""), "children": found["size"].to_numpy()}))
    return pd.concat(parts, ignore_index=True)
