"""Outcomes beside the five: what an entry must be, and that an entry with an outcome's own rule is that outcome."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DesignError
from analysis.methods.interval import Interval
from analysis.strands.difference_in_differences import DATASETS, all_of, outcomes, records_from, rules_of
from analysis.strands.difference_in_differences.cleaned_records import CleanedRecords
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.further_outcomes import (
    FurtherOutcome,
    analyse_further,
    further_outcomes,
    further_table,
)
from analysis.strands.difference_in_differences.results import Effect, Sample
from analysis.strands.difference_in_differences.strand import analyse_definitions

DESIGN = load_design()
WHERE = "difference_in_differences.further_outcomes"
ENTRY = {"title": "Again", "of": "rereferral", "days": 183, "why": "to see"}


def with_entries(**entries):
    return DESIGN.with_changes({WHERE: entries})


def test_the_entries_of_the_design_are_read_in_order():
    found = further_outcomes(DESIGN)
    assert [one.name for one in found] == list(DESIGN.section("difference_in_differences")["further_outcomes"])
    assert found[0].rule == "rereferral_units"      # an entry without a rule has that of the outcome it names


@pytest.mark.parametrize(("change", "says"), [
    ({"of": "wellbeing"}, r"again\.of is 'wellbeing', expected one of duration"),
    ({"days": 0}, r"again\.days is 0, expected a whole number of days"),
    ({"days": 12.5}, r"again\.days is 12\.5"),
    ({"rule": "care_in_space"}, r"again\.rule is 'care_in_space', expected a function of outcomes\.py"),
    ({"colour": "blue"}, r"again has colour, days, of, title, why; expected title, of, days, why")])
def test_an_entry_that_is_none_is_named(change, says):
    with pytest.raises(DesignError, match=says):
        further_outcomes(with_entries(again=ENTRY | change))


def test_an_entry_without_a_reason_is_refused():
    with pytest.raises(DesignError, match="expected title, of, days, why"):
        further_outcomes(with_entries(again={key: ENTRY[key] for key in ("title", "of", "days")}))


def test_the_table_has_a_row_for_each_with_the_unit_of_the_outcome_it_is_of():
    interval = Interval(1.5, 0.5, 10.0, 0.4, 2.6, 0.02, "CR2")
    sample = Sample(120, 130, 20, 9, 9)
    entries = (FurtherOutcome("a", "A", "rereferral", 10, "rereferral_units", "w"),
               FurtherOutcome("b", "B", "duration", 10, "duration_units", "w"))
    effects = {name: Effect(of, all_of("corrected"), interval, interval, sample, 22.0)
               for name, of in (("a", "rereferral"), ("b", "duration"))}
    table = further_table(entries, effects)
    assert table["unit"].tolist() == ["percentage points", "working days"]
    assert table[["outcome", "n", "mean_before", "effect", "low", "high", "p"]].iloc[0].tolist() == [
        "A", 120, 22.0, 1.5, 0.4, 2.6, 0.02]


@pytest.fixture(scope="module")
def records(standins):
    return records_from({name: standins(name).frame for name in DATASETS})


@pytest.fixture(scope="module")
def found(records):
    design = with_entries(same=ENTRY, year=ENTRY | {"days": 366})
    return analyse_further(records, design)


@pytest.mark.slow
def test_an_outcomes_own_follow_up_gives_its_own_records(records, found):
    """Imputations draw other numbers, so that the effect is near and not the same; the records are the same ones."""
    main = analyse_definitions(records, DESIGN, all_of("corrected"), effect_alone, ("rereferral",))["rereferral"]
    assert found["same"].mean_before == pytest.approx(main.mean_before, abs=0.2)
    assert found["same"].sample.n == pytest.approx(main.sample.n, rel=0.01)
    assert found["same"].cr2.estimate == pytest.approx(main.cr2.estimate, abs=main.cr2.se / 2)


@pytest.mark.slow
def test_a_longer_follow_up_finds_more_and_has_fewer_records(records, found):
    assert found["year"].mean_before > found["same"].mean_before
    assert found["year"].sample.n < found["same"].sample.n
    # By hand: whoever came back within six months, of those followed for twelve, came back within twelve as well.
    rules = rules_of(DESIGN, all_of("corrected"))
    children = CleanedRecords(records).children(rules)
    units = {days: outcomes.rereferral_units(records, children, _with_days(rules, days)).frame for days in (183, 366)}
    both = pd.merge(units[183], units[366], on=["child", "la", "date"], suffixes=("_six", "_twelve"))
    assert len(both) and (both["y_twelve"] >= both["y_six"]).all()


def _with_days(rules, days):
    return replace(rules, follow_up={**rules.follow_up, "rereferral": days})
