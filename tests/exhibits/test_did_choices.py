"""The bundle of choices: words by hand, what is published, and that the page uses all of it."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.exhibits.did import choice_models, choice_switches, choice_words
from analysis.exhibits.did.choice_findings import standard_error_of_p
from analysis.paths import CHAPTERS
from analysis.publish.store import build_bundle
from analysis.strands.difference_in_differences import OUTCOMES
from analysis.strands.difference_in_differences.choice_tables import ALL_TURNED, NONE_TURNED
from analysis.strands.difference_in_differences.definitions import outcomes_of, switches
from analysis.strands.difference_in_differences.specification_curve.choices import COVARIATES, EFFECTS
from tests.exhibits.did_pages import assert_on_pages

PAGE = CHAPTERS / "appendices" / "did_choices.md"
NAMES = ("duration of assessment", "initial child protection conference", "re-referral", "escalation", "kinship care")


@pytest.mark.parametrize("p, said", [
    ((0.2, 0.3, 0.4, 0.5, 0.6),
     "for none of the five outcomes are more of the models significant in one direction than chance explains"),
    # Holm over five: 5 x 0.01 = 0.05.
    ((0.2, 0.3, 0.4, 0.01, 0.6), "for one of the five outcomes (escalation) more of the models are significant in one "
                                 "direction than chance explains, also after a correction for five outcomes"),
    ((0.2, 0.3, 0.4, 0.02, 0.6), "for one of the five outcomes (escalation) more of the models are significant in one "
                                 "direction than chance explains, after a correction for five outcomes for none"),
    # 5 x 0.005 = 0.025 stays below 0.05; the next, 4 x 0.04 = 0.16, does not.
    ((0.2, 0.3, 0.4, 0.04, 0.005),
     "for two of the five outcomes (escalation and kinship care) more of the models are significant in one direction "
     "than chance explains, after a correction for five outcomes for kinship care")])
def test_what_the_curves_say_together_follows_the_joint_tests(p, said):
    assert choice_words.curves_sentence(dict(zip(NAMES, p, strict=True)), 0.05) == said


@pytest.mark.parametrize("estimate, share, p, title", [
    (-1.0, 91.4, 0.2, "91% of models below zero, significance within chance"),
    (2.0, 60.0, 0.05, "60% of models above zero, significance beyond chance"),
    (2.0, 99.95, 0.051, "Over 99% of models above zero, significance within chance"),
    (-2.0, 100.0, 0.001, "100% of models below zero, significance beyond chance"),
    (-2.0, 0.1, 0.5, "Under 1% of models below zero, significance within chance")])
def test_titles_of_curves(estimate, share, p, title):
    assert choice_words.curve_title(estimate, share, p, 0.05) == title
    assert len(title.split()) < 10      # the outcome's name, one word, stands before it


def _models(*rows):
    return pd.DataFrame([dict(zip(("outcome", "model", "effect", "low", "high"), row, strict=True)) for row in rows])


def test_other_models_are_held_against_the_headlines_interval():
    inside = [("Kinship care", "Headline", -8.0, -20.0, 4.0),
              ("Kinship care", "Child random effects", -7.0, -9.0, -5.0),
              ("Re-referral", "Headline", -1.0, -4.0, 2.0), ("Re-referral", "Without covariates", 1.5, -9.0, 9.0)]
    assert choice_words.models_sentence(_models(*inside)) == (
        "all 2 estimates of other models lie inside the headline's interval of their outcome")
    outside = [*inside, ("Kinship care", "Child fixed effects", -27.0, -80.0, 30.0),
               ("Re-referral", "Child fixed effects", 2.5, -4.0, 8.0),
               ("Re-referral", "Child random effects", float("nan"), float("nan"), float("nan"))]
    assert choice_words.models_sentence(_models(*outside)) == (
        "of 4 estimates of other models, 2 lie outside the headline's interval of their outcome (child fixed effects "
        "for kinship care and re-referral)")
    assert choice_words.models_sentence(_models(*outside[:5])) == (
        "of 3 estimates of other models, 1 lies outside the headline's interval of their outcome (child fixed effects "
        "for kinship care)")
    # The sign of the headline: kinship -7 and -27 have it, re-referral 1.5 and 2.5 have not.
    assert choice_models.models_title(_models(*outside)) == "2 of 4 other models have the headline's sign"
    assert choice_words.without_estimate(_models(*outside), "effect") == " 1 without an estimate say why."


def _switched(*rows):
    return pd.DataFrame([dict(zip(("switch", "effect", "shift", "shift_corrected"), row, strict=True)) for row in rows])


def test_titles_of_switches_count_rules_and_not_the_ends():
    # Effect less shift is the base, -1: the second rule ends above nought, all together is no rule alone.
    frame = _switched((NONE_TURNED, -1.0, 0.0, 0.0), ("windows", -0.5, 0.5, -0.4), ("inference", 0.2, 1.2, 0.1),
                      (ALL_TURNED, 3.0, 4.0, -4.0))
    assert choice_words.switches_title(frame) == "Turned alone, 1 of 2 rules change the sign"
    assert choice_switches.directions_title(frame) == "Turned back, 1 of 2 rules shift the other way"


def test_every_switch_option_and_test_has_words():
    assert set(choice_words.SWITCH_WORDS) == {name for name in switches() if outcomes_of(name)}
    assert {option for choice, option in choice_words.OPTION_WORDS if choice == "Effects"} == set(EFFECTS)
    named = {option for choice, option in choice_words.OPTION_WORDS if choice == "Covariates"}
    assert named == set(COVARIATES) - {"none"}
    assert choice_words.option_name("Matching", "finer ages") == "finer ages"


def test_headlines_of_all_choices_are_short(design):
    section = design.section("difference_in_differences")["specification_curve"]
    for title in [*(entry["title"] for entry in section["data_choices"]), "Covariates", "Effects"]:
        assert len(choice_words.options_title(title).split()) < 10       # and the outcome's name before it


def test_standard_error_of_a_permutation_p_by_hand():
    # sqrt(0.05 x 0.95 / 190) = sqrt(0.00025)
    assert standard_error_of_p(0.05, 190) == pytest.approx(0.00025**0.5)


@pytest.fixture(scope="module")
def built(standins, design):
    """The bundle with few choices and assignments, which takes half as long and publishes the same."""
    section = "difference_in_differences.specification_curve"
    few = [entry for entry in design.section("difference_in_differences")["specification_curve"]["data_choices"]
           if entry["title"] in ("Kinship codes", "Window", "Comparators")]
    return build_bundle("did_choices", loader=standins, bundles={}, design=design.with_changes(
        {f"{section}.data_choices": few, f"{section}.assignments": 24}))


def _table(built, id):
    exhibit = next(exhibit for exhibit in built.exhibits if exhibit.id == id)
    return pd.DataFrame([[cell.value for cell in row] for row in exhibit.rows],
                        columns=[column.name for column in exhibit.columns])


@pytest.mark.slow
class TestBundle:
    """What is published, built once."""

    def test_every_outcome_has_its_findings_and_exhibits(self, built):
        keys, ids = {finding.id for finding in built.findings}, {exhibit.id for exhibit in built.exhibits}
        assert {f"did.{outcome}.{quantity}" for outcome in OUTCOMES for quantity in (
            "curve_models", "curve_median", "curve_low", "curve_high", "curve_same_sign", "curve_significant",
            "curve_joint_p", "curve_median_p", "curve_choice", "largest_switch", "largest_switch_shift")} <= keys
        assert {"did.curve.models", "did.curve.sentence", "did.models.sentence"} <= keys
        assert {f"fig-did-{kind}-{outcome}" for kind in ("curve", "choices") for outcome in OUTCOMES} <= ids
        assert {"fig-did-switches", "tbl-did-switches", "tbl-did-curve", "tbl-did-curve-choices", "tbl-did-models",
                "tbl-did-model-tests"} <= ids

    def test_everything_from_records_is_synthetic(self, built):
        assert {e.status for e in built.exhibits if e.id != "tbl-did-curve-choices"} == {"synthetic"}
        assert {f.status for f in built.findings} == {"synthetic"}

    def test_the_page_shows_every_exhibit_once_and_quotes_every_finding(self, built):
        assert_on_pages(built)
        text = PAGE.read_text(encoding="utf-8")
        assert all(f"{{numref}}`{exhibit.id}`" in text for exhibit in built.exhibits)

    def test_descriptions_carry_numbers_and_headlines_are_short(self, built):
        for exhibit in built.exhibits:
            assert re.search(r"\d", exhibit.description) and len(exhibit.title.split()) <= 10

    def test_curves_hold_together(self, built):
        summary = _table(built, "tbl-did-curve").astype({"models": int, "median": float}).set_index("outcome")
        findings = {finding.id: finding.value for finding in built.findings}
        for outcome in OUTCOMES:
            curve = _table(built, f"fig-did-curve-{outcome}")
            rows = curve[curve["what"] == "Models in order"].astype(
                {name: float for name in ("percentile", "estimate", "chance_low", "chance_high", "models")})
            assert findings[f"did.{outcome}.curve_low"] <= findings[f"did.{outcome}.curve_median"] <= findings[
                f"did.{outcome}.curve_high"]
            assert rows["models"].sum() == findings[f"did.{outcome}.curve_models"]
            assert rows["estimate"].is_monotonic_increasing and (rows["chance_low"] <= rows["chance_high"]).all()
            middle = rows.loc[rows["percentile"] == 50, "estimate"].iloc[0]
            assert middle == pytest.approx(findings[f"did.{outcome}.curve_median"], abs=1e-6)
            options = _table(built, f"fig-did-choices-{outcome}")
            assert (options["headline"] == "yes").sum() == options["choice"].nunique()
        assert summary["models"].sum() == findings["did.curve.models"]

    def test_no_level_of_a_characteristic_and_no_record_is_named(self, built):
        notes = " ".join([*_table(built, "tbl-did-models")["note"], *_table(built, "tbl-did-model-tests")["note"]])
        assert not re.search(r"gender_|ethnicity_|asylum_|found", notes)
