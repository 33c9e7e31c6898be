"""The summary says what the strands say, and no more."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.exhibits import summary
from analysis.strands import synthesis as strand
from tests.exhibits.test_synthesis import finding


def outcome(name, reading, low, high, status="synthetic"):
    return {"outcome": name, "reading": reading, "low": low, "high": high, "status": status}


def test_a_strand_with_nulls_alone_is_summed_up_as_such():
    frame = pd.DataFrame([outcome("Re-referral", strand.NONE, -1, 1), outcome("Escalation", strand.NONE, -2, 1)])
    assert summary.says(frame) == "no evidence of a difference in any of 2 outcomes"
    assert summary.says(frame.head(1)) == "no evidence of a difference"


def test_a_strand_with_one_difference_names_it():
    frame = pd.DataFrame([outcome("Re-referral", strand.NONE, -1, 1),
                          outcome("Kinship care", "lower (read as worse)", -3, -1)])
    assert summary.says(frame) == "kinship care lower; no evidence of a difference for re-referral"
    assert summary.headline(frame) == "1 of 2 intervals exclude no difference"


def test_synthetic_and_real_outcomes_are_not_counted_together():
    frame = pd.DataFrame([outcome("A", strand.NONE, -1, 1), outcome("B", strand.NONE, -1, 1, "public data")])
    for title in (summary.headline(frame), summary.figure_headline(frame)):
        assert not any(character.isdigit() for character in title)


def test_a_reading_names_the_direction_of_the_number():
    assert summary.in_words(strand.WORSE, 0.1) == "higher (read as worse)"
    assert summary.in_words(strand.BETTER, -2.0) == "lower (read as better)"
    assert summary.in_words(strand.NONE, -2.0) == strand.NONE


def test_a_reading_never_contradicts_a_strand_that_ruled_out_what_matters():
    bounded = "evidence of no change that matters"
    assert summary.in_words(strand.WORSE, -0.25, bounded) == bounded
    assert summary.in_words(strand.WORSE, -0.25, "evidence of a fall") == "lower (read as worse)"
    frame = pd.DataFrame([outcome("Confidence", bounded, -0.25, -0.01), outcome("Wellbeing", bounded, -0.1, 0.1),
                          outcome("Stress", strand.NONE, -9, 9)])
    assert summary.says(frame) == f"{bounded} for confidence and wellbeing; no evidence of a difference for stress"


def test_the_cost_stands_last_and_is_counted_nowhere():
    cost = finding("costs.per_worker.mean", 2400.0, 2100.0, 2700.0, unit="pounds")
    frame = pd.concat([pd.DataFrame([{**outcome("Re-referral", strand.NONE, -1, 1), "strand": "Children's records"}]),
                       summary.cost_row(cost)], ignore_index=True)
    assert summary.headline(frame) == "0 of 1 intervals exclude no difference"
    assert summary.describe_outcomes(frame).endswith("Cost for each worker trained: £2,400.0.")


def test_an_outcome_carries_the_findings_own_numbers():
    row = pd.Series({"outcome": "Kinship care", "strand": "survey", "better": "higher", "maryland": 3})
    rules = {"level": 0.95, "power": 0.8}
    line = (row, finding(value=-2.0, low=-3.0, high=-1.0), None, None, "strength low")
    made = summary.outcomes([line], rules).iloc[0]
    assert (made["effect"], made["low"], made["high"], made["reading"]) == (-2.0, -3.0, -1.0, "lower (read as worse)")


def test_what_could_have_been_found_follows_from_the_interval():
    rules = {"level": 0.95, "power": 0.8}
    # half width 1.96, so se 1.0; (1.960 + 0.842) x 1.0 = 2.8
    assert summary.could_find(finding(value=0.0, low=-1.96, high=1.96), None, rules) == "about 2.8 percentage points"
    known = finding(value=3.1, low=None, high=None)
    assert summary.could_find(finding(), known, rules) == "3.1 percentage points"


@pytest.mark.slow
def test_every_outcome_of_the_register_is_in_the_table(bundle, standins):
    table = next(e for e in bundle("summary").exhibits if e.id == "tbl-summary-outcomes")
    names = standins("summary_outcomes").frame["outcome"].tolist()
    assert [row[0].text for row in table.rows] == [*names, "Cost for each worker trained"]
    assert set(table.row_statuses) == {"synthetic"}
