"""Clustered inference: by hand, against the direct formula, statsmodels, R (clubSandwich, fixest)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.cluster_statistics import cluster_statistics
from analysis.methods.interval import t_interval

REFERENCE = Path(os.environ.get("REFERENCE_VALUES_DIR",
                                Path(__file__).resolve().parents[3] / "shared" / "reference-values"))

# Eight units in four periods, treatment from period 2 in units 5 to 8, dummies of unit and period, clusters = units.
# Outcomes and R's answers: clubSandwich 0.7.0 in R 4.5.2, as recorded in the test data of diff-diff (MIT licence),
# benchmarks/data/clubsandwich_cr2_golden.json, scenarios `absorbed_fe_did` and `weighted_did_absorbed_fe`.
UNIT, PERIOD = np.repeat(np.arange(1, 9), 4), np.tile([1, 2, 3, 4], 8)
NAMES = ["constant", "treat_post"] + [f"unit{u}" for u in range(2, 9)] + [f"period{t}" for t in (2, 3, 4)]
DESIGN = np.column_stack([np.ones(32), (UNIT >= 5) & (PERIOD > 1)] + [UNIT == u for u in range(2, 9)]
                         + [PERIOD == t for t in (2, 3, 4)]).astype(float)
PLAIN_Y = np.array([
    0.8675660610026393, 1.974964371815635, 0.6262455759968815, 0.4250911204896504, 0.01746049540615028,
    1.285747228403441, 0.3303840020024503, -0.5671521618639435, -0.1142677095292809, 0.2383353498523538,
    -0.9019587987113207, -0.7061707682056644, -0.6157969345539587, -0.2881843268354549, -0.8240764992194235,
    -1.200211068425945, -1.671803432337748, 1.089318887196633, 0.5606170281167306, -0.7090977528526379,
    1.811753709724553, 4.592189277336034, 3.604625926706315, 3.458451392091618, -1.216703112388791, 1.963130563935098,
    1.026428163741928, 0.01788553114847297, 0.3145236664361374, 3.957995942075363, 2.327538808912606,
    2.632995686497729])
WEIGHTED_Y = np.array([
    2.245279639812404, 2.442175127769796, 2.867752159874622, 3.619434127689569, -1.823559344308326,
    -2.727741027578404, -1.582833463976761, -0.9911700545412858, 2.12902821265476, 1.264117287650781,
    2.841544540813218, 3.31143937894424, 2.304030161487548, 0.987094837589835, 2.367591101983983, 3.009438142803223,
    -0.2005497188901713, 1.574281646445233, 3.245244933635386, 3.186348981556681, -0.4147282038989865,
    0.3995519437268384, 2.003183253592468, 2.992467308475275, -1.166995207509165, 0.07740370198218015,
    1.267215687377219, 1.860239034011572, 0.5144659340411173, 2.077183296893155, 2.484077938367208,
    3.150274932387417])
WEIGHTS = np.repeat([1.583369129803032, 1.000942167360336, 0.8374841092154384, 1.871459642890841, 1.012972505297512,
                     0.6240475559607148, 0.9292489611543715, 1.916603899095207], 4)
R_ANSWERS = {  # contrast: (CR2 variance, Satterthwaite df)
    "plain": {"constant": (0.0127206556074784, 3.0), "treat_post": (0.04493732438638597, 6.0),
              "period2": (0.03845920090859583, 3.776978417266191)},
    "weighted": {"constant": (0.04029069397538304, 2.079708364811179),
                 "treat_post": (0.1160594712815107, 3.754252421708284),
                 "period2": (0.1323825893320879, 2.583991941622942)},
}


@pytest.mark.parametrize("name", ["constant", "treat_post", "period2"])
@pytest.mark.parametrize("case", ["plain", "weighted"])
def test_cr2_equals_clubsandwich_with_a_dummy_for_every_cluster(case, name):
    fit = clustered.fit(PLAIN_Y if case == "plain" else WEIGHTED_Y, DESIGN, UNIT, names=NAMES,
                        weights=None if case == "plain" else WEIGHTS)
    variance, df = R_ANSWERS[case][name]
    found = fit.cr2(name)
    assert found.se == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert found.df == pytest.approx(df, rel=1e-12)
    assert found.method == "CR2, Satterthwaite"


def test_mean_of_single_row_clusters_by_hand():
    # values 1, 2, 3, 6: mean 3, squares about it 4 + 1 + 0 + 9 = 14. Every leverage is 1/4, so CR2 is HC2:
    # (14 / (3/4)) / 16 = 7/6 = s^2/n; df n - 1 = 3. CR1 with G/(G-1) x (n-1)/(n-1): 14/16 x 4/3 = 7/6.
    # CR3: leaving out value v moves the mean by (3 - v)/3: 3/4 x (14/9) = 7/6.
    fit = clustered.fit([1, 2, 3, 6], np.ones((4, 1)), list("abcd"), names=["mean"])
    for found in (fit.cr1("mean"), fit.cr2("mean"), fit.cr3("mean")):
        assert found.estimate == pytest.approx(3)
        assert found.se == pytest.approx(np.sqrt(7 / 6), rel=1e-13)
        assert found.df == pytest.approx(3, rel=1e-12)
    # t(3) at 97.5% = 3.182446 (any table)
    assert fit.cr2("mean").high == pytest.approx(3 + 3.182446305284263 * np.sqrt(7 / 6), rel=1e-12)


def test_two_treated_of_five_equal_clusters_by_hand():
    # Cluster means 1, 3 (treated) and 2, 4, 9: difference 2 - 5 = -3. With equal sizes CR2 is Welch's variance:
    # s1^2 = 2, s0^2 = (9 + 1 + 16)/2 = 13: 2/2 + 13/3 = 16/3. Bell and McCaffrey's df with equal working variance:
    # (1/2 + 1/3)^2 / (1/(4 x 1) + 1/(9 x 2)) = (25/36) / (11/36) = 25/11.
    means = np.repeat([1.0, 3, 2, 4, 9], 4)
    y = means + np.tile([-1, 1, -2, 2], 5)
    X = np.column_stack([np.ones(20), np.repeat([1.0, 1, 0, 0, 0], 4)])
    found = clustered.fit(y, X, np.repeat(range(5), 4), names=["constant", "treated"]).cr2("treated")
    assert found.estimate == pytest.approx(-3)
    assert found.se == pytest.approx(np.sqrt(16 / 3), rel=1e-12)
    assert found.df == pytest.approx(25 / 11, rel=1e-12)


def _direct(y, X, clusters, w):
    """CR2 and its df with every n x n matrix written out."""
    n, W = len(y), np.diag(w)
    M = np.linalg.inv(X.T @ W @ X)
    left = np.eye(n) - X @ M @ X.T @ W
    residual, spread = left @ y, left @ left.T
    scores, combinations = [], []
    for g in np.unique(clusters):
        at = np.flatnonzero(clusters == g)
        values, vectors = np.linalg.eigh(spread[np.ix_(at, at)])
        powers = np.array([v**-0.5 if v > 1e-10 else 0 for v in values])
        A = (vectors * powers) @ vectors.T
        scores.append(X[at].T @ (w[at] * (A @ residual[at])))
        padded = np.zeros((n, X.shape[1]))
        padded[at] = A @ (w[at, None] * X[at]) @ M
        combinations.append(left.T @ padded)
    covariance = M @ sum(np.outer(s, s) for s in scores) @ M
    products = [np.array([[a[:, k] @ b[:, k] for a in combinations] for b in combinations])
                for k in range(X.shape[1])]
    return M @ X.T @ W @ y, covariance, np.array([np.trace(P) ** 2 / (P**2).sum() for P in products])


@pytest.mark.parametrize("dummies", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n_clusters", "size", "p"), [(6, 5, 4), (10, 15, 7), (8, 2, 3)])
def test_cr2_equals_the_direct_formula(n_clusters, size, p, weighted, dummies):
    rng = np.random.default_rng(20260101 + n_clusters)
    clusters = np.repeat(np.arange(n_clusters), rng.integers(max(1, size // 2), 2 * size, n_clusters))
    n = len(clusters)
    X = rng.normal(size=(n, p - 1)) * [10.0**k for k in range(p - 1)]
    X = np.column_stack([X, np.eye(n_clusters)[clusters] if dummies else np.ones(n)])
    y = rng.normal(size=n) + rng.normal(size=n_clusters)[clusters]
    w = rng.gamma(1, size=n) if weighted else np.ones(n)
    fit = clustered.fit(y, X, clusters, weights=w)
    coefficients, covariance, df = _direct(y, X, clusters, w)
    for k in range(p - 1):
        found = fit.cr2(f"x{k}")
        assert found.estimate == pytest.approx(coefficients[k], rel=1e-9)
        assert found.se == pytest.approx(np.sqrt(covariance[k, k]), rel=1e-9)
        assert found.df == pytest.approx(df[k], rel=1e-9)


def _panel(seed=5, n=400, n_clusters=20):
    rng = np.random.default_rng(seed)
    clusters = rng.integers(0, n_clusters, n)
    frame = pd.DataFrame({"constant": 1.0, "age": rng.normal(10, 4, n), "pilot": (clusters < 6).astype(float)})
    y = frame["age"] * 0.3 + rng.normal(size=n) + rng.normal(size=n_clusters)[clusters]
    return y.to_numpy(), frame, clusters, rng.gamma(2, size=n)


@pytest.mark.parametrize("weighted", [False, True])
def test_cr1_equals_statsmodels(weighted):
    y, X, clusters, w = _panel()
    model = sm.WLS(y, X, weights=w if weighted else np.ones(len(y)))
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    fit = clustered.fit(y, X, clusters, weights=w if weighted else None)
    for name in X:
        ours = fit.cr1(name)
        assert ours.estimate == pytest.approx(theirs.params[name], rel=1e-9)
        assert ours.se == pytest.approx(theirs.bse[name], rel=1e-9)
        assert ours.p == pytest.approx(theirs.pvalues[name], rel=1e-7)
        assert (ours.low, ours.high) == pytest.approx(tuple(theirs.conf_int().loc[name]), rel=1e-9)


def test_cr3_equals_leaving_out_each_cluster():
    y, X, clusters, w = _panel()
    fit = clustered.fit(y, X, clusters, weights=w)
    labels = np.unique(clusters)
    without = [clustered.fit(y[clusters != g], X[clusters != g], clusters[clusters != g],
                             weights=w[clusters != g]).coefficient("pilot") for g in labels]
    G = len(labels)
    variance = (G - 1) / G * sum((b - fit.coefficient("pilot")) ** 2 for b in without)
    assert fit.cr3("pilot").se == pytest.approx(np.sqrt(variance), rel=1e-10)


@pytest.mark.skipif(not (REFERENCE / "castle.csv").exists(), reason="reference values computed in R are not here")
@pytest.mark.parametrize(("answer", "weighted"), [("twfe", False), ("twfe_w", True)])
def test_two_way_fixed_effects_equal_fixest(answer, weighted):
    castle = pd.read_csv(REFERENCE / "castle.csv")
    expected = json.loads((REFERENCE / "castle_did.json").read_text())[answer]["post"]
    X = pd.concat([castle[["post"]], pd.get_dummies(castle["sid"], prefix="sid"),
                   pd.get_dummies(castle["year"], prefix="year").iloc[:, 1:]], axis=1).astype(float)
    fit = clustered.fit(castle["l_homicide"], X, castle["sid"], weights=castle["popwt"] if weighted else None)
    # fixest: G/(G-1) x (n-1)/(n-K), where K leaves out the effects nested in clusters: post and the year effects.
    K = 1 + castle["year"].nunique()
    se = fit.cr1("post", factor="clusters").se * np.sqrt((fit.n - 1) / (fit.n - K))
    assert fit.coefficient("post") == pytest.approx(expected["Estimate"], rel=1e-9)
    assert se == pytest.approx(expected["Std. Error"], rel=1e-9)


def test_scale_and_order_do_not_matter_and_inputs_stay():
    y, X, clusters, w = _panel()
    before = y.copy(), X.copy(), clusters.copy(), w.copy()
    once = clustered.fit(y, X, clusters, weights=w).cr2("pilot")
    order = np.random.default_rng(0).permutation(len(y))
    again = clustered.fit(y[order], X.iloc[order], clusters[order], weights=1000 * w[order]).cr2("pilot")
    assert again.se == pytest.approx(once.se, rel=1e-10) and again.df == pytest.approx(once.df, rel=1e-10)
    assert all(np.array_equal(a, b) for a, b in zip(before, (y, X, clusters, w), strict=True))


@pytest.mark.parametrize("weighted", [False, True])
def test_a_shifted_or_stretched_column_changes_no_inference(weighted):
    """With a constant in the model, year and year - 2016 have the same coefficient; a column of 1 +- 0.00001 has
    100,000 times that of its standard score. The first forms are badly conditioned (1 to 10^5), squared 10^10."""
    y, X, clusters, w = _panel()
    year, score = np.random.default_rng(1).integers(2013, 2020, len(y)), X["age"] - X["age"].mean()
    w = w if weighted else None
    good = clustered.fit(y, X[["constant", "pilot"]].assign(year=year - 2016, score=score), clusters, weights=w)
    bad = clustered.fit(y, X[["constant", "pilot"]].assign(year=year, score=1 + 1e-5 * score), clusters, weights=w)
    for name, scale in (("pilot", 1), ("year", 1), ("score", 1e5)):
        for method in ("cr1", "cr2", "cr3"):
            one, other = getattr(good, method)(name), getattr(bad, method)(name)
            assert (scale * one.estimate, scale * one.se) == pytest.approx((other.estimate, other.se), rel=1e-8)
            assert one.df == pytest.approx(other.df, rel=1e-8)


def test_rows_of_weight_nought_change_nothing():
    y, X, clusters, w = _panel()
    some = np.arange(len(y)) % 3 == 0
    with_noughts = clustered.fit(y, X, clusters, weights=np.where(some, 0, w))
    without = clustered.fit(y[~some], X[~some], clusters[~some], weights=w[~some])
    assert with_noughts.n == without.n
    assert with_noughts.cr2("pilot") == without.cr2("pilot")


def test_equal_weights_are_no_weights():
    y, X, clusters, _ = _panel()
    assert clustered.fit(y, X, clusters, weights=np.full(len(y), 3.0)).cr2("age") == clustered.fit(
        y, X, clusters).cr2("age")


def test_a_combination_of_coefficients():
    y, X, clusters, w = _panel()
    fit = clustered.fit(y, X, clusters, weights=w)
    # y on (constant, age + 2 pilot, pilot): the coefficient of pilot there is pilot - 2 age here.
    turned = X.assign(age=X["age"] + 2 * X["pilot"])
    expected = clustered.fit(y, turned, clusters, weights=w).cr2("pilot")
    found = fit.cr2({"pilot": 1, "age": -2})
    for part in ("estimate", "se", "df"):
        assert getattr(found, part) == pytest.approx(getattr(expected, part), rel=1e-9)


def test_refit_on_some_columns_and_clusters_needs_no_rows():
    y, X, clusters, w = _panel()
    statistics = cluster_statistics(y, X, clusters, weights=w)
    keep = np.array([label != 3 for label in statistics.labels])
    found = clustered.fit_statistics(statistics.columns(["constant", "pilot"]).clusters(keep)).cr2("pilot")
    expected = clustered.fit(y[clusters != 3], X.loc[clusters != 3, ["constant", "pilot"]], clusters[clusters != 3],
                             weights=w[clusters != 3]).cr2("pilot")
    for part in ("estimate", "se", "df"):
        assert getattr(found, part) == pytest.approx(getattr(expected, part), rel=1e-9)


def test_collinear_columns_are_named_or_left_out():
    y, X, clusters, _ = _panel()
    X = X.assign(old=X["age"] * 2 - X["constant"])
    with pytest.raises(DataError, match="old"):
        clustered.fit(y, X, clusters)
    fit = clustered.fit(y, X, clusters, drop_collinear=True)
    assert fit.dropped == ("old",)
    expected = clustered.fit(y, X.drop(columns="old"), clusters).cr2("age")
    assert (fit.cr2("age").se, fit.cr2("age").df) == pytest.approx((expected.se, expected.df), rel=1e-10)
    with pytest.raises(DataError, match="old"):
        fit.cr2("old")


def test_what_cannot_be_estimated_is_refused():
    fit = clustered.fit(PLAIN_Y, DESIGN, UNIT, names=NAMES)
    with pytest.raises(DataError, match="unit3"):
        fit.cr2("unit3")            # a dummy of one cluster: its scores are nought by construction
    one_pilot = np.column_stack([np.ones(32), UNIT == 8])
    with pytest.raises(DataError, match="without cluster 8"):
        clustered.fit(PLAIN_Y, one_pilot, UNIT, names=["constant", "pilot"]).cr3("pilot")


@pytest.mark.parametrize(("changes", "said"), [
    ({"y": [1, 2, np.nan, 4]}, "row 2, column outcome"),
    ({"X": np.array([[1.0, 0], [1, np.inf], [1, 1], [1, 2]])}, "row 1, column x1"),
    ({"clusters": ["a", None, "b", "c"]}, "cluster missing"),
    ({"clusters": ["a", "a", "a", "a"]}, "at least two clusters"),
    ({"weights": [1, 1, -1, 1]}, "weights"),
    ({"weights": [1, 1, 1]}, "same number of rows"),
    ({"y": [1, 2, 3]}, "same number of rows"),
    ({"names": ["a", "a"]}, "share a name"),
    ({"names": ["a"]}, "1 columns"),
])
def test_bad_input_is_named(changes, said):
    good = {"y": [1.0, 2, 4, 3], "X": np.array([[1.0, 0], [1, 3], [1, 1], [1, 2]]), "clusters": list("abcd")}
    with pytest.raises(DataError, match=said):
        clustered.fit(**(good | changes))


def test_unknown_names_kinds_and_levels():
    y, X, clusters, _ = _panel()
    fit = clustered.fit(y, X, clusters)
    with pytest.raises(DataError, match="constant, age, pilot"):
        fit.cr2("colour")
    with pytest.raises(DataError, match="CR1, CR2 or CR3"):
        fit.covariance("CR9")
    with pytest.raises(DataError, match="stata or clusters"):
        fit.cr1("age", factor="r")
    with pytest.raises(DataError, match="between 0 and 1"):
        fit.cr2("age", level=95)


def test_t_interval_with_infinite_df_is_normal():
    found = t_interval(1.0, 0.5, np.inf)
    assert found.high == pytest.approx(1 + 1.959963984540054 * 0.5)   # normal quantile, any table


def test_size_of_the_test_under_a_true_null():
    """27 authorities, 9 of them treated, random authority-level change, nothing planted: 5% rejections for CR2.

    400 runs: Monte Carlo standard error sqrt(.05 x .95 / 400) = 1.1 points, so 5% +- 3.3 at three standard errors.
    """
    rng = np.random.default_rng(41)
    clusters = np.repeat(np.arange(27), 20)
    after, pilot = np.tile([0, 1], 270), (clusters < 9).astype(float)
    X = np.column_stack([np.ones(540), after, pilot, after * pilot])
    names = ["constant", "after", "pilot", "effect"]
    rejected = 0
    for _ in range(400):
        y = rng.normal(size=540) + rng.normal(size=27)[clusters] + after * rng.normal(0, 0.5, 27)[clusters]
        rejected += clustered.fit(y, X, clusters, names=names).cr2("effect").p < 0.05
    assert 0.05 - 0.033 < rejected / 400 < 0.05 + 0.033
