"""Scores of teams and profiles of departments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.interval import t_interval
from analysis.sources.schemas.contrast_study import instrument, practice_names, scale_names
from analysis.strands.contrast_study.study import Frames, outcomes, with_arms

FILES = {"scales": "contrast_members.csv", "outcomes": "contrast_families.csv"}
MAY_BE_FEW = ("family", "outcomes")          # families need not answer: too few answers are said, not refused


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
            if len(known) < 2 and outcome.family not in MAY_BE_FEW:
                raise DataError(f"{department} has fewer than two teams with a score", column=outcome.name,
                                file=FILES.get(outcome.family, "contrast_practice.csv"), value=len(known),
                                expected="two teams with a score in every department")
            low = high = np.nan
            if len(known) >= 2 and np.ptp(known) > 0:
                mean = t_interval(known.mean(), known.std(ddof=1) / np.sqrt(len(known)), len(known) - 1,
                                  level=section["level"])
                low, high = mean.low, mean.high
            rows.append({"department": department, "arm": part["arm"].iloc[0], "outcome": outcome.name,
                         "label": outcome.label, "family": outcome.family, "mean": known.mean(), "low": low,
                         "high": high, "teams": len(known),
                         "n": int(part.loc[known.index, f"{outcome.name}_n"].sum())})
    return pd.DataFrame(rows)


def _answers(frames):
    for name in scale_names():
        yield name, frames.members[f"{name}_t"], frames.members["team_id"]
    first = frames.practice[frames.practice["observer"] == "first"]
    yield "practice", practice_mean(first), first["team_id"]
    for name in (*practice_names(), "family_rating"):
        yield name, first[name].astype(float), first["team_id"]
    later = later_answers(frames, first)
    for outcome in instrument()["family_outcomes"]:
        yield outcome["name"], later[outcome["name"]], later["team_id"]


def later_answers(frames: Frames, first: pd.DataFrame) -> pd.DataFrame:
    """What families said later, a row a visit with team_id: progress to their goal, and change in how things go (later
    less first). No rows without a file of theirs. `first`: the first observers' rows."""
    if frames.families is None:
        return pd.DataFrame({"team_id": pd.Series(dtype=object),
                             **{o["name"]: pd.Series(dtype=float) for o in instrument()["family_outcomes"]}})
    found = frames.families.merge(first[["observation_id", "team_id"]], on="observation_id")
    change = found["life_later"].astype(float) - found["life_first"].astype(float)
    return found.assign(goal_progress=found["goal_progress"].astype(float), life_change=change)


def practice_mean(observations: pd.DataFrame) -> pd.Series:
    """Mean of the rated dimensions of each observation."""
    return observations[list(practice_names())].astype(float).mean(axis=1)
