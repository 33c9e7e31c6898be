"""The bundle of the difference-in-differences: what it publishes, and that the pages use all of it."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.exhibits.did.findings import definitions_phrase, equivalence_phrase, found_sentence
from analysis.strands.difference_in_differences import OUTCOMES
from analysis.strands.difference_in_differences.conclusions import read
from tests.exhibits.did_pages import assert_on_pages

NULL = "no evidence of an effect"


def test_the_sentence_of_what_was_found_follows_the_conclusions():
    concluded = {name: read(NULL) for name in ("duration", "conference", "re-referral", "escalation")}
    for text in (NULL, "evidence of no meaningful effect", "weak evidence of a reduction"):
        assert found_sentence({**concluded, "kinship care": read(text)}) == (
            "none of the five outcomes shows evidence of an effect")
    assert found_sentence({**concluded, "kinship care": read("evidence of a reduction")}) == (
        "one of the five outcomes shows evidence of an effect: kinship care (a reduction)")
    assert found_sentence({**concluded, "re-referral": read("evidence of an increase"),
                           "kinship care": read("evidence of a reduction")}) == (
        "two of the five outcomes show evidence of an effect: re-referral (an increase) and kinship care (a reduction)")


@pytest.mark.parametrize("corrected, published, expected", [
    (-15.0, -5.0, "of the same sign and 10.0 percentage points further from nought"),
    (-5.0, -15.0, "of the same sign and 10.0 percentage points nearer to nought"),
    (5.0, -5.0, "of the opposite sign, 10.0 percentage points apart"),
])
def test_how_two_definitions_compare(corrected, published, expected):
    assert definitions_phrase(corrected, published) == expected


def test_equivalence_phrase_without_any():
    assert equivalence_phrase({}) == "for no outcome are effects beyond these bounds excluded"


@pytest.fixture(scope="module")
def built(bundle):
    """The strand's bundle on the session's stand-ins."""
    return bundle("difference_in_differences")


@pytest.mark.slow
class TestBundle:
    """What is published, built once."""

    def test_every_outcome_has_its_findings(self, built):
        keys = {finding.id for finding in built.findings}
        wanted = {f"did.{outcome}.{quantity}" for outcome in OUTCOMES for quantity in (
            "effect", "published_effect", "permutation_p", "mde", "mean_before", "conclusion")}
        assert wanted <= keys and len(keys) >= 35

    def test_effects_have_intervals_and_bases(self, built):
        for finding in built.findings:
            if finding.id.endswith(".effect"):
                assert finding.low < finding.value < finding.high
                assert finding.n > 0 and 0 < finding.n_pilots < finding.n_authorities <= 27

    def test_everything_from_records_is_synthetic(self, built):
        reference = {"tbl-did-robins", "tbl-did-discrepancies"}
        assert {e.status for e in built.exhibits if e.id not in reference} == {"synthetic"}
        assert {f.status for f in built.findings} == {"synthetic"}

    def test_pages_show_every_exhibit_once_and_quote_every_finding(self, built):
        assert_on_pages(built)

    def test_descriptions_carry_numbers_and_headlines_are_short(self, built):
        for exhibit in built.exhibits:
            assert re.search(r"\d", exhibit.description) and len(exhibit.title.split()) <= 10

    def test_main_table_agrees_with_the_findings(self, built):
        exhibit = next(e for e in built.exhibits if e.id == "tbl-did-main")
        table = pd.DataFrame([[cell.value for cell in row] for row in exhibit.rows],
                             columns=[column.name for column in exhibit.columns])
        effects = {f.id: f.value for f in built.findings if f.id.endswith(".effect")}
        assert sorted(float(value) for value in table["effect"]) == pytest.approx(sorted(effects.values()))
