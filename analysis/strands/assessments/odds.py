"""The association as an ordinal model: odds of a higher rating for each further point of detail, pilots constant."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.errors import DataError
from analysis.methods.ordinal import proportional_odds
from analysis.methods.ordinal_permutation import informative, permutation_p
from analysis.strands.assessments.agreement import SCORE
from analysis.strands.assessments.cases import Examined

COLUMNS = ("name", "label", "n", "pilots", "ratio", "low", "high", "log_ratio", "p")


def odds(examined: Examined, rng: np.random.Generator) -> pd.DataFrame:
    """Proportional odds (McCullagh, 1980) of the score and of each domain on detail of use, with pilot effects.

    The score takes its distinct values as ordered categories: the cumulative probability model of Liu and others
    (2017), which uses ranks alone. One row an outcome: `ratio` per point of detail with sandwich interval, permutation
    p within pilots, and `p_holm` (Holm, 1979) over the domains. Pilots all of whose cases have the lowest or all the
    highest rating say nothing of a slope and are left out (`pilots` counts those in). NaN where no model can be fitted.
    """
    outcomes = {"thoroughness": SCORE} | {domain.name: domain.label for domain in examined.scale.domains}
    rows = [odds_of(examined, name, label, rng) for name, label in outcomes.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["p_holm"] = np.nan
    domains = table.index[(table["name"] != "thoroughness") & table["p"].notna()]
    if len(domains):
        table.loc[domains, "p_holm"] = multipletests(table.loc[domains, "p"], method="holm")[1]
    return table


def odds_of(examined: Examined, name: str, label: str, rng: np.random.Generator) -> dict:
    """One row of `odds`; without `ratio` and what follows it where no model can be fitted."""
    y, x, site = _complete(examined, name)
    row = {"name": name, "label": label, "n": len(y), "pilots": len(np.unique(site))}
    try:
        found = proportional_odds(y, np.column_stack([x, _dummies(site)])).interval(0, level=examined.section["level"])
        p = permutation_p(y, x, strata=site, rng=rng, permutations=examined.section["permutations"])
    except DataError:           # no slope in these ratings: said by empty cells, not by the end of the build
        return row
    return row | {"ratio": float(np.exp(found.estimate)), "low": float(np.exp(found.low)),
                  "high": float(np.exp(found.high)), "log_ratio": found.estimate, "p": p}


def _complete(examined, name):
    """Outcome, detail and pilot of the cases with both that say something of a slope."""
    detail = examined.scale.detail.name
    known = examined.cases.dropna(subset=[detail, name])
    # Means of six or five whole ratings: equal ones must be equal to the last digit to share a category.
    y, site = known[name].round(6).to_numpy(), known["site"].to_numpy()
    kept = informative(y, site)
    return y[kept], known[detail].to_numpy()[kept], site[kept]


def _dummies(site):
    return (site[:, None] == np.unique(site)[1:]).astype(float)
