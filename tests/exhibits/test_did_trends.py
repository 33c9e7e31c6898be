"""The bundle on parallel trends: words that follow numbers, what it publishes, and that pages use all of it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.did import drawing_trends as drawing
from analysis.exhibits.did import trends_bounds as bounds
from analysis.exhibits.did import trends_event_study as years
from analysis.exhibits.did import trends_placebos as placebos
from analysis.exhibits.did import trends_staggered as staggered
from analysis.exhibits.did import trends_weights as weights
from analysis.exhibits.did import trends_words as words
from analysis.methods.interval import t_interval
from analysis.paths import CHAPTERS
from analysis.strands.difference_in_differences import OUTCOMES
from analysis.strands.difference_in_differences import trend_tables as tables
from analysis.strands.difference_in_differences.staggered_tables import AUTHORITIES, RECORDS
from tests.exhibits.did_pages import assert_on_pages
from tests.strands.test_trend_tables import PLACEBOS, RULES, broken, trends_of

PAGE = CHAPTERS / "appendices" / "did_trends.md"
STEP = "times the largest step between two earlier years"
ZERO = t_interval(-1.0, 1.0, 10)       # includes nought


@pytest.mark.parametrize("found, expected", [
    (broken(0.0), "0, because the interval already includes zero"), (broken(0.7), f"0.70 {STEP}"),
    (broken(0.001), f"below 0.01 {STEP}"), (broken(np.inf), f"more than 10 {STEP}"),
    (broken(0.7, monotone=False), f"0.70 {STEP} (and again at some larger bound)")])
def test_breakdown_values_in_words(found, expected):
    assert words.breakdown_words(found) == expected


@pytest.mark.parametrize("value, text", [(0.0, "0"), (0.7, "0.70"), (0.004, "below 0.01"), (0.006, "0.01"),
                                         (np.inf, "above 10")])
def test_breakdown_values_in_a_table(value, text):
    assert words.value_text(value, 10) == text


def test_a_breakdown_value_is_at_most_the_largest_bound_looked_at():
    assert [words.capped(broken(value)) for value in (0.0, 0.7, np.inf)] == [0.0, 0.7, 10.0]


def test_joint_tests_that_find_nothing_are_no_proof():
    assert words.leads_sentence({"re-referral": 0.61, "kinship care": 0.83}) == (
        "taken together, the earlier years differ from the reference year by no more than chance allows for any of the "
        "two outcomes (p from 0.610 to 0.830), which parallel trends would give and which does not prove them")
    assert words.leads_sentence({"kinship care": 0.83}) == (
        "taken together, the earlier years differ from the reference year by no more than chance allows for the one "
        "outcome (p = 0.830), which parallel trends would give and which does not prove them")


def test_joint_tests_that_find_something():
    found = {"re-referral": 0.012, "escalation": 0.0001, "kinship care": 0.83, "duration": None}
    assert words.leads_sentence(found) == (
        "taken together, the earlier years differ from the reference year by more than chance allows for re-referral "
        "(p = 0.012) and escalation (p below 0.001), where pilots and comparators were already parting; for the other "
        "one of three outcomes no difference is found (p = 0.830), which does not prove that there is none; for "
        "duration there is no earlier year to test")
    assert words.leads_sentence({"re-referral": 0.012}) == (
        "taken together, the earlier years differ from the reference year by more than chance allows for re-referral "
        "(p = 0.012), where pilots and comparators were already parting")
    assert words.leads_sentence({"re-referral": None}) == "there is no earlier year to test"


def test_what_could_break_where_there_is_no_effect():
    none = {"duration": trends_of("duration", original=ZERO, magnitude=broken(0.0), no_effect=broken(0.39)),
            "kinship": trends_of("kinship", original=ZERO, magnitude=broken(0.0))}
    assert words.breakdown_sentence(none) == (
        "even where trends are parallel, the mean of the years after shows no effect for any of the two outcomes, so "
        "that there is none to lose; that there is no effect that matters stands for duration of assessment up to 0.39 "
        f"{STEP}")


def test_what_could_break_where_there_are_effects():
    some = {"escalation": trends_of("escalation", magnitude=broken(np.inf)), "kinship": trends_of("kinship")}
    assert words.breakdown_sentence(some) == (
        "where trends are parallel, the mean of the years after shows an effect for escalation and kinship care; it "
        f"stands for escalation up to at least 10 and kinship care up to 0.70 {STEP}; for no outcome is it shown that "
        "there is no effect that matters")


@pytest.mark.parametrize("made, expected", [
    (dict(original=ZERO, magnitude=broken(0.0)), "Zero is included already; effects that matter are not excluded"),
    (dict(), "The effect stands up to 0.70 times; effects that matter are not excluded"),
    (dict(magnitude=broken(np.inf), smoothness=broken(0.0, np.inf)),
     "The effect stands up to at least 10 times and is lost along a straight line; effects that matter are not "
     "excluded"),
    (dict(original=ZERO, no_effect=broken(0.39)),
     "Zero is included already; that there is none that matters stands up to 0.39 times")])
def test_verdict_of_an_outcome(made, expected):
    assert bounds.verdict(trends_of("kinship", **made)) == expected


def test_the_words_say_from_where_zero_is_included():
    assert bounds.mark(0.0, 10, "times") == "from the start"
    assert bounds.mark(0.7, 10, "times") == "from 0.70 times on"
    assert bounds.mark(np.inf, 10, "times") == "only above 10 times"


def of(*magnitudes) -> pd.DataFrame:
    """Rows of the table of breakdown values, with an effect where the value is not nought."""
    return pd.DataFrame([{"low": -1.0 if m == 0 else -3.0, "high": 1.0 if m == 0 else -1.0, "magnitude": m}
                         for m in magnitudes])


@pytest.mark.parametrize("magnitudes, title", [
    ((0.0, 0.0), "No interval excludes zero, so no effect can break"),
    ((0.0, 0.7), "The one effect breaks at 0.70 times"), ((0.0, np.inf), "The one effect stands throughout"),
    ((0.7, np.inf), "Of 2 effects, the first breaks at 0.70 times"),
    ((np.inf, np.inf), "All 2 effects stand throughout")])
def test_title_of_the_breakdown_values(magnitudes, title):
    assert bounds.breakdown_title(of(*magnitudes)) == title


def test_breakdown_values_in_the_table():
    found = bounds.breakdowns({"kinship": trends_of("kinship", no_effect=broken(0.39)),
                               "rereferral": trends_of("rereferral", magnitude=broken(0.0),
                                                       smoothness=broken(0.0, np.inf))}, RULES)
    assert found["magnitude_text"].tolist() == ["0.70", "0"] and found["no_effect_text"].tolist() == ["0.39", "0"]
    # 1.2 percentage points a year are 0.24 of the bound of 5.
    assert found["smoothness_text"].tolist() == ["1.20", "0"]
    assert found["smoothness_share_text"].tolist() == ["0.24", "0"]
    assert found["named"].iloc[0] == "Kinship care (percentage points)"


def test_titles_of_bounds_count_intervals():
    frame = tables.relative_magnitude_table({"kinship": trends_of("kinship"),
                                             "escalation": trends_of("escalation", original=ZERO)})
    assert bounds.bounds_title(frame) == "1 of 2 intervals excludes zero under parallel trends"
    smooth = tables.smoothness_table({"kinship": trends_of("kinship"), "escalation": trends_of("escalation")}, RULES)
    assert bounds.smoothness_title(smooth) == "2 of 2 intervals exclude zero if trends part linearly"


def test_titles_and_verdicts_of_joint_tests():
    found = tables.leads_table({"kinship": trends_of("kinship"), "duration": trends_of("duration", leads=None)})
    assert years.leads_title(found) == "1 of 1 joint tests finds earlier years that differ"
    assert years.leads_title(found.assign(p=0.05)) == "None of 2 joint tests finds earlier years that differ"
    assert [years.leads_verdict(p) for p in (0.04, 0.05, np.nan)] == [
        "the years differ", "no difference found", "no earlier year to test"]
    assert "Duration of assessment: no earlier year" in years.describe_leads(found)


def test_the_event_study_is_described_in_each_outcomes_unit():
    frame = tables.event_study_table({"duration": trends_of("duration"), "kinship": trends_of("kinship")})
    described = years.describe_event(frame)
    assert "Duration of assessment: from 1.0 to 4.0 working days in the years before" in described
    assert "from -5.0 to -5.0 percentage points after" in described
    assert years.event_title(frame) == "2 of 4 earlier years differ from the reference"


def test_placebos_in_words():
    frame = placebos.placebos(PLACEBOS)
    assert placebos.placebo_title(frame) == "2 of 3 placebo intervals exclude zero"
    counts = tables.placebo_counts(PLACEBOS).assign(expected=1.0)
    assert placebos.counts_title(counts) == "2 placebos exclude zero, where chance gives 1.0"
    assert placebos.placebo_note(frame).endswith("1 could not be estimated; the table of numbers says why.")
    assert "1 could not" not in placebos.placebo_note(frame.dropna(subset=["estimate"]))
    assert "Placebo dates (percentage points): none of 1 could be estimated" in placebos.describe_placebos(frame)


def test_the_reason_of_a_missing_placebo_gives_no_count_away():
    found = placebos.placebos(PLACEBOS)
    assert tables.placebo_table(PLACEBOS)["problem"].str.contains("7").any()
    assert found["problem"].tolist() == ["", "too few records", "", ""]


def estimates(*values) -> pd.DataFrame:
    rows = [{"outcome": outcome, "unit": "percentage points", "level": AUTHORITIES, "estimator": "x", "estimate": value,
             "low": value - 1, "high": value + 1} for outcome, pair in zip("AB", values, strict=True) for value in pair]
    rows.append({**rows[0], "level": RECORDS, "estimator": "Headline", "estimate": -9.0})
    return pd.DataFrame(rows)


def test_agreement_of_estimators_leaves_the_headline_out():
    assert staggered.staggered_title(estimates((1, 2), (-1, 2))) == "Estimators agree in sign for 1 of 2 outcomes"
    assert staggered.staggered_title(estimates((1, -2), (-1, 2))) == "Estimators agree in sign for none of 2 outcomes"
    described = staggered.describe_staggered(estimates((2, 3), (-1, 2)))
    assert "A: from 2.0 to 3.0 percentage points over 2 estimators, where the headline is -9.0" in described
    assert "intervals that exclude zero: 2; B" in described


def test_titles_of_panels_paths_and_weights():
    assert staggered.panels_title(pd.DataFrame({"period": ["quarter", "half-year"]})) == (
        "Quarters serve 1 of 2 outcomes, longer periods the rest")
    assert staggered.panels_title(pd.DataFrame({"period": ["quarter"] * 2})) == "Quarters serve all 2 outcomes"
    paths = pd.DataFrame({"event_time": [-2, -1, 0], "low": [1.0, -1, 1], "high": [2.0, 1, 2]})
    assert staggered.paths_title(paths) == "1 of 2 earlier periods' intervals excludes zero"
    bacon = pd.DataFrame({"type": [weights.NEVER, weights.NEVER, "x"], "weight": [95.6, 98.2, 3.0]})
    assert weights.bacon_title(bacon) == "Never treated comparators carry 96 to 98% of the weight"
    assert weights.bacon_title(bacon.head(1)) == "Never treated comparators carry 96% of the weight"
    assert weights.synthetic_title(pd.DataFrame({"largest": [10.0, 20.64]})) == (
        "The largest weight of one comparator is 20.6%")


def test_a_breakdown_value_inside_the_picture_is_marked():
    frame = tables.relative_magnitude_table({"kinship": trends_of("kinship"), "escalation": trends_of("escalation")})
    frame = frame.assign(place=frame["bound"], included="from 0.3 times on", breaks=[0.3, 0.3, np.inf, np.inf])
    first, second = drawing.relative_magnitudes(frame).axes
    dashed = [[line for line in ax.lines if line.get_linestyle() == "--"] for ax in (first, second)]
    assert [len(lines) for lines in dashed] == [1, 0] and dashed[0][0].get_xdata()[0] == 0.3


def test_the_reference_year_is_an_open_circle():
    frame = tables.event_study_table({"kinship": trends_of("kinship")})
    filled = {tuple(line.get_xdata()): line.get_markerfacecolor() for line in drawing.event_studies(frame).axes[0].lines
              if line.get_marker() == "o"}
    assert filled == {(-3, -2, 0): drawing.style.BLUE, (-1,): "white"}


def test_placebos_of_one_unit_share_an_axis():
    axes = drawing.placebos(placebos.placebos(PLACEBOS)).axes
    assert len(axes) == 3                                   # days, and percentage points by kind
    assert axes[1].get_xlim() == axes[2].get_xlim() != axes[0].get_xlim()


@pytest.fixture(scope="module")
def built(bundle):
    """The bundle on the session's stand-ins."""
    return bundle("did_trends")


@pytest.mark.slow
class TestBundle:
    """What is published, built once."""

    def test_every_outcome_has_its_findings(self, built):
        keys = {finding.id for finding in built.findings}
        wanted = {f"did.{outcome}.{quantity}" for outcome in OUTCOMES for quantity in (
            "leads_p", "mean_after", "breakdown", "breakdown_words", "smoothness_breakdown", "no_effect_breakdown",
            "staggered_lowest", "staggered_highest", "imputation_p")}
        assert wanted <= keys
        assert {"did.placebos.all", "did.placebos.outside", "did.placebos.expected", "did.trends.sentence",
                "did.trends.breakdown_sentence"} <= keys

    def test_findings_agree_with_each_other(self, built):
        found = {finding.id: finding for finding in built.findings}
        for outcome in OUTCOMES:
            mean, least = found[f"did.{outcome}.mean_after"], found[f"did.{outcome}.breakdown"].value
            assert mean.low < mean.value < mean.high and mean.n > 0
            # Zero is included under parallel trends exactly where the breakdown value is nought.
            assert (least == 0) == (mean.low <= 0 <= mean.high) and 0 <= least <= found["did.trends.largest"].value
            assert found[f"did.{outcome}.breakdown_words"].value.startswith("0,") == (least == 0)
            assert found[f"did.{outcome}.staggered_lowest"].value <= found[f"did.{outcome}.staggered_highest"].value
            assert found[f"did.{outcome}.smoothness_breakdown"].unit.endswith("a year")
        assert found["did.placebos.expected"].value == pytest.approx(found["did.placebos.all"].value / 20)
        assert 0 <= found["did.placebos.outside"].value <= found["did.placebos.all"].value

    def test_everything_is_synthetic(self, built):
        assert {item.status for item in (*built.exhibits, *built.findings)} == {"synthetic"}

    def test_every_exhibit_is_shown_once_and_every_finding_quoted(self, built):
        assert_on_pages(built)
        text = PAGE.read_text(encoding="utf-8")
        for exhibit in built.exhibits:
            assert f"{{numref}}`{exhibit.id}`" in text, exhibit.id

    def test_descriptions_carry_numbers_and_headlines_are_short(self, built):
        for exhibit in built.exhibits:
            assert re.search(r"\d", exhibit.description) and len(exhibit.title.split()) <= 10
            assert (exhibit.svg is not None) == exhibit.id.startswith("fig-")

    def test_no_authority_is_named(self, built):
        # Authorities of the stand-ins are numbered from 101; groups are 1 to 9.
        named = re.compile(r"\b(la|LA|authority|pilot) ?1\d\d\b|Pilot [A-J]\b|Comparator [A-J]")
        for exhibit in built.exhibits:
            assert not named.search(exhibit.csv() + exhibit.description + exhibit.note)
        synthetic = next(e for e in built.exhibits if e.id == "tbl-did-synthetic")
        assert all(re.fullmatch(r"Group \d", row[1].value) for row in synthetic.rows)

    def test_units_keep_apart(self, built):
        by_id = {exhibit.id: exhibit for exhibit in built.exhibits}
        rows = _frame(by_id["fig-did-placebo"])
        days = rows[rows["unit"] == "working days"]
        assert set(days["outcome"]) == {"Duration of assessment"} and set(days["kind"]) == {"Placebo dates"}
        for name in ("fig-did-bounds", "fig-did-smoothness", "fig-did-staggered", "fig-did-event-study"):
            units = _frame(by_id[name]).groupby("outcome")["unit"].unique()
            assert units["Duration of assessment"].tolist() == ["working days"]
            assert all(len(found) == 1 for found in units)

    def test_the_headline_stands_beside_the_estimators(self, built, bundle):
        rows = _frame(next(e for e in built.exhibits if e.id == "fig-did-staggered"))
        headline = rows[rows["estimator"] == "Headline"].set_index("outcome")["estimate"].astype(float)
        effects = {f.id: f.value for f in bundle("difference_in_differences").findings}
        assert headline["Kinship care"] == pytest.approx(effects["did.kinship.effect"])


def _frame(exhibit) -> pd.DataFrame:
    return pd.DataFrame([[cell.value for cell in row] for row in exhibit.rows],
                        columns=[column.name for column in exhibit.columns])


def test_records_of_hand_made_trends_are_as_intended():
    """The helper's default excludes nought and its `ZERO` does not, as the tests above rely on."""
    assert not words.included(trends_of("kinship").bounds.original) and words.included(ZERO)
    assert words.included(replace(ZERO, low=0.0, high=1.0))
