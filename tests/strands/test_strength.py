"""Claims and checks of the strands: each rule by a case that can be followed by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from analysis.errors import DesignError
from analysis.methods.strength import EFFECT, INCONCLUSIVE, NO_EFFECT
from analysis.strands.strength import CheckRule, claim_in, rate_outcome, rules_of

SECTION = {"levels": ["very low", "low", "moderate", "high"],
           "start": {1: "very low", 2: "low", 3: "moderate", 4: "high", 5: "high"}}
VALUES = {"a.p": 0.01, "b.p": 0.03, "a.detectable": 2.0, "a.bound": 4.0, "a.equivalence": 0.2, "a.blank": None}
PRECISE = CheckRule("precision", ("a.detectable",), "a.bound", "at most", 1.0, "both")
FEW = CheckRule("few", ("a.p", "b.p"), "", "at most", 0.05, EFFECT)
SAME = CheckRule("equivalence", ("a.equivalence",), "", "at most", 0.05, f"deciding: {NO_EFFECT}")


def rate(words, *rules, level=3, **changes):
    return rate_outcome(words, level, rules, {**VALUES, **changes}.get, SECTION)


@pytest.mark.parametrize(("words", "claim"), [
    ("evidence of a rise", EFFECT), ("evidence of a positive association", EFFECT),
    ("evidence of no change that matters", NO_EFFECT), ("no evidence of an effect", INCONCLUSIVE),
    ("no evidence of a difference, but none is ruled out", INCONCLUSIVE)])
def test_a_claim_is_in_the_strands_own_words(words, claim):
    assert claim_in(words) == claim


@pytest.mark.parametrize("words", ["wellbeing rose", "weak evidence of a rise", ""])
def test_other_words_are_no_conclusion(words):
    with pytest.raises(DesignError, match="neither evidence of something"):
        claim_in(words)


def test_the_value_that_is_hardest_to_pass_with_decides():
    # the larger of 0.01 and 0.03 where small values pass, the smaller where large ones do
    assert FEW.check(VALUES.get).value == 0.03
    assert CheckRule("least", ("a.p", "b.p"), "", "at least", 0.02, "both").check(VALUES.get).value == 0.01


def test_a_ratio_is_of_two_places_and_unknown_where_one_is():
    assert PRECISE.check(VALUES.get).value == 0.5          # 2 / 4
    assert PRECISE.check({**VALUES, "a.bound": None}.get).value is None
    assert PRECISE.check({**VALUES, "a.bound": 0.0}.get).value is None
    assert not CheckRule("x", ("a.blank",), "", "at most", 1.0, "both").check(VALUES.get).passed


def test_an_effect_starts_at_its_design_and_falls_with_each_check_missed():
    rating, checks = rate("evidence of a fall", PRECISE, FEW, SAME)
    assert rating.level == "moderate" and {check.name for check in checks} == {"precision", "few"}
    assert rate("evidence of a fall", PRECISE, FEW, **{"b.p": 0.06})[0].level == "low"
    assert rate("evidence of a fall", PRECISE, FEW, **{"b.p": 0.06, "a.bound": 1.0})[0].level == "very low"
    assert rate("evidence of a fall", PRECISE, FEW, level=1)[0].level == "very low"


def test_no_evidence_becomes_a_claim_of_none_only_where_equivalence_passes():
    rating, checks = rate("no evidence of an effect", PRECISE, FEW, SAME)
    assert rating.claim == INCONCLUSIVE and rating.level == "" and [check.name for check in checks] == ["equivalence"]
    assert rating.flip.name == "equivalence"
    settled, checks = rate("no evidence of an effect", PRECISE, FEW, SAME, **{"a.equivalence": 0.01})
    assert settled.claim == NO_EFFECT and settled.level == "moderate"
    assert [check.name for check in checks] == ["precision"]      # p of an effect has no meaning for a claim of none


def test_rows_of_the_register_become_rules():
    row = SimpleNamespace(check="few", value="a.p | b.p", over=float("nan"), sense="at most", threshold="p",
                          claims=EFFECT)
    assert rules_of([row], {"p": 0.05}) == (FEW,)
    with pytest.raises(DesignError, match="threshold 'p' is not in data/evaluation.yml, which has q"):
        rules_of([row], {"q": 0.05})
