"""Reliability and scores against hand cases, other software and the truth of simulated items."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.multivariate.factor import Factor
from statsmodels.stats.anova import anova_lm

from analysis.errors import DataError
from analysis.methods.scales import (
    cronbach_alpha,
    item_rest,
    omega_total,
    one_factor,
    parallel_analysis,
    reverse,
    scale_score,
)


def simulated(rng, n, loadings):
    """Items of one factor with variance 1."""
    loadings = np.asarray(loadings)
    return rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)


def test_alpha_by_hand():
    # Items 1,2,3,4 and 2,2,3,5: variances 5/3 and 2; sum 3,4,6,9 with mean 5.5, variance (6.25+2.25+.25+12.25)/3 = 7.
    # alpha = 2/1 x (1 - (5/3 + 2) / 7) = 2 x (1 - 11/21) = 20/21.
    assert cronbach_alpha([[1, 2], [2, 2], [3, 3], [4, 5]]).estimate == pytest.approx(20 / 21)


def test_alpha_is_hoyt_s_ratio_of_mean_squares_in_statsmodels():
    # Hoyt (1941): alpha = 1 - MS(residual) / MS(persons) of the two-way analysis of variance, here by statsmodels.
    items = simulated(np.random.default_rng(21), 40, [0.8, 0.6, 0.5, 0.7])
    long = pd.DataFrame({"y": items.ravel(), "person": np.repeat(np.arange(40), 4), "item": np.tile(np.arange(4), 40)})
    table = anova_lm(smf.ols("y ~ C(person) + C(item)", data=long).fit())
    squares = table["sum_sq"] / table["df"]
    assert cronbach_alpha(items).estimate == pytest.approx(1 - squares["Residual"] / squares["C(person)"], abs=1e-10)


def test_omega_interval_covers():
    # Population omega of loadings .8 .7 .6 .5: 2.6^2 / (2.6^2 + 4 - 1.74) = 6.76 / 9.02.
    rng, truth, runs = np.random.default_rng(22), 6.76 / 9.02, 200
    found = [omega_total(simulated(rng, 200, [0.8, 0.7, 0.6, 0.5]), rng, draws=200) for _ in range(runs)]
    covered = np.mean([f.low <= truth <= f.high for f in found])
    # Three Monte Carlo standard errors; a percentile bootstrap of 200 may be a little short of its level.
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs) - 0.01 < covered < 0.95 + 3 * np.sqrt(0.95 * 0.05 / runs)


def test_alpha_of_parallel_items_is_spearman_brown():
    # Population: k items with correlation r have alpha k r / (1 + (k - 1) r); here 4 x .25 / 1.75 = 4/7.
    found = cronbach_alpha(simulated(np.random.default_rng(1), 40_000, [0.5] * 4))
    assert found.estimate == pytest.approx(4 / 7, abs=0.01)


def test_feldt_interval_is_the_f_of_the_anova():
    items = simulated(np.random.default_rng(2), 60, [0.7] * 5)
    found = cronbach_alpha(items)
    # Feldt (1965): (1 - alpha) / (1 - estimate) is F with n - 1 and (n - 1)(k - 1) degrees of freedom.
    for bound, tail in ((found.low, 0.025), (found.high, 0.975)):
        assert stats.f.sf((1 - bound) / (1 - found.estimate), 59, 59 * 4) == pytest.approx(tail)


def test_alpha_interval_covers():
    rng, truth, runs = np.random.default_rng(3), 4 * 0.49 / (1 + 3 * 0.49), 400
    found = [cronbach_alpha(simulated(rng, 80, [0.7] * 4)) for _ in range(runs)]
    covered = np.mean([f.low <= truth <= f.high for f in found])
    # Monte Carlo error of 400 runs at 95%: three standard errors are 0.033.
    assert abs(covered - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)


def test_omega_of_a_covariance_of_one_factor_is_exact():
    # Loadings .8, .6, .5, .4 with unit variances: omega = 2.3^2 / (2.3^2 + 4 - (.64 + .36 + .25 + .16)) = 5.29 / 7.88.
    loadings = np.array([0.8, 0.6, 0.5, 0.4])
    covariance = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    assert one_factor(covariance) == pytest.approx(loadings, abs=1e-6)
    # Items whose sample covariance is exactly this one: whitened noise, coloured.
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(200, 4))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    assert omega_total(white @ np.linalg.cholesky(covariance).T).estimate == pytest.approx(5.29 / 7.88, abs=1e-6)


def test_loadings_equal_principal_axes_of_statsmodels():
    items = simulated(np.random.default_rng(5), 500, [0.8, 0.7, 0.6, 0.5, 0.4])
    theirs = Factor(items, n_factor=1, method="pa", smc=True).fit(maxiter=2000, tol=1e-12).loadings[:, 0]
    ours = one_factor(np.corrcoef(items, rowvar=False))
    assert ours == pytest.approx(np.abs(theirs), abs=1e-4)


def test_omega_interval_holds_the_estimate_and_is_repeatable():
    items = simulated(np.random.default_rng(6), 150, [0.7] * 4)
    one, two = (omega_total(items, np.random.default_rng(0), draws=300) for _ in range(2))
    assert one == two and one.low < one.estimate < one.high


def test_omega_equals_alpha_when_items_are_parallel():
    items = simulated(np.random.default_rng(7), 30_000, [0.7] * 5)
    assert omega_total(items).estimate == pytest.approx(cronbach_alpha(items).estimate, abs=0.002)


def test_incomplete_respondents_are_left_out_of_reliability():
    items = simulated(np.random.default_rng(8), 50, [0.7] * 3)
    more = np.vstack([items, [[1, np.nan, 2]]])
    assert cronbach_alpha(more) == cronbach_alpha(items)


def test_item_rest_by_hand():
    # Two items: each item's rest is the other.
    items = np.array([[1, 2], [2, 1], [3, 4], [4, 3.0]])
    assert item_rest(items) == pytest.approx([np.corrcoef(items.T)[0, 1]] * 2)


def test_parallel_analysis_finds_one_and_two_dimensions():
    rng = np.random.default_rng(9)
    one = simulated(rng, 400, [0.7] * 4)
    two = np.hstack([one, simulated(rng, 400, [0.7] * 4)])
    assert parallel_analysis(one, np.random.default_rng(0), draws=50).suggested == 1
    assert parallel_analysis(two, np.random.default_rng(0), draws=50).suggested == 2


def test_scores_and_reversal_by_hand():
    items = np.array([[1.0, 5, np.nan], [4, np.nan, np.nan], [np.nan] * 3])
    assert scale_score(items, least=2) == pytest.approx([3, np.nan, np.nan], nan_ok=True)
    assert scale_score(items, least=1) == pytest.approx([3, 4, np.nan], nan_ok=True)
    assert reverse([1, 2, 5], 1, 5) == pytest.approx([5, 4, 1])


@pytest.mark.parametrize("call, says", [
    (lambda: cronbach_alpha([[1], [2], [3]]), "items of a scale"),
    (lambda: cronbach_alpha([[1, 2], [np.nan, 2], [1, 1]]), "too few"),
    (lambda: cronbach_alpha([[1, 3], [2, 2], [3, 1]]), "does not vary"),
    (lambda: omega_total([[1, 2], [2, 3], [4, 4]]), "two items"),
])
def test_items_that_give_no_reliability_are_refused(call, says):
    with pytest.raises(DataError, match=says):
        call()
