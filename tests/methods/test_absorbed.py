"""Absorbed effects against a dummy for every entity: what is exact, and what is refused because it is not."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.absorbed import absorb

EXACT = 1e-10      # relative; achieved 1e-14


def _panel(weights, *, nested=True, seed=1):
    """60 entities of 1 to 4 rows in 9 clusters, a treatment, a covariate far from nought, year dummies."""
    rng = np.random.default_rng(seed)
    entities = np.repeat(np.arange(60), rng.integers(1, 5, 60))
    n = len(entities)
    year = rng.integers(0, 4, n)
    clusters = entities % 9 if nested else rng.integers(0, 9, n)
    X = pd.DataFrame({"treated": (clusters < 3) & (year > 1), "covariate": 2016 + 0.1 * rng.normal(size=n),
                      "year1": year == 1, "year2": year == 2, "year3": year == 3}).astype(float)
    y = X["treated"] + rng.normal(size=60)[entities] + rng.normal(size=9)[clusters] * year + rng.normal(size=n)
    w = {"none": None, "even": rng.gamma(2, size=60)[entities], "uneven": rng.gamma(2, size=n)}[weights]
    dummies = pd.DataFrame(np.eye(60)[entities]).add_prefix("entity")
    return y.to_numpy(), X, entities, clusters, w, pd.concat([X, dummies], axis=1)


def _same(ours, theirs):
    for part in ("estimate", "se", "df", "low", "high"):
        assert getattr(ours, part) == pytest.approx(getattr(theirs, part), rel=EXACT)
    assert ours.method == theirs.method


CONTRASTS = ["treated", "year3", {"year2": 1, "covariate": -0.5}]


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("weights", ["none", "even", "uneven"])
def test_cr1_and_cr3_equal_every_dummy_written_out(weights, contrast):
    y, X, entities, clusters, w, design = _panel(weights)
    absorbed, written = absorb(y, X, entities, clusters, weights=w), clustered.fit(y, design, clusters, weights=w)
    _same(absorbed.cr1(contrast), written.cr1(contrast, factor="clusters"))
    _same(absorbed.cr3(contrast), written.cr3(contrast))


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("weights", ["none", "even"])
def test_cr2_equals_every_dummy_written_out(weights, contrast):
    y, X, entities, clusters, w, design = _panel(weights)
    absorbed, written = absorb(y, X, entities, clusters, weights=w), clustered.fit(y, design, clusters, weights=w)
    _same(absorbed.cr2(contrast), written.cr2(contrast))


def test_cr2_with_weights_that_vary_inside_entities_would_differ_and_is_refused():
    y, X, entities, clusters, w, design = _panel("uneven")
    absorbed, written = absorb(y, X, entities, clusters, weights=w), clustered.fit(y, design, clusters, weights=w)
    assert abs(absorbed.fit.cr2("treated").se / written.cr2("treated").se - 1) > 0.001
    with pytest.raises(DataError, match="CR2.*equal inside entities"):
        absorbed.cr2("treated")


def test_entities_in_several_clusters():
    y, X, entities, clusters, _, design = _panel("none", nested=False)
    absorbed, written = absorb(y, X, entities, clusters), clustered.fit(y, design, clusters)
    _same(absorbed.cr1("treated"), written.cr1("treated", factor="clusters"))
    for method in ("cr2", "cr3"):
        assert abs(getattr(absorbed.fit, method)("treated").se / getattr(written, method)("treated").se - 1) > 0.01
        with pytest.raises(DataError, match=f"{method.upper()}.*inside clusters"):
            getattr(absorbed, method)("treated")
    with pytest.raises(DataError, match="nested.*inside clusters"):
        absorbed.cr1("treated", factor="nested")


def test_rows_of_weight_nought_do_not_undo_nesting():
    y, X, entities, clusters, _, _ = _panel("none")
    moved = np.where(np.arange(len(y)) == 0, 8, clusters)     # one row in another cluster, with weight nought
    w = np.where(np.arange(len(y)) == 0, 0.0, 2.0)
    absorbed = absorb(y, X, entities, moved, weights=w)
    _same(absorbed.cr2("treated"), absorb(y[1:], X[1:], entities[1:], clusters[1:]).cr2("treated"))


def test_factor_that_leaves_nested_effects_out():
    y, X, entities, clusters, _, _ = _panel("none")
    absorbed = absorb(y, X, entities, clusters)
    n = len(y)     # G/(G-1) x (n-1)/(n-p-1) with p = 5
    assert absorbed.cr1("treated", factor="nested").se == pytest.approx(
        absorbed.cr1("treated").se * np.sqrt((n - 1) / (n - 6)), rel=1e-13)
    with pytest.raises(DataError, match="clusters or nested"):
        absorbed.cr1("treated", factor="stata")


def test_counts_and_columns_left_out():
    y, X, entities, clusters, _, _ = _panel("none")
    X = X.assign(constant=1.0, twice=2 * X["treated"])
    with pytest.raises(DataError, match="constant inside entities.*constant"):
        absorb(y, X, entities, clusters)
    with pytest.raises(DataError, match="depend linearly.*twice"):
        absorb(y, X.drop(columns="constant"), entities, clusters)
    absorbed = absorb(y, X, entities, clusters, drop_collinear=True)
    assert absorbed.dropped == ("constant", "twice")
    sizes = np.bincount(entities)
    assert (absorbed.n_effects, absorbed.n_repeated) == (60, (sizes > 1).sum())
    assert absorbed.coefficient("treated") == pytest.approx(
        absorb(y, X.iloc[:, :5], entities, clusters).coefficient("treated"), rel=EXACT)
    with pytest.raises(DataError, match="constant inside entities"):
        absorb(y, X[["constant"]], entities, clusters, drop_collinear=True)


def test_many_entities_are_fast():
    rng = np.random.default_rng(2)
    entities = np.repeat(np.arange(15_000), rng.choice([1, 2, 3], 15_000, p=[0.5, 0.33, 0.17]))
    n = len(entities)
    X, y = rng.normal(size=(n, 30)), rng.normal(size=n)
    start = time.process_time()
    absorbed = absorb(y, X, entities, entities % 27, weights=rng.gamma(2, size=15_000)[entities])
    for method in (absorbed.cr1, absorbed.cr2, absorbed.cr3):
        assert method("x0").se > 0
    assert time.process_time() - start < 2.0     # about 0.4 s
