"""The kept simulations of the ratings: run again in part, right coverage where it is claimed, and words that say so."""

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.ratings_recovery import HEADLINE, NAMES, short_of, span
from analysis.methods.recovery import recovered
from analysis.strands.assessments import recovery as assessments
from analysis.strands.contrast_study import recovery as contrast

KEPT = {"assessments": assessments.KEPT, "contrast": contrast.KEPT}


@pytest.fixture(scope="module")
def kept():
    return {name: pd.read_csv(file) for name, file in KEPT.items()}


@pytest.mark.parametrize("strand", ["assessments", "contrast"])
def test_coverage_and_level_are_those_claimed_over_200_seeds(kept, strand):
    table = recovered(kept[strand], ["case", "quantity"])
    own = table[table["quantity"].isin((*HEADLINE[strand], "icc1", "severity_r2", "severity_r3", "icc_score"))]
    sound = own[own["case"] != "departments differ"]
    assert (table["runs"] == 200).all() and set(table["quantity"]) <= set(NAMES)
    # Three Monte Carlo errors of 200 runs: 4.6 percentage points around 95 and around 5.
    band = 300 * np.sqrt(0.95 * 0.05 / 200)
    assert (abs(sound["coverage"] - 95) < band).all()
    null = sound[(sound["case"] == "nothing planted") & sound["rejection"].notna()]
    assert len(null) >= 4 and (abs(null["rejection"] - 5) < band).all()
    # What is planted comes back; log odds alone have the bias of small samples that the chapter names.
    near = sound[sound["quantity"] != "log_odds"]
    assert (abs(near["mean"] - near["truth"]) < 3.5 * near["mean_error"]).all()


def test_departments_that_differ_break_what_they_should_and_nothing_else(kept):
    table = recovered(kept["contrast"], ["case", "quantity"]).set_index(["case", "quantity"])
    assert (table.loc["departments differ"].loc[["stress", "engagement"], "coverage"] < 75).all()
    assert table.loc[("departments differ", "practice"), "coverage"] == table.loc[("nothing planted", "practice"),
                                                                                  "coverage"]


def slice_of(kept, case, seed):
    part = kept[(kept["case"] == case) & (kept["seed"] == seed)]
    return part.set_index("quantity")[["estimate", "low", "high", "p"]]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 150])
def test_a_slice_run_again_gives_what_is_kept(design, kept, seed):
    for case, changes in assessments.CASES.items():
        changed = design.with_changes(assessments.QUICK | changes)
        again = pd.DataFrame(assessments.estimates(assessments.study_of(changed, seed), seed)).set_index("quantity")
        pd.testing.assert_frame_equal(again.round(4), slice_of(kept["assessments"], case, seed), atol=1.1e-4)
    for case, changes in contrast.CASES.items():
        again = pd.DataFrame(contrast.recover_seed(design.with_changes(changes), seed)).set_index("quantity")
        pd.testing.assert_frame_equal(again.drop(columns="truth").round(4), slice_of(kept["contrast"], case, seed),
                                      atol=1.1e-4)


@pytest.mark.slow
def test_truths_kept_are_those_of_large_studies(design, kept):
    # Ten studies of 900 cases, with seeds of their own, against the sixty kept; errors of both add up.
    changed = design.with_changes(assessments.QUICK | assessments.ALONE | assessments.CASES["planted"])
    found = pd.DataFrame([{row["quantity"]: row["estimate"] for row in
                           assessments.estimates(assessments.study_of(changed, 400_000 + k, assessments.LARGE), k)}
                          for k in range(10)])
    true = kept["assessments"].query("case == 'planted'").groupby("quantity")["truth"].first()
    error = found.std(ddof=1) * np.sqrt(1 / 10 + 1 / assessments.STUDIES)
    assert (abs(found.mean() - true[found.columns]) < 3.5 * error).all()
    null = kept["assessments"].query("case == 'nothing planted'").groupby("quantity")["truth"].first()
    assert (null[list(assessments.NOUGHT)] == 0).all()


def test_words_follow_the_numbers(kept):
    table = pd.DataFrame({"label": ["A", "B"], "coverage": [90.0, 93.0], "runs": [200, 200]})
    # Three errors of 200 runs are 4.6 points: 90.4 is the line.
    assert short_of(table) == "these fall short: A (90.0%)"
    assert short_of(table.iloc[[1]]).startswith("none")
    assert span(table["coverage"]) == "90.0% to 93.0%" and span(table["coverage"].iloc[:1]) == "90.0%"


def test_what_is_published(bundle):
    built = bundle("ratings_recovery")
    assert {exhibit.id for exhibit in built.exhibits} == {"tbl-assessments-recovery", "tbl-contrast-recovery"}
    words = {finding.id: finding.text for finding in built.findings}
    assert words["assessments.recovery.seeds"] == "200" and "AC2" in words["assessments.recovery.short"]
