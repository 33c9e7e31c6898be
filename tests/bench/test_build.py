"""The benchmark of the whole book: its two sides are the same but for one setting, and must make the same."""

from __future__ import annotations

import pytest
import yaml

from analysis import paths
from analysis.bench import build as module
from analysis.bench.processes import Peers
from analysis.bench.setting import Setting
from analysis.errors import DataError


@pytest.fixture
def sides(tmp_path):
    """Two built books of one page."""
    for name in ("ours", "plain"):
        html = tmp_path / name / "_build" / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text("page")
        (html.parent / paths.LEDGER.name).write_text("{}")
    return tmp_path / "ours", tmp_path / "plain"


def test_two_sides_that_made_the_same_are_said_to(sides):
    assert module._same(*sides).startswith("the same ledger and 1 pages")


def test_two_sides_that_made_other_pages_or_ledgers_are_no_comparison(sides):
    (sides[1] / "_build" / paths.LEDGER.name).write_text('{"findings": []}')
    with pytest.raises(DataError, match="other ledgers"):
        module._same(*sides)
    (sides[0] / "_build" / "html" / "more.html").write_text("")
    with pytest.raises(DataError, match="other pages"):
        module._same(*sides)


def test_a_cold_build_keeps_stored_results_alone(sides):
    build = sides[0] / "_build"
    (build / "results").mkdir()
    (build / "results" / "a.json").write_text("{}")
    module._forget_builds(sides[0])
    assert [file.name for file in build.iterdir()] == ["results"] and (build / "results" / "a.json").is_file()


def test_the_peers_setting_is_in_the_books_configuration(tmp_path):
    file = tmp_path / "_config.yml"
    file.write_text((paths.ROOT / "_config.yml").read_text(encoding="utf-8"), encoding="utf-8")
    module._replace(file, module.SETTING, f"{module.SETTING}    report_execution: plain\n")
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["sphinx"]["config"]["report_execution"] == "plain"
    with pytest.raises(DataError, match="nothing to change"):
        module._replace(file, "not there", "")


@pytest.mark.slow
def test_a_build_that_fails_is_told_by_its_last_words(tmp_path):
    (tmp_path / "_toc.yml").write_text("format: nothing\n")
    with pytest.raises(DataError, match="the measured build failed"):
        module.seconds_of_build(tmp_path)


@pytest.mark.slow
def test_the_quick_book_is_measured_from_cold_to_nothing_changed():
    said = []
    found = module.build(Setting(True, Peers(None), said.append))
    assert [measure.what.split(":")[0] for measure in found] == [
        "cold", "cold", "words of one edited", "words of two edited", "a code cell of one edited",
        "a code cell of two edited", "nothing changed"]
    assert found[0].ratio > 0 and found[0].size == "2 chapters" and "the same ledger" in found[0].note
    assert found[1].ours == found[0].ours and "in its own way" in found[1].note
    # Nothing is executed and no page is read or written when nothing changed.
    assert found[-1].ours.fastest < found[2].ours.fastest
