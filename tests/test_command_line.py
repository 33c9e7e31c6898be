"""The command line: what it prints, how it ends, and that bad input leaves nothing half-made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.standins import generate_into, replace_folder

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments, **environment):
    return subprocess.run([sys.executable, "-m", "analysis", *arguments], cwd=ROOT, text=True, capture_output=True,
                          env={**os.environ, **{name: str(value) for name, value in environment.items()}}, check=False)


def test_status_lists_every_dataset(tmp_path):
    from analysis.sources.catalogue import catalogue

    done = run("data", "status", RESTRICTED_DATA_DIR=tmp_path, PUBLIC_DATA_DIR=tmp_path)
    assert done.returncode == 0
    assert all(f"\n{name} " in f"\n{done.stdout}" for name in catalogue())


def test_an_unknown_command_ends_with_2():
    assert run("dta").returncode == 2


def test_a_failed_generation_leaves_the_old_stand_ins(tmp_path):
    target = tmp_path / "standins"
    replace_folder(target, lambda fresh: (fresh / "a.csv").write_text("old"))

    def fail(fresh):
        (fresh / "a.csv").write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        replace_folder(target, fail)
    assert (target / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["standins"]


def spoil_missing_column(text):
    return text.replace("CIN_ReferralDate", "CIN_Referral", 1)


def spoil_date(text):
    header, first, rest = text.split("\n", 2)
    cells = first.split(",")
    place = header.split(",").index("CIN_ReferralDate")
    year, month, day = cells[place].split("-")
    cells[place] = f"{day}/{month}/{year}"
    return "\n".join([header, ",".join(cells), rest])


def spoil_code(text):
    header, first, rest = text.split("\n", 2)
    cells = first.split(",")
    cells[header.split(",").index("CIN_PrimaryNeedCode")] = "N77"
    return "\n".join([header, ",".join(cells), rest])


@pytest.fixture(scope="module")
def census(design, tmp_path_factory):
    """Stand-ins of the children's records alone, to be spoiled one by one in a copy."""
    folder = tmp_path_factory.mktemp("children")
    generate_into(folder, design, ["children"], scale=0.2)
    return folder


BROKEN_CENSUS = {
    "a missing column": (spoil_missing_column, "column CIN_ReferralDate: the column is missing"),
    "a date in the wrong format": (spoil_date, "column CIN_ReferralDate"),
    "an unknown code": (spoil_code, "column CIN_PrimaryNeedCode"),
    "an empty file": (lambda text: "", "empty"),
    "a half-copied file": (lambda text: text[: len(text) // 2], "half-copied"),
    "a file of another year": (lambda text: text.replace("2015/2016", "2012/2013"), "2012/2013"),
}


@pytest.mark.slow
@pytest.mark.parametrize("problem", BROKEN_CENSUS)
def test_a_broken_census_file_is_one_clear_error(problem, census, tmp_path):
    spoil, words = BROKEN_CENSUS[problem]
    real = tmp_path / "restricted"
    shutil.copytree(census, real)
    file = next(real.glob("cin_census*2015*.csv"))
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    done = run("data", "validate", "cin_census", RESTRICTED_DATA_DIR=real)
    assert done.returncode == 1
    assert done.stdout == ""
    errors = done.stderr.strip().splitlines()
    assert len(errors) == 1 and file.name in errors[0] and words in errors[0] and "expected" in errors[0]


@pytest.mark.slow
def test_results_of_a_broken_file_are_not_written(census, tmp_path):
    real = tmp_path / "restricted"
    shutil.copytree(census, real)
    file = next(real.glob("cin_census*2015*.csv"))
    file.write_text(spoil_code(file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    stored = ROOT / "_build" / "results" / "difference_in_differences.json"
    before = stored.stat().st_mtime_ns if stored.is_file() else None
    done = run("results", "difference_in_differences", RESTRICTED_DATA_DIR=real)
    assert done.returncode == 1
    assert "N77" in done.stderr and "Traceback" not in done.stderr
    assert (stored.stat().st_mtime_ns if stored.is_file() else None) == before


@pytest.mark.parametrize("scale", ["0", "-1", "abc", "nan", "inf"])
def test_a_scale_that_is_none_is_refused(scale, tmp_path):
    done = run("data", "make", "--scale", scale, "--out", tmp_path / "made")
    assert done.returncode == 2 and "expected a number from" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("arguments", [("data", "validate", "cin"), ("results", "surveys"), ("results", "../paths")])
def test_an_unknown_name_is_one_line(arguments):
    done = run(*arguments)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("error: no ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("data", "status"), ("data", "validate"), ("results", "survey")])
def test_a_folder_that_is_not_there_is_one_line(arguments, tmp_path):
    done = run(*arguments, RESTRICTED_DATA_DIR=tmp_path / "slip")
    assert done.returncode == 1 and done.stdout == ""
    assert "RESTRICTED_DATA_DIR names a folder that is not there" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_stand_in_cut_off_between_two_lines_is_found_and_made_again(tmp_path):
    folder = tmp_path / "standins"
    assert run("data", "make", "--scale", "0.05", "--out", folder).returncode == 0
    file = folder / "section47.csv"
    whole = file.read_bytes()
    file.write_bytes(b"".join(whole.splitlines(keepends=True)[:10]))
    done = run("data", "validate", "section47", STANDINS_DIR=folder)
    assert done.returncode == 1 and "section47.csv: the stand-in is no longer as it was generated" in done.stderr
    assert run("data", "make", "--scale", "0.05", STANDINS_DIR=folder).returncode == 0
    assert file.read_bytes() == whole


def test_wave_1_alone_makes_the_survey_real_and_half_there(standins, tmp_path):
    standins("staff_survey")
    shutil.copy(standins.folder / "staff_survey_wave1.csv", tmp_path)
    done = run("data", "validate", "staff_survey", "survey_population", RESTRICTED_DATA_DIR=tmp_path)
    first, second = done.stderr.splitlines()
    assert done.returncode == 1 and "lacks its part wave2" in first
    assert "a stand-in never takes its place" in second
