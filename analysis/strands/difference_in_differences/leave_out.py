"""The effect without each authority, and without each matched group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import fit_statistics
from analysis.strands.difference_in_differences.fitting import CompletedFits, enough_authorities
from analysis.strands.difference_in_differences.regression import EFFECT, weighted_fit


def without_each_authority(fitted: CompletedFits) -> pd.DataFrame:
    """CR2 of the first imputation leaving out one authority at a time, weights kept.

    la, pilot (bool), estimate, low, high, p; a value is missing where the rest cannot identify the effect, low, high
    and p where it has one authority alone in an arm.
    """
    item = fitted.sets[0]
    kept = item.frame[item.matching.weights > 0]
    pilots, rows = set(kept.loc[kept["pilot"] == 1, "la"]), []
    for la in fitted.fits[0].statistics.labels:
        try:
            found = _without(fitted.fits[0], la, fitted.level)
            known = enough_authorities(kept[kept["la"] != la])
            values = (found.estimate, *((found.low, found.high, found.p) if known else (np.nan,) * 3))
        except DataError:
            values = (np.nan,) * 4      # stated in the table as not identified
        rows.append({"la": la, "pilot": la in pilots,
                     **dict(zip(("estimate", "low", "high", "p"), values, strict=True))})
    return pd.DataFrame(rows)


def without_each_group(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame) -> pd.DataFrame:
    """CR2 of the first imputation leaving out one matched group at a time, weights kept: group, estimate, low, high;
    low and high are missing where one authority alone is left in an arm, all three where the rest cannot identify the
    effect."""
    item = fitted.sets[0]
    frame, weights, rows = item.frame, item.matching.weights, []
    for group in sorted(frame["group"].unique()):
        keep = (frame["group"] != group).to_numpy()
        try:
            found = weighted_fit(frame[keep], weights[keep], outcome, la_years, fitted.rules).cr2(EFFECT, fitted.level)
            known = enough_authorities(frame[keep & (weights > 0)])
            values = (found.estimate, *((found.low, found.high) if known else (np.nan,) * 2))
        except DataError:
            values = (np.nan,) * 3      # stated in the table as not identified
        rows.append({"group": group, **dict(zip(("estimate", "low", "high"), values, strict=True))})
    return pd.DataFrame(rows)


def _without(fit, la, level):
    statistics = fit.statistics
    kept = statistics.clusters([label != la for label in statistics.labels])
    return fit_statistics(kept, drop_collinear=True).cr2(EFFECT, level)
