"""Serial correlation: by hand, against R's plm (balanced and unbalanced) and statsmodels, size under a true null."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.diagnostic import acorr_breusch_godfrey

from analysis.errors import DataError
from analysis.methods.panel import pooling, within
from analysis.methods.serial_correlation import breusch_godfrey, lagged_residuals, wooldridge_ar
from tests.methods.panel_cases import arguments, check, rejections, thinned


@pytest.mark.parametrize("order", [1, 2, None])
@pytest.mark.parametrize("model", ["within", "random"])
def test_breusch_godfrey_equals_pbgtest(balanced, plm, model, order):
    test = breusch_godfrey(balanced[model], order, across_entities=True)
    check(test, plm[f"pbgtest_{model}_order{order or 'default'}"])


def test_breusch_godfrey_as_f_equals_pbgtest(balanced, plm):
    check(breusch_godfrey(balanced["within"], 1, statistic="F", across_entities=True), plm["pbgtest_within_F1"])


# R 4.2.2, plm 2.6.2: pbgtest of pooling models, and of all three on panel_cases.thinned.
@pytest.mark.parametrize(("panel", "model", "order", "statistic", "expected"), [
    ("balanced", "pooling", 1, "chi2", {"chisq": 280.073687606813, "df": 1, "p": 7.23666285017462e-63}),
    ("balanced", "pooling", 2, "chi2", {"chisq": 288.090834058367, "df": 2, "p": 2.76611505747853e-63}),
    ("unbalanced", "within", 1, "chi2", {"chisq": 7.12329110785391, "df": 1, "p": 0.00760889033658927}),
    ("unbalanced", "random", 1, "chi2", {"chisq": 32.1021651410557, "df": 1, "p": 1.46274206610329e-08}),
    ("unbalanced", "pooling", 1, "chi2", {"chisq": 157.854186036447, "df": 1, "p": 3.33044349858323e-36}),
    ("unbalanced", "pooling", None, "chi2", {"chisq": 157.854186036447, "df": 1, "p": 3.33044349858323e-36}),
    ("unbalanced", "pooling", 2, "F", {"F": 142.869894726962, "df": [2, 353], "p": 3.4878247419171e-46}),
])
def test_breusch_godfrey_of_other_models_equals_pbgtest(request, panel, model, order, statistic, expected):
    fit = request.getfixturevalue(panel)[model]
    check(breusch_godfrey(fit, order, statistic=statistic, across_entities=True), expected)


def test_breusch_godfrey_of_one_entity_equals_statsmodels():
    rng = np.random.default_rng(4)
    X, y = sm.add_constant(rng.normal(size=(40, 2))), rng.normal(size=40).cumsum()
    lm, lm_p, f, f_p = acorr_breusch_godfrey(sm.OLS(y, X).fit(), nlags=3, result_object=False)
    fit = pooling(y, X, np.zeros(40))
    for across in (False, True):
        chi2, as_f = (breusch_godfrey(fit, 3, statistic=s, across_entities=across) for s in ("chi2", "F"))
        assert (chi2.statistic, chi2.p) == pytest.approx((lm, lm_p), rel=1e-10)
        assert (as_f.statistic, as_f.p) == pytest.approx((f, f_p), rel=1e-10)


def test_breusch_godfrey_by_hand():
    # A constant alone, entities a: 1, 2, b: -1, -2, mean nought: e = y. Lags inside entities: 0, 1, 0, -1. The lag is
    # not centred but its mean is nought: slope (2 + 2) / 2 = 2, explained 4 x 2 = 8 of 1 + 4 + 1 + 4 = 10: 4 x 8/10.
    fit = pooling([1, 2, -1, -2], np.ones((4, 1)), list("aabb"))
    test = breusch_godfrey(fit, 1)
    assert test.statistic == pytest.approx(3.2, rel=1e-13)
    # F: 8 / (2 / (4 - 1 - 1)) = 8 on 1 and 2.
    assert breusch_godfrey(fit, 1, statistic="F").statistic == pytest.approx(8, rel=1e-13)
    # Stacked, b's first row has a's last as lag: 0, 1, 2, -1, mean 1/2, squares 6 - 4/4 = 5, products 2 - 2 + 2 = 2:
    # explained 4/5: 4 x 0.8/10.
    assert breusch_godfrey(fit, 1, across_entities=True).statistic == pytest.approx(0.32, rel=1e-13)


def test_lags_follow_periods_inside_entities():
    # Rows of a in the order 3rd, 1st, 2nd.
    fit = pooling([3.0, 1, 2, -6], np.ones((4, 1)), list("aaab"), periods=["2019-03", "2019-01", "2019-02", "2018-01"])
    assert lagged_residuals(fit, 2).tolist() == [[2, 1], [0, 0], [1, 0], [0, 0]]
    assert lagged_residuals(fit, 2, across_entities=True).tolist() == [[2, 1], [0, 0], [1, 0], [3, 2]]


def test_stacked_lags_depend_on_the_order_of_entities(unbalanced, castle):
    given = arguments(thinned(castle), constant=True)
    turned = pooling(**{**given, "entities": -given["entities"]})
    one, other = breusch_godfrey(unbalanced["pooling"], 1), breusch_godfrey(turned, 1)
    assert one.statistic == pytest.approx(other.statistic, rel=1e-12)
    stacked = [breusch_godfrey(fit, 1, across_entities=True).statistic for fit in (unbalanced["pooling"], turned)]
    assert abs(stacked[0] / stacked[1] - 1) > 0.001     # 157.9 and 158.3


def test_wooldridge_equals_pwartest(balanced, plm):
    check(wooldridge_ar(balanced["within"]), plm["pwartest"])


def test_wooldridge_by_hand():
    # Only d varies in x, and its y does not, so the coefficient is 0 and the residuals are y itself. Entities of three,
    # T - 1 = 2, pairs (lag, now + lag/2): a = 2, -1, -1: (2, 0), (-1, -3/2); b = -1, 2, -1: (-1, 3/2), (2, 0);
    # c = 3, -3, 0: (3, -3/2), (-3, -3/2); d, two rows, says nothing. Sums 2 and -3, means 1/3 and -1/2.
    # Sxx = 4 + 1 + 1 + 4 + 9 + 9 - 6/9 = 82/3; Sxy = 3/2 - 3/2 - 9/2 + 9/2 + 1 = 1: slope 3/82.
    # (lag - 1/3) times (now + lag/2 + 1/2 - 3/82 (lag - 1/3)), summed by entity:
    # a: 5/3 (1/2 - 5/82) - 4/3 (-1 + 4/82); b: -4/3 (2 + 4/82) + 5/3 (1/2 - 5/82);
    # c: 8/3 (-1 - 8/82) - 10/3 (-1 + 10/82). F = slope^2 Sxx^2 / (their squares) = 1 / (a^2 + b^2 + c^2).
    y = np.array([2, -1, -1, -1, 2, -1, 3, -3, 0, 0, 0.0])
    fit = within(y, np.append(np.zeros(9), [1, -1])[:, None], list("aaabbbcccdd"))
    a = 5 / 3 * (1 / 2 - 5 / 82) - 4 / 3 * (-1 + 4 / 82)
    b = -4 / 3 * (2 + 4 / 82) + 5 / 3 * (1 / 2 - 5 / 82)
    c = 8 / 3 * (-1 - 8 / 82) - 10 / 3 * (-1 + 10 / 82)
    test = wooldridge_ar(fit)
    assert test.statistic == pytest.approx(1 / (a**2 + b**2 + c**2), rel=1e-12)
    assert (test.df, test.df_denominator) == (1, 4)


def test_wooldridge_on_unequal_entities_by_hand():
    # a: 3, 1, -4 (T - 1 = 2), b: 2, 2, -2, -2 (T - 1 = 3), c: 1, 0, -1 (T - 1 = 2). Pairs (lag x, now + x/(T-1)):
    # a (3, 5/2), (1, -7/2); b (2, 8/3), (2, -4/3), (-2, -8/3); c (1, 1/2), (0, -1). The rest by numpy.
    y = np.array([3, 1, -4, 2, 2, -2, -2, 1, 0, -1.0])
    fit = within(np.append(y, [0, 0]), np.append(np.zeros(10), [1, -1])[:, None], list("aaabbbbcccdd"))
    x, now = np.array([3, 1, 2, 2, -2, 1, 0.0]), np.array([5 / 2, -7 / 2, 8 / 3, -4 / 3, -8 / 3, 1 / 2, -1])
    X = np.column_stack([np.ones(7), x])
    M = np.linalg.inv(X.T @ X)
    b = M @ X.T @ now
    scores = X * (now - X @ b)[:, None]
    V = M @ sum(np.outer(s, s) for s in (scores[part].sum(axis=0) for part in
                                          (slice(0, 2), slice(2, 5), slice(5, 7)))) @ M
    assert wooldridge_ar(fit).statistic == pytest.approx(b[1] ** 2 / V[1, 1], rel=1e-10)


def test_sizes_under_a_true_null_and_power():
    """300 runs: 5% +- 3.8 points at three Monte Carlo standard errors; with rho 0.4 nearly every run rejects."""
    band = pytest.approx(0.05, abs=0.038)
    assert rejections(300, lambda data: wooldridge_ar(within(**data, drop_collinear=True)).p) == band
    assert rejections(300, lambda data: breusch_godfrey(pooling(**data)).p, effects=0.0) == band
    assert rejections(30, lambda data: wooldridge_ar(within(**data, drop_collinear=True)).p, rho=0.4) > 0.9
    assert rejections(30, lambda data: breusch_godfrey(pooling(**data)).p, rho=0.4, effects=0.0) > 0.9
    # What the docstring warns of: within residuals of short panels, and effects in a pooling model.
    assert rejections(30, lambda data: breusch_godfrey(within(**data, drop_collinear=True), 1).p) > 0.9
    assert rejections(30, lambda data: breusch_godfrey(pooling(**data), 1).p) > 0.9


def test_what_has_no_answer_is_refused(balanced, castle):
    pooled, given = balanced["pooling"], arguments(castle, constant=True)
    early = {name: values[castle["year"] < 2002] for name, values in arguments(castle, constant=False).items()}
    for call, said in [
        (lambda: breusch_godfrey(pooling(**given, weights=castle["popwt"])), "without weights"),
        (lambda: breusch_godfrey(pooling(**{**given, "y": given["X"]["poverty"]})), "fits exactly"),
        (lambda: breusch_godfrey(pooled, 0), "1 or more"),
        (lambda: breusch_godfrey(pooled, 11), "lag 11"),
        (lambda: breusch_godfrey(pooled, 1, statistic="t"), "chi2 or F"),
        (lambda: breusch_godfrey(pooling(**{**given, "periods": castle["year"] // 2}), 1), "share a period"),
        (lambda: wooldridge_ar(pooled), "a within model"),
        (lambda: wooldridge_ar(within(**early, drop_collinear=True)), "three entities of three rows"),
    ]:
        with pytest.raises(DataError, match=said):
            call()
