"""The framing tables: participation as published, and places that exist."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.exhibits import evaluation
from analysis.paths import CHAPTERS
from analysis.publish.chapters import all_chapters


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("evaluation")


@pytest.mark.parametrize(("strand", "fact"), [
    ("deep_dives", "deep_dives"), ("survey", "survey"), ("assessments", "assessments"), ("contrast_study", "contrast"),
    ("difference_in_differences", "did"), ("national_data", "recruited")])
def test_the_design_has_as_many_pilots_a_strand_as_were_published(design, bundle, strand, fact):
    ours = {row["strand"]: len(row["pilots"]) for row in design.section("participation")}
    published = {finding.id: finding.value for finding in bundle("published").findings}
    assert ours[strand] == published[f"published.participation.{fact}"]


def test_matrix_has_a_row_for_each_strand_and_wave():
    rows = [{"title": "Survey", "waves": ["1", "2"], "pilots": ["A", "C"]},
            {"title": "Costs", "waves": ["Once"], "pilots": ["B"]}]
    frame = evaluation.participation(rows, ["A", "B", "C"])
    expected = pd.DataFrame({"strand": ["Survey", "Survey", "Costs"], "wave": ["1", "2", "Once"],
                             "A": ["yes", "yes", "no"], "B": ["no", "no", "yes"], "C": ["yes", "yes", "no"],
                             "pilots": [2, 2, 1]})
    pd.testing.assert_frame_equal(frame, expected)
    assert evaluation.matrix_title(frame) == "Strands draw on 1 to 2 of the pilots"


def test_places_in_registers_are_pages_of_the_book(standins):
    for name, column in (("questions", "chapter"), ("tidier", "place"), ("published_comparison", "chapter"),
                         ("emmie", "chapter")):
        for place in standins(name).frame[column]:
            assert (CHAPTERS / f"{place}.md").is_file(), f"{name}: no page {place}"


def test_references_to_exhibits_and_pages_differ():
    assert evaluation.reference("tbl-project-tidier") == "{numref}`tbl-project-tidier`"
    assert evaluation.reference("appendices/data") == "{doc}`/chapters/appendices/data`"
    assert evaluation.reference("deep_dives#how-sure") == (
        "{doc}`/chapters/deep_dives` ([how sure](/chapters/deep_dives.md#how-sure))")


def test_tidier_has_its_twelve_items_in_order(standins):
    assert standins("tidier").frame["item"].tolist() == list(range(1, 13))


def test_deviations_stand_beside_the_estimates_they_touch(standins, built):
    """Each row is on the page of its strand, and names an exhibit that some page shows."""
    pages = all_chapters()
    everywhere = {id for page in pages.values() for id in page.exhibits}
    frame = standins("deviations").frame
    assert set(frame["touches"]) <= everywhere, set(frame["touches"]) - everywhere
    tables = {exhibit.id: [row[0].text for row in exhibit.rows] for exhibit in built.exhibits}
    for chapter, rows in frame.groupby("chapter"):
        id = "tbl-evaluation-deviations" if chapter == evaluation.WHOLE else (
            f"tbl-deviations-{chapter.replace('_', '-')}")
        assert id in pages[f"chapters/{chapter}"].exhibits and set(rows["id"]) <= set(tables[id])


def test_every_deviation_has_likely_effect_and_state(built):
    states = {finding.id: finding.value for finding in built.findings if "deviations" in finding.id}
    rows = next(exhibit for exhibit in built.exhibits if exhibit.id == "tbl-evaluation-deviations").rows
    assert states["evaluation.deviations.done"] + states["evaluation.deviations.planned"] == len(rows)
    assert all(cell.text for row in rows for cell in row)
