"""Change between the waves: within sites, averaged over the four, and how far four sites can carry it.

The estimate is the plain average of the sites' changes (site effects drop out). Its interval is about respondents: it
allows for weights and for people who answered twice, and takes the four sites as they are. What it would be for a wider
population of sites is shown beside it, from the spread of four numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError
from analysis.methods.equivalence import equivalence_test, minimum_detectable_effect
from analysis.methods.interval import Interval, t_interval
from analysis.methods.ordinal import proportional_odds
from analysis.methods.partial_pooling import partially_pool
from analysis.methods.weighted import calibrated_mean
from analysis.strands.survey.weighting import margin_indicators


@dataclass(frozen=True)
class Change:
    """Change of one measure from wave 1 to wave 2 and its checks.

    `respondents`: interval over respondents, sites fixed. `sites`: Student's t over the sites' changes, as if sites
    were a sample. `sign_flip_p`: two-sided p over all ways of turning the sites' signs, `smallest_p` the least it can
    be. `unweighted`: the same without weights. `without`: estimate without each site. `by_site`: site, n_least, change,
    low, high, pooled, pooled_low, pooled_high. `detectable`: the change found with the design's power.
    """

    variable: str
    first: float
    second: float
    respondents: Interval
    sites: Interval
    unweighted: Interval
    sign_flip_p: float
    smallest_p: float
    without: Mapping[str, float]
    by_site: pd.DataFrame
    between_sites: float
    detectable: float
    n_first: int
    n_second: int
    n_linked: int


def change_between_waves(returns: pd.DataFrame, variable: str, section: Mapping) -> Change:
    """Change of the variable's mean, waves of the design in order; `DataError` when a site lacks a wave."""
    level, (first, second) = section["level"], section["waves"]
    parts = site_parts(returns, variable, (first, second), weighted=True)
    estimate = average_change(parts, level)
    plain = average_change(site_parts(returns, variable, (first, second), weighted=False), level)
    changes = parts["change"].to_numpy()
    persons = [set(returns.loc[(returns["wave"] == wave) & returns[variable].notna(), "respondent_id"])
               for wave in (first, second)]
    between = t_interval(changes.mean(), changes.std(ddof=1) / np.sqrt(len(changes)), len(changes) - 1, level=level,
                         method="t over sites")
    by_site, tau = _by_site(parts, level)
    detectable = minimum_detectable_effect(estimate.se, estimate.df, power=section["power"], alpha=1 - level)
    p, smallest = sign_flip(changes)
    without = {site: float(changes[parts["site"] != site].mean()) for site in parts["site"]}
    return Change(variable, float(parts["first"].mean()), float(parts["second"].mean()), estimate, between, plain, p,
                  smallest, without, by_site, tau, detectable, len(persons[0]), len(persons[1]),
                  len(persons[0] & persons[1]))


def site_parts(returns: pd.DataFrame, variable: str, waves: tuple[str, str], *, weighted: bool) -> pd.DataFrame:
    """One row a site: means at both waves, change, answers of the smaller wave (`n_least`), and `persons`: each
    person's influence on the change (a Series)."""
    rows = []
    for site, group in returns.groupby("site", observed=True):
        found = {}
        for wave in waves:
            here = group[group["wave"] == wave]
            if here[variable].notna().sum() == 0:
                raise DataError("no answers in a site and wave", column=variable, value=(site, wave),
                                expected="answers of every site in every wave")
            found[wave] = (here, calibrated_mean(here[variable], here["weight"] if weighted else np.ones(len(here)),
                                                 margin_indicators(here) if weighted else None))
        (before, one), (after, two) = found.values()
        influence = pd.concat([pd.Series(two.influence, index=after["respondent_id"]),
                               pd.Series(-one.influence, index=before["respondent_id"])])
        rows.append({"site": site, "first": one.estimate, "second": two.estimate, "change": two.estimate - one.estimate,
                     "n_least": int(min(before[variable].notna().sum(), after[variable].notna().sum())),
                     "persons": influence.groupby(level=0).sum(), "df": one.df + two.df})
    return pd.DataFrame(rows)


def average_change(parts: pd.DataFrame, level: float) -> Interval:
    """Plain average of the sites' changes; a person's two answers are summed before squaring."""
    variance = sum((row.persons**2).sum() for row in parts.itertuples()) / len(parts) ** 2
    return t_interval(parts["change"].mean(), np.sqrt(variance), int(parts["df"].sum()), level=level,
                      method="average of sites' changes")


def sign_flip(changes) -> tuple[float, float]:
    """Two-sided p of the mean change over all 2^S sign patterns (Fisher, 1935), and the least it can be, 2 / 2^S."""
    changes = np.asarray(changes, dtype=float)
    means = np.array([np.dot(signs, changes) for signs in product((1, -1), repeat=len(changes))]) / len(changes)
    far = np.abs(means) >= abs(means[0]) * (1 - 1e-9)
    return float(far.mean()), 2 / len(means)


def odds_of_higher_answer(returns: pd.DataFrame, variable: str, section: Mapping) -> Interval:
    """Log odds ratio of a higher answer at the second wave, proportional odds with site effects, weighted.

    Standard errors clustered by person, because some answered twice.
    """
    known = returns[returns[variable].notna()]
    second = list(section["waves"])[1]
    sites = sorted(known["site"].unique())
    x = np.column_stack([(known["wave"] == second).astype(float), *((known["site"] == s).astype(float)
                                                                    for s in sites[1:])])
    fit = proportional_odds(known[variable].to_numpy(), x, weights=known["weight"].to_numpy(),
                            clusters=known["respondent_id"].to_numpy())
    return fit.interval(0, level=section["level"])


def linked_change(returns: pd.DataFrame, variable: str, section: Mapping) -> Interval:
    """Mean change of the people who answered at both waves, unweighted, site by site and averaged over sites."""
    first, second = section["waves"]
    wide = returns.pivot(index="respondent_id", columns="wave", values=variable)[[first, second]].dropna()
    site = returns.drop_duplicates("respondent_id").set_index("respondent_id")["site"].loc[wide.index]
    difference = wide[second] - wide[first]
    groups = difference.groupby(site)
    variance = (groups.var(ddof=1) / groups.size()).mean() / groups.ngroups
    return t_interval(groups.mean().mean(), np.sqrt(variance), len(difference) - groups.ngroups,
                      level=section["level"], method="people who answered twice")


def _by_site(parts, level):
    ses = np.array([np.sqrt((row.persons**2).sum()) for row in parts.itertuples()])
    pooled = partially_pool(parts["change"], ses)
    z = stats.norm.ppf(0.5 + level / 2)
    own = [t_interval(c, s, df, level=level) for c, s, df in zip(parts["change"], ses, parts["df"], strict=True)]
    frame = pd.DataFrame({"site": parts["site"], "n_least": parts["n_least"], "change": parts["change"],
                          "low": [o.low for o in own], "high": [o.high for o in own], "pooled": pooled.estimates,
                          "pooled_low": pooled.estimates - z * pooled.ses,
                          "pooled_high": pooled.estimates + z * pooled.ses})
    return frame, pooled.tau


def all_changes(returns: pd.DataFrame, variables, section: Mapping) -> dict[str, Change]:
    """The change of every variable."""
    return {name: change_between_waves(returns, name, section) for name in variables}


def holm(changes: Mapping[str, Change]) -> dict[str, float]:
    """p values of the changes (over respondents), adjusted for their number by Holm (1979)."""
    names = sorted(changes, key=lambda name: changes[name].respondents.p)
    adjusted, running = {}, 0.0
    for place, name in enumerate(names):
        running = max(running, min(1.0, (len(names) - place) * changes[name].respondents.p))
        adjusted[name] = running
    return {name: adjusted[name] for name in changes}


def verdict(interval: Interval, adjusted_p: float, smallest: float, level: float) -> str:
    """What may be said: evidence of a rise or fall, evidence of no change that matters, or no evidence of a change.

    The second when two one-sided tests refute a change of `smallest` in either direction.
    """
    if adjusted_p < 1 - level:
        return "evidence of a rise" if interval.estimate > 0 else "evidence of a fall"
    if equivalence_test(interval, -smallest, smallest, alpha=1 - level).equivalent:
        return "evidence of no change that matters"
    return "no evidence of a change"
