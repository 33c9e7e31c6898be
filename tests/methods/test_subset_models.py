"""Many models on subsets of columns: by hand, against fits from the rows, and what cannot be estimated."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.subset_models import subset_effects


def _products(X, y, clusters, w):
    rows = np.column_stack([X, y])
    weighted = rows * w[:, None]
    return np.array([weighted[clusters == g].T @ rows[clusters == g] for g in np.unique(clusters)])


def test_a_mean_and_a_difference_by_hand():
    # Three clusters of one row: y = 1, 2, 6, d = 0, 0, 1. Mean 3 with scores -2, -1, 3 over n = 3: error sqrt(14)/3.
    # Beside the constant d is 6 - 1.5 = 4.5; residuals -0.5, 0.5, 0; d less its mean 1/3 has squares 2/3, so the
    # direction is (-1/3, -1/3, 2/3) / (2/3) = (-0.5, -0.5, 1): scores 0.25, -0.25, 0: error sqrt(1/8).
    X, y = np.array([[1.0, 0], [1, 0], [1, 1]]), np.array([1.0, 2, 6])
    products = _products(X, y, np.arange(3), np.ones(3))
    estimates, errors = subset_effects(products, [np.array([0]), np.array([0, 1])],
                                       np.diagonal(products.sum(axis=0)))
    assert estimates == pytest.approx([3, 4.5], rel=1e-10)
    assert errors == pytest.approx([np.sqrt(14) / 3, np.sqrt(1 / 8)], rel=1e-10)


def test_every_subset_equals_its_fit_from_the_rows():
    rng = np.random.default_rng(12)
    clusters, w = rng.integers(0, 9, 400), rng.gamma(2, size=400)
    X = np.column_stack([np.ones(400), rng.normal(size=(400, 4)) * [1, 1000, 0.01, 1]])
    y = X[:, 1] + rng.normal(size=400) + rng.normal(size=9)[clusters]
    products = _products(X, y, clusters, w)
    subsets = [np.array(subset) for subset in ([0, 1], [0, 2, 1], [3, 0, 4], [0, 1, 2, 3, 4], [2])]
    estimates, errors = subset_effects(products, subsets, np.diagonal(products.sum(axis=0)))
    for k, subset in enumerate(subsets):
        fit = clustered.fit(y, X[:, subset], clusters, weights=w, names=list(map(str, subset)))
        found = fit.cr1(str(subset[-1]), factor="clusters")          # G / (G - 1) = 9 / 8
        assert estimates[k] == pytest.approx(found.estimate, rel=1e-8)
        assert errors[k] * np.sqrt(9 / 8) == pytest.approx(found.se, rel=1e-8)


def test_a_column_of_which_nothing_is_left_takes_no_part_and_has_no_coefficient():
    rng = np.random.default_rng(2)
    clusters = np.arange(60) % 6
    X = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    X = np.column_stack([X, X[:, 0] - X[:, 1], np.zeros(60)])
    y = rng.normal(size=60)
    products = _products(X, y, clusters, np.ones(60))
    squares = np.diagonal(products.sum(axis=0))
    subsets = [np.array(subset) for subset in ([0, 1, 2], [0, 1, 4, 2], [0, 1, 3, 2], [0, 1, 3], [0, 4])]
    estimates, errors = subset_effects(products, subsets, squares)
    # A column of noughts, or one in the span of the others, changes nothing; itself it has no coefficient.
    assert estimates[[1, 2]] == pytest.approx(estimates[[0, 0]], rel=1e-8)
    assert errors[[1, 2]] == pytest.approx(errors[[0, 0]], rel=1e-8)
    assert np.isnan(estimates[3:]).all() and np.isnan(errors[3:]).all()
    # Squares a thousand million times what is left of a column: it was absorbed, rounding remains.
    estimates, _ = subset_effects(products, [np.array([0, 2])], squares * [1, 1, 2e9, 1, 1, 1])
    assert np.isnan(estimates).all()


def test_inputs_stay_as_they_were():
    products = np.array([np.eye(3)] * 2)
    squares, subset = np.full(3, 2.0), np.array([0, 1])
    subset_effects(products, [subset], squares)
    assert (products == np.eye(3)).all() and (squares == 2).all() and subset.tolist() == [0, 1]


@pytest.mark.parametrize(("products", "subsets", "squares", "said"), [
    (np.ones((2, 2, 3)), [[0]], np.ones(2), "cross-products"),
    (np.array([np.eye(3)] * 2), [[0]], np.ones(2), "cross-products"),
    (np.array([np.eye(3)] * 2) * np.nan, [[0]], np.ones(3), "not finite"),
    (np.array([np.eye(3)] * 2), [[2]], np.ones(3), "from 0 to 1"),
    (np.array([np.eye(3)] * 2), [[]], np.ones(3), "one or more")])
def test_bad_input_is_refused(products, subsets, squares, said):
    with pytest.raises(DataError, match=said):
        subset_effects(products, [np.array(subset, dtype=int) for subset in subsets], squares)
