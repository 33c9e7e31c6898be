"""Other choices of comparators, as weights of authorities, and how like the pilots each choice is before.

Every choice is a weight an authority; pilots have one each. `neighbours`: the union of the pilots' statistical
neighbours, each once (the headline's). `region`: each pilot's own region, a pilot's weight shared out evenly over the
other authorities there. `matched`: for each pilot the authorities nearest in level and trend of the indicator itself
before, by distance in standard deviations of authorities, a pilot's weight shared out evenly; an authority can serve
several pilots. `all`: every authority that was never a pilot, each once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.strands.national_data.effects import Effect, Panel


@dataclass(frozen=True)
class Choice:
    """A choice of comparators with their weights, the effect by it, and its balance: pilots less comparators before,
    in level and in yearly change, in standard deviations of authorities."""

    name: str
    weights: Mapping[str, float]
    effect: Effect
    level_gap: float
    trend_gap: float

    @property
    def effective(self) -> float:
        """How many equal weights would be as concentrated (Kish 1965)."""
        w = np.array(list(self.weights.values()))
        return float(w.sum() ** 2 / np.sum(w**2))


def even(codes: Sequence[str]) -> dict[str, float]:
    """Weight one for each code."""
    return dict.fromkeys(codes, 1.0)


def of_region(pilots: Sequence[str], others: Sequence[str], regions: Mapping[str, str]) -> dict[str, float]:
    """Weights of `others` in the pilots' regions; a pilot in a region without any has no comparator."""
    return _shared({code: [other for other in others if regions.get(other) == regions.get(code)] for code in pilots})


def matched(panel: Panel, post_from: int, nearest: int) -> dict[str, float]:
    """Weights of the `nearest` comparators of each pilot of a panel, by level and yearly change before `post_from`.

    With one year before there is no change, and the level alone decides.
    """
    standing = _standing(panel, post_from)
    scaled = (standing / standing.std(ddof=1).replace(0, np.nan)).dropna(axis=1)
    pool = scaled.loc[list(panel.comparators)]
    chosen = {}
    for code in panel.pilots:
        distance = ((pool - scaled.loc[code]) ** 2).sum(axis=1)
        chosen[code] = list(distance.sort_values(kind="stable").index[:nearest])
    return _shared(chosen)


def balance(panel: Panel, weights: Mapping[str, float], post_from: int) -> tuple[float, float]:
    """Pilots less weighted comparators in level and yearly change before, in standard deviations of the panel's
    authorities; the second is missing with one year before."""
    standing = _standing(panel, post_from)
    codes = [code for code in panel.comparators if code in weights]
    share = np.array([weights[code] for code in codes])
    gap = standing.loc[list(panel.pilots)].mean() - (standing.loc[codes].T @ (share / share.sum()))
    found = gap / standing.std(ddof=1)
    return float(found["level"]), float(found.get("trend", np.nan))


def _standing(panel: Panel, post_from: int) -> pd.DataFrame:
    """Level and (with two years or more before) least-squares yearly change of every authority before."""
    before = panel.values.loc[:, np.asarray(panel.values.columns) < post_from]
    found = pd.DataFrame({"level": before.mean(axis=1)})
    if before.shape[1] > 1:
        years = before.columns.to_numpy(dtype=float) - before.columns.to_numpy(dtype=float).mean()
        found["trend"] = before.to_numpy() @ years / (years @ years)
    return found


def _shared(chosen: Mapping[str, Sequence[str]]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for codes in chosen.values():
        for code in codes:
            weights[code] = weights.get(code, 0.0) + 1 / len(codes)
    return dict(sorted(weights.items()))
