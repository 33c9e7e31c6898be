"""Chained equations: distributions recovered, donors real, seeded, pure, fast."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.imputation import (
    _donors,
    _logistic_mode,
    chain_statistics,
    impute,
    potential_scale_reduction,
)
from analysis.methods.pooling import pool_intervals


def _frame(seed=1, n=4000):
    """Age depends on need, disability on age; both missing more often where need is high (missing at random)."""
    rng = np.random.default_rng(seed)
    need = rng.choice(["abuse", "illness", None], n, p=[0.5, 0.4, 0.1])
    high = need == "abuse"
    age = np.clip(np.round(8 + 4 * high + rng.normal(0, 3, n)), 0, 17)
    disabled = (rng.random(n) < 1 / (1 + np.exp(-(-2 + 0.2 * age)))).astype(float)
    truth = pd.DataFrame({"need": need, "age": age, "disabled": disabled, "date": pd.Timestamp("2015-01-01")
                          + pd.to_timedelta(rng.integers(0, 1000, n), unit="D")})
    frame = truth.copy()
    frame.loc[rng.random(n) < np.where(high, 0.4, 0.1), "age"] = np.nan
    frame.loc[rng.random(n) < 0.2, "disabled"] = np.nan
    frame["disabled"] = frame["disabled"].astype("Int64")
    return truth, frame


METHODS = {"age": "pmm", "disabled": "logistic"}


def test_the_gaps_and_only_the_gaps_are_filled():
    _, frame = _frame()
    before = frame.copy()
    completed = impute(frame, METHODS, np.random.default_rng(3), m=2)
    pd.testing.assert_frame_equal(frame, before)
    for one in completed:
        assert list(one.columns) == list(frame.columns) and (one.dtypes == frame.dtypes).all()
        assert one[["age", "disabled"]].notna().all().all()
        for name in frame:
            seen = frame[name].notna()
            assert one.loc[seen, name].equals(frame.loc[seen, name])
        assert set(one["age"]) <= set(frame["age"].dropna())           # matched values are values that were observed
        assert set(one["disabled"]) == {0, 1}
    assert not completed[0]["age"].equals(completed[1]["age"])


def test_same_seed_same_result_and_the_first_does_not_depend_on_m():
    _, frame = _frame(n=300)
    one = impute(frame, METHODS, np.random.default_rng(3), m=1)[0]
    several = impute(frame, METHODS, np.random.default_rng(3), m=3)
    pd.testing.assert_frame_equal(one, several[0])


def test_missing_at_random_is_undone():
    """The observed mean of age is too low, since older children miss theirs more often; the imputed one is not.

    With 4,000 records sd(age) is about 3.6: standard error 0.06 for all, and about 0.07 with a quarter imputed.
    """
    truth, frame = _frame()
    completed = impute(frame, METHODS, np.random.default_rng(4), m=5)
    assert frame["age"].mean() < truth["age"].mean() - 0.3
    assert np.mean([one["age"].mean() for one in completed]) == pytest.approx(truth["age"].mean(), abs=0.15)
    slopes = [sm.Logit(one["disabled"].astype(float), sm.add_constant(one["age"])).fit(disp=0).params["age"]
              for one in completed]
    planted = sm.Logit(truth["disabled"], sm.add_constant(truth["age"])).fit(disp=0)
    assert np.mean(slopes) == pytest.approx(planted.params["age"], abs=3 * planted.bse["age"])


@pytest.mark.slow
def test_pooled_intervals_cover_the_planted_slope():
    """y = 1 + 0.5 x + noise in 30 clusters, x missing where y is high: 95% of 150 pooled CR2 intervals cover 0.5.

    Monte Carlo standard error sqrt(.95 x .05 / 150) = 1.8 points; three of them. Deleting the gaps is biased here.
    """
    rng = np.random.default_rng(9)
    covered, deleted = 0, []
    for _ in range(150):
        x = rng.normal(size=600)
        y = 1 + 0.5 * x + rng.normal(size=600)
        frame = pd.DataFrame({"constant": 1.0, "x": np.where(rng.random(600) < 0.6 * (y > 1.5), np.nan, x), "y": y})
        seen = frame.dropna()
        deleted.append(np.polyfit(seen["x"], seen["y"], 1)[0])
        clusters = np.arange(600) % 30
        fits = [clustered.fit(one["y"], one[["constant", "x"]], clusters) for one in impute(frame, {"x": "pmm"}, rng)]
        found = pool_intervals([fit.cr2("x") for fit in fits]).interval
        covered += found.low < 0.5 < found.high
    assert abs(covered / 150 - 0.95) < 0.054
    assert np.mean(deleted) < 0.45


def test_donors_are_the_nearest_by_hand():
    seen = np.array([0.0, 10.0, 1.0, 11.0, 2.0])
    rng = np.random.default_rng(0)
    low = {int(_donors(seen, np.array([-5.0]), rng, 2)[0]) for _ in range(60)}
    high = {int(_donors(seen, np.array([99.0]), rng, 2)[0]) for _ in range(60)}
    middle = {int(_donors(seen, np.array([1.1]), rng, 3)[0]) for _ in range(60)}
    assert (low, high, middle) == ({0, 2}, {1, 3}, {0, 2, 4})
    assert {int(_donors(seen, np.array([3.0]), rng, 9)[0]) for _ in range(200)} == {0, 1, 2, 3, 4}


def test_ties_are_shared_among_all_equal_records():
    picks = [int(_donors(np.zeros(50), np.zeros(1), np.random.default_rng(k), 5)[0]) for k in range(300)]
    assert len(set(picks)) > 40


def test_logistic_mode_equals_statsmodels_but_for_the_prior():
    rng = np.random.default_rng(5)
    X = np.column_stack([np.ones(5000), rng.normal(size=5000)])
    y = (rng.random(5000) < 1 / (1 + np.exp(-(0.3 + 0.8 * X[:, 1])))).astype(float)
    theirs = sm.Logit(y, X).fit(disp=0)
    estimate, covariance = _logistic_mode(X, y, None)
    # the prior of standard deviation 10 pulls by about variance / 100 < 1e-4 of the estimate
    assert estimate == pytest.approx(theirs.params, rel=1e-4)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(theirs.bse, rel=1e-4)


def test_separated_data_stay_finite():
    frame = pd.DataFrame({"x": [0.0] * 20 + [1.0] * 20, "flag": [0.0] * 20 + [1.0] * 19 + [np.nan]})
    completed = impute(frame, {"flag": "logistic"}, np.random.default_rng(1), m=20)
    assert np.mean([one["flag"].iloc[-1] for one in completed]) > 0.8


def test_collinear_and_constant_predictors_are_borne():
    _, frame = _frame(n=300)
    frame = frame.assign(twice=frame["date"], one=1.0)
    assert impute(frame, METHODS, np.random.default_rng(1), m=1)[0]["age"].notna().all()


def test_the_chains_are_those_of_the_imputations_and_settle():
    _, frame = _frame(n=400)

    def rng():
        return np.random.default_rng(4)

    completed = impute(frame, METHODS, rng(), m=3, iterations=5)
    trace = chain_statistics(frame, METHODS, rng(), m=3, iterations=5)
    last = trace[(trace["iteration"] == 5) & (trace["column"] == "age")].set_index("imputation")["mean"]
    gaps = frame["age"].isna()
    assert last.tolist() == pytest.approx([one["age"][gaps].mean() for one in completed])
    long = chain_statistics(frame, METHODS, rng(), m=4, iterations=30)
    wide = long[long["column"] == "age"].pivot(index="imputation", columns="iteration", values="mean")
    assert potential_scale_reduction(wide.iloc[:, 10:]) < 1.15


def test_scale_reduction_by_hand():
    # Chains (1, 3) and (2, 4): W = 2, variance of the means 2 and 3 is 0.5: (1/2 + 0.5 / 2)^1/2 = 0.75^1/2.
    assert potential_scale_reduction([[1, 3], [2, 4]]) == pytest.approx(0.75**0.5)
    # Far apart: (1, 3) and (101, 103): variance of 2 and 102 is 5000: (1/2 + 2500)^1/2.
    assert potential_scale_reduction([[1, 3], [101, 103]]) == pytest.approx(2500.5**0.5)
    assert potential_scale_reduction([[1, 1], [1, 1]]) == 1 and potential_scale_reduction([[1, 1], [2, 2]]) == np.inf
    with pytest.raises(DataError):
        potential_scale_reduction([[1, 2, 3]])


@pytest.mark.parametrize(("change", "methods", "said"), [
    ({}, {"colour": "pmm"}, "colour"),
    ({}, {"age": "forest"}, "forest"),
    ({}, {}, "columns of the frame"),
    ({"age": np.nan}, {"age": "pmm"}, "nothing observed"),
    ({"disabled": 2.0}, METHODS, "0 and 1"),
    ({}, {"age": "pmm"}, "column disabled"),
])
def test_bad_input_is_named(change, methods, said):
    _, frame = _frame(n=50)
    with pytest.raises(DataError, match=said):
        impute(frame.assign(**change), methods, np.random.default_rng(0), m=1)
