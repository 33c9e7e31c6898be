"""How far single authorities changed, against the number of children who live there (a funnel plot)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.strands.national_data.authorities import others
from analysis.strands.national_data.effects import build_panel
from analysis.strands.national_data.evaluation import NationalData
from analysis.strands.national_data.indicators import ENGLAND, column_values
from analysis.strands.national_data.inference import changes

WIDE = 2.0      # standard deviations between the mean and a limit


def change_limits(change: pd.Series, size: pd.Series, reference: Sequence[str]) -> pd.DataFrame:
    """Limits for the change of every authority: low and high, by code.

    `change` and `size` by code; `reference` the authorities that mean and spread are taken from. The variance of a
    change is phi / size, with phi the mean over them of size times squared deviation (Spiegelhalter 2005, with the
    overdispersion that authorities show themselves in the place of a sampling variance).
    """
    own = change[list(reference)]
    centre = float(np.average(own, weights=size[own.index]))
    phi = float(np.sum(size[own.index] * (own - centre) ** 2) / (len(own) - 1))
    wide = WIDE * np.sqrt(phi / size[change.index])
    return pd.DataFrame({"low": centre - wide, "high": centre + wide})


def changes_of(found: Sequence, population: pd.DataFrame, national: NationalData, section: Mapping) -> pd.DataFrame:
    """Every authority with a value in each year of a window, and as many children as `changes.least_children`:
    authority, indicator, role, children, change, limits."""
    people = column_values(population, "population_estimate").dropna(subset=["value"])
    parts = []
    for detail in found:
        indicator = detail.evaluated.indicator
        panel = build_panel(detail.evaluated.values, national.comparison.pilots,
                            others(set(detail.evaluated.values["code"]) - {ENGLAND}, national.pilots), indicator.window)
        moved = changes(panel, section["post_from"])
        size = people[people["year"].isin(indicator.window)].groupby("code")["value"].mean().reindex(moved.index)
        large = size >= section["changes"]["least_children"]
        moved, size = moved[large], size[large]
        limits = change_limits(moved, size, [code for code in panel.comparators if code in moved.index])
        parts.append(pd.DataFrame({"authority": [national.names.get(code, code) for code in moved.index],
                                   "indicator": indicator.title, "children": size.round().astype(int).to_numpy(),
                                   "role": ["pilot" if code in panel.pilots else "other" for code in moved.index],
                                   "change": moved.to_numpy(), "low": limits["low"].to_numpy(),
                                   "high": limits["high"].to_numpy()}))
    return pd.concat(parts, ignore_index=True)
