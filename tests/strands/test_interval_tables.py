"""Tables of the kept simulation of intervals: bands, verdicts and shares by hand, and the kept file's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError
from analysis.strands.difference_in_differences import interval_simulation as simulation
from analysis.strands.difference_in_differences import interval_tables as intervals


def kept_rows(**changes) -> pd.DataFrame:
    """Two methods in one scenario without an effect and the same with one; `changes` are columns of both."""
    row = {"outcome": "kinship", "groups": 0, "size": 1.0, "icc": 0.01, "runs": 1900, "n": 3000, "authorities": 19,
           "treated": 7, "df": 6.0, "rejection_error": 0.01, "coverage": 0.9, "coverage_error": 0.01, "bias": 0.1,
           "bias_error": 0.05, "spread": 2.0, "se_ratio": 1.0, "width": 10.0, "width_error": 0.1, "unbounded": 0.0,
           "clipped": 0.0}
    rows = [{**row, "effect": effect, "method": method, "rejection": share}
            for effect in (0.0, -13.0) for method, share in (("CR1, rows", 0.10), ("CR2, Satterthwaite", 0.05))]
    return pd.DataFrame(rows).assign(**changes)[simulation.COLUMNS]


def test_the_band_is_three_monte_carlo_errors_either_side_of_five_per_cent():
    # 5 x 95 / 1900 = 0.25, of which the root is 0.5: 5 -+ 3 x 0.5.
    table = intervals.true_nulls(kept_rows())
    assert table["band_low"].tolist() == [3.5, 3.5] and table["band_high"].tolist() == [6.5, 6.5]
    assert table["above"].tolist() == [True, False] and not table["below"].any()
    below = intervals.true_nulls(kept_rows(rejection=0.034))
    assert below["below"].all() and not below["above"].any()


def test_shares_are_in_per_cent_and_the_monte_carlo_interval_is_wilsons():
    table = intervals.named(kept_rows(rejection=0.0, coverage=0.9))
    assert (table[["coverage", "correlation", "pilots"]] == [90, "1%", "7 pilots"]).all(axis=None)
    assert table["method"].tolist()[:2] == [intervals.ORIGINAL, intervals.HEADLINE]
    # Wilson's upper end at no rejection: z^2 / (n + z^2) = 3.8415 / 1903.8415.
    np.testing.assert_allclose(table["low"], 0, atol=1e-12)
    np.testing.assert_allclose(table["high"], 100 * 3.841459 / 1903.841459, rtol=1e-6)


@pytest.mark.parametrize("above, below, expected", [
    (0, 0, "about right"), (8, 0, "liberal"), (0, 8, "conservative"), (3, 0, "liberal in 3 of 8"),
    (0, 2, "conservative in 2 of 8"), (1, 4, "liberal in 1, conservative in 4 of 8")])
def test_verdicts_follow_the_scenarios_outside_the_band(above, below, expected):
    assert intervals.verdict(above, below, 8) == expected


def test_verdicts_leave_out_designs_with_few_pilots():
    few = kept_rows(treated=3, rejection=0.5, coverage=0.2)
    table = intervals.verdicts(pd.concat([kept_rows(), few], ignore_index=True)).set_index("method")
    assert table["scenarios"].tolist() == [1, 1] and table["highest"].tolist() == [10, 5]
    assert table["verdict"].tolist() == ["liberal", "about right"] and (table["least_coverage"] == 90).all()


def test_power_is_the_share_rejected_with_an_effect_and_rejection_that_without():
    rows = kept_rows()
    rows.loc[rows["effect"] != 0, "rejection"] = [0.8, 0.6]
    table = intervals.performance(rows).set_index("method")
    assert table.loc[intervals.HEADLINE, ["power", "rejection", "coverage"]].tolist() == [60, 5, 90]
    assert table["effect"].tolist() == [-13, -13]
    wide = intervals.power_by_correlation(pd.concat([rows, rows.assign(icc=0.002, rejection=0.7)], ignore_index=True))
    # Lowest correlation first, whatever the order of the file.
    assert wide[["correlation_0", "correlation_1"]].iloc[0].tolist() == ["0.2%", "1%"]
    np.testing.assert_allclose(wide["power_0"], 70)
    np.testing.assert_allclose(wide["power_1"], [80, 60])


def test_an_unknown_method_is_named():
    with pytest.raises(DataError, match="CR9"):
        intervals.named(kept_rows(method="CR9"))


def test_the_share_of_shocks_by_period():
    planted = {"base": {"kinship": 0.5}, "authority_period_sd": {"kinship": 0.05}}
    assert intervals.period_share(planted, "kinship") == pytest.approx(1)      # 0.0025 / 0.25


def kept() -> pd.DataFrame:
    return pd.read_csv(simulation.KEPT)


def test_panels_of_the_kept_file():
    table = intervals.rejections_by_design(kept())
    assert table.groupby("panel", sort=False).size().to_dict() == {
        "Kinship care": 28, "Re-referral": 28, "Duration of assessment": 28}        # seven methods, four correlations
    few = intervals.rejections_by_pilots(kept())
    assert list(few["panel"].unique()) == ["9 pilots", "5 pilots", "3 pilots", "2 pilots"]
    size = intervals.rejections_by_size(kept())
    assert list(size["panel"].unique()) == ["Kinship care", "Re-referral"]
    assert list(size["series"].unique()) == ["A quarter", "As they are", "Four times"]
    assert ((table["low"] <= table["rejection"]) & (table["rejection"] <= table["high"])).all()


def test_designs_of_the_kept_file_hold_all_its_scenarios():
    table, scenarios = intervals.designs(kept()), intervals.scenarios_of(kept())
    assert table["scenarios"].sum() == len(scenarios) == len(list(simulation.scenarios(load_design())))
    assert len(table) == scenarios.groupby(["outcome", "groups", "size"]).ngroups
    assert (table["df"] < table["authorities"]).all()
    assert table.loc[table["outcome"] == "Re-referral", "treated"].tolist() == [9, 9, 9, 5, 3, 2]


def test_planted_effects_are_the_published_size_and_the_bounds_of_what_matters():
    """What the page says of them; equivalence bounds are the design's."""
    section = load_design().section("difference_in_differences")
    effects = kept()[["outcome", "effect"]].drop_duplicates().query("effect != 0").set_index("outcome")["effect"]
    assert -effects["rereferral"] == section["estimation"]["equivalence"]["rereferral"]
    assert -effects["duration"] == section["estimation"]["equivalence"]["duration"]
    assert effects["kinship"] == 100 * section["planted"]["effect"]["kinship"]
