"""Counts behind each stand-in file, and the layouts of the publishers' files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.standins.national.tables import Layout, Share

BANDS = ("3_months_or_less", "more_than_3_months_6_months", "more_than_6_months_less_than_1_year",
         "1_year_less_than_2_years", "2_years_or_more")
BAND_SHARES = (0.315, 0.255, 0.260, 0.145, 0.025)
WORKING_DAYS = 253


def years_of(section, part: str) -> range:
    """Years of the children's, workforce or tool files."""
    first, last = section["standins"]["years"]
    return range({"workforce": section["standins"]["workforce_from"], "tool": section["standins"]["tool_from"]}
                 .get(part, first), last + 1)


def layouts(section) -> dict[str, Layout]:
    """The statistics files by dataset; names carry the years, as the publishers' do."""
    first, last = section["standins"]["years"]
    span = f"{first}_to_{last}"
    moved = ("new_la_code", "old_la_code", "la_name")
    return {
        "children_in_need": Layout(
            f"b1_children_in_need_{span}.csv",
            ("Anypoint_episodes", "Anypoint_child", "Started_episodes", "Started_child", "Ended_episodes",
             "Ended_child", "At31_episodes", "awaiting_assessment"), {}, {"category": "Children in Need"}),
        "referrals": Layout(
            f"c1_children_in_need_referrals_and_rereferrals_{span}.csv",
            ("referral_count", "rereferral_count", "rereferral_percent", "no_further_action_count",
             "no_further_action_percent", "not_in_need_count", "not_in_need_percent", "referral_child_count",
             "rereferral_child_count", "rereferral_child_percent"),
            {**{f"{k}_percent": Share(f"{k}_count", ("referral_count",))
                for k in ("rereferral", "no_further_action", "not_in_need")},
             "rereferral_child_percent": Share("rereferral_child_count", ("referral_child_count",))},
            {"category": "Referrals and Re-referrals"}, place=moved),
        "subsequent_plans": Layout(
            f"d3_cpps_subsequent_plan_{span}.csv", ("CPP_start", "CPP_subsequent", "CPP_subsequent_percent"),
            {"CPP_subsequent_percent": Share("CPP_subsequent", ("CPP_start",))},
            {"category": "Child Protection Plans which are a second or subsequent plan"}, quoted=True),
        "plan_durations": Layout(
            f"d5_cpps_at31march_by_duration_{span}.csv",
            ("CPP_At31", *(name for band in BANDS for name in (band, f"{band}_percent"))),
            {f"{band}_percent": Share(band, ("CPP_At31",)) for band in BANDS},
            {"category": "Child Protection Plans by length of time"}, quoted=True),
        "workforce": Layout(
            f"csww_indicators_{section['standins']['workforce_from']}_to_{last}.csv", _WORKFORCE, _WORKFORCE_SHARES, {},
            nearest=0.1, decimals=1, place=("la_name", "old_la_code", "new_la_code"), suppress=False),
        "population": Layout(
            f"ons_mid-year_population_estimates_{first - 1}_to_{last - 1}.csv", ("population_estimate",), {},
            {"age_group": "Children aged 0 to 17 years"}, nearest=1, suppress=False),
    }


_WORKFORCE = (
    "inpost_fte", "inpost_headcount", "starters_fte", "starters_headcount", "leavers_fte", "leavers_headcount",
    "turnover_rate_fte", "turnover_rate_headcount", "agency_fte", "agency_headcount", "agency_rate_fte",
    "agency_rate_headcount", "agency_cover_fte", "agency_cover_rate_fte", "vacancy_fte", "vacancy_rate_fte",
    "vacancy_agency_cover_rate_fte", "case_holders_fte", "cases", "caseload_fte", "working_days_lost_fte",
    "absence_rate_fte")
_WORKFORCE_SHARES = {
    "turnover_rate_fte": Share("leavers_fte", ("inpost_fte",)),
    "turnover_rate_headcount": Share("leavers_headcount", ("inpost_headcount",)),
    "agency_rate_fte": Share("agency_fte", ("agency_fte", "inpost_fte")),
    "agency_rate_headcount": Share("agency_headcount", ("agency_headcount", "inpost_headcount")),
    "agency_cover_rate_fte": Share("agency_cover_fte", ("agency_fte",)),
    "vacancy_rate_fte": Share("vacancy_fte", ("vacancy_fte", "inpost_fte")),
    "vacancy_agency_cover_rate_fte": Share("agency_cover_fte", ("vacancy_fte",)),
    "caseload_fte": Share("cases", ("case_holders_fte",), 1),
    "absence_rate_fte": Share("working_days_lost_fte", ("inpost_fte",), 100 / WORKING_DAYS),
}


def children_in_need(value, people, rng) -> pd.DataFrame:
    """Episodes at, during, beginning and ending in the year; `value` has the indicators, `people` the population."""
    at = (value["cin_rate"] * people / 1e4).round()
    started, ended = ((value[name] * people / 1e4).round() for name in ("cin_started_rate", "cin_ended_rate"))
    table = {"Anypoint_episodes": at + ended, "Started_episodes": started, "Ended_episodes": ended}
    children = {name.replace("episodes", "child"): (count * 0.93).round() for name, count in table.items()}
    waiting = rng.binomial(at.astype(int), rng.uniform(0.005, 0.1, len(at)))
    return pd.DataFrame({**table, **children, "At31_episodes": at, "awaiting_assessment": waiting})


def referrals(value, people, rng) -> pd.DataFrame:
    """Referrals, those that follow another within a year, and what came of them."""
    n = (value["referral_rate"] * people / 1e4).round()
    again = (n * value["rereferral_percent"] / 100).round()
    return pd.DataFrame({"referral_count": n, "rereferral_count": again,
                         "no_further_action_count": (n * value["no_further_action_percent"] / 100).round(),
                         "not_in_need_count": rng.binomial(n.astype(int), 0.28),
                         "referral_child_count": (n * 0.885).round(), "rereferral_child_count": (again * 0.83).round()})


def subsequent_plans(value, people, rng) -> pd.DataFrame:
    """Child protection plans that began, and those of them that were a second or later one."""
    started = (value["plan_started_rate"] * people / 1e4).round()
    again = (started * value["subsequent_plan_percent"] / 100).round()
    return pd.DataFrame({"CPP_start": started, "CPP_subsequent": again}, index=people.index)


def plan_durations(value, people, rng) -> pd.DataFrame:
    """Child protection plans at 31 March by duration."""
    at = (value["plan_rate"] * people / 1e4).round()
    bands = rng.multinomial(at.astype(int), BAND_SHARES)
    return pd.DataFrame({"CPP_At31": at, **dict(zip(BANDS, bands.T, strict=True))}, index=people.index)


def workforce(value, people, rng) -> pd.DataFrame:
    """Social workers in post, starting, leaving, agency, vacancies, cases and days lost to sickness."""
    fte = (people / 1e4 * rng.normal(30, 3, len(people))).clip(lower=15).round(1)
    leavers = (fte * value["turnover_percent"] / 100).round(1)
    agency = (fte * value["agency_percent"] / (100 - value["agency_percent"])).round(1)
    vacancy = (fte * value["vacancy_percent"] / (100 - value["vacancy_percent"])).round(1)
    starters, holders = (fte * rng.uniform(0.12, 0.2, len(fte))).round(1), (fte * 0.6).round(1)
    cover = np.minimum((agency * 0.75).round(1), vacancy)
    cases = (holders * value["caseload"]).round()
    table = {"inpost_fte": fte, "starters_fte": starters, "leavers_fte": leavers, "agency_fte": agency,
             "agency_cover_fte": cover, "vacancy_fte": vacancy, "case_holders_fte": holders, "cases": cases,
             "working_days_lost_fte": (fte * WORKING_DAYS * value["absence_percent"] / 100).round(1)}
    heads = {name.replace("fte", "headcount"): (table[name] * 1.05).round()
             for name in ("inpost_fte", "starters_fte", "leavers_fte", "agency_fte")}
    return pd.DataFrame({**table, **heads})


def tool(value, people, rng) -> pd.DataFrame:
    """The interactive tool's measures, one column each."""
    after = (value["looked_after_rate"] * people / 1e4).round()
    begun = (value["started_rate"] * people / 1e4).round()
    ended = (value["ceased_rate"] * people / 1e4).round()

    def rate(mean, spread):
        return pd.Series(rng.normal(mean, spread, len(people)).clip(min=1), index=people.index)

    return pd.DataFrame({
        "LAC": (1e4 * after / people).round(), "CPP_rate": value["plan_rate"].round(1),
        "Section_47": value["section_47_rate"].round(1), "CPP_Abuse_Rate": value["plan_started_rate"].round(1),
        "ISCP_Conf": value["conference_rate"].round(1),
        "CareApplications": rate(11, 3).round(1), "Continue_Assess_Comp": rate(83, 6).clip(upper=100).round(1),
        "LACnum": after, "LACceased": ended, "LACnum_Start": begun, "LAC_Start_Rate": (1e4 * begun / people).round(),
        "LAC_Cease_Rate": (1e4 * ended / people).round()})
