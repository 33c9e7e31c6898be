"""Ordinal models of change: odds of a higher answer at the second wave, item by item, with pilots fixed and pooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.interval import Interval
from analysis.methods.ordinal import proportional_odds
from analysis.methods.partial_pooling import mean_over_groups, partially_pool
from analysis.strands.survey.change import odds_of_higher_answer, sign_flip


@dataclass(frozen=True)
class ItemOdds:
    """Log odds ratios of a higher answer at wave 2 for one item.

    `fixed`: one model with pilot effects and a common change, errors clustered by person. `pooled`: a model for each
    pilot, their changes drawn together as a sample of pilots (random effects, Hartung and Knapp); `tau` their spread.
    `sign_flip_p`: all ways of turning the pilots' signs. `n` answers. A pilot whose own model has no maximum is not
    pooled; with fewer than two left `pooled`, `tau` and `sign_flip_p` are None.
    """

    item: str
    fixed: Interval
    pooled: Interval | None
    tau: float | None
    sign_flip_p: float | None
    n: int
    n_pilots: int


def item_odds(returns: pd.DataFrame, item: str, section: Mapping) -> ItemOdds:
    """Both models of one item; `DataError` where the model with pilot effects has no maximum."""
    known = returns[returns[item].notna()]
    own = [one for one in (_of_pilot(group, item, section) for _, group in known.groupby("site", observed=True)) if one]
    estimates, ses = np.array([one.estimate for one in own]), np.array([one.se for one in own])
    several = len(own) > 1
    return ItemOdds(item, odds_of_higher_answer(returns, item, section),
                    mean_over_groups(estimates, ses, level=section["level"]) if several else None,
                    partially_pool(estimates, ses).tau if several else None,
                    sign_flip(estimates)[0] if several else None, len(known), len(own))


def _of_pilot(group: pd.DataFrame, item: str, section: Mapping) -> Interval | None:
    second = list(section["waves"])[1]
    try:
        fit = proportional_odds(group[item].to_numpy(), (group[["wave"]] == second).to_numpy(dtype=float),
                                weights=group["weight"].to_numpy(), clusters=group["respondent_id"].to_numpy())
    except (DataError, np.linalg.LinAlgError):      # one wave, one answer, or answers that a wave separates wholly
        return None
    return fit.interval(0, level=section["level"])
