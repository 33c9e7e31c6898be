"""Panel estimators: by hand, against R's plm (balanced and unbalanced), explicit dummies, linearmodels, known truth."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import RandomEffects

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.absorbed import absorb
from analysis.methods.panel import pooling, random_effects, within
from tests.methods.panel_cases import EXACT, NAMES, SLOPES, arguments, thinned

# The thinned castle panel (panel_cases.thinned) in R 4.2.2 with plm 2.6.2: estimates, then standard errors.
UNBALANCED = {
    "within": ([0.0639311805106229, -0.00613774268522996, -0.0255839967683738, 0.0791253893709062],
               [0.0409859729748885, 0.0145564350295476, 0.00870065175611575, 0.121986407880033]),
    "two-way": ([0.0912813741656717, -0.0411393156340457, -0.00557504975715848, 0.063760518433099],
                [0.04529407807899, 0.0201719130711839, 0.015584456928056, 0.122308930835844]),
    "random": ([-0.661286011332718, 0.0512692054959905, 0.0333539165958628, -0.035788228570751, 0.321763129451143],
               [0.696208416094029, 0.0432926309867309, 0.0125624482247499, 0.00867419029035417, 0.118361319628669]),
    "pooling": ([-6.54780598977317, 0.00724217406229399, 0.0850652639022136, 0.0100255011523694, 1.19134138016205],
                [0.621832353363478, 0.0850139729729286, 0.00917492069663754, 0.014556071899829, 0.107958538833082]),
    "pooling weighted": (
        [-2.61592330988903, 0.0818446914357786, 0.0578299316436418, -0.0188434258029971, 0.618696039457158],
        [0.51056915447244, 0.0689356126264102, 0.00798179788757697, 0.0120296999404261, 0.0883466853500134]),
    "within weighted": ([-0.00165136305304078, -0.00128057882408479, -0.0197158858507141, 0.0581288957942148],
                        [0.0254528974268519, 0.00901615284529821, 0.00542270106487992, 0.113210891987922]),
}


def _equal(fit, names, estimates, errors):
    assert set(fit.names) == set(names)
    for name, estimate, error in zip(names, estimates, errors, strict=True):
        assert fit.coefficient(name) == pytest.approx(estimate, rel=EXACT)
        assert fit.standard_error(name) == pytest.approx(error, rel=EXACT)


@pytest.mark.parametrize(("answer", "estimator", "effects"), [
    ("within", within, "entity"), ("within_twoways", within, "two-way"),
    ("random_swar", random_effects, "entity"), ("random_twoways", random_effects, "two-way")])
def test_balanced_panel_equals_plm(castle, plm, answer, estimator, effects):
    expected = plm[answer]
    fit = estimator(**arguments(castle, constant=estimator is random_effects), effects=effects)
    _equal(fit, expected, *([row[part] for row in expected.values()] for part in ("Estimate", "Std. Error")))


def test_variance_components_equal_plm(castle, plm):
    fit = random_effects(**arguments(castle, constant=True))
    assert fit.components.idiosyncratic == pytest.approx(plm["ercomp"]["idios"], rel=EXACT)
    assert fit.components.entity == pytest.approx(plm["ercomp"]["id"], rel=EXACT)
    assert fit.theta == pytest.approx(np.full(50, plm["ercomp"]["theta"]), rel=EXACT)


def test_two_way_components_equal_plm(castle):
    # R 4.2.2, plm 2.6.2: ercomp of the two-way random model; the period's component comes out negative and is nought.
    fit = random_effects(**arguments(castle, constant=True), effects="two-way")
    assert fit.components.idiosyncratic == pytest.approx(0.034960958076446, rel=EXACT)
    assert fit.components.entity == pytest.approx(0.114087073953828, rel=EXACT)
    assert fit.components.period == 0
    assert fit.theta[0] == pytest.approx(0.835369430182311, rel=EXACT)


@pytest.mark.parametrize(("answer", "estimator", "more"), [
    ("within", within, {}), ("two-way", within, {"effects": "two-way"}), ("random", random_effects, {}),
    ("pooling", pooling, {})])
def test_unbalanced_panel_equals_plm(castle, answer, estimator, more):
    fit = estimator(**arguments(thinned(castle), constant=estimator is not within), **more)
    _equal(fit, SLOPES if estimator is within else NAMES, *UNBALANCED[answer])


@pytest.mark.parametrize(("answer", "estimator"), [("within weighted", within), ("pooling weighted", pooling)])
def test_weights_equal_plm(castle, answer, estimator):
    panel = thinned(castle)
    fit = estimator(**arguments(panel, constant=estimator is pooling), weights=panel["popwt"])
    _equal(fit, SLOPES if estimator is within else NAMES, *UNBALANCED[answer])


def test_unbalanced_components_equal_plm(castle):
    # R 4.2.2, plm 2.6.2 (Baltagi and Chang's traces); theta of entities with 1 row and with 9.
    fit = random_effects(**arguments(thinned(castle), constant=True))
    assert fit.components.idiosyncratic == pytest.approx(0.0394466633253457, rel=EXACT)
    assert fit.components.entity == pytest.approx(0.142426642905982, rel=EXACT)
    assert (fit.theta.min(), fit.theta.max()) == pytest.approx((0.534284539248876, 0.827214757770361), rel=EXACT)


def test_arellano_errors_equal_plm(castle, plm):
    # Clusters = entities. plm's HC0 has no small-sample factor (CR1 has G/(G-1), G = 50), HC1 has n/(n-p) = 550/546.
    given = arguments(castle, constant=False)
    fit = absorb(given["y"], given["X"], castle["sid"], castle["sid"])
    for name in SLOPES:
        plain = fit.cr1(name).se * np.sqrt(49 / 50)
        assert plain == pytest.approx(plm["within_arellano_HC0_se"][name], rel=EXACT)
        assert plain * np.sqrt(550 / 546) == pytest.approx(plm["within_arellano_HC1_se"][name], rel=EXACT)


def test_within_by_hand():
    # Entity a: x 0, 2, y 1, 5 (deviations -1, 1 and -2, 2); entity b: x 0, 1, 2, y 0, 0, 3 (-1, 0, 1 and -1, -1, 2);
    # entity c has one row and says nothing. b = (2 + 2 + 1 + 2) / (1 + 1 + 1 + 1) = 7/4.
    # Residuals: -1/4, 1/4, 3/4, -1, 1/4, 0; squares 1/16 + 1/16 + 9/16 + 16/16 + 1/16 = 28/16 = 7/4.
    # df = 6 - 3 - 1 = 2: s^2 = 7/8, variance 7/8 / 4 = 7/32.
    fit = within([1, 5, 0, 0, 3, 9], np.array([[0], [2], [0], [1], [2], [7.0]]), list("aabbbc"), names=["x"])
    assert fit.coefficient("x") == pytest.approx(7 / 4, rel=1e-14)
    assert fit.residuals == pytest.approx([-0.25, 0.25, 0.75, -1, 0.25, 0], abs=1e-14)
    assert fit.df == 2 and fit.error_variance == pytest.approx(7 / 8)
    assert fit.standard_error("x") == pytest.approx(np.sqrt(7 / 32), rel=1e-14)
    assert list(fit.entity_sizes) == [2, 3, 1]


def test_swamy_arora_by_hand():
    # Three entities of two rows, a constant alone. Within sums of squares 2, 8, 2: s_e^2 = 12 / 3 = 4. Means 0, 3, 9:
    # squares about 4 are 16 + 1 + 25 = 42; times T = 2 over N - 1 = 2: 42 = 2 s_u^2 + 4, s_u^2 = 19.
    # theta = 1 - (4 / 42)^1/2; the estimate is the mean, 4, with variance 42 / 6 = 7 (s^2 of the quasi-demeaned rows:
    # (12 + 42 x 2 x 4/42) / 5 = 4, and (1 - theta)^2 x 6 = 4/7).
    fit = random_effects([-1, 1, 1, 5, 8, 10], np.ones((6, 1)), list("aabbcc"), names=["mean"])
    assert (fit.components.idiosyncratic, fit.components.entity) == pytest.approx((4, 19), rel=1e-13)
    assert fit.theta == pytest.approx(np.full(3, 1 - np.sqrt(4 / 42)), rel=1e-13)
    assert fit.coefficient("mean") == pytest.approx(4, rel=1e-13)
    assert fit.standard_error("mean") ** 2 == pytest.approx(7, rel=1e-13)


def _children(n_entities=15_000, columns=30, seed=11):
    """Many small entities of irregular dates; effects that go with the first regressor; truth 0.5, -0.2, 0, 0 ..."""
    rng = np.random.default_rng(seed)
    entities = np.repeat(np.arange(n_entities), rng.choice([1, 2, 3], n_entities, p=[0.5, 0.33, 0.17]))
    n, effect = len(entities), rng.normal(size=n_entities)
    X = rng.normal(size=(n, columns))
    X[:, 0] += effect[entities]
    y = 0.5 * X[:, 0] - 0.2 * X[:, 1] + effect[entities] + rng.normal(size=n)
    order = rng.permutation(n)
    return {"y": y[order], "X": X[order], "entities": entities[order], "periods": rng.permutation(n)}


@pytest.mark.parametrize("weighted", [False, True])
def test_many_small_entities_equal_explicit_dummies_and_are_fast(weighted):
    given = _children()
    weights = np.random.default_rng(1).gamma(2, size=len(given["y"])) if weighted else None
    start = time.process_time()
    whole = within(**given, weights=weights)
    assert time.process_time() - start < 1.0     # about 0.1 s; a loop over entities takes seconds
    assert whole.n == 24_897 and len(whole.entity_sizes) == 15_000
    few = given["entities"] < 400
    part = {name: values[few] for name, values in given.items()}
    weights = None if weights is None else weights[few]
    fit = within(**part, weights=weights)
    design = np.column_stack([part["X"], np.eye(400)[part["entities"]]])
    root = np.ones(len(design)) if weights is None else np.sqrt(weights)
    expected, squares, _, _ = np.linalg.lstsq(root[:, None] * design, root * part["y"], rcond=None)
    assert fit.coefficients == pytest.approx(expected[:30], rel=1e-9)
    assert fit.residuals == pytest.approx(part["y"] - design @ expected, abs=1e-10)
    variance = squares[0] / (len(design) - 430) * np.linalg.inv((root[:, None] * design).T @ (root[:, None] * design))
    assert fit.covariance == pytest.approx(variance[:30, :30], rel=1e-8, abs=1e-12)


def test_known_truth_of_many_small_entities():
    given = _children(seed=12)
    fixed = within(**given)
    found = (fixed.coefficients[:2] - [0.5, -0.2]) / np.sqrt(np.diag(fixed.covariance)[:2])
    assert np.abs(found).max() < 3     # three standard errors
    biased = pooling(**given)          # x1 goes with the effects: cov 1 / variance 2 = 0.5 too much
    assert biased.coefficient("x0") == pytest.approx(1.0, abs=5 * biased.standard_error("x0"))
    random = random_effects(**given)
    assert 0.5 + 5 * random.standard_error("x0") < random.coefficient("x0") < biased.coefficient("x0")


def test_random_effects_recover_their_components():
    rng = np.random.default_rng(13)
    entities = np.repeat(np.arange(4000), rng.choice([1, 2, 3], 4000))
    X = np.column_stack([np.ones(len(entities)), rng.normal(size=len(entities))])
    y = X @ [1, 0.5] + np.sqrt(0.5) * rng.normal(size=4000)[entities] + rng.normal(size=len(entities))
    fit = random_effects(y, X, entities)
    # About 4,000 degrees of freedom within and between: standard errors near (2/4000)^1/2 = 2.2% of 1 and of 1 + 2 x
    # 0.5, so 0.02 and 0.03; four of them.
    assert fit.components.idiosyncratic == pytest.approx(1, abs=0.09)
    assert fit.components.entity == pytest.approx(0.5, abs=0.12)
    assert np.abs((fit.coefficients - [1, 0.5]) / np.sqrt(np.diag(fit.covariance))).max() < 3


def test_random_effects_equal_linearmodels(castle):
    given = arguments(thinned(castle), constant=True)
    index = pd.MultiIndex.from_arrays([given["entities"], given["periods"]])
    theirs = RandomEffects(given["y"].set_axis(index), given["X"].set_axis(index)).fit(small_sample=True)
    fit = random_effects(**given)
    assert fit.coefficients == pytest.approx(theirs.params.to_numpy(), rel=EXACT)
    assert fit.covariance == pytest.approx(theirs.cov.to_numpy(), rel=1e-10)


def test_pooling_is_least_squares(castle):
    given = arguments(castle, constant=True)
    fit = pooling(**given, weights=castle["popwt"])
    expected = clustered.fit(given["y"], given["X"], castle["sid"], weights=castle["popwt"])
    assert fit.coefficients == pytest.approx(expected.coefficients, rel=1e-10)


def test_order_scale_of_weights_and_rows_of_weight_nought_do_not_matter(castle):
    given = arguments(thinned(castle), constant=False)
    weights = np.random.default_rng(2).gamma(2, size=360)
    weights[::7] = 0
    once = within(**given, weights=weights)
    assert once.n == np.count_nonzero(weights) and list(once.rows.kept[:3]) == [1, 2, 3]
    order = np.random.default_rng(3).permutation(360)
    again = within(**{name: values.iloc[order] for name, values in given.items()}, weights=1000 * weights[order])
    assert again.coefficients == pytest.approx(once.coefficients, rel=1e-10)
    assert again.covariance == pytest.approx(once.covariance, rel=1e-10)
    some = weights > 0
    without = within(**{name: values[some] for name, values in given.items()}, weights=weights[some])
    assert without.coefficients == pytest.approx(once.coefficients, rel=1e-13)


def test_a_far_away_origin_does_not_matter(castle):
    given = arguments(castle, constant=False)
    moved = {**given, "X": given["X"] + 1e5, "y": given["y"] + 1e5}
    assert within(**moved).coefficients == pytest.approx(within(**given).coefficients, rel=1e-8)


def test_columns_without_variation_are_named_or_left_out(castle):
    given = arguments(castle, constant=True)
    X = given["X"].assign(big=1e6 + castle["sid"] % 3, twice=2 * castle["post"])
    with pytest.raises(DataError, match=r"constant inside.*\(Intercept\).*big"):
        within(**{**given, "X": X})
    with pytest.raises(DataError, match="depend linearly.*twice"):
        within(**{**given, "X": X.drop(columns=["(Intercept)", "big"])})
    fit = within(**{**given, "X": X}, drop_collinear=True)
    assert fit.dropped == ("(Intercept)", "big", "twice") and fit.names == tuple(SLOPES)
    with pytest.raises(DataError, match="left out"):
        fit.coefficient("big")
    both = within(**{**given, "X": X.assign(trend=castle["year"])}, effects="two-way", drop_collinear=True)
    assert "trend" in both.dropped     # the period effects absorb it
    pooled = pooling(**{**given, "X": X}, drop_collinear=True)
    assert pooled.dropped == ("twice",)


def test_no_effects_give_pooling():
    # Means of entities less spread than chance: the component is negative and becomes nought, theta with it.
    y, X = np.array([1, -1, 2, -2, 3, -3.0]), np.ones((6, 1))
    fit = random_effects(y, X, list("aabbcc"), names=["mean"])
    assert fit.components.entity == 0 and not fit.theta.any()
    assert fit.covariance == pytest.approx(pooling(y, X, list("aabbcc")).covariance)


def test_inputs_stay_as_they_were(castle):
    given = arguments(castle, constant=False)
    before = {name: values.copy() for name, values in given.items()}
    within(**given, effects="two-way")
    random_effects(**given)
    for name, values in given.items():
        assert values.equals(before[name])


@pytest.mark.parametrize(("estimator", "changes", "said"), [
    (within, {"y": [1, 2, np.nan, 4, 5, 6]}, "row 2, column outcome"),
    (within, {"X": np.array([[1.0], [2], [np.inf], [4], [5], [7]])}, "row 2, column x0"),
    (within, {"entities": ["a", None, "b", "b", "c", "c"]}, "entity missing"),
    (within, {"periods": [1, 2, np.nan, 2, 1, 2]}, "period missing"),
    (within, {"entities": list("abc")}, "same number of rows"),
    (within, {"weights": [1, 1, 1, 1, 1, -1]}, "no negative weight"),
    (within, {"weights": [0] * 6}, "one above 0"),
    (within, {"names": ["a", "b"]}, "2 columns"),
    (within, {"effects": "time"}, "entity or two-way"),
    (within, {"effects": "two-way"}, "period of every row"),
    (within, {"entities": list("abcdef")}, "constant inside entities"),
    (within, {"y": [1, 2], "X": [[1.0], [2.0]], "entities": ["a", "a"]}, "no row to spare"),
    (within, {"X": np.ones((6, 1)), "drop_collinear": True}, "varies inside"),
    (random_effects, {"entities": list("abcdef")}, "residual degrees of freedom"),
    (random_effects, {"effects": "two-way", "periods": [1, 2, 1, 3, 1, 2]}, "balanced panel"),
    (random_effects, {"effects": "two-way", "periods": [1, 2, 1, 1, 1, 2]}, "balanced panel"),
    (pooling, {"y": [1.0], "X": [[1.0]], "entities": ["a"]}, "no row to spare"),
])
def test_bad_input_is_named(estimator, changes, said):
    good = {"y": [1.0, 2, 4, 3, 6, 6], "X": np.array([[1.0], [2], [3], [4], [5], [7]]), "entities": list("aabbcc")}
    with pytest.raises(DataError, match=said):
        estimator(**(good | changes))


def test_two_way_effects_of_dates_are_refused():
    given = _children(n_entities=300, columns=2)
    with pytest.raises(DataError, match="at most 300 periods"):
        within(**given, effects="two-way")
