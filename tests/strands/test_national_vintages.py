"""Two releases of a file: every kind of difference by hand, and the command on whole folders."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.sources import read_folder
from analysis.sources.schemas.public import SCHEMAS
from analysis.standins import generate_into
from analysis.strands.national_data.releases import compare
from analysis.strands.national_data.vintages import conclusions, revisions

ROOT = Path(__file__).resolve().parent.parent.parent


def release(*rows):
    """(code, year, number, symbol) in the layout of the statistics."""
    frame = pd.DataFrame(rows, columns=["old_la_code", "time_period", "n", "n__symbol"])
    return frame.assign(geographic_level="Local authority", region_name="Region 1")


def test_every_kind_of_difference_by_hand():
    old = release(("1", 2019, 10.0, ""), ("1", 2020, np.nan, "c"), ("2", 2019, 5.0, ""), ("2", 2020, np.nan, "x"),
                  ("3", 2019, 1.0, ""), ("4", 2019, 8.0, ""))
    new = release(("1", 2019, 12.0, ""), ("1", 2020, 7.0, ""), ("2", 2019, np.nan, "c"), ("2", 2020, np.nan, "c"),
                  ("4", 2019, 8.0 * (1 + 1e-12), ""), ("5", 2019, 2.0, ""))
    found = revisions(old, new).set_index(["old_la_code", "time_period"])
    assert found["kind"].to_dict() == {("1", 2019): "revised", ("1", 2020): "now published",
                                       ("2", 2019): "no longer published", ("2", 2020): "other symbol",
                                       ("3", 2019): "row gone", ("5", 2019): "row added"}
    assert found.loc[("1", 2019), ["column", "old", "new"]].tolist() == ["n", 10.0, 12.0]
    assert found.loc[("1", 2020), ["old", "new"]].tolist() == ["c", 7.0]
    assert found.loc[("2", 2020), ["old", "new"]].tolist() == ["x", "c"]


def test_no_difference_is_an_empty_table():
    old = release(("1", 2019, 10.0, ""), ("1", 2020, np.nan, "c"))
    assert revisions(old, old).empty


def test_what_cannot_be_compared_is_refused():
    one = release(("1", 2019, 10.0, ""))
    with pytest.raises(DataError, match="cannot be compared"):
        revisions(one, one.drop(columns="region_name"))
    with pytest.raises(DataError, match="the new release has a row twice"):
        revisions(one, pd.concat([one, one]))


@pytest.fixture(scope="module")
def folders(tmp_path_factory, design):
    """Stand-ins, and the same with one number of a pilot ten times as large in the years after."""
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    generate_into(old, design, ["national"])
    for file in old.iterdir():
        shutil.copy(file, new)
    file = next(new.glob("b1_*"))
    lines = file.read_text(encoding="utf-8").split("\n")
    at = lines[0].split(",").index("At31_episodes")
    for k, line in enumerate(lines):
        cells = line.split(",")
        # Every pilot, by the same large factor: the effect on children in need has to become one.
        if len(cells) > at and cells[7] in {str(code)
                                            for code in range(101, 111)} and cells[0] in ("2018", "2019", "2020"):
            cells[at] = str(int(cells[at]) * 2) if cells[at].isdigit() else cells[at]
            lines[k] = ",".join(cells)
    file.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return old, new


@pytest.mark.slow
def test_a_conclusion_that_moves_is_the_one_whose_values_were_revised(folders, design):
    old, new = ({name: data.frame for name, data in read_folder(list(SCHEMAS), folder).items()} for folder in folders)
    found = conclusions(design.section("national_data"), old, new)
    assert found.loc[found["moved"], "indicator"].tolist() == ["Children in need"]
    differences = revisions(old["children_in_need"], new["children_in_need"])
    assert set(differences["kind"]) == {"revised"} and set(differences["column"]) == {"At31_episodes"}
    assert len(differences) == 30     # ten pilots, three years


@pytest.mark.slow
def test_the_command_says_what_differs_and_keeps_it(folders, tmp_path):
    out = tmp_path / "differences.csv"
    done = subprocess.run([sys.executable, "-m", "analysis", "data", "compare", *map(str, folders), "--out", str(out)],
                          cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "children_in_need: 30 revised" in done.stdout and "referrals: no difference" in done.stdout
    assert "MOVES  Children in need" in done.stdout and "1 of 25 conclusions move" in done.stdout
    assert len(pd.read_csv(out)) == 30


def test_folders_that_are_not_there_or_have_nothing_in_common(tmp_path):
    with pytest.raises(DataError, match="not there"):
        compare(tmp_path / "none", tmp_path, say=print)
    with pytest.raises(DataError, match="no file of the statistics in common"):
        compare(tmp_path, tmp_path, say=print)
