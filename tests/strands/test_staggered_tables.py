"""Tables of the estimators of staggered adoption, from hand-made units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.strands.difference_in_differences import staggered_tables as tables
from analysis.strands.difference_in_differences.authority_quarters import authority_panel
from analysis.strands.difference_in_differences.staggered_adoption import staggered_effects
from tests.strands.test_authority_quarters import DATES, RULES, groups, units


@pytest.fixture(scope="module")
def staggered():
    frame = units(effect=0.1)
    frame["y"] += np.random.default_rng(2).normal(0, 0.01, len(frame))
    late = {**DATES, "C": (3, "2018-11-01", "2019-03-01")}
    built = authority_panel(pd.concat([frame, frame[frame["la"] == 2].assign(la=3)]),
                            groups(late, {"A": (11, 13), "B": (12, 13), "C": (13,)}), "kinship", RULES, scale=100)
    return {"kinship": staggered_effects(built, np.random.default_rng(1), permutations=2)}


def test_estimates_stand_under_those_on_records_and_equal_ones_once(staggered):
    found = tables.staggered_table(staggered, {"kinship": {"Headline": (1.0, 0.0, 2.0), "Suppressed": (None,) * 3}})
    assert found["estimator"].tolist() == ["Headline", "Suppressed", "Two-way fixed effects", tables.BOTH, "Imputation",
                                           "Synthetic difference-in-differences"]
    assert found["level"].tolist() == [tables.RECORDS] * 2 + [tables.AUTHORITIES] * 4
    assert found["outcome"].unique().tolist() == ["Kinship care"]
    first, second = found.iloc[0], found.iloc[1]
    assert (first["estimate"], first["low"], first["high"]) == (1.0, 0.0, 2.0) and np.isnan(first["p"])
    assert pd.isna(second["estimate"])
    # Of Callaway and Sant'Anna's row and Sun and Abraham's the first is kept, which has a standard error by formula.
    assert found.iloc[3]["analytical_method"].startswith("influence function")


def test_estimates_that_differ_are_two_rows(staggered):
    changed = staggered["kinship"].estimates.copy()
    changed.loc[changed["estimator"] == "sun_abraham", "estimate"] += 0.01
    found = tables.staggered_table({"kinship": replace(staggered["kinship"], estimates=changed)}, {})
    assert found["estimator"].tolist() == list(tables.ESTIMATORS.values())


def test_range_over_estimators(staggered):
    low, high = tables.range_of(staggered["kinship"])
    estimates = staggered["kinship"].estimates["estimate"]
    assert (low, high) == (estimates.min(), estimates.max()) and isinstance(low, float)


def test_panels_name_the_pilots_left_out_by_their_group(staggered):
    row = tables.panels_table(staggered).iloc[0]
    assert (row["period"], row["periods"], row["authorities"], row["pilots"]) == ("quarter", 27, 5, 2)
    assert row["span"] == "April 2012 to October 2018"
    assert row["left_out"] == "pilot of group C (no period after the embedding)"
    assert row["reaching"] == 0 and row["n"] == 5 * 27 * 3       # three units an authority and quarter


def test_bacon_sums_by_type_and_ends_with_the_coefficient(staggered):
    found = tables.bacon_table(staggered)
    assert found["type"].tolist() == ["Treated against never treated", "Earlier against later treated",
                                      "Later against earlier treated", tables.WHOLE]
    # Two cohorts: each against the never treated, and one against the other either way.
    assert found["comparisons"].tolist() == [2, 1, 1, 4]
    parts, whole = found.iloc[:-1], found.iloc[-1]
    assert parts["weight"].sum() == pytest.approx(100) and whole["weight"] == pytest.approx(100)
    assert (parts["weight"] @ parts["estimate"]) / 100 == pytest.approx(whole["estimate"])


def test_weights_of_synthetic_controls_by_group(staggered):
    found = tables.synthetic_table(staggered)
    assert found["group"].tolist() == ["Group A", "Group B"] and found["controls"].tolist() == [3, 3]
    own = staggered["kinship"].unit_weights
    weights = own.loc[own["la"] == 1, "weight"]
    assert found["largest"].iloc[0] == pytest.approx(100 * weights.max())
    assert (found["effective"] <= found["weighted"] + 1e-9).all() and (found["weighted"] <= found["controls"]).all()
    # Pilot 1 is first treated in July 2014, nine quarters after April 2012.
    assert found["periods"].tolist() == [9, 11]
    assert (found["periods_effective"] <= found["periods_weighted"] + 1e-9).all()


def test_effective_number_by_hand():
    # 1 / (0.5^2 + 0.25^2 + 0.25^2) = 1 / 0.375.
    assert tables.effective_number(pd.Series([0.5, 0.25, 0.25])) == pytest.approx(1 / 0.375)
    assert tables.effective_number(pd.Series([1.0, 0.0])) == 1.0


def test_paths_carry_names_and_length_of_period(staggered):
    found = tables.paths_table(staggered, ["kinship"])
    assert found["estimator"].unique().tolist() == [tables.BOTH, "Imputation", "Synthetic difference-in-differences"]
    assert found["period"].unique().tolist() == ["quarter"] and found["unit"].unique().tolist() == ["percentage points"]


def test_no_code_of_an_authority_is_in_a_table(staggered):
    for made in (tables.panels_table(staggered), tables.synthetic_table(staggered),
                 tables.staggered_table(staggered, {}), tables.bacon_table(staggered)):
        assert not {"la", "control"} & set(made.columns)
