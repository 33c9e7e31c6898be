"""The bundle of the simulation page: what it publishes, that the page uses all of it, and words that follow numbers."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.exhibits.did import drawing_simulation
from analysis.exhibits.did import simulation_findings as findings
from analysis.exhibits.did import simulation_rejections as rejections
from analysis.exhibits.did.simulation_performance import power_title, recovery_title
from analysis.paths import CHAPTERS
from analysis.strands.difference_in_differences import interval_simulation
from analysis.strands.difference_in_differences import interval_tables as intervals
from tests.exhibits.did_pages import assert_on_pages

PAGE = CHAPTERS / "appendices" / "did_simulation.md"
NAMES = intervals.METHODS


def verdicts(**above) -> pd.DataFrame:
    """Verdicts over eight scenarios, above the band in so many: by key of the finding."""
    methods = {key: NAMES[name] for name, key in findings.KEYS.items()}
    return pd.DataFrame([{"method": methods[key], "above": n, "scenarios": 8} for key, n in above.items()])


def test_the_sentence_of_what_to_trust_follows_the_counts():
    assert findings.trust_sentence(verdicts(cr1_rows=8, cr1=8, cr2=0, bootstrap=2, permutation=1)) == (
        "true nulls are rejected too often in none of 8 scenarios by CR2; in 2 of 8 by the wild cluster bootstrap; in "
        "1 of 8 by permutation with matching made again; in all 8 by CR1 of either kind")
    assert findings.trust_sentence(verdicts(cr2=0, cr3=0)) == (
        "true nulls are rejected too often in none of 8 scenarios by CR2 and CR3")
    assert findings.trust_sentence(verdicts(cr2=8)) == "true nulls are rejected too often in all 8 by CR2"


def nulls(shares: dict, treated: int = 9, band=(4.0, 6.0)) -> pd.DataFrame:
    """Rows of true nulls in one design, a method by its key, a share each."""
    methods = {key: NAMES[name] for name, key in findings.KEYS.items()}
    table = pd.DataFrame([{"method": methods[key], "rejection": share, "treated": treated}
                          for key, share in shares.items()])
    return table.assign(above=table["rejection"] > band[1], below=table["rejection"] < band[0])


def test_the_answer_is_that_of_the_headline():
    assert findings.answer(nulls({"cr1": 9.0, "cr2": 5.0})).startswith("Yes: in none of 1 scenarios")
    assert findings.answer(nulls({"cr1": 5.0, "cr2": 7.0})).startswith("Not everywhere: in 1 of 1 scenarios")
    assert findings.original_phrase(nulls({"cr1_rows": 9.0, "cr2": 7.0})) == "1 of 1"


def test_where_methods_break():
    table = pd.concat([nulls({"cr1": 5.0, "cr2": 5.0}, 9), nulls({"cr1": 5.5, "cr2": 4.0}, 5),
                       nulls({"cr1": 9.0, "cr2": 6.5, "permutation": 0.0}, 2)])
    assert findings.few_sentence(table) == (
        "with 9 or 5 pilots, true nulls are rejected too often by no method; with 2 pilots, true nulls are rejected "
        "too often by CR1 with t(G - 1) and CR2, and nothing is ever rejected by permutation with matching made again")


def test_a_pair_of_methods_is_one_expression():
    assert findings.in_prose([NAMES["CR1, rows"]]) == "CR1 with degrees of freedom from rows"
    assert findings.in_prose(NAMES.values()) == (
        "CR1 of either kind, CR2, CR3, the wild cluster bootstrap and permutation of either kind")


def test_bias_within_and_beyond_chance():
    # Bonferroni at 1% over 80: the normal quantile at 1 - 0.01 / 160 is 3.84.
    assert findings.bias_phrase(3.8, 80) == "no more than chance allows among so many"
    assert findings.bias_phrase(3.9, 80) == "more than chance allows"
    assert findings.bias_phrase(2.6, 1) == "more than chance allows"        # alone: 2.58


@pytest.mark.parametrize("above, title", [
    ((0, 0), "2 of 2 methods never reject too often"), ((1, 0), "1 of 2 methods never rejects too often"),
    ((1, 1), "Every one of 2 methods rejects too often somewhere")])
def test_title_of_the_verdicts(above, title):
    assert rejections.trust_title(pd.DataFrame({"above": above})) == title


def test_titles_count_methods_above_the_band():
    table = pd.concat([nulls({"cr1": 9.0, "cr2": 5.0}, 9), nulls({"cr1": 9.0, "cr2": 7.0}, 2)])
    assert rejections.rejection_title(table) == "2 of 2 methods reject a true null too often"
    assert rejections.rejection_title(table[table["treated"] == 9]) == "1 of 2 methods rejects a true null too often"
    assert rejections.few_title(table) == "With 2 pilots, 2 of 2 methods reject too often"
    assert rejections.few_title(table[table["treated"] == 9]) == "With 9 pilots, 1 of 2 methods rejects too often"
    none = nulls({"cr2": 5.0}, 3)
    assert rejections.few_title(none) == "With 3 pilots, none of 1 methods rejects too often"
    assert rejections.rejection_title(none) == "None of 1 methods rejects a true null too often"


def test_titles_of_size_power_and_recovery():
    by_size = pd.DataFrame({"panel": "A", "method": ["x", "x", "y", "y"], "rejection": [5.0, 9.0, 4.0, 6.0]})
    assert rejections.size_title(by_size) == "Between sizes, rejections differ by at most 4.0 percentage points"
    power = pd.DataFrame({"method": [intervals.HEADLINE], "power_0": [80.4], "power_1": [22.2]})
    assert power_title(power) == "CR2 finds the published size in 22 to 80%"
    assert recovery_title(pd.DataFrame({"covered": [9, 10], "runs": [10, 10]})) == (
        "19 of 20 intervals cover what was planted")


def test_a_fifth_series_is_refused_and_not_left_out():
    frame = pd.DataFrame({"panel": "A", "method": "x", "series": list("abcde"), "series_name": "s", "low": 1.0,
                          "high": 3.0, "rejection": 2.0, "band_low": 4.0, "band_high": 6.0})
    with pytest.raises(ValueError, match="zip"):
        drawing_simulation.rejections(frame)


@pytest.fixture(scope="module")
def built(bundle):
    return bundle("did_simulation")


@pytest.fixture(scope="module")
def values(built):
    return {finding.id: finding.value for finding in built.findings}


def test_page_shows_every_exhibit_once_and_quotes_every_finding(built):
    assert_on_pages(built)
    text = PAGE.read_text(encoding="utf-8")
    for exhibit in built.exhibits:
        assert f"{{numref}}`{exhibit.id}`" in text, exhibit.id


def test_everything_is_synthetic(built):
    assert {item.status for item in (*built.exhibits, *built.findings)} == {"synthetic"}


def test_descriptions_carry_numbers_and_headlines_are_short(built):
    for exhibit in built.exhibits:
        assert re.search(r"\d", exhibit.description) and len(exhibit.title.split()) <= 10
        assert (exhibit.svg is not None) == exhibit.id.startswith("fig-")


def test_findings_are_those_of_the_kept_file(values):
    kept = pd.read_csv(interval_simulation.KEPT)
    null = kept[(kept["effect"] == 0) & (kept["groups"] == 0)]
    for name, key in findings.KEYS.items():
        shares = 100 * null.loc[null["method"] == name, "rejection"]
        assert values[f"did.simulation.{key}_lowest"] == pytest.approx(shares.min())
        assert values[f"did.simulation.{key}_highest"] == pytest.approx(shares.max())
    assert values["did.simulation.scenarios"] == 80 and values["did.simulation.runs"] == 80 * kept["runs"].iloc[0]
    own = kept[(kept["outcome"] == "kinship") & (kept["size"] == 1) & (kept["effect"] != 0)]
    row = own[(own["icc"] == intervals.MIDDLE) & (own["method"] == "CR2, Satterthwaite")].iloc[0]
    assert values["did.simulation.kinship_power_cr2"] == pytest.approx(100 * row["rejection"])
    assert values["did.simulation.kinship_coverage_cr2"] == pytest.approx(100 * row["coverage"])
    lowest, highest = (values[f"did.simulation.kinship_power_{end}"] for end in ("lowest", "highest"))
    assert lowest <= values["did.simulation.kinship_power_cr2"] <= highest


def test_recovery_is_published_here(values):
    kept = pd.read_csv(interval_simulation.KEPT.with_name("did_recovery.csv"))
    assert values["did.recovery.seeds"] == kept["seed"].nunique()
    kinship = kept[kept["outcome"] == "kinship"]
    assert values["did.recovery.kinship_mean"] == pytest.approx(kinship["estimate"].mean())
    assert values["did.recovery.kinship_planted"] == kinship["planted"].iloc[0]


def test_rows_of_figures_are_drawn_whole(built):
    by_id = {exhibit.id: exhibit for exhibit in built.exhibits}
    # Seven methods; four correlations in three designs and with four numbers of pilots; three sizes of two designs.
    assert [len(by_id[name].rows) for name in ("fig-did-rejection", "fig-did-few", "fig-did-size")] == [84, 112, 42]
    assert len(by_id["tbl-did-trust"].rows) == 7 and len(by_id["tbl-did-recovery"].rows) == 5
