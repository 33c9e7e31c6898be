"""Days as whole numbers since 1970-01-01, working days, and the bank holidays of England."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import holidays
import numpy as np
import pandas as pd

NEVER = 1_000_000                      # a day that does not come (in the year 4707): compares as later than any other
_FIRST, _LAST = np.datetime64("2000-01-01"), np.datetime64("2026-01-01")


def day(value) -> int:
    """Days since 1970-01-01 of a date."""
    return int(np.datetime64(str(value), "D").astype("int64"))


def financial_year(days: np.ndarray) -> np.ndarray:
    """The year in which the financial year of each day begins (April to March)."""
    months = np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype("int64")
    return (months - 3) // 12 + 1970


def first_day_of(years: np.ndarray) -> np.ndarray:
    """1 April of each year, in days."""
    months = (np.asarray(years) - 1970) * 12 + 3
    return months.astype("datetime64[M]").astype("datetime64[D]").astype("int64")


def iso(days: np.ndarray) -> np.ndarray:
    """ISO text of days, empty where the day never comes."""
    days = np.asarray(days)
    text = np.datetime_as_string(np.minimum(days, day("2100-01-01")).astype("datetime64[D]"))
    return np.where(days >= NEVER, "", text).astype(object)


def bank_holidays_of_england(first_year: int, last_year: int) -> pd.DataFrame:
    """Bank holidays of England on weekdays: date (ISO text) and its name.

    A holiday that falls on a weekend counts on its substitute day, as the government lists it.
    """
    found = holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1))
    rows = [(date.isoformat(), name) for date, name in sorted(found.items()) if date.weekday() < 5]
    return pd.DataFrame(rows, columns=["date", "bank_holiday"])


@dataclass(frozen=True)
class WorkingDays:
    """Weekdays that are no bank holiday, as tables over all days from `origin`.

    `working[i]`: whether day origin + i is one; `counted[i]`: how many there are up to and including it; `listed[n]`:
    the day of the working day number n (from 0); `after_holiday[i]`: whether the day before is a bank holiday.
    """

    origin: int
    working: np.ndarray
    counted: np.ndarray
    listed: np.ndarray
    after_holiday: np.ndarray

    def on_or_after(self, days: np.ndarray) -> np.ndarray:
        """The first working day on or after each day."""
        place = np.asarray(days) - self.origin
        return self.listed[self.counted[place] - self.working[place]]

    def end_after(self, starts: np.ndarray, durations: np.ndarray) -> np.ndarray:
        """The working day on which something of `durations` working days ends.

        Counted as the original does: working days from start to end, both included, minus one.
        """
        before = self.counted[np.asarray(starts) - 1 - self.origin]
        return self.listed[before + durations]

    def is_working(self, days: np.ndarray) -> np.ndarray:
        """Whether each day is a working day."""
        return self.working[np.asarray(days) - self.origin]

    def follows_holiday(self, days: np.ndarray) -> np.ndarray:
        """Whether each day comes right after a bank holiday."""
        return self.after_holiday[np.asarray(days) - self.origin]


@lru_cache(maxsize=1)
def working_days() -> WorkingDays:
    """The working days of England from 2000 to 2025."""
    every = np.arange(_FIRST, _LAST)
    closed = bank_holidays_of_england(2000, 2025)["date"].to_numpy(dtype="datetime64[D]")
    working = np.is_busday(every, holidays=closed)
    after = np.isin(every - np.timedelta64(1, "D"), closed)
    return WorkingDays(int(_FIRST.astype("int64")), working, np.cumsum(working), every[working].astype("int64"), after)
