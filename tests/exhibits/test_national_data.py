"""What the national data bundle publishes, with all files and with some missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.errors import MissingData
from analysis.publish.store import build_bundle

CHAPTERS = Path(__file__).resolve().parent.parent.parent / "chapters"
PAGES = (CHAPTERS / "national_data.md", *(CHAPTERS / "appendices" / f"national_{name}.md"
                                          for name in ("outcomes", "comparisons", "pilots")))
INDICATORS = ("cin_rate", "referral_rate", "rereferral_percent", "subsequent_plan_percent", "looked_after_rate",
              "started_rate", "turnover_percent", "agency_percent", "absence_percent")


BUNDLES = ("national_data", "national_detail", "national_pilots", "national_days")


@pytest.fixture(scope="module")
def published(bundle):
    return bundle("national_data")


@pytest.fixture(scope="module")
def everything(bundle):
    """Findings and exhibits of all bundles of the strand."""
    found = [bundle(name) for name in BUNDLES]
    return ([finding for one in found for finding in one.findings], [item for one in found for item in one.exhibits])


def without(standins, *gone):
    """A loader of a real folder in which some files are missing."""
    def load(name):
        if name in gone:
            raise MissingData(f"dataset {name} is not there", file=name)
        return standins(name)
    return load


def quoted():
    pattern = r"\{glue:text\}`(national\.[a-z0-9_.]+)`"
    return {key for page in PAGES for key in re.findall(pattern, page.read_text("utf-8"))}


def shown():
    """Exhibits of the strand on its pages: the table of deviations comes from the register of the evaluation."""
    return [id for page in PAGES for id in re.findall(r"\.show\(\"([a-z0-9-]+)\"\)", page.read_text("utf-8"))
            if not id.startswith("tbl-deviations-")]


def test_effects_with_interval_and_numbers(published):
    findings = {finding.id: finding for finding in published.findings}
    for key in INDICATORS:
        effect = findings[f"national.{key}.effect"]
        assert effect.low < effect.value < effect.high and effect.status == "synthetic"
        assert effect.n > effect.n_authorities > effect.n_pilots >= 9
        assert {source.name for source in effect.sources} >= {"neighbours_2021"}
    assert "national.england.rereferral_percent.2019" in findings


@pytest.mark.slow
def test_every_finding_is_quoted_and_every_exhibit_shown_once(everything):
    findings, exhibits = everything
    keys = {key for finding in findings for key in finding.quotes()}
    assert quoted() <= keys, quoted() - keys
    bases = {key for key in keys for q in quoted() if q == key or q.startswith(key + ".")}
    assert {finding.id for finding in findings} <= bases, {f.id for f in findings} - bases
    assert sorted(shown()) == sorted(exhibit.id for exhibit in exhibits)


def test_conclusions_follow_their_rule(published):
    findings = {finding.id: finding for finding in published.findings}
    for key in INDICATORS:
        effect, words = findings[f"national.{key}.effect"], findings[f"national.{key}.conclusion"].text
        expected = "rise" if effect.low > 0 else "fall" if effect.high < 0 else "no evidence of an effect"
        assert expected in words


def test_left_out_authorities_keep_their_symbol(published):
    table = next(exhibit for exhibit in published.exhibits if exhibit.id == "tbl-national-left-out")
    found = [column.name for column in table.columns].index("found")
    assert ("[x]", "x") in {(row[found].text, row[found].value) for row in table.rows}
    assert {"x", "c"} <= set(table.symbols)


def test_nothing_names_a_real_authority(published, design):
    names = {row["name"] for row in design.section("national_data")["pilots"]["public"]["authorities"]}
    text = "".join(finding.text for finding in published.findings)
    text += "".join(exhibit.csv() + exhibit.description for exhibit in published.exhibits)
    text += "".join(page.read_text("utf-8") for page in PAGES)
    assert not [name for name in names if name in text]


@pytest.mark.parametrize("gone", [("interactive_tool",), ("population", "workforce", "neighbours_2025"),
                                  ("neighbours_2021",), ("plan_durations",)])
@pytest.mark.slow
def test_with_files_missing_every_key_and_exhibit_is_still_there(standins, design, published, gone):
    partial = build_bundle("national_data", loader=without(standins, *gone), design=design, bundles={})
    assert {finding.id for finding in partial.findings} == {finding.id for finding in published.findings}
    assert {exhibit.id for exhibit in partial.exhibits} == {exhibit.id for exhibit in published.exhibits}
    assert len(partial.missing) == len(gone)
    texts = {finding.id: finding.text for finding in partial.findings}
    if "interactive_tool" in gone:
        assert texts["national.looked_after_rate.effect"] == "not available (file of interactive_tool missing)"
        assert "looked after" in texts["national.overall.availability"]


def test_with_no_file_at_all_there_is_one_error(standins, design):
    from analysis.exhibits.national_data import DATASETS
    with pytest.raises(MissingData, match="no file"):
        build_bundle("national_data", loader=without(standins, *DATASETS), design=design, bundles={})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["national_detail", "national_pilots"])
@pytest.mark.parametrize("gone", [("interactive_tool",), ("population", "workforce", "neighbours_2025"),
                                  ("neighbours_2021",)])
def test_further_bundles_keep_their_keys_and_exhibits_with_files_missing(standins, design, bundle, name, gone):
    whole, partial = bundle(name), build_bundle(name, loader=without(standins, *gone), design=design, bundles={})
    assert {finding.id for finding in partial.findings} == {finding.id for finding in whole.findings}
    assert {exhibit.id for exhibit in partial.exhibits} == {exhibit.id for exhibit in whole.exhibits}
