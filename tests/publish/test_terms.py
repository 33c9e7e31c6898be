"""Terms explained in place."""

import pandas as pd
import pytest
from docutils import nodes

from analysis.publish.terms import button, explain, meanings, pattern_of, split, terms_from

TERMS = terms_from(pd.DataFrame({
    "term": ["Kinship care", "CR1, CR2, CR3", "Care order", "DiD"],
    "expansion": [None, "Cluster-robust", None, "D-in-D"],
    "definition": ["Care by relatives.", "Variances.", "An order <of a court>.", "A change."]}))


@pytest.mark.parametrize(("term", "text", "found"), [
    ("Kinship care", "more kinship care here", "kinship care"), ("Kinship care", "unkinship care", None),
    ("Pilot", "All pilots", "pilots"), ("Pilot", "pilot-level", None), ("DiD", "what they did", None),
    ("CR1, CR2, CR3", "the CR2 errors", "CR2"), ("CR1, CR2, CR3", "the cr2 errors", None)])
def test_whole_words_are_found_and_abbreviations_as_they_are_written(term, text, found):
    match = pattern_of(term).search(text)
    assert (match[0] if match else None) == found


def test_the_first_use_becomes_a_button_and_later_ones_stay():
    made, found = split("A care order, and kinship care; a care order again.", TERMS)
    texts = [node.astext() for node in made]
    assert [term.name for term in found] == ["Care order", "Kinship care"]
    assert texts == ["A ", button(found[0], "care order"), ", and ", button(found[1], "kinship care"),
                     "; a care order again."]


def document(*children):
    page = nodes.section()
    page += children
    return page


def test_headings_links_and_code_are_left_alone_and_a_page_explains_a_term_once():
    link = nodes.paragraph("", "", nodes.reference("", "DiD"))
    code = nodes.paragraph("", "", nodes.literal("", "DiD"))
    one, two = nodes.paragraph("", "A DiD here."), nodes.paragraph("", "A DiD there.")
    page = document(nodes.title("", "DiD"), link, code, one, two)
    assert [term.name for term in explain(page, TERMS)] == ["DiD"]
    assert [len(list(node.findall(nodes.raw))) for node in page] == [0, 0, 0, 1, 0]


def test_meanings_name_what_an_abbreviation_stands_for_and_are_escaped():
    text = meanings([TERMS[0], TERMS[2]], "glossary.html")
    assert "(Cluster-robust)" in text and "&lt;of a court&gt;" in text
    assert text.count('<a href="glossary.html">') == 2 and text.count("popover id=") == 2
