"""Many outcomes on one design: against fitting each by `clustered.fit`, to rounding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.repeated_outcomes import Moments, fixed_design

EXACT = 1e-10     # relative; both are direct least squares in double precision
METHODS = {"CR1": lambda fit, name: fit.cr1(name), "CR1 clusters": lambda fit, name: fit.cr1(name, factor="clusters"),
           "CR2": lambda fit, name: fit.cr2(name), "CR3": lambda fit, name: fit.cr3(name)}


def data(seed=2, n=600, n_clusters=12, runs=7):
    """A design with unbalanced clusters, weights that differ and some of nought, a year (badly conditioned beside the
    constant) and a column that depends on others; outcomes with cluster shocks."""
    rng = np.random.default_rng(seed)
    clusters = np.sort(rng.choice(n_clusters, n, p=rng.dirichlet(np.full(n_clusters, 5.0))))[rng.permutation(n)]
    after, pilot = rng.integers(0, 2, n).astype(float), (clusters < 4).astype(float)
    X = pd.DataFrame({"constant": 1.0, "after": after, "pilot": pilot, "effect": after * pilot,
                      "age": rng.normal(10, 4, n), "year": rng.integers(2010, 2018, n).astype(float)})
    X = X.assign(doubled=2 * X["age"] - X["pilot"])
    w = rng.gamma(2, size=n) * (rng.random(n) > 0.1)
    Y = rng.normal(size=(n, runs)) + rng.normal(size=(n_clusters, runs))[clusters] + 0.2 * X[["age"]].to_numpy()
    return X, Y, clusters, w


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("contrast", ["effect", {"effect": 1.0, "age": -2.0}])
def test_equal_to_fitting_one_by_one(contrast, weighted):
    X, Y, clusters, w = data()
    w = w if weighted else None
    fits = [clustered.fit(y, X, clusters, weights=w, drop_collinear=True) for y in Y.T]
    assert fits[0].dropped == ("doubled",)
    design = fixed_design(fits[3], X, clusters, contrast, weights=w)
    found = design.fits(design.moments(Y))
    for kind, method in METHODS.items():
        expected = [method(fit, contrast) for fit in fits]
        low, high = found.bounds(kind)
        for name, values in (("estimate", found.estimates), ("se", found.standard_errors(kind)), ("low", low),
                             ("high", high), ("p", found.p(kind)), ("df", np.full(7, found.df(kind)))):
            np.testing.assert_allclose(values, [getattr(item, name) for item in expected], rtol=EXACT, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n_clusters=st.integers(6, 15), n=st.integers(60, 300), weighted=st.booleans())
def test_equal_whatever_the_design(seed, n_clusters, n, weighted):
    """Clusters of any size, a regressor of clusters and one of rows. With fewer than six clusters one may hold nearly
    all that is known of a coefficient; B_g is then nearly singular and neither computation has ten digits."""
    rng = np.random.default_rng(seed)
    clusters = np.append(np.tile(np.arange(n_clusters), 4), rng.integers(0, n_clusters, n))
    X = np.column_stack([np.ones(len(clusters)), rng.normal(size=n_clusters)[clusters], rng.normal(size=len(clusters))])
    w = rng.gamma(0.5, size=len(clusters)) if weighted else None
    Y = rng.normal(size=(len(clusters), 2)) + rng.normal(size=(n_clusters, 2))[clusters]
    fits = [clustered.fit(y, X, clusters, weights=w) for y in Y.T]
    design = fixed_design(fits[0], X, clusters, "x1", weights=w)
    found = design.fits(design.moments(Y))
    for kind in METHODS:
        expected = [METHODS[kind](fit, "x1") for fit in fits]
        np.testing.assert_allclose(found.standard_errors(kind), [item.se for item in expected], rtol=1e-8)
        np.testing.assert_allclose(found.df(kind), expected[0].df, rtol=1e-8)


def test_equal_with_a_dummy_for_every_cluster():
    """Here B_g is singular and its root a pseudo-inverse; few rows a cluster, fewer than columns."""
    X, Y, clusters, w = data(n=60)
    X = pd.concat([X[["effect", "after", "age"]], pd.get_dummies(clusters, prefix="c", dtype=float)], axis=1)
    w = w + 0.1
    fits = [clustered.fit(y, X, clusters, weights=w) for y in Y.T]
    design = fixed_design(fits[0], X, clusters, "effect", weights=w)
    found = design.fits(design.moments(Y))
    for kind in ("CR1", "CR2", "CR3"):
        np.testing.assert_allclose(found.standard_errors(kind), [METHODS[kind](fit, "effect").se for fit in fits],
                                   rtol=1e-9)     # B_g is singular but for rounding, and its root loses digits
        assert found.df(kind) == pytest.approx(METHODS[kind](fits[0], "effect").df, rel=1e-9)


def test_blocks_of_outcomes_joined_are_all_of_them():
    X, Y, clusters, w = data()
    fit = clustered.fit(Y[:, 0], X, clusters, weights=w, drop_collinear=True)
    design = fixed_design(fit, X, clusters, "effect", weights=w)
    joined = Moments.joined([design.moments(Y[:, :3]), design.moments(Y[:, 3]), design.moments(Y[:, 4:])])
    whole = design.fits(design.moments(Y))
    np.testing.assert_allclose(design.fits(joined).standard_errors("CR2"), whole.standard_errors("CR2"), rtol=1e-12)


def test_an_added_effect_moves_the_estimate_alone():
    X, Y, clusters, w = data()
    fit = clustered.fit(Y[:, 0], X, clusters, weights=w, drop_collinear=True)
    design = fixed_design(fit, X, clusters, "effect", weights=w)
    null, added = (design.fits(design.moments(y)) for y in (Y, Y + 1.7 * X[["effect"]].to_numpy()))
    moved = null.shifted(1.7, "effect")
    for kind in METHODS:
        for found in (added, moved):
            np.testing.assert_allclose(found.estimates, null.estimates + 1.7, rtol=EXACT)
            np.testing.assert_allclose(found.standard_errors(kind), null.standard_errors(kind), rtol=EXACT)
            np.testing.assert_allclose(found.p(kind), null.p(kind, null=-1.7), rtol=1e-8)


def test_other_degrees_of_freedom_and_hypotheses():
    X, Y, clusters, w = data()
    fit = clustered.fit(Y[:, 0], X, clusters, weights=w, drop_collinear=True)
    design = fixed_design(fit, X, clusters, "effect", weights=w)
    found = design.fits(design.moments(Y))
    low, high = found.bounds("CR1 clusters", df=580)
    # The ends of a 95% interval are the hypotheses with p = 0.05.
    np.testing.assert_allclose(found.p("CR1 clusters", null=low, df=580), 0.05, rtol=1e-9)
    np.testing.assert_allclose(found.p("CR1 clusters", null=high, df=580), 0.05, rtol=1e-9)
    assert ((high - low) < np.subtract(*found.bounds("CR1 clusters")[::-1])).all()


def test_rows_that_are_not_those_of_the_fit_are_refused():
    X, Y, clusters, w = data()
    fit = clustered.fit(Y[:, 0], X, clusters, weights=w, drop_collinear=True)
    for change in ({"weights": None}, {"X": X.assign(age=X["age"] + X["after"])}, {"clusters": np.roll(clusters, 1)},
                   {"X": X[:-1]}, {"X": X.iloc[:, :3].to_numpy()}):
        arguments = {"X": X, "clusters": clusters, "weights": w} | change
        with pytest.raises(DataError, match="fixed design"):
            fixed_design(fit, contrast="effect", **arguments)


def test_bad_outcomes_and_kinds_are_refused():
    X, Y, clusters, w = data()
    fit = clustered.fit(Y[:, 0], X, clusters, weights=w, drop_collinear=True)
    design = fixed_design(fit, X, clusters, "effect", weights=w)
    with pytest.raises(DataError, match="600 rows"):
        design.moments(Y[:-1])
    Y[np.flatnonzero(w)[0], 1] = np.nan
    with pytest.raises(DataError, match="finite"):
        design.moments(Y)
    Y[:, 1] = 3 + 2 * X["effect"]
    found = design.fits(design.moments(Y))
    with pytest.raises(DataError, match="row 1: CR2: no variance"):
        found.standard_errors("CR2")
    with pytest.raises(DataError, match="CR1, CR1 clusters, CR2, CR3"):
        found.standard_errors("CR9")


def test_cr3_is_refused_where_one_cluster_alone_identifies_the_effect():
    X, Y, clusters, w = data()
    X = X.assign(effect=X["after"] * (clusters == 2))
    fit = clustered.fit(Y[:, 0], X, clusters, weights=w, drop_collinear=True)
    design = fixed_design(fit, X, clusters, "effect", weights=w)
    with pytest.raises(DataError, match="without cluster 2"):
        design.fits(design.moments(Y)).standard_errors("CR3")


def test_size_of_the_tests_under_a_true_null():
    """27 clusters, 9 treated, sizes from 8 to 40, random change of every cluster, nothing planted; 4,000 runs: standard
    error of 5% is sqrt(.05 x .95 / 4000) = 0.34 points, so CR2 at 5% +- 1.4 at four of them. CR1, t(G - 1), is above
    that band, which is why it is no headline."""
    rng = np.random.default_rng(12)
    clusters = np.repeat(np.arange(27), rng.integers(4, 21, 27) * 2)
    after, pilot = np.arange(len(clusters)) % 2.0, (clusters < 9).astype(float)
    X = np.column_stack([np.ones(len(clusters)), after, pilot, after * pilot])
    Y = rng.normal(size=(len(clusters), 4000)) + after[:, None] * rng.normal(0, 0.5, (27, 4000))[clusters]
    fit = clustered.fit(Y[:, 0], X, clusters, names=["constant", "after", "pilot", "effect"])
    design = fixed_design(fit, X, clusters, "effect")
    found = design.fits(design.moments(Y))
    rejected = {kind: (found.p(kind) <= 0.05).mean() for kind in METHODS}
    assert abs(rejected["CR2"] - 0.05) < 0.014
    assert rejected["CR1"] > 0.05 + 0.014
