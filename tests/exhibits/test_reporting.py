"""Registers of the appendices: what they name exists, what they count adds up."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from pybtex.database import parse_file

from analysis.exhibits import reporting
from analysis.paths import CHAPTERS, ROOT
from analysis.publish import chapters


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """Every exhibit that some chapter shows."""
    return {id for chapter in chapters.all_chapters().values() for id in chapter.exhibits}


@pytest.fixture(scope="module")
def citation_keys() -> set[str]:
    return set(parse_file(str(CHAPTERS / "references.bib")).entries)


@pytest.mark.parametrize("name", ["reporting_items", "readme_items"])
def test_places_are_pages_or_exhibits_of_the_book(standins, shown, name):
    for place in standins(name).frame["place"]:
        is_exhibit = place.startswith(("fig-", "tbl-"))
        assert place in shown if is_exhibit else (CHAPTERS / f"{place}.md").is_file(), f"{name}: no place {place}"


def test_methods_name_code_and_tests_that_exist(standins):
    for method in standins("methods_registry").frame.itertuples():
        for path in (method.module, method.tests):
            assert (ROOT / path).is_file(), f"{method.method}: no file {path}"


def test_citations_are_in_the_bibliography(standins, citation_keys):
    cited = set(standins("glossary").frame["citation"].dropna())
    texts = [*standins("methods_registry").frame["reference"],
             *(file.read_text(encoding="utf-8") for file in CHAPTERS.rglob("*.md"))]
    for text in texts:
        for group in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text):
            cited |= {key.strip() for key in group.split(",")}
    assert cited <= citation_keys, cited - citation_keys


def test_planned_items_are_said_to_be_planned(standins):
    table = reporting.crosswalk(standins("reporting_items").frame)
    assert set(table["answered"]) == {"yes", "in part", "not yet, planned"}


def test_items_are_counted_by_part_with_a_total():
    frame = pd.DataFrame({"part": ["One", "One", "Two"], "answered": ["yes", "planned", "yes"]})
    table = reporting.answered_by_part(frame)
    assert table.to_dict("records") == [
        {"part": "One", "yes": 1, "partly": 0, "planned": 1, "items": 2},
        {"part": "Two", "yes": 1, "partly": 0, "planned": 0, "items": 1},
        {"part": "All parts", "yes": 2, "partly": 0, "planned": 1, "items": 3}]
    assert reporting.counts_title(table) == "2 of 3 reporting items are answered in full"


def test_assumptions_come_with_the_riskiest_first():
    frame = pd.DataFrame({"id": ["a", "b", "c"], "quality": ["High", "Low", "Medium"],
                          "impact": ["High", "High", "Low"]})
    assert reporting.by_risk(frame)["id"].tolist() == ["b", "a", "c"]     # risk 2 - 0, 2 - 2, 0 - 1


def test_glossary_is_in_alphabetical_order(standins):
    terms = standins("glossary").frame["term"].str.lower().tolist()
    assert terms == sorted(terms)


def test_seed_table_changes_with_the_seed(design):
    first, again, other = (reporting.seed_table(d)["value"].tolist() for d in (design, design, design.with_seed(7)))
    assert first == again
    assert not set(first) & set(other)


def test_software_is_what_the_project_uses_itself(standins):
    """The packages of the first block of requirements.txt and no others, but for the language."""
    own = (ROOT / "requirements.txt").read_text(encoding="utf-8").split("# brought by")[0]
    wanted = {name.lower() for name in re.findall(r"^([\w.-]+)==", own, re.MULTILINE)}
    shown = {name.lower() for name in standins("software").frame["package"]} - {"python"}
    assert shown == wanted, f"only in one of the two: {sorted(shown ^ wanted)}"
