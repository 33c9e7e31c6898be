"""Ordinal model against statsmodels, rank correlation against scipy, hand cases and simulation."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.errors import DataError
from analysis.methods.ordinal import (
    _log_likelihood,
    centred_ranks,
    cumulative,
    detectable_correlation,
    proportional_odds,
    spearman,
)
from analysis.methods.ordinal_permutation import informative, permutation_p


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(11)
    x = rng.normal(size=(400, 2))
    y = np.digitize(x @ [0.5, -0.3] + rng.logistic(size=400), [-1, 0, 1.5])
    return y, x


def test_proportional_odds_equals_statsmodels(answers):
    y, x = answers
    theirs = OrderedModel(y, x, distr="logit").fit(method="newton", disp=0)
    ours = proportional_odds(y, x)
    assert ours.coefficients == pytest.approx(theirs.params[:2], abs=1e-5)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    # statsmodels holds thresholds as the first and logs of the steps.
    steps = np.concatenate([[theirs.params[2]], theirs.params[2] + np.cumsum(np.exp(theirs.params[3:]))])
    assert ours.thresholds == pytest.approx(steps, abs=1e-5)


def test_sandwich_equals_statsmodels(answers):
    y, x = answers
    theirs = OrderedModel(y, x, distr="logit").fit(method="newton", disp=0, cov_type="HC0")
    ours = np.sqrt(np.diag(proportional_odds(y, x).covariance)[:2] * 399 / 400)     # without n / (n - 1)
    assert ours == pytest.approx(theirs.bse[:2], rel=1e-3)


def test_two_answers_are_a_logit(answers):
    y, x = answers
    import statsmodels.api as sm

    binary = (y > 1).astype(int)
    theirs = sm.Logit(binary, sm.add_constant(x)).fit(disp=0)
    ours = proportional_odds(binary, x)
    assert ours.coefficients == pytest.approx(theirs.params[1:], abs=1e-7)
    assert ours.thresholds == pytest.approx([-theirs.params[0]], abs=1e-7)


def test_whole_weights_are_repeated_rows_and_clusters_undo_the_repetition(answers):
    y, x = answers
    times = np.arange(len(y)) % 3 + 1
    repeated = proportional_odds(np.repeat(y, times), np.repeat(x, times, axis=0),
                                 clusters=np.repeat(np.arange(400), times))
    weighted = proportional_odds(y, x, weights=times)
    assert weighted.coefficients == pytest.approx(repeated.coefficients, abs=1e-7)
    assert weighted.covariance == pytest.approx(repeated.covariance, rel=1e-5)


def test_permutation_of_two_groups_is_the_rank_sum_test():
    # Without strata the scores are linear in mid-ranks, so that with a 0/1 predictor every order gives the same verdict
    # as Wilcoxon's: 4 against 3 values, C(7, 3) = 35 orders, counted exactly below.
    from itertools import combinations

    y, x = np.array([1, 2, 2, 3, 3, 4, 4]), np.array([0, 0, 1, 0, 1, 1, 1])
    ranks = stats.rankdata(y) - 4
    sums = np.array([ranks[list(chosen)].sum() for chosen in combinations(range(7), 4)])
    exact = np.mean(np.abs(sums) >= abs(ranks[x == 1].sum()) - 1e-9)
    found = permutation_p(y, x, rng=np.random.default_rng(0), permutations=20_000)
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))


def test_score_of_the_permutation_is_the_slope_of_the_likelihood_at_no_effect(answers):
    # The statistic is the derivative of the log likelihood in the predictor at nought, strata at their own maximum:
    # against a difference quotient of the profile held at the null fit.
    y, x = answers
    strata = (np.arange(len(y)) % 3)[:, None] == np.array([1, 2])
    null = proportional_odds(y, strata.astype(float))
    codes = np.unique(y, return_inverse=True)[1]
    both = np.column_stack([x[:, 0], strata])
    at = [np.concatenate([[b], null.coefficients, null.thresholds]) for b in (1e-5, -1e-5)]
    slope = (_log_likelihood(at[0], codes, both, np.ones(len(y)))
             - _log_likelihood(at[1], codes, both, np.ones(len(y)))) / 2e-5
    upper, lower = cumulative(np.concatenate([null.coefficients, null.thresholds]), codes, strata.astype(float))
    assert x[:, 0] @ (upper + lower - 1) == pytest.approx(slope, rel=1e-5)


def test_permutation_of_the_odds_stays_within_strata():
    # As for ranks above: five strata of two in perfect order, 2 of 2^5 orders as far. y 0 or 1 in each stratum.
    y, x, strata = np.tile([0, 1], 5), np.arange(10.0), np.repeat(np.arange(5), 2)
    found = permutation_p(y, x, strata=strata, rng=np.random.default_rng(0), permutations=20_000)
    assert found == pytest.approx(2 / 32, abs=4 * np.sqrt(2 / 32 / 20_000))


def test_strata_at_one_end_say_nothing():
    # c is all at the highest; without it 3 is no longer given, and b is all at the highest of what is left.
    y, strata = np.array([1, 2, 1, 2, 2, 2, 3, 3]), np.array(list("aaaabbcc"))
    assert informative(y, strata).tolist() == [True] * 4 + [False] * 4
    # All in the middle is no end.
    assert informative([1, 3, 2, 2], ["a", "a", "b", "b"]).all()
    assert not informative([2, 2, 2], ["a", "a", "b"]).any()
    x, rng = np.array([1.0, 3, 2, 4, 1, 5, 2, 9]), np.random.default_rng
    assert permutation_p(y, x, strata=strata, rng=rng(0)) == permutation_p(y[:4], x[:4], rng=rng(0))


@pytest.mark.slow
def test_permutation_of_the_odds_holds_its_level():
    rng, runs = np.random.default_rng(14), 300
    strata = np.repeat(np.arange(4), 8)
    p = [permutation_p(np.digitize(0.3 * strata + rng.logistic(size=32), [-0.5, 0.5, 1.5]), rng.integers(1, 6, 32),
                       strata=strata, rng=rng, permutations=199) for _ in range(runs)]
    assert abs(np.mean(np.array(p) <= 0.05) - 0.05) < 3 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.slow
def test_odds_interval_covers():
    rng, runs, truth = np.random.default_rng(12), 400, 0.6
    covered = 0
    for _ in range(runs):
        x = rng.integers(0, 2, (150, 1)).astype(float)
        y = np.digitize(x[:, 0] * truth + rng.logistic(size=150), [-1, 0, 1])
        found = proportional_odds(y, x).interval(0)
        covered += found.low <= truth <= found.high
    # Three Monte Carlo standard errors of 400 runs.
    assert abs(covered / runs - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)


def test_spearman_without_strata_equals_scipy(answers):
    y, x = answers
    found = spearman(x[:, 0], y)
    assert found.estimate == pytest.approx(stats.spearmanr(x[:, 0], y).statistic)
    # Bonett and Wright (2000): atanh(r) plus and minus 1.96 sqrt((1 + r^2/2) / (n - 3)).
    half = stats.norm.ppf(0.975) * np.sqrt((1 + found.estimate**2 / 2) / 397)
    assert np.arctanh([found.low, found.high]) == pytest.approx(np.arctanh(found.estimate) + np.array([-half, half]))


def test_strata_take_out_differences_between_them():
    # Two strata, in each a perfect fall; between them x and y rise together.
    x, y = np.array([1, 2, 3, 4, 11, 12, 13, 14.0]), np.array([4, 3, 2, 1, 14, 13, 12, 11.0])
    strata = np.repeat([0, 1], 4)
    assert spearman(x, y).estimate > 0
    assert spearman(x, y, strata=strata).estimate == pytest.approx(-1)


def test_centred_ranks_by_hand():
    # Stratum 0: values 5, 7, 7 have ranks 1, 2.5, 2.5, less 2, over 4.
    assert centred_ranks(np.array([5.0, 7, 7, 1]), np.array([0, 0, 0, 1])) == pytest.approx([-0.25, 0.125, 0.125, 0])


def test_exact_permutations_of_a_small_case():
    # 5 pairs in perfect order: of 120 orders, 2 are as far from nought; a large sample comes near 2/120 + 1/draws.
    found = spearman(np.arange(5.0), np.arange(5.0), rng=np.random.default_rng(0), permutations=20_000)
    assert found.p == pytest.approx(2 / 120, abs=4 * np.sqrt(2 / 120 / 20_000))


def test_permutations_stay_within_strata():
    # Five strata of two in perfect order: 2 of the 2^5 orders within strata are as far from nought. Shuffled over all
    # ten it would be 2 of the 252 ways to place five high ranks.
    x, strata = np.arange(10.0), np.repeat(np.arange(5), 2)
    found = spearman(x, x, strata=strata, rng=np.random.default_rng(0), permutations=20_000)
    assert found.p == pytest.approx(2 / 32, abs=4 * np.sqrt(2 / 32 / 20_000))


def test_permutation_p_is_uniform_under_the_null():
    rng, runs = np.random.default_rng(13), 300
    p = [spearman(rng.normal(size=20), rng.normal(size=20), strata=np.repeat([0, 1], 10), rng=rng, permutations=199).p
         for _ in range(runs)]
    # Three Monte Carlo standard errors.
    assert abs(np.mean(np.array(p) <= 0.05) - 0.05) < 3 * np.sqrt(0.05 * 0.95 / runs)


def test_detectable_correlation_solves_its_equation_and_falls_with_n():
    r = detectable_correlation(50, strata=5)
    assert np.arctanh(r) == pytest.approx((stats.norm.ppf(0.975) + stats.norm.ppf(0.8))
                                          * np.sqrt((1 + r**2 / 2) / (50 - 5 - 2)))
    assert detectable_correlation(100, strata=5) < r < detectable_correlation(30, strata=5)


@pytest.mark.parametrize("call, says", [
    (lambda: proportional_odds([1, 1, 1], np.zeros((3, 1))), "no ordinal model"),
    (lambda: proportional_odds([1, 2, 2], np.array([[1.0], [np.nan], [0]])), "complete predictors"),
    (lambda: proportional_odds([1, 1, 2, 2, 1, 1, 3, 3], np.repeat([[0.0], [1]], 4, axis=0) * [1, 2]), "no maximum"),
    (lambda: proportional_odds([1, 1, 1, 2, 2, 2], np.repeat([[0.0], [1]], 3, axis=0)), "no maximum"),
    (lambda: permutation_p([1, 2, 1, 2], [1, 1, 2, 2], strata=[0, 0, 1, 1], rng=np.random.default_rng(0)), "varies"),
    (lambda: spearman([1, 2, 3], [1, 2, 3]), "too few pairs"),
    (lambda: spearman([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]), "do not vary"),
])
def test_what_gives_no_estimate_is_refused(call, says):
    with pytest.raises(DataError, match=says):
        call()
