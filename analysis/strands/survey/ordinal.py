"""Change between waves on the ordinal scale: odds of a higher answer, with site effects and partially pooled.

A scale score is a mean of items and has few distinct values, so that it is taken as ordered here too: the model then
uses the order of the scores alone and not the distance between answers (a cumulative model of a score: Liu et al.,
2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError
from analysis.methods.interval import Interval
from analysis.methods.ordinal import proportional_odds
from analysis.methods.partial_pooling import partially_pool, random_effects_mean
from analysis.strands.survey.change import odds_of_higher_answer, sign_flip


@dataclass(frozen=True)
class OrdinalChange:
    """Log odds ratios of a higher answer at the second wave, of one measure.

    `fixed`: one odds ratio for all sites, site effects, respondents the unit. `pooled`: mean of the sites' own, sites a
    sample of sites. `tau`: standard deviation between sites. `sign_flip_p`: sites the unit of a permutation test.
    `by_site`: site, n (both waves), n_least (of a wave), log_odds, se, low, high, pooled, pooled_low, pooled_high.
    """

    variable: str
    fixed: Interval
    pooled: Interval
    tau: float
    sign_flip_p: float
    by_site: pd.DataFrame


def ordinal_change(returns: pd.DataFrame, variable: str, section: Mapping) -> OrdinalChange:
    """Both models of one measure; `DataError` naming the site where a site's own model cannot be fitted."""
    table = site_odds(returns, variable, section)
    y, se = table["log_odds"], table["se"]
    pooled, z = partially_pool(y, se), stats.norm.ppf(0.5 + section["level"] / 2)
    table = table.assign(low=y - z * se, high=y + z * se, pooled=pooled.estimates,
                         pooled_low=pooled.estimates - z * pooled.ses, pooled_high=pooled.estimates + z * pooled.ses)
    return OrdinalChange(variable, odds_of_higher_answer(returns, variable, section),
                         random_effects_mean(y, se, level=section["level"]), pooled.tau, sign_flip(y)[0], table)


def site_odds(returns: pd.DataFrame, variable: str, section: Mapping) -> pd.DataFrame:
    """One row a site: log odds ratio of a higher answer at the second wave, weighted, errors clustered by person."""
    second, rows = list(section["waves"])[1], []
    for site, group in returns[returns[variable].notna()].groupby("site", observed=True):
        wave = (group["wave"] == second).to_numpy(dtype=float)
        try:
            fit = proportional_odds(group[variable].to_numpy(), wave[:, None], weights=group["weight"].to_numpy(),
                                    clusters=group["respondent_id"].to_numpy())
        except (DataError, np.linalg.LinAlgError) as error:
            raise DataError(f"site {site}: {error}", column=variable, value=site,
                            expected="answers at both waves that overlap") from error
        found = fit.interval(0)
        rows.append({"site": site, "n": len(group), "n_least": int(min(wave.sum(), len(wave) - wave.sum())),
                     "log_odds": found.estimate, "se": found.se})
    return pd.DataFrame(rows)
