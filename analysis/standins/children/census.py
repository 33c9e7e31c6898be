"""The children in need census: a row a referral, census year and plan, as it stood at the end of that year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.standins.children.cases import ASSESSED, IN_NEED, NFA
from analysis.standins.children.chunk import Chunk
from analysis.standins.children.days import NEVER, day, financial_year, first_day_of, iso
from analysis.standins.children.identity import child_ids, pupil_references

# Census years (by first year) in which a column exists; columns not named here exist in all.
YEARS_OF = {"CIN_LA": lambda year: year > 2008, "CIN_LA_LGR": lambda year: year == 2008,
            "CIN_AsylumSeeking": lambda year: year > 2008, "CIN_Started": lambda year: year > 2008,
            "CIN_Ended": lambda year: year > 2008,
            "CIN_NumberOfPreviousCPP": lambda year: year == 2008 or year >= 2012,
            "EVERFSM_ALL": lambda year: year >= 2009, "EVERFSM_6": lambda year: year >= 2011,
            "EVERFSM_6_P": lambda year: year >= 2013, "EYPPR": lambda year: year == 2015,
            "EYPPE": lambda year: year >= 2016, "EYPPeligible": lambda year: year >= 2015}
SCHOOL_CENSUS = ("FSMeligible", "EVERFSM_6", "EVERFSM_6_P", "EVERFSM_ALL", "EYPPE", "EYPPR", "EYPPeligible")
COLUMNS = ("CIN_LAchildID_Anon", "CIN_PupilMatchingRefAnonymous", "CIN_LA", "CIN_LA_LGR", "CIN_ACADYR", "CIN_DOB",
           "CIN_Gender", "CIN_Ethnicity", "CIN_Disability", "CIN_AsylumSeeking", "CIN_ReferralDate", "CIN_ReferralNFA",
           "CIN_CINClosureDate", "CIN_ReasonForClosure", "CIN_PrimaryNeedCode", "CIN_LatestCategoryOfAbuse",
           "CIN_CPPstartDate", "CIN_CPPendDate", "CIN_NumberOfPreviousCPP", "CIN_DateOfInitialCPC", "CIN_CINAt31March",
           "CIN_AnyPoint", "CIN_Started", "CIN_Ended", *SCHOOL_CENSUS)
_NEEDS = np.array([f"N{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)], dtype=object)
_NEED_SHARES = (0.52, 0.09, 0.04, 0.09, 0.15, 0.05, 0.01, 0.02, 0.01, 0.02)
_ABUSE_SHARES = (0.44, 0.10, 0.06, 0.34, 0.06)


@dataclass(frozen=True)
class CensusRows:
    """Rows of the census before dirt: `place` (case, child, year, plan, plan_end, first) and text `columns`."""

    place: pd.DataFrame
    columns: pd.DataFrame

    def of_year(self, year: int) -> pd.DataFrame:
        """The rows of a census year with that year's columns, school-census columns with their suffix."""
        here = [name for name in COLUMNS if YEARS_OF.get(name, lambda _: True)(year)]
        rows = self.columns.loc[(self.place["year"] == year).to_numpy(), here]
        suffix = f"_SPR{year % 100:02d}"
        return rows.rename(columns={name: name + suffix for name in SCHOOL_CENSUS})


def census_rows(chunk: Chunk, rng: np.random.Generator) -> CensusRows:
    """All census rows of a chunk."""
    cases = _with_facts(chunk, rng)
    place = _places(cases, chunk.setting.records)
    return CensusRows(place, _columns(chunk, cases, place, rng))


def _with_facts(chunk: Chunk, rng) -> pd.DataFrame:
    cases, records, n = chunk.cases, chunk.setting.records, len(chunk.cases)
    order = cases.sort_values(["child", "date"], kind="stable").index
    plans = (cases["plan"] < NEVER).astype(int) + (cases["plan_2"] < NEVER).astype(int)
    earlier = (plans.loc[order].groupby(cases["child"].loc[order]).cumsum() - plans.loc[order]).loc[cases.index]
    early_help = financial_year(np.minimum(cases["closure"], day("2024-01-01"))) >= records["first_early_help_closure"]
    after = np.where(early_help & (rng.random(n) < records["early_help"]), "RC9", "RC8")
    need = rng.choice(["RC1", "RC2", "RC3", "RC4", "RC5", "RC6", "RC7"], n,
                      p=[0.02, 0.005, 0.01, 0.015, 0.06, 0.01, 0.88])
    # A referral with no further action has a closure, but seldom a reason.
    kinds = [cases["kind"] == ASSESSED, cases["kind"] == IN_NEED, rng.random(n) < 0.3]
    reason = np.select(kinds, [after, need, after], "")
    return cases.assign(reason=reason, earlier_plans=earlier, need=rng.choice(_NEEDS, n, p=_NEED_SHARES),
                        abuse=rng.choice(["NEG", "PHY", "SAB", "EMO", "MUL"], n, p=_ABUSE_SHARES))


def _places(cases: pd.DataFrame, records) -> pd.DataFrame:
    """Which case stands in which year, with which plan (NEVER for none)."""
    first_year, last_year = int(records["first_year"]), int(records["last_year"])
    opened = financial_year(cases["date"].to_numpy())
    closed_day = np.where((cases["kind"] == NFA) & (cases["closure"] >= NEVER), cases["date"], cases["closure"])
    closed = financial_year(np.minimum(closed_day, day("2024-01-01")))
    first, last = np.maximum(opened, first_year), np.minimum(closed, last_year)
    times = np.maximum(last - first + 1, 0)
    case = np.repeat(np.arange(len(cases)), times)
    year = np.repeat(first, times) + np.arange(len(case)) - np.repeat(np.cumsum(times) - times, times)
    begin, end = first_day_of(year), first_day_of(year + 1) - 1
    active = {name: (cases[name].to_numpy()[case] <= end) & (cases[f"{name}_end"].to_numpy()[case] >= begin)
              for name in ("plan", "plan_2")}
    which = np.where(active["plan"], 1, np.where(active["plan_2"], 2, 0))
    both = active["plan"] & active["plan_2"]
    place = pd.DataFrame({"case": np.concatenate([case, case[both]]), "year": np.concatenate([year, year[both]]),
                          "which": np.concatenate([which, np.full(both.sum(), 2)])})
    place["opened"] = opened[place["case"]]
    return place.sort_values(["case", "year", "which"], kind="stable", ignore_index=True)


def _columns(chunk: Chunk, cases, place, rng) -> pd.DataFrame:
    la, records = chunk.setting.authority.code, chunk.setting.records
    rows = cases.iloc[place["case"].to_numpy()].reset_index(drop=True)
    who = chunk.people.take(rows["child"].to_numpy())
    year = place["year"].to_numpy()
    frame = {"CIN_LAchildID_Anon": child_ids(who.number, la, records["dirt"]["same_id_elsewhere"]),
             "CIN_PupilMatchingRefAnonymous": pupil_references(who.number, la, records["missing"]["pupil_ref"]),
             "CIN_LA": la, "CIN_LA_LGR": la, "CIN_ACADYR": _academic_year(year), "CIN_DOB": iso(who.birth),
             "CIN_Gender": who.gender.astype(str).astype(object), "CIN_Ethnicity": who.ethnicity,
             "CIN_Disability": _disability(who, records, rng), "CIN_AsylumSeeking": _asylum(who, records, rng)}
    frame |= _events(rows, place["which"].to_numpy(), year, rng, records)
    frame |= _flags(rows, place["opened"].to_numpy(), year)
    frame |= _low_income(who, rows["date"].to_numpy(), year, rng)
    return pd.DataFrame(frame, columns=list(COLUMNS), dtype=object)      # plain text is taken and written faster


def _academic_year(years) -> np.ndarray:
    names = {year: f"{year}/{year + 1}" for year in np.unique(years).tolist()}
    return np.array([names[year] for year in years.tolist()], dtype=object)


def _text(values) -> np.ndarray:
    return np.asarray(values).astype(int).astype(str).astype(object)


def _disability(who, records, rng) -> np.ndarray:
    # The same children lack it on every row and in the disabilities file.
    value = _text(who.disabled & (rng.random(len(who)) < 0.9))
    return np.where(disability_unknown(who.number, records), "", value)


def disability_unknown(numbers: np.ndarray, records) -> np.ndarray:
    """Which children have no record of disability anywhere."""
    return (numbers * 6_700_417 % 10_000) < records["missing"]["disability"] * 10_000


def _asylum(who, records, rng) -> np.ndarray:
    return np.where(rng.random(len(who)) < records["missing"]["asylum"], "2", _text(who.asylum))


def _events(rows, which, year, rng, records) -> dict:
    """Dates as known at the end of the census year: a later one is still empty."""
    end = first_day_of(year + 1) - 1
    start = np.select([which == 1, which == 2], [rows["plan"], rows["plan_2"]], NEVER)
    finish = np.select([which == 1, which == 2], [rows["plan_end"], rows["plan_2_end"]], NEVER)
    held = np.where(which == 2, rows["conference_2"], rows["conference"])
    held = np.where(rng.random(len(rows)) < records["dirt"]["conference_in_section47_only"], NEVER, held)
    known = {name: iso(np.where(days <= end, days, NEVER)) for name, days in
             (("CIN_CINClosureDate", rows["closure"]), ("CIN_CPPstartDate", start), ("CIN_CPPendDate", finish),
              ("CIN_DateOfInitialCPC", held))}
    closed = known["CIN_CINClosureDate"] != ""
    return known | {"CIN_ReferralDate": iso(rows["date"]), "CIN_ReferralNFA": _text(rows["kind"] == NFA),
                    "CIN_ReasonForClosure": np.where(closed, rows["reason"], ""),
                    "CIN_PrimaryNeedCode": rows["need"].to_numpy(dtype=object),
                    "CIN_LatestCategoryOfAbuse": np.where(known["CIN_CPPstartDate"] != "", rows["abuse"], ""),
                    "CIN_NumberOfPreviousCPP": _text(rows["earlier_plans"] + (which == 2))}


def _flags(rows, opened, year) -> dict:
    """Status flags: 1 only for cases in need, so that they never contradict the closure."""
    need = (rows["kind"] == IN_NEED).to_numpy()
    ended = rows["closure"].to_numpy() < first_day_of(year + 1)
    return {"CIN_CINAt31March": _text(need & ~ended), "CIN_AnyPoint": _text(need),
            "CIN_Started": _text(need & (opened == year)), "CIN_Ended": _text(need & ended)}


def _low_income(who, referral, year, rng) -> dict:
    """School-census indicators: blank for children too young or not matched; for some only FSMeligible is there."""
    n = len(who)
    age = who.age(first_day_of(year + 1) - 60)            # at the spring census
    school, early = (age >= 5) & who.school_known, (age >= 3) & (age < 5) & who.school_known
    alone = (who.number * 15_485_863 % 100) < 30
    low = who.low_income
    now = low & (rng.random(n) < 0.85)

    def flags(here, value):
        return np.where(here, _text(value), "")

    def yes(here, value):
        return np.where(here, np.where(value, "Y", "N"), "")

    return {"FSMeligible": flags(school, now), "EVERFSM_6": flags(school & ~alone, low),
            "EVERFSM_6_P": flags(school & ~alone, low), "EVERFSM_ALL": flags(school & ~alone, low),
            "EYPPE": yes(early & (rng.random(n) < 0.5), low), "EYPPR": yes(early & (rng.random(n) < 0.5), low),
            "EYPPeligible": yes(early & (rng.random(n) < 0.5), low)}
