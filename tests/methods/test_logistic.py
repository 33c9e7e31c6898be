"""Weighted logit with clustered errors: by hand, against statsmodels, repeated rows; separation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.methods.logistic import logistic
from analysis.methods.separation import separating_columns

EXACT = 1e-9      # relative; achieved 1e-12


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(31)
    clusters = rng.integers(0, 12, 600)
    X = pd.DataFrame({"constant": 1.0, "pilot": (clusters < 5).astype(float), "age": rng.normal(2016, 4, 600)})
    linear = -0.5 + 0.6 * X["pilot"] + 0.1 * (X["age"] - 2016) + 0.3 * rng.normal(size=12)[clusters]
    return (rng.random(600) < 1 / (1 + np.exp(-linear))).astype(float), X, clusters, rng.integers(1, 4, 600)


def test_two_by_two_by_hand():
    # 2 of 10 and 6 of 10: log odds ln(1/4) and ln(6). Every row its own cluster: variance of a log odds is
    # sum (y - p)^2 / (n p (1 - p))^2 = 1 / (n p (1 - p)): 1/1.6 and 1/1.6 + 1/2.4, times 20/19.
    y = np.repeat([1, 0, 1, 0], [2, 8, 6, 4])
    X = np.column_stack([np.ones(20), np.repeat([0, 1], 10)])
    fit = logistic(y, X, np.arange(20), names=["constant", "x"])
    assert fit.coefficients == pytest.approx([np.log(1 / 4), np.log(6)], rel=1e-12)
    assert np.diag(fit.covariance) == pytest.approx(
        [1 / 1.6 * 20 / 19, (1 / 1.6 + 1 / 2.4) * 20 / 19], rel=1e-12)
    found = fit.log_odds_ratio("x")
    # t(19) at 97.5% = 2.093024 (any table)
    assert found.high == pytest.approx(np.log(6) + 2.093024054408263 * np.sqrt((1 / 1.6 + 1 / 2.4) * 20 / 19), rel=1e-9)
    # "stata": times (n - 1)/(n - p) = 19/18 besides.
    stata = logistic(y, X, np.arange(20), factor="stata")
    assert stata.covariance == pytest.approx(fit.covariance * 19 / 18, rel=1e-12)


def test_equals_statsmodels_logit(data):
    y, X, clusters, _ = data
    theirs = sm.Logit(y, X).fit(disp=0, method="newton", tol=1e-9, cov_type="cluster", cov_kwds={"groups": clusters},
                                use_t=True)
    fit = logistic(y, X, clusters, factor="stata")
    assert fit.coefficients == pytest.approx(theirs.params.to_numpy(), rel=EXACT)
    assert fit.covariance == pytest.approx(theirs.cov_params().to_numpy(), rel=EXACT)
    # statsmodels' Logit has n - p degrees of freedom here, ours G - 1.
    assert fit.log_odds_ratio("pilot").df == 11


def test_weights_equal_statsmodels_glm_and_repeated_rows(data):
    y, X, clusters, times = data
    theirs = sm.GLM(y, X, family=sm.families.Binomial(), freq_weights=times).fit(tol=1e-14)
    fit = logistic(y, X, clusters, weights=times)
    assert fit.coefficients == pytest.approx(theirs.params.to_numpy(), rel=EXACT)
    rows = np.repeat(np.arange(600), times)
    repeated = logistic(y[rows], X.iloc[rows], clusters[rows])
    assert fit.coefficients == pytest.approx(repeated.coefficients, rel=EXACT)
    assert fit.covariance == pytest.approx(repeated.covariance, rel=EXACT)     # G/(G-1) does not count rows


def test_scale_of_weights_origin_of_columns_and_rows_of_weight_nought_do_not_matter(data):
    y, X, clusters, times = data
    w = np.where(np.arange(600) % 5 == 0, 0, times / 3)
    once, some = logistic(y, X, clusters, weights=w), w > 0
    again = logistic(y[some], X.loc[some].assign(age=X["age"] - 2016), clusters[some], weights=1e5 * w[some])
    assert once.n == again.n == some.sum()
    assert once.coefficients[1:] == pytest.approx(again.coefficients[1:], rel=1e-7)
    assert once.covariance[1:, 1:] == pytest.approx(again.covariance[1:, 1:], rel=1e-7)


def test_collinear_columns_are_named_or_left_out(data):
    y, X, clusters, _ = data
    X = X.assign(old=2 * X["age"] - X["constant"])
    with pytest.raises(DataError, match="old"):
        logistic(y, X, clusters)
    fit = logistic(y, X, clusters, drop_collinear=True)
    assert fit.dropped == ("old",) and fit.names == ("constant", "pilot", "age")
    with pytest.raises(DataError, match="left out"):
        fit.position("old")
    with pytest.raises(DataError, match="constant, pilot, age"):
        fit.position("colour")


def test_separation_is_one_clear_error(data, recwarn):
    y, X, clusters, _ = data
    rare = (np.arange(600) < 8).astype(float)
    with pytest.raises(DataError, match=r"separated.*\['rare'\].*both outcomes"):
        logistic(np.where(rare, 1, y), X.assign(rare=rare), clusters)     # quasi-complete: all of them ones
    with pytest.raises(DataError, match="separated.*age"):
        logistic((X["age"] > 2016).astype(float), X, clusters)            # complete
    assert not recwarn.list


def test_extreme_probabilities_are_no_separation():
    # p from 1e-8 to 1 - 1e-8, but two rows the other way round.
    x = np.linspace(-10, 10, 200)
    y = (x > 0).astype(float)
    y[[97, 102]] = 1 - y[[97, 102]]
    fit = logistic(y, np.column_stack([np.ones(200), x]), np.arange(200) % 20)
    p = 1 / (1 + np.exp(-fit.X @ fit.coefficients))
    assert p.min() < 1e-5 and np.abs(fit.X.T @ (y - p)).max() < 1e-8      # the likelihood equations


def test_combinations_that_separate_are_found():
    # Neither column does alone: with x = 0, y has both values, so with z = 0; but x + z > 0 makes y 1.
    x, z = np.array([0, 0, 1, 0, 1.0]), np.array([0, 0, 0, 1, 1.0])
    y = np.array([0, 1, 1, 1, 1])
    X = np.column_stack([np.ones(5), x, z])
    assert set(separating_columns(y, X)) <= {1, 2} and separating_columns(y, X)
    assert separating_columns(np.array([0, 1, 1, 0, 1]), np.column_stack([np.ones(5), [0, 1, 0, 0, 1]])) == [1]
    assert separating_columns(np.array([0, 1, 1, 0, 1]), np.column_stack([np.ones(5), [1, 1, 0, 0, 0]])) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=4, max_size=40))
def test_one_category_separates_exactly_when_one_of_its_levels_has_one_outcome(rows):
    levels, y = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    present = np.unique(levels)
    X = (levels[:, None] == present).astype(float)
    pure = [k for k, level in enumerate(present) if np.ptp(y[levels == level]) == 0]
    assert separating_columns(y, X) == pure


@pytest.mark.parametrize(("changes", "said"), [
    ({"y": [0, 1, 2, 1]}, "row 2.*0 or 1"),
    ({"y": [1, 1, 1, 1]}, "never varies"),
    ({"y": [0, 1, np.nan, 1]}, "row 2, column outcome"),
    ({"clusters": ["a"] * 4}, "two clusters"),
    ({"clusters": ["a", None, "b", "c"]}, "cluster missing"),
    ({"weights": [1, 1, 1]}, "same number of rows"),
    ({"factor": "hc1"}, "stata or clusters"),
    ({"X": np.column_stack([np.eye(4)])}, "more than 4 columns"),
])
def test_bad_input_is_named(changes, said):
    good = {"y": [0, 1, 0, 1], "X": np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), "clusters": list("abcd")}
    with pytest.raises(DataError, match=said):
        logistic(**(good | changes))
