"""Cases by detail of use, for the picture: in groups that hide single cases, and single cases for stand-ins."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.strands.assessments.cases import Examined
from analysis.strands.assessments.pilots import mean_or_nothing

GROUP, CASE = "group", "case"


def binned(examined: Examined, least: int) -> pd.DataFrame:
    """Cases in groups by detail of use: mean detail, mean thoroughness with t interval, n.

    Groups keep cases of one rating together and have `least` cases or more each; single cases are never shown.
    """
    section, detail = examined.section, examined.scale.detail.name
    cases = examined.cases.dropna(subset=[detail, "thoroughness"])
    groups = bin_ratings(cases[detail].to_numpy(), section["bins"], least)
    rows = []
    for place in range(groups.max() + 1):
        group = cases[groups == place]
        low, high = int(group[detail].min()), int(group[detail].max())
        mean, bottom, top = mean_or_nothing(group["thoroughness"], section["level"])
        rows.append({"kind": GROUP, "detail": f"{low}" if low == high else f"{low} to {high}",
                     "mean_detail": group[detail].mean(), "n": len(group), "thoroughness": mean, "low": bottom,
                     "high": top})
    return pd.DataFrame(rows)


def with_cases(examined: Examined, groups: pd.DataFrame) -> pd.DataFrame:
    """The groups and, below them, a row for every case without its number or pilot. For stand-ins only."""
    detail = examined.scale.detail.name
    known = examined.cases.dropna(subset=[detail, "thoroughness"]).sort_values([detail, "thoroughness"])
    single = pd.DataFrame({"kind": CASE, "detail": [f"{int(x)}, one case" for x in known[detail]],
                           "mean_detail": known[detail].to_numpy(), "thoroughness": known["thoroughness"].to_numpy()})
    return pd.concat([groups, single], ignore_index=True)


def bin_ratings(ratings: np.ndarray, bins: int, least: int) -> np.ndarray:
    """Group 0, 1, ... of each rating: at most `bins` groups of `least` or more, as even as can be, ties together.

    Fewer groups when the ratings allow no more; one group when even two cannot be.
    """
    values, counts = np.unique(ratings, return_counts=True)
    for wanted in range(min(bins, len(values)), 1, -1):
        best = None
        for cuts in combinations(range(1, len(values)), wanted - 1):
            sizes = [part.sum() for part in np.split(counts, cuts)]
            if min(sizes) >= least and (best is None or np.var(sizes) < best[0]):
                best = (np.var(sizes), cuts)
        if best:
            return np.searchsorted(values[list(best[1])], ratings, side="right")
    return np.zeros(len(ratings), dtype=int)
