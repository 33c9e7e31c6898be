"""When files count as they were, and what is remembered of them."""

import json
import os

import pytest

from analysis.publish import state
from analysis.publish.remembered import Remembered


@pytest.fixture
def folder(tmp_path):
    """A folder with a file, one below another folder, and what does not count."""
    place = tmp_path / "place"
    for name in ("a.txt", "below/b.txt", ".hidden", "__pycache__/c.pyc", "environment/pyvenv.cfg"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("text")
    return place


@pytest.mark.parametrize("change", ["content", "name", "gone", "more", "time", "file"])
def test_every_change_counts(folder, change):
    before = state.state_of([folder])
    assert state.state_of([folder]) == before
    file = folder / "below" / "b.txt"
    if change == "content":
        kept = file.stat()
        file.write_text("next")                                         # as long as before
        os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))         # and said to be as old
    elif change == "name":
        file.rename(file.with_name("c.txt"))
    elif change == "gone":
        file.unlink()
    elif change == "more":
        (folder / "below" / "d.txt").write_text("")
    elif change == "time":
        os.utime(file)
    elif change == "file":
        file.unlink()
        file.mkdir()
    assert state.state_of([folder]) != before


@pytest.mark.parametrize("name", [".hidden", "__pycache__/c.pyc", "environment/more.py"])
def test_what_does_not_count(folder, name):
    before = state.state_of([folder])
    (folder / name).write_text("other text")
    assert state.state_of([folder]) == before


def test_a_place_that_comes_or_is_a_file_counts(tmp_path):
    before = state.state_of([tmp_path / "a"])
    (tmp_path / "a").write_text("")
    assert state.state_of([tmp_path / "a"]) != before


def test_sources_follow_the_folders_of_data_and_what_is_in_them(tmp_path, monkeypatch):
    before = state.state_of_sources()
    assert state.state_of_sources() == before
    monkeypatch.setenv("RESTRICTED_DATA_DIR", str(tmp_path))
    other = state.state_of_sources()
    (tmp_path / "records.csv").write_text("a\n1\n")
    assert len({before, other, state.state_of_sources()}) == 3


@pytest.mark.parametrize("content", ["", "{", "[1]", None])
def test_a_mark_that_is_broken_or_not_there_is_none(tmp_path, content):
    file = tmp_path / "mark.json"
    if content is not None:
        file.write_text(content)
    assert state.read_mark(file) == {}
    state.write_mark(file, {"a": 1})
    assert state.read_mark(file) == {"a": 1} and list(tmp_path.iterdir()) == [file]


def test_a_fact_of_a_file_is_worked_out_once_and_again_when_the_file_changes(tmp_path):
    file, code, looked = tmp_path / "a.txt", tmp_path / "code.py", []
    file.write_text("one two")
    code.write_text("1")

    def words(place):
        looked.append(place)
        return place.read_text().split()

    def fact():
        facts = Remembered(tmp_path / "facts.json", str(code))
        found = facts.fact(file, words)
        facts.keep()
        return found

    assert fact() == fact() == ["one", "two"] and len(looked) == 1
    file.write_text("three")
    assert fact() == ["three"] and len(looked) == 2
    code.write_text("22")
    assert fact() == ["three"] and len(looked) == 3, "another function"
    (tmp_path / "facts.json").write_text("{")
    assert fact() == ["three"] and json.loads((tmp_path / "facts.json").read_text())["facts"]
