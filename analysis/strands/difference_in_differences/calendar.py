"""Dates: financial years, working days, days around holidays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def days(dates: pd.Series) -> np.ndarray:
    """Dates as numpy days."""
    return dates.to_numpy().astype("datetime64[D]")


def financial_year(dates: pd.Series) -> pd.Series:
    """The year in which the financial year of a date begins: year(d), minus one in January to March."""
    return (dates.dt.year - (dates.dt.month <= 3)).astype("int64")


def completed_years(dates: pd.Series, births: pd.Series) -> pd.Series:
    """Age in completed years, floor(days / 365.25), as the original; missing where the birth date is."""
    return np.floor((dates - births).dt.days / 365.25)


def working_days(starts: pd.Series, ends: pd.Series, bank_holidays: pd.Series) -> pd.Series:
    """Working days from start to end: weekdays that are no bank holiday, both ends included, minus one; plus one when
    the end is no working day. Missing where a date is, or where the end lies before the start."""
    known = (starts.notna() & ends.notna() & (ends >= starts)).to_numpy()
    holidays = np.unique(days(bank_holidays))
    out = np.full(len(starts), np.nan)
    first, last = days(starts[known]), days(ends[known])
    counted = np.busday_count(first, last + 1, holidays=holidays)
    out[known] = counted - 1 + ~np.is_busday(last, holidays=holidays)
    return pd.Series(out, index=starts.index)


def elevated_risk(dates: pd.Series, bank_holidays: pd.Series, settings: Mapping) -> pd.Series:
    """1.0 where a date falls just after a bank holiday or in the days before a school holiday, else 0.0.

    `settings`: days after a bank holiday, days before a school holiday, first days of school holidays (month-day) and
    how long before Good Friday the Easter holiday begins. Good Friday is the bank holiday that is a Friday in spring,
    three days before another one.
    """
    holidays = np.unique(days(bank_holidays))
    after = (holidays[:, None] + np.arange(1, settings["days_after_bank_holiday"] + 1)).ravel()
    begins = _school_holidays(holidays, settings)
    before = (begins[:, None] - np.arange(1, settings["days_before_school_holiday"] + 1)).ravel()
    return pd.Series(np.isin(days(dates), np.concatenate([after, before])).astype(float), index=dates.index)


def _school_holidays(holidays: np.ndarray, settings: Mapping) -> np.ndarray:
    years = np.unique(holidays.astype("datetime64[Y]").astype(str))
    fixed = [np.datetime64(f"{year}-{day}") for year in years for day in settings["school_holidays"]]
    stamps = pd.DatetimeIndex(holidays)
    easter_monday = np.isin(holidays + np.timedelta64(3, "D"), holidays)
    good_friday = holidays[(stamps.day_of_week == 4) & (stamps.month <= 4) & easter_monday]
    return np.concatenate([np.array(fixed, dtype="datetime64[D]"),
                           good_friday - np.timedelta64(settings["days_before_good_friday"], "D")])
