"""Weights: each site and wave raked to its eligible staff by role, length of service and sex."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.raking import Margin, design_effect, effective_n, rake
from analysis.sources.schemas.staff_survey import MARGINS
from analysis.strands.survey.answers import margin_codes


@dataclass(frozen=True)
class Weighted:
    """Usable returns with `weight` (sums to the eligible staff of site and wave), and a summary by wave and site."""

    returns: pd.DataFrame
    summary: pd.DataFrame


def weight_returns(returns: pd.DataFrame, population: pd.DataFrame, section: Mapping) -> Weighted:
    """Rake each site and wave on its own; the summary has n, design effect, effective n, tails, cut weights.

    Raises `DataError` naming wave, site and margin when a category of the population has no respondent there.
    """
    returns = returns.assign(weight=np.nan)
    rows = []
    for (wave, site), group in returns.groupby(["wave", "site"], observed=True):
        staff = population[(population["wave"] == wave) & (population["site"] == site)]
        eligible = int((staff["invited"] - staff["not_eligible"]).sum())
        raked = _rake_group(group, staff, section, wave, site)
        returns.loc[group.index, "weight"] = raked.weights * eligible / len(group)
        low, high = np.quantile(raked.weights, section["weight_tails"])
        rows.append({"wave": wave, "site": site, "n": len(group), "eligible": eligible,
                     "design_effect": design_effect(raked.weights), "effective_n": effective_n(raked.weights),
                     "low_tail": low, "high_tail": high, "trimmed": raked.n_trimmed, "rounds": raked.rounds,
                     "largest_gap": 100 * raked.largest_gap})
    return Weighted(returns, pd.DataFrame(rows))


def weight_quantiles(returns: pd.DataFrame, quantiles) -> pd.DataFrame:
    """By wave and site: returns (n) and quantiles `q10`, `q25` .. of the weights, whose mean in site and wave is 1."""
    rows = []
    for (wave, site), group in returns.groupby(["wave", "site"], observed=True):
        found = np.quantile(group["weight"] / group["weight"].mean(), quantiles)
        rows.append({"wave": wave, "site": site, "n": len(group)}
                    | {f"q{100 * q:.0f}": float(value) for q, value in zip(quantiles, found, strict=True)})
    return pd.DataFrame(rows)


def margins_of(group: pd.DataFrame, staff: pd.DataFrame) -> list[Margin]:
    """The margins of one site and wave, targets being eligible staff."""
    eligible = (staff["invited"] - staff["not_eligible"]).to_numpy(dtype=float)
    codes = margin_codes(group)
    return [Margin(name, codes[name], np.array([eligible[(staff[name] == label).to_numpy()].sum() for label in labels]))
            for name, labels in MARGINS.items()]


def margin_indicators(returns: pd.DataFrame) -> np.ndarray:
    """Indicators of the margins' categories, the first of each left out, (returns, p); not given has its own."""
    columns = []
    for name, codes in margin_codes(returns).items():
        columns += [(codes == k).astype(float) for k in (-1, *range(1, len(MARGINS[name])))]
    return np.column_stack(columns)


def _rake_group(group, staff, section, wave, site):
    try:
        return rake(margins_of(group, staff), cap=section["weight_cap"])
    except DataError as error:
        raise DataError(f"wave {wave}, site {site}: {error}") from error
