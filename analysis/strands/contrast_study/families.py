"""Families: how many answered, at the visit and later, and what they said, by department."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.sources.schemas.contrast_study import instrument
from analysis.strands.contrast_study.scores import later_answers
from analysis.strands.contrast_study.study import Frames, with_arms


def answering(frames: Frames, section: Mapping) -> pd.DataFrame:
    """By department and in all (`is_total`): visits, families that rated and that answered later, rates (per cent), and
    the mean of each thing families said, every answer alike."""
    teams = with_arms(frames.teams, section)
    first = frames.practice[frames.practice["observer"] == "first"]
    place = teams.set_index("team_id")["department"]
    later = later_answers(frames, first)
    names = [outcome["name"] for outcome in instrument()["family_outcomes"]]
    said = later[later[names].notna().any(axis=1)]
    rows = []
    for department in (*teams["department"].unique(), "All"):
        here = [frame if department == "All" else frame[frame["team_id"].map(place) == department]
                for frame in (first, said)]
        rated = here[0]["family_rating"].astype(float)
        rows.append({"department": department, "is_total": department == "All", "visits": len(here[0]),
                     "rated": int(rated.notna().sum()), "later": len(here[1]), "family_rating": rated.mean(),
                     **{name: here[1][name].mean() for name in names}})
    table = pd.DataFrame(rows)
    return table.assign(rated_rate=100 * table["rated"] / table["visits"],
                        later_rate=100 * table["later"] / table["visits"])
