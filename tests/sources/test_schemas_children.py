"""Schemas of the children's records: bad files are refused by file, row, column and value; allowed dirt is not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import DataError, MissingData
from analysis.sources.loading import read_folder
from analysis.sources.schemas import schema_of
from analysis.sources.schemas.children import without_school_census_suffix

CENSUS = "cin_census_2012.csv"
CENSUS_ROW = {
    "CIN_LAchildID_Anon": "C1", "CIN_PupilMatchingRefAnonymous": "", "CIN_LA": "101", "CIN_ACADYR": "2012/2013",
    "CIN_DOB": "2004-05-06", "CIN_Gender": "1", "CIN_Ethnicity": "WBRI", "CIN_Disability": "0",
    "CIN_AsylumSeeking": "0",
    "CIN_ReferralDate": "2012-06-01", "CIN_ReferralNFA": "0", "CIN_CINClosureDate": "2012-12-01",
    "CIN_ReasonForClosure": "RC7", "CIN_PrimaryNeedCode": "N1", "CIN_LatestCategoryOfAbuse": "",
    "CIN_CPPstartDate": "", "CIN_CPPendDate": "", "CIN_NumberOfPreviousCPP": "0", "CIN_DateOfInitialCPC": "",
    "CIN_CINAt31March": "0", "CIN_AnyPoint": "1", "CIN_Started": "1", "CIN_Ended": "1", "FSMeligible_SPR12": "1",
    "EVERFSM_6_SPR12": "1"}
EPISODE_ROW = {
    "CHILD_LA_CODE_ANON": "C1", "LA": "101", "date_episode_started": "2015-02-01", "date_episode_ceased": "2015-05-01",
    "legal_status": "C1", "placement": "U1", "reason_episode_ceased": "X1", "cin": "N1", "poc_start": "2015-02-01",
    "poc_length": "200", "SEX": "1", "ethnic_or": "WBRI", "dob_Year": "2010", "dob_Month": "3", "uasc_status": "0"}
EMBEDDING_ROW = {"pilot": "Pilot A", "pilot_la": "101", "embedding_start": "2014-11-03", "embedding_end": "2015-12-31"}
EMBEDDING_HEADER = "pilot,pilot_la,embedding_start,embedding_end\n"
GROUP_ROW = {"outcome": "kinship", "group": "1", "pilot": "Pilot A", "pilot_la": "101", "comparator_1": "Comparator A1",
             "comparator_1_la": "111", "comparator_2": "", "comparator_2_la": ""}
LA_YEAR_ROW = {"la": "101", "authority": "Pilot A", "year": "2012", "assessments": "4000", "ofsted_rating": "",
               "population_density": "800", "fsm_primary": "18.2", "fsm_secondary": "14.1", "innovation_project": "0",
               "white_british": "71.5", "reviews_on_time": "93"}
ASSESSMENT_ROW = {"ref": "", "year": "2014/2015", "la": "101", "child": "C1", "begun": "2014-06-02",
                  "ended": "2014-07-01"}


def write(folder: Path, name: str, *rows: dict) -> Path:
    path = folder / name
    pd.DataFrame(list(rows)).to_csv(path, index=False, lineterminator="\n")
    return path


def read_one(schema: str, path: Path) -> pd.DataFrame:
    from analysis.sources.reading import read_text_table

    return schema_of(schema).validate(read_text_table(path), path.name)


CASES = [
    # schema, file, row to spoil, changes, column, value as named
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_ReferralDate": "01/06/2012"}, "CIN_ReferralDate", "01/06/2012"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_DOB": "2004-13-06"}, "CIN_DOB", "2004-13-06"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_ReferralDate": ""}, "CIN_ReferralDate", ""),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_ReasonForClosure": "RC12"}, "CIN_ReasonForClosure", "RC12"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_Ethnicity": "WBRX"}, "CIN_Ethnicity", "WBRX"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_Gender": "3"}, "CIN_Gender", "3"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_PrimaryNeedCode": "N10"}, "CIN_PrimaryNeedCode", "N10"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_ReferralNFA": "2"}, "CIN_ReferralNFA", "2"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_NumberOfPreviousCPP": "-1"}, "CIN_NumberOfPreviousCPP", "-1"),
    ("cin_census", CENSUS, CENSUS_ROW, {"FSMeligible_SPR12": "Y"}, "FSMeligible", "Y"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_LA": "E0600"}, "CIN_LA", "E0600"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_ACADYR": "2011/2012"}, "CIN_ACADYR", "2011/2012"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_ReferralDate": "2013-04-01"}, "CIN_ReferralDate", "2013-04-01"),
    ("cin_census", CENSUS, CENSUS_ROW, {"CIN_LA": ""}, "CIN_LA", None),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, {"placement": "U9"}, "placement", "U9"),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, {"legal_status": "c1"}, "legal_status", "c1"),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, {"reason_episode_ceased": "E49"}, "reason_episode_ceased", "E49"),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, {"date_episode_ceased": "2015-01-01"},
     "date_episode_ceased", "2015-01-01"),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, {"poc_start": "2015-03-01"}, "date_episode_started", "2015-02-01"),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, {"dob_Month": "13"}, "dob_Month", "13"),
    ("assessments", "assessments_2014_2018.csv", ASSESSMENT_ROW, {"year": "2013/2014"}, "CIN_ACADYR", "2013/2014"),
    ("assessments", "assessments_2014_2018.csv", ASSESSMENT_ROW, {"begun": "02/06/2014"}, "start", "02/06/2014"),
    ("section47", "s.csv", {"CIN_LAchildID_Anon": "C1", "CIN_LA": "101", "DateOfInitialCPC": "2012-06-01"},
     {"DateOfInitialCPC": "June 2012"}, "DateOfInitialCPC", "June 2012"),
    ("disabilities", "d.csv", {"CIN_LAchildID_Anon": "C1", "CIN_Disability": "NONE"}, {"CIN_Disability": "OTHER"},
     "CIN_Disability", "OTHER"),
    ("la_year_covariates", "l.csv", LA_YEAR_ROW, {"ofsted_rating": "5"}, "ofsted_rating", "5"),
    ("la_year_covariates", "l.csv", LA_YEAR_ROW, {"fsm_primary": "118"}, "fsm_primary", "118"),
    ("matched_groups", "g.csv", GROUP_ROW, {"outcome": "turnover"}, "outcome", "turnover"),
    ("embedding_dates", "b.csv", EMBEDDING_ROW, {"embedding_end": "2014-11-03"}, "embedding_end", "2014-11-03"),
    ("bank_holidays", "h.csv", {"date": "2012-12-25", "bank_holiday": "Christmas Day"}, {"date": "25/12/2012"}, "date",
     "25/12/2012"),
]


@pytest.mark.parametrize("schema, name, row, changes, column, value", CASES,
                         ids=[f"{case[0]}-{next(iter(case[3]))}-{next(iter(case[3].values()))}" for case in CASES])
def test_a_bad_value_is_refused_with_its_place(tmp_path, schema, name, row, changes, column, value):
    path = write(tmp_path, name, row, row | _another_key(row) | changes)       # the bad row is line 3
    with pytest.raises(DataError) as caught:
        read_one(schema, path)
    error = caught.value
    assert (error.file, error.row, error.column) == (name, 3, column)
    assert value is None or error.value == value
    assert error.expected
    assert name in str(error) and "row 3" in str(error) and column in str(error)


def _another_key(row: dict) -> dict:
    others = {"CHILD_LA_CODE_ANON": "C2", "year": "2014/2015" if "begun" in row else "2013", "group": "2",
              "pilot_la": "102", "date": "2012-12-26"}
    return {name: other for name, other in others.items() if name in row}


@pytest.mark.parametrize("schema, name, row, column", [
    ("cin_census", CENSUS, CENSUS_ROW, "CIN_ReferralDate"),
    ("cin_census", CENSUS, CENSUS_ROW, "CIN_DOB"),
    ("looked_after_episodes", "e.csv", EPISODE_ROW, "placement"),
    ("embedding_dates", "b.csv", EMBEDDING_ROW, "embedding_end")])
def test_a_missing_column_is_named(tmp_path, schema, name, row, column):
    path = write(tmp_path, name, {key: value for key, value in row.items() if key != column})
    with pytest.raises(DataError, match="missing") as caught:
        read_one(schema, path)
    assert (caught.value.file, caught.value.column) == (name, column)


def test_assessments_with_another_number_of_columns_are_refused(tmp_path):
    path = write(tmp_path, "assessments_2011.csv", ASSESSMENT_ROW | {"year": "2011/2012", "extra": "1"})
    with pytest.raises(DataError, match="7 columns"):
        read_one("assessments", path)


@pytest.mark.parametrize("schema, name, row", [
    ("looked_after_episodes", "e.csv", EPISODE_ROW), ("la_year_covariates", "l.csv", LA_YEAR_ROW),
    ("matched_groups", "g.csv", GROUP_ROW), ("embedding_dates", "b.csv", EMBEDDING_ROW),
    ("bank_holidays", "h.csv", {"date": "2012-12-25", "bank_holiday": "Christmas Day"})])
def test_a_key_that_stands_twice_is_refused(tmp_path, schema, name, row):
    with pytest.raises(DataError, match="twice") as caught:
        read_one(schema, write(tmp_path, name, row, row))
    assert caught.value.row == 3 and caught.value.file == name


def test_the_census_may_repeat_a_referral_and_even_a_row(tmp_path):
    with_plan = CENSUS_ROW | {"CIN_CPPstartDate": "2012-07-01"}
    frame = read_one("cin_census", write(tmp_path, "cin_census_2012.csv", CENSUS_ROW, CENSUS_ROW, with_plan))
    assert len(frame) == 3


def test_a_census_file_of_another_year_is_refused(tmp_path):
    path = write(tmp_path, "cin_census_2013.csv", CENSUS_ROW)
    with pytest.raises(DataError, match="another census year") as caught:
        read_one("cin_census", path)
    assert caught.value.value == "2012/2013" and "2013/2014" in caught.value.expected


def test_a_census_file_without_a_year_in_its_name_is_refused(tmp_path):
    with pytest.raises(DataError, match="no year"):
        read_one("cin_census", write(tmp_path, "cin_census_latest.csv", CENSUS_ROW))


def test_allowed_dirt_is_read(tmp_path):
    dirty = [{"CIN_Ethnicity": "wbri"}, {"CIN_Ethnicity": "WBRI "}, {"CIN_Ethnicity": "NA  "}, {"CIN_Ethnicity": ""},
             {"CIN_PrimaryNeedCode": "n4"}, {"CIN_PrimaryNeedCode": "UnmappedNeedCode"},
             {"CIN_ReasonForClosure": " rc8 "},
             {"CIN_ReasonForClosure": "UNKN"}, {"CIN_AsylumSeeking": "2"}, {"CIN_Disability": ""}, {"CIN_Gender": "9"},
             {"CIN_CINClosureDate": "2011-06-01"}]
    path = write(tmp_path, "cin_census_2012.csv", *(CENSUS_ROW | change for change in dirty))
    frame = read_one("cin_census", path).reset_index(drop=True)
    assert frame.loc[[0, 1], "CIN_Ethnicity"].tolist() == ["WBRI", "WBRI"]
    assert frame["CIN_Ethnicity"].isna().tolist().count(True) == 1
    assert frame.loc[4, "CIN_PrimaryNeedCode"] == "N4" and frame.loc[6, "CIN_ReasonForClosure"] == "RC8"
    assert pd.isna(frame.loc[8, "CIN_AsylumSeeking"])


def test_columns_that_differ_by_year_are_filled_with_missing(tmp_path):
    first = {key: value for key, value in CENSUS_ROW.items() if key not in (
        "CIN_LA", "CIN_AsylumSeeking", "CIN_NumberOfPreviousCPP", "CIN_Started", "CIN_Ended", "EVERFSM_6_SPR12")}
    row = first | {"CIN_LA_LGR": "101", "CIN_ACADYR": "2008/2009", "CIN_ReferralDate": "2008-05-01",
                   "HomeLA_SPR08": "101"}
    frame = read_one("cin_census", write(tmp_path, "cin_census_2008.csv", row))
    assert frame["CIN_LA"].isna().all() and frame["CIN_LA_LGR"].tolist() == [101]
    assert frame["EVERFSM_6"].isna().all() and frame["FSMeligible"].tolist() == [1]
    assert "HomeLA" not in frame.columns


@pytest.mark.parametrize("name, cut", [("FSMeligible_SPR08", "FSMeligible"), ("EVERFSM_6_SPR12", "EVERFSM_6"),
                                       ("EVERFSM_6_P_SPR18", "EVERFSM_6_P"), ("CIN_LA", "CIN_LA")])
def test_the_school_census_suffix_is_cut_off(name, cut):
    assert without_school_census_suffix(name) == cut


@pytest.mark.parametrize("content, message", [
    ("", "empty"), ("la,authority\n", "missing"),
    (EMBEDDING_HEADER, "no rows"),
    (EMBEDDING_HEADER + "Pilot A,101,2014-11-03,2015-12-31\nPilot B,102,2014-1", "half-copied"),
    (EMBEDDING_HEADER + "Pilot A,101,2014-11-03,2015-12-31\nPilot B,102\n", "half-copied")])
def test_empty_and_half_copied_files_are_refused(tmp_path, content, message):
    path = tmp_path / "embedding_dates.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        read_one("embedding_dates", path)
    assert caught.value.file == "embedding_dates.csv"


def test_a_missing_census_year_is_named(tmp_path):
    for year in range(2008, 2018):
        write(tmp_path, f"cin_census_{year}.csv", CENSUS_ROW | {
            "CIN_ACADYR": f"{year}/{year + 1}", "CIN_ReferralDate": f"{year}-06-01"})
    with pytest.raises(MissingData, match="2018"):
        read_folder(["cin_census"], tmp_path)
