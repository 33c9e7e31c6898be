"""One chunk of one authority's children, with the truth of every unit of every outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.standins.children.care import episodes_of, periods_of_care
from analysis.standins.children.cases import IN_NEED, NFA, Setting, simulate_cases
from analysis.standins.children.days import day, working_days
from analysis.standins.children.identity import child_ids
from analysis.standins.children.people import People, make_people


@dataclass(frozen=True)
class Chunk:
    """Children, their referrals, periods of care and episodes, before any dirt; `truth`: outcome -> units.

    Units: la, child (number within the authority), id, date, closes (day on which follow-up ends), y, expected (its
    expectation as simulated), effect (what the programme changed in that), exposure (0 to 1).
    """

    setting: Setting
    people: People
    cases: pd.DataFrame
    periods: pd.DataFrame
    episodes: pd.DataFrame

    @property
    def truth(self) -> dict[str, pd.DataFrame]:
        """The units of each outcome as the corrected definitions have them, with their true effects."""
        cases, without = self.cases, self.cases["kind"] != IN_NEED
        days = self.setting.windows
        assessed = cases[cases["kind"] != NFA]
        in_need, closed = cases[cases["kind"] == IN_NEED], cases[without]
        orders = self.periods[self.periods["order"]]
        return {"duration": self._units(assessed, "duration", "assessment_start", assessed["assessment_end"]),
                "conference": self._units(in_need, "conference_soon", "date", in_need["date"] + days["conference"]),
                "rereferral": self._units(closed, "rereferred", "date", closed["closed"] + days["rereferral"]),
                "escalation": self._units(closed, "escalated", "date", closed["closed"] + days["escalation"]),
                "kinship": self._units(orders, "kinship", "start", orders["start"] + days["kinship"])}

    def _units(self, rows, y, date, closes) -> pd.DataFrame:
        """`rows` has the outcome under its name `y`, and its expectation and effect as `<y>_expected`, `<y>_effect`."""
        days, la = rows[date].to_numpy(), self.setting.authority.code
        number = self.people.number[rows["child"].to_numpy()]
        ids = child_ids(number, la, self.setting.records["dirt"]["same_id_elsewhere"])
        return pd.DataFrame({"la": la, "child": number, "id": ids, "date": days, "closes": closes.to_numpy(),
                             "y": rows[y].to_numpy(dtype=float), "expected": rows[f"{y}_expected"].to_numpy(),
                             "effect": rows[f"{y}_effect"].to_numpy(),
                             "exposure": self.setting.authority.exposure(days)})


def simulate_chunk(setting: Setting, start: int, n: int, rng: np.random.Generator) -> Chunk:
    """Simulate n children, numbered from `start`, from their first referral to the end of the records."""
    records = setting.records
    first = rng.integers(day(records["begin"]), day(records["end"]) + 1, n)
    people = make_people(n, start, setting.authority.role, records, working_days().on_or_after(first), rng)
    cases = simulate_cases(setting, people, rng)
    periods = periods_of_care(setting, people, cases, rng)
    return Chunk(setting, people, cases, periods, episodes_of(setting, periods, rng))

