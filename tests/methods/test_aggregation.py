"""Agreement within groups and intraclass correlations against hand cases and printed formulas."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from analysis.errors import DataError
from analysis.methods.aggregation import intraclass, null_variance, r_wg, r_wg_j, uniform_variance


def test_uniform_variance_of_five_options():
    # (5^2 - 1) / 12 = 24 / 12 = 2, as printed by James, Demaree and Wolf (1984); directly: variance of 1, 2, 3, 4, 5.
    assert uniform_variance(5) == 2
    assert uniform_variance(7) == pytest.approx(np.var([1, 2, 3, 4, 5, 6, 7]))


def test_r_wg_by_hand():
    # Ratings 3, 4, 4, 5: mean 4, squared deviations 1 + 0 + 0 + 1 = 2, s^2 = 2 / 3; 1 - (2/3) / 2 = 2/3.
    assert r_wg([3, 4, 4, 5], 5) == pytest.approx(2 / 3)
    assert r_wg([4, 4, 4], 5) == 1
    # 1, 5, 1, 5: s^2 = 16 / 3 > 2, cut to 0.
    assert r_wg([1, 5, 1, 5], 5) == 0


def test_r_wg_j_by_hand():
    # Two items: 3, 4, 4, 5 has s^2 = 2/3; 4, 4, 5, 4 has mean 4.25, squares 3 * .0625 + .5625 = .75, s^2 = 1/4.
    # Mean variance m = (2/3 + 1/4) / 2 = 11/24, ratio m / 2 = 11/48, agreed 2 * 37/48 = 74/48, r = 74 / (74 + 11).
    items = np.array([[3, 4], [4, 4], [4, 5], [5, 4]])
    assert r_wg_j(items, 5) == pytest.approx(74 / 85)


@pytest.mark.parametrize("shape, printed", [("uniform", 2.00), ("slight skew", 1.34), ("moderate skew", 0.90),
                                            ("heavy skew", 0.44), ("triangular", 1.32), ("normal", 1.04)])
def test_null_variances_as_printed(shape, printed):
    # LeBreton and Senter (2008), table 2, five options, to two digits.
    assert round(null_variance(shape), 2) == pytest.approx(printed)


def test_r_wg_j_against_a_skewed_null_by_hand():
    # As by hand above, mean variance 11/24; ratio to 1.34 is 0.34204, agreed 2 x 0.65796 = 1.31592.
    items = np.array([[3, 4], [4, 4], [4, 5], [5, 4]])
    assert r_wg_j(items, 5, "slight skew") == pytest.approx(1.31592 / (1.31592 + 0.34204), abs=1e-5)
    with pytest.raises(DataError, match="picture of no agreement"):
        r_wg_j(items, 7, "slight skew")


def test_r_wg_j_of_one_item_is_r_wg():
    ratings = np.array([2, 3, 4, 4, 5])
    assert r_wg_j(ratings[:, None], 5) == pytest.approx(r_wg(ratings, 5))


def test_r_wg_j_by_spearman_brown():
    # For J parallel items with the same variance, r_wg(J) is r_wg stepped up by Spearman-Brown: J r / (1 + (J - 1) r).
    item = np.array([3, 4, 4, 5, 3])
    r = r_wg(item, 5)
    assert r_wg_j(np.column_stack([item] * 4), 5) == pytest.approx(4 * r / (1 + 3 * r))


def test_missing_answers_are_left_out():
    items = np.array([[3, 4], [4, np.nan], [4, 5], [5, 4]])
    # Second item: 4, 5, 4, s^2 = 1/3; m = (2/3 + 1/3) / 2 = 1/2, ratio 1/4, r = 1.5 / (1.5 + .25) = 6/7.
    assert r_wg_j(items, 5) == pytest.approx(6 / 7)
    assert np.isnan(r_wg_j([[3.0, np.nan]], 5))
    assert np.isnan(r_wg([4.0], 5))


@pytest.mark.parametrize("wrong", [0, 6])
def test_answer_outside_the_options(wrong):
    with pytest.raises(DataError, match="1 to 5"):
        r_wg([3, wrong], 5)
    with pytest.raises(DataError, match="1 to 5"):
        r_wg_j([[3, wrong], [3, 3]], 5)


def test_one_option_is_refused():
    with pytest.raises(DataError, match="two or more"):
        uniform_variance(1)


def test_intraclass_of_the_example_of_shrout_and_fleiss():
    # Shrout and Fleiss (1979), table 2: six targets, four judges. Table 4 prints ICC(1,1) = .17 and ICC(1,4) = .44;
    # mean squares 11.24 between and 6.26 within.
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    found = intraclass(ratings.ravel(), np.repeat(np.arange(6), 4))
    assert round(found.icc1, 2) == 0.17
    assert round(found.icc2, 2) == 0.44
    assert found.group_size == pytest.approx(4)
    assert found.f == pytest.approx(11.24 / 6.26, abs=0.002)
    # psych::ICC in R prints ICC1 lower -.13, upper .72 and ICC1k lower -.88, upper .91 for this table.
    assert (round(found.icc1_low, 2), round(found.icc1_high, 2)) == (-0.13, 0.72)
    assert (round(found.icc2_low, 2), round(found.icc2_high, 2)) == (-0.88, 0.91)


def test_intraclass_f_and_p_equal_another_anova():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(9), rng.integers(2, 9, 9))
    values = rng.normal(size=9)[groups] + rng.normal(size=len(groups))
    found = intraclass(values, groups)
    other = anova_oneway(values, groups, use_var="equal")
    assert (found.f, found.p) == pytest.approx((other.statistic, other.pvalue), rel=1e-9)
    assert found.f == pytest.approx(stats.f_oneway(*(values[groups == g] for g in range(9))).statistic)


def test_group_size_of_unequal_groups():
    # Sizes 2, 3, 5: N = 10, (10 - (4 + 9 + 25) / 10) / 2 = (10 - 3.8) / 2 = 3.1 (Haggard 1958).
    found = intraclass(np.arange(10.0) % 4, np.repeat([0, 1, 2], [2, 3, 5]))
    assert found.group_size == pytest.approx(3.1)


def test_intraclass_leaves_out_missing_values_and_inputs_alone():
    values = np.array([1.0, 2, np.nan, 4, 5, 7])
    before = values.copy()
    groups = np.array(["a", "a", "a", "b", "b", "b"])
    assert intraclass(values, groups).n == 5
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(("values", "groups"), [([1, 2], ["a", "a"]), ([1, 2], ["a", "b"]), ([1, 1, 2, 2], [0, 0, 1,
                                                                                                            1])])
def test_intraclass_refuses_what_it_cannot_tell(values, groups):
    with pytest.raises(DataError):
        intraclass(values, groups)


@pytest.mark.slow
def test_intraclass_interval_covers_the_truth():
    # Truth: 9 / (9 + 81) = 0.1; 400 layouts of 28 groups of 9; share covered within 3 Monte Carlo errors of 95%.
    rng, runs, covered = np.random.default_rng(8), 400, 0
    groups = np.repeat(np.arange(28), 9)
    for _ in range(runs):
        found = intraclass(rng.normal(0, 3, 28)[groups] + rng.normal(0, 9, len(groups)), groups)
        covered += found.icc1_low <= 0.1 <= found.icc1_high
    assert abs(covered / runs - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)
