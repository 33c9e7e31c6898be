"""The five outcomes: which records are units, how long they are followed, and what counts.

Each function takes cleaned records and rules and returns `Units`, not yet placed before or after an embedding.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.strands.difference_in_differences.calendar import completed_years, financial_year, working_days
from analysis.strands.difference_in_differences.cleaning import Children, births_of, next_event
from analysis.strands.difference_in_differences.periods import Units
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import Rules


def duration_units(records: Records, children: Children, rules: Rules) -> Units:
    """Assessments: y = working days from start to end; followed up for the statutory limit before the records end.

    Published: values above Q3 + 1.5 IQR are dropped later (`without_outliers`, pooled over arms and periods).
    Corrected: no cut on the outcome; above 365 working days is an error of record and missing. Where only the end of
    a child's assessments differs, the corrected rule for duplicates keeps the later one, as the original's code does.
    """
    rows = records.assessments[["child", "la", "start", "end"]].rename(columns={"start": "date", "end": "closes"})
    units = Units(rows, (("Rows of the assessment files", len(rows)),))
    units = _deduplicated(units, "Distinct assessments")
    units = units.keep(units.frame["date"].notna() & units.frame["closes"].notna(), "With a start and an end")
    if rules.corrected("duplicates"):
        later = units.frame.sort_values("closes", kind="stable").duplicated(["child", "date"], keep="last").sort_index()
        units = units.keep(~later, "The later end of a repeated assessment")
    units = _of_age(_in_study(units, rules), children, rules)
    frame = units.frame.assign(y=working_days(units.frame["date"], units.frame["closes"], records.bank_holidays))
    frame["census_year"] = financial_year(frame["date"])
    if rules.corrected("duration_outliers"):
        frame["y"] = frame["y"].where(frame["y"] <= rules.windows["longest_duration"])
    units = Units(frame, units.flow).keep(frame["y"].notna(), "With a valid duration")
    follow_up = units.frame["date"] + _days(rules, "duration")
    return units.keep(follow_up < rules.date("end_of_assessments"), "Followed up to the limit")


def conference_units(records: Records, children: Children, rules: Rules) -> Units:
    """Referrals judged a child in need: y = 1 with an initial child protection conference within three months.

    Published: strictly between nought and 90 days, a child's first three conferences, no end-of-data limit. Corrected:
    from the same day to day 91, all conferences, and 91 days on or before the end of the records.
    """
    units = _referral_units(children)
    units = units.keep(units.frame["in_need"] == 1, "Judged a child in need")
    frame, window = units.frame, _days(rules, "conference")
    corrected = rules.corrected("conference_follow_up")
    conferences = children.conferences
    if not corrected:
        conferences = conferences[conferences.groupby("child").cumcount() < rules.windows["conferences_looked_at"]]
    found = next_event(frame["child"], frame["date"], conferences, same_day=corrected)
    gap = found - frame["date"]
    soon = (gap <= window) if corrected else (gap < window)
    frame = frame.assign(y=soon.astype(float), closes=frame["date"] + window)
    units = Units(frame, units.flow)
    if corrected:
        return units.keep(frame["closes"] <= rules.date("end_of_records"), "Followed up for three months")
    return units


def rereferral_units(records: Records, children: Children, rules: Rules) -> Units:
    """Cases closed with no further action: y = 1 with another referral in the six months after the closure."""
    units = _closed_units(children)
    window = _days(rules, "rereferral")
    frame = units.frame
    found = next_event(frame["child"], frame["closed"], _referral_dates(children), same_day=False)
    frame = frame.assign(y=(found <= frame["closed"] + window).astype(float), closes=frame["closed"] + window)
    return Units(frame, units.flow).keep(frame["closes"] < rules.date("end_of_records"), "Followed up for six months")


def escalation_units(records: Records, children: Children, rules: Rules) -> Units:
    """Cases closed with no further action: y = 1 when re-referred within six months, and a child protection plan or
    care starts within six months on or after the re-referral.

    Published: the last re-referral in the window, and children whose plan began before it are dropped. Corrected: the
    first one, and nobody is dropped.
    """
    units = _closed_units(children)
    frame = units.frame.assign(closes=units.frame["closed"] + _days(rules, "escalation"))
    units = Units(frame, units.flow).keep(frame["closes"] < rules.date("end_of_records"),
                                          "Followed up for twelve months")
    frame, within, dates = units.frame, _days(rules, "rereferral"), _referral_dates(children)
    corrected = rules.corrected("rereferral_event")
    if corrected:
        again = next_event(frame["child"], frame["closed"], dates, same_day=False)
        again = again.where(again <= frame["closed"] + within)
    else:
        again = next_event(frame["child"], frame["closed"] + within, dates, backward=True)
        again = again.where(again > frame["closed"])
    y = pd.Series(False, index=frame.index)
    known = again.notna()
    for events in (children.plans, children.care):
        step = next_event(frame["child"][known], again[known], events)
        y[known] |= step <= again[known] + pd.Timedelta(rules.next_step, "D")
    units = Units(frame.assign(y=y.astype(float)), units.flow)
    if corrected:
        return units
    earlier = next_event(frame["child"][known], again[known], children.plans, same_day=False, backward=True)
    return units.keep(~earlier.notna().reindex(frame.index, fill_value=False), "Without a plan before the re-referral")


def kinship_units(records: Records, children: Children, rules: Rules) -> Units:
    """Periods of care under an interim or full care order: y = 1 when placed with relatives or friends, or leaving
    care to them, within a year (code lists in `data/evaluation.yml`)."""
    episodes = records.episodes.dropna(subset=["poc_start"])
    order = episodes["legal_status"].isin(rules.codes["care_orders"])
    year = episodes["poc_start"] + _days(rules, "kinship")
    placed = episodes["placement"].isin(rules.kinship_placements) & (episodes["date_episode_started"] <= year)
    left = episodes["reason_episode_ceased"].isin(rules.kinship_exits) & (episodes["date_episode_ceased"] <= year)
    rows = pd.DataFrame({"child": episodes["child"], "la": episodes["la"], "date": episodes["poc_start"],
                         "order": order, "y": (placed | left).astype(float)})
    periods = rows.groupby(["child", "date"], as_index=False).agg(la=("la", "first"), order=("order", "max"),
                                                                  y=("y", "max"))
    periods["closes"] = periods["date"] + _days(rules, "kinship")
    periods["census_year"] = financial_year(periods["date"])
    units = Units(periods, (("Rows of the looked-after return", len(records.episodes)),
                            ("Periods of care", len(periods))))
    units = units.keep(units.frame["order"], "Under an interim or full care order")
    units = _of_age(_in_study(units, rules), children, rules)
    return units.keep(units.frame["closes"] < rules.date("end_of_records"), "Followed up for a year")


def without_outliers(units: Units, rules: Rules) -> Units:
    """Published rule for durations: drop values above Q3 + 1.5 IQR of the pooled sample of the outcome."""
    lower, upper = np.quantile(units.frame["y"], [0.25, 0.75])
    fence = upper + rules.windows["outlier_fence"] * (upper - lower)
    return units.keep(units.frame["y"] <= fence, "Without durations above the upper fence")


UNITS: dict[str, Callable[[Records, Children, Rules], Units]] = {
    "duration": duration_units, "conference": conference_units, "rereferral": rereferral_units,
    "escalation": escalation_units, "kinship": kinship_units}


def cells_below(frame: pd.DataFrame, least: int) -> list[str]:
    """Cells of the design with fewer than so many records, in words and without their number, which may be small."""
    return [f"{arm} {period}" for arm, pilot in (("pilots", 1), ("comparators", 0))
            for period, after in (("before", 0), ("after", 1))
            if ((frame["pilot"] == pilot) & (frame["after"] == after)).sum() < least]


def check_outcome(frame: pd.DataFrame, outcome: str) -> None:
    """Raise `DataError` when no unit is left, a cell of the design is empty, or the outcome never varies."""
    empty = cells_below(frame, 1)
    if empty:
        raise DataError(f"outcome {outcome}: no records in a cell of the design", value=", ".join(empty),
                        expected="records in pilots and comparators, before and after")
    if frame["y"].nunique() < 2:
        raise DataError(f"outcome {outcome}: every record has the same outcome, so no effect can be estimated",
                        column="y", value=float(frame["y"].iloc[0]), expected="an outcome that varies")


def _referral_units(children: Children) -> Units:
    frame = children.referrals.rename(columns={"referral_date": "date"})
    return Units(frame, children.flow)


def _closed_units(children: Children) -> Units:
    """Referrals closed with no further action; `closed` is the date of closure, else of the referral."""
    units = _referral_units(children)
    frame = units.frame
    closed = (frame["nfa"] == 1) | ((frame["closures"] > 0) & (frame["without_action"] == frame["closures"]))
    units = units.keep(closed, "Closed with no further action")
    # A closure recorded before its own referral is an error of record: the referral's date stands in.
    dates = units.frame[["closure_date", "date"]]
    closed_on = dates["closure_date"].where(dates["closure_date"] >= dates["date"], dates["date"])
    return Units(units.frame.assign(closed=closed_on), units.flow)


def _referral_dates(children: Children) -> pd.DataFrame:
    return children.referrals[["child", "referral_date"]].rename(columns={"referral_date": "date"})


def _deduplicated(units: Units, step: str) -> Units:
    return units.keep(~units.frame.duplicated(), step)


def _in_study(units: Units, rules: Rules) -> Units:
    """Units that begin in the years studied, as the referrals do."""
    inside = units.frame["date"].between(rules.date("first_referral"), rules.date("last_referral"))
    return units.keep(inside, "Begun in the period")


def _of_age(units: Units, children: Children, rules: Rules) -> Units:
    """Units whose child is of the ages studied, or of unknown age."""
    age = completed_years(units.frame["date"], births_of(units.frame["child"], children.people))
    youngest, oldest = rules.windows["ages"]
    return units.keep(age.isna() | age.between(youngest, oldest), "Aged under 18 or of unknown age")


def _days(rules: Rules, outcome: str) -> pd.Timedelta:
    return pd.Timedelta(int(rules.follow_up[outcome]), "D")
