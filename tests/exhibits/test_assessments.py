"""What the examination of assessments publishes: whole, synthetic, after disclosure, words that follow the numbers."""

import re

import pandas as pd
import pytest

from analysis.paths import CHAPTERS
from analysis.publish.store import build_bundle
from analysis.sources.loading import read_folder
from analysis.standins import generate_into


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("assessments")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory, design):
    """`rebuilt({...})` builds the bundle on stand-ins made with changed planted truths."""

    def build(changes, status="synthetic", edit=None):
        changed = design.with_changes({"assessments.bootstrap": 50, "assessments.permutations": 199} | changes)
        folder = tmp_path_factory.mktemp("assessments")
        generate_into(folder, changed, ["assessment_ratings"])
        for name in edit or ():
            file = folder / name
            file.write_text(edit[name](pd.read_csv(file, dtype=str)).to_csv(index=False))
        return build_bundle("assessments", loader=lambda name: read_folder([name], folder, status)[name],
                            design=changed, bundles={})

    return build


def table(built, id):
    return next(exhibit for exhibit in built.exhibits if exhibit.id == id)


def test_exhibits_and_findings_are_there(built):
    assert len(built.exhibits) >= 8 and len(built.findings) >= 18
    assert {item.status for item in (*built.exhibits, *built.findings)} == {"synthetic"}
    assert all(exhibit.description and exhibit.rows for exhibit in built.exhibits)


def test_every_finding_is_quoted_and_every_exhibit_shown_once(built):
    chapter = (CHAPTERS / "assessments.md").read_text(encoding="utf-8")
    quoted = re.findall(r"\{glue:text\}`([^`]+)`", chapter)
    for finding in built.findings:
        assert any(key == finding.id or key.startswith(f"{finding.id}.") for key in quoted), finding.id
    for exhibit in built.exhibits:
        assert chapter.count(f'show("{exhibit.id}")') == 1 and f"{{numref}}`{exhibit.id}`" in chapter, exhibit.id


def test_findings_equal_their_exhibits(built):
    findings = {finding.id: finding for finding in built.findings}
    first = table(built, "tbl-assessments-association").rows[0]
    assert float(first[2].value) == pytest.approx(findings["assessments.association.rho"].value)
    sample = table(built, "tbl-assessments-sample").rows[-1]
    assert float(sample[3].value) == findings["assessments.cases"].value


def test_no_single_case_and_no_small_count_is_shown(built, design):
    threshold = design.section("disclosure")["threshold"]
    for exhibit in built.exhibits:
        for place, spec in enumerate(exhibit.columns):
            if spec.kind == "count":
                shown = [float(row[place].value) for row in exhibit.rows if row[place].value not in ("", "c")]
                assert all(n >= threshold for n in shown), (exhibit.id, spec.name)
    shown = table(built, "fig-assessments-association")
    groups = [row for row in shown.rows if "one case" not in row[0].text]
    assert 2 <= len(groups) <= design.section("assessments")["bins"]


def cases_drawn(exhibit):
    """Rows of single cases in the table, and markers in the picture (groups and ticks have some too)."""
    return sum("one case" in row[0].text for row in exhibit.rows), exhibit.svg.count("<use")


def test_single_cases_are_drawn_of_stand_ins_and_never_of_real_ones(built, rebuilt):
    rows, markers = cases_drawn(table(built, "fig-assessments-association"))
    n = next(finding.value for finding in built.findings if finding.id == "assessments.cases")
    assert rows == n
    real = rebuilt({"seed": 77}, status="restricted")
    shown = table(real, "fig-assessments-association")
    assert shown.status == "restricted" and cases_drawn(shown)[0] == 0 and len(shown.rows) <= 3
    assert "single case" not in shown.description + shown.title and "Single cases are not shown" in shown.note
    assert cases_drawn(shown)[1] <= markers - n + 3
    words = next(finding.text for finding in real.findings if finding.id == "assessments.association.shown")
    assert words.startswith("Cases are shown in groups only")


def test_a_domain_rated_alike_is_said_and_ends_nothing(rebuilt):
    alike = rebuilt({}, edit={"assessment_ratings.csv": lambda frame: frame.assign(history="3")})
    agreement = table(alike, "tbl-assessments-agreement")
    row = next(row for row in agreement.rows if row[0].text.startswith("History"))
    assert [cell.text for cell in row].count("[z]") == 6 and row[-1].text == "not known"
    assert "No kappa or alpha where" in agreement.note and "History" in agreement.note
    odds = table(alike, "tbl-assessments-odds")
    assert next(row for row in odds.rows if row[0].text.startswith("History"))[3].text == ""


def test_two_raters_only_and_raters_not_linked(rebuilt):
    def in_pairs(frame):
        # Cases go to the pairs R1 and R2 or R3 and R4 by turns: severities are comparable within a pair alone.
        turn = frame["case_id"].str[1:].astype(int) % 2
        first = frame["rating"] == "first"
        return frame.assign(rater=["R" + str(1 + 2 * t + (not f)) for t, f in zip(turn, first, strict=True)])

    parted = rebuilt({}, edit={"assessment_ratings.csv": in_pairs})
    words = {finding.id: finding.text for finding in parted.findings}
    assert words["assessments.severity.verdict"].endswith("raters are comparable only within 2 groups")


@pytest.mark.parametrize("noise, says", [(0.05, "allows firm conclusions"), (1.6, "leaves conclusions in doubt")])
def test_words_follow_the_agreement(rebuilt, noise, says):
    found = rebuilt({"assessments.planted.rater_noise": noise, "assessments.planted.severity": [0.0] * 4})
    assert table(found, "tbl-assessments-allows").title.endswith(says)


def test_words_follow_a_planted_association(rebuilt):
    strong = rebuilt({"assessments.planted.association": 0.9})
    texts = {finding.id: finding.text for finding in strong.findings}
    assert texts["assessments.association.verdict"] == "evidence of a positive association"
    assert "positive association" in table(strong, "fig-assessments-association").title


def test_same_data_same_bundle(built, standins, design):
    assert build_bundle("assessments", loader=standins, design=design, bundles={}) == built
