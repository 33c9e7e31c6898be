"""Tables and words of the difference-in-differences' exhibits, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, DesignError
from analysis.exhibits.did.common import financial_year, place
from analysis.exhibits.did.detecting import implementation_sentence, rules_out_words
from analysis.exhibits.did.flow import flow_steps
from analysis.exhibits.did.strength import Rated, checks_table, flip_words, ratings_table, strength_sentence
from analysis.methods.strength import EFFECT, INCONCLUSIVE, NO_EFFECT
from analysis.strands.difference_in_differences import all_of, rules_of, tables
from analysis.strands.difference_in_differences.conclusions import EVERY, read
from analysis.strands.difference_in_differences.strength import Evidence, checks_of, strength_of
from tests.exhibits.did_pages import assert_on_pages

GOOD = dict(cr2=0.01, cr3=0.02, bootstrap=0.02, permutation=0.01, equivalence=0.9, romano_wolf=0.03, leads=0.5,
            curve=0.3,
            detectable=2.0, bound=3.0, breakdown=1.4, no_effect_breakdown=0.0, placebos=0, missing=0.1, same_sign=97.0)


@pytest.fixture(scope="module")
def rule(design):
    return rules_of(design, all_of("corrected")).strength


def steps(*flow):
    return flow_steps(SimpleNamespace(flow=flow), 10)


def test_a_flow_counts_what_every_step_leaves_out_or_adds():
    table = steps(("Rows", 1000), ("Distinct", 900), ("Repeated once a group", 950), ("Matched", 600))
    assert table["left_out"].fillna(0).tolist() == [0, 100, 0, 350]
    assert table["added"].fillna(0).tolist() == [0, 0, 50, 0]


def test_steps_that_leave_out_few_are_drawn_with_their_neighbours():
    # 900 -> 897 (3) waits for the next step: 900 -> 800; the last, 800 -> 795 (5), joins the one before.
    table = steps(("Rows", 1000), ("Distinct", 900), ("With an end", 897), ("Of age", 800), ("One copy", 795))
    assert table["step"].tolist() == ["Rows", "Distinct", "With an end; of age; one copy"]
    assert table["n"].tolist() == [1000, 900, 795]
    assert (table["left_out"].dropna() >= 10).all()
    # No step at all changes anything: one box remains, with the number left.
    assert steps(("Rows", 100), ("Distinct", 100), ("Of age", 99))["n"].tolist() == [99]


@pytest.mark.parametrize("fall, rise, unit, of, expected", [
    (45.0, 33.4, "per 1,000", "cases closed",
     "a fall of more than 45 and a rise of more than 33 per 1,000 cases closed"),
    (0.0, 80.0, "per 1,000", "children coming into care",
     "any fall, and a rise of more than 80 per 1,000 children coming into care"),
    (20.0, 0.0, "per 1,000", "cases closed", "any rise, and a fall of more than 20 per 1,000 cases closed"),
    (1.55, 1.11, "working days", "assessments",
     "a fall of more than 1.6 and a rise of more than 1.1 working days an assessment")])
def test_what_is_ruled_out_in_words(fall, rise, unit, of, expected):
    row = SimpleNamespace(fall=fall, rise=rise, unit=unit, of=of)
    assert rules_out_words(row) == expected


def test_children_per_thousand_are_ten_times_percentage_points():
    interval = SimpleNamespace(low=-4.5, high=3.35, estimate=-0.58)
    results = {"rereferral": SimpleNamespace(inference=SimpleNamespace(cr2=interval)),
               "duration": SimpleNamespace(inference=SimpleNamespace(cr2=interval))}
    table = tables.rules_out_table(results).set_index("outcome")
    assert table.loc["Re-referral", ["fall", "rise"]].tolist() == pytest.approx([45.0, 33.5])
    assert table.loc["Duration of assessment", ["fall", "rise"]].tolist() == pytest.approx([4.5, 3.35])


def test_the_sentence_on_implementation_follows_the_tests():
    frame = pd.DataFrame({"outcome": ["Re-referral", "Kinship care"], "unit": tables.PERCENT, "p": [0.4, 0.2],
                          "range_detectable": [12.6, 69.4]})
    assert implementation_sentence(frame) == (
        "for no outcome do effects go with the rating beyond what chance gives; with so few pilots only steep slopes "
        "could be seen, for kinship care one of 69 percentage points between the pilots rated highest and lowest")
    assert implementation_sentence(frame.assign(p=[0.01, 0.2])).startswith(
        "effects go with the rating for re-referral; with so few pilots")
    assert implementation_sentence(frame.assign(p=np.nan)) == "too few pilots have a rating to set effects against it"


@pytest.mark.parametrize("difference, expected", [(0.05, "equivalent"), (-0.051, "equivalent once adjusted for"),
                                                  (0.251, "not equivalent"), (np.nan, "no spread")])
def test_readings_of_baseline_differences(difference, expected):
    assert tables.reading_of(difference) == expected


def test_authorities_are_named_by_their_place_in_the_groups():
    groups = pd.DataFrame({"group": ["1", "1", "1", "3", "3"], "la": [101, 111, 112, 103, 112],
                           "pilot": [True, False, False, True, False]})
    assert tables.authority_names(groups) == {101: "pilot of group 1", 103: "pilot of group 3",
                                              111: "comparator of group 1", 112: "comparator of groups 1 and 3"}
    twice = pd.DataFrame({"group": ["2"] * 3, "la": [102, 113, 114], "pilot": [True, False, False]})
    assert tables.authority_names(twice)[114] == "comparator of group 2 (2)"


def test_claims_follow_conclusions():
    assert read("evidence of a reduction").claim == EFFECT == read("evidence of an increase").claim
    assert read("evidence of no meaningful effect").claim == NO_EFFECT
    assert read("weak evidence of a reduction").claim == INCONCLUSIVE == read("no evidence of an effect").claim


def test_conclusions_are_read_as_they_are_written_and_nothing_else_is_one():
    assert all(read(one.words) == one for one in EVERY) and len({one.words for one in EVERY}) == len(EVERY) == 6
    with pytest.raises(DataError, match="a conclusion; found 'evidence of a rise'; expected 'evidence of an increase'"):
        read("evidence of a rise")


def test_years_of_the_study_follow_the_windows(design):
    # A financial year begins in April: March 2009 and April 2008 are both in 2008/09; 1999/00 keeps two digits.
    assert financial_year("2008-04-01") == "2008/09" == financial_year("2009-03-31")
    assert financial_year("1999-12-31") == "1999/00"
    moved = design.with_changes({"difference_in_differences.windows.last_referral": "2017-03-31"})
    inputs = SimpleNamespace(p=SimpleNamespace(design=moved))
    assert place(inputs) == "pilots and matched comparators, England, 2008/09 to 2016/17"


def test_another_level_than_the_words_say_is_refused(design):
    other = design.with_changes({"difference_in_differences.estimation.level": 0.9})
    with pytest.raises(DesignError, match="estimation.level is 0.9; captions and prose are written for 0.95"):
        rules_of(other, all_of("corrected"))


def test_an_undefined_jackknife_is_a_row_that_says_so():
    inference = SimpleNamespace(cr2=SimpleNamespace(estimate=-2.0), cr3=None,
                                no_cr3="without cluster 931 the data do not identify it")
    row = tables._jackknife_row(inference, "27 authorities")
    assert row == {"method": tables.JACKKNIFE, "effect": -2.0,
                   "rests_on": "undefined: without one of the authorities nothing identifies the effect"}


def test_an_effect_that_passes_everything_has_the_strength_of_its_design(rule):
    rating, shown = strength_of(read("evidence of a reduction"), Evidence(**GOOD), rule)
    assert (rating.level, rating.failed) == ("moderate", ()) and all(check.passed for check in shown)
    rating, _ = strength_of(read("evidence of a reduction"), Evidence(**{**GOOD, "cr3": 0.06}), rule)
    # Nearest to its threshold: 97 of 90 per cent of models, 7 / 90 = 0.08; CR3's p is 0.01 / 0.05 = 0.2 away.
    assert rating.level == "low" and rating.flip.name.startswith("choices: percentage of models")


def test_a_claim_of_no_effect_is_not_asked_for_a_small_p(rule):
    names = [check.name for check in checks_of(NO_EFFECT, Evidence(**GOOD), rule) if check.applies]
    assert not any(name.startswith(("few", "several")) for name in names)
    rating, _ = strength_of(read("evidence of no meaningful effect"),
                            Evidence(**{**GOOD, "no_effect_breakdown": 1.2}), rule)
    assert rating.level == "moderate"


def test_an_unknown_input_is_a_check_not_passed(rule):
    rating, _ = strength_of(read("evidence of a reduction"), Evidence(**{**GOOD, "permutation": None}), rule)
    assert rating.failed == ("few authorities: largest p of four methods",)


def test_words_of_the_strength(rule):
    found = {name: Rated(name, read(said), *strength_of(read(said), Evidence(**GOOD), rule)) for name, said in (
        ("kinship", "evidence of a reduction"), ("rereferral", "no evidence of an effect"))}
    assert strength_sentence(found) == (
        "1 of 2 outcomes carries a claim: kinship care (evidence of a reduction, strength moderate)")
    assert strength_sentence({"rereferral": found["rereferral"]}) == (
        "no outcome carries a claim whose strength could be rated")
    # Passed with distance 0.2 / 0.05 ...: the nearest to its threshold is 97 of 90 per cent, 7 / 90.
    assert flip_words(found["kinship"]) == (
        "choices: percentage of models of one sign (now 97.000, below 90.00 another level)")
    table = ratings_table(found, rule)
    assert table["strength"].tolist() == ["moderate", "no claim to rate"] and table["failed"].tolist() == ["none"] * 2
    checks = checks_table(found)
    assert set(checks["passed"]) <= {"yes", "no", "not known"} and (checks["outcome"] == "Re-referral").sum() == 2


@pytest.mark.slow
def test_the_strength_is_published_from_findings_alone_and_stands_on_the_pages(bundle):
    found = bundle("did_strength")
    assert_on_pages(found)
    table = next(e for e in found.exhibits if e.id == "tbl-did-strength")
    assert len(table.rows) == 5 and table.status == "synthetic"
    checks = next(e for e in found.exhibits if e.id == "tbl-did-strength-checks")
    assert {row[-1].text for row in checks.rows} <= {"yes", "no"}       # every input is known


def test_records_without_a_gap_have_exhibits_that_say_so(design):
    from types import SimpleNamespace

    from analysis.exhibits.did import matching
    calls = {}

    def publish(id, **content):
        calls[id] = content

    none = SimpleNamespace(convergence=pd.DataFrame(columns=["imputation", "iteration", "column", "mean", "sd", "r_hat",
                                                             "n_missing"]), flow=())
    inputs = SimpleNamespace(p=SimpleNamespace(table=publish, figure=publish, design=design), sources=(),
                             analysis=SimpleNamespace(corrected={"kinship": none}))
    matching._imputation(inputs)
    matching._chains(inputs)
    assert set(calls) == {"tbl-did-imputation", "fig-did-convergence"}
    for content in calls.values():
        assert content["title"] == "Nothing had to be completed" and len(content["frame"]) == 1
    calls["fig-did-convergence"]["draw"](calls["fig-did-convergence"]["frame"])
