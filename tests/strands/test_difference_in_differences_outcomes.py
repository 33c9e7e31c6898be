"""Every outcome rule on children made by hand; expected values follow from the rule named in each test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.strands.difference_in_differences.calendar import elevated_risk, financial_year, working_days
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, all_of
from analysis.strands.difference_in_differences.outcomes import UNITS, without_outliers
from analysis.strands.difference_in_differences.rules import rules_of
from tests.strands.did_records import records

RULES = {choice: rules_of(load_design(), all_of(choice)) for choice in (PUBLISHED, CORRECTED)}


def units(outcome, choice, **rows) -> pd.DataFrame:
    """The units of an outcome, index child."""
    made = records(**rows)
    frame = UNITS[outcome](made, clean(made, RULES[choice]), RULES[choice]).frame
    return frame.set_index("child")


def outcome(name, choice, **rows) -> dict:
    """Outcome by child, of the units."""
    return {child: y for child, y in units(name, choice, **rows)["y"].items() if child != 999}


def series(*dates) -> pd.Series:
    return pd.Series(pd.to_datetime(list(dates)))


# ---- calendar ----

@pytest.mark.parametrize("start, end, expected", [
    ("2012-05-01", "2012-05-01", 0),    # Tuesday to itself: 1 weekday - 1
    ("2012-05-01", "2012-05-04", 3),    # Tuesday to Friday: 4 - 1
    ("2012-05-04", "2012-05-08", 1),    # Friday to Tuesday over the bank holiday Monday: Friday, Tuesday = 2 - 1
    ("2012-05-03", "2012-05-05", 2),    # ends on a Saturday: Thursday, Friday = 2 - 1 + 1
    ("2012-05-04", "2012-05-07", 1),    # ends on the bank holiday: Friday = 1 - 1 + 1
])
def test_working_days_by_hand(start, end, expected):
    assert working_days(series(start), series(end), series("2012-05-07")).tolist() == [expected]


def test_working_days_are_missing_when_the_end_lies_before_the_start():
    assert np.isnan(working_days(series("2012-05-02"), series("2012-05-01"), series("2012-05-07"))[0])


def test_financial_year_begins_in_april():
    assert financial_year(series("2012-03-31", "2012-04-01", "2013-01-05")).tolist() == [2011, 2012, 2012]


def test_elevated_risk_after_a_bank_holiday_and_before_school_holidays():
    settings = load_design().section("difference_in_differences")["covariates"]["elevated_risk"]
    # 7 May 2012 is a bank holiday; the summer holiday begins on 22 July: 17 to 21 July are the five days before.
    dates = series("2012-05-08", "2012-05-09", "2012-07-17", "2012-07-21", "2012-07-22", "2012-07-16")
    assert elevated_risk(dates, series("2012-05-07"), settings).tolist() == [1, 0, 1, 1, 0, 0]


# ---- referrals and people ----

def test_a_referral_repeated_by_census_year_and_plan_is_one_with_facts_of_the_earliest_year():
    made = records(cin=[{"CIN_ACADYR": "2013/2014", "CIN_PrimaryNeedCode": "N5"},
                        {"CIN_ACADYR": "2012/2013", "CIN_PrimaryNeedCode": "N2"},
                        {"CIN_ACADYR": "2012/2013", "CIN_CPPstartDate": "2012-06-01"}])
    referrals = clean(made, RULES[CORRECTED]).referrals
    assert len(referrals) == 1
    assert referrals["primary_need"].tolist() == ["N2"] and referrals["census_year"].tolist() == [2012]


def test_conflicting_facts_are_missing_and_disability_is_the_highest():
    made = records(cin=[{"CIN_DOB": "2005-06-01", "CIN_Gender": "1", "CIN_Ethnicity": "WBRI", "CIN_Disability": 0},
                        {"CIN_DOB": "2005-06-02", "CIN_Gender": "2", "CIN_Ethnicity": "WBRI", "CIN_Disability": 1}])
    person = clean(made, RULES[CORRECTED]).people.loc[1]
    assert pd.isna(person["birth"]) and person["gender"] == "Missing" and person["ethnicity"] == "White"
    assert person["disabled"] == 1


def test_referrals_at_eighteen_or_long_before_birth_are_out():
    made = records(cin=[{"child": 1, "CIN_DOB": "1994-01-01"}, {"child": 2, "CIN_DOB": "2012-12-01"},
                        {"child": 3, "CIN_DOB": "2014-05-01"}])
    # 1 May 2012: child 1 is 18, child 2 unborn by seven months (age -1), child 3 by two years.
    assert clean(made, RULES[CORRECTED]).referrals["child"].tolist() == [2]


@pytest.mark.parametrize("choice, expected", [(PUBLISHED, [np.nan]), (CORRECTED, [0.0])])
def test_not_eligible_alone_is_missing_only_in_the_published_definition(choice, expected):
    made = records(cin=[{"FSMeligible": 0}])
    np.testing.assert_equal(clean(made, RULES[choice]).low_income["low_income"].tolist(), expected)


def test_low_income_is_carried_forward():
    made = records(cin=[{"CIN_ACADYR": "2012/2013", "EYPPE": "Y"}, {"CIN_ACADYR": "2013/2014", "EYPPE": "N"},
                        {"CIN_ACADYR": "2014/2015"}])
    assert clean(made, RULES[CORRECTED]).low_income["low_income"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("row, expected", [
    ({"CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-06-01"}, 0),
    ({"CIN_ReasonForClosure": "RC7", "CIN_CINClosureDate": "2012-06-01"}, 1),
    ({"CIN_ReasonForClosure": "RC7", "CIN_CINClosureDate": "2012-06-01", "CIN_ReferralNFA": 1}, 0),
    ({"CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-06-01", "CIN_AnyPoint": 1}, 1),
    ({"CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-06-01", "CIN_CPPstartDate": "2012-05-20"}, 1),
    ({"CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-06-01", "CIN_CPPstartDate": "2012-06-02"}, 0),
    # Without a closure date nothing falls between referral and closure, whatever comes later.
    ({"CIN_ReferralNFA": 1, "CIN_CPPstartDate": "2012-05-20"}, 0),
    ({"CIN_ReferralNFA": 1, "CIN_DateOfInitialCPC": "2014-05-20"}, 0),
    ({}, np.nan),
])
def test_judged_a_child_in_need(row, expected):
    np.testing.assert_equal(clean(records(cin=[row]), RULES[CORRECTED]).referrals["in_need"].tolist(), [expected])


@pytest.mark.parametrize("choice, expected", [(PUBLISHED, np.nan), (CORRECTED, 0.0)])
def test_closure_to_early_help_is_unknown_as_published_and_no_action_when_corrected(choice, expected):
    made = records(cin=[{"CIN_ReasonForClosure": "RC9", "CIN_CINClosureDate": "2012-06-01"}])
    np.testing.assert_equal(clean(made, RULES[choice]).referrals["in_need"].tolist(), [expected])


# ---- duration ----

def test_duration_counts_working_days_and_needs_follow_up():
    rows = [{"child": 1, "start": "2012-05-01", "end": "2012-05-08"},    # Tue to Tue over a bank holiday: 5 - 1 = 4
            {"child": 2, "start": "2019-02-10", "end": "2019-02-12"},    # + 53 days = 4 April 2019: too late
            {"child": 3, "start": "2019-02-01", "end": None}]
    assert outcome("duration", PUBLISHED, assessments=rows) == {1: 4}


def test_duration_end_of_data_is_53_days_published_and_65_corrected():
    rows = [{"start": "2019-01-30", "end": "2019-01-31"}]    # + 53 = 24 March, + 65 = 5 April 2019; limit 29 March
    assert outcome("duration", PUBLISHED, assessments=rows) == {1: 1}
    assert outcome("duration", CORRECTED, assessments=rows) == {}


def test_of_two_ends_of_one_assessment_the_later_is_kept_when_corrected():
    # Tuesday 1 May 2012 to Friday 4 May: 4 weekdays - 1 = 3; to Wednesday 2 May: 1. In either order of the rows.
    ends = [{"start": "2012-05-01", "end": "2012-05-02"}, {"start": "2012-05-01", "end": "2012-05-04"}]
    for rows in (ends, ends[::-1]):
        assert units("duration", CORRECTED, assessments=rows)["y"].tolist() == [3]


def test_a_duration_above_365_working_days_is_missing_when_corrected():
    rows = [{"start": "2012-05-01", "end": "2014-05-01"}]    # two years: about 520 working days
    assert outcome("duration", PUBLISHED, assessments=rows)[1] > 365
    assert outcome("duration", CORRECTED, assessments=rows) == {}


def test_published_outlier_rule_cuts_above_the_upper_fence():
    ends = [f"2012-06-{day:02d}" for day in (12, 13, 14, 15)] + ["2013-06-12"]
    made = records(assessments=[{"child": k, "start": "2012-06-11", "end": end} for k, end in enumerate(ends)])
    found = UNITS["duration"](made, clean(made, RULES[PUBLISHED]), RULES[PUBLISHED])
    # Durations 1, 2, 3, 4 and 262: Q1 = 2, Q3 = 4, fence 4 + 1.5 x 2 = 7.
    assert without_outliers(found, RULES[PUBLISHED]).frame["y"].tolist() == [1, 2, 3, 4]


# ---- conference ----

def conference(days_after, **more):
    when = pd.Timestamp("2012-05-01") + pd.Timedelta(days_after, "D")
    return {"CIN_AnyPoint": 1, "CIN_DateOfInitialCPC": str(when.date()), **more}


@pytest.mark.parametrize("days_after, published, corrected", [
    (0, 0, 1),      # same-day conferences count when corrected
    (1, 1, 1),
    (89, 1, 1),
    (90, 0, 1),     # strictly within 90 days; corrected: up to day 91
    (91, 0, 1),
    (92, 0, 0),
])
def test_conference_window(days_after, published, corrected):
    rows = [conference(days_after)]
    assert outcome("conference", PUBLISHED, cin=rows) == {1: published}
    assert outcome("conference", CORRECTED, cin=rows) == {1: corrected}


def test_conference_found_in_the_section_47_file():
    rows = {"cin": [{"CIN_AnyPoint": 1}], "section47": [{"DateOfInitialCPC": "2012-05-20"}]}
    assert outcome("conference", CORRECTED, **rows) == {1: 1}


def test_published_looks_at_the_first_three_conferences_only():
    early = ["2009-05-01", "2010-05-01", "2011-05-01"]
    rows = {"cin": [conference(10)], "section47": [{"DateOfInitialCPC": day} for day in early]}
    assert outcome("conference", PUBLISHED, **rows) == {1: 0}
    assert outcome("conference", CORRECTED, **rows) == {1: 1}


def test_conference_needs_91_days_of_follow_up_when_corrected():
    # 30 December 2018 + 91 days = 31 March 2019: on the last day, kept; a day later: not.
    rows = [{"child": 1, "CIN_AnyPoint": 1, "CIN_ReferralDate": "2018-12-30", "CIN_ACADYR": "2018/2019"},
            {"child": 2, "CIN_AnyPoint": 1, "CIN_ReferralDate": "2018-12-31", "CIN_ACADYR": "2018/2019"}]
    assert outcome("conference", PUBLISHED, cin=rows) == {1: 0, 2: 0}
    assert outcome("conference", CORRECTED, cin=rows) == {1: 0}


def test_conference_is_for_children_in_need():
    rows = [{"CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-06-01"}]
    assert outcome("conference", CORRECTED, cin=rows) == {}


# ---- re-referral and escalation ----

CLOSED = {"CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-05-10"}


def referred_again(days_after_closure, **more):
    when = pd.Timestamp("2012-05-10") + pd.Timedelta(days_after_closure, "D")
    return {"CIN_ReferralDate": str(when.date()), "CIN_AnyPoint": 1, **more}


@pytest.mark.parametrize("days_after, expected", [(0, 0), (1, 1), (183, 1), (184, 0)])
def test_rereferral_window_is_open_on_the_left_and_closed_on_the_right(days_after, expected):
    rows = [CLOSED, referred_again(days_after)]
    found = units("rereferral", CORRECTED, cin=rows)
    assert found[found["date"] == "2012-05-01"]["y"].tolist() == [expected]


def test_rereferral_units_are_closed_without_action_and_early_help_only_when_corrected():
    rows = [{"child": 1, "CIN_ReferralNFA": 1}, {"child": 2, **CLOSED},
            {"child": 3, **CLOSED, "CIN_ReasonForClosure": "RC9"},
            {"child": 4, **CLOSED, "CIN_ReasonForClosure": "RC7"}, {"child": 5}]
    assert outcome("rereferral", PUBLISHED, cin=rows) == {1: 0, 2: 0}
    assert outcome("rereferral", CORRECTED, cin=rows) == {1: 0, 2: 0, 3: 0}


def test_no_further_action_without_closure_counts_from_the_referral():
    found = units("rereferral", CORRECTED, cin=[{"CIN_ReferralNFA": 1}])
    assert found["closed"].tolist() == [pd.Timestamp("2012-05-01")]


@pytest.mark.parametrize("days_after, published, corrected", [(0, 1, 1), (180, 1, 1), (181, 0, 1), (183, 0, 1),
                                                              (184, 0, 0)])
def test_escalation_within_180_days_published_and_183_corrected(days_after, published, corrected):
    plan = pd.Timestamp("2012-06-10") + pd.Timedelta(days_after, "D")     # re-referral 31 days after the closure
    rows = [CLOSED, referred_again(31, CIN_CPPstartDate=str(plan.date()))]
    for choice, expected in ((PUBLISHED, published), (CORRECTED, corrected)):
        assert outcome("escalation", choice, cin=rows) == {1: expected}


def test_escalation_counts_care_as_well_as_plans():
    rows = {"cin": [CLOSED, referred_again(31)], "episodes": [{"poc_start": "2012-07-01"}]}
    assert outcome("escalation", CORRECTED, **rows) == {1: 1}


def test_escalation_without_rereferral_is_none():
    rows = [{**CLOSED, "CIN_CPPstartDate": "2012-08-01"}]
    assert outcome("escalation", CORRECTED, cin=rows) == {1: 0}


def test_published_takes_the_last_rereferral_and_drops_plans_begun_before_it():
    # Re-referrals 31 and 100 days after the closure, a plan between them (day 50): corrected, the first one escalates;
    # published, the plan began before the last one and the child is dropped.
    plan = str((pd.Timestamp("2012-05-10") + pd.Timedelta(50, "D")).date())
    rows = [CLOSED, referred_again(31, CIN_CPPstartDate=plan), referred_again(100)]
    assert outcome("escalation", CORRECTED, cin=rows) == {1: 1}
    assert outcome("escalation", PUBLISHED, cin=rows) == {}


def test_corrected_keeps_a_child_with_an_earlier_plan_as_not_escalated():
    rows = [{**CLOSED, "CIN_CPPstartDate": "2010-01-01"}, referred_again(31)]
    assert outcome("escalation", CORRECTED, cin=rows) == {1: 0}
    assert outcome("escalation", PUBLISHED, cin=rows) == {}


# ---- kinship care ----

@pytest.mark.parametrize("row, published, corrected", [
    ({"placement": "U1"}, 1, 1), ({"placement": "Q1"}, 1, 1), ({"placement": "F4"}, 1, 1),
    ({"placement": "P1"}, 1, 0),                                            # with own parents
    ({"placement": "U4"}, 0, 0),                                            # other foster carer
    ({"reason_episode_ceased": "E45", "date_episode_ceased": "2012-12-01"}, 1, 1),
    ({"reason_episode_ceased": "E4A", "date_episode_ceased": "2012-12-01"}, 1, 0),   # returned home
    ({"reason_episode_ceased": "E13", "date_episode_ceased": "2012-12-01"}, 1, 0),
    ({"reason_episode_ceased": "E41", "date_episode_ceased": "2012-12-01"}, 0, 0),   # only in the wider variant
    ({"reason_episode_ceased": "E45", "date_episode_ceased": "2013-05-01"}, 1, 1),   # day 365: within a year
    ({"reason_episode_ceased": "E45", "date_episode_ceased": "2013-05-03"}, 0, 0),   # day 367: after it
    ({"placement": "U1", "date_episode_started": "2013-06-01"}, 0, 0),
])
def test_kinship_codes_and_window(row, published, corrected):
    assert outcome("kinship", PUBLISHED, episodes=[row]) == {1: published}
    assert outcome("kinship", CORRECTED, episodes=[row]) == {1: corrected}


def test_periods_of_care_begin_in_the_years_studied():
    rows = [{"child": 1, "poc_start": "2008-03-31"}, {"child": 2, "poc_start": "2008-04-01"}]
    for choice in (PUBLISHED, CORRECTED):
        assert outcome("kinship", choice, episodes=rows) == {2: 0}


def test_kinship_is_about_periods_of_care_under_a_care_order():
    rows = [{"child": 1, "legal_status": "V2"}, {"child": 2, "legal_status": "V2"},
            {"child": 2, "legal_status": "C2", "date_episode_started": "2012-06-01", "placement": "U3"}]
    assert outcome("kinship", CORRECTED, episodes=rows) == {2: 1}
