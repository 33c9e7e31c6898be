"""Factors of clusters longer than a block, in any order of rows, and with weights of every kind."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods import cluster_statistics as module
from analysis.methods import clustered
from analysis.methods.cluster_statistics import cluster_statistics


def _data(seed=4, n=700, n_clusters=5, p=4):
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, p - 1)) * [1, 1000, 0.01]])
    return rng.normal(size=n), X, rng.integers(0, n_clusters, n), rng.gamma(2, size=n)


def _products(y, X, clusters, w):
    """[X, WX, y]'[X, WX, y] and [X, y]'W[X, y] of every cluster, weights over their mean."""
    w = w / w.mean()
    spans = [np.column_stack([X, w[:, None] * X, y])[clusters == g] for g in np.unique(clusters)]
    roots = [(np.sqrt(w)[:, None] * np.column_stack([X, y]))[clusters == g] for g in np.unique(clusters)]
    return [s.T @ s for s in spans], [r.T @ r for r in roots]


@pytest.mark.parametrize("block", [1, 20, 60, 1000])
@pytest.mark.parametrize("order", ["C", "F"])
def test_factors_have_the_cross_products_of_the_rows_for_any_block(monkeypatch, block, order):
    monkeypatch.setattr(module, "BLOCK", block)      # about 140 rows a cluster: up to 14 blocks of 10
    y, X, clusters, w = _data()
    found = cluster_statistics(y, np.asarray(X, order=order), clusters, weights=w)
    spans, roots = _products(y, X, clusters, w)
    for g in range(5):
        assert found.roots[g].shape == (5, 5) and found.spans[g].shape == (9, 9)
        for factor, expected in ((found.spans[g], spans[g]), (found.roots[g], roots[g])):
            scale = np.sqrt(np.outer(np.diagonal(expected), np.diagonal(expected)))
            assert np.abs(factor.T @ factor - expected).max() <= 1e-12 * scale.max()
            assert (np.abs(factor.T @ factor - expected) <= 1e-12 * scale).all()


def test_the_order_of_rows_and_their_blocks_change_rounding_alone(monkeypatch):
    y, X, clusters, w = _data()
    whole = clustered.fit(y, X, clusters, weights=w)
    order = np.argsort(clusters, kind="stable")
    monkeypatch.setattr(module, "BLOCK", 30)
    parts = clustered.fit(y, X, clusters, weights=w)
    sorted_rows = clustered.fit(y[order], X[order], clusters[order], weights=w[order])
    for kind in ("cr1", "cr2", "cr3"):
        expected = getattr(whole, kind)("x1")
        for other in (parts, sorted_rows):
            found = getattr(other, kind)("x1")
            assert (found.estimate, found.se, found.df) == pytest.approx(
                (expected.estimate, expected.se, expected.df), rel=1e-12)
    # Rows that stand together are read in place, in the same order: the same to the last bit.
    unsorted, in_order = cluster_statistics(y, X, clusters), cluster_statistics(y[order], X[order], clusters[order])
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(unsorted.roots, in_order.roots, strict=True))


def test_over_blocks_the_condition_of_the_design_enters_once(monkeypatch):
    """A column of 1 +- 0.00001 beside the constant: condition 10^5, which cross-products would make 10^10. The estimate
    is good to 10^5 x 10^-16; 1e-9 leaves room for 700 rows, and cross-products miss it by far (1e-6 or so)."""
    monkeypatch.setattr(module, "BLOCK", 25)
    y, X, clusters, w = _data()
    near = np.column_stack([X[:, 0], 1 + 1e-5 * X[:, 1]])
    for kind in ("cr1", "cr2", "cr3"):
        good = getattr(clustered.fit(y, X[:, :2], clusters, weights=w), kind)("x1")
        bad = getattr(clustered.fit(y, near, clusters, weights=w), kind)("x1")
        found = bad.estimate * 1e-5, bad.se * 1e-5, bad.df
        assert found == pytest.approx((good.estimate, good.se, good.df), rel=1e-9)


def test_a_cluster_of_equal_weights_has_the_same_inference_from_a_smaller_factor():
    y, X, clusters, w = _data()
    w = np.where(clusters == 2, 1.7, w)
    nearly = w * np.where(clusters == 2, 1 + 1e-13 * np.arange(len(w)) / len(w), 1.0)
    same, other = (cluster_statistics(y, X, clusters, weights=weights) for weights in (w, nearly))
    assert same.spans[2].shape == (5, 9) and other.spans[2].shape == (9, 9)
    for kind in ("cr1", "cr2", "cr3"):
        found, expected = (getattr(clustered.fit_statistics(s), kind)("x2") for s in (same, other))
        assert (found.estimate, found.se, found.df) == pytest.approx((expected.estimate, expected.se, expected.df),
                                                                     rel=1e-10)


@pytest.mark.parametrize("together", [True, False])
def test_rows_of_equal_weight_are_factored_before_they_are_weighted(monkeypatch, together):
    """700 rows in 5 clusters at 3 weights, 46 or so a weight: more than 2 x 5 columns, so each has a factor first;
    with the limit out of reach the rows are weighted one by one, which must give the same products."""
    y, X, clusters, _ = _data()
    w = np.array([0.5, 1.0, 4.0])[np.arange(700) % 3]
    if together:
        order = np.argsort(clusters, kind="stable")
        y, X, clusters, w = y[order], X[order], clusters[order], w[order]
    found = cluster_statistics(y, X, clusters, weights=w)
    used = []
    monkeypatch.setattr(module, "FEW_LEVELS", 1e9)
    monkeypatch.setattr(module, "_factor", lambda *arguments: used.append(arguments))
    expected = cluster_statistics(y, X, clusters, weights=w)
    assert not used
    for g, (spans, roots) in enumerate(zip(*_products(y, X, clusters, w), strict=True)):
        for factors, products in ((found.spans, spans), (found.roots, roots), (expected.spans, spans)):
            scale = np.sqrt(np.outer(np.diagonal(products), np.diagonal(products)))
            assert (np.abs(factors[g].T @ factors[g] - products) <= 1e-12 * scale).all()


def test_rows_of_weight_nought_and_clusters_of_nothing_else_are_left_out():
    y, X, clusters, w = _data()
    w = np.where((clusters == 3) | (np.arange(len(w)) % 2 == 0), 0.0, w)
    found = cluster_statistics(y, X, clusters, weights=w)
    kept = w > 0
    expected = cluster_statistics(y[kept], X[kept], clusters[kept], weights=w[kept])
    assert found.labels == expected.labels == (0, 1, 2, 4) and found.n == kept.sum()
    for mine, theirs in zip((*found.roots, *found.spans), (*expected.roots, *expected.spans), strict=True):
        assert np.array_equal(mine, theirs)


def test_few_rows_stand_for_themselves():
    found = cluster_statistics([1.0, 2, 3, 5], [[1.0, 0], [1, 1], [1, 2], [1, 3]], [0, 0, 1, 1], weights=[1, 4, 1, 1])
    # Weights over their mean 7/4: 4/7, 16/7, 4/7, 4/7.
    assert found.roots[0] == pytest.approx(np.sqrt([[4 / 7], [16 / 7]]) * [[1, 0, 1], [1, 1, 2]])
    assert found.spans[0] == pytest.approx(np.array([[1, 0, 4 / 7, 0, 1], [1, 1, 16 / 7, 16 / 7, 2]]))


def test_large_values_are_no_missing_ones_and_missing_ones_are_found_among_large():
    X = np.full((4, 2), 1e308)                       # their sum is infinite
    X[:, 1] = [1, 2, 4, 3]
    assert cluster_statistics([1.0, 2, 3, 4], X, [0, 1, 2, 3]).n == 4
    X[2, 0] = np.nan
    with pytest.raises(DataError, match="row 2, column x0"):
        cluster_statistics([1.0, 2, 3, 4], X, [0, 1, 2, 3])
