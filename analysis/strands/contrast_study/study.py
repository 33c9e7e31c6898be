"""The four tables of the contrast study, what is compared, and checks of the tables against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError
from analysis.sources.schemas.contrast_study import instrument

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
class Frames:
    """The tables of the study as read; `families` (their later answers) is None where there is no such file."""

    teams: pd.DataFrame
    members: pd.DataFrame
    items: pd.DataFrame
    practice: pd.DataFrame
    families: pd.DataFrame | None = None


def outcomes(section: Mapping) -> tuple[Outcome, ...]:
    """All compared outcomes: six scales, the mean practice rating and its dimensions, the family's rating, and what
    families said later (compared where there are such answers)."""
    margin, measure = section["smallest_effect"], instrument()
    return (*(Outcome(s["name"], s["label"], "scales", margin["scales"]) for s in measure["scales"]),
            Outcome("practice", "Practice, mean of dimensions", "practice", margin["practice"]),
            *(Outcome(d["name"], d["label"], "dimensions", margin["practice"]) for d in measure["practice"]),
            Outcome("family_rating", measure["family"]["label"], "family", margin["family"]),
            *(Outcome(o["name"], o["label"], "outcomes", margin[o["name"]]) for o in measure["family_outcomes"]))


def check_links(frames: Frames, section: Mapping) -> None:
    """`DataError` when a team, respondent or department is named in one table and not in the one that lists it."""
    listed = set(frames.teams["team_id"])
    for name, frame in (("contrast_members.csv", frames.members), ("contrast_practice.csv", frames.practice)):
        _refuse_unlisted(frame["team_id"], listed, name, "a team of contrast_teams.csv")
    _refuse_unlisted(frames.items["respondent_id"], set(frames.members["respondent_id"]), "contrast_items.csv",
                     "a respondent of contrast_members.csv")
    _check_visits(frames)
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


def _check_visits(frames):
    """A visit belongs to one team and has a first observer, beside whose ratings the family's rating stands."""
    practice, file = frames.practice, "contrast_practice.csv"
    first = practice.loc[practice["observer"] == "first"].set_index("observation_id")
    team = practice["observation_id"].map(first["team_id"])
    for wrong, column, message, expected in (
            (team.isna(), "observer", "a visit without a first observer", "a row of the first observer"),
            (team.notna() & (team != practice["team_id"]), "team_id", "two observers of one visit name two teams",
             "one team a visit"),
            ((practice["observer"] != "first") & practice["family_rating"].notna(), "family_rating",
             "a family's rating in the row of a second observer", "the rating in the first observer's row")):
        if wrong.any():
            row = practice[wrong].iloc[0]
            raise DataError(message, file=file, row=practice.index[wrong][0], column=column,
                            value=row["observation_id"], expected=expected)
    if frames.families is not None:
        _refuse_unlisted(frames.families["observation_id"], set(first.index), "contrast_families.csv",
                         "a visit of contrast_practice.csv")


def with_arms(teams: pd.DataFrame, section: Mapping) -> pd.DataFrame:
    """Teams with their department's arm (sofs or other), in the design's order of departments."""
    arms = {department["label"]: department["arm"] for department in section["departments"]}
    order = {label: k for k, label in enumerate(arms)}
    named = teams.assign(arm=teams["department"].map(arms))
    return named.sort_values("department", key=lambda labels: labels.map(order), kind="stable", ignore_index=True)


def _refuse_unlisted(values, listed, file, expected):
    wrong = values[~values.isin(listed)]
    if len(wrong):
        raise DataError("the id is not listed", file=file, row=wrong.index[0], column=values.name, value=wrong.iloc[0],
                        expected=expected)
