"""What the survey publishes: whole, synthetic, after disclosure, with words that follow the numbers."""

import re

import pytest

from analysis.paths import CHAPTERS
from analysis.publish.store import build_bundle
from analysis.sources.loading import read_folder
from analysis.standins import generate_into


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("survey")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory, design):
    """`rebuilt({...})` builds the bundle on stand-ins made with changed planted truths."""

    def build(changes):
        changed = design.with_changes({"survey.bootstrap": 50, "survey.parallel": 20} | changes)
        folder = tmp_path_factory.mktemp("survey")
        generate_into(folder, changed, ["staff_survey"])
        return build_bundle("survey", loader=lambda name: read_folder([name], folder)[name], design=changed, bundles={})

    return build


def texts(built):
    return {finding.id: finding.text for finding in built.findings}


def table(built, id):
    return next(exhibit for exhibit in built.exhibits if exhibit.id == id)


def column(exhibit, name):
    place = [c.name for c in exhibit.columns].index(name)
    return [row[place].value for row in exhibit.rows]


def test_exhibits_and_findings_are_there(built):
    assert len(built.exhibits) >= 11 and len(built.findings) >= 25
    assert {item.status for item in (*built.exhibits, *built.findings)} == {"synthetic"}
    assert all(exhibit.description and exhibit.rows for exhibit in built.exhibits)
    assert all((exhibit.svg is not None) == (exhibit.kind == "figure") for exhibit in built.exhibits)


def test_every_finding_is_quoted_and_every_exhibit_shown_once(built):
    chapter = (CHAPTERS / "survey.md").read_text(encoding="utf-8")
    quoted = re.findall(r"\{glue:text\}`([^`]+)`", chapter)
    for finding in built.findings:
        assert any(key == finding.id or key.startswith(f"{finding.id}.") for key in quoted), finding.id
    for exhibit in built.exhibits:
        assert chapter.count(f'show("{exhibit.id}")') == 1 and f"{{numref}}`{exhibit.id}`" in chapter, exhibit.id


def test_findings_equal_their_exhibits(built):
    findings = {finding.id: finding for finding in built.findings}
    change = table(built, "fig-survey-change")
    assert float(column(change, "change")[0]) == pytest.approx(findings["survey.wellbeing.change"].value)
    assert column(change, "verdict")[0] == findings["survey.wellbeing.verdict"].text
    response = table(built, "tbl-survey-response")
    totals = [float(v) for v, site in zip(column(response, "rr2"), column(response, "site"), strict=True)
              if site == "All"]
    assert totals == pytest.approx([findings[f"survey.response.wave{w}"].value for w in (1, 2)])


def test_no_count_below_the_threshold_is_shown(built, design):
    threshold = design.section("disclosure")["threshold"]
    for exhibit in built.exhibits:
        for place, spec in enumerate(exhibit.columns):
            if spec.kind == "count":
                shown = [float(row[place].value) for row in exhibit.rows if row[place].value not in ("", "c")]
                assert all(n >= threshold for n in shown), (exhibit.id, spec.name)


def test_small_pilots_are_suppressed_and_the_pictures_still_drawn(rebuilt):
    sizes = {f"survey.standin.sizes.{wave}.C": 90 for wave in ("1", "2")}
    small = rebuilt(sizes)
    turnover = table(small, "fig-survey-turnover-problem")
    hidden = [row for row in turnover.rows if "c" in [cell.value for cell in row]]
    assert hidden and all("Pilot C" in row[0].text for row in hidden)
    assert "suppressed" in turnover.description and turnover.svg
    assert small.suppressions
    # With n in the row, one hidden count would follow from the others: never one alone.
    places = [[c.name for c in turnover.columns].index(f"n_{key}") for key in ("low", "middle", "high")]
    alone = [sum(row[place].value == "c" for place in places) for row in turnover.rows]
    assert 1 not in alone and max(alone) >= 2


@pytest.mark.slow
def test_words_follow_a_planted_change(rebuilt):
    up, down = (texts(rebuilt({"survey.planted.change.wellbeing": change})) for change in (0.8, -0.8))
    assert up["survey.wellbeing.verdict"] == "evidence of a rise"
    assert down["survey.wellbeing.verdict"] == "evidence of a fall"


@pytest.mark.slow
def test_same_data_same_bundle(built, standins, design):
    again = build_bundle("survey", loader=standins, design=design, bundles={})
    assert again == built
