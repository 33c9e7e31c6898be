"""Clustered least squares on the castle-doctrine panel against R's fixest: two-way effects and an event study.

fixest 0.12.2's default small-sample factor for `cluster = ~ sid`: G/(G-1) x (n-1)/(n-K), where K counts the
coefficients and the year effects with one constant, but not the state effects, which are nested in the clusters
(fixef.K = "nested"); t distribution with G - 1 degrees of freedom.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.methods import clustered
from analysis.methods.absorbed import absorb

EXACT = 1e-12     # relative; achieved 1e-13 or better


@pytest.fixture(scope="module")
def fixest(reference_values):
    return json.loads((reference_values / "castle_did.json").read_text())


def _regressors(castle: pd.DataFrame, answer: str) -> pd.DataFrame:
    if answer != "eventstudy":
        return castle[["post"]].astype(float)
    # Years relative to the first treated year, less -1; states never treated (gvar 0) have no event time.
    relative = (castle["year"] - castle["gvar"]).where(castle["gvar"] > 0, -1)
    return pd.DataFrame({f"rel::{k}": (relative == k).astype(float) for k in sorted(set(relative) - {-1})})


def _dummies(castle: pd.DataFrame, column: str, *, drop_first: bool) -> pd.DataFrame:
    return pd.get_dummies(castle[column], prefix=column, drop_first=drop_first, dtype=float)


@pytest.mark.parametrize(("answer", "weight"), [("twfe", None), ("twfe_w", "popwt"), ("eventstudy", None)])
def test_dummies_written_out_equal_fixest(castle, fixest, answer, weight):
    X = _regressors(castle, answer)
    assert set(X) == set(fixest[answer])
    states, years = _dummies(castle, "sid", drop_first=False), _dummies(castle, "year", drop_first=True)
    design = pd.concat([X, states, years], axis=1)
    fit = clustered.fit(castle["l_homicide"], design, castle["sid"], weights=None if weight is None else castle[weight])
    K = X.shape[1] + castle["year"].nunique()     # coefficients, 10 year effects and the constant
    for name, expected in fixest[answer].items():
        found = fit.cr1(name, factor="clusters")
        se = found.se * np.sqrt((fit.n - 1) / (fit.n - K))
        assert found.estimate == pytest.approx(expected["Estimate"], rel=EXACT)
        assert se == pytest.approx(expected["Std. Error"], rel=EXACT)
        assert found.estimate / se == pytest.approx(expected["t value"], rel=EXACT)
        assert found.df == 49     # 50 states
        assert 2 * stats.t.sf(abs(found.estimate) / se, 49) == pytest.approx(expected["Pr(>|t|)"], rel=EXACT)


@pytest.mark.parametrize(("answer", "weight"), [("twfe", None), ("twfe_w", "popwt"), ("eventstudy", None)])
def test_absorbed_state_effects_equal_fixest(castle, fixest, answer, weight):
    X = pd.concat([_regressors(castle, answer), _dummies(castle, "year", drop_first=True)], axis=1)
    fit = absorb(castle["l_homicide"], X, castle["sid"], castle["sid"],
                 weights=None if weight is None else castle[weight])
    for name, expected in fixest[answer].items():
        found = fit.cr1(name, factor="nested")
        assert found.estimate == pytest.approx(expected["Estimate"], rel=EXACT)
        assert found.se == pytest.approx(expected["Std. Error"], rel=EXACT)
        assert found.p == pytest.approx(expected["Pr(>|t|)"], rel=EXACT)
