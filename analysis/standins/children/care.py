"""Periods of care and their episodes, as in the looked-after return.

A period under a care order is a unit of the kinship outcome. Its outcome `y` follows the corrected definition: placed
with relatives or friends (Q1, U1, U2, U3, F1, F4), or leaving care to them (E45, E47, E43, E44), within 366 days.
A period with y = 0 has none of these within that time, but may have the codes that only the published definition
counts (P1, E4, E4A, E13), and relatives' placements later.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.standins.children.cases import Setting, probability
from analysis.standins.children.days import NEVER, day, first_day_of
from analysis.standins.children.people import People

NEW_PLACEMENT_CODES = 2015       # financial year from which U codes take the place of Q codes
NEW_EXIT_CODES = 2013            # from which E4A and E4B take the place of E4, and E45 to E48 of E43 and E44
KINSHIP_NEW, KINSHIP_OLD = ("U1", "U2", "U3", "F1", "F4"), ("Q1", "F1", "F4")
OTHER_NEW, OTHER_OLD = ("U4", "U5", "U6", "K2", "P1", "R3", "H5"), ("Q2", "K2", "P1", "R3", "H5")
OTHER_NEW_SHARES = (0.25, 0.10, 0.40, 0.08, 0.10, 0.03, 0.04)
OTHER_OLD_SHARES = (0.75, 0.08, 0.10, 0.03, 0.04)
EXITS_HOME_NEW = ("E4A", "E4B", "E13", "E41", "E46", "E48", "E11", "E12", "E8", "E3")
EXITS_HOME_SHARES = (0.36, 0.06, 0.10, 0.10, 0.05, 0.05, 0.14, 0.04, 0.06, 0.04)
EXITS_HOME_OLD = ("E4", "E13", "E41", "E11", "E12", "E8", "E3")
EXITS_HOME_OLD_SHARES = (0.42, 0.10, 0.10, 0.20, 0.06, 0.08, 0.04)


def periods_of_care(setting: Setting, people: People, cases: pd.DataFrame, rng) -> pd.DataFrame:
    """Periods of care of the cases, one row each: child, start, length, order (bool), kinship (the outcome) with
    its expectation and effect."""
    begun = cases[cases["care"] <= day(setting.records["end"])]
    child, start = begun["child"].to_numpy(), begun["care"].to_numpy()
    n = len(begun)
    chance, effect = probability(setting, "kinship", people.take(child), start)
    return pd.DataFrame({"child": child, "start": start, "length": begun["care_end"].to_numpy() - start,
                         "order": rng.random(n) >= setting.records["voluntary"],
                         "kinship": rng.random(n) < chance, "kinship_expected": chance, "kinship_effect": effect})


def episodes_of(setting: Setting, periods: pd.DataFrame, rng) -> pd.DataFrame:
    """Episodes of the periods, in order: child, poc_start, poc_length, start, end, status, placement, reason.

    Up to four a period: before the first order, then three placements; the end of one is the start of the next.
    """
    last_day = day(setting.records["end"])
    course = _course(periods, rng)
    parts = [_segment(periods, course, number, rng) for number in range(4)]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[(rows["start"] < rows["end"]) & (rows["start"] <= last_day)].copy()
    # Who left before the first census year is not in the extract.
    rows = rows[rows["poc_end"] >= int(first_day_of(np.array([setting.records["first_year"]]))[0])]
    rows = rows.sort_values(["period", "start"], kind="stable", ignore_index=True)
    closed = rows["end"] <= last_day
    rows["reason"] = rows["reason"].where(closed, "")
    rows["poc_length"] = np.minimum(rows["poc_end"], last_day) - rows["poc_start"]
    rows["end"] = rows["end"].where(closed, NEVER)
    return rows


def _course(periods, rng) -> pd.DataFrame:
    """Days from the start of the period: first order `a`, moves `m` and `k`, end `z`; how kinship care comes about."""
    n = len(periods)
    y = periods["kinship"].to_numpy()
    before = np.where(rng.random(n) < 0.20, rng.integers(2, 21, n), 0)
    leaves = y & (rng.random(n) < 0.20)                       # to relatives under a special guardianship order
    first = y & ~leaves & (rng.random(n) < 0.45)              # placed with them from the order on
    end = np.where(leaves, rng.integers(120, 356, n), periods["length"].to_numpy())
    move = before + rng.integers(10, 250, n)
    end = np.where(y & ~leaves, np.maximum(end, move + 30), end)
    end = np.maximum(end, before + 5)
    second = move + 30 + rng.exponential(250, n).astype("int64")
    return pd.DataFrame({"a": before, "m": move, "k": second, "z": end, "leaves": leaves, "first": first,
                         "moved": y & ~leaves & ~first})


def _segment(periods, course, number, rng) -> pd.DataFrame:
    bounds = [np.zeros(len(course), "int64"), *(course[name].to_numpy() for name in ("a", "m", "k", "z"))]
    finish = bounds[4]
    low, high = np.minimum(bounds[number], finish), np.minimum(bounds[number + 1], finish)
    start, y = periods["start"].to_numpy(), periods["kinship"].to_numpy()
    kin = {0: np.zeros(len(y), bool), 1: course["first"].to_numpy(), 2: course["moved"].to_numpy(),
           3: (y | (low > 380)) & (rng.random(len(y)) < 0.3)}[number]
    ends_here = high == finish
    rows = pd.DataFrame({"period": np.arange(len(y)), "child": periods["child"].to_numpy(), "poc_start": start,
                         "poc_end": start + finish, "start": start + low, "end": start + high})
    rows["placement"] = _placements(kin, rows["start"].to_numpy(), rng)
    rows["reason"] = np.where(ends_here, _exits(y, course["leaves"].to_numpy(), finish, start + finish, rng), "X1")
    rows["status"] = _statuses(number, periods["order"].to_numpy(), rng)
    return rows


def _statuses(number, order, rng):
    n = len(order)
    voluntary = np.where(rng.random(n) < 0.9, "V2", "L2")
    if number == 0:
        return voluntary
    under = np.where(rng.random(n) < (0.8 if number == 1 else 0.3), "C1", "C2")
    return np.where(order, under, "V2")


def _placements(kin, start, rng):
    n, new = len(kin), start >= int(first_day_of(np.array([NEW_PLACEMENT_CODES]))[0])
    relatives = np.where(new, rng.choice(KINSHIP_NEW, n, p=(0.2, 0.2, 0.52, 0.04, 0.04)),
                         rng.choice(KINSHIP_OLD, n, p=(0.9, 0.05, 0.05)))
    others = np.where(new, rng.choice(OTHER_NEW, n, p=OTHER_NEW_SHARES), rng.choice(OTHER_OLD, n, p=OTHER_OLD_SHARES))
    return np.where(kin, relatives, others).astype(object)


def _exits(y, leaves, finish, end, rng):
    n, new = len(y), end >= int(first_day_of(np.array([NEW_EXIT_CODES]))[0])
    relatives = np.where(new, rng.choice(("E45", "E47"), n), rng.choice(("E43", "E44"), n))
    home = np.where(new, rng.choice(EXITS_HOME_NEW, n, p=EXITS_HOME_SHARES),
                    rng.choice(EXITS_HOME_OLD, n, p=EXITS_HOME_OLD_SHARES))
    # Leaving to relatives counts within a year only where y says so; later, or with y, it may happen to anyone.
    may = (y | (finish > 380)) & (rng.random(n) < 0.25)
    return np.where(leaves | may, relatives, home).astype(object)
