"""The stand-in assessments: same seed, same bytes; sampling, double rating and planted association as designed."""

import numpy as np
import pytest

from analysis.standins import generate_into
from analysis.standins.assessment_ratings import latent_cases, make_assessments


@pytest.fixture(scope="module")
def made(design):
    return make_assessments(design, design.rng("test.assessments"))


def test_same_seed_same_bytes(design, tmp_path):
    for name in ("one", "two"):
        generate_into(tmp_path / name, design, ["assessment_ratings"])
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["assessment_cases.csv", "assessment_frame.csv", "assessment_ratings.csv"]
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_cases_are_as_planned(design, made):
    section = design.section("assessments")
    assert (made.cases.groupby("site").size() == section["planned_cases"]).all()
    assert made.cases["case_id"].is_unique and (made.cases["started"] <= made.cases["completed"]).all()
    second = made.ratings[made.ratings["rating"] == "second"]
    assert len(second) == round(section["standin"]["double_rated"] * len(made.cases))
    assert not made.ratings.duplicated(["case_id", "rater"]).any()


@pytest.mark.parametrize("planted", [0.0, 0.6])
def test_latent_association_within_pilots_is_the_planted_one(design, planted):
    section = design.with_changes({"assessments.planted.association": planted}).section("assessments")
    sites = np.repeat(list("ABCDE"), 4000)
    latent = latent_cases(section, sites, np.random.default_rng(3))
    within = np.mean([np.corrcoef(latent[sites == s].T)[0, 1] for s in "ABCDE"])
    # Standard error of the mean of five correlations of 4,000: at most 1 / sqrt(20,000) = 0.007.
    assert within == pytest.approx(planted, abs=0.021)
