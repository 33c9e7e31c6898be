"""Primary data as SPSS, Excel or CSV, with codes or labels: the same table from each, and one clear error a fault."""

import datetime
import shutil

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from analysis.errors import DataError, MissingData
from analysis.sources.catalogue import catalogue, entry
from analysis.sources.codings import INSTRUMENTS
from analysis.sources.hashing import sha256_of
from analysis.sources.loading import load, read_folder
from analysis.sources.locating import locate
from analysis.sources.schemas import schema_of
from analysis.standins import generate_into, write_csv
from tests.sources.exports import codings, export, text_of, typed, with_codes, write_sav, write_xlsx

DATASETS = [name for name, item in catalogue().items() if item.also]
FORMATS = ("sav", "xlsx labels", "xlsx codes", "csv labels", "csv codes")
AGREEMENT = "1 Strongly disagree, 2 Disagree, 3 Neither agree nor disagree, 4 Agree, 5 Strongly agree"
CODES = f"the labels or the codes of staff_survey.yml: {AGREEMENT}, 98 Prefer not to say, 99 Not applicable, " \
        "-8 Not asked, -9 Not answered"


@pytest.fixture(scope="module")
def made(tmp_path_factory, design):
    """The stand-ins as CSV with labels."""
    folder = tmp_path_factory.mktemp("made")
    generate_into(folder, design, ["staff_survey", "assessment_ratings", "contrast_study"])
    return folder


@pytest.fixture
def restricted(tmp_path, monkeypatch):
    """An empty restricted folder."""
    folder = tmp_path / "restricted"
    folder.mkdir()
    monkeypatch.setenv("RESTRICTED_DATA_DIR", str(folder))
    return folder


def frame_of(folder, dataset):
    """The table as read, without the column that names the file."""
    return read_folder([dataset], folder)[dataset].frame.drop(columns="source_file", errors="ignore")


def refusal(folder, dataset="staff_survey"):
    """The whole message with which the dataset is refused."""
    with pytest.raises(DataError) as caught:
        read_folder([dataset], folder)
    return str(caught.value)


def in_place(folder, name):
    """The dataset's other files, beside the one that is spoiled."""
    shutil.copy(name, folder)


@pytest.fixture
def wave1(made, tmp_path):
    """Wave 1 as text, and a folder with wave 2 in which it is to be written in another format."""
    in_place(tmp_path, made / "staff_survey_wave2.csv")
    return text_of(made / "staff_survey_wave1.csv"), tmp_path


# ---- the same table from each format ----

@pytest.mark.parametrize("how", FORMATS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_format_gives_the_same_table(dataset, how, made, tmp_path):
    for file in sorted(made.glob(entry(dataset).pattern)):
        export(file, tmp_path, dataset, how)
    pd.testing.assert_frame_equal(frame_of(tmp_path, dataset), frame_of(made, dataset))


def test_an_spss_file_written_by_hand_is_read_as_its_labels_say(made, tmp_path):
    """Each value against its meaning in the questionnaire, without the project's own tables of codes."""
    text = text_of(made / "staff_survey_wave1.csv").iloc[:7]
    frame = typed(with_codes(text, "staff_survey"), "staff_survey")
    frame["wellbeing_1"] = [1.0, 5.0, 3.0, 98.0, 99.0, -9.0, None]
    frame["role"] = [4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    frame["returned"] = [datetime.date(2018, 3, day) for day in range(1, 8)]
    pyreadstat.write_sav(frame, str(tmp_path / "staff_survey_wave1.sav"), missing_ranges={"wellbeing_1": [98, 99, -9]})
    in_place(tmp_path, made / "staff_survey_wave2.csv")
    read = frame_of(tmp_path, "staff_survey").iloc[:7]
    assert read["wellbeing_1"].iloc[:5].tolist() == ["Strongly disagree", "Strongly agree",
                                                     "Neither agree nor disagree", "Prefer not to say",
                                                     "Not applicable"]
    assert read["wellbeing_1"].iloc[5:].isna().all()      # "Not answered", and system-missing
    assert read["role"].iloc[0] == "Family support worker"
    assert read["returned"].iloc[6] == pd.Timestamp("2018-03-07")


def test_labels_of_ratings_become_their_points(made, tmp_path):
    text = text_of(made / "assessment_ratings.csv")
    text["parenting"], text["sofs_detail"] = "Sound", "Headings of the form alone"
    text.loc[0, "parenting"] = "Not rated"
    write_xlsx(typed(text, "assessment_ratings"), tmp_path / "assessment_ratings.xlsx")
    read = frame_of(tmp_path, "assessment_ratings")
    assert read["parenting"].isna().tolist()[:2] == [True, False]
    assert (read["parenting"].dropna() == 3).all() and (read["sofs_detail"] == 2).all()


def test_a_scale_with_labels_at_its_ends_alone_is_read(made, tmp_path):
    text = text_of(made / "contrast_practice.csv")
    text["empathy"] = ["Least skilled", "2", "3", "4", "Most skilled"] * (len(text) // 5) + ["3"] * (len(text) % 5)
    write_csv(text, tmp_path / "contrast_practice.csv")
    assert frame_of(tmp_path, "contrast_practice")["empathy"].tolist()[:5] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_instrument_and_the_schema_know_the_same_answers(dataset):
    for spec in schema_of(dataset).columns:
        coding = codings(dataset).get(spec.name)
        if coding and spec.kind == "code":
            known = set(coding.codes if coding.keep_codes else coding.labels.values())
            blank = {coding.labels[code] for code in coding.blank}
            assert known - blank == {*spec.allowed, *spec.also}, spec.name


def test_all_data_collected_in_the_three_strands_may_come_as_spss_or_excel():
    collected = {name for name, item in catalogue().items()
                 if item.strand in INSTRUMENTS and item.access == "primary collection"}
    assert set(DATASETS) == collected and len(collected) >= 9
    assert "Read as CSV, SPSS (.sav) and Excel (.xlsx), one of them" in entry("staff_survey").obtain


# ---- what a file may hold ----

def changed(text, column, value, row=3):
    """The text frame with one cell changed; row 3 is line 5, row 5 of a sheet, and case 4."""
    text = text.copy()
    text.loc[row, column] = value
    return text


def write(kind, text, folder, name="staff_survey_wave1", schema="staff_survey"):
    path = folder / f"{name}.{kind}"
    if kind == "sav":
        write_sav(text, path, schema)
    elif kind == "xlsx":
        write_xlsx(typed(text, schema), path)
    else:
        write_csv(text, path)


PLACES = {"sav": "file staff_survey_wave1.sav, case 4", "xlsx": "file staff_survey_wave1.xlsx, row 5",
          "csv": "file staff_survey_wave1.csv, row 5"}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_misspelt_label_is_named(kind, wave1):
    text, folder = wave1
    write(kind, changed(text, "wellbeing_1", "Strongly agreee"), folder)
    assert refusal(folder) == f"{PLACES[kind]}, column wellbeing_1: the value is neither a label nor a code; found " \
                              f"'Strongly agreee'; expected {CODES}"


@pytest.mark.parametrize("kind", ["sav", "xlsx", "csv"])
def test_a_code_out_of_range_is_named(kind, wave1):
    text, folder = wave1
    text = changed(with_codes(text, "staff_survey"), "wellbeing_1", "6")
    write(kind, text, folder)
    assert refusal(folder) == f"{PLACES[kind]}, column wellbeing_1: the value is neither a label nor a code; found " \
                              f"'6'; expected {CODES}"


def test_codes_between_two_whole_numbers_are_refused(wave1):
    text, folder = wave1
    write("sav", changed(with_codes(text, "staff_survey"), "wellbeing_1", "2.5"), folder)
    assert refusal(folder).startswith(f"{PLACES['sav']}, column wellbeing_1: the value is neither a label nor a code; "
                                      "found '2.5'")


def test_several_wrong_values_are_counted_and_the_first_row_named(wave1):
    text, folder = wave1
    text = changed(changed(text, "wellbeing_1", "agree", row=8), "sofs_used", "maybe", row=3)
    write("csv", text, folder)
    assert "row 5, column sofs_used: the value is neither a label nor a code (1 more like it); found 'maybe'" \
        in refusal(folder)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_codes_among_labels_are_refused(kind, wave1):
    text, folder = wave1
    text["wellbeing_1"] = "Agree"
    write(kind, changed(text, "wellbeing_1", "4"), folder)
    assert refusal(folder) == f"{PLACES[kind]}, column wellbeing_1: codes and labels are mixed in one column; found " \
                              "'4'; expected labels alone or codes alone; row 2 holds 'Agree'"


@pytest.mark.parametrize("kind", ["sav", "xlsx", "csv"])
def test_a_respondent_who_stands_twice_is_named(kind, wave1):
    text, folder = wave1
    write(kind, changed(text, "respondent_id", text.loc[1, "respondent_id"]), folder)
    assert refusal(folder) == f"{PLACES[kind]}, column respondent_id: the key stands twice; found " \
                              f"'{text.loc[1, 'respondent_id']}'; expected every key once"


@pytest.mark.parametrize("kind, place", [("sav", "file staff_survey_wave1.sav"),
                                         ("xlsx", "file staff_survey_wave1.xlsx, row 1"),
                                         ("csv", "file staff_survey_wave1.csv, row 1")])
def test_a_missing_column_and_one_spelt_otherwise_are_named(kind, place, wave1):
    text, folder = wave1
    names = ", ".join(text.columns)
    write(kind, text.drop(columns="wellbeing_3"), folder)
    assert refusal(folder) == f"{place}, column wellbeing_3: the column is missing; expected the columns {names}"
    write(kind, text.rename(columns={"wellbeing_3": "Wellbeing_3"}), folder)
    assert refusal(folder) == f"{place}, column wellbeing_3: the column's name is spelt otherwise; found " \
                              "'Wellbeing_3'; expected 'wellbeing_3'"


@pytest.mark.parametrize("kind", ["sav", "xlsx", "csv"])
def test_a_missing_wave_is_named(kind, wave1):
    text, folder = wave1
    (folder / "staff_survey_wave2.csv").unlink()
    write(kind, text, folder)
    with pytest.raises(MissingData) as caught:
        read_folder(["staff_survey"], folder)
    assert str(caught.value) == "file staff_survey_wave*.csv or .sav or .xlsx: dataset staff_survey lacks its part " \
                                f"wave2; there are staff_survey_wave1.{kind}; expected one file for each of wave1, " \
                                "wave2"


def test_a_wave_under_the_name_of_the_other_is_refused(made, tmp_path):
    text = text_of(made / "staff_survey_wave2.csv")
    write("sav", text, tmp_path)
    write("sav", text, tmp_path, "staff_survey_wave2")
    assert refusal(tmp_path) == "file staff_survey_wave1.sav, case 1, column wave: a row of another wave; found '2'; " \
                                "expected the wave in the file's name, on every row"


def test_a_file_in_two_formats_is_refused(wave1):
    text, folder = wave1
    write("sav", text, folder)
    write("xlsx", text, folder)
    assert refusal(folder) == "file staff_survey_wave*.csv or .sav or .xlsx: dataset staff_survey has the same file " \
                              "in several formats: staff_survey_wave1.sav, staff_survey_wave1.xlsx; expected one of " \
                              "them"


# ---- SPSS ----

def test_a_scale_turned_round_in_an_spss_file_is_refused(wave1):
    text, folder = wave1
    turned = {1: "Strongly agree", 2: "Agree", 3: "Neither agree nor disagree", 4: "Disagree", 5: "Strongly disagree"}
    write_sav(text, folder / "staff_survey_wave1.sav", "staff_survey", labels={"confidence_2": turned})
    assert refusal(folder) == "file staff_survey_wave1.sav, column confidence_2: the file's own label of a code is " \
                              "not the instrument's: is the scale turned or shifted?; found '1 Strongly agree'; " \
                              "expected 1 Strongly disagree as in staff_survey.yml"


@pytest.mark.parametrize("labels, found, wanted", [
    ({0: "Strongly disagree", 1: "Disagree"}, "0 Strongly disagree", "1 Strongly disagree as in staff_survey.yml"),
    ({98: "Don't know"}, "98 Don't know", "98 Prefer not to say as in staff_survey.yml"),
])
def test_labels_shifted_or_of_another_meaning_are_refused(labels, found, wanted, wave1):
    text, folder = wave1
    write_sav(text, folder / "staff_survey_wave1.sav", "staff_survey", labels={"confidence_2": labels})
    said = refusal(folder)
    assert f"found {found!r}; expected {wanted}" in said and "column confidence_2" in said


def test_a_label_of_a_code_that_never_occurs_does_no_harm(wave1, made):
    text, folder = wave1
    write_sav(text, folder / "staff_survey_wave1.sav", "staff_survey", labels={"confidence_2": {97: "Don't know"}})
    pd.testing.assert_frame_equal(frame_of(folder, "staff_survey"), frame_of(made, "staff_survey"))


@pytest.mark.parametrize("dataset, column, labels, wanted", [
    ("contrast_practice", "family_rating", {10: "Best"}, "no label for it, or one in contrast_study.yml"),
    ("contrast_practice", "empathy", {1: "Most skilled"}, "1 Least skilled as in contrast_study.yml"),
    ("contrast_items", "response", {1: "Never"}, "no label for it, or one in contrast_study.yml"),
    ("contrast_items", "item", {1: "First"}, "no value labels in this column"),
    ("contrast_members", "stress_t", {99: "Not scored"}, "no label for it, or one in contrast_study.yml"),
    ("assessment_ratings", "parenting", {4: "Absent"}, "4 Full as in assessment_rating_scale.yml"),
])
def test_labels_that_the_instrument_lacks_or_has_elsewhere_are_refused(dataset, column, labels, wanted, made, tmp_path):
    write_sav(text_of(made / f"{dataset}.csv"), tmp_path / f"{dataset}.sav", dataset, labels={column: labels})
    code, label = next(iter(labels.items()))
    assert refusal(tmp_path, dataset) == f"file {dataset}.sav, column {column}: the file's own label of a code is " \
                                         "not the instrument's: is the scale turned or shifted?; found " \
                                         f"'{code} {label}'; expected {wanted}"


def test_an_answer_declared_missing_is_refused(wave1):
    text, folder = wave1
    text["wellbeing_1"] = "Agree"
    write_sav(changed(text, "wellbeing_1", "Strongly agree"), folder / "staff_survey_wave1.sav", "staff_survey",
              missing={"wellbeing_1": [{"lo": 5, "hi": 99}]})
    assert refusal(folder) == f"{PLACES['sav']}, column wellbeing_1: the file declares the value missing, the " \
                              "instrument takes it for an answer; found '5'; expected missing values as in the " \
                              "instrument's `codes`: -8, -9, 98, 99"


def test_a_score_declared_missing_is_no_score(made, tmp_path):
    text = changed(text_of(made / "contrast_members.csv"), "stress_t", "99")
    write_sav(text, tmp_path / "contrast_members.sav", "contrast_members", missing={"stress_t": [99]})
    assert "case 4, column stress_t: the file declares the value missing" in refusal(tmp_path, "contrast_members")


@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_a_half_copied_spss_file_is_refused(part, wave1):
    text, folder = wave1
    write("sav", text, folder)
    path = folder / "staff_survey_wave1.sav"
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    assert refusal(folder).startswith("file staff_survey_wave1.sav: the file is no whole SPSS file (")
    assert refusal(folder).endswith("); expected a file as SPSS saves it (.sav, without password)")


@pytest.mark.parametrize("content, says", [
    (b"", "the file is empty; expected a header and at least one row"),
    (b"\x1c" + bytes(7) + b"ENCRYPTEDSAV\x15" + bytes(80), "the file is encrypted; expected a file without password: "
                                                          "save it again so"),
    (b"respondent_id,wave\nP1,1\n", "the file is no whole SPSS file (Unable to read from file); expected a file as "
                                    "SPSS saves it (.sav, without password)"),
])
def test_what_is_no_spss_file_is_refused(content, says, wave1):
    folder = wave1[1]
    (folder / "staff_survey_wave1.sav").write_bytes(content)
    assert refusal(folder) == f"file staff_survey_wave1.sav: {says}"


def test_a_date_and_time_in_an_spss_file_is_refused(wave1):
    text, folder = wave1
    frame = typed(with_codes(text, "staff_survey"), "staff_survey")
    frame["returned"] = pd.Timestamp("2018-03-05 10:30")
    pyreadstat.write_sav(frame, str(folder / "staff_survey_wave1.sav"))
    assert "case 1, column returned: the value is not allowed" in refusal(folder)
    assert "found '2018-03-05 10:30:00'; expected a date YYYY-MM-DD" in refusal(folder)


# ---- Excel ----

def workbook(folder, change, name="staff_survey_wave1", text=None):
    """The workbook with something done to it."""
    path = folder / f"{name}.xlsx"
    write_xlsx(typed(text, "staff_survey"), path)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def cell(column, value):
    def change(book):
        sheet = book.worksheets[0]
        place = next(head.column for head in sheet[1] if head.value == column)
        sheet.cell(5, place).value = value
        sheet.cell(5, place).number_format = "General"
    return change


@pytest.mark.parametrize("column, value, says", [
    ("returned", "05/03/2018", "a date stored as text; found '05/03/2018'; expected a cell that Excel holds as a date"),
    ("returned", "2018-03-05", "a date stored as text; found '2018-03-05'; expected a cell that Excel holds as a date"),
    ("returned", 43164, "the value is not allowed; found '43164'; expected a date YYYY-MM-DD from 2017-07-01 up to "
                        "2020-12-31"),
    ("wellbeing_1", "4", "a number stored as text; found '4'; expected a cell that Excel holds as a number"),
    ("wellbeing_1", "#N/A", "the cell holds an error of Excel; found '#N/A'; expected a value or a blank cell"),
    ("wellbeing_1", "=D5", "the cell holds a formula; found '=D5'; expected its value: copy, then paste as values"),
])
def test_what_excel_holds_otherwise_than_it_shows_is_refused(column, value, says, wave1):
    text, folder = wave1
    workbook(folder, cell(column, value), text=text)
    assert refusal(folder) == f"file staff_survey_wave1.xlsx, row 5, column {column}: {says}"


def test_a_count_stored_as_text_is_refused(made, tmp_path):
    frame = typed(text_of(made / "survey_population.csv"), "survey_population")
    frame.loc[3, "invited"] = "7"
    write_xlsx(frame, tmp_path / "survey_population.xlsx")
    assert refusal(tmp_path, "survey_population") == "file survey_population.xlsx, row 5, column invited: a number " \
                                                     "stored as text; found '7'; expected a cell that Excel holds as " \
                                                     "a number"


def test_of_several_sheets_the_one_named_as_the_file_is_read(wave1, made):
    text, folder = wave1

    def notes(book):
        book.create_sheet("Notes", 0)["A1"] = "Exported on Monday"
        book["Sheet1"].title = "staff_survey_wave1"

    workbook(folder, notes, text=text)
    read = read_folder(["staff_survey"], folder)["staff_survey"]
    assert [(file.name, file.sheet) for file in read.files] == [("staff_survey_wave1.xlsx", "staff_survey_wave1"),
                                                                ("staff_survey_wave2.csv", "")]
    pd.testing.assert_frame_equal(frame_of(folder, "staff_survey"), frame_of(made, "staff_survey"))


def test_an_empty_sheet_does_not_count(wave1, made):
    text, folder = wave1
    workbook(folder, lambda book: book.create_sheet("Sheet2", 0), text=text)
    pd.testing.assert_frame_equal(frame_of(folder, "staff_survey"), frame_of(made, "staff_survey"))


def test_several_sheets_without_that_name_are_refused(wave1):
    text, folder = wave1
    workbook(folder, lambda book: book.copy_worksheet(book["Sheet1"]), text=text)
    assert refusal(folder) == "file staff_survey_wave1.xlsx: the workbook has several sheets, and none is named as " \
                              "the file; found 'Sheet1, Sheet1 Copy'; expected one sheet, or one of the name " \
                              "'staff_survey_wave1'"


def test_rows_are_numbered_as_in_excel_across_a_blank_one(wave1):
    text, folder = wave1

    def blank_row(book):
        book["Sheet1"].insert_rows(3)
        cell("wellbeing_1", "Agre")(book)

    workbook(folder, blank_row, text=text)
    assert refusal(folder).startswith("file staff_survey_wave1.xlsx, row 5, column wellbeing_1: ")


def test_a_value_beside_the_table_is_refused(wave1):
    text, folder = wave1
    workbook(folder, lambda book: book["Sheet1"].__setitem__("AZ7", "check!"), text=text)
    assert refusal(folder).startswith("file staff_survey_wave1.xlsx, row 7, column 31 (by position): a column has no "
                                      "name; found 'check!'; expected the columns respondent_id, wave")


@pytest.mark.parametrize("content, says", [
    (b"", "the file is empty; expected a header and at least one row"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
     "the file is encrypted; expected an .xlsx workbook without password: save it again so"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le"),
     "the file is an old Excel file (.xls); expected an .xlsx workbook without password: save it again so"),
    (b"respondent_id,wave\nP1,1\n", "the file is no zip archive, or half of one; expected a whole archive"),
])
def test_what_is_no_workbook_is_refused(content, says, wave1):
    folder = wave1[1]
    (folder / "staff_survey_wave1.xlsx").write_bytes(content)
    assert refusal(folder) == f"file staff_survey_wave1.xlsx: {says}"


@pytest.mark.parametrize("part", [0.3, 0.97])
def test_a_half_copied_workbook_is_refused(part, wave1):
    text, folder = wave1
    write("xlsx", text, folder)
    path = folder / "staff_survey_wave1.xlsx"
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    assert refusal(folder) == "file staff_survey_wave1.xlsx: the file is no zip archive, or half of one; expected a " \
                              "whole archive"


def test_a_workbook_with_a_spoiled_sheet_is_refused(wave1):
    text, folder = wave1
    write("xlsx", text, folder)
    path = folder / "staff_survey_wave1.xlsx"
    content = bytearray(path.read_bytes())
    place = content.index(b"xl/worksheets/sheet1.xml") + 500
    content[place:place + 200] = bytes(200)
    path.write_bytes(bytes(content))
    assert refusal(folder) == "file staff_survey_wave1.xlsx: the file is no whole Excel workbook; expected a " \
                              "workbook as Excel saves it (.xlsx)"


# ---- in the restricted folder ----

def survey_into(folder, made, how="sav"):
    for dataset in ("staff_survey", "survey_population"):
        for file in sorted(made.glob(entry(dataset).pattern)):
            export(file, folder, dataset, how)


@pytest.mark.parametrize("how", ["sav", "xlsx labels"])
def test_real_files_are_restricted_with_their_own_name_and_hash(how, restricted, made):
    survey_into(restricted, made, how)
    read, suffix = load("staff_survey"), how.partition(" ")[0]
    assert read.status == "restricted"
    files = [restricted / f"staff_survey_wave{wave}.{suffix}" for wave in (1, 2)]
    assert [(file.name, file.sha256) for file in read.files] == [(path.name, sha256_of(path)) for path in files]


def test_a_checksum_that_differs_is_found_in_any_format(restricted, made):
    survey_into(restricted, made)
    (restricted / "SHA256SUMS").write_text(f"{'0' * 64}  staff_survey_wave1.sav\n")
    with pytest.raises(DataError, match="file staff_survey_wave1.sav differs from SHA256SUMS"):
        load("staff_survey")
    digest = sha256_of(restricted / "staff_survey_wave1.sav")
    (restricted / "SHA256SUMS").write_text(f"{digest}  staff_survey_wave1.sav\n")
    assert load("staff_survey").status == "restricted"


@pytest.mark.parametrize("name", ["staff_survey_wave1.xls", "staff_survey_wave1.SAV", "Staff_Survey_Wave1.csv",
                                  "staff_survey_wave1.por", "staff_survey_wave1.zsav"])
def test_a_file_that_would_be_passed_over_is_named(name, restricted):
    (restricted / name).write_bytes(b"x")
    with pytest.raises(DataError) as caught:
        locate("staff_survey")
    assert str(caught.value) == f"file {name}: dataset staff_survey has a file that is not read under this name; " \
                                "expected staff_survey_wave*.csv or .sav or .xlsx, spelt so"


def test_other_papers_in_the_folder_are_left_alone(restricted, made):
    survey_into(restricted, made)
    for name in ("staff_survey_wave1.docx", "readme.xls", "~$staff_survey_wave1.xlsx", ".staff_survey_wave1.sav"):
        (restricted / name).write_bytes(b"x")
    assert locate("staff_survey").status == "restricted"


# ---- through to the results ----

@pytest.fixture(scope="module")
def findings_of(made, design):
    """The survey's findings from the files of a folder."""
    from analysis.publish.store import build_bundle

    def build(folder):
        datasets = read_folder(("staff_survey", "survey_population"), folder)
        bundle = build_bundle("survey", loader=lambda name: datasets[name], design=design, bundles={})
        return {finding.id: (finding.value, finding.text, finding.low, finding.high, finding.n, finding.status)
                for finding in bundle.findings}

    return build


@pytest.fixture(scope="module")
def of_stand_ins(findings_of, made):
    return findings_of(made)


@pytest.mark.slow
@pytest.mark.parametrize("how", FORMATS)
def test_every_format_gives_the_same_findings(how, made, tmp_path, findings_of, of_stand_ins):
    survey_into(tmp_path, made, how)
    found = findings_of(tmp_path)
    assert found == of_stand_ins and len(found) > 50
