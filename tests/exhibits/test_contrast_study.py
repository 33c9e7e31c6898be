"""What the contrast study publishes: whole, synthetic, after disclosure, with words that follow the numbers."""

import numpy as np
import pytest

from analysis.publish.store import build_bundle
from analysis.sources.loading import read_folder
from analysis.standins import generate_into


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("contrast_study")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory, design):
    """`rebuilt({...})` builds the bundle on stand-ins made with changed planted truths."""

    def build(changes):
        changed = design.with_changes({"contrast_study.permutations": 499, "contrast_study.spread_runs": 200} | changes)
        folder = tmp_path_factory.mktemp("contrast")
        generate_into(folder, changed, ["contrast_study"])
        return build_bundle("contrast_study", loader=lambda name: read_folder([name], folder)[name], design=changed,
                            bundles={})

    return build


def test_exhibits_and_findings_are_there(built):
    assert len(built.exhibits) == 16 and len(built.findings) >= 18
    assert {item.status for item in (*built.exhibits, *built.findings)} == {"synthetic"}
    assert all(exhibit.description and exhibit.rows for exhibit in built.exhibits)
    assert all((exhibit.svg is not None) == (exhibit.kind == "figure") for exhibit in built.exhibits)


def test_findings_equal_their_exhibit(built):
    findings = {finding.id: finding for finding in built.findings}
    table = next(exhibit for exhibit in built.exhibits if exhibit.id == "fig-contrast-difference")
    for row in table.rows:
        name = row[0].text.lower()
        assert findings[f"contrast.{name}.difference"].value == pytest.approx(float(row[1].value), abs=1e-9)


def test_without_families_later_answers_the_chapter_is_built_and_says_so(design, tmp_path):
    from analysis.errors import MissingData

    quick = design.with_changes({"contrast_study.permutations": 99, "contrast_study.spread_runs": 50})
    generate_into(tmp_path, quick, ["contrast_study"])

    def loader(name):
        if name == "contrast_families":
            raise MissingData(name)
        return read_folder([name], tmp_path, "restricted")[name]

    built = build_bundle("contrast_study", loader=loader, design=quick, bundles={})
    findings = {finding.id: finding for finding in built.findings}
    assert {item.status for item in (*built.exhibits, *built.findings)} == {"restricted"} and built.missing
    assert findings["contrast.goal_progress.verdict"].text == "too few answers to compare"
    assert findings["contrast.goal_progress.difference"].text == "not available"
    assert findings["contrast.families.later"].text == "not available"
    assert findings["contrast.families.spread"].text.endswith("(no later answers)")


def test_no_team_or_respondent_is_named(built):
    import re

    for exhibit in built.exhibits:
        assert not re.search(r"\b[TRO]\d{3,4}\b", exhibit.csv()), exhibit.id


@pytest.mark.slow
def test_small_departments_are_suppressed(design, tmp_path):
    generate_into(tmp_path, design, ["contrast_study"])
    data = {name: read_folder([name], tmp_path)[name] for name in
            ("contrast_teams", "contrast_members", "contrast_items", "contrast_practice", "contrast_families")}
    strict = design.with_changes({"disclosure.threshold": 60, "contrast_study.permutations": 99,
                                  "contrast_study.spread_runs": 50})
    built = build_bundle("contrast_study", loader=data.__getitem__, design=strict, bundles={})
    profiles = next(exhibit for exhibit in built.exhibits if exhibit.id == "fig-contrast-profiles")
    small = [row for row in profiles.rows if row[-1].text == "[c]"]
    # Departments with fewer than 60 answers show neither their number nor their mean.
    assert small and all(row[2].text == "[c]" for row in small)
    assert next(s for s in built.suppressions if s.id == "fig-contrast-profiles").primary == len(small)


@pytest.mark.slow
def test_words_follow_a_planted_difference(rebuilt):
    built = rebuilt({"contrast_study.planted.difference": 12.0, "contrast_study.planted.practice_difference": 1.2})
    findings = {finding.id: finding for finding in built.findings}
    titles = {exhibit.id: exhibit.title for exhibit in built.exhibits}
    assert findings["contrast.scales.summary"].text.startswith("the two kinds of department differed on all 6")
    assert titles["fig-contrast-difference"] == "Departments differ on all 6 scales"
    assert titles["fig-contrast-practice"] == "Observed practice differs between the kinds of department"
    assert findings["contrast.practice.verdict"].text == "evidence of a difference"
    assert np.isclose(findings["contrast.scales.different"].value, 6)
