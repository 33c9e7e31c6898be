"""The authorities of the stand-in: who is in which group, when embedding ran, and how each differs from the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.standins.children.days import NEVER, day, financial_year

OUTCOMES = ("duration", "conference", "rereferral", "escalation", "kinship")
FEATURES = ("infant", "secondary", "disabled", "low_income", "male", "minority", "asylum")


@dataclass(frozen=True)
class Authority:
    """One authority.

    `code`: old LA code (invented); `role`: pilot, comparator or other; `start`, `end`: embedding in days, NEVER if
    none; `score`: rated implementation of a pilot, else missing; `advantage`: that score less the pilots' mean, nought
    outside pilots; `size`: relative size; `years`: outcome -> level by financial year from `first_year` (all that holds
    for the authority and year: base, trend, year, authority, authority x year, free meals); `shocks`: outcome ->
    (before, after) the shock date; `covariates`: column -> value by year.
    """

    code: int
    name: str
    role: str
    start: int
    end: int
    score: float
    advantage: float
    size: float
    first_year: int
    shock_day: int
    years: Mapping[str, np.ndarray]
    shocks: Mapping[str, np.ndarray]
    covariates: Mapping[str, np.ndarray]

    def level(self, outcome: str, days: np.ndarray) -> np.ndarray:
        """What the authority and the day contribute to the outcome's expectation, without any effect."""
        years = np.clip(financial_year(days) - self.first_year, 0, len(self.years[outcome]) - 1)
        return self.years[outcome][years] + self.shocks[outcome][(days >= self.shock_day).astype(int)]

    def exposure(self, days: np.ndarray) -> np.ndarray:
        """Share of the planted effect at work: 0 before embedding, rising through it, 1 after it; 0 outside pilots."""
        if self.role != "pilot":
            return np.zeros(len(days))
        return np.clip((days - self.start) / (self.end + 1 - self.start), 0.0, 1.0)


def make_authorities(section: Mapping, rng: np.random.Generator) -> tuple[Authority, ...]:
    """All authorities in order of code, with their random levels and shocks drawn from `rng`."""
    records, planted = section["records"], section["planted"]
    first = int(str(records["begin"])[:4])
    n_years = int(records["last_year"]) - first + 2
    common = {o: rng.normal(0, planted["annual_sd"][o], n_years) for o in OUTCOMES}
    return tuple(_authority(who, records, planted, first, common, rng) for who in _roll(records))


def matched_groups(records: Mapping) -> list[dict]:
    """Rows of the matching sheets: outcome, group, and name and code of its pilot and comparators."""
    codes = {name: code for code, name, *_ in _roll(records)}
    rows = []
    for outcome, groups in records["groups"].items():
        for number, (letter, comparators) in enumerate(groups.items(), start=1):
            names = [f"Comparator {label}" for label in comparators] + [""] * (2 - len(comparators))
            pilot = f"Pilot {letter}"
            rows.append({"outcome": outcome, "group": str(number), "pilot": pilot, "pilot_la": codes[pilot],
                         "comparator_1": names[0], "comparator_1_la": codes.get(names[0], ""),
                         "comparator_2": names[1], "comparator_2_la": codes.get(names[1], "")})
    return rows


def _roll(records: Mapping) -> list[tuple]:
    codes = records["codes"]
    pilots = [(codes["pilots"] + i, f"Pilot {letter}", "pilot", day(start), day(end))
              for i, (letter, (start, end)) in enumerate(records["embedding"].items())]
    labels = sorted({label for groups in records["groups"].values() for pair in groups.values() for label in pair})
    comparators = [(codes["comparators"] + i, f"Comparator {label}", "comparator", NEVER, NEVER)
                   for i, label in enumerate(labels)]
    others = [(codes["others"] + i, f"Other authority {i + 1}", "other", NEVER, NEVER)
              for i in range(int(records["other_authorities"]))]
    return pilots + comparators + others


def _authority(who, records, planted, first, common, rng) -> Authority:
    code, name, role, start, end = who
    n_years = len(next(iter(common.values())))
    covariates = _covariates(n_years, rng)
    meals = (covariates["fsm_primary"] - 18.0) / 5.0
    time = first + np.arange(n_years) - 2013
    years = {o: planted["base"][o] + planted["trend"][o] * time + common[o] + rng.normal(0, planted["authority_sd"][o])
             + rng.normal(0, planted["authority_year_sd"][o], n_years) + planted["free_meals"][o] * meals
             for o in OUTCOMES}
    shocks = {o: rng.normal(0, planted["authority_period_sd"][o], 2) for o in OUTCOMES}
    low, high = records["size_spread"]
    scores = records["implementation"]
    score = float(scores.get(name.removeprefix("Pilot "), np.nan)) if role == "pilot" else np.nan
    advantage = 0.0 if np.isnan(score) else score - float(np.mean(list(scores.values())))
    return Authority(code, name, role, start, end, score, advantage, rng.uniform(low, high), first,
                     day(planted["shock_date"]), years, shocks, covariates)


def _covariates(n_years: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    time = np.arange(n_years)

    def drifting(mean, sd, trend, noise, low=0.0, high=100.0):
        return np.clip(rng.normal(mean, sd) + trend * time + rng.normal(0, noise, n_years), low, high)

    inspected = rng.random(n_years) < 0.35
    inspected[int(rng.integers(0, n_years))] = True
    rating = np.where(inspected, rng.choice([1, 2, 3, 4], n_years, p=[0.08, 0.40, 0.38, 0.14]), np.nan)
    return {"assessments": np.round(drifting(4000, 1200, 60, 250, 300, 20_000)), "ofsted_rating": rating,
            "population_density": np.round(np.exp(rng.normal(6.5, 1.0)) * (1 + 0.008 * time), 1),
            "fsm_primary": np.round(drifting(18, 5, -0.3, 0.5, 2, 60), 1),
            "fsm_secondary": np.round(drifting(15, 5, -0.2, 0.5, 2, 60), 1),
            "innovation_project": ((time >= 8) & (rng.random() < 0.25)).astype(float),
            "white_british": np.round(drifting(72, 12, -0.4, 0.8, 5, 99), 1),
            "reviews_on_time": np.round(drifting(93, 4, 0.0, 3.0, 30, 100), 1)}
