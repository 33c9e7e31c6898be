"""Hausman tests: against R's plm (balanced and unbalanced), by definition, size under a true null."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods.hausman import hausman, hausman_robust
from analysis.methods.panel import random_effects, within
from tests.methods.panel_cases import arguments, check, rejections


def test_hausman_equals_phtest(balanced, unbalanced, plm):
    # Neither difference of covariances is positive definite: plm gives the absolute value all the same.
    check(hausman(balanced["within"], balanced["random"], absolute=True), plm["hausman"])
    test = hausman(unbalanced["within"], unbalanced["random"], absolute=True)
    check(test, {"chisq": 77.5666895661858, "df": 4, "p": 5.70569647135561e-16})     # R 4.2.2, plm 2.6.2
    assert test.method == "Hausman, absolute value"
    with pytest.raises(DataError, match="not positive definite"):
        hausman(balanced["within"], balanced["random"])


def test_hausman_with_one_error_variance(balanced):
    fixed, random = balanced["within"], balanced["random"]
    test = hausman(fixed, random, error_variance="within")
    # By its definition: both covariances with the within model's s^2.
    d = fixed.coefficients - random.coefficients[1:]
    inner = [np.linalg.inv(fit.regressors.T @ fit.regressors) for fit in (fixed, random)]
    V = fixed.error_variance * (inner[0] - inner[1][1:, 1:])
    assert test.statistic == pytest.approx(d @ np.linalg.inv(V) @ d, rel=1e-8) and test.df == 4
    one = hausman(fixed, random, names=["poverty"])
    V = fixed.covariance[1, 1] - random.covariance[2, 2]
    assert one.statistic == pytest.approx(d[1] ** 2 / V, rel=1e-12) and one.df == 1


def test_robust_hausman_equals_phtest(balanced, plm):
    check(hausman_robust(balanced["random"]), plm["hausman_aux_robust"])


def test_robust_hausman_of_an_unbalanced_panel(unbalanced):
    # R 4.2.2: lm of quasi-demeaned y on quasi-demeaned X (the constant too) and deviations, sandwich 3.0.2's vcovCL
    # (HC0, cadjust FALSE). plm's own phtest(method = "aux") has an untransformed constant and gives 27.43.
    assert hausman_robust(unbalanced["random"]).statistic == pytest.approx(65.6497795089762, rel=1e-10)


def test_robust_hausman_with_few_clusters(balanced, castle):
    chi2 = hausman_robust(balanced["random"], clusters=castle["sid"] % 10)
    as_f = hausman_robust(balanced["random"], clusters=castle["sid"] % 10, statistic="F")
    assert as_f.statistic == pytest.approx(chi2.statistic / 4 * 9 / 10, rel=1e-12)
    assert (as_f.df, as_f.df_denominator) == (4, 9) and as_f.p > chi2.p


def test_robust_hausman_leaves_out_period_dummies(castle):
    given = arguments(castle, constant=True)
    X = pd.concat([given["X"], pd.get_dummies(castle["year"], drop_first=True, dtype=float)], axis=1)
    X.columns = X.columns.astype(str)
    assert hausman_robust(random_effects(**{**given, "X": X})).df == 4     # balanced: their deviations add nothing


@pytest.mark.slow
def test_size_and_power_of_the_hausman_tests():
    """150 runs: 5% +- 5.3 points at three Monte Carlo standard errors."""
    def p(data, form):
        random = random_effects(**data)
        if form == "robust":
            return hausman_robust(random).p
        return hausman(within(**data, drop_collinear=True), random, error_variance="within").p

    def confounded(data):
        means = pd.Series(data["X"][:, 1]).groupby(data["entities"]).transform("mean").to_numpy()
        return {**data, "y": data["y"] + means}

    for form in ("plain", "robust"):
        assert rejections(150, lambda data, form=form: p(data, form)) == pytest.approx(0.05, abs=0.053)
        assert rejections(20, lambda data, form=form: p(confounded(data), form)) > 0.9


def test_what_has_no_answer_is_refused(balanced, castle):
    fixed, random = balanced["within"], balanced["random"]
    early = {name: values[castle["year"] < 2002] for name, values in arguments(castle, constant=False).items()}
    weighted = within(**arguments(castle, constant=False), weights=castle["popwt"])
    for call, said in [
        (lambda: hausman(random, fixed), "a within and a random"),
        (lambda: hausman(within(**early, drop_collinear=True), random), "same rows"),
        (lambda: hausman(weighted, random), "without weights"),
        (lambda: hausman(fixed, random, error_variance="random"), "own or within"),
        (lambda: hausman(fixed, random, names=["income"]), "no such coefficient"),
        (lambda: hausman_robust(fixed), "random effects of entities"),
        (lambda: hausman_robust(random, clusters=castle["sid"] % 4), "more clusters"),
        (lambda: hausman_robust(random, clusters=[1, 2]), "one for each of 550 rows"),
        (lambda: hausman_robust(random, statistic="t"), "chi2 or F"),
    ]:
        with pytest.raises(DataError, match=said):
            call()
