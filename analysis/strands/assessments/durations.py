"""How long assessments took, what was decided, and whether detail of use or thoroughness go with either."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.errors import DataError
from analysis.methods.ordinal import spearman
from analysis.sources.schemas.assessment_ratings import DECISIONS
from analysis.strands.assessments.cases import Examined


def decisions(examined: Examined) -> pd.DataFrame:
    """By decision and in all (`is_total`): cases, quartiles of weekdays, those within the statutory time."""
    limit, rows = examined.section["statutory_days"], []
    for name in (*DECISIONS, "All"):
        cases = examined.cases if name == "All" else examined.cases[examined.cases["decision"] == name]
        within = int((cases["days"] <= limit).sum())
        lower, median, upper = cases["days"].quantile([0.25, 0.5, 0.75]) if len(cases) else (np.nan,) * 3
        rows.append({"decision": name, "is_total": name == "All", "n": len(cases), "within": within,
                     "late": len(cases) - within, "lower": lower, "median": median, "upper": upper,
                     "percent": 100 * within / len(cases) if len(cases) else np.nan})
    return pd.DataFrame(rows)


def links(examined: Examined, rng: np.random.Generator) -> pd.DataFrame:
    """Rank correlations within pilots of detail, thoroughness and analysis with weekdays and with the decision.

    The decision counts from no further action to child protection, in the schema's order. One row a pair: n, estimate,
    low, high, permutation p and Holm's p over all pairs. NaN where the ratings do not allow a correlation.
    """
    cases, section = examined.cases, examined.section
    order = {name: place for place, name in enumerate(DECISIONS)}
    cases = cases.assign(step=cases["decision"].map(order).astype(float))
    rows = []
    for column, other in (("days", "weekdays taken"), ("step", "decision")):
        for name, label in ((examined.scale.detail.name, "Detail of use"), ("thoroughness", "Thoroughness"),
                            ("analysis", "Analysis of risk and need")):
            row = {"pair": f"{label} with {other}", "name": name, "with": column,
                   "n": int(cases[[name, column]].notna().all(axis=1).sum())}
            try:
                found = spearman(cases[name], cases[column], strata=cases["site"], rng=rng,
                                 permutations=section["permutations"], level=section["level"])
                row |= {"estimate": found.estimate, "low": found.low, "high": found.high, "p": found.p}
            except DataError:
                row |= dict.fromkeys(("estimate", "low", "high", "p"), np.nan)
            rows.append(row)
    table = pd.DataFrame(rows).assign(p_holm=np.nan)
    known = table["p"].notna()
    if known.any():
        table.loc[known, "p_holm"] = multipletests(table.loc[known, "p"], method="holm")[1]
    return table
