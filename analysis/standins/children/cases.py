"""How referrals go on: assessment, conference, plan, care, closure, and the next referral.

All children of a chunk go from referral to referral together, one referral each a round. What the next round must
respect is carried along: `must` (the case escalates: a plan or care within 183 days of this referral) and `not_before`
(no plan and no care may start earlier, because an earlier case did not escalate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.standins.children.authorities import Authority
from analysis.standins.children.days import NEVER, day, working_days
from analysis.standins.children.people import People

NFA, ASSESSED, IN_NEED = 0, 1, 2
PLAN_AFTER_CONFERENCE, LATE_CONFERENCE, SECOND_PLAN = 0.85, 0.04, 0.06      # shares, where nothing is forced


@dataclass(frozen=True)
class Setting:
    """What a chunk's simulation needs: the authority; `records`, `planted` and corrected `windows` of the design."""

    authority: Authority
    records: Mapping
    planted: Mapping
    windows: Mapping

    def expected(self, outcome: str, people: People, days: np.ndarray) -> np.ndarray:
        """Expectation of an outcome without any effect of the programme."""
        level = self.authority.level(outcome, days) + people.contribution(self.planted["child"][outcome], days)
        holiday = self.planted["after_holiday"].get(outcome)
        return level if holiday is None else level + holiday * working_days().follows_holiday(days)

    def effect(self, outcome: str, days: np.ndarray) -> np.ndarray:
        """The planted effect at work on each day."""
        slope = self.planted["effect_per_point"][outcome] * self.authority.advantage
        return (self.planted["effect"][outcome] + slope) * self.authority.exposure(days)


def probability(setting: Setting, outcome: str, people: People, days, most=0.98) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the outcome with the programme, and what the programme changed in it."""
    without = np.clip(setting.expected(outcome, people, days), 0.005, most)
    with_it = np.clip(without + setting.effect(outcome, days), 0.005, most)
    return with_it, with_it - without


def simulate_cases(setting: Setting, people: People, rng: np.random.Generator) -> pd.DataFrame:
    """All referrals of the children, one row each (days as whole numbers, NEVER where there is none)."""
    n = len(people)
    rounds, child, today = [], np.arange(n), people.first
    must, not_before = np.zeros(n, bool), np.zeros(n, "int64")
    last = day(setting.records["end"])
    while len(child):
        who = people.take(child)
        cases = _one_round(setting, who, today, must, not_before, rng).assign(child=child)
        rounds.append(cases)
        goes_on = cases["next"].to_numpy() <= last
        child, today = child[goes_on], cases["next"].to_numpy()[goes_on]
        must = cases["must_next"].to_numpy()[goes_on]
        not_before = cases["not_before_next"].to_numpy()[goes_on]
    return pd.concat(rounds, ignore_index=True)


def _one_round(setting, who, today, must, not_before, rng) -> pd.DataFrame:
    kind = _kinds(setting, who, today, must, rng)
    columns = {"date": today, "kind": kind, **_assessment(setting, who, today, kind, rng)}
    columns |= _conference(setting, who, today, kind, must, rng)
    columns |= _plans(setting, columns, must, not_before, rng)
    columns |= _care(setting, who, columns, must, not_before, rng)
    columns |= _closure(setting, columns, rng)
    columns |= _next(setting, who, columns, not_before, rng)
    return pd.DataFrame(columns)


def _kinds(setting, who, today, must, rng):
    shares = setting.records["kinds"]
    kind = rng.choice(3, len(today), p=[shares["no_further_action"], shares["assessed"], shares["in_need"]])
    # Nobody is referred anew above the oldest age, so such a case must not be one whose re-referral is looked for.
    return np.where(must | (who.age(today) > setting.records["oldest"]), IN_NEED, kind)


def _assessment(setting, who, today, kind, rng) -> dict:
    n, noise = len(today), setting.planted["duration_noise"]
    start = today + rng.integers(0, 4, n)
    effect = setting.effect("duration", start)
    mean = setting.expected("duration", who, start) - noise["shape"] * noise["scale"]
    length = mean + effect + rng.gamma(noise["shape"], noise["scale"], n)
    duration = np.maximum(np.floor(length + rng.random(n)), 0).astype("int64")     # rounded so that the mean stays
    done = kind != NFA
    end = working_days().end_after(start, duration)
    return {"assessment_start": np.where(done, start, NEVER), "assessment_end": np.where(done, end, NEVER),
            "duration": duration, "duration_expected": mean + effect + noise["shape"] * noise["scale"],
            "duration_effect": effect}


def _conference(setting, who, today, kind, must, rng) -> dict:
    n = len(today)
    chance, effect = probability(setting, "conference", who, today)
    soon = (rng.random(n) < chance) & (kind == IN_NEED)
    by_care = must & ~soon & (rng.random(n) < 0.5) & (who.birth <= today)
    late = ~soon & (kind == IN_NEED) & ((must & ~by_care) | (~must & (rng.random(n) < LATE_CONFERENCE)))
    held = np.where(soon, today + rng.integers(0, 61, n), np.where(late, today + rng.integers(100, 151, n), NEVER))
    return {"conference": held, "conference_soon": soon, "conference_soon_expected": chance,
            "conference_soon_effect": effect, "by_care": by_care}


def _plans(setting, columns, must, not_before, rng) -> dict:
    today, held = columns["date"], columns["conference"]
    n = len(today)
    planned = held + rng.integers(0, 8, n)
    forced = np.minimum(np.maximum(planned, not_before), today + setting.windows["next_step"])
    allowed = (rng.random(n) < PLAN_AFTER_CONFERENCE) & (planned >= not_before)
    start = np.where(held >= NEVER, NEVER, np.where(must, forced, np.where(allowed, planned, NEVER)))
    end = np.where(start < NEVER, start + 30 + rng.exponential(220, n).astype("int64"), NEVER)
    second = (start < NEVER) & (rng.random(n) < SECOND_PLAN)
    again = np.where(second, np.maximum(end + rng.integers(60, 200, n), today + 110), NEVER)
    end_again = np.where(second, again + 30 + rng.exponential(180, n).astype("int64"), NEVER)
    return {"plan": start, "plan_end": end, "plan_2": again, "plan_2_end": end_again,
            "conference_2": np.where(second, again - rng.integers(0, 6, n), NEVER)}


def _care(setting, who, columns, must, not_before, rng) -> dict:
    today = columns["date"]
    n = len(today)
    by_care = columns["by_care"]
    enters = by_care | ((columns["kind"] == IN_NEED) & (rng.random(n) < setting.records["care"]))
    start = np.where(by_care, today + rng.integers(10, 151, n), today + rng.integers(10, 201, n))
    moved = np.where(by_care, not_before, not_before + rng.integers(0, 60, n))
    start = np.where(start < not_before, moved, start)
    start = np.where(enters, np.maximum(start, who.birth + 1), NEVER)
    length = 20 + rng.exponential(550, n).astype("int64")
    return {"care": start, "care_end": np.where(enters, start + length, NEVER)}


def _closure(setting, columns, rng) -> dict:
    today, kind, n = columns["date"], columns["kind"], len(columns["date"])
    nfa = today + rng.integers(0, 4, n)
    nfa = np.where(rng.random(n) < setting.records["nfa_without_closure"], NEVER, nfa)
    assessed = columns["assessment_end"] + rng.integers(0, 11, n)
    need = today + 95 + rng.exponential(150, n).astype("int64")
    for end in ("conference", "plan_end", "plan_2_end", "care_end"):
        need = np.maximum(need, np.where(columns[end] < NEVER, columns[end] + rng.integers(14, 120, n), 0))
    # A period of care may last to its 360th day whatever its drawn length (see care.py): no new case before.
    need = np.where(columns["care"] < NEVER, np.maximum(need, columns["care"] + 360), need)
    return {"closure": np.where(kind == NFA, nfa, np.where(kind == ASSESSED, assessed, need))}


def _next(setting, who, columns, not_before, rng) -> dict:
    today, n = columns["date"], len(columns["date"])
    without_action = columns["kind"] != IN_NEED
    closed = np.where(columns["closure"] < NEVER, columns["closure"], today)
    chance, effect = probability(setting, "rereferral", who, today)
    again = without_action & (rng.random(n) < chance)
    chance_up, effect_up = probability(setting, "escalation", who, today)
    chance_up = np.minimum(chance_up, chance)          # nobody escalates who is not re-referred
    up = again & (rng.random(n) < chance_up / chance)
    window = setting.windows["rereferral"]
    # Moved on to a working day, by at most 4 days, it is still in the window.
    soon = closed + rng.integers(3, window - 5, n)
    later = closed + np.where(without_action, window + 1, 5) + rng.exponential(550, n).astype("int64")
    later = np.where(rng.random(n) < setting.records["later_referral"], later, NEVER)
    later = np.where(who.age(later) > setting.records["oldest"], NEVER, later)
    date = np.where(again, soon, later)
    date = np.where(date < day("2025-01-01"), working_days().on_or_after(np.minimum(date, day("2025-01-01"))), NEVER)
    clear = np.where(again & ~up, date + setting.windows["next_step"] + 1, 0)
    return {"closed": closed, "rereferred": again, "rereferred_expected": chance, "rereferred_effect": effect,
            "escalated": up, "escalated_expected": chance_up, "escalated_effect": effect_up, "next": date,
            "must_next": up, "not_before_next": np.maximum(not_before, clear)}
