"""The synthesis follows the strands: displays, planted truths, comparison; nothing is retyped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.errors import DataError, DesignError
from analysis.exhibits.together import coders, displays, evidence, planted
from analysis.exhibits.together.cells import Cell, shown
from analysis.exhibits.together.places import Places
from analysis.publish import dependencies
from analysis.publish.findings import Finding, Origin, Source
from analysis.publish.publisher import Publisher
from analysis.publish.store import build_bundle
from analysis.review.places import as_read
from analysis.sources.catalogue import catalogue
from analysis.strands import synthesis as strand
from tests.conftest import ROOT, Standins


def finding(key="a.b", value=1.0, low=0.5, high=1.5, status="synthetic", unit="percentage points") -> Finding:
    """A finding made by hand."""
    source = Source("data", "Data", status, "0" * 64, "records")
    text = value if isinstance(value, str) else f"{value} {unit}"
    return Finding(key, value, text, unit, 1, low, high, 95, 100, 9, 3, status, Origin("f", "f.py", 1, ""), (source,))


def cell(strand_name, reading, **facts) -> Cell:
    return Cell(strand_name, "Outcome", reading, finding(**facts))


def test_a_cell_says_reading_value_and_interval():
    link = "{doc}`Outcome </chapters/survey>`"
    assert cell("survey", strand.BETTER).text() == f"{link}: better, 1.0 percentage points (0.5 to 1.5)"
    assert cell("survey", strand.BETTER).text(with_status=True).endswith("[synthetic]")
    rated = Cell("survey", "Outcome", strand.BETTER, finding(), "strength low")
    assert rated.text().endswith("(0.5 to 1.5); strength low")
    described = Cell("costs", "", strand.DESCRIBED, finding(value="a phrase", low=None, high=None, unit="text"))
    assert described.text() == "{doc}`Costs </chapters/costs>`: a phrase"
    assert Cell("implementation", "Days", strand.MISSING, None).text() == (
        "{doc}`Days </chapters/appendices/implementation_progress>`: not available")


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
    line = evidence.Line("Here", finding(), "no claim to rate")
    assert line.text() == "Here: 1.0 percentage points (0.5 to 1.5) (no claim to rate)"
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


# ---- the second coder ----

def coded(id, code, status="synthetic"):
    return coders.Coded(id, id.capitalize(), code, (cell("survey", strand.NONE, status=status),))


def coding(**codes):
    return pd.DataFrame([{"id": name, "coder": "second", "code": code, "reason": None} for name, code in codes.items()])


def test_both_codings_stand_side_by_side():
    frame = coders.both([coded("risk", strand.AGREEMENT), coded("value", strand.SILENCE)],
                        coding(risk=strand.AGREEMENT, value=strand.PARTIAL), "synthetic")
    assert frame["same"].tolist() == ["yes", "no"]
    assert coders.parted(frame) == "value" and coders.title(frame) == "Rule and second coder agree on 1 of 2 rows"


def test_a_row_of_another_status_is_not_compared():
    frame = coders.both([coded("risk", strand.AGREEMENT, "public data"), coded("value", strand.NOT_COMBINED)],
                        coding(risk=strand.AGREEMENT, value=strand.PARTIAL), "synthetic")
    assert frame["same"].tolist() == [coders.NOT_COMPARED] * 2
    assert coders.parted(frame[frame["same"] != coders.NOT_COMPARED]) == "none of them"


def test_a_coding_that_lacks_a_row_names_it():
    with pytest.raises(DataError, match="convergence_coding.csv, column id: .*; found 'risk, value'"):
        coders.both([coded("risk", strand.AGREEMENT)], coding(value=strand.SILENCE), "synthetic")


def test_agreement_without_meaning_is_none(design):
    same = pd.DataFrame({"rule": [strand.SILENCE] * 3, "coder": [strand.SILENCE] * 3})
    assert coders.agreement(same, SimpleNamespace(design=design)) is None


# ---- lessons and what speaks against them ----

def reader(**found):
    return SimpleNamespace(look_up={one.id: one for one in found.values()}.get)


def test_what_speaks_against_a_lesson_is_read_from_intervals():
    p = reader(a=finding("a.b", -2.0, -3.0, -1.0), c=finding("c.d", 0.0, -1.0, 1.0))
    assert evidence.against(p, "turnover lower: a.b=lower; no gap: c.d=none") == (
        "turnover lower (-2.0 percentage points (-3.0 to -1.0)) [synthetic]; no gap (0.0 percentage points "
        "(-1.0 to 1.0)) [synthetic]")
    assert evidence.against(p, "turnover higher: a.b=higher; not there: e.f=lower") == evidence.NOTHING
    with pytest.raises(DesignError, match="is not key=lower, key=higher or key=none"):
        evidence.against(p, "turnover: a.b")
    assert evidence.contrary_phrase(["S5"]) == "results of this build speak against lesson S5"


# ---- places in the ledger ----

@pytest.fixture(scope="module")
def places(bundle, design):
    return Places(Publisher("synthesis", design, None, (), {"survey": bundle("survey")}), "Wellbeing at work")


@pytest.mark.slow
def test_places_are_findings_cells_and_constants(places, bundle):
    found = {one.id: one for one in bundle("survey").findings}
    assert places.read("survey.wellbeing.p") == found["survey.wellbeing.p"].value
    assert places.read("tbl-survey-change/{row}+Unweighted/change") == pytest.approx(
        found["survey.wellbeing.unweighted"].value)
    assert places.read("design:survey.smallest_change") == 0.25           # as data/evaluation.yml says
    assert places.read("nothing.of.this") is None and places.read("fig-survey-change/No such scale/p") is None
    assert {one.id for one in places.found} == {"survey.wellbeing.p", "tbl-survey-change"}


@pytest.mark.slow
@pytest.mark.parametrize(("place", "says"), [
    ("tbl-nowhere/{row}/p", "exhibit 'tbl-nowhere', which none"),
    ("fig-survey-change/{row}/nothing", "no column 'nothing'"),
    ("tbl-survey-change/{row}/p", "has .* rows 'Wellbeing at work', expected one"),
    ("tbl-survey-change/p", "is not exhibit/row/column"), ("design:survey.nothing", "no 'survey.nothing'")])
def test_places_that_are_none_are_named(places, place, says):
    with pytest.raises(DesignError, match=says):
        places.read(place)


# ---- one planted effect changed ----

@pytest.mark.slow
def test_a_planted_effect_is_followed_by_everything_that_reads_it(bundle, design, standins, tmp_path):
    """Wellbeing is planted to rise by 0.8 points, and the wish to leave to fall as much. Survey, strength, synthesis
    and summary are built again; nothing else is touched, and nothing typed stays behind."""
    changed = design.with_changes({"survey.planted.change.wellbeing": 0.8,
                                   "survey.planted.change.turnover_intention": -0.8})
    fresh = Standins(tmp_path, changed)
    built = {}

    def loader(name):
        return fresh(name) if catalogue()[name].standin == "staff_survey" else standins(name)

    for name in ("survey", "strength", "synthesis", "summary"):
        read = {other: built.get(other) or bundle(other) for other in dependencies.declared(name).bundles}
        built[name] = build_bundle(name, loader=loader, design=changed, bundles=read)

    def row(bundle_name, id, first):
        table = next(one for one in built[bundle_name].exhibits if one.id == id)
        return dict(zip((one.name for one in table.columns),
                        next([cell.text for cell in cells] for cells in table.rows if cells[0].text == first),
                        strict=True))

    texts = {one.id: one.text for built_one in built.values() for one in built_one.findings}
    before = {one.id: one.text for name in built for one in bundle(name).findings}
    assert texts["survey.wellbeing.verdict"] == "evidence of a rise" != before["survey.wellbeing.verdict"]
    assert "wellbeing at work" in texts["summary.says.survey"] and "higher" in texts["summary.says.survey"]
    assert row("summary", "tbl-summary-outcomes", "Wellbeing at work")["reading"] == "higher (read as better)"
    assert row("strength", "tbl-strength-outcomes", "Wellbeing at work")["conclusion"] == "evidence of a rise"
    staff = row("synthesis", "tbl-synthesis-outcomes", "Staff wellbeing")
    assert "better" in staff["survey"] and staff["code"] == strand.PARTIAL
    retention = row("synthesis", "tbl-lessons-evidence", "S5")
    assert "wellbeing higher" in retention["against"] and "wish to leave lower" in retention["against"]
    assert "S5" in texts["lessons.contrary"] and texts["lessons.contrary"] != before["lessons.contrary"]


@pytest.mark.slow
def test_the_key_messages_of_the_front_page_follow_planted_effects(bundle, design, standins, tmp_path):
    """Children's records, authorities and costs are planted otherwise: kinship care rises by 25 points where it fell by
    13, children in need rise by 150 in 10,000, a worker costs four times as much. Each message of the front page that
    rests on data of this build says something else than before, and says what its results now say."""
    changed = design.with_changes({"difference_in_differences.planted.effect.kinship": 0.25,
                                   "national_data.planted.effects.cin_rate": 150.0,
                                   "costs.planted.cost_per_worker": 4 * 2400.0})
    fresh, built = Standins(tmp_path, changed), {}

    def loader(name):
        return fresh(name) if catalogue()[name].standin in ("children", "national", "costs") else standins(name)

    for name in ("difference_in_differences", "national_data", "national_days", "costs", "strength", "summary"):
        read = {other: built.get(other) or bundle(other) for other in dependencies.declared(name).bundles}
        built[name] = build_bundle(name, loader=loader, design=changed, bundles=read)

    def messages(bundles):
        texts = {key: text for one in bundles for found in one.findings for key, text in found.quotes().items()}
        page = (ROOT / "chapters" / "index.md").read_text(encoding="utf-8")
        part = page.split("## Key messages")[1].split("## ")[0]
        return texts, [(item, as_read(item, texts)) for item in re.findall(r"^\d+\. (.*)$", part, re.MULTILINE)]

    opened = ("published", "summary", "national_data", "difference_in_differences", "costs")
    _, before = messages([bundle(name) for name in opened])
    texts, after = messages([built.get(name) or bundle(name) for name in opened])
    resting = [k for k, (source, _) in enumerate(after) if re.search(r"`(did|national|costs|summary\.says)\.", source)]
    assert len(resting) >= 4
    for k in resting:
        assert after[k][1] != before[k][1], after[k][1]
    for k in set(range(len(after))) - set(resting):
        assert after[k][1] == before[k][1]          # messages about the original stay
    kinship = next(said for _, said in after if texts["did.kinship.effect.full"] in said)
    assert texts["did.kinship.effect"][0] != "-" and "kinship" in kinship
    records = next(said for _, said in after if texts["summary.says.difference_in_differences"] in said)
    assert "higher" in texts["summary.says.difference_in_differences"] and "higher" in records
    assert "children in need" in texts["national.overall.both"].lower()
    # Four times the cost is four times the days: 2400 to 9600 a worker, all else equal.
    was, now = (next(f.value for f in one.findings if f.id == "costs.break_even.percent")
                for one in (bundle("costs"), built["costs"]))
    assert now == pytest.approx(4 * was, rel=0.02)


DEFINITIONS = {                # sentences that explain the words and hold whatever the results
    '"No evidence of a difference" is not "evidence of no difference".',
    "To find no evidence of an effect is not to find evidence that there was none.",
    "*better*, *worse*, or *no evidence of a difference* when the interval holds nought.",
    'Agreement on "no evidence of a difference" is agreement that nothing was found, not that nothing is there.',
    "Either the model does not change outcomes, or it was not in place for long enough to do so.",
    "If an average hides pilots that improved, the pages that show every pilot's own estimate are where it would be "
    "seen:",
    "With neither, there is *evidence of no meaningful effect* where an equivalence test passes, and *no evidence of "
    "an effect* where it does not.",
    '"No evidence of an effect" is not a claim, and cannot be strong or weak.',
    "It falls by one level for every check that it does not pass.",
    "Where it holds both no change and the break-even share, the data cannot tell whether the programme paid:",
    "found neither an effect nor the absence of one that matters.",
    '## Does "no clear sign" mean that it does not work?'}
CLAIM = re.compile(r"\b(no (clear )?(evidence|effect|difference|change|sign)|(did|does) not "
                   r"(differ|change|improve|work)|(rose|fell|increased|improved|reduced|rises|falls|improves))\b",
                   re.IGNORECASE)


@pytest.mark.parametrize("page", ["index", "summary", "synthesis", "lessons", "families", "costs",
                                  "difference_in_differences"])
def test_pages_that_sum_up_claim_nothing_in_typed_words(page):
    """A sentence that says what was found quotes a finding, or the original with its reference: typed words would stay
    when the result turns."""
    text = re.sub(r"```.*?```|^---.*?---", "", (ROOT / "chapters" / f"{page}.md").read_text(), flags=re.DOTALL)
    sentences = [sentence for line in text.split("\n") for sentence in re.split(r"(?<=[.?!:;])\s+", line)]
    typed = [sentence for sentence in sentences
             if CLAIM.search(re.sub(r"\{glue:text\}`[^`]*`", "", sentence))
             and "{cite}" not in sentence and "published." not in sentence
             and not any(known in sentence for known in DEFINITIONS)]
    assert typed == []


def test_the_page_for_families_is_in_short_sentences():
    """Plain English: at most 15 words a sentence on average, and none above 30."""
    text = re.sub(r"```.*?```|^---.*?---", "", (ROOT / "chapters" / "families.md").read_text(), flags=re.DOTALL)
    text = re.sub(r"\{\w+(:\w+)?\}`[^`]*`|\[|\]\([^)]*\)|[#*]", "", text)
    lengths = [len(sentence.split()) for line in text.split("\n") for sentence in re.split(r"(?<=[.?!:])\s+", line)
               if sentence.split()]
    assert sum(lengths) / len(lengths) <= 15 and max(lengths) <= 30
