"""The children of one authority, and what their features contribute to each outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from analysis.standins.children.authorities import FEATURES

YEAR = 365.25
WHITE = ("WBRI", "WIRI", "WIRT", "WROM", "WOTH")
MINORITY = ("MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH", "BCRB", "BAFR", "BOTH", "CHNE", "OOTH")
_WHITE_SHARES = (0.93, 0.01, 0.01, 0.01, 0.04)
_MINORITY_SHARES = (0.12, 0.06, 0.06, 0.10, 0.06, 0.12, 0.06, 0.06, 0.08, 0.12, 0.05, 0.02, 0.09)


@dataclass(frozen=True)
class People:
    """True facts of n children: arrays of length n.

    `number`: counts children within the authority, from 0; `first`: day of the first referral; `birth`: day; `gender`:
    0, 1, 2 or 9; `ethnicity`: code, REFU, NOBT or NA; the rest 0/1. `school_known`: matched to the school census.
    """

    number: np.ndarray
    first: np.ndarray
    birth: np.ndarray
    gender: np.ndarray
    ethnicity: np.ndarray
    minority: np.ndarray
    disabled: np.ndarray
    low_income: np.ndarray
    asylum: np.ndarray
    school_known: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: np.ndarray) -> People:
        """The children at `rows`, which may repeat."""
        return People(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def age(self, days: np.ndarray) -> np.ndarray:
        """Age in years (negative before birth)."""
        return (days - self.birth) / YEAR

    def contribution(self, weights: Mapping[str, float], days: np.ndarray) -> np.ndarray:
        """Sum of the planted weights of the features a child has on a day."""
        age = self.age(days)
        values = {"infant": age < 5, "secondary": age >= 12, "male": self.gender == 1, "disabled": self.disabled,
                  "low_income": self.low_income, "minority": self.minority, "asylum": self.asylum}
        return sum(weights[name] * values[name] for name in FEATURES)


def make_people(n: int, start: int, role: str, records: Mapping, first: np.ndarray, rng) -> People:
    """Draw n children, numbered from `start`, with the days of their first referrals given."""
    shares = _shares(records["composition"], role)
    missing = records["missing"]
    minority = rng.random(n) < shares["minority"]
    ethnicity = np.where(minority, rng.choice(MINORITY, n, p=_MINORITY_SHARES), rng.choice(WHITE, n, p=_WHITE_SHARES))
    unstated = rng.random(n)
    ethnicity = np.where(unstated < missing["ethnicity"], rng.choice(["NA", "REFU", "NOBT"], n), ethnicity)
    unborn = rng.random(n) < shares["unborn"]
    gender = rng.choice([1, 2], n, p=[0.53, 0.47])
    gender = np.where(unborn & (rng.random(n) < 0.5), 0, np.where(rng.random(n) < 0.001, 9, gender))
    return People(number=start + np.arange(n), first=first, birth=_births(n, first, unborn, shares, rng), gender=gender,
                  ethnicity=ethnicity.astype(object), minority=minority,
                  disabled=rng.random(n) < shares["disabled"], low_income=rng.random(n) < shares["low_income"],
                  asylum=rng.random(n) < shares["asylum"],
                  school_known=rng.random(n) >= missing["school_census"])


def _shares(composition: Mapping, role: str) -> dict[str, float]:
    shift = composition["pilot_shift"] if role == "pilot" else {}
    return {name: share + shift.get(name, 0.0) for name, share in composition.items() if name != "pilot_shift"}


def _births(n, first, unborn, shares, rng) -> np.ndarray:
    infant, secondary = shares["infant"], shares["secondary"]
    band = rng.choice(3, n, p=[infant, 1 - infant - secondary, secondary])
    low, high = np.array([0.0, 5.0, 12.0])[band], np.array([5.0, 12.0, 16.8])[band]
    age = np.where(unborn, -rng.uniform(10, 200, n) / YEAR, rng.uniform(low, high))
    return first - np.round(age * YEAR).astype("int64")
