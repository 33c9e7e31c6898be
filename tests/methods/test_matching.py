"""Coarsened exact matching: by hand and to 1e-12 against R's cem and MatchIt."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods.matching import coarsen, imbalance, match, strata

REFERENCE = Path(os.environ.get("REFERENCE_VALUES_DIR",
                                Path(__file__).resolve().parents[3] / "shared" / "reference-values"))
EXACT = ("black", "hisp", "marr")
CUTS = {"age": (20, 25, 30, 35), "educ": (8.5, 11.5, 12.5), "re74": (0.0001, 2500, 5000, 10000),
        "re75": (0.0001, 2500, 5000, 10000)}
needs_r = pytest.mark.skipif(not (REFERENCE / "nsw_cem.json").exists(),
                             reason="reference values computed in R are not here")


@pytest.fixture(scope="module")
def nsw():
    return pd.read_csv(REFERENCE / "nsw.csv")


@pytest.fixture(scope="module")
def answers():
    return json.loads((REFERENCE / "nsw_cem.json").read_text())


def _difference(frame, weights):
    arms = [np.average(frame["re78"][frame["treat"] == arm], weights=weights[frame["treat"] == arm]) for arm in (1, 0)]
    return arms[0] - arms[1], arms[1]


@needs_r
def test_left_closed_bins_equal_matchit(nsw, answers):
    found = match(nsw["treat"] == 1, strata(nsw, EXACT, CUTS, closed="left"))
    assert np.abs(found.weights - answers["matchit"]["weights"]).max() < 1e-12
    assert _difference(nsw, found.weights)[0] == pytest.approx(answers["matchit"]["att"], rel=1e-12)


@needs_r
def test_matchit_automatic_bins(nsw, answers):
    # MatchIt's default: Sturges' number of equal bins between least and greatest, ceil(log2(445) + 1) = 10.
    cuts = {name: np.linspace(nsw[name].min(), nsw[name].max(), 11)[1:-1] for name in CUTS}
    found = match(nsw["treat"] == 1, strata(nsw, EXACT, cuts, closed="left"))
    assert np.abs(found.weights - answers["matchit_auto"]["weights"]).max() < 1e-12
    assert _difference(nsw, found.weights)[0] == pytest.approx(answers["matchit_auto"]["att"], rel=1e-12)


@needs_r
def test_right_closed_bins_equal_cem(nsw, answers):
    cells = strata(nsw, EXACT, CUTS, closed="right")
    found = match(nsw["treat"] == 1, cells)
    assert np.abs(found.weights - answers["cem"]["w"]).max() < 1e-12
    assert found.matched.astype(int).tolist() == answers["cem"]["matched"]
    table = [[found.n_controls, found.n_treated], [found.n_controls_matched, found.n_treated_matched]]
    assert table == answers["cem"]["tab"][:2]
    before, after = imbalance(nsw["treat"] == 1, cells), imbalance(nsw["treat"] == 1, cells, found.weights)
    assert before.l1 == pytest.approx(answers["cem"]["L1_before"], abs=1e-12)
    assert 100 * before.common_support == pytest.approx(answers["cem"]["LCS_before"], abs=1e-12)
    assert after.l1 == pytest.approx(answers["cem"]["L1_after"], abs=1e-12)
    # cem's weighted regression of re78 on treat: the intercept is the weighted mean of the controls
    assert _difference(nsw, found.weights)[1] == pytest.approx(answers["cem"]["att"][0], rel=1e-12)


@needs_r
def test_cem_automatic_bins(nsw, answers):
    automatic = answers["cem_auto"]
    inner = {name: breaks[1:-1] for name, breaks in automatic["breaks"].items()}
    found = match(nsw["treat"] == 1, strata(nsw, (), inner, closed="right"))
    assert np.abs(found.weights - automatic["w"]).max() < 1e-12
    finer = {name: breaks[1:-1] for name, breaks in automatic["L1_breaks"].items()}
    assert imbalance(nsw["treat"] == 1, strata(nsw, (), finer, closed="right")).l1 == pytest.approx(
        automatic["L1_auto"], abs=1e-12)


def test_bins_at_their_borders():
    assert coarsen([4, 4.5, 5, 12.5, 13], [4.5, 12.5], closed="left").tolist() == [0, 1, 1, 2, 2]
    assert coarsen([4, 4.5, 5, 12.5, 13], [12.5, 4.5], closed="right").tolist() == [0, 0, 1, 1, 2]


TREATED = np.array([1, 1, 0, 0, 0, 1, 0, 1, 0], dtype=bool)
STRATA = np.array([0, 0, 0, 0, 0, 1, 1, 2, 3])


def test_weights_by_hand():
    # Stratum 0: T 2, C 3; stratum 1: T 1, C 1; strata 2 and 3 hold one arm. Matched T = 3, C = 4.
    # Controls: 2/3 x 4/3 = 8/9 and 1/1 x 4/3 = 4/3. They sum to C: 3 x 8/9 + 4/3 = 4.
    found = match(TREATED, STRATA)
    assert found.weights == pytest.approx([1, 1, 8 / 9, 8 / 9, 8 / 9, 1, 4 / 3, 0, 0])
    assert (found.n_treated, found.n_controls, found.n_treated_matched, found.n_controls_matched) == (4, 5, 3, 4)
    assert (found.n_strata, found.n_strata_matched) == (4, 2)


def test_weights_with_repeated_records_by_hand():
    # The three controls of stratum 0 are half records: C_0 = 1.5, C_1 = 1; T_0 = 2, T_1 = 1; C/T = 2.5/3.
    # Controls of stratum 0: 2/1.5 x 2.5/3 x 0.5 = 5/9; of stratum 1: 1 x 2.5/3 = 5/6. Sum 3 x 5/9 + 5/6 = 2.5.
    base = np.array([1, 1, 0.5, 0.5, 0.5, 1, 1, 1, 1])
    found = match(TREATED, STRATA, base_weights=base)
    assert found.weights == pytest.approx([1, 1, 5 / 9, 5 / 9, 5 / 9, 1, 5 / 6, 0, 0])


def test_imbalance_by_hand():
    # Treated shares 2/4, 1/4, 1/4, 0; controls 3/5, 1/5, 0, 1/5: 1/2 (.1 + .05 + .25 + .2) = .3; 2 of 4 cells shared.
    found = imbalance(TREATED, STRATA)
    assert (found.l1, found.common_support, found.n_cells) == (pytest.approx(0.3), 0.5, 4)
    assert imbalance(TREATED, STRATA, match(TREATED, STRATA).weights).l1 == pytest.approx(0, abs=1e-15)


def test_strata_of_text_numbers_and_nullable_types():
    frame = pd.DataFrame({"phase": ["none", "none", "primary", "none"], "age": pd.array([3, 4, 9, 3], dtype="Int64")})
    before = frame.copy()
    codes = strata(frame, ["phase"], {"age": [3.5]}, closed="right")
    assert codes[0] == codes[3] and len(set(codes)) == 3
    pd.testing.assert_frame_equal(frame, before)


def test_bad_input():
    frame = pd.DataFrame({"phase": ["a", None], "age": [1.0, np.nan]})
    with pytest.raises(DataError, match="row 1, column phase"):
        strata(frame, ["phase"])
    with pytest.raises(DataError, match="row 1"):
        strata(frame, [], {"age": [1]}, closed="left")
    with pytest.raises(DataError, match="colour"):
        strata(frame, ["colour"])
    with pytest.raises(DataError, match="left or right"):
        coarsen([1], [1], closed="both")
    with pytest.raises(DataError, match="coarser bins"):
        match([True, False], [0, 1])
    with pytest.raises(DataError, match="both arms"):
        imbalance([True, True], [0, 1])
    with pytest.raises(DataError, match="positive"):
        match([True, False], [0, 0], base_weights=[1, 0])
