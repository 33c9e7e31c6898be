"""What the deep dives and implementation publish: follows the data, and shows nobody."""

from __future__ import annotations

import re

import pytest

from analysis.publish.store import build_bundle
from analysis.sources.loading import read_folder
from analysis.standins import generate_into

BUNDLES = ("deep_dives", "implementation")


def built(name, design, folder):
    """A bundle from stand-ins generated for a design."""
    if not any(folder.iterdir()):
        generate_into(folder, design, ["deep_dives"])
    read = {}

    def load(dataset):
        if dataset not in read:
            read[dataset] = read_folder([dataset], folder)[dataset]
        return read[dataset]

    return build_bundle(name, loader=load, design=design, bundles={})


def by_id(items):
    return {item.id: item for item in items}


@pytest.mark.parametrize("name", ["deep_dives", pytest.param("implementation", marks=pytest.mark.slow)])
def test_bundle_publishes_whole_exhibits(bundle, name):
    found = bundle(name)
    prefixes = {
        "deep_dives": ("fig-deep-dives-", "tbl-deep-dives-"),
        "implementation": ("fig-implementation-", "tbl-implementation-"),
    }
    assert len(found.findings) >= 25 and len(found.exhibits) >= 10
    for finding in found.findings:
        assert finding.id.startswith(f"{name}.")
        assert finding.status in ("synthetic", "published")
    for exhibit in found.exhibits:
        assert exhibit.id.startswith(prefixes[name])
        assert len(exhibit.description.split()) >= 8 and exhibit.rows and exhibit.subtitle
        assert "nan" not in re.findall(r"\w+", exhibit.description.lower()), exhibit.id
        assert (exhibit.svg is not None) == (exhibit.kind == "figure")


def test_no_interval_of_a_finding_is_upside_down(bundle):
    for name in BUNDLES:
        for finding in bundle(name).findings:
            if finding.low is not None:
                assert finding.low <= finding.value <= finding.high, finding.id


def test_no_table_crosses_site_and_role(bundle):
    # few people share a site and a role: no exhibit may have a row or column for that cell
    for exhibit in bundle("deep_dives").exhibits:
        heads = " ".join(column.label for column in exhibit.columns)
        for row in exhibit.rows:
            assert not ("Site " in row[0].text and "leaders" in heads), exhibit.id


@pytest.mark.slow
def test_a_higher_threshold_suppresses(design, tmp_path):
    strict = design.with_changes({"disclosure.threshold": 60})
    exhibits = by_id(built("deep_dives", strict, tmp_path).exhibits)
    shares = {row[0].text: row for row in exhibits["fig-deep-dives-prevalence"].rows}
    hidden = [row for row in shares.values() if row[1].text == "[c]"]
    # about half of the themes are held by fewer than 60 of the interviews and groups: their shares and bounds go too
    assert hidden and all(cell.text == "[c]" for row in hidden for cell in row[3:])
    assert all(row[1].text == "[c]" or int(row[1].value) >= 60 for row in shares.values())


@pytest.mark.slow
def test_words_follow_the_data(design, tmp_path):
    up, down = tmp_path / "up", tmp_path / "down"
    for folder, change, level in ((up, 0.6, [1.5, 4.0]), (down, -0.3, [4.0, 1.5])):
        folder.mkdir()
        other = design.with_changes(
            {"deep_dives.planted.wave_change.ownership": change, "deep_dives.planted.implementation.D.evaluator": level}
        )
        texts = {f.id: f.text for name in BUNDLES for f in built(name, other, folder).findings}
        assert texts["deep_dives.ownership.direction"].startswith("more widely" if folder == up else "less widely")
        assert texts["implementation.change.where"] == ("site D" if folder == up else "site C")


@pytest.mark.slow
def test_self_rating_below_the_evaluators_is_said(design, tmp_path):
    changes = {f"deep_dives.planted.implementation.{site}.gap": -0.6 for site in "ABCDE"}
    texts = {f.id: f.text for f in built("implementation", design.with_changes(changes), tmp_path).findings}
    assert texts["implementation.gap.direction"] == "sites rated themselves below the evaluators"


@pytest.mark.slow
def test_a_project_that_differs_is_said(design, tmp_path, standins):
    generate_into(tmp_path, design, ["deep_dives"])
    path = tmp_path / "coded_segments.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    independent = next(place for place, line in enumerate(lines) if ",C1,training," in line)
    path.write_text("".join(lines[:independent] + lines[independent + 1 :]), encoding="utf-8")
    texts = {f.id: f.text for f in built("deep_dives", design, tmp_path).findings}
    assert texts["deep_dives.project.check"] == "1 codings stand in one file and not in the other"
