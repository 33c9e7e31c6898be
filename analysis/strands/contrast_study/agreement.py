"""Whether members' answers make a team score, and whether two observers of a visit agree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods import aggregation
from analysis.sources.schemas.contrast_study import instrument, practice_names
from analysis.strands.contrast_study.scores import practice_mean
from analysis.strands.contrast_study.study import Frames

SKEWED = "slight skew"       # the second picture of no agreement: members who all lean to one side


def agreement_within_teams(frames: Frames, section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """Per scale: r_wg(J) of teams, ICC(1) and ICC(2) with intervals.

    Of r_wg(J): median over teams with percentile interval (teams drawn anew), share at the threshold or above, and the
    median and share against answers that lean to one side (LeBreton and Senter, 2008). `DataError` naming the scale
    where members do not differ. Columns are NaN where no team has answers to items.
    """
    members = frames.members.merge(frames.teams[["team_id", "department"]], on="team_id")
    rows = []
    for scale in instrument()["scales"]:
        found = r_wg_by_team(frames, scale["name"])
        skewed = r_wg_by_team(frames, scale["name"], SKEWED)
        low, high = _median_interval(found, rng, section)
        icc = _members_icc(members, scale["name"], section["level"])
        rows.append({"scale": scale["name"], "label": scale["label"], "teams": len(found),
                     "r_wg_median": found.median(), "r_wg_low": low, "r_wg_high": high,
                     "r_wg_skewed": skewed.median(),
                     "agreeing": 100 * (found >= section["agreement_threshold"]).mean(),
                     "agreeing_skewed": 100 * (skewed >= section["agreement_threshold"]).mean(),
                     "icc1": icc.icc1, "icc1_low": icc.icc1_low, "icc1_high": icc.icc1_high, "icc2": icc.icc2,
                     "icc2_low": icc.icc2_low, "icc2_high": icc.icc2_high, "p": icc.p, "n": icc.n})
    return pd.DataFrame(rows)


def observer_agreement(frames: Frames) -> pd.DataFrame:
    """Per practice dimension: one-way ICC of two observers of one visit (one observer; mean of two), with intervals.

    A dimension on which both always agree, or with too few such visits, has no ICC (NaN); the share within one point
    stands.
    """
    twice = frames.practice[frames.practice.duplicated("observation_id", keep=False)]
    labels = {d["name"]: d["label"] for d in instrument()["practice"]}
    rows = []
    for name, values in (("practice", practice_mean(twice)), *((n, twice[n].astype(float)) for n in practice_names())):
        wide = pd.DataFrame({"visit": twice["observation_id"], "value": values}).dropna()
        icc = _observers_icc(wide)
        gap = wide.groupby("visit")["value"].agg(lambda pair: pair.max() - pair.min())
        rows.append({"dimension": name, "label": labels.get(name, "Mean of dimensions"), "visits": len(gap),
                     "within_one": 100 * (gap <= 1).mean() if len(gap) else np.nan, **icc})
    return pd.DataFrame(rows)


def _observers_icc(wide) -> dict:
    """ICC of one observer and of the mean of two with bounds; NaN with too few visits or observers who never differ."""
    names = ("one", "one_low", "one_high", "two", "two_low", "two_high")
    try:
        icc = aggregation.intraclass(wide["value"], wide["visit"])
    except DataError:
        return dict.fromkeys(names, np.nan)
    return dict(zip(names, (icc.icc1, icc.icc1_low, icc.icc1_high, icc.icc2, icc.icc2_low, icc.icc2_high),
                    strict=True))


def _median_interval(values, rng, section):
    if not len(values):
        return np.nan, np.nan
    draws = rng.choice(values.to_numpy(), (section["bootstrap"], len(values)))
    return np.quantile(np.median(draws, axis=1), [(1 - section["level"]) / 2, (1 + section["level"]) / 2])


def _members_icc(members, scale, level):
    try:
        return aggregation.intraclass(members[f"{scale}_t"], members["team_id"], level)
    except DataError as error:
        raise DataError("members' scores on a scale do not allow a team score", file="contrast_members.csv",
                        column=f"{scale}_t",
                        expected="scores that differ within teams, in two teams or more") from error


def r_wg_by_team(frames: Frames, scale: str, null: str = "uniform") -> pd.Series:
    """r_wg(J) of each team on one scale, index team_id, against a picture of no agreement; teams without two answers
    to any item left out."""
    team = frames.members.set_index("respondent_id")["team_id"]
    part = frames.items[frames.items["scale"] == scale]
    wide = part.pivot(index="respondent_id", columns="item", values="response").astype(float)
    options = instrument()["response_options"]
    found = {name: aggregation.r_wg_j(rows.to_numpy(), options, null) for name,
             rows in wide.groupby(team.reindex(wide.index))}
    return pd.Series(found, dtype=float).dropna()
