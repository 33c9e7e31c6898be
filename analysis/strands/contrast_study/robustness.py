"""What becomes of the comparison without any one team, and by other analyses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.methods import clustered
from analysis.methods.equivalence import equivalence_test
from analysis.methods.interval import Interval
from analysis.sources.schemas.contrast_study import instrument
from analysis.strands.contrast_study.agreement import r_wg_by_team
from analysis.strands.contrast_study.comparison import comparable, over_teams, test_level, welch
from analysis.strands.contrast_study.departments import over_departments
from analysis.strands.contrast_study.scores import team_scores
from analysis.strands.contrast_study.study import OTHER, SOFS, Frames, outcomes, with_arms


def without_one_team(frames: Frames, section: Mapping) -> pd.DataFrame:
    """Per outcome: how the difference, its significance and its equivalence fare when each team in turn is left out.

    Outcomes that cannot be compared are left out; with two teams in an arm, shift and changes are NaN.

    `largest_shift` is the largest absolute change of the estimate; `verdicts_changed` the number of teams without
    which the interval's exclusion of zero, or the equivalence test, turns out otherwise than with all teams.
    """
    scores, rows = team_scores(frames, section), []
    for outcome in outcomes(section):
        if not comparable(scores, outcome):
            continue
        known = scores.dropna(subset=[outcome.name])
        values, sofs = known[outcome.name].to_numpy(float), (known["arm"] == SOFS).to_numpy()
        whole = over_teams(known, outcome.name, section["level"])
        others = [np.arange(len(values)) != k for k in range(len(values))]
        rest = [welch(values[keep & sofs], values[keep & ~sofs], section["level"]) for keep in others
                if min((keep & sofs).sum(), (keep & ~sofs).sum()) >= 2]
        if len(rest) < len(others):         # an arm of two teams: without one of them there is no spread
            rows.append({"outcome": outcome.name, "label": outcome.label, "estimate": whole.estimate,
                         "largest_shift": np.nan, "verdicts_changed": np.nan, "teams": len(known)})
            continue
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
        agreed = r_wg_by_team(frames, scale["name"])
        agreeing = scores[scores["team_id"].isin(agreed.index[agreed >= section["agreement_threshold"]])]
        found = {"Mean of teams (headline)": over_teams(scores, scale["name"], level),
                 "Members, clustered by team": _over_members(members, f"{scale['name']}_t", level),
                 "Teams that agree within": over_teams(agreeing, scale["name"], level)
                 if _enough(agreeing, scale["name"]) else None,
                 "Departments as units": over_departments(scores, scale["name"], level)}
        rows += [{"scale": scale["name"], "label": scale["label"], "analysis": name, "estimate": one.estimate,
                  "low": one.low, "high": one.high, "df": one.df} for name, one in found.items() if one is not None]
    return pd.DataFrame(rows)


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
