"""A release from end to end: records of another seed stand in for restricted ones, inside; outside there is the release
alone."""

import json
from dataclasses import replace

import pytest

from analysis import paths
from analysis.__main__ import main
from analysis.clearance import cleared, command, release
from analysis.clearance.compare import differing, fingerprints
from analysis.clearance.folder import sums_of
from analysis.errors import DataError, MixedStatus
from analysis.publish import dependencies, store
from analysis.publish.status import status_of
from analysis.standins import generate_into
from tests.clearance.conftest import SOURCE

NAMES = ("survey", "assessments")
pytestmark = pytest.mark.slow


class World:
    """Folders of an inside with restricted records and of an outside with a release, and the environment of each."""

    def __init__(self, folder, patch):
        self.folder, self.patch = folder, patch
        self.released = folder / "cleared"

    def enter(self, name, *, records="nothing", cleared="nothing"):
        """Build and read in a place of that name."""
        build = self.folder / name
        for variable, where in (("RESTRICTED_DATA_DIR", records), ("CLEARED_DIR", cleared)):
            (self.folder / where).mkdir(exist_ok=True, parents=True)
            self.patch.setenv(variable, str(self.folder / where))
        for attribute, where in (("BUILD", build), ("HTML", build / "html"), ("RESULTS", build / "results"),
                                 ("LEDGER", build / "results.json")):
            self.patch.setattr(paths, attribute, where)
        return build

    def inside(self):
        """Where the records are."""
        return self.enter("inside", records="records")

    def outside(self):
        """Where the release is."""
        return self.enter("outside", cleared="cleared")


@pytest.fixture(scope="module")
def world(tmp_path_factory, design):
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        there = World(folder, patch)
        generate_into(folder / "records", design.with_changes({"seed": 5}), ["staff_survey", "assessment_ratings"])
        there.inside()
        there.bundles = [store.open_bundle(name) for name in NAMES]
        command.write_release(there.released, only_restricted=False, rehearsal=False, progress=str, names=NAMES)
        yield there


def test_a_release_holds_what_it_should_and_nothing_else(world):
    files = {path.relative_to(world.released).as_posix() for path in world.released.rglob("*") if path.is_file()}
    assert files == {*(f"bundles/{name}.json" for name in NAMES), "counts.csv", "log.json", "README.md", "SHA256SUMS"}
    assert sums_of(world.released) == (world.released / "SHA256SUMS").read_text()
    text = "".join(path.read_text() for path in world.released.rglob("*") if path.is_file())
    assert "def publish" not in text and str(world.folder) not in text and str(paths.ROOT) not in text
    assert {status for bundle in world.bundles for status in release.statuses_of(bundle)} >= {"restricted"}


def test_the_log_says_what_was_done_to_what(world):
    log = json.loads((world.released / "log.json").read_text())
    inputs = {item["dataset"]: item for item in log["inputs"]}
    assert inputs["assessment_cases"]["status"] == "restricted"
    assert [file["name"] for file in inputs["assessment_cases"]["files"]] == ["assessment_cases.csv"]
    looked = {item["rule"]: item["looked_at"] for item in log["checks"]}
    assert looked["threshold"] > 0 and looked["identifier of a record"] > 0 and looked["recovered from totals"] > 0
    assert sum(item["found"] for item in log["checks"]) == 0
    assert set(log["results"]) == {item.id for b in world.bundles for item in (*b.findings, *b.exhibits)}
    assert log["suppressions"] == [vars(item) for bundle in world.bundles for item in bundle.suppressions]


def test_counts_behind_are_given_and_the_suppressed_are_not(world):
    lines = (world.released / "counts.csv").read_text().splitlines()
    assert "tbl-assessments-duration,All,n,50" in lines
    values = [line.rsplit(",", 1)[1] for line in lines[1:]]
    exhibits = [line for line in lines[1:] if line.startswith(("tbl-", "fig-"))]
    assert all(value == "c" or value == "" or float(value) >= 10 for value in
               (line.rsplit(",", 1)[1] for line in exhibits))
    assert "c" in values


def test_outside_the_same_report_with_status_restricted(world):
    world.outside()
    here = [store.open_bundle(name) for name in NAMES]
    assert not (paths.RESULTS / "survey.json").exists(), "nothing is computed"
    for inside, outside in zip(world.bundles, here, strict=True):
        assert fingerprints(inside) == fingerprints(outside)
        pairs = zip((*inside.findings, *inside.exhibits), (*outside.findings, *outside.exhibits), strict=True)
        for one, other in pairs:
            assert other.origin.cleared.startswith("the cleared bundle of commit ")
            assert replace(other.origin, cleared="") == one.origin, "with the code as this version has it"
            assert replace(other, origin=one.origin) == one
        first, second = inside.findings[0].record(), outside.findings[0].record()
        assert {**second, "read_from": ""} == {**first, "read_from": ""} and "read_from" not in first
        assert inside.suppressions == outside.suppressions
    assert {finding.status for finding in here[0].findings} == {"restricted"}
    assert command.problems_of_cleared(here) == []
    world.inside()


def test_another_result_outside_is_named(world):
    log = json.loads((world.released / "log.json").read_text())
    first = world.bundles[0]
    changed = replace(first, findings=(replace(first.findings[0], text="otherwise"), *first.findings[1:]))
    assert differing(log["results"], [changed, world.bundles[1]]) == [
        f"{first.findings[0].id}: was released and is another here"]
    assert len(differing(log["results"], [first])) == len(fingerprints(world.bundles[1]))


def test_the_digest_outside_is_the_cleared_files(world):
    inside = dependencies.digest_of_bundle("survey")
    world.outside()
    assert dependencies.digest_of_bundle("survey").startswith("cleared ")
    assert store.is_current("survey") and inside != dependencies.digest_of_bundle("survey")
    world.inside()


@pytest.mark.parametrize("file", ["bundles/survey.json", "log.json"])
def test_a_file_that_was_changed_is_refused_by_name(world, file):
    there = world.released / file
    whole = there.read_text()
    there.write_text(whole.replace("restricted", "published", 1))
    world.outside()
    with pytest.raises(DataError, match=f"{file}.*not as it was cleared"):
        store.open_bundle("survey")
    there.write_text(whole)
    assert store.open_bundle("survey").name == "survey"
    world.inside()


def test_a_release_without_checksums_is_refused(world):
    sums = world.released / "SHA256SUMS"
    whole = sums.read_text()
    sums.unlink()
    world.outside()
    with pytest.raises(DataError, match="no checksums"):
        store.open_bundle("survey")
    sums.write_text(whole)
    world.inside()


def test_an_identifier_in_a_page_stops_the_release_and_leaves_nothing(world, capsys, monkeypatch):
    from analysis.sources.loading import load

    worker = load("staff_survey").frame["respondent_id"].iloc[0]
    page = world.inside() / "html" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text(f"<p>Not to be seen: {worker}</p>")
    out = world.folder / "refused"
    monkeypatch.setattr(dependencies, "bundle_names", lambda: NAMES)
    try:
        assert main(["release", "--out", str(out)]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert [line for line in lines if line.startswith("html/page.html: identifier of a record: ")]
        assert lines[-1] == "error: nothing is released: 1 results may not leave" and worker not in "".join(lines)
        assert not out.exists() and not list(world.folder.glob(".refused*"))
    finally:
        page.unlink()
    assert main(["release", "--out", str(out), "--for-clearance"]) == 0
    assert sums_of(out).splitlines()[0].endswith("  README.md")


def test_a_refused_release_leaves_the_earlier_one(world, monkeypatch):
    before = sums_of(world.released)
    monkeypatch.setattr("analysis.clearance.threshold.small_counts_in", lambda text, threshold: ["3 children"])
    with pytest.raises(release.Refused, match="may not leave"):
        command.write_release(world.released, only_restricted=False, rehearsal=False, progress=str, names=NAMES)
    assert sums_of(world.released) == before


def test_what_was_read_from_a_release_is_not_released_again(world):
    world.outside()
    with pytest.raises(DataError, match="survey, assessments were read from a cleared release"):
        command.write_release(world.folder / "again", only_restricted=False, rehearsal=False, progress=str, names=NAMES)
    world.inside()


def test_another_folders_files_are_not_lost(world):
    (world.folder / "mine").mkdir()
    (world.folder / "mine" / "thesis.txt").write_text("words")
    with pytest.raises(DataError, match="other files"):
        command.write_release(world.folder / "mine", only_restricted=False, rehearsal=False, progress=str, names=NAMES)
    assert (world.folder / "mine" / "thesis.txt").read_text() == "words"


def test_nothing_restricted_needs_no_clearance():
    with pytest.raises(DataError, match="nothing is computed from restricted records"):
        release.chosen([], only_restricted=False, rehearsal=False)


def test_restricted_and_synthetic_records_are_never_one_number():
    synthetic = replace(SOURCE, name="others", status="synthetic")
    with pytest.raises(MixedStatus):
        status_of([SOURCE, synthetic])


def test_code_is_found_again_where_it_moved(tmp_path, monkeypatch):
    from analysis.publish.findings import Origin

    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text("# a line more\n\ndef f():\n    return 1\n")
    assert cleared.source_here(Origin("a.f", "a.py", 1, "")) == "def f():\n    return 1\n"
    assert cleared.source_here(Origin("a.g", "a.py", 1, "")) == "" == cleared.source_here(Origin("b.f", "b.py", 1, ""))
