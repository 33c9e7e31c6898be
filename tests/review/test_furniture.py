"""Every strand's chapter has the same parts, and the bar that leads to them."""

import re
from types import SimpleNamespace

import pytest
from docutils import nodes

from analysis import paths
from analysis.review.furniture import PARTS, bar, links_of

STRANDS = ["deep_dives", "survey", "assessments", "contrast_study", "national_data", "difference_in_differences",
           "costs"]


@pytest.mark.parametrize("strand", STRANDS)
def test_every_strands_chapter_has_all_parts(strand):
    titles = re.findall(r"^## (.+)$", (paths.CHAPTERS / f"{strand}.md").read_text(encoding="utf-8"), re.MULTILINE)
    for words, beginnings in PARTS:
        assert any(title.startswith(beginnings) for title in titles), (strand, words)
    assert titles[0] == "In short"      # the answer comes first


def test_the_bar_leads_to_the_parts_that_are_there_and_counts_exhibits():
    document = nodes.section(ids=["page"])
    document += nodes.title("", "Staff survey")
    for title, id in (("In short", "in-short"), ("How sure we are", "how-sure-we-are"), ("Data and method", "data")):
        section = nodes.section(ids=[id])
        section += nodes.title("", title)
        document += section
    shown = [SimpleNamespace(kind=id[:3].replace("fig", "figure"), id=id) for id in ("fig-a", "tbl-b", "tbl-c")]
    links = links_of(document, shown)
    assert links == [("Key finding", "in-short"), ("How sure", "how-sure-we-are"), ("Method and data", "data"),
                     ("1 figure and 2 tables", "fig-a")]
    assert bar(links).count("<li>") == 4 and 'href="#how-sure-we-are"' in bar(links)
