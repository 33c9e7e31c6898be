"""Differences between two saved ledgers."""

import dataclasses
import json

import pytest

from analysis.errors import DataError
from analysis.review import snapshots
from analysis.review.changes import comparable, last_release, page
from analysis.review.comparing import differences
from analysis.review.snapshots import ExhibitThen, FindingThen, Snapshot, digest, of_build, of_release, release_text

ONE = FindingThen(2.0, "2.0%", 1.0, 3.0, 100, "synthetic")
CSV = "name,low,status\nA,1.5,synthetic\nB,2.5,synthetic\n"
TABLE = ExhibitThen("Headline", "synthetic", digest(CSV), digest(""), snapshots.cells_of(CSV))


def ledger(findings=None, exhibits=None):
    return Snapshot("x", findings if findings is not None else {"a.one": ONE},
                    exhibits if exhibits is not None else {"tbl-a": TABLE})


def table(text, picture=""):
    return ExhibitThen("Headline", "synthetic", digest(text), digest(picture), snapshots.cells_of(text))


def test_equal_ledgers_have_no_difference_and_rounding_within_the_tolerance_is_none():
    nearly = dataclasses.replace(ONE, value=2.0 * (1 + 5e-7), text="2.1%")
    assert differences(ledger(), ledger({"a.one": dataclasses.replace(ONE, value=2.0 * (1 + 5e-7))})) == []
    # Relative 5e-7 is within 1e-6; a tighter tolerance sees it. A text of its own is a difference even so.
    assert [d.place for d in differences(ledger(), ledger({"a.one": nearly}))] == ["text"]
    assert [d.place for d in differences(ledger(), ledger({"a.one": nearly}), 1e-7)] == ["value"]


@pytest.mark.parametrize(("change", "place", "size"), [
    ({"value": 2.5}, "value", 0.5), ({"low": 0.5}, "low", -0.5), ({"n": 101}, "n", 1.0),
    ({"status": "restricted"}, "status", None), ({"value": None}, "value", None), ({"text": "two"}, "text", None)])
def test_every_part_of_a_finding_is_compared_with_the_size(change, place, size):
    found = differences(ledger(), ledger({"a.one": dataclasses.replace(ONE, **change)}))
    assert [(d.id, d.place, d.size) for d in found] == [("a.one", place, size)]


def test_a_finding_or_exhibit_that_is_gone_or_new_is_named():
    found = differences(ledger(), ledger({"a.two": ONE}, {}))
    assert [(d.id, d.place) for d in found] == [
        ("a.one", "is no longer published"), ("a.two", "is new"), ("tbl-a", "is no longer published")]


@pytest.mark.parametrize(("text", "said"), [
    (CSV.replace("2.5", "2.75"), "tbl-a: row 2, low: 2.5 -> 2.75 (by +0.25)"),
    (CSV.replace("A,", "C,"), "tbl-a: row 1, name: A -> C"),
    (CSV.replace("2.5", "c"), "tbl-a: row 2, low: 2.5 -> c"),
    (CSV.replace("low", "high"), "tbl-a: columns: name, low, status -> name, high, status"),
    (CSV + "C,1,synthetic\n", "tbl-a: number of rows: 2 -> 3 (by +1)")])
def test_every_cell_of_an_exhibit_is_compared(text, said):
    assert [str(d) for d in differences(ledger(), ledger(exhibits={"tbl-a": table(text)}))] == [said]


def test_another_picture_of_the_same_numbers_is_a_difference():
    found = differences(ledger(), ledger(exhibits={"tbl-a": table(CSV, "<svg/>")}))
    assert [d.place for d in found] == ["picture, with the same numbers"]


def saved(folder, csv=CSV, hash_of=CSV):
    (folder / "exhibits").mkdir(parents=True)
    (folder / "exhibits" / "tbl-a.csv").write_text(csv)
    item = {"id": "tbl-a", "title": "Headline", "status": "synthetic", "csv": "exhibits/tbl-a.csv",
            "csv_sha256": digest(hash_of), "picture_sha256": digest("")}
    finding = {"id": "a.one", **dataclasses.asdict(ONE)}
    (folder / "results.json").write_text(json.dumps({"findings": [finding], "exhibits": [item]}))
    return folder


def test_a_saved_ledger_reads_back(tmp_path):
    read = of_build(saved(tmp_path / "build"))
    assert differences(ledger(), read) == []


@pytest.mark.parametrize(("make", "said"), [
    (lambda folder: None, "there is no saved ledger"),
    (lambda folder: folder.joinpath("results.json").write_text("{"), "is not JSON"),
    (lambda folder: folder.joinpath("results.json").write_text("[]"), "not a saved ledger"),
    (lambda folder: folder.joinpath("results.json").write_text('{"findings": [], "exhibits": [{"id": "tbl-a"}]}'),
     "from before exhibits were kept with a hash")])
def test_what_is_no_ledger_is_refused(tmp_path, make, said):
    make(tmp_path)
    with pytest.raises(DataError, match=said):
        of_build(tmp_path)


def test_a_csv_that_was_changed_or_removed_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"tbl-a\.csv: an exhibit.s CSV is not the one of its ledger"):
        of_build(saved(tmp_path / "a", csv=CSV.replace("2.5", "9.5")))
    folder = saved(tmp_path / "b")
    (folder / "exhibits" / "tbl-a.csv").unlink()
    with pytest.raises(DataError, match="has no CSV"):
        of_build(folder)


def test_a_kept_release_reads_back_without_cells(tmp_path):
    file = tmp_path / "1.0.0.json"
    file.write_text(release_text(ledger(), "1.0.0"))
    kept = of_release(file)
    assert differences(kept, ledger()) == []
    moved = ledger(exhibits={"tbl-a": table(CSV.replace("2.5", "2.6"))})
    assert [d.place for d in differences(kept, moved)] == ["numbers"]


def test_the_last_release_is_the_highest_version_and_not_the_last_by_letter(tmp_path):
    for name in ("0.9.0", "0.10.0"):
        (tmp_path / f"{name}.json").write_text(release_text(ledger(), name))
    assert last_release(tmp_path).name == "0.10.0"
    assert last_release(tmp_path / "none") is None


def test_results_of_another_status_are_left_out_of_what_changed_and_counted():
    real = ledger({"a.one": dataclasses.replace(ONE, value=9.0, status="public data"), "a.two": ONE})
    before, now, apart = comparable(ledger(), real)
    assert apart == 1 and "a.one" not in before.findings and "a.one" not in now.findings
    text = page(ledger(), real)
    assert "1 rest on data of another status" in text and "<code>a.two</code>" in text and "a.one" not in text
