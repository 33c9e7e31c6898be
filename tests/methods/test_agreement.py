"""Agreement against printed examples, other software and hand cases."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.errors import DataError
from analysis.methods.agreement import (
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    rater_intraclass,
    unit_coincidences,
    weighted_kappa,
)

NONE = np.nan
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: 4 observers by 12 units, missing ones.
OBSERVERS = np.array([[1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
                      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
                      [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
                      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE]]).T
# Shrout and Fleiss (1979), table 2: four judges on six targets.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])

# Twelve units on a scale of four anchored points by three raters, some missing: made for comparison with packages.
ANCHORED = np.array([[4, 4, 3], [2, 3, NONE], [1, 1, 2], [3, 3, 3], [2, 2, 1], [4, 3, 4], [NONE, 2, 2], [3, 2, 3],
                     [1, 2, 1], [4, 4, 4], [2, NONE, 3], [3, 4, 3]])


def from_table(table):
    """Two raters' ratings that give the table of counts, rows the first rater."""
    pairs = [(i, j) for (i, j), n in np.ndenumerate(np.asarray(table)) for _ in range(n)]
    return np.array(pairs, dtype=float)


@pytest.mark.parametrize("metric, printed", [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorffs_own_example(metric, printed):
    # Printed values: Krippendorff (2011), sections C and D.
    found = krippendorff_alpha(OBSERVERS, metric=metric)
    assert found.estimate == pytest.approx(printed, abs=0.0005)
    # One unit has a single rating and one none lost: 41 ratings given, 40 of them pairable, in 11 units.
    assert (found.n_units, found.n_ratings) == (11, 40)

    # And the package krippendorff 0.9.0 (GPL, run apart and not imported here), to all its digits.
    package = {"nominal": 0.743421052631579, "ordinal": 0.8153875037548814, "interval": 0.8491071428571428}
    assert found.estimate == pytest.approx(package[metric], abs=1e-12)


@pytest.mark.parametrize("metric, theirs", [("nominal", 0.27819548872180455), ("ordinal", 0.7487364620938628),
                                            ("interval", 0.7381818181818182)])
def test_alpha_of_ordered_ratings_equals_the_package_krippendorff(metric, theirs):
    # krippendorff 0.9.0 (GPL, run apart and not imported here): alpha of ANCHORED, three raters with gaps.
    assert krippendorff_alpha(ANCHORED, metric=metric).estimate == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("weights, ac, se", [("identity", 0.26680244, 0.13645268), ("linear", 0.5739645, 0.08190537),
                                             ("quadratic", 0.79428571, 0.04252913)])
def test_ac_of_ordered_ratings_and_its_error_equal_irrcac(weights, ac, se):
    # irrCAC 0.4.4 for Python, CAC(ANCHORED, weights=..., categories=[1, 2, 3, 4], digits=8).gwet(), printed to 8
    # digits; 12 units, 11 degrees of freedom.
    found = gwet_ac(ANCHORED, range(1, 5), weights=weights)
    assert found.estimate == pytest.approx(ac, abs=6e-9)
    assert (found.estimate - found.low) / stats.t.ppf(0.975, 11) == pytest.approx(se, abs=1e-8)


def test_intraclass_equals_pingouin():
    # pingouin 0.6.1 (GPL, run apart and not imported here), intraclass_corr of the nine complete units of ANCHORED;
    # intervals are printed to two digits.
    found = rater_intraclass(ANCHORED)
    theirs = {"1,1": (0.797101, 0.52, 0.94), "2,1": (0.795620, 0.50, 0.94), "3,1": (0.778571, 0.47, 0.94),
              "1,k": (0.921788, 0.76, 0.98), "2,k": (0.921127, 0.75, 0.98), "3,k": (0.913408, 0.73, 0.98)}
    assert found.n_units == 9
    for form, (estimate, low, high) in theirs.items():
        one = found.of(form)
        assert one.estimate == pytest.approx(estimate, abs=6e-7)
        assert (one.low, one.high) == pytest.approx((low, high), abs=0.0051)


def test_alpha_by_hand():
    # Units (0,0), (0,1), (1,1): o_00 = 2, o_01 = o_10 = 1, o_11 = 2, n = 6, n_0 = n_1 = 3.
    # D_o = 2/6; D_e = 2 x 3 x 3 / (6 x 5) = 0.6; alpha = 1 - (1/3) / 0.6 = 4/9.
    assert krippendorff_alpha([[0, 0], [0, 1], [1, 1]]).estimate == pytest.approx(4 / 9)


def test_alpha_does_not_change_with_order_of_raters_and_ordinal_not_with_monotone_codes():
    rng = np.random.default_rng(3)
    ratings = rng.integers(1, 5, (30, 3)).astype(float)
    ratings[rng.random(ratings.shape) < 0.2] = np.nan
    alpha = krippendorff_alpha(ratings, metric="ordinal").estimate
    assert krippendorff_alpha(ratings[:, ::-1], metric="ordinal").estimate == pytest.approx(alpha)
    assert krippendorff_alpha(ratings**3, metric="ordinal").estimate == pytest.approx(alpha)


def test_alpha_interval_is_repeatable_and_holds_the_estimate():
    one = krippendorff_alpha(OBSERVERS, metric="ordinal", rng=np.random.default_rng(1), draws=400)
    two = krippendorff_alpha(OBSERVERS, metric="ordinal", rng=np.random.default_rng(1), draws=400)
    assert one == two
    assert one.low < one.estimate < one.high <= 1


def test_coincidences_of_a_unit_sum_to_its_ratings():
    units, values = unit_coincidences(OBSERVERS)
    assert list(values) == [1, 2, 3, 4, 5]
    assert units.sum(axis=(1, 2)) == pytest.approx([3, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2])


@pytest.mark.parametrize("weights, theirs", [("identity", None), ("linear", "linear"), ("quadratic", "quadratic")])
def test_kappa_and_interval_equal_statsmodels(weights, theirs):
    table = np.array([[22, 7, 1, 0], [5, 18, 6, 2], [1, 4, 15, 3], [0, 1, 6, 9]])
    pairs = from_table(table)
    found = weighted_kappa(pairs[:, 0], pairs[:, 1], range(4), weights=weights)
    other = cohens_kappa(table, wt=theirs)
    assert (found.estimate, found.low, found.high) == pytest.approx((other.kappa, other.kappa_low, other.kappa_upp),
                                                                    abs=1e-9)


def test_kappa_by_hand():
    # 20 and 15 agree of 50; margins 25/25 and 30/20: p_o = 0.7, p_e = 0.5 x 0.6 + 0.5 x 0.4 = 0.5, kappa = 0.4.
    pairs = from_table([[20, 5], [10, 15]])
    assert weighted_kappa(pairs[:, 0], pairs[:, 1], [0, 1], weights="identity").estimate == pytest.approx(0.4)


def test_kappa_leaves_out_units_with_one_rating():
    pairs = from_table([[20, 5], [10, 15]])
    more = np.vstack([pairs, [[1, NONE], [NONE, 0]]])
    assert weighted_kappa(more[:, 0], more[:, 1], [0, 1]) == weighted_kappa(pairs[:, 0], pairs[:, 1], [0, 1])


def test_ac1_of_a_table_printed_by_irrcac():
    # irrCAC 1.0 (Gwet), vignette "Calculating chance-corrected agreement coefficients", data cont3x3abstractors:
    # AC1 0.8493305, standard error 0.04321747; Cohen's kappa 0.7964094; alpha 0.7972585.
    pairs = from_table([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    ac = gwet_ac(pairs, [0, 1, 2])
    assert ac.estimate == pytest.approx(0.8493305, abs=5e-8)
    # Of a table irrCAC divides the variance by n, of raw ratings (the form here) by n - 1; n = 100.
    se = 0.04321747 * np.sqrt(100 / 99)
    assert ac.low == pytest.approx(0.8493305 - stats.t.ppf(0.975, 99) * se, abs=2e-7)
    assert weighted_kappa(pairs[:, 0], pairs[:, 1], range(3), weights="identity").estimate == pytest.approx(0.7964094,
                                                                                                         abs=5e-8)
    assert krippendorff_alpha(pairs).estimate == pytest.approx(0.7972585, abs=5e-8)


def test_ac1_with_missing_ratings_printed_by_irrcac():
    # irrCAC 1.0, vignette "irrCAC-benchmarking", gwet.ac1.raw(cac.raw4raters), which are the ratings above:
    # coefficient 0.77544, standard error 0.14295 (12 units, 11 degrees of freedom).
    found = gwet_ac(OBSERVERS, range(1, 6))
    assert found.estimate == pytest.approx(0.77544, abs=5e-6)
    assert (found.estimate - found.low) / stats.t.ppf(0.975, 11) == pytest.approx(0.14295, abs=5e-6)


def test_ac2_by_hand():
    # Two raters, 3 points, quadratic weights 1, 3/4, 0. Pairs (1,1), (2,2), (3,3), (1,2): p_a = (3 + 3/4) / 4 = 15/16.
    # Prevalences 3/8, 3/8, 2/8; sum pi (1 - pi) = 15/64 + 15/64 + 12/64 = 42/64; weights sum to 3 + 4 x 3/4 = 6;
    # p_e = 6 / (3 x 2) x 42/64 = 42/64. AC2 = (60/64 - 42/64) / (22/64) = 18/22.
    found = gwet_ac([[1, 1], [2, 2], [3, 3], [1, 2]], [1, 2, 3], weights="quadratic")
    assert found.estimate == pytest.approx(18 / 22)


def test_intraclass_correlations_of_shrout_and_fleiss():
    # Shrout and Fleiss (1979), table 4: .17, .29, .71 for one judge, .44, .62, .91 for the mean of four.
    found = rater_intraclass(JUDGES)
    printed = {"1,1": 0.17, "2,1": 0.29, "3,1": 0.71, "1,k": 0.44, "2,k": 0.62, "3,k": 0.91}
    assert {form: round(found.of(form).estimate, 2) for form in printed} == printed
    # Intervals as in the documentation of R's psych::ICC on the same data: -.133 to .723, .019 to .761, .342 to .946.
    bounds = [(found.of(f).low, found.of(f).high) for f in ("1,1", "2,1", "3,1")]
    assert np.array(bounds) == pytest.approx(np.array([(-0.133, 0.723), (0.019, 0.761), (0.342, 0.946)]), abs=0.0006)


def test_intraclass_leaves_out_units_without_all_ratings():
    more = np.vstack([JUDGES, [[5, NONE, 3, 3]]])
    assert rater_intraclass(more) == rater_intraclass(JUDGES)


def test_raters_who_agree_throughout_have_an_intraclass_correlation_of_one():
    found = rater_intraclass([[1, 1], [3, 3], [2, 2]])
    assert {(one.estimate, one.low, one.high) for one in found.forms} == {(1.0, 1.0, 1.0)}
    with pytest.raises(DataError, match="do not vary"):
        rater_intraclass([[2, 2], [2, 2], [2, 2]])


def test_percent_agreement_by_hand():
    # Pairs of each row: (1,1) same; (1,3) differ by 2; (2,3) by 1; a single rating has no pair.
    ratings = [[1, 1], [1, 3], [2, 3], [4, NONE]]
    assert percent_agreement(ratings) == pytest.approx(1 / 3)
    assert percent_agreement(ratings, within=1) == pytest.approx(2 / 3)


def test_ratings_are_not_changed():
    before = OBSERVERS.copy()
    krippendorff_alpha(OBSERVERS, rng=np.random.default_rng(0), draws=10)
    gwet_ac(OBSERVERS, range(1, 6))
    assert np.array_equal(OBSERVERS, before, equal_nan=True)


@pytest.mark.parametrize("call, says", [
    (lambda: weighted_kappa([1, 2], [1, 9], [1, 2]), "none of the categories"),
    (lambda: weighted_kappa([1, 1], [1, 1], [1, 2]), "same category"),
    (lambda: weighted_kappa([1, NONE], [NONE, 1], [1, 2]), "no kappa"),
    (lambda: krippendorff_alpha([[1, NONE], [2, NONE]]), "two ratings"),
    (lambda: krippendorff_alpha([[1, 1], [1, 1]]), "all ratings are the same"),
    (lambda: krippendorff_alpha([[1, 2]], metric="ratio"), "metric"),
    (lambda: rater_intraclass([[1, NONE], [2, 2]]), "no intraclass"),
    (lambda: gwet_ac([1, 2], [1, 2]), "matrix"),
])
def test_bad_ratings_are_refused(call, says):
    with pytest.raises(DataError, match=says):
        call()
