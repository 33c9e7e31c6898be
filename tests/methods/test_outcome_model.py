"""Variance components by hand, against their traces written out, and recovered; draws with the stated moments."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.outcome_model import (
    OutcomeModel,
    _expectations,
    _span,
    _summing,
    variance_components,
    within_residuals,
)


def test_balanced_nested_design_by_hand():
    # Two clusters of two cells of two units: cells (1, 3), (5, 7) and (9, 11), (13, 15). Mean squares: units 8 / 4 = 2;
    # cells 2 x 16 / 2 = 16 (means 2, 6, 10, 14 about 4, 4, 12, 12); clusters 4 x 32 / 1 = 128 (means 4, 12 about 8).
    # Expected: units s, cells s + 2 c, clusters s + 2 c + 4 a: c = (16 - 2) / 2 = 7, a = (128 - 16) / 4 = 28.
    y, cells, clusters = np.arange(1, 16, 2.0), np.repeat([0, 1, 2, 3], 2), np.repeat(["a", "b"], 4)
    found = variance_components(y, np.ones((8, 1)), clusters, cells)
    assert (found.unit, found.cell, found.cluster) == pytest.approx((2, 7, 28), rel=1e-12)
    assert found.negative == ()


def test_an_estimate_below_nought_is_nought_and_named():
    # As above with clusters alike: cells (1, 3), (5, 7) in both: clusters' mean square 0, so a = (0 - 16) / 4 = -4.
    y, cells, clusters = np.tile([1.0, 3, 5, 7], 2), np.repeat([0, 1, 2, 3], 2), np.repeat(["a", "b"], 4)
    found = variance_components(y, np.ones((8, 1)), clusters, cells)
    assert (found.unit, found.cell, found.cluster) == pytest.approx((2, 7, 0))
    assert found.negative == ("cluster",)


def design(seed=3, n=400, n_clusters=12):
    """Unbalanced clusters of two cells each, covariates of units and of cells, one column twice."""
    rng = np.random.default_rng(seed)
    clusters = rng.choice(n_clusters, n, p=rng.dirichlet(np.full(n_clusters, 3.0)))
    after = rng.integers(0, 2, n)
    cells = 2 * clusters + after
    X = np.column_stack([np.ones(n), after, clusters < 4, after * (clusters < 4), rng.normal(size=n),
                         rng.normal(size=2 * n_clusters)[cells]])
    return np.column_stack([X, X[:, 4]]), clusters, cells, rng


def test_expectations_equal_their_traces_written_out():
    X, clusters, cells, _ = design(n=60)
    _, codes = np.unique(cells, return_inverse=True)
    Z = [_summing(np.unique(labels, return_inverse=True)[1]).T for labels in (clusters, codes)] + [np.eye(60)]
    M = np.eye(60) - X @ np.linalg.pinv(X)
    D = [z @ np.diag(1 / z.sum(axis=0)) @ z.T for z in Z]
    expected = [[np.trace(d @ M @ z @ z.T @ M) for z in Z] for d in D]
    sums = [z.T for z in Z[:2]]
    np.testing.assert_allclose(_expectations(sums, [s.sum(axis=1) for s in sums], _span(X)), expected, rtol=1e-9)


@pytest.mark.parametrize("noise", ["normal", "binary"])
def test_components_are_recovered(noise):
    """300 draws; the mean estimate, before any is set to nought, within four of its own Monte Carlo standard errors."""
    X, clusters, cells, rng = design(n=1200)
    truth = {"cluster_sd": 12.0, "cell_sd": 8.0}
    mean = 45 + 4 * X[:, 4] if noise == "normal" else 45 + 0 * X[:, 4]
    model = OutcomeModel(mean, clusters, cells, **truth, **({"unit_sd": 30.0} if noise == "normal" else {"scale": 100}))
    found = [variance_components(y, X, clusters, cells) for y in model.draw(rng, 300).outcomes.T]
    # A 0/1 outcome's noise: 100^2 E[p(1 - p)] = 100^2 (.45 x .55 - .12^2 - .08^2) = 2475 - 144 - 64.
    unit = 900.0 if noise == "normal" else 2475 - 144 - 64
    values = np.array([item.estimates for item in found])
    np.testing.assert_array_less(np.abs(values.mean(axis=0) - [144, 64, unit]), 4 * values.std(axis=0) / np.sqrt(300))
    assert all(item.cell == max(0, item.estimates[1]) for item in found)


def test_draws_have_the_stated_moments():
    """Variance and covariances over 20,000 draws of four units, two in one cell; error of a variance about
    sqrt(2 / 20000) = 1% of it, four of them allowed."""
    clusters, cells = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 2])
    model = OutcomeModel(np.array([1.0, 2, 3, 4]), clusters, cells, 2.0, 1.0, unit_sd=3.0)
    Y = model.draw(np.random.default_rng(1), 20_000, added=10.0).outcomes
    np.testing.assert_allclose(Y.mean(axis=1), [11, 12, 13, 14], atol=4 * np.sqrt(14 / 20_000))
    expected = [[14, 5, 4, 0], [5, 14, 4, 0], [4, 4, 14, 0], [0, 0, 0, 14]]
    np.testing.assert_allclose(np.cov(Y), expected, atol=0.04 * 14)


def test_binary_draws_count_what_is_clipped():
    model = OutcomeModel(np.array([-5.0, 30.0, 101.0]), np.arange(3), np.arange(3), 0.0, 0.0, scale=100.0)
    drawn = model.draw(np.random.default_rng(1), 5000)
    assert drawn.clipped == 2 * 5000
    assert (drawn.outcomes[0] == 0).all() and (drawn.outcomes[2] == 100).all()
    # share of 30%: standard error sqrt(.3 x .7 / 5000) = 0.65 points
    assert set(np.unique(drawn.outcomes)) == {0.0, 100.0} and abs(drawn.outcomes[1].mean() - 30) < 4 * 0.65


def test_residuals_are_drawn_as_they_are():
    pool = np.array([-1.0, 0.0, 5.0])
    model = OutcomeModel(np.array([10.0]), np.zeros(1, int), np.zeros(1, int), 0.0, 0.0, residuals=pool)
    assert set(np.unique(model.draw(np.random.default_rng(1), 500).outcomes)) == {9.0, 10.0, 15.0}


def test_residuals_within_cells_have_the_stated_variance_and_no_cell_means():
    X, clusters, cells, rng = design()
    y = rng.gamma(2, size=len(X)) + 3 * X[:, 4] + rng.normal(size=24)[cells]
    found = within_residuals(y, X, cells, 7.0)
    assert np.mean(found**2) == pytest.approx(7)
    np.testing.assert_allclose([found[cells == c].mean() for c in np.unique(cells)], 0, atol=1e-12)


def test_bad_input():
    X, clusters, cells, _ = design(n=50)
    y = np.arange(50.0)
    with pytest.raises(DataError, match="every row of X"):
        variance_components(y[:-1], X, clusters, cells)
    with pytest.raises(DataError, match="inside one cluster"):
        variance_components(y, X, clusters, cells % 2)
    for labels, columns in ((cells, np.eye(12)[clusters]), (clusters, X)):     # dummies; one cell a cluster
        with pytest.raises(DataError, match="told apart"):
            variance_components(y, columns, clusters, labels)
    with pytest.raises(DataError, match="vary within cells"):
        within_residuals(np.ones(50), X, cells, 1.0)
    codes = np.zeros(2, int)
    with pytest.raises(DataError, match="one of scale"):
        OutcomeModel(np.ones(2), codes, codes, 1.0, 1.0)
    with pytest.raises(DataError, match="not negative"):
        OutcomeModel(np.ones(2), codes, codes, -1.0, 1.0, unit_sd=1.0)
