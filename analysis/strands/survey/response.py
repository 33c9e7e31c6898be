"""Who answered: AAPOR response rates, and respondents beside the population by margins."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.methods.weighted import proportion_interval
from analysis.sources.schemas.staff_survey import MARGINS


def response_rates(population: pd.DataFrame, coded: pd.DataFrame, by: list[str], *, level: float) -> pd.DataFrame:
    """Counts and response rates by the given columns of both tables.

    Everybody invited is of known eligibility (staff lists), so that AAPOR's RR1 = I / (I + P + others) is complete
    returns over eligible staff, RR2 = (I + P) over the same; rates in per cent with Wilson intervals. Returns that
    lack a value of `by` are not counted. Source: AAPOR (2023). Raises `DataError` when a group has more returns than
    eligible staff, or returns and nobody invited.
    """
    groups = population.groupby(by, observed=True)[["invited", "not_eligible"]].sum()
    returns = pd.crosstab([coded[name] for name in by], coded["disposition"])
    returns = returns.reindex(columns=["complete", "partial", "none"], fill_value=0)
    stray = returns.index.difference(groups.index)
    if len(stray):
        raise DataError("returns from a group that was not invited", file="survey_population.csv", value=stray[0],
                        expected=f"a row of the population for every {', '.join(by)}")
    table = groups.join(returns).fillna(0).astype(int).reset_index()
    table["eligible"] = table["invited"] - table["not_eligible"]
    return add_rates(table, level=level)


def add_rates(table: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """The table with `responded`, `rr1`, `rr2` and the bounds of rr2, per cent, from its counts."""
    table = table.assign(responded=table["complete"] + table["partial"])
    for row in table.itertuples():
        if row.complete + row.partial + row.none > row.eligible or row.eligible == 0:
            raise DataError("more returns than eligible staff", file="survey_population.csv",
                            value=(int(row.complete + row.partial + row.none), int(row.eligible)),
                            expected="at most as many returns as staff invited and eligible")
    bounds = [proportion_interval(r, e, level=level)
              for r, e in zip(table["responded"], table["eligible"], strict=True)]
    return table.assign(rr1=100 * table["complete"] / table["eligible"],
                        rr2=100 * table["responded"] / table["eligible"],
                        rr2_low=[100 * low for low, _ in bounds], rr2_high=[100 * high for _, high in bounds])


def margins_table(population: pd.DataFrame, weighted: pd.DataFrame) -> pd.DataFrame:
    """By wave and category of each margin: eligible staff, respondents, and shares (per cent) of both and weighted.

    `weighted` are usable returns with column `weight`, whose sum over a site and wave is its eligible staff, so that
    sites count by size here. Shares are among returns that give the margin.
    """
    eligible = population.assign(eligible=population["invited"] - population["not_eligible"])
    rows = []
    for wave in sorted(eligible["wave"].unique()):
        staff, returns = eligible[eligible["wave"] == wave], weighted[weighted["wave"] == wave]
        for margin, categories in MARGINS.items():
            known = returns[returns[margin].isin(categories)]
            for category in categories:
                here = known[margin] == category
                rows.append({"wave": wave, "margin": margin, "category": category,
                             "eligible": int(staff.loc[staff[margin] == category, "eligible"].sum()),
                             "responded": int(here.sum()),
                             "population_percent": 100 * staff.loc[staff[margin] == category, "eligible"].sum()
                             / staff["eligible"].sum(),
                             "respondents_percent": 100 * here.mean(),
                             "weighted_percent": 100 * known.loc[here, "weight"].sum() / known["weight"].sum()})
    return pd.DataFrame(rows)
