"""Schemas of the restricted extract: children in need census, looked-after return and the files that go with them.

Formats: data as delivered to a secure research environment (open R code of the original, CC BY 4.0). What is dirty
there is accepted here and kept or cleaned as said at the column; anything else is an error. A referral stands once a
census year and once a plan, and copies of a row occur: the census has no key.
"""

from __future__ import annotations

import re

import pandas as pd

from analysis.errors import DataError
from analysis.sources.schema import Table, code, date, flag, integer, number, refuse_gaps, text

FIRST_DAY, LAST_DAY = "1980-01-01", "2019-03-31"
EARLIEST_BIRTH, LATEST_BIRTH = "1950-01-01", "2020-12-31"
FIRST_HOLIDAYS = 2008       # the first census year begins on 1 April 2008
OLD_CODES = (100, 999)
ACADEMIC_YEAR = r"20\d\d/20\d\d"
ETHNICITIES = ("WBRI", "WIRI", "WIRT", "WROM", "WOTH", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH",
               "BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT")
CLOSURES = tuple(f"RC{n}" for n in range(1, 10))
UNKNOWN_CLOSURES = ("UNKN", "UNKNOWN", "UNKNOWNCLOSUREREASON", "NON", "NONE")
NEEDS = tuple(f"N{n}" for n in range(10))
UNMAPPED_NEEDS = ("UnmappedNeedCode", "UNMAPPEDNEEDCODE")
ABUSE = ("NEG", "PHY", "SAB", "EMO", "MUL")
DISABILITIES = ("NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA")
LEGAL_STATUSES = ("C1", "C2", "D1", "E1", "V2", "V3", "V4", "L1", "L2", "L3", "J1", "J2", "J3")
PLACEMENTS = ("A3", "A4", "A5", "A6", "K1", "K2", "P1", "P2", "P3", "R1", "R2", "R3", "R4", "R5", "S1", "H5", "T0",
              "T1", "T2", "T3", "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1", "Q1", "Q2", "F1", "F2", "F3", "F4",
              "F5", "F6")
EXITS = ("X1", "E11", "E12", "E2", "E3", "E4", "E4A", "E4B", "E13", "E41", "E43", "E44", "E45", "E46", "E47", "E48",
         "E5", "E6", "E7", "E8", "E9", "E14", "E15", "E16", "E17")
OUTCOMES = ("duration", "conference", "rereferral", "escalation", "kinship")


def without_school_census_suffix(name: str) -> str:
    """`FSMeligible_SPR12` -> `FSMeligible`: the term of the school census is cut off."""
    return re.sub(r"_SPR[01]\d.*$", "", name)


def check_census_year(frame: pd.DataFrame, file_name: str) -> None:
    """The census year must be the one in the file's name, the authority known, no referral after the year's end."""
    year = _years_in(file_name)[0]
    _refuse(frame, frame["CIN_ACADYR"] != f"{year}/{year + 1}", "the row is of another census year", file_name,
            "CIN_ACADYR", f"{year}/{year + 1}, as the file's name says")
    _refuse(frame, frame["CIN_LA"].isna() & frame["CIN_LA_LGR"].isna(), "the row has no authority", file_name, "CIN_LA",
            "an old three-digit code in CIN_LA or, in the first year, CIN_LA_LGR")
    last = pd.Timestamp(year + 1, 3, 31)
    _refuse(frame, frame["CIN_ReferralDate"] > last, "the referral is later than the census year", file_name,
            "CIN_ReferralDate", f"a date up to {last:%Y-%m-%d}")


def check_assessment_years(frame: pd.DataFrame, file_name: str) -> None:
    """Every assessment must be of a census year in the file's name, and each of these years must be there."""
    years = _years_in(file_name)
    allowed = [f"{year}/{year + 1}" for year in range(years[0], years[-1] + 1)]
    _refuse(frame, ~frame["CIN_ACADYR"].isin(allowed), "the assessment is of another period", file_name, "CIN_ACADYR",
            f"{allowed[0]} to {allowed[-1]}, as the file's name says")
    refuse_gaps(frame, {"CIN_ACADYR": allowed}, file_name)


def check_episodes(frame: pd.DataFrame, file_name: str) -> None:
    """An episode ends on or after its start, and starts on or after its period of care."""
    started = frame["date_episode_started"]
    _refuse(frame, frame["date_episode_ceased"] < started, "the episode ends before it starts", file_name,
            "date_episode_ceased", "a date on or after date_episode_started")
    _refuse(frame, started < frame["poc_start"], "the episode starts before its period of care", file_name,
            "date_episode_started", "a date on or after poc_start")


def check_la_years(frame: pd.DataFrame, file_name: str) -> None:
    """Every authority has a row for every year."""
    refuse_gaps(frame, {"la": None, "year": None}, file_name)


def check_groups(frame: pd.DataFrame, file_name: str) -> None:
    """Every outcome has its groups."""
    refuse_gaps(frame, {"outcome": OUTCOMES}, file_name)


def check_holidays(frame: pd.DataFrame, file_name: str) -> None:
    """No year between the first and the last day of records is without a bank holiday."""
    years = frame["date"].dt.year
    refuse_gaps(frame.assign(year=years), {"year": range(FIRST_HOLIDAYS, pd.Timestamp(LAST_DAY).year + 1)}, file_name)


def check_embedding(frame: pd.DataFrame, file_name: str) -> None:
    """The embedding ends after it starts."""
    _refuse(frame, frame["embedding_end"] <= frame["embedding_start"], "the embedding ends before it starts", file_name,
            "embedding_end", "a date after embedding_start")


def _years_in(file_name: str) -> list[int]:
    years = [int(year) for year in re.findall(r"(?<!\d)(20\d\d)(?!\d)", file_name)]
    if not years:
        raise DataError("the file's name holds no year", file=file_name, expected="a name such as cin_census_2008.csv")
    return years


def _refuse(frame, wrong, message, file_name, column, expected) -> None:
    if wrong.any():
        first = frame.index[wrong.to_numpy()][0]
        value = frame.loc[first, column]
        shown = "" if pd.isna(value) else f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
        raise DataError(message, file=file_name, row=int(first), column=column, value=shown, expected=expected)


def _event(name):
    return date(name, blank=True, earliest=FIRST_DAY, latest=LAST_DAY)


# Further columns of the real census files (home authority, deprivation, special needs, ...) are ignored.
CIN_CENSUS = Table(
    columns=(
        text("CIN_LAchildID_Anon"), text("CIN_PupilMatchingRefAnonymous", blank=True),
        integer("CIN_LA", *OLD_CODES, blank=True), integer("CIN_LA_LGR", *OLD_CODES, blank=True),
        text("CIN_ACADYR", pattern=ACADEMIC_YEAR),
        date("CIN_DOB", earliest=EARLIEST_BIRTH, latest=LATEST_BIRTH),
        code("CIN_Gender", (0, 1, 2, 9), blank=True),
        code("CIN_Ethnicity", (*ETHNICITIES, "NA"), blank=True, normalise=True),
        flag("CIN_Disability", blank=True), flag("CIN_AsylumSeeking", blank=True, also=("2",)),
        date("CIN_ReferralDate", earliest=FIRST_DAY, latest=LAST_DAY), flag("CIN_ReferralNFA", blank=True),
        _event("CIN_CINClosureDate"),
        code("CIN_ReasonForClosure", (*CLOSURES, *UNKNOWN_CLOSURES), blank=True, normalise=True),
        code("CIN_PrimaryNeedCode", (*NEEDS, "UNMAPPEDNEEDCODE"), blank=True, normalise=True, also=UNMAPPED_NEEDS),
        code("CIN_LatestCategoryOfAbuse", ABUSE, blank=True),
        _event("CIN_CPPstartDate"), _event("CIN_CPPendDate"), integer("CIN_NumberOfPreviousCPP", 0, 50, blank=True),
        _event("CIN_DateOfInitialCPC"),
        *(flag(name, blank=True) for name in ("CIN_CINAt31March", "CIN_AnyPoint", "CIN_Started", "CIN_Ended",
                                              "FSMeligible", "EVERFSM_6", "EVERFSM_6_P", "EVERFSM_ALL")),
        *(code(name, ("Y", "N"), blank=True) for name in ("EYPPE", "EYPPR", "EYPPeligible")),
    ),
    extra_columns="ignore",
    optional=("CIN_LA", "CIN_LA_LGR", "CIN_AsylumSeeking", "CIN_NumberOfPreviousCPP", "CIN_Started", "CIN_Ended",
              "FSMeligible", "EVERFSM_6", "EVERFSM_6_P", "EVERFSM_ALL", "EYPPE", "EYPPR", "EYPPeligible"),
    rename=without_school_census_suffix,
    check=check_census_year,
    check_columns=("CIN_ACADYR", "CIN_LA", "CIN_LA_LGR", "CIN_ReferralDate"),
)

# The file has the child's id alone; where two authorities use one id, it cannot say whose the code is.
DISABILITY_CODES = Table(
    columns=(text("CIN_LAchildID_Anon"), integer("CIN_LA", *OLD_CODES, blank=True),
             code("CIN_Disability", DISABILITIES, blank=True, normalise=True)),
    optional=("CIN_LA",),
)

SECTION47 = Table(
    columns=(text("CIN_LAchildID_Anon"), integer("CIN_LA", *OLD_CODES), _event("DateOfInitialCPC")),
)

ASSESSMENTS = Table(
    columns=(text("CIN_PupilMatchingRefAnonymous", blank=True), text("CIN_ACADYR", pattern=ACADEMIC_YEAR),
             integer("CIN_LA", *OLD_CODES), text("CIN_LAchildID_Anon"),
             date("start", earliest=FIRST_DAY, latest=LAST_DAY), date("end", blank=True, earliest=FIRST_DAY,
                                                                      latest=LATEST_BIRTH)),
    by_position=("CIN_PupilMatchingRefAnonymous", "CIN_ACADYR", "CIN_LA", "CIN_LAchildID_Anon", "start", "end"),
    check=check_assessment_years,
    check_columns=("CIN_ACADYR",),
)

LOOKED_AFTER_EPISODES = Table(
    columns=(
        text("CHILD_LA_CODE_ANON"), integer("LA", *OLD_CODES),
        date("date_episode_started", earliest=FIRST_DAY, latest=LAST_DAY), _event("date_episode_ceased"),
        code("legal_status", LEGAL_STATUSES), code("placement", PLACEMENTS),
        code("reason_episode_ceased", EXITS, blank=True), code("cin", NEEDS[1:9], blank=True),
        date("poc_start", earliest=FIRST_DAY, latest=LAST_DAY), integer("poc_length", 0, 10_000),
        code("SEX", (1, 2), blank=True), code("ethnic_or", (*ETHNICITIES, "NA"), blank=True, normalise=True),
        integer("dob_Year", 1980, 2020), integer("dob_Month", 1, 12), flag("uasc_status", blank=True),
    ),
    key=("CHILD_LA_CODE_ANON", "LA", "date_episode_started"),
    check=check_episodes,
    check_columns=("date_episode_started", "date_episode_ceased", "poc_start"),
)

LA_YEAR_COVARIATES = Table(
    columns=(
        integer("la", *OLD_CODES), text("authority"), integer("year", 2000, 2030),
        number("assessments", 0, None, blank=True), integer("ofsted_rating", 1, 4, blank=True),
        number("population_density", 0, None, blank=True), number("fsm_primary", 0, 100, blank=True),
        number("fsm_secondary", 0, 100, blank=True), flag("innovation_project"),
        number("white_british", 0, 100, blank=True), number("reviews_on_time", 0, 100, blank=True),
    ),
    key=("la", "year"),
    check=check_la_years,
)

MATCHED_GROUPS = Table(
    columns=(code("outcome", OUTCOMES), text("group"), text("pilot"), integer("pilot_la", *OLD_CODES),
             text("comparator_1", blank=True), integer("comparator_1_la", *OLD_CODES, blank=True),
             text("comparator_2", blank=True), integer("comparator_2_la", *OLD_CODES, blank=True)),
    key=("outcome", "group"),
    check=check_groups,
)

EMBEDDING_DATES = Table(
    columns=(text("pilot"), integer("pilot_la", *OLD_CODES),
             date("embedding_start", earliest="2014-01-01", latest="2020-12-31"),
             date("embedding_end", earliest="2014-01-01", latest="2020-12-31")),
    key=("pilot_la",),
    check=check_embedding,
)

# What the pilots' implementation was rated before anyone looked at outcomes: 1 (nothing in place) to 5.
IMPLEMENTATION_PROFILE = Table(
    columns=(text("pilot"), integer("pilot_la", *OLD_CODES), number("score", 1, 5, blank=True),
             date("stated_on", earliest="2014-01-01", latest="2020-12-31")),
    key=("pilot_la",),
)

BANK_HOLIDAYS = Table(columns=(date("date", earliest="1980-01-01", latest="2100-12-31"), text("bank_holiday")),
                      key=("date",), check=check_holidays)

SCHEMAS = {
    "cin_census": CIN_CENSUS, "disabilities": DISABILITY_CODES, "section47": SECTION47, "assessments": ASSESSMENTS,
    "looked_after_episodes": LOOKED_AFTER_EPISODES, "la_year_covariates": LA_YEAR_COVARIATES,
    "matched_groups": MATCHED_GROUPS, "embedding_dates": EMBEDDING_DATES, "bank_holidays": BANK_HOLIDAYS,
    "implementation_profile": IMPLEMENTATION_PROFILE,
}
