"""The report built anew in a clean directory, and compared with what was stored."""

import pytest

from analysis import paths
from analysis.errors import DataError
from analysis.publish import store
from analysis.review import snapshots, verifying
from analysis.review.comparing import differences
from analysis.review.remaking import find, remake

NAMES = ["published", "assessments"]        # quick, and one of them rests on stand-ins


def quiet(message):
    """Progress is not looked at."""


@pytest.mark.slow
def test_bundles_built_anew_are_those_of_here_and_a_change_is_seen():
    here = snapshots.of_bundles([store.build_bundle(name) for name in NAMES], "here")
    anew = verifying.built_anew(NAMES, quiet)
    assert differences(here, anew) == [] and len(anew.exhibits) == len(here.exhibits) > 0
    one = next(id for id, item in anew.findings.items() if isinstance(item.value, float) and item.value)
    moved = dict(here.findings)
    moved[one] = snapshots.FindingThen(here.findings[one].value * 1.01, *(
        getattr(here.findings[one], name) for name in ("text", "low", "high", "n", "status")))
    found = differences(snapshots.Snapshot("moved", moved, here.exhibits), anew)
    assert [(item.id, item.place) for item in found] == [(one, "value")]


@pytest.mark.slow
def test_a_build_that_fails_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLIC_DATA_DIR", str(tmp_path))
    (tmp_path / "b1_children_in_need_2013_to_2024.csv").write_text("not a table of children in need\n")
    with pytest.raises(DataError, match="cannot be built again.*b1_children_in_need"):
        verifying.built_anew(["national_data"], quiet)


def test_a_clean_directory_has_no_build_and_no_data_but_those_of_the_project():
    left = verifying.left_out(str(paths.DATA), ["standins", "public", "restricted", "parameters", "evaluation.yml"])
    assert left == ["standins", "public", "restricted"]
    assert verifying.left_out(str(paths.ROOT / "analysis"), ["standins", "publish", "__pycache__"]) == ["__pycache__"]


@pytest.mark.slow
def test_an_exhibit_is_made_again_and_compared_with_what_was_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    store.open_bundle("assessments")
    remade = remake("tbl-assessments-links", tmp_path)
    assert remade.bundle == "assessments" and remade.differences == ()
    file = tmp_path / "assessments.json"
    before = find("tbl-assessments-links", tmp_path)[1]
    cell = before.rows[0][-1].value
    assert cell in file.read_text()
    file.write_text(file.read_text().replace(f'"value": "{cell}"', '"value": "changed"'))
    assert [item.old for item in remake("tbl-assessments-links", tmp_path).differences][:1] == ["changed"]
