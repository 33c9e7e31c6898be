"""The synthesis follows the strands: displays, planted truths, comparison; nothing is retyped."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from analysis.errors import DesignError
from analysis.exhibits.together import displays, evidence, planted
from analysis.exhibits.together.cells import Cell, shown
from analysis.publish.findings import Finding, Origin, Source
from analysis.strands import synthesis as strand


def finding(key="a.b", value=1.0, low=0.5, high=1.5, status="synthetic", unit="percentage points") -> Finding:
    """A finding made by hand."""
    source = Source("data", "Data", status, "0" * 64, "records")
    text = value if isinstance(value, str) else f"{value} {unit}"
    return Finding(key, value, text, unit, 1, low, high, 95, 100, 9, 3, status, Origin("f", "f.py", 1, ""), (source,))


def cell(strand_name, reading, **facts) -> Cell:
    return Cell(strand_name, "Outcome", reading, finding(**facts))


def test_a_cell_says_reading_value_and_interval():
    assert cell("survey", strand.BETTER).text() == "Outcome: better, 1.0 percentage points (0.5 to 1.5)"
    assert cell("survey", strand.BETTER).text(with_status=True).endswith("[synthetic]")
    described = Cell("costs", "", strand.DESCRIBED, finding(value="a phrase", low=None, high=None, unit="text"))
    assert described.text() == "a phrase"
    assert Cell("costs", "Days", strand.MISSING, None).text() == "Days: not available"


def test_display_codes_each_row_and_names_silence():
    cells = {"Stability": [cell("survey", strand.BETTER), cell("costs", strand.WORSE)],
             "Risk": [cell("survey", strand.NONE)]}
    frame = displays.display(cells)
    assert frame["code"].tolist() == [strand.DISSONANCE, strand.SILENCE]
    assert frame.loc[1, "costs"] == displays.SILENT
    assert displays.headline(frame, "outcome") == "Strands agree on 0 of 2 outcomes"


def test_display_does_not_combine_synthetic_and_real():
    cells = {"Stability": [cell("survey", strand.NONE), cell("national_data", strand.NONE, status="public data")]}
    frame = displays.display(cells)
    assert frame["code"].tolist() == [strand.NOT_COMBINED]
    assert "[public data]" in frame.loc[0, "national_data"]
    assert not any(character.isdigit() for character in displays.headline(frame, "outcome"))


@dataclass
class Register:
    strand: str
    quantity: str
    planted: str
    scale: float
    finding: str


def test_planted_values_are_scaled_and_compared(design):
    changed = design.with_changes({"survey.planted.change.wellbeing": 0.2, "survey.planted.change.confidence": 0.02})
    rows = [(Register("survey", "Wellbeing", "survey.planted.change.wellbeing", 1, "a.b"), finding(low=0.1, high=0.3)),
            (Register("survey", "Confidence", "survey.planted.change.confidence", 100, "a.c"), finding(low=0, high=1))]
    frame = planted.planted_table(rows, changed)
    assert frame["planted"].tolist() == pytest.approx([0.2, 2.0])      # 0.2 x 1 and 0.02 x 100
    assert frame["inside"].tolist() == ["yes", "no"]
    assert planted.planted_title(frame).startswith("1 of 2")


def test_a_planted_place_that_is_not_there_is_an_error(design):
    with pytest.raises(DesignError, match="no planted value at 'survey.planted.nothing'"):
        planted.planted_value(design, "survey.planted.nothing")


def test_a_build_without_standins_has_no_planted_truth(design):
    assert not planted.usable(finding(status="restricted")) and not planted.usable(finding(low=None))
    assert not planted.usable(None)
    frame = planted.planted_table([], design)
    assert planted.planted_phrase(frame) == planted.NOTHING_PLANTED


def test_keys_are_read_with_what_they_are_about():
    assert evidence.keys_in("Kinship care: did.kinship.effect; costs.total.real") == [
        ("Kinship care", "did.kinship.effect"), ("", "costs.total.real")]
    assert evidence.keys_in(float("nan")) == []


def test_published_and_ours_stand_side_by_side():
    row = pd.Series({"topic": "Kinship", "verdict": "differs", "reason": "why", "chapter": "costs"})
    frame = evidence.comparison([(row, finding(status="published", low=None, high=None, value=-13.0),
                                  [evidence.Line("", finding(value=-11.0, low=-15.0, high=-7.0))])])
    assert frame.loc[0, "published"] == "-13.0 percentage points"
    assert frame.loc[0, "ours"] == shown(finding(value=-11.0, low=-15.0, high=-7.0))
    assert frame.loc[0, "status"] == "synthetic"


@pytest.fixture(scope="module")
def every_key(bundle) -> set[str]:
    """All findings that the synthesis can read."""
    from analysis.exhibits import synthesis

    keys = {found.id for name in synthesis.BUNDLES for found in bundle(name).findings}
    return keys | {found.id for found in bundle("synthesis").findings}


@pytest.mark.slow
def test_registers_name_findings_that_exist(standins, every_key):
    named = set(standins("practice_features").frame["finding"].dropna())
    named |= set(standins("planted_recovered").frame["finding"])
    named |= set(standins("published_comparison").frame["published"])
    for name, column in (("published_comparison", "ours"), ("lessons", "findings"), ("emmie", "finding")):
        named |= {key for text in standins(name).frame[column] for _, key in evidence.keys_in(text)}
    outcomes = standins("summary_outcomes").frame
    named |= set(outcomes["finding"]) | set(outcomes["could_find"].dropna())
    assert named <= every_key, named - every_key


@pytest.mark.slow
def test_cells_quote_the_strands_own_numbers(bundle):
    kinship = next(found for found in bundle("difference_in_differences").findings if found.id == "did.kinship.effect")
    rows = next(e for e in bundle("synthesis").exhibits if e.id == "tbl-synthesis-outcomes").rows
    stability = next(row for row in rows if row[0].text == "Stability")
    assert any(shown(kinship) in part.text for part in stability)


@pytest.mark.slow
def test_seven_features_and_seven_outcomes(bundle):
    sizes = {exhibit.id: len(exhibit.rows) for exhibit in bundle("synthesis").exhibits}
    assert sizes["tbl-synthesis-features"] == sizes["tbl-synthesis-outcomes"] == 7
