"""One coefficient in many nested models, against least squares written out."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.nested_effects import absorb, nested_effects


def _products(*columns, weights=None):
    rows = np.column_stack(columns)
    w = np.ones(len(rows)) if weights is None else weights
    return (rows * w[:, None]).T @ rows


def _coefficient(X, d, y, weights=None):
    w = np.sqrt(np.ones(len(y)) if weights is None else weights)
    return np.linalg.lstsq(np.column_stack([X, d]) * w[:, None], y * w, rcond=None)[0][-1]


def test_by_hand():
    # d = (0, 0, 1, 1), y = (1, 3, 6, 8). Without any other column d'y / d'd = 14 / 2 = 7; with a constant the
    # difference of means 7 - 2 = 5.
    d, y = np.array([0.0, 0, 1, 1]), np.array([1.0, 3, 6, 8])
    found = nested_effects(_products(np.ones(4), d, y)[None], [0, 1])
    assert found[0] == pytest.approx([7, 5], rel=1e-9)


def test_equals_least_squares_for_every_model_and_every_set_of_products():
    rng = np.random.default_rng(1)
    sets, expected = [], []
    for _ in range(3):
        X = rng.normal(size=(200, 6)) * [1, 10, 1000, 0.01, 1, 1]
        X[:, 4] = X[:, 0] - 2 * X[:, 3]                      # collinear with those before it
        d = X[:, 0] + rng.normal(size=200)
        y, w = 2 * d + X[:, 1] + rng.normal(size=200), rng.gamma(2, size=200)
        sets.append(_products(X, d, y, weights=w))
        expected.append([_coefficient(X[:, :k], d, y, w) for k in (0, 2, 4, 5, 6)])
    assert nested_effects(np.array(sets), [0, 2, 4, 5, 6]) == pytest.approx(np.array(expected), rel=1e-9)


def test_a_column_in_the_span_of_the_others_has_no_coefficient():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(50, 3))
    d, y = X[:, 0] + X[:, 1], rng.normal(size=50)
    found = nested_effects(_products(X, d, y)[None], [1, 2, 3])[0]
    assert found[0] == pytest.approx(_coefficient(X[:, :1], d, y), rel=1e-9)
    assert np.isnan(found[1:]).all()


def test_branches_equal_least_squares_also_where_their_columns_are_collinear():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(150, 6)) * [1, 100, 1, 1, 0.01, 1]
    X[:, 5] = X[:, 0] - X[:, 1]                              # in the span of the first two
    d = X[:, 0] + X[:, 3] + rng.normal(size=150)
    y, w = 2 * d + X[:, 4] + rng.normal(size=150), rng.gamma(2, size=150)
    branches = [(2, 2, 4), (2, 4, 6), (2, 3, 3), (0, 3, 6), (2, 5, 6)]
    used = [[0, 1, 2, 3], [0, 1, 4, 5], [0, 1], [3, 4, 5], [0, 1, 5]]
    found = nested_effects(_products(X, d, y, weights=w)[None], [1], branches)[0]
    assert found == pytest.approx([_coefficient(X[:, k], d, y, w) for k in ([0], *used)], rel=1e-8)
    # d in the span of a branch's columns: no coefficient in that branch, and the others as before.
    found = nested_effects(_products(X, X[:, 4], y, weights=w)[None], [], branches)[0]
    assert np.isnan(found[[1, 3]]).all() and np.isfinite(found[[0, 2, 4]]).all()


def test_absorbing_equals_a_dummy_for_every_level():
    rng = np.random.default_rng(3)
    level, w = rng.integers(0, 5, 120), rng.gamma(2, size=120)
    fixed = np.arange(5.0)[level]                            # constant within levels: goes
    X = np.column_stack([np.ones(120), fixed, rng.normal(size=120)])
    d = rng.normal(size=120) + level
    y = d + level**2 + rng.normal(size=120)
    rows = np.column_stack([X, d, y])
    sums = np.array([(rows[level == k] * w[level == k, None]).sum(axis=0) for k in range(5)])
    totals = np.array([w[level == k].sum() for k in range(5)])
    within = absorb(_products(X, d, y, weights=w)[None], sums[None], totals[None])
    dummies = np.eye(5)[level]
    assert (within[0, :2] == 0).all() and (within[0, :, :2] == 0).all()
    assert nested_effects(within, [3])[0, 0] == pytest.approx(
        _coefficient(np.column_stack([dummies, X[:, 2]]), d, y, w), rel=1e-9)


def test_a_level_without_rows_is_left_alone():
    products = np.eye(3)[None] * 4
    assert absorb(products, np.zeros((1, 2, 3)), np.zeros((1, 2))) == pytest.approx(products)


@pytest.mark.parametrize("branch", [(1, 0, 1), (0, 2, 1), (0, 0, 3), (-1, 0, 1)])
def test_branches_outside_their_bounds_are_refused(branch):
    with pytest.raises(DataError, match="branches"):
        nested_effects(np.eye(4)[None], [0], [branch])


@pytest.mark.parametrize(("products", "ends"), [
    (np.ones((1, 2, 3)), [0]), (np.eye(3)[None] * np.nan, [0]), (np.eye(3)[None], [2]), (np.eye(3)[None], [])])
def test_bad_input_is_refused(products, ends):
    with pytest.raises(DataError):
        nested_effects(products, ends)
