"""Registers of the appendices: what they name exists, what they count adds up."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from mdit_py_plugins.anchors.index import slugify
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
        page = CHAPTERS / f"{place.partition('#')[0]}.md"
        assert place in shown if is_exhibit else page.is_file(), f"{name}: no place {place}"


@pytest.mark.parametrize(("name", "column"), [("reporting_items", "place"), ("methods_registry", "equation")])
def test_places_with_a_heading_name_one_of_the_page(standins, name, column):
    for place in standins(name).frame[column]:
        page, _, heading = place.partition("#")
        if heading:
            titles = re.findall(r"^#{1,3} (.*)$", (CHAPTERS / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in map(slugify, titles), f"{name}: no heading for {place}"


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


def test_each_state_of_an_item_has_words(standins):
    table = reporting.crosswalk(standins("reporting_items").frame)
    assert set(table["answered"]) <= {"yes", "in part", "not yet, planned", "no", "not open"}
    unsaid = table.loc[table["answered"].isin(["no", "not open", "in part", "not yet, planned"])
                       & table["standard"].str.contains("COREQ|StaRI") & table["note"].isna(), "id"]
    assert unsaid.tolist() == []


@pytest.mark.parametrize(("standard", "items"), [("COREQ", 32), ("StaRI", 27), ("TIDieR", 12), ("CHEERS", 28),
                                                 ("GRAMMS", 6)])
def test_standards_are_gone_through_item_by_item(standins, standard, items):
    """As many numbered items as the standard has, each by itself: no ranges, none left out."""
    named = standins("reporting_items").frame["standard"]
    numbers = named[named.str.fullmatch(rf"{standard} \d+(, (strategy|intervention))?")].str.extract(r"(\d+)")[0]
    assert set(numbers.astype(int)) == set(range(1, items + 1))
    assert not named.str.fullmatch(rf"{standard} \d+-\d+").any()


def test_items_are_counted_by_part_with_a_total():
    frame = pd.DataFrame({"part": ["One", "One", "Two", "Two"], "answered": ["yes", "planned", "yes", "not open"]})
    table = reporting.answered_by_part(frame)
    none = {"partly": 0, "planned": 0, "no": 0, "not open": 0}
    assert table.to_dict("records") == [
        none | {"part": "One", "yes": 1, "planned": 1, "items": 2},
        none | {"part": "Two", "yes": 1, "not open": 1, "items": 2},
        none | {"part": "All parts", "yes": 2, "planned": 1, "not open": 1, "items": 4}]
    assert reporting.counts_title(table) == "2 of 4 reporting items are answered in full"


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
