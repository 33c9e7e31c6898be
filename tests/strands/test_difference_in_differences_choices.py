"""How much rests on choices: what is remembered, what is shared out, and the tables, by hand."""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError
from analysis.methods.interval import Interval
from analysis.methods.specification_tests import JointTest, SpecificationTests
from analysis.sources.loading import read_folder
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import DATASETS, all_of, records_from, rules_of
from analysis.strands.difference_in_differences import choice_tables as tables
from analysis.strands.difference_in_differences.choices import analyse_choices
from analysis.strands.difference_in_differences.cleaned_records import CLEANING_SWITCHES, CleanedRecords
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, switches
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.parallel import for_each
from analysis.strands.difference_in_differences.secondary_models import Model, SpecificationTest
from analysis.strands.difference_in_differences.specification_curve import Curve
from analysis.strands.difference_in_differences.specification_curve.ordered import PERCENTILES, ordered_curve
from analysis.strands.difference_in_differences.strand import analyse_definitions
from analysis.strands.difference_in_differences.switches import switch_effects
from tests.strands import did_records

DESIGN = load_design()


def _records():
    """Children with every kind of value that the switches of cleaning read."""
    return did_records.records(cin=[
        {"child": 1, "CIN_ReasonForClosure": "RC9", "CIN_CINClosureDate": "2012-06-01", "FSMeligible": 0},
        {"child": 2, "CIN_ReasonForClosure": "RC8", "CIN_CINClosureDate": "2012-06-01", "CIN_Gender": "9"},
        {"child": 3, "CIN_ReasonForClosure": "RC1", "CIN_CINClosureDate": "2012-06-01", "CIN_Gender": None}])


@pytest.mark.parametrize("switch", switches())
def test_cleaning_reads_the_switches_that_it_is_remembered_by_and_no_others(switch):
    records = _records()
    base, turned = (clean(records, rules_of(DESIGN, definitions)) for definitions in
                    (all_of(CORRECTED), all_of(CORRECTED).with_switch(switch, PUBLISHED)))
    same = all(getattr(base, name).equals(getattr(turned, name))
               for name in ("referrals", "people", "low_income", "plans", "conferences", "care"))
    assert same == (switch not in CLEANING_SWITCHES)


def test_records_are_cleaned_once_a_reading():
    cleaned = CleanedRecords(_records())
    rules = rules_of(DESIGN, all_of(CORRECTED))
    first = cleaned.children(rules)
    assert cleaned.children(rules_of(DESIGN, all_of(CORRECTED).with_switch("windows", PUBLISHED))) is first
    other = cleaned.children(rules_of(DESIGN, all_of(CORRECTED).with_switch("low_income", PUBLISHED)))
    assert other is not first and cleaned.children(rules) is first


def _work(subject, design, item):
    if item == ("b", 2):
        raise DataError("planted")
    return f"{subject} {design.seed} {item[0]}{item[1]}"


@pytest.mark.parametrize("processors", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_items_are_worked_on_in_any_number_of_processes(monkeypatch, processors):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    found = for_each(_work, "read", DESIGN.with_seed(7), [("a", 2), ("a", 1), ("b", 1)])
    assert list(found.items()) == [(("a", 2), "read 7 a2"), (("a", 1), "read 7 a1"), (("b", 1), "read 7 b1")]
    with pytest.raises(DataError, match="planted"):
        for_each(_work, "read", DESIGN, [("a", 1), ("b", 2)])


def test_each_assignments_effects_are_put_in_order_by_themselves():
    # Row one in order is (0, 2, 4): its median is 2, as is (2, 2, 2)'s; row three's is 5, row four's 7 of (6, 7, 8).
    effects = np.array([[4.0, 0.0, 2.0], [2.0, 2.0, 2.0], [5.0, 5.0, np.nan], [8.0, 6.0, 7.0]])
    found = ordered_curve(effects)
    assert len(found) == len(PERCENTILES) == 101 and (np.diff(found["estimate"]) >= 0).all()
    middle = found[found["percentile"] == 50].iloc[0]
    # Of the medians (2, 2, 5, 7) the percentile 97.5 lies at place 3 x 0.975 = 2.925: 5 + 0.925 x 2 = 6.85; the middle
    # is (2 + 5) / 2, percentile 2.5 at place 0.075 between 2 and 2.
    assert middle["estimate"] == 2.0 and middle["chance_median"] == 3.5
    assert (middle["chance_low"], middle["chance_high"]) == pytest.approx((2.0, 6.85))


def _curve(estimates=(-4.0, -2.0, -1.0, 3.0, -6.0, -4.0), p=(0.01, 0.5, 0.05, 0.02, 0.04, 0.9)):
    """Two choices, of two and of three options; the headline is (a, x)."""
    table = pd.DataFrame({"First": ["a", "a", "a", "b", "b", "b"], "Second": ["x", "y", "z"] * 2, "estimate": estimates,
                          "se": 1.0, "p_clustered": [0.2, 0.2, 0.001, 0.001, 0.001, 0.2], "p": p})
    joint = (JointTest("median effect", 3.0, 1.0, 0.2), JointTest("share significant in one direction", 0.5, 0.1, 0.03),
             JointTest("mean normal score", 1.0, 0.5, 0.4))
    ordered = ordered_curve(np.vstack([estimates, np.zeros(6)]))
    return Curve("kinship", table, SpecificationTests(np.array(p), joint, 40), ordered, 2, ("First", "Second"))


def test_a_curve_is_summed_up():
    found = tables.summary_of(_curve(), 0.05)
    # In order -6, -4, -4, -2, -1, 3: median -3; deciles at places 0.5 and 4.5: -5 and 1. Five of six are below nought
    # as the headline is; of these p <= 0.05 for -4, -1 and -6 (the 3 is significant the other way); CR1 for -1 and -6.
    assert found == pytest.approx({
        "models": 6, "distinct": 5, "left_out": 2, "headline": -4, "median": -3, "low": -5, "high": 1,
        "same_sign": 500 / 6, "significant": 50, "clustered": 200 / 6, "assignments": 40})


def test_options_are_compared_with_all_else_equal():
    table = tables.options_table(_curve(), 0.05).set_index(["choice", "option"])
    assert table["headline"].tolist() == ["yes", "no", "yes", "no", "no"]
    # b against a: x 3 + 4 = 7, y -6 + 2 = -4, z -4 + 1 = -3; their median is -3. Medians of a and b: -2 and -4.
    assert table.loc[("First", "b"), ["shift", "median"]].tolist() == [-3, -4]
    # z against x: a -1 + 4 = 3, b -4 - 3 = -7; median -2. Significant at z: 0.05 of (0.05, 0.9), one of two.
    assert table.loc[("Second", "z"), ["shift", "median", "significant", "models"]].tolist() == [-2, -2.5, 50, 2]
    # Medians of x, y, z: -0.5, -4, -2.5: 3.5 apart, against 2 of the first choice.
    assert tables.widest_choice(table.reset_index()) == ("Second", 3.5)


def test_the_ordered_table_has_every_model_in_one_slice_and_the_headline_at_its_place():
    table = tables.ordered_table(_curve(), 0.05)
    rows, own = table[table["what"] == tables.MODELS], table[table["what"] == tables.HEADLINE].iloc[0]
    assert rows["models"].sum() == 6 and len(rows) == 101 and len(table) == 102
    # Places of six: (k + 0.5) / 6 = 8.3, 25, 41.7, 58.3, 75, 91.7 per cent. The lowest, -6, has p 0.04: percentile 8.
    assert rows.loc[rows["models"] > 0, "percentile"].tolist() == [8, 25, 42, 58, 75, 92]
    assert rows.loc[rows["models"] > 0, "significant"].tolist() == [100, 100, 0, 0, 100, 100]
    assert rows.loc[rows["models"] == 0, "significant"].isna().all()
    # One of six is below -4 and two, itself among them, are -4: 1/6 + 1/6.
    assert own["percentile"] == pytest.approx(100 / 3) and own["significant"] == 100 and own["models"] == 1


def _effect(value, n, inference=CORRECTED):
    def interval(width):
        return Interval(value, 1.0, 9.0, value - width, value + width, 0.5, "")

    return SimpleNamespace(cr2=interval(3), cr1_rows=interval(1), sample=SimpleNamespace(n=n),
                           definitions=all_of(CORRECTED).with_switch("inference", inference))


def _result():
    def end(base, turned):
        return SimpleNamespace(base={"kinship": base}, turned={name: {"kinship": e} for name, e in turned.items()})

    corrected = end(_effect(-8.0, 100), {"windows": _effect(-8.5, 90), "inference": _effect(-7.0, 100, PUBLISHED)})
    published = end(_effect(-5.0, 80, PUBLISHED),
                    {"windows": _effect(-4.0, 85, PUBLISHED), "inference": _effect(-6.0, 80)})
    models = (Model("Headline", Interval(-8.0, 1.0, 9.0, -11.0, -5.0, 0.01, ""), "CR2"),
              Model("Logit, effect on the treated", None, "",
                    "two rows of an entity share a period; found (17, '2014-01-01'); expected distinct periods"))
    tests = (SpecificationTest("Hausman, classical", 1.5, (3, 99.0), 0.2),
             SpecificationTest("Breusch-Godfrey, lags inside children", None, None, None, "no row to spare; found 5"))
    return SimpleNamespace(outcome="kinship", from_corrected=corrected, from_published=published, curve=_curve(),
                           models=models, tests=tests)


def test_switches_are_turned_from_both_ends():
    table = tables.switches_table({"kinship": _result()}, {"windows": "Length of windows"}).set_index("switch")
    assert table.index.tolist() == [tables.NONE_TURNED, "windows", "inference", tables.ALL_TURNED]
    assert table["rule"].tolist() == ["None turned", "Length of windows", "inference", "All together"]
    # From all corrected (-8): -0.5 and 1; all together is all as published, -5. From there: 1, -1, and back to -8.
    assert table["shift"].tolist() == [0, -0.5, 1, 3] and table["shift_corrected"].tolist() == [0, 1, -1, -3]
    assert table["n"].tolist() == [100, 90, 100, 80] and table["n_corrected"].tolist() == [80, 85, 80, 100]
    # CR2 (3 either way) where inference is corrected, the original's (1) where it is as published.
    assert (table["high"] - table["effect"]).tolist() == [3, 3, 1, 1]
    assert (table["high_corrected"] - table["effect_corrected"]).tolist() == [1, 1, 3, 3]
    assert tables.largest_switch(_result()) == ("inference", 1.0)


def test_joint_tests_are_corrected_over_outcomes():
    other = replace(_curve(), outcome="duration", tests=replace(_curve().tests, joint=tuple(
        replace(test, p=0.5) for test in _curve().tests.joint)))
    table = tables.joint_table({"kinship": _result(), "duration": SimpleNamespace(curve=other)})
    share = table[table["test"].str.startswith("share")]
    # Holm over two outcomes: 2 x 0.03 = 0.06, then the larger of 0.5 and 0.06.
    assert share["holm"].tolist() == pytest.approx([0.06, 0.5]) and share["observed"].tolist() == [50, 50]
    assert table["unit"].tolist() == ["percentage points", "% of models", "standard deviations", "working days",
                                      "% of models", "standard deviations"]


def test_where_there_is_no_estimate_the_reason_stands_without_the_values_found():
    models = tables.models_table({"kinship": _result()})
    assert models["note"].tolist() == ["CR2", "No estimate: two rows of an entity share a period"]
    assert models["effect"].isna().tolist() == [False, True] and (models["n"] == 100).all()
    tests = tables.model_tests_table({"kinship": _result()})
    assert tests["note"].tolist() == ["", "No estimate: no row to spare"]
    assert tests["p"].isna().tolist() == [False, True]


def test_every_choice_of_the_design_says_why():
    table = tables.choices_table(rules_of(DESIGN, all_of(CORRECTED)))
    assert table["why"].str.len().min() > 20 and (table["options"].map(len) >= 2).all()
    assert table["choice"].tolist()[-2:] == ["Covariates", "Effects"] and table["choice"].is_unique


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("choices")
    generate_into(folder, DESIGN, ["children"], scale=0.25)
    return records_from({name: dataset.frame for name, dataset in read_folder(DATASETS, folder).items()})


@pytest.mark.slow
def test_the_parts_are_those_of_the_main_analysis_on_any_number_of_processors(records, monkeypatch):
    section = "difference_in_differences.specification_curve"
    kept = [entry for entry in DESIGN.section("difference_in_differences")["specification_curve"]["data_choices"]
            if entry["title"] == "Kinship codes"]
    design = DESIGN.with_changes({f"{section}.data_choices": kept, f"{section}.assignments": 24})
    found = analyse_choices(records, design, ("kinship",))["kinship"]
    main = analyse_definitions(records, design, all_of(CORRECTED), effect_alone, ("kinship",))["kinship"]
    assert found.from_corrected.base["kinship"] == main and found.models[0].interval == main.cr2
    turned = all_of(PUBLISHED).with_switch("kinship_codes", CORRECTED)
    assert found.from_published.turned["kinship_codes"]["kinship"] == analyse_definitions(
        records, design, turned, effect_alone, ("kinship",))["kinship"]
    assert len(found.curve) == 4 * 18 and len(found.tests) == 4
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    again = analyse_choices(records, design, ("kinship",))["kinship"]
    pd.testing.assert_frame_equal(again.curve.specifications, found.curve.specifications)
    assert again.models == found.models and again.from_published == found.from_published


@pytest.mark.slow
def test_switches_of_one_outcome_are_those_of_all(records):
    alone = switch_effects(CleanedRecords(records), DESIGN, PUBLISHED, ("conference",))
    assert set(alone.turned) == {"conference_follow_up", "windows", "low_income", "matching_levels", "inference"}
    both = switch_effects(records, DESIGN, PUBLISHED, ("kinship", "conference"))
    assert alone.turned["windows"]["conference"] == both.turned["windows"]["conference"]
    assert alone.base["conference"] == both.base["conference"]


def test_the_dial_takes_the_choices_that_move_estimates_most_as_long_as_there_is_room():
    # Medians by option: First a -2, b -4 (spread 2); Second x (-4 + 3) / 2 = -0.5, y -4, z -2.5 (spread 3.5).
    both, one, none = (tables.dial_table(_curve(), most) for most in (6, 5, 2))
    assert list(both.columns) == ["First", "Second", "estimate", "p", "below"] and len(both) == 6
    # With room for five, Second (three options) is taken and First (which would make six) is not: rows of a alone.
    assert list(one.columns) == ["Second", "estimate", "p", "below"]
    assert one["estimate"].tolist() == [-4.0, -2.0, -1.0] and one["p"].tolist() == [0.01, 0.5, 0.05]
    # In order -6, -4, -4, -2, -1, 3: below -4 one and half of two, 2 / 6; below -2 three and half of one, 3.5 / 6.
    assert one["below"].tolist() == pytest.approx([100 * 2 / 6, 100 * 3.5 / 6, 100 * 4.5 / 6])
    # With room for two, Second does not fit and First does.
    assert list(none.columns)[0] == "First" and none["estimate"].tolist() == [-4.0, 3.0]
    assert both["estimate"].iloc[0] == _curve().specifications["estimate"].iloc[0]       # the headline's first
