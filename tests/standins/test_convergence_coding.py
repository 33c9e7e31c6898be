"""The second coder's stand-in: planted codes, and slips at the planted rate."""

import numpy as np

from analysis.sources.catalogue import catalogue
from analysis.sources.loading import read_folder
from analysis.standins import generate_into
from analysis.standins.convergence_coding import CODES, make_coding


def test_the_file_fits_its_schema_and_is_repeatable(tmp_path, design):
    assert catalogue()["convergence_coding"].standin == "convergence_coding"
    generate_into(tmp_path / "a", design, ["convergence_coding"])
    generate_into(tmp_path / "b", design, ["convergence_coding"])
    one, two = (read_folder(["convergence_coding"], tmp_path / name)["convergence_coding"].frame for name in "ab")
    assert one.equals(two) and len(one) == 14 and set(one["code"]) <= set(CODES)


def test_slips_come_at_the_planted_rate_and_none_without(design):
    section = design.section("synthesis")["second_coder"]
    planted = list(section["codes"].values())
    slips = [np.mean(make_coding(design, np.random.default_rng(seed))["code"].to_numpy() != planted)
             for seed in range(200)]
    # 200 x 14 codes: standard error sqrt(0.15 x 0.85 / 2800) = 0.0067, four of them
    assert abs(np.mean(slips) - section["slip"]) < 0.027
    sure = design.with_changes({"synthesis.second_coder.slip": 0.0})
    assert make_coding(sure, np.random.default_rng(1))["code"].tolist() == planted
