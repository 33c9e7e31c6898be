"""The stand-ins of the public statistics: in the publishers' layouts, with their dirt, and with no real place."""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest

from analysis.sources.schemas.public import SCHEMAS
from analysis.standins import generate_into

DATASETS = tuple(SCHEMAS)
ENGLAND_IN_TOOL = {"970", *(str(n) for n in range(980, 991))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, design):
    out = tmp_path_factory.mktemp("national")
    generate_into(out, design, ["national"])
    return out


def text(folder, start):
    return next(folder.glob(f"{start}*.csv")).read_text(encoding="utf-8-sig")


def table(folder, start):
    return pd.read_csv(next(folder.glob(f"{start}*.csv")), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_every_dataset_fits_its_schema(standins):
    for name in DATASETS:
        assert len(standins(name).frame) > 100, name


@pytest.mark.slow
def test_same_seed_same_bytes(folder, design, tmp_path):
    generate_into(tmp_path, design, ["national"])
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


@pytest.mark.slow
def test_another_seed_other_values(folder, design, tmp_path):
    generate_into(tmp_path, design.with_seed(design.seed + 1), ["national"])
    assert text(tmp_path, "b1_") != text(folder, "b1_")


def test_no_real_code_and_no_real_name(folder, design):
    tables = design.section("national_data")["pilots"]
    real = {row["name"] for row in tables["public"]["authorities"]}
    for start in ("b1_", "c1_", "d3_", "d5_", "csww_", "ons_"):
        frame = table(folder, start)
        codes = {code for label in frame["old_la_code"] for code in label.split(" / ") if code}
        # Real old codes run from 201 to 943.
        assert not [code for code in codes if 201 <= int(code) <= 943], start
        assert not real & set(frame["la_name"]), start
    numbers = set(table(folder, "lait_")["LA Number"]) - ENGLAND_IN_TOOL
    assert not [n for n in numbers if 201 <= int(n) <= 943]


def test_layout_and_dirt_of_the_statistics(folder):
    b1, c1, workforce = table(folder, "b1_"), table(folder, "c1_"), table(folder, "csww_")
    assert list(b1.columns[7:10]) == ["old_la_code", "new_la_code", "la_name"]
    assert set(c1.columns[7:10]) == set(b1.columns[7:10]) and list(c1.columns[7:10]) != list(b1.columns[7:10])
    assert "3_months_or_less" in table(folder, "d5_").columns
    assert ',"","",,"",""' in text(folder, "d3_").splitlines()[1]
    assert {"190 / 191", "957 / 958"} <= set(workforce["old_la_code"])
    assert {"x", "c", "u"} <= set(b1["At31_episodes"]) | set(b1["awaiting_assessment"])
    assert "x" in set(table(folder, "ons_")["population_estimate"])
    years = b1[b1["old_la_code"] == "954"]["time_period"].astype(int)
    assert years.min() == 2020 and "2019" in set(workforce[workforce["old_la_code"] == "954"]["time_period"])
    pilot = c1[c1["old_la_code"] == "106"].set_index("time_period")
    assert pilot.loc["2014", "rereferral_percent"] == "x" and pilot.loc["2014", "referral_count"] != "x"


def test_england_is_the_sum_of_its_authorities_to_the_nearest_ten(folder):
    b1 = table(folder, "b1_")
    rows = b1[(b1["time_period"] == "2020")]
    local = rows.loc[rows["geographic_level"] == "Local authority", "At31_episodes"]
    assert local.str.fullmatch(r"\d+").all(), "2020 holds no symbol, so that the sum can be checked"
    national = int(rows.loc[rows["geographic_level"] == "National", "At31_episodes"].item())
    assert national % 10 == 0 and abs(national - local.astype(int).sum()) <= 5


def test_a_single_small_band_hides_a_second_one(folder):
    d5 = table(folder, "d5_")
    bands = [name for name in d5.columns if re.match(r"\d|more", name) and not name.endswith("percent")]
    hidden = (d5.loc[d5["geographic_level"] == "Local authority", bands] == "c").sum(axis=1)
    assert (hidden > 0).any() and not (hidden == 1).any()


def test_tool_layout_and_noise(folder):
    tool = table(folder, "lait_")
    assert (tool.loc[tool["Years"] != "2016", "Data item"] == "").all()
    assert (tool.loc[tool["LA Number"] == "970", "Region"] == "NA").all()
    assert tool["Values"].str.fullmatch(r"\d+\.\d{13,}").any(), "floating noise such as 18.899999999999999"
    assert "-" in set(tool["Values"])


def test_neighbour_files(folder):
    raw = next(folder.glob("New_*")).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and next(folder.glob("sn_model*")).read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(text(folder, "New_").splitlines()))
    assert rows[0].count("SNP") == 10 and rows[0][-1] == ""
    blank = next(k for k, row in enumerate(rows) if not any(row))
    assert rows[blank + 1][1] == "Old SNs:" and {row[0] for row in rows[blank + 3:]} == {"951", "952", "953", "956"}
    assert "Close ," in text(folder, "sn_model")
