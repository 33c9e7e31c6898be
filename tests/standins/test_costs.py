"""Stand-ins and shipped parameters of the cost study: format, seeds, and bad files refused."""

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.paths import DATA
from analysis.sources.loading import read_folder
from analysis.sources.reading import read_text_table
from analysis.sources.schemas.costs import DEFLATOR, PARAMETERS
from analysis.standins import costs as standin

PILOTS = list("ABCDEFGHI")


@pytest.fixture
def folder(tmp_path, design):
    standin.generate(design, np.random.default_rng(1), tmp_path)
    return tmp_path


def test_files_read_back_under_their_schemas(folder, design):
    found = read_folder(["costs", "cost_activity", "cost_parameters", "gdp_deflator"], folder)
    costs, section = found["costs"].frame, design.section("costs")
    assert sorted(costs["pilot"].unique()) == PILOTS
    assert set(costs["heading"]) == set(section["headings"])
    assert set(costs["year"]) == set(section["years"])
    assert len(found["cost_activity"].frame) == len(PILOTS) * len(section["years"])
    assert found["cost_parameters"].status == "synthetic"


def test_same_seed_same_bytes(folder, tmp_path_factory, design):
    other = tmp_path_factory.mktemp("again")
    standin.generate(design, np.random.default_rng(1), other)
    for name in ("costs.csv", "cost_activity.csv"):
        assert (folder / name).read_bytes() == (other / name).read_bytes()


def test_parts_of_each_heading_add_up_to_one():
    parts = {}
    for heading, kind, _, _, _, part in standin.ITEMS:
        parts[heading, kind] = parts.get((heading, kind), 0) + part
    assert all(total == pytest.approx(1) for total in parts.values())


def test_every_heading_has_items_for_its_share_of_staff_time(design):
    kinds = {(heading, kind) for heading, kind, *_ in standin.ITEMS}
    for heading, time in design.section("costs")["standin"]["staff_time_share"].items():
        assert ((heading, "staff time") in kinds) == (time > 0)
        assert ((heading, "cash") in kinds) == (time < 1)


def edit(folder, name, change):
    file = folder / f"{name}.csv"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(change(lines)) + "\n")


@pytest.mark.parametrize(("name", "change", "parts"), [
    ("costs", lambda lines: [line.rsplit(",", 1)[0] for line in lines], ["costs.csv", "row 1", "role", "missing"]),
    ("costs", lambda lines: [line.replace(",other_direct,", ",sundries,") for line in lines],
     ["costs.csv", "heading", "sundries", "other_direct"]),
    ("costs", lambda lines: [line.replace(",A,2017,", ",A,2031,") for line in lines],
     ["costs.csv", "row 2", "year", "2031", "up to 2020"]),
    ("costs", lambda lines: [*lines, lines[1]], ["costs.csv", "entry_id", "C0001", "twice"]),
    ("costs", lambda lines: [lines[0], lines[1].replace(",cash,", ",cash,-"), *lines[2:]],
     ["costs.csv", "row 2", "amount", "from 0"]),
    ("costs", lambda lines: [lines[0], lines[1].replace(",cash,", ",staff time,"), *lines[2:]],
     ["costs.csv", "row 2", "column hours", "staff time", "an amount for cash"]),
    ("costs", lambda lines: [lines[0], lines[1] + "social_worker", *lines[2:]],
     ["costs.csv", "row 2", "column role", "social_worker"]),
    ("cost_activity", lambda lines: [*lines, lines[1]], ["cost_activity.csv", "pilot, year", "twice"]),
    ("cost_activity", lambda lines: lines[:1], ["cost_activity.csv", "no rows"]),
])
def test_bad_files_are_refused(folder, name, change, parts):
    edit(folder, name, change)
    with pytest.raises(DataError) as caught:
        read_folder([name], folder)
    for part in parts:
        assert part in str(caught.value)


def test_an_empty_file(folder):
    (folder / "costs.csv").write_text("")
    with pytest.raises(DataError, match="costs.csv: the file is empty"):
        read_folder(["costs"], folder)


@pytest.mark.parametrize(("old", "new", "parts"), [
    (",gamma,", ",cauchy,", ["distribution", "cauchy"]),
    ("40,34,47", "40,44,47", ["hourly_social_worker", "44"]),
    ("40,34,47", "forty,34,47", ["value", "forty", "a number"]),
])
def test_bad_parameters_are_refused(tmp_path, old, new, parts):
    text = (DATA / "parameters" / "costs.csv").read_text()
    assert old in text
    file = tmp_path / "costs_parameters.csv"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        PARAMETERS.validate(read_text_table(file), file.name)
    assert "row 2" in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_every_parameter_and_index_number_says_that_it_is_invented():
    for name, table in (("costs.csv", PARAMETERS), ("gdp_deflator.csv", DEFLATOR)):
        frame = table.validate(read_text_table(DATA / "parameters" / name), name)
        assert (frame["status"] == "synthetic").all()
        assert frame["source"].str.contains("invented|illustrative|placeholder").all()
