"""Hand-made records for the tests of the difference-in-differences: one child a rule."""

from __future__ import annotations

import pandas as pd

from analysis.strands.difference_in_differences.records import Records

CIN = {"child": 1, "la": 101, "CIN_ACADYR": "2012/2013", "CIN_DOB": "2005-06-01", "CIN_Gender": "1",
       "CIN_Ethnicity": "WBRI", "CIN_Disability": 0, "CIN_AsylumSeeking": 0, "CIN_ReferralDate": "2012-05-01",
       "CIN_ReferralNFA": 0, "CIN_CINClosureDate": None, "CIN_ReasonForClosure": None, "CIN_PrimaryNeedCode": "N1",
       "CIN_NumberOfPreviousCPP": None, "CIN_CPPstartDate": None, "CIN_DateOfInitialCPC": None,
       "CIN_CINAt31March": 0, "CIN_AnyPoint": 0, "CIN_Started": 0, "FSMeligible": None, "EVERFSM_6": None,
       "EVERFSM_6_P": None, "EVERFSM_ALL": None, "EYPPE": None, "EYPPR": None, "EYPPeligible": None}
EPISODE = {"child": 1, "la": 101, "date_episode_started": "2012-05-01", "date_episode_ceased": None,
           "legal_status": "C1", "placement": "U6", "reason_episode_ceased": None, "poc_start": "2012-05-01",
           "SEX": "1", "ethnic_or": "WBRI", "dob_Year": 2005, "dob_Month": 6, "uasc_status": 0}
DATES = ("CIN_DOB", "CIN_ReferralDate", "CIN_CINClosureDate", "CIN_CPPstartDate", "CIN_DateOfInitialCPC",
         "date_episode_started", "date_episode_ceased", "poc_start", "start", "end", "DateOfInitialCPC")


def frame(rows, defaults) -> pd.DataFrame:
    """Rows of a dataset with the defaults filled in and dates typed."""
    table = pd.DataFrame([{**defaults, **row} for row in rows], columns=list(defaults))
    table = table.astype({name: "int64" for name in ("child", "la") if name in table})
    for name in DATES:
        if name in table:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[ns]")
    return table


def records(cin=(), episodes=(), assessments=(), section47=(), bank_holidays=("2012-05-07",), groups=(),
            embedding=()) -> Records:
    """Records of these rows; the other datasets are empty."""
    return Records(
        cin=frame(cin or [{"child": 999}], CIN), episodes=frame(episodes, EPISODE),
        assessments=frame(assessments, {"child": 1, "la": 101, "start": None, "end": None}),
        section47=frame(section47, {"child": 1, "DateOfInitialCPC": None}),
        disabilities=pd.DataFrame({"child": pd.Series(dtype="int64"), "disabled": pd.Series(dtype=float)}),
        la_years=pd.DataFrame(), groups=pd.DataFrame(groups), embedding=pd.DataFrame(embedding),
        bank_holidays=pd.Series(pd.to_datetime(list(bank_holidays))))
