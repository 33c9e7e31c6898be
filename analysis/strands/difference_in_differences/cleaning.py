"""From census rows to referrals, people, plans and conferences.

A referral appears once a census year and once a plan; a child's fixed facts are repeated on every row and may
contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.strands.difference_in_differences.calendar import completed_years
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import Rules

MISSING = "Missing"


@dataclass(frozen=True)
class Facts:
    """What is known about children.

    `people`: one row a child, index child: birth, gender, ethnicity, disabled, asylum. `low_income`: child,
    census_year, low_income (carried forward).
    """

    people: pd.DataFrame
    low_income: pd.DataFrame


@dataclass(frozen=True)
class Children(Facts):
    """Cleaned records.

    `referrals`: one row a (child, date): child, la, referral_date, census_year, nfa, closure_date, closed (a closure
    without further action), in_need (1, 0 or missing), primary_need, previous_plans, low_income. `plans`,
    `conferences`, `care`: child and date. `flow`: step, n.
    """

    referrals: pd.DataFrame
    plans: pd.DataFrame
    conferences: pd.DataFrame
    care: pd.DataFrame
    flow: tuple[tuple[str, int], ...]


def clean(records: Records, rules: Rules) -> Children:
    """Clean the children in need census and what joins to it."""
    cin = records.cin.assign(census_year=census_year(records.cin["CIN_ACADYR"]))
    people = people_of(cin, records.disabilities, records.episodes, rules)
    income = low_income_by_year(cin, rules)
    plans = dated_events(cin, "CIN_CPPstartDate")
    conferences = dated_events(cin, "CIN_DateOfInitialCPC", records.section47)
    care = records.episodes[["child", "poc_start"]].dropna().drop_duplicates().rename(columns={"poc_start": "date"})
    referrals, flow = referrals_of(cin, people, rules)
    referrals = referrals.merge(income, on=["child", "census_year"], how="left")
    referrals["in_need"] = judged_in_need(referrals, plans, conferences)
    return Children(people=people, low_income=income, referrals=referrals, plans=plans, conferences=conferences,
                    care=care, flow=flow)


def census_year(academic: pd.Series) -> pd.Series:
    """The first year of a census year written YYYY/YYYY."""
    return academic.str.slice(0, 4).astype("int64")


def dated_events(cin: pd.DataFrame, column: str, more: pd.DataFrame | None = None) -> pd.DataFrame:
    """Distinct (child, date) of a date column of the census, with those of another file, sorted by both."""
    name = {column: "date"}
    parts = [cin[["child", column]].rename(columns=name)]
    if more is not None:
        parts.append(more[["child", "DateOfInitialCPC"]].rename(columns={"DateOfInitialCPC": "date"}))
    events = pd.concat(parts, ignore_index=True).dropna().drop_duplicates()
    return events.sort_values(["child", "date"], ignore_index=True)


def people_of(cin, disabilities, episodes, rules: Rules) -> pd.DataFrame:
    """A child's fixed facts, index child.

    Birth date only where all recorded ones agree; conflicting gender or ethnicity is Missing; disability and asylum
    take the highest value recorded. Children known from the looked-after return alone have its facts.
    """
    ethnicity = {code: group for group, codes in rules.codes["ethnicity"].items() for code in codes}
    gender = dict(rules.codes["gender"])
    rows = pd.DataFrame({"child": cin["child"], "birth": cin["CIN_DOB"],
                         "gender": _codes(cin["CIN_Gender"]).map(gender),
                         "ethnicity": cin["CIN_Ethnicity"].map(ethnicity),
                         "disabled": _number(cin["CIN_Disability"]), "asylum": _number(cin["CIN_AsylumSeeking"])})
    census, care = _agreed(rows), _agreed(_episode_people(episodes, ethnicity, gender))
    people = pd.concat([census, care[~care.index.isin(census.index)]])
    people["asylum"] = np.fmax(people["asylum"], care["asylum"].reindex(people.index))
    return _collapse_levels(_with_disability_file(people, disabilities), rules)


def births_of(child: pd.Series, people: pd.DataFrame) -> pd.Series:
    """Birth date of each child, missing where it is not known; index as `child`."""
    return pd.Series(people["birth"].reindex(child).to_numpy(), index=child.index)


def low_income_by_year(cin: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Low income a child and census year: 1 if any indicator was 1 up to then, 0 if any was recorded, else missing."""
    columns = [_number(cin[name]) for name in rules.codes["low_income_flags"]]
    columns += [cin[name].map({"Y": 1.0, "N": 0.0}).astype(float) for name in rules.codes["low_income_early_years"]]
    flags = np.column_stack(columns)
    if not rules.corrected("low_income"):
        slip = rules.codes["low_income_flags"].index(rules.codes["low_income_slip"])
        alone = (flags[:, slip] == 0) & (np.isfinite(flags).sum(axis=1) == 1)
        flags[alone, slip] = np.nan
    value = np.where(np.isfinite(flags).any(axis=1), (flags == 1).any(axis=1).astype(float), np.nan)
    rows = pd.DataFrame({"child": cin["child"], "census_year": cin["census_year"], "low_income": value})
    years = rows.groupby(["child", "census_year"], as_index=False)["low_income"].max()
    years["low_income"] = years.groupby("child")["low_income"].cummax()
    years["low_income"] = years.groupby("child")["low_income"].ffill()
    return years


def referrals_of(cin: pd.DataFrame, people: pd.DataFrame, rules: Rules):
    """Distinct (child, referral date) in the window and ages, with facts of the earliest census year; and the flow."""
    flow = [("Rows of the census", len(cin))]
    dated = cin[cin["CIN_ReferralDate"].between(rules.date("first_referral"), rules.date("last_referral"))]
    rows = _referral_rows(dated, rules).sort_values(["child", "referral_date", "census_year"], kind="stable")
    grouped = rows.groupby(["child", "referral_date"], as_index=False, sort=True)
    referrals = grouped.agg(la=("la", "first"), census_year=("census_year", "first"), nfa=("nfa", "max"),
                            closure_date=("closure_date", "max"), without_action=("without_action", "sum"),
                            with_need=("with_need", "sum"), closures=("closures", "sum"), flagged=("flagged", "max"))
    first = rows.drop_duplicates(["child", "referral_date"])
    referrals["primary_need"] = first["primary_need"].to_numpy()
    referrals["previous_plans"] = first["previous_plans"].to_numpy()
    flow.append(("Distinct referrals in the period", len(referrals)))
    age = completed_years(referrals["referral_date"], births_of(referrals["child"], people))
    youngest, oldest = rules.windows["ages"]
    referrals = referrals[age.isna() | age.between(youngest, oldest)].reset_index(drop=True)
    flow.append(("Aged under 18 or of unknown age", len(referrals)))
    return referrals, tuple(flow)


def judged_in_need(referrals: pd.DataFrame, plans: pd.DataFrame, conferences: pd.DataFrame) -> np.ndarray:
    """1.0 judged a child in need, 0.0 not, missing unknown.

    All closures without further action: no; all with services or an order: yes; otherwise unknown; a referral with no
    further action: no; then yes again where a census flag is 1, or a plan or conference falls between the referral
    and the closure. Without a closure date nothing falls between, as in the original's comparison with a missing
    date: else a referral with no further action would turn into need when a later referral brings a plan.
    """
    closures = referrals["closures"].to_numpy()
    no = (closures > 0) & (referrals["without_action"].to_numpy() == closures)
    yes = (closures > 0) & (referrals["with_need"].to_numpy() == closures)
    value = np.where(no, 0.0, np.where(yes, 1.0, np.nan))
    value[referrals["nfa"].to_numpy() == 1] = 0.0
    for events in (plans, conferences):
        found = next_event(referrals["child"], referrals["referral_date"], events)
        value[(found <= referrals["closure_date"]).to_numpy()] = 1.0
    value[referrals["flagged"].to_numpy() == 1] = 1.0
    return value


def next_event(child: pd.Series, since: pd.Series, events: pd.DataFrame, *, same_day: bool = True,
               backward: bool = False) -> pd.Series:
    """The first event date of the same child on or after a date (or the last before it with `backward`).

    `events` has child and date. `same_day=False` leaves events on the very day out. Index as `child`.
    """
    left = pd.DataFrame({"child": child.to_numpy(), "since": since.to_numpy(), "row": np.arange(len(child))})
    right = events[["child", "date"]].dropna().sort_values("date")
    joined = pd.merge_asof(left.sort_values("since"), right.assign(found=right["date"]), left_on="since",
                           right_on="date", by="child", direction="backward" if backward else "forward",
                           allow_exact_matches=same_day)
    found = joined.sort_values("row")["found"].to_numpy()
    return pd.Series(found, index=child.index)


def _codes(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce")


def _number(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _agreed(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a child: birth, gender and ethnicity where all that is recorded agrees; highest disability, asylum."""
    grouped = rows.groupby("child", sort=True)
    births = grouped["birth"].agg(["min", "max"])
    out = pd.DataFrame({"birth": births["min"].where(births["min"] == births["max"])})
    for name in ("gender", "ethnicity"):
        levels = rows[name].astype("category")
        codes = levels.cat.codes.replace(-1, np.nan).astype(float)
        extremes = codes.groupby(rows["child"], sort=True).agg(["min", "max"])
        agreed = extremes["min"].where(extremes["min"] == extremes["max"])
        names = dict(enumerate(levels.cat.categories))
        out[name] = agreed.map(names).astype(object).where(extremes["min"].isna() | agreed.notna(), MISSING)
    for name in ("disabled", "asylum"):
        out[name] = grouped[name].max()
    return out


def _episode_people(episodes, ethnicity, gender) -> pd.DataFrame:
    births = pd.to_datetime(pd.DataFrame({"year": episodes["dob_Year"], "month": episodes["dob_Month"], "day": 15}),
                            errors="coerce")
    return pd.DataFrame({"child": episodes["child"], "birth": births, "gender": _codes(episodes["SEX"]).map(gender),
                         "ethnicity": episodes["ethnic_or"].map(ethnicity), "disabled": np.nan,
                         "asylum": _number(episodes["uasc_status"])})


def _with_disability_file(people: pd.DataFrame, disabilities: pd.DataFrame) -> pd.DataFrame:
    """A child with a disability code in the disabilities file is disabled, with NONE alone not."""
    code = disabilities.groupby("child")["disabled"].max()
    known = people.index.map(code).to_numpy(dtype=float)
    return people.assign(disabled=np.fmax(people["disabled"].to_numpy(dtype=float), known))


def _collapse_levels(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    people = people.assign(gender=people["gender"].fillna(MISSING), ethnicity=people["ethnicity"].fillna(MISSING))
    if not rules.corrected("matching_levels"):
        known = people["gender"].isin(["Male", "Female"])
        people["gender"] = people["gender"].where(known, "Unknown, other or missing")
    return people


def _referral_rows(cin: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    reason = cin["CIN_ReasonForClosure"]
    flags = [np.nan_to_num(_number(cin[name])) for name in ("CIN_CINAt31March", "CIN_AnyPoint", "CIN_Started")]
    need = cin["CIN_PrimaryNeedCode"]
    return pd.DataFrame({
        "child": cin["child"], "la": cin["la"], "referral_date": cin["CIN_ReferralDate"],
        "census_year": cin["census_year"], "nfa": np.nan_to_num(_number(cin["CIN_ReferralNFA"])),
        "closure_date": cin["CIN_CINClosureDate"],
        "without_action": reason.isin(rules.closed_without_action).astype(int),
        "with_need": reason.isin(rules.codes["in_need"]).astype(int), "closures": reason.notna().astype(int),
        "flagged": np.maximum.reduce(flags),
        "primary_need": need.where(need.isin(rules.codes["primary_need"]), MISSING),
        "previous_plans": _number(cin["CIN_NumberOfPreviousCPP"])})
