"""Contrast study: team culture and climate, observed practice and families' ratings, two departments against two.

Teams are the units: a team's score is the mean of its members (or observed visits), every team counts the same, and
the two arms are compared over teams. Treating teams of one department as independent is an assumption that two and
two departments cannot test; `department_level` and `false_positives` show what hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.errors import DataError
from analysis.methods import aggregation, clustered, permutation
from analysis.methods.equivalence import Equivalence, equivalence_test, minimum_detectable_effect
from analysis.methods.interval import Interval, t_interval
from analysis.sources.schemas.contrast_study import instrument, practice_names, scale_names

SOFS, OTHER = "sofs", "other"
ARM_LABELS = {SOFS: "Signs of Safety", OTHER: "Other"}


@dataclass(frozen=True)
class Outcome:
    """One compared outcome: its column in the team table, label, family of tests, and smallest effect of interest."""

    name: str
    label: str
    family: str
    margin: float


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


@dataclass(frozen=True)
class Frames:
    """The four tables of the study as read."""

    teams: pd.DataFrame
    members: pd.DataFrame
    items: pd.DataFrame
    practice: pd.DataFrame


def outcomes(section: Mapping) -> tuple[Outcome, ...]:
    """All compared outcomes: six scales, the mean practice rating and its dimensions, the family's rating."""
    margin, measure = section["smallest_effect"], instrument()
    return (*(Outcome(s["name"], s["label"], "scales", margin["scales"]) for s in measure["scales"]),
            Outcome("practice", "Practice, mean of dimensions", "practice", margin["practice"]),
            *(Outcome(d["name"], d["label"], "dimensions", margin["practice"]) for d in measure["practice"]),
            Outcome("family_rating", measure["family"]["label"], "family", margin["family"]))


def check_links(frames: Frames, section: Mapping) -> None:
    """`DataError` when a team, respondent or department is named in one table and not in the one that lists it."""
    listed = set(frames.teams["team_id"])
    for name, frame in (("contrast_members.csv", frames.members), ("contrast_practice.csv", frames.practice)):
        _refuse_unlisted(frame["team_id"], listed, name, "a team of contrast_teams.csv")
    _refuse_unlisted(frames.items["respondent_id"], set(frames.members["respondent_id"]), "contrast_items.csv",
                     "a respondent of contrast_members.csv")
    present = set(frames.teams["department"])
    for department in section["departments"]:
        if department["label"] not in present:
            raise DataError("a department of the design has no team", file="contrast_teams.csv", column="department",
                            expected=department["label"])
    answered = frames.members["team_id"].value_counts()
    invited = frames.teams.set_index("team_id")["invited"]
    over = answered[answered > invited.reindex(answered.index)]
    if len(over):
        raise DataError(f"team {over.index[0]} has more respondents than were invited", file="contrast_members.csv",
                        value=int(over.iloc[0]), expected=f"at most {int(invited[over.index[0]])}")


def with_arms(teams: pd.DataFrame, section: Mapping) -> pd.DataFrame:
    """Teams with their department's arm (sofs or other), in the design's order of departments."""
    arms = {department["label"]: department["arm"] for department in section["departments"]}
    order = {label: k for k, label in enumerate(arms)}
    named = teams.assign(arm=teams["department"].map(arms))
    return named.sort_values("department", key=lambda labels: labels.map(order), kind="stable", ignore_index=True)


def response(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Teams, invited, respondents and response rate (per cent) by department, with a total row (`is_total`)."""
    teams = with_arms(frames.teams, section)
    teams["respondents"] = teams["team_id"].map(frames.members["team_id"].value_counts()).fillna(0).astype(int)
    first = frames.practice[frames.practice["observer"] == "first"]
    teams["observed"] = teams["team_id"].map(first["team_id"].value_counts()).fillna(0).astype(int)
    sums = {"teams": ("team_id", "size"), **{c: (c, "sum") for c in ("invited", "respondents", "observed")}}
    table = teams.groupby(["department", "arm"], sort=False).agg(**sums).reset_index()
    total = {"department": "All", "arm": "", **table[list(sums)].sum().to_dict()}
    table = pd.concat([table.assign(is_total=False), pd.DataFrame([{**total, "is_total": True}])], ignore_index=True)
    return table.assign(rate=100 * table["respondents"].astype(float) / table["invited"].astype(float))


def team_scores(frames: Frames, section: Mapping) -> pd.DataFrame:
    """One row a team: arm, department, mean score an outcome (NaN under `minimum_answers`), `<outcome>_n` answers."""
    table = with_arms(frames.teams, section).set_index("team_id")
    for name, values, teams in _answers(frames):
        counts = values.groupby(teams).count().reindex(table.index).fillna(0).astype(int)
        means = values.groupby(teams).mean().reindex(table.index)
        table[name], table[f"{name}_n"] = means.where(counts >= section["minimum_answers"]), counts
    return table.reset_index()


def profiles(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Mean of team scores by department and outcome, with a t interval over teams, number of teams and of answers."""
    scores, rows = team_scores(frames, section), []
    for department, part in scores.groupby("department", sort=False):
        for outcome in outcomes(section):
            known = part[outcome.name].dropna()
            if len(known) < 2:
                raise DataError(f"{department} has fewer than two teams with a score", column=outcome.name)
            mean = t_interval(known.mean(), known.std(ddof=1) / np.sqrt(len(known)), len(known) - 1,
                              level=section["level"])
            rows.append({"department": department, "arm": part["arm"].iloc[0], "outcome": outcome.name,
                         "label": outcome.label, "family": outcome.family, "mean": mean.estimate, "low": mean.low,
                         "high": mean.high, "teams": len(known),
                         "n": int(part.loc[known.index, f"{outcome.name}_n"].sum())})
    return pd.DataFrame(rows)


def agreement_within_teams(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Per scale: r_wg(J) of teams (median, share at the threshold or above), ICC(1) and ICC(2) with intervals."""
    members = frames.members.merge(frames.teams[["team_id", "department"]], on="team_id")
    rows = []
    for scale in instrument()["scales"]:
        found = _r_wg_by_team(frames, scale["name"])
        icc = aggregation.intraclass(members[f"{scale['name']}_t"], members["team_id"], section["level"])
        rows.append({"scale": scale["name"], "label": scale["label"], "teams": len(found),
                     "r_wg_median": found.median(),
                     "agreeing": 100 * (found >= section["agreement_threshold"]).mean(),
                     "icc1": icc.icc1, "icc1_low": icc.icc1_low, "icc1_high": icc.icc1_high, "icc2": icc.icc2,
                     "icc2_low": icc.icc2_low, "icc2_high": icc.icc2_high, "p": icc.p, "n": icc.n})
    return pd.DataFrame(rows)


def observer_agreement(frames: Frames) -> pd.DataFrame:
    """Per practice dimension: one-way ICC of two observers of one visit (one observer; mean of two), with intervals."""
    twice = frames.practice[frames.practice.duplicated("observation_id", keep=False)]
    labels = {d["name"]: d["label"] for d in instrument()["practice"]}
    rows = []
    for name, values in (("practice", _practice_mean(twice)), *((n, twice[n].astype(float)) for n in practice_names())):
        wide = pd.DataFrame({"visit": twice["observation_id"], "value": values}).dropna()
        icc = aggregation.intraclass(wide["value"], wide["visit"])
        gap = wide.groupby("visit")["value"].agg(lambda pair: pair.max() - pair.min())
        rows.append({"dimension": name, "label": labels.get(name, "Mean of dimensions"), "visits": icc.n_groups,
                     "within_one": 100 * (gap <= 1).mean(), "one": icc.icc1, "one_low": icc.icc1_low,
                     "one_high": icc.icc1_high, "two": icc.icc2, "two_low": icc.icc2_low, "two_high": icc.icc2_high})
    return pd.DataFrame(rows)


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


def over_teams(scores: pd.DataFrame, name: str, level: float = 0.95) -> Interval:
    """Signs of Safety minus other: difference of the means of team scores, with Welch's (1947) interval over teams."""
    sofs, other = (scores.loc[scores["arm"] == arm, name].dropna().to_numpy(float) for arm in (SOFS, OTHER))
    if min(len(sofs), len(other)) < 2:
        raise DataError("too few teams to compare", column=name, value=(len(sofs), len(other)),
                        expected="two or more teams with a score on each side")
    return _welch(sofs, other, level)


def differences(frames: Frames, section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """Every outcome's difference as a row; Holm's (1979) adjusted permutation p within each family of outcomes.

    `different` and `equivalent` say whether that p, and the equivalence test's, lie below the level of the tests.
    """
    scores, alpha = team_scores(frames, section), test_level(section)
    compared = outcomes(section)
    p_values = permutation_p_values(scores, [outcome.name for outcome in compared], rng, section["permutations"])
    found = [difference(scores, outcome, p_values[outcome.name], section) for outcome in compared]
    table = pd.DataFrame([_row(one) for one in found])
    for _, rows in table.groupby("family").groups.items():
        table.loc[rows, "p_holm"] = multipletests(table.loc[rows, "p_permutation"], method="holm")[1]
    table = table.assign(different=table["p_holm"] < alpha, equivalent=table["p_equivalence"] < alpha)
    return table.assign(verdict=[verdict(row.different, row.equivalent) for row in table.itertuples()])


def verdict(different: bool, equivalent: bool) -> str:
    """What two tests together allow one to say, in words; "no evidence" and "evidence of none" stay apart."""
    if different and equivalent:
        return "a difference, smaller than would matter"
    if different:
        return "evidence of a difference"
    if equivalent:
        return "evidence of no meaningful difference"
    return "no evidence of a difference, but none is ruled out"


def without_one_team(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Per outcome: how the difference, its significance and its equivalence fare when each team in turn is left out.

    `largest_shift` is the largest absolute change of the estimate; `verdicts_changed` the number of teams without
    which the interval's exclusion of zero, or the equivalence test, turns out otherwise than with all teams.
    """
    scores, rows = team_scores(frames, section), []
    for outcome in outcomes(section):
        known = scores.dropna(subset=[outcome.name])
        values, sofs = known[outcome.name].to_numpy(float), (known["arm"] == SOFS).to_numpy()
        whole = over_teams(known, outcome.name, section["level"])
        others = [np.arange(len(values)) != k for k in range(len(values))]
        rest = [_welch(values[keep & sofs], values[keep & ~sofs], section["level"]) for keep in others]
        state, alpha = _state(whole, outcome, test_level(section)), test_level(section)
        rows.append({"outcome": outcome.name, "label": outcome.label, "estimate": whole.estimate,
                     "largest_shift": max(abs(one.estimate - whole.estimate) for one in rest),
                     "verdicts_changed": sum(_state(one, outcome, alpha) != state for one in rest),
                     "teams": len(known)})
    return pd.DataFrame(rows)


def specifications(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Each scale's difference by four analyses: team means, members with CR2 by team, agreeing teams, departments."""
    scores, rows, level = team_scores(frames, section), [], section["level"]
    members = frames.members.merge(with_arms(frames.teams, section), on="team_id")
    for scale in instrument()["scales"]:
        agreed = _r_wg_by_team(frames, scale["name"])
        agreeing = scores[scores["team_id"].isin(agreed.index[agreed >= section["agreement_threshold"]])]
        found = {"Mean of teams (headline)": over_teams(scores, scale["name"], level),
                 "Members, clustered by team": _over_members(members, f"{scale['name']}_t", level),
                 "Teams that agree within": over_teams(agreeing, scale["name"], level)
                 if _enough(agreeing, scale["name"]) else None,
                 "Departments as units": over_departments(scores, scale["name"], level)}
        rows += [{"scale": scale["name"], "label": scale["label"], "analysis": name, "estimate": one.estimate,
                  "low": one.low, "high": one.high, "df": one.df} for name, one in found.items() if one is not None]
    return pd.DataFrame(rows)


def over_departments(scores: pd.DataFrame, name: str, level: float = 0.95) -> Interval:
    """The comparison with departments as units: pooled t test of department means, 2 degrees of freedom for 2 and 2."""
    means = scores.groupby(["department", "arm"])[name].mean().reset_index()
    sofs, other = (means.loc[means["arm"] == arm, name].to_numpy() for arm in (SOFS, OTHER))
    df = len(means) - 2
    pooled = (((sofs - sofs.mean()) ** 2).sum() + ((other - other.mean()) ** 2).sum()) / df
    se = np.sqrt(pooled * (1 / len(sofs) + 1 / len(other)))
    return t_interval(sofs.mean() - other.mean(), se, df, level=level, method="pooled t over departments")


def smallest_department_p(section: Mapping) -> float:
    """The smallest two-sided p a permutation of departments can give: 2 / C(departments, SofS departments)."""
    arms = [department["arm"] for department in section["departments"]]
    equal_arms = 2 if arms.count(SOFS) * 2 == len(arms) else 1
    return equal_arms / comb(len(arms), arms.count(SOFS))


def false_positives(frames: Frames, section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """How often the comparison of teams would find a difference that is not there, were departments to differ.

    Simulated on this design: as many teams as here, team scores with the spread they have within departments (median
    over scales), departments with each true standard deviation in `department_spread`. Shares in per cent, with their
    Monte Carlo standard error.
    """
    scores, runs = team_scores(frames, section), section["spread_runs"]
    within = np.median([np.sqrt(scores.groupby("department")[name].var(ddof=1).mean()) for name in scale_names()])
    arm = (scores["arm"] == SOFS).to_numpy()
    department = pd.factorize(scores["department"])[0]
    rows = []
    for spread in section["department_spread"]:
        drawn = (rng.normal(0, spread, (runs, department.max() + 1))[:, department]
                 + rng.normal(0, within, (runs, len(scores))))
        p = stats.ttest_ind(drawn[:, arm], drawn[:, ~arm], axis=1, equal_var=False).pvalue
        rate = float((p < test_level(section)).mean())
        rows.append({"spread": float(spread), "false_positive": 100 * rate, "within": float(within), "runs": runs,
                     "mc_error": 100 * np.sqrt(rate * (1 - rate) / runs)})
    return pd.DataFrame(rows)


def _welch(sofs: np.ndarray, other: np.ndarray, level: float = 0.95) -> Interval:
    a, b = sofs.var(ddof=1) / len(sofs), other.var(ddof=1) / len(other)
    df = (a + b) ** 2 / (a**2 / (len(sofs) - 1) + b**2 / (len(other) - 1))
    return t_interval(sofs.mean() - other.mean(), np.sqrt(a + b), df, level=level, method="Welch over teams")


def _refuse_unlisted(values, listed, file, expected):
    wrong = values[~values.isin(listed)]
    if len(wrong):
        raise DataError("the id is not listed", file=file, row=wrong.index[0], column=values.name, value=wrong.iloc[0],
                        expected=expected)


def _practice_mean(observations):
    return observations[list(practice_names())].astype(float).mean(axis=1)


def _answers(frames):
    for name in scale_names():
        yield name, frames.members[f"{name}_t"], frames.members["team_id"]
    first = frames.practice[frames.practice["observer"] == "first"]
    yield "practice", _practice_mean(first), first["team_id"]
    for name in (*practice_names(), "family_rating"):
        yield name, first[name].astype(float), first["team_id"]


def _r_wg_by_team(frames, scale) -> pd.Series:
    team = frames.members.set_index("respondent_id")["team_id"]
    part = frames.items[frames.items["scale"] == scale]
    wide = part.pivot(index="respondent_id", columns="item", values="response").astype(float)
    options = instrument()["response_options"]
    found = {name: aggregation.r_wg_j(rows.to_numpy(), options) for name,
             rows in wide.groupby(team.reindex(wide.index))}
    return pd.Series(found, dtype=float).dropna()


def _over_members(members, column, level) -> Interval:
    known = members.dropna(subset=[column])
    X = pd.DataFrame({"constant": 1.0, "sofs": (known["arm"] == SOFS).astype(float)})
    return clustered.fit(known[column], X, known["team_id"]).cr2("sofs", level)


def _enough(scores, name):
    counts = scores.dropna(subset=[name])["arm"].value_counts()
    return counts.get(SOFS, 0) >= 2 and counts.get(OTHER, 0) >= 2


def _state(interval, outcome, alpha):
    same = equivalence_test(interval, -outcome.margin, outcome.margin, alpha=alpha)
    return interval.low > 0 or interval.high < 0, same.equivalent


def _row(one: Difference) -> dict:
    return {"outcome": one.outcome.name, "label": one.outcome.label, "family": one.outcome.family,
            "margin": one.outcome.margin, "estimate": one.interval.estimate, "low": one.interval.low,
            "high": one.interval.high, "low90": one.equivalence.low, "high90": one.equivalence.high,
            "df": one.interval.df, "p_permutation": one.p_permutation, "p_equivalence": one.equivalence.p,
            "detectable": one.detectable, "teams": one.teams, "n": one.n}
