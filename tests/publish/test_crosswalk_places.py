"""Every item of the reporting crosswalk leads to a page and an anchor that are there, or the build says which not."""

from __future__ import annotations

import pytest

from analysis.publish.crosswalk_places import problems_of_places

HEAD = "<tr><th>No.</th><th>Where</th></tr>"


@pytest.fixture
def page(tmp_path):
    """`page(cell)` writes a crosswalk whose one item R1 has that cell, beside a page with the anchor `how-sure`."""
    (tmp_path / "other.html").write_text('<section id="how-sure"></section>')

    def write(cell):
        file = tmp_path / "crosswalk.html"
        file.write_text(f'<figure id="tbl-reporting-crosswalk"><table>{HEAD}<tr><th>R1</th><td>{cell}</td></tr>'
                        "</table></figure>")
        return file

    return write


@pytest.mark.parametrize("href", ["other.html", "other.html#how-sure", "#tbl-reporting-crosswalk"])
def test_a_place_that_is_there_is_no_problem(page, href):
    assert problems_of_places(page(f'<a href="{href}">there</a>')) == []


@pytest.mark.parametrize(("cell", "says"), [
    ('<a href="gone.html">gone</a>', "item R1: place 'gone' leads to gone.html, which is not there"),
    ('<a href="other.html">other</a> <a href="other.html#nowhere">nowhere</a>',
     "item R1: place 'othernowhere' leads to other.html#nowhere, but the page has no such anchor"),
    ("tbl-nothing", "item R1: place 'tbl-nothing' is no link; expected an exhibit, a chapter, or chapter#heading"),
    ('<a href="other.html">x</a><span class="xref-missing">y</span>', "is no link"),
    ("", "item R1: place '' is no link")])
def test_a_wrong_place_is_one_line_that_names_item_and_place(page, cell, says):
    problems = problems_of_places(page(cell))
    assert len(problems) == 1 and says in problems[0]


def test_a_page_without_the_table_is_said(tmp_path):
    file = tmp_path / "empty.html"
    file.write_text("<p></p>")
    assert problems_of_places(file) == ["empty.html: it has no tbl-reporting-crosswalk"]
