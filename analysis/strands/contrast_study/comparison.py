"""The two kinds of department compared over teams: Welch interval, permutation, equivalence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.errors import DataError
from analysis.methods import permutation
from analysis.methods.equivalence import Equivalence, equivalence_test, minimum_detectable_effect
from analysis.methods.interval import Interval, t_interval
from analysis.strands.contrast_study.scores import FILES, MAY_BE_FEW, team_scores
from analysis.strands.contrast_study.study import OTHER, SOFS, Frames, Outcome, outcomes

TOO_FEW = "too few answers to compare"


@dataclass(frozen=True)
class Difference:
    """Signs of Safety minus other, over teams. `detectable` is found with the design's power; `n` counts answers."""

    outcome: Outcome
    interval: Interval
    equivalence: Equivalence
    p_permutation: float
    detectable: float
    teams: int
    n: int


def differences(frames: Frames, section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """Every outcome's difference as a row; Holm's (1979) adjusted permutation p within each family of outcomes.

    `different` and `equivalent` say whether that p, and the equivalence test's, lie below the level of the tests.
    """
    scores, alpha = team_scores(frames, section), test_level(section)
    compared = outcomes(section)
    known = [outcome for outcome in compared if comparable(scores, outcome)]
    p_values = permutation_p_values(scores, [outcome.name for outcome in known], rng, section["permutations"])
    table = pd.DataFrame([_row(difference(scores, outcome, p_values[outcome.name], section)) if outcome in known
                          else _empty_row(scores, outcome) for outcome in compared])
    table["p_holm"] = np.nan
    for _, rows in table[table["p_permutation"].notna()].groupby("family").groups.items():
        table.loc[rows, "p_holm"] = multipletests(table.loc[rows, "p_permutation"], method="holm")[1]
    table = table.assign(different=table["p_holm"] < alpha, equivalent=table["p_equivalence"] < alpha)
    return table.assign(verdict=[verdict(row.different, row.equivalent) if row.p_holm == row.p_holm else TOO_FEW
                                 for row in table.itertuples()])


def comparable(scores: pd.DataFrame, outcome: Outcome) -> bool:
    """Whether both kinds of department have two teams with a score, and scores differ.

    `DataError` where they do not for what every team must have; False for what families may not have answered.
    """
    known = [scores.loc[scores["arm"] == arm, outcome.name].dropna() for arm in (SOFS, OTHER)]
    enough = min(len(values) for values in known) >= 2
    if enough and max(np.ptp(values) for values in known) > 0:
        return True
    if outcome.family in MAY_BE_FEW:
        return False
    raise DataError("all teams have one score, so that nothing can be compared" if enough
                    else "too few teams to compare", file=FILES.get(outcome.family, "contrast_practice.csv"),
                    column=outcome.name, value=tuple(len(values) for values in known),
                    expected="two or more teams with a score on each side, and scores that differ")


def _empty_row(scores, outcome):
    known = scores.dropna(subset=[outcome.name])
    empty = dict.fromkeys(("estimate", "low", "high", "low90", "high90", "df", "p_permutation", "p_equivalence",
                           "detectable"), np.nan)
    return {"outcome": outcome.name, "label": outcome.label, "family": outcome.family, "margin": outcome.margin,
            **empty, "teams": len(known), "n": int(known[f"{outcome.name}_n"].sum())}


def difference(scores: pd.DataFrame, outcome: Outcome, p_permutation: float, section: Mapping) -> Difference:
    """One outcome compared over teams: Welch interval and equivalence test, beside the permutation p value given."""
    known = scores.dropna(subset=[outcome.name])
    interval, alpha = over_teams(known, outcome.name, section["level"]), test_level(section)
    same = equivalence_test(interval, -outcome.margin, outcome.margin, alpha=alpha)
    detectable = minimum_detectable_effect(interval.se, interval.df, power=section["power"], alpha=alpha)
    return Difference(outcome, interval, same, p_permutation, detectable, len(known),
                      int(known[f"{outcome.name}_n"].sum()))


def test_level(section: Mapping) -> float:
    """Level of the tests: one less the level of the intervals."""
    return round(1 - section["level"], 12)


test_level.__test__ = False      # not one of pytest's


def over_teams(scores: pd.DataFrame, name: str, level: float = 0.95) -> Interval:
    """Signs of Safety minus other: difference of the means of team scores, with Welch's (1947) interval over teams."""
    sofs, other = (scores.loc[scores["arm"] == arm, name].dropna().to_numpy(float) for arm in (SOFS, OTHER))
    if min(len(sofs), len(other)) < 2:
        raise DataError("too few teams to compare", column=name, value=(len(sofs), len(other)),
                        expected="two or more teams with a score on each side")
    return welch(sofs, other, level)


def permutation_p_values(scores: pd.DataFrame, names, rng: np.random.Generator, sample: int) -> dict[str, float]:
    """Two-sided p by outcome: the difference of means of team scores, Signs of Safety dealt out afresh over teams.

    Outcomes scored in the same teams share their deals. All deals where there are few, else the observed one and
    `sample` drawn at random (`analysis.methods.permutation`).
    """
    by_teams: dict[tuple, list[str]] = {}
    for name in names:
        by_teams.setdefault(tuple(scores.index[scores[name].notna()]), []).append(name)
    found = {}
    for teams, together in by_teams.items():
        sofs = np.flatnonzero(scores.loc[list(teams), "arm"] == SOFS).tolist()
        deals = permutation.subset_assignments(range(len(teams)), sofs, rng, sample=sample)
        member = np.zeros((len(deals), len(teams)), dtype=bool)
        np.put_along_axis(member, deals.treated.astype(int), True, axis=1)
        values = scores.loc[list(teams), together].to_numpy(float)
        chosen = member @ values
        gaps = chosen / len(sofs) - (values.sum(axis=0) - chosen) / (len(teams) - len(sofs))
        found |= {name: permutation.test_of_values(gap, exact=deals.exact).p
                  for name, gap in zip(together, gaps.T, strict=True)}
    return found


def verdict(different: bool, equivalent: bool) -> str:
    """What two tests together allow one to say, in words; "no evidence" and "evidence of none" stay apart."""
    if different and equivalent:
        return "a difference, smaller than would matter"
    if different:
        return "evidence of a difference"
    if equivalent:
        return "evidence of no meaningful difference"
    return "no evidence of a difference, but none is ruled out"


def welch(sofs: np.ndarray, other: np.ndarray, level: float = 0.95) -> Interval:
    """Difference of two means with Welch's (1947) interval; `sofs`, `other`: scores of teams, two or more each."""
    a, b = sofs.var(ddof=1) / len(sofs), other.var(ddof=1) / len(other)
    df = (a + b) ** 2 / (a**2 / (len(sofs) - 1) + b**2 / (len(other) - 1))
    return t_interval(sofs.mean() - other.mean(), np.sqrt(a + b), df, level=level, method="Welch over teams")


def _row(one: Difference) -> dict:
    return {"outcome": one.outcome.name, "label": one.outcome.label, "family": one.outcome.family,
            "margin": one.outcome.margin, "estimate": one.interval.estimate, "low": one.interval.low,
            "high": one.interval.high, "low90": one.equivalence.low, "high90": one.equivalence.high,
            "df": one.interval.df, "p_permutation": one.p_permutation, "p_equivalence": one.equivalence.p,
            "detectable": one.detectable, "teams": one.teams, "n": one.n}
