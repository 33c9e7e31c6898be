"""Whether members' answers make a team score, and whether two observers of a visit agree."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.methods import aggregation
from analysis.sources.schemas.contrast_study import instrument, practice_names
from analysis.strands.contrast_study.scores import practice_mean
from analysis.strands.contrast_study.study import Frames


def agreement_within_teams(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Per scale: r_wg(J) of teams (median, share at the threshold or above), ICC(1) and ICC(2) with intervals."""
    members = frames.members.merge(frames.teams[["team_id", "department"]], on="team_id")
    rows = []
    for scale in instrument()["scales"]:
        found = r_wg_by_team(frames, scale["name"])
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
    for name, values in (("practice", practice_mean(twice)), *((n, twice[n].astype(float)) for n in practice_names())):
        wide = pd.DataFrame({"visit": twice["observation_id"], "value": values}).dropna()
        icc = aggregation.intraclass(wide["value"], wide["visit"])
        gap = wide.groupby("visit")["value"].agg(lambda pair: pair.max() - pair.min())
        rows.append({"dimension": name, "label": labels.get(name, "Mean of dimensions"), "visits": icc.n_groups,
                     "within_one": 100 * (gap <= 1).mean(), "one": icc.icc1, "one_low": icc.icc1_low,
                     "one_high": icc.icc1_high, "two": icc.icc2, "two_low": icc.icc2_low, "two_high": icc.icc2_high})
    return pd.DataFrame(rows)


def r_wg_by_team(frames: Frames, scale: str) -> pd.Series:
    """r_wg(J) of each team on one scale, index team_id; teams with fewer than two answers to every item left out."""
    team = frames.members.set_index("respondent_id")["team_id"]
    part = frames.items[frames.items["scale"] == scale]
    wide = part.pivot(index="respondent_id", columns="item", values="response").astype(float)
    options = instrument()["response_options"]
    found = {name: aggregation.r_wg_j(rows.to_numpy(), options) for name,
             rows in wide.groupby(team.reindex(wide.index))}
    return pd.Series(found, dtype=float).dropna()
