"""Stand-ins of the contrast study: teams of four departments, members' scores and answers, practice, families.

A member's T-score is the norm mean plus the planted difference, a department's, a team's and the member's own
deviation; answers to items follow the T-score with noise, because the measure's own scoring is not ours to copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.sources.schemas.contrast_study import (
    GOAL_HIGHEST,
    GOAL_LOWEST,
    LIFE_HIGHEST,
    ROLES,
    instrument,
    practice_names,
    scale_names,
)
from analysis.standins import write_csv

ROLE_SHARE = (0.55, 0.20, 0.10, 0.15)


@dataclass(frozen=True)
class ContrastStudy:
    """The five tables as the files hold them."""

    teams: pd.DataFrame
    members: pd.DataFrame
    items: pd.DataFrame
    practice: pd.DataFrame
    families: pd.DataFrame


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write the five files. The study is small by design, so `scale` changes nothing."""
    study = make_study(design, rng)
    for name in ("teams", "members", "items", "practice", "families"):
        write_csv(getattr(study, name), out / f"contrast_{name}.csv")


def make_study(design: Design, rng: np.random.Generator) -> ContrastStudy:
    """All five tables, made from the design's section `contrast_study`."""
    section = design.section("contrast_study")
    teams = make_teams(section, rng)
    members = make_members(section, teams, rng)
    items, practice = make_items(section, members, rng), make_practice(section, teams, rng)
    return ContrastStudy(teams.drop(columns="sofs"), members, items, practice,
                         make_families(section, teams, practice, rng))


def make_teams(section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """One row a team: team_id, department, work, invited, and `sofs` (1 in a Signs of Safety department)."""
    each = section["standin"]["teams_per_department"]
    low, high = section["standin"]["team_size"]
    n = each * len(section["departments"])
    return pd.DataFrame({
        "team_id": [f"T{k + 1:03d}" for k in range(n)],
        "department": np.repeat([d["label"] for d in section["departments"]], each),
        "work": np.where(np.arange(n) % 2 == 0, "assessment", "longer-term"),
        "invited": rng.integers(low, high + 1, n),
        "sofs": np.repeat([int(d["arm"] == "sofs") for d in section["departments"]], each),
    })


def make_members(section: Mapping, teams: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row a respondent: ids, role, and a T-score a scale (one decimal, blank where not scored)."""
    answered = np.maximum(rng.binomial(teams["invited"], section["standin"]["response"]), 2)
    place = np.repeat(np.arange(len(teams)), answered)
    scores = member_scores(section, teams, place, rng).round(1)
    scores[rng.random(scores.shape) < section["standin"]["blank_scale"]] = np.nan
    return pd.DataFrame({
        "respondent_id": [f"R{k + 1:04d}" for k in range(len(place))],
        "team_id": teams["team_id"].to_numpy()[place],
        "role": rng.choice(ROLES, len(place), p=ROLE_SHARE),
        **{f"{name}_t": scores[:, k] for k, name in enumerate(scale_names())},
    })


def member_scores(section: Mapping, teams: pd.DataFrame, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """T-scores, shape (members, scales); `place` is each member's row of `teams`.

    The planted difference is as good for one arm as for the other: + on every scale for Signs of Safety.
    """
    planted, scales = section["planted"], len(scale_names())
    by_department = rng.normal(0, planted["department_sd"], (len(section["departments"]), scales))
    department = pd.factorize(teams["department"])[0]
    by_team = rng.normal(0, planted["team_sd"], (len(teams), scales))
    team_level = planted["difference"] * teams["sofs"].to_numpy()[:, None] + by_department[department] + by_team
    general = rng.normal(0, 1, (len(place), 1)) * np.sqrt(planted["common"])
    own = rng.normal(0, 1, (len(place), scales)) * np.sqrt(1 - planted["common"])
    direction = np.array([1 if scale["better"] == "higher" else -1 for scale in instrument()["scales"]])
    person = planted["person_sd"] * (general * direction + own)
    # A T-score outside three and a half norm deviations does not occur in files; cutting it changes a score in 3,000.
    mean, spread = instrument()["t_score"]["mean"], 3.5 * instrument()["t_score"]["sd"]
    return np.clip(mean + team_level[place] + person, mean - spread, mean + spread)


def make_items(section: Mapping, members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row an answer: respondent_id, scale, item, response 1 to 5; none for a scale that was not scored."""
    options = instrument()["response_options"]
    middle, norm = (options + 1) / 2, instrument()["t_score"]
    parts = []
    for scale in instrument()["scales"]:
        scored = members[["respondent_id", f"{scale['name']}_t"]].dropna()
        centre = middle + 0.6 * (scored.iloc[:, 1].to_numpy() - norm["mean"]) / norm["sd"]
        noise = rng.normal(0, section["planted"]["item_noise"], (len(scored), scale["items"]))
        answers = np.clip(np.rint(centre[:, None] + noise), 1, options).astype(int)
        parts.append(pd.DataFrame({
            "respondent_id": np.repeat(scored["respondent_id"].to_numpy(), scale["items"]), "scale": scale["name"],
            "item": np.tile(np.arange(1, scale["items"] + 1), len(scored)), "response": answers.ravel()}))
    items = pd.concat(parts, ignore_index=True)
    return items.sort_values(["respondent_id", "scale", "item"], ignore_index=True)


def make_practice(section: Mapping, teams: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row an observation and observer: ratings 1 to 5 on each dimension, and the family's rating 0 to 10."""
    facts = section["standin"]
    n = facts["observations_per_team"] * len(teams)
    place = np.repeat(np.arange(len(teams)), facts["observations_per_team"])
    truth = visit_quality(section, teams["sofs"].to_numpy(), place, rng)
    first = _observed(section, teams, place, truth, np.arange(n), "first", rng)
    first["family_rating"] = family_ratings(section, teams["sofs"].to_numpy()[place], truth, rng)
    again = np.sort(rng.choice(n, int(round(facts["double_rated"] * n)), replace=False))
    second = _observed(section, teams, place, truth, again, "second", rng)
    whole = pd.concat([first, second], ignore_index=True)
    return whole.sort_values(["observation_id", "observer"], ignore_index=True)


def visit_quality(section: Mapping, sofs: np.ndarray, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """True quality of each observed visit by dimension, shape (visits, dimensions), in rating points."""
    planted, width = section["planted"], len(practice_names())
    team = rng.normal(0, planted["practice_team_sd"], (len(sofs), 1)) + planted["practice_difference"] * sofs[:, None]
    visit = rng.normal(0, planted["practice_visit_sd"], (len(place), width))
    middle = (instrument()["practice_options"] + 1) / 2
    return middle + team[place] + visit


def family_ratings(section: Mapping, sofs: np.ndarray, truth: np.ndarray, rng: np.random.Generator) -> pd.Series:
    """The family's 0 to 10 rating of each visit (Int64, missing where none was given); follows the visit's quality."""
    planted, family = section["planted"], instrument()["family"]
    centre = 6 + planted["family_difference"] * sofs + (truth.mean(axis=1) - truth.mean())
    rating = np.clip(np.rint(centre + rng.normal(0, planted["family_sd"], len(sofs))), family["low"], family["high"])
    given = rng.random(len(sofs)) < section["standin"]["family_returned"]
    return pd.Series(rating, dtype="Int64").where(pd.Series(given))


def make_families(section: Mapping, teams: pd.DataFrame, practice: pd.DataFrame,
                  rng: np.random.Generator) -> pd.DataFrame:
    """One row a family that answers later: progress to its goal (-2 to 2), how things go at the visit and later."""
    first = practice[practice["observer"] == "first"]
    first = first[rng.random(len(first)) < section["standin"]["family_later"]]
    place = teams.set_index("team_id").index.get_indexer(first["team_id"])
    goal = np.clip(np.rint(_later(section["planted"]["goal_progress"], teams, place, rng)), GOAL_LOWEST, GOAL_HIGHEST)
    start = np.clip(np.rint(rng.normal(5, 1.5, len(first))), 0, LIFE_HIGHEST)
    later = np.clip(np.rint(start + _later(section["planted"]["life_change"], teams, place, rng)), 0, LIFE_HIGHEST)
    return pd.DataFrame({"observation_id": first["observation_id"].to_numpy(), "goal_progress": goal.astype(int),
                         "life_first": start.astype(int), "life_later": later.astype(int)})


def _later(planted, teams, place, rng):
    team = planted["difference"] * teams["sofs"].to_numpy() + rng.normal(0, planted["team_sd"], len(teams))
    return planted["middle"] + team[place] + rng.normal(0, planted["sd"], len(place))


def _observed(section, teams, place, truth, visits, observer, rng):
    noise = rng.normal(0, section["planted"]["observer_sd"], (len(visits), truth.shape[1]))
    ratings = np.clip(np.rint(truth[visits] + noise), 1, instrument()["practice_options"]).astype(int)
    return pd.DataFrame({
        "observation_id": [f"O{k + 1:04d}" for k in visits], "team_id": teams["team_id"].to_numpy()[place[visits]],
        "observer": observer, **{name: ratings[:, k] for k, name in enumerate(practice_names())},
        "family_rating": pd.Series(pd.NA, index=range(len(visits)), dtype="Int64")})
