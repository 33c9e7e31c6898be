"""Which clause of the analysis plan a result answers."""

import pandas as pd
import pytest

from analysis.errors import DesignError
from analysis.review.plan import clause_of, clauses_from, read_clauses, words_of


def plan(*rows):
    return clauses_from(pd.DataFrame(rows, columns=["clause", "covers"]).assign(
        question="Q1", title="t", estimand="e", analysis="a", standing="primary"))


def test_ids_of_findings_and_exhibits_have_the_same_words():
    assert words_of("tbl-did-main") == words_of("did.main") == ("did", "main")
    assert words_of("deep_dives.agreement.alpha") == ("deep", "dives", "agreement", "alpha")


def test_the_longest_beginning_counts_and_a_part_of_a_word_is_none():
    clauses = plan(("P1", "did"), ("P2", "did-kinship; survey"))
    assert clause_of("did.kinship.effect", clauses).clause == "P2"
    assert clause_of("fig-did-kinshipping", clauses).clause == "P1"
    assert clause_of("survey.wellbeing", clauses).clause == "P2"


def test_a_result_without_a_clause_is_an_error_that_says_what_to_do():
    with pytest.raises(DesignError, match=r"no clause covers 'costs\.total'; add its beginning"):
        clause_of("costs.total", plan(("P1", "did")))


def test_two_clauses_for_one_beginning_are_refused():
    with pytest.raises(DesignError, match="two clauses cover 'did-kinship'"):
        plan(("P1", "did-kinship"), ("P2", "did; did-kinship"))


def test_every_question_of_the_evaluation_has_a_primary_or_descriptive_clause():
    from analysis.sources.loading import load

    asked = set(load("questions").frame["id"])
    answered = {clause.question for clause in read_clauses() if clause.standing in ("primary", "descriptive")}
    assert asked <= answered
