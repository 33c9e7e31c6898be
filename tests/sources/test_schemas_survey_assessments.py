"""Bad files of the survey and of the assessments: one clear error each. Instruments that cannot be are refused."""

import pandas as pd
import pytest
import yaml

from analysis.errors import DataError, MissingData
from analysis.sources.loading import read_folder
from analysis.sources.rating_scale import FILE as RATING_FILE
from analysis.sources.rating_scale import rating_scale
from analysis.sources.survey_instrument import FILE as SURVEY_FILE
from analysis.sources.survey_instrument import questionnaire
from analysis.standins import generate_into, write_csv

SURVEY = "staff_survey_wave1.csv"


@pytest.fixture
def folder(tmp_path, design):
    generate_into(tmp_path, design, ["staff_survey", "assessment_ratings"])
    return tmp_path


def changed(folder, name, change):
    """The file with its text frame changed."""
    frame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
    write_csv(change(frame), folder / name)


def with_value(column, value, row=3):
    def change(frame):
        frame.loc[row, column] = value
        return frame
    return change


def test_stand_ins_are_read_whole(folder):
    names = ("staff_survey", "survey_population", "assessment_frame", "assessment_cases", "assessment_ratings")
    found = read_folder(names, folder)
    assert {d.status for d in found.values()} == {"synthetic"}
    assert set(found["staff_survey"].frame["wave"]) == {"1", "2"}
    assert found["staff_survey"].frame["returned"].dtype == "datetime64[ns]"


@pytest.mark.parametrize("dataset, file, change, says", [
    ("staff_survey", SURVEY, lambda f: f.drop(columns="wellbeing_3"), "wellbeing_3: the column is missing"),
    ("staff_survey", SURVEY, with_value("wellbeing_1", "6"), "row 5, column wellbeing_1.*'6'.*Strongly disagree"),
    ("staff_survey", SURVEY, with_value("wellbeing_1", "strongly agree"), "row 5, column wellbeing_1"),
    ("staff_survey", SURVEY, with_value("site", "H"), "row 5, column site"),
    ("staff_survey", SURVEY, with_value("returned", "05/03/2018"), "column returned.*YYYY-MM-DD"),
    ("staff_survey", SURVEY, lambda f: pd.concat([f, f.iloc[[0]]]), "the key stands twice"),
    ("staff_survey", SURVEY, lambda f: f.assign(wave="2"), "a row of another wave"),
    ("staff_survey", SURVEY, lambda f: f.assign(sofs_used="No"), "a question that was not asked"),
    ("staff_survey", SURVEY, lambda f: f.assign(extra="x"), "the column is not known"),
    ("survey_population", "survey_population.csv", with_value("invited", "-4"), "column invited.*'-4'"),
    ("survey_population", "survey_population.csv", with_value("invited", "12.5"), "a whole number"),
    ("survey_population", "survey_population.csv", lambda f: pd.concat([f, f.iloc[[7]]]), "the key stands twice"),
    ("survey_themes", "staff_survey_themes.csv", with_value("theme_workload", "yes"), "column theme_workload.*'yes'"),
    ("survey_themes", "staff_survey_themes.csv", lambda f: f.assign(comment="Too much to do"), "is not known"),
    ("survey_themes", "staff_survey_themes.csv", lambda f: f[~((f["coder"] == "1") & f["respondent_id"].isin(
        f.loc[f["coder"] == "2", "respondent_id"]))], "the first coder has not coded"),
    ("assessment_ratings", "assessment_ratings.csv", with_value("parenting", "5"), "column parenting.*3 Sound, 4 Full"),
    ("assessment_ratings", "assessment_ratings.csv", lambda f: pd.concat([f, f.iloc[[0]]]), "the key stands twice"),
    ("assessment_ratings", "assessment_ratings.csv", lambda f: f.assign(rater="R1"), "a rater rated a case twice"),
    ("assessment_ratings", "assessment_ratings.csv", lambda f: f[f["rating"] == "second"], "without a first"),
    ("assessment_cases", "assessment_cases.csv", with_value("completed", "2017-01-02"), "ends before it starts"),
    ("assessment_cases", "assessment_cases.csv", with_value("decision", "Other"), "column decision.*No further action"),
    ("assessment_frame", "assessment_frame.csv", with_value("usable", "99"), "more cases than there can be"),
])
def test_bad_files_are_refused(folder, dataset, file, change, says):
    changed(folder, file, change)
    with pytest.raises(DataError, match=says) as caught:
        read_folder([dataset], folder)
    assert file in str(caught.value)


def test_an_empty_file_is_refused(folder):
    (folder / SURVEY).write_text("")
    with pytest.raises(DataError, match="empty"):
        read_folder(["staff_survey"], folder)


def test_a_half_copied_file_is_refused(folder):
    text = (folder / SURVEY).read_text()
    (folder / SURVEY).write_text(text[: len(text) // 2])
    with pytest.raises(DataError, match=SURVEY):
        read_folder(["staff_survey"], folder)


def test_a_missing_wave_is_named(folder):
    (folder / "staff_survey_wave2.csv").unlink()
    with pytest.raises(MissingData, match="wave2"):
        read_folder(["staff_survey"], folder)


def test_the_questionnaire_is_whole():
    form = questionnaire()
    assert len({item.name for item in form.items}) == len(form.items) >= 20
    assert all(len(form.of_scale(scale.name)) >= 3 for scale in form.scales)
    assert any(item.reverse for item in form.items) and any(item.asked_if for item in form.items)


@pytest.mark.parametrize("change, says", [
    (lambda items: items.append(dict(items[0])), "twice"),
    (lambda items: items[0].update(set="colours"), "response set"),
    (lambda items: items[0].update(scale="joy"), "scale is not known"),
    (lambda items: items[0].update(asked_if={"sofs_used": "Yes"}), "no earlier answer"),
])
def test_a_questionnaire_that_cannot_be_is_refused(tmp_path, change, says):
    content = yaml.safe_load(SURVEY_FILE.read_text(encoding="utf-8"))
    change(content["items"])
    (tmp_path / "staff_survey.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError, match=says):
        questionnaire(tmp_path / "staff_survey.yml")


def test_every_point_of_the_rating_scale_has_an_anchor(tmp_path):
    scale = rating_scale()
    assert len(scale.domains) == 6 and all(set(d.anchors) == set(scale.levels) for d in scale.domains)
    content = yaml.safe_load(RATING_FILE.read_text(encoding="utf-8"))
    del content["domains"][2]["anchors"][3]
    (tmp_path / "scale.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError, match="family_context"):
        rating_scale(tmp_path / "scale.yml")
