"""What the examination of assessments publishes: whole, synthetic, after disclosure, words that follow the numbers."""

import re

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

    def build(changes):
        changed = design.with_changes({"assessments.bootstrap": 50, "assessments.permutations": 199} | changes)
        folder = tmp_path_factory.mktemp("assessments")
        generate_into(folder, changed, ["assessment_ratings"])
        return build_bundle("assessments", loader=lambda name: read_folder([name], folder)[name], design=changed,
                            bundles={})

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
    groups = table(built, "fig-assessments-association")
    assert 2 <= len(groups.rows) <= design.section("assessments")["bins"]


def test_words_follow_a_planted_association(rebuilt):
    strong = rebuilt({"assessments.planted.association": 0.9})
    texts = {finding.id: finding.text for finding in strong.findings}
    assert texts["assessments.association.verdict"] == "evidence of a positive association"
    assert "positive association" in table(strong, "fig-assessments-association").title


def test_same_data_same_bundle(built, standins, design):
    assert build_bundle("assessments", loader=standins, design=design, bundles={}) == built
