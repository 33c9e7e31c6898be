"""Average effects from a logit: by hand, against statsmodels, numerical derivatives, known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import approx_fprime
from scipy.special import expit

from analysis.errors import DataError
from analysis.methods.logistic import logistic
from analysis.methods.marginal_effects import average_change, average_derivative, treatment_effect

EXACT = 1e-9      # relative; achieved 1e-12


def _two_by_two():
    """2 of 10 ones at x = 0, 6 of 10 at x = 1, every row its own cluster."""
    return logistic(np.repeat([1, 0, 1, 0], [2, 8, 6, 4]), np.column_stack([np.ones(20), np.repeat([0, 1], 10)]),
                    np.arange(20), names=["constant", "x"])


def test_change_of_a_dummy_by_hand():
    # 6/10 - 2/10. Variance of a share with errors of its own rows: 0.16/10 + 0.24/10 = 0.04, times G/(G-1) = 20/19.
    found = average_change(_two_by_two(), "x", 0, 1)
    assert found.estimate == pytest.approx(0.4, rel=1e-12)
    assert found.se == pytest.approx(np.sqrt(0.04 * 20 / 19), rel=1e-12)
    assert found.df == 19
    back = average_change(_two_by_two(), "x", 1, 0)
    assert (back.estimate, back.se) == pytest.approx((-found.estimate, found.se), rel=1e-12)


def test_derivative_of_a_dummy_by_hand():
    # Mean of p (1 - p) = (0.16 + 0.24)/2 = 0.2 times ln 6. In terms of the log odds l0, l1 it is
    # (l1 - l0) (f(l0) + f(l1)) / 2, f' = p (1 - p)(1 - 2p) = 0.096 and -0.048: gradient
    # -0.2 + ln 6 x 0.048 and 0.2 - ln 6 x 0.024, variances 1/1.6 and 1/2.4, times 20/19.
    found = average_derivative(_two_by_two(), "x")
    assert found.estimate == pytest.approx(0.2 * np.log(6), rel=1e-12)
    variance = (-0.2 + 0.048 * np.log(6)) ** 2 / 1.6 + (0.2 - 0.024 * np.log(6)) ** 2 / 2.4
    assert found.se == pytest.approx(np.sqrt(variance * 20 / 19), rel=1e-12)


def test_treatment_effect_by_hand():
    # Ten rows a cell: ones in 2 (controls before), 5 (controls after), 4 (treated before), 6 (treated after).
    # Without treatment the log odds would be ln(2/3) + ln 1 - ln(1/4) = ln(8/3), p = 8/11: effect 6/10 - 8/11 = -7/55.
    # (The linear difference-in-differences, Ai and Norton's cross difference here, is 0.2 - 0.3 = -0.1.)
    # Variance: 0.24/10 + (8/11 x 3/11)^2 (1/2.4 + 1/2.5 + 1/1.6), times G/(G-1) = 40/39.
    y = np.concatenate([np.repeat([1, 0], [ones, 10 - ones]) for ones in (2, 5, 4, 6)])
    treated, after = np.repeat([0, 0, 1, 1], 10), np.repeat([0, 1, 0, 1], 10)
    X = np.column_stack([np.ones(40), treated, after, treated * after])
    fit = logistic(y, X, np.arange(40), names=["constant", "treated", "after", "effect"])
    found = treatment_effect(fit, "effect")
    assert found.estimate == pytest.approx(-7 / 55, rel=1e-11)
    variance = 0.24 / 10 + (24 / 121) ** 2 * (1 / 2.4 + 1 / 2.5 + 1 / 1.6)
    assert found.se == pytest.approx(np.sqrt(variance * 40 / 39), rel=1e-11)
    assert found.df == 39 and np.sign(found.estimate) == np.sign(fit.coefficients[3])
    # The average derivative of the column: mean of p (1 - p) = (0.16 + 0.25 + 0.24 + 0.24) / 4 times the coefficient
    # ln(3/2) - ln(8/3) = ln(9/16).
    assert average_derivative(fit, "effect").estimate == pytest.approx(0.2225 * np.log(9 / 16), rel=1e-11)


def _did(seed=41, n=800, n_clusters=16, effect=0.8):
    rng = np.random.default_rng(seed)
    clusters = rng.integers(0, n_clusters, n)
    treated, after = (clusters < n_clusters // 3).astype(float), rng.integers(0, 2, n).astype(float)
    X = pd.DataFrame({"constant": 1.0, "treated": treated, "after": after, "effect": treated * after,
                      "age": rng.normal(0, 1, n)})
    linear = -1 + 0.4 * treated + 0.3 * after + effect * treated * after + 0.5 * X["age"]
    return (rng.random(n) < expit(linear)).astype(float), X, clusters, rng.gamma(2, size=n)


def test_derivative_and_change_equal_statsmodels():
    y, X, clusters, _ = _did()
    theirs = sm.Logit(y, X).fit(disp=0, tol=1e-10, cov_type="cluster", cov_kwds={"groups": clusters})
    fit = logistic(y, X, clusters, factor="stata")
    slopes, changes = theirs.get_margeff(), theirs.get_margeff(dummy=True)
    for k, name in enumerate(["treated", "after", "effect", "age"]):
        found = average_derivative(fit, name)
        assert (found.estimate, found.se) == pytest.approx((slopes.margeff[k], slopes.margeff_se[k]), rel=EXACT)
        assert found.df == 15
        if name != "age":
            found = average_change(fit, name, 0, 1)
            assert (found.estimate, found.se) == pytest.approx((changes.margeff[k], changes.margeff_se[k]), rel=EXACT)


CALLS = {"derivative": lambda fit, over: average_derivative(fit, "age", over=over),
         "change": lambda fit, over: average_change(fit, "age", -1, 0.5, over=over),
         "treatment": lambda fit, over: treatment_effect(fit, "effect", over=over)}


@pytest.mark.parametrize("over", ["weights", "rows"])
@pytest.mark.parametrize("call", CALLS)
def test_standard_errors_are_those_of_numerical_derivatives(call, over):
    y, X, clusters, weights = _did()
    fit = logistic(y, X, clusters, weights=weights)
    found = CALLS[call](fit, over)

    def estimate(coefficients):
        return CALLS[call](replace(fit, coefficients=coefficients), over).estimate

    gradient = approx_fprime(fit.coefficients, estimate, 1e-6)
    assert found.se == pytest.approx(np.sqrt(gradient @ fit.covariance @ gradient), rel=1e-5)


def test_weights_in_the_average():
    y, X, clusters, _ = _did()
    times = np.arange(800) % 3 + 1
    rows = np.repeat(np.arange(800), times)
    fit, repeated = logistic(y, X, clusters, weights=times), logistic(y[rows], X.iloc[rows], clusters[rows])
    for call in CALLS.values():
        ours, theirs = call(fit, "weights"), call(repeated, "rows")
        assert (ours.estimate, ours.se) == pytest.approx((theirs.estimate, theirs.se), rel=EXACT)
    p = expit(fit.X @ fit.coefficients)
    plain = average_derivative(fit, "age", over="rows").estimate
    assert plain == pytest.approx(np.mean(p * (1 - p)) * fit.coefficients[4], rel=1e-12)
    assert plain != pytest.approx(average_derivative(fit, "age").estimate, rel=1e-4)


@pytest.mark.slow
def test_treatment_effect_recovers_the_truth():
    """Mean error over 200 runs within three Monte Carlo standard errors, 95% intervals cover 90 to 99%.

    No cluster effects are planted: t(G - 1) with CR1 is a little too short with 5 treated of 16, hence 90."""
    errors, covered = [], 0
    for seed in range(200):
        y, X, clusters, _ = _did(seed=seed)
        rows = X["effect"] == 1
        linear = -1 + 0.4 + 0.3 + 0.5 * X.loc[rows, "age"]
        truth = np.mean(expit(linear + 0.8) - expit(linear))
        found = treatment_effect(logistic(y, X, clusters), "effect")
        errors.append(found.estimate - truth)
        covered += found.low <= truth <= found.high
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(200)
    assert 0.90 <= covered / 200 <= 0.99


def test_what_has_no_answer_is_refused():
    y, X, clusters, _ = _did()
    fit = logistic(y, X, clusters)
    for call, said in [
        (lambda: average_derivative(fit, "colour"), "no such column"),
        (lambda: average_derivative(fit, "age", over="treated"), "weights or rows"),
        (lambda: average_change(fit, "age", 1, 1), "no interval"),
        (lambda: treatment_effect(fit, "constant"), "nowhere nought"),
        (lambda: treatment_effect(fit, "effect", level=95), "between 0 and 1"),
    ]:
        with pytest.raises(DataError, match=said):
            call()
