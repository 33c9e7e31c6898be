"""Which stand-ins are made again, and which are kept."""

from __future__ import annotations

import json

import pytest

from analysis.design import load_design
from analysis.publish import dependencies
from analysis.standins import current, generator_modules

TWO = ("costs", "convergence_coding")       # the quickest generators


def changed_by(monkeypatch, change):
    """Generators whose digest another design changes."""
    before = {name: current.made_from(name) for name in generator_modules()}
    monkeypatch.setattr(dependencies, "load_design", lambda: load_design().with_changes(change))
    return {name for name in before if current.made_from(name) != before[name]}


@pytest.mark.parametrize(("change", "makes"), [
    ({"national_data.planted.persistence": 0.4}, {"national"}),
    ({"difference_in_differences.records.early_help": 0.3}, {"children"}),
    ({"disclosure.threshold": 7}, set())])
def test_a_part_of_the_design_concerns_the_generators_that_read_it(monkeypatch, change, makes):
    assert changed_by(monkeypatch, change) == makes


def test_the_seed_concerns_all(monkeypatch):
    assert changed_by(monkeypatch, {"seed": 1}) == set(generator_modules())


def test_instruments_and_loaded_parameters_are_part_of_what_a_file_comes_from(monkeypatch):
    asked = []
    monkeypatch.setattr(current, "digest_of_files", lambda files: asked.append({file.name for file in files}) or [])
    current.made_from("staff_survey")
    current.made_from("costs")
    assert "staff_survey.yml" in asked[0] and "costs.csv" not in asked[0]
    assert {"costs.csv", "gdp_deflator.csv"} <= asked[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of stand-ins of two generators alone."""
    monkeypatch.delenv("STANDINS_DIR", raising=False)
    monkeypatch.setattr(current.paths, "standins_folder", lambda: tmp_path / "standins")
    monkeypatch.setattr(current, "generator_modules", lambda: TWO)
    assert current.ensure_standins()
    return tmp_path / "standins"


def test_only_what_changed_is_made_again(folder, monkeypatch):
    assert not current.ensure_standins()
    made = json.loads((folder / "manifest.json").read_text())["made"]
    assert set(made) == set(TWO) and all(one["files"] for one in made.values())
    changed = load_design().with_changes({"synthesis.second_coder.slip": 0.2})
    monkeypatch.setattr(dependencies, "load_design", lambda: changed)
    said = []
    assert current.ensure_standins(progress=said.append)
    assert ["convergence_coding" in line for line in said] == [False, True]
    again = json.loads((folder / "manifest.json").read_text())["made"]
    assert again["costs"] == made["costs"] and again["convergence_coding"]["from"] != made["convergence_coding"]["from"]
    assert current.edited_files(folder) == [] and not current.ensure_standins()


def test_a_file_that_is_gone_is_made_again_the_same(folder):
    made = json.loads((folder / "manifest.json").read_text())["made"]["costs"]["files"]
    (folder / next(iter(made))).unlink()
    assert current.edited_files(folder) == [next(iter(made))]
    assert current.ensure_standins()
    assert json.loads((folder / "manifest.json").read_text())["made"]["costs"]["files"] == made


def test_a_file_that_another_process_takes_away_meanwhile_is_made(folder, monkeypatch):
    files = json.loads((folder / "manifest.json").read_text())["made"]["costs"]["files"]
    fresh = folder.parent / "fresh"
    fresh.mkdir()
    current._fill(fresh, folder.parent / "gone", {"costs": "digest"}, {"costs": files}, 1.0, None)
    assert json.loads((fresh / "manifest.json").read_text())["made"]["costs"]["files"] == files
