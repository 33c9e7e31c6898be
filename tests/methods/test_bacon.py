"""Goodman-Bacon decomposition: by hand, against R's bacondecomp, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods.bacon import bacon_decomposition
from analysis.methods.staggered_panel import adoption
from analysis.methods.two_way import two_way_effect
from tests.methods.staggered_data import castle, simulated, wide


def test_one_cohort_is_one_comparison():
    # Means before and after: treated 1 and 6, control 1 and 2: (6 - 1) - (2 - 1) = 4.
    panel = wide({"a": [1, 1, 5, 7], "c": [0, 2, 2, 2]})
    found = bacon_decomposition(panel, adoption(panel, {"a": 2}))
    row = found.table.iloc[0]
    assert len(found.table) == 1 and (row["treated"], row["n_treated"], row["n_control"]) == (2, 1, 1)
    assert pd.isna(row["control"]) and row["type"] == "Treated against never treated"
    assert (row["estimate"], row["weight"], found.two_way) == pytest.approx((4, 1, 4))


def test_two_cohorts_by_hand():
    # Periods 1 to 4; e treated from 2, l from 4, c never; one unit each, so group shares cancel but for the factor 1/9
    # that all have, and weights go as the variance of treatment in each comparison (Goodman-Bacon 2021, equation 10):
    #   e against c: share of time treated D = 3/4: D(1-D) = 3/16
    #   l against c: D = 1/4: 3/16
    #   e against l, before 4: periods 1 to 3, D = 2/3 there; (1-D_l)^2 x mu(1-mu), with D_e = 3/4, D_l = 1/4:
    #     (D_e - D_l)(1 - D_e) = 1/2 x 1/4 = 2/16
    #   l against e, from 2 on: D_l (D_e - D_l) = 1/4 x 1/2 = 2/16
    # Weights (3, 3, 2, 2) / 10.
    panel = wide({"e": [0, 4, 6, 8], "l": [1, 1, 1, 11], "c": [0, 0, 0, 0]})
    found = bacon_decomposition(panel, adoption(panel, {"e": 1, "l": 3}))
    table = found.table.assign(control=found.table["control"].astype(object).where(found.table["control"].notna(), "c"))
    got = {(row["treated"], row["control"]): (row["estimate"], row["weight"]) for _, row in table.iterrows()}
    # e against c: (4 + 6 + 8)/3 - 0 = 6. l against c: 11 - 1 = 10. e against l before 4: (4 + 6)/2 - 0 = 5.
    # l against e from 2: (11 - 1) - (8 - (4 + 6)/2) = 7: what e still gains is taken off.
    expected = {(1, "c"): (6, 0.3), (3, "c"): (10, 0.3), (1, 3): (5, 0.2), (3, 1): (7, 0.2)}
    assert set(got) == set(expected)
    for pair, values in expected.items():
        assert got[pair] == pytest.approx(values, abs=1e-12)
    assert found.two_way == pytest.approx(0.3 * 6 + 0.3 * 10 + 0.2 * 5 + 0.2 * 7)         # 7.2
    kinds = found.by_type().set_index("type")
    assert kinds["weight"].tolist() == pytest.approx([0.6, 0.2, 0.2])
    assert kinds["estimate"].tolist() == pytest.approx([8, 5, 7])


def test_agreement_with_bacondecomp(reference_values):
    panel, dates = castle(reference_values)
    reference = json.loads((reference_values / "castle_bacon.json").read_text())
    found = bacon_decomposition(panel, dates)
    rows = {(row["treated"], row.get("untreated")): row for row in reference["bacon"]}
    assert len(found.table) == len(rows) == 25
    names = {"Treated vs Untreated": "Treated against never treated",
             "Earlier vs Later Treated": "Earlier against later treated",
             "Later vs Earlier Treated": "Later against earlier treated"}
    for row in found.table.itertuples():
        theirs = rows[(row.treated, None if pd.isna(row.control) else row.control)]
        assert row.estimate == pytest.approx(theirs["estimate"], abs=1e-13)
        assert row.weight == pytest.approx(theirs["weight"], abs=1e-14)
        assert row.type == names[theirs["type"]]
    assert found.two_way == pytest.approx(reference["wavg"], abs=1e-14)


def test_the_embedding_counts_as_treated():
    panel, dates, _ = simulated(np.random.default_rng(2), noise=1.0, effect=lambda i, since: 1.0 + since)
    found = bacon_decomposition(panel, dates)
    assert found.table["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert found.table["estimate"] @ found.table["weight"] == pytest.approx(found.two_way, abs=1e-12)
    assert abs(found.two_way - two_way_effect(panel, dates)) > 0.1       # the periods between are 7 higher


@pytest.mark.parametrize("panel", [
    wide({"a": [1, 2, 3], "c": [0, None, 0]}),
    wide({"a": [1, 2, 3], "c": [0, 0, 0]}, {"a": [1, 1, 2], "c": [1, 1, 1]})])
def test_panels_outside_the_theorem(panel):
    with pytest.raises(DataError, match="every unit in every period, with equal weights"):
        bacon_decomposition(panel, adoption(panel, {"a": 2}))
