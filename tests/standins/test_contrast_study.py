"""Stand-ins of the contrast study: format, seeds, and bad files refused with one clear error."""

import numpy as np
import pytest

from analysis.errors import DataError, MissingData
from analysis.sources.loading import read_folder
from analysis.sources.schemas.contrast_study import scale_names
from analysis.standins import contrast_study as standin

NAMES = ("contrast_teams", "contrast_members", "contrast_items", "contrast_practice")


@pytest.fixture
def folder(tmp_path, design):
    standin.generate(design, np.random.default_rng(1), tmp_path)
    return tmp_path


def edit(folder, name, change):
    file = folder / f"{name}.csv"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(change(lines)) + "\n")


def test_files_read_back_under_their_schemas(folder, design):
    found = read_folder(NAMES, folder)
    section = design.section("contrast_study")
    assert len(found["contrast_teams"].frame) == 4 * section["standin"]["teams_per_department"]
    members = found["contrast_members"].frame
    assert {f"{name}_t" for name in scale_names()} <= set(members.columns)
    assert members["stress_t"].isna().any()
    assert found["contrast_practice"].frame["family_rating"].isna().any()
    assert all(dataset.status == "synthetic" for dataset in found.values())


def test_same_seed_same_bytes(folder, tmp_path_factory, design):
    other = tmp_path_factory.mktemp("again")
    standin.generate(design, np.random.default_rng(1), other)
    for name in NAMES:
        assert (folder / f"{name}.csv").read_bytes() == (other / f"{name}.csv").read_bytes()


def test_departments_and_pilots_fit_the_participation(design):
    pilots = next(row["pilots"] for row in design.content["participation"] if row["strand"] == "contrast_study")
    sofs = [d["label"] for d in design.section("contrast_study")["departments"] if d["arm"] == "sofs"]
    assert sofs == [f"Pilot {pilot}" for pilot in pilots]


def test_spread_of_members_and_teams_is_as_planted(design):
    section = design.section("contrast_study")
    teams = standin.make_teams(section, np.random.default_rng(1))
    place = np.repeat(np.arange(len(teams)), 400)
    scores = standin.member_scores(section, teams, place, np.random.default_rng(2))
    planted = section["planted"]
    # Within-team standard deviation from 28 * 399 deviations of six scales; tolerance well above its error (0.05).
    within = np.sqrt(np.mean([np.var(scores[place == k], axis=0, ddof=1) for k in range(len(teams))]))
    assert within == pytest.approx(planted["person_sd"], abs=0.25)
    between = np.std([scores[place == k].mean(axis=0) for k in range(len(teams))], axis=0, ddof=1)
    # 28 team means a scale, six scales: error of the pooled standard deviation about 3 / sqrt(2 * 162) = 0.17.
    assert np.sqrt((between**2).mean()) == pytest.approx(planted["team_sd"], abs=0.6)


@pytest.mark.parametrize(("name", "change", "parts"), [
    ("contrast_members", lambda lines: [line.rsplit(",", 1)[0] for line in lines],
     ["contrast_members.csv", "row 1", "stress_t", "missing"]),
    ("contrast_members", lambda lines: [lines[0], lines[1].rsplit(",", 1)[0] + ",140.0", *lines[2:]],
     ["contrast_members.csv", "row 2", "stress_t", "140.0", "up to 100"]),
    ("contrast_members", lambda lines: [*lines, lines[1]], ["contrast_members.csv", "respondent_id", "R0001", "twice"]),
    ("contrast_members", lambda lines: [line.replace("social worker", "wizard") for line in lines],
     ["contrast_members.csv", "role", "wizard", "team manager"]),
    ("contrast_teams", lambda lines: [line.replace("Pilot B", "Pilot Z") for line in lines],
     ["contrast_teams.csv", "department", "Pilot Z", "Comparator A1"]),
    ("contrast_items", lambda lines: [lines[0], lines[1].rsplit(",", 1)[0] + ",6", *lines[2:]],
     ["contrast_items.csv", "row 2", "response", "6", "1, 2, 3, 4, 5"]),
    ("contrast_practice", lambda lines: [line.replace(",first,", ",third,") for line in lines],
     ["contrast_practice.csv", "observer", "third", "second"]),
    ("contrast_practice", lambda lines: lines[:1], ["contrast_practice.csv", "no rows"]),
    ("contrast_members", lambda lines: [*lines, "R0999,T001"], ["contrast_members.csv", "fields"]),
])
def test_bad_files_are_refused(folder, name, change, parts):
    edit(folder, name, change)
    with pytest.raises(DataError) as caught:
        read_folder([name], folder)
    for part in parts:
        assert part in str(caught.value)


def test_an_empty_and_a_missing_file(folder):
    (folder / "contrast_items.csv").write_text("")
    with pytest.raises(DataError, match="contrast_items.csv: the file is empty"):
        read_folder(["contrast_items"], folder)
    (folder / "contrast_items.csv").unlink()
    with pytest.raises(MissingData, match="contrast_items"):
        read_folder(["contrast_items"], folder)
