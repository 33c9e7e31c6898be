"""Wild cluster bootstrap: against a slow copy of the algorithm on the rows, and its size."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.wild_bootstrap import (
    rademacher,
    wild_cluster_bootstrap,
    wild_cluster_interval,
    wild_cluster_statistics,
)

NAMES = ["constant", "x", "pilot"]


def _data(seed=3, n_clusters=8, n=120, weighted=True):
    rng = np.random.default_rng(seed)
    clusters = np.arange(n) % n_clusters
    X = np.column_stack([np.ones(n), rng.normal(size=n), clusters < n_clusters // 3])
    y = 0.5 * X[:, 1] + rng.normal(size=n) + rng.normal(size=n_clusters)[clusters]
    return y, X, clusters, rng.gamma(2, size=n) if weighted else None


def _by_rows(y, X, clusters, w, null):
    """Share of all sign vectors with |t*| >= |t|, every draw refitted from its rows."""
    y = y - null * X[:, 2]
    tiny = clustered.fit(y, X[:, :2], clusters, weights=w).coefficients
    fitted, residual = X[:, :2] @ tiny, y - X[:, :2] @ tiny
    squares = []
    for signs in product([1, -1], repeat=len(np.unique(clusters))):
        fit = clustered.fit(fitted + np.array(signs)[clusters] * residual, X, clusters, weights=w, names=NAMES)
        squares.append(fit.coefficients[2] ** 2 / fit.covariance("CR1")[2, 2])
    return np.mean(np.array(squares) >= squares[0] * (1 - 1e-9))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("null", [0.0, 0.7])
def test_equals_refitting_every_draw_from_its_rows(weighted, null):
    y, X, clusters, w = _data(weighted=weighted)
    fit = clustered.fit(y, X, clusters, weights=w, names=NAMES)
    found = wild_cluster_bootstrap(fit, "pilot", np.random.default_rng(0), null=null)
    assert found.exact and found.n_draws == 2**8
    assert found.p == _by_rows(y, X, clusters, w, null)
    assert found.t == pytest.approx((fit.coefficient("pilot") - null) / fit.cr1("pilot").se)


def test_all_signs_when_few_clusters_else_a_seeded_sample():
    signs, exact = rademacher(3, np.random.default_rng(0), 8)
    assert exact and len({tuple(row) for row in signs}) == 8 and (signs[0] == 1).all()
    signs, exact = rademacher(20, np.random.default_rng(0), 99)
    assert not exact and signs.shape == (100, 20) and (signs[0] == 1).all()
    assert np.array_equal(signs, rademacher(20, np.random.default_rng(0), 99)[0])


def test_interval_ends_where_the_test_begins_to_reject():
    y, X, clusters, w = _data(n_clusters=14)
    fit = clustered.fit(y, X, clusters, weights=w, names=NAMES)
    low, high = wild_cluster_interval(fit, "x", np.random.default_rng(1), draws=999)
    se = fit.cr1("x").se
    assert low < fit.coefficient("x") < high

    def p(null):
        return wild_cluster_bootstrap(fit, "x", np.random.default_rng(1), null=null, draws=999).p

    for inside, outside in ((low + 0.01 * se, low - 0.01 * se), (high - 0.01 * se, high + 0.01 * se)):
        assert p(inside) > 0.05 - 0.01 and p(outside) <= 0.05 + 0.01
        assert p(inside) >= p(outside)


def test_an_end_is_infinite_when_nothing_is_rejected():
    # three clusters: 8 sign vectors, p is never below 2/8
    y, X, clusters, w = _data(n_clusters=4)
    fit = clustered.fit(y, X[:, :2], clusters, names=NAMES[:2])
    assert wild_cluster_interval(fit, "x", np.random.default_rng(0)) == (-np.inf, np.inf)   # 16 vectors: p >= 2/16


def test_size_under_a_true_null():
    """27 clusters, 9 treated: 5% rejections; 400 runs, Monte Carlo standard error 1.1 points, three of them."""
    rng = np.random.default_rng(8)
    clusters = np.repeat(np.arange(27), 10)
    X = np.column_stack([np.ones(270), clusters < 9]).astype(float)
    rejected = 0
    for _ in range(400):
        y = rng.normal(size=270) + rng.normal(size=27)[clusters]
        fit = clustered.fit(y, X, clusters, names=["constant", "pilot"])
        rejected += wild_cluster_bootstrap(fit, "pilot", rng, draws=399).p <= 0.05
    assert 0.05 - 0.033 < rejected / 400 < 0.05 + 0.033


def test_bad_input():
    y, X, clusters, _ = _data()
    fit = clustered.fit(y, X[:, :1], clusters, names=["constant"])
    with pytest.raises(DataError, match="another column"):
        wild_cluster_bootstrap(fit, "constant", np.random.default_rng(0))
    with pytest.raises(DataError, match="one or more"):
        rademacher(3, np.random.default_rng(0), 0)


def test_t_and_p_equal_boottest_in_r():
    """Six clusters, treated and after: 8 rows a cell, here at the cell's mean, which leaves every score as it is.

    Outcomes and answers: fwildclusterboot's `boottest` (all 64 sign vectors, the null imposed), as recorded in the test
    data of diff-diff (MIT licence), benchmarks/data/wild_cluster_boot_golden.json. boottest counts |t*| > |t|, so its
    p = 2/64 leaves out the data themselves and their mirror image, which count here: 4/64.
    """
    sums = [40.10710067306776, 38.248720284714345, 0.4131946607404995, 21.136946766349624, 37.95452506239275,
            44.36941258543166, 59.467549414312145, 53.17677985704633, 47.54462389857302, 43.63094792887098,
            20.756193323118264, 2.663488744215742]
    cluster, after = np.repeat(np.arange(6), 2), np.tile([0.0, 1.0], 6)
    treated = (cluster < 3).astype(float)
    cells = np.column_stack([np.ones(12), treated, after, treated * after])
    fit = clustered.fit(np.repeat(np.array(sums) / 8, 8), np.repeat(cells, 8, axis=0), np.repeat(cluster, 8),
                        names=["constant", "treated", "after", "effect"])
    found = wild_cluster_bootstrap(fit, "effect", np.random.default_rng(0))
    assert found.estimate == pytest.approx(2.23239205609, rel=1e-11)
    assert fit.cr1("effect").se == pytest.approx(0.8998239199017, rel=1e-11)
    assert found.t == pytest.approx(2.480920996559, rel=1e-11)
    assert found.exact and found.p == 0.03125 + 2 / 64


def test_several_imputations_share_their_signs():
    rng = np.random.default_rng(9)
    clusters = np.repeat(np.arange(8), 12)
    X = np.column_stack([np.ones(96), (clusters < 3).astype(float), rng.normal(size=96)])
    y = rng.normal(size=96) + rng.normal(size=8)[clusters]
    fits = [clustered.fit(y + rng.normal(0, 0.05, 96), X, clusters) for _ in range(3)]

    def draw(*which):
        return wild_cluster_bootstrap(which, "x1", np.random.default_rng(1))

    assert draw(fits[0]) == wild_cluster_bootstrap(fits[0], "x1", np.random.default_rng(1))
    assert draw(fits[0], fits[0], fits[0]).p == draw(fits[0]).p
    together = draw(*fits)
    # By hand for the observed signs: mean estimate over the root of the mean CR1 variance.
    estimate, variance = np.mean([f.coefficient("x1") for f in fits]), np.mean([f.cr1("x1").se ** 2 for f in fits])
    assert together.t == pytest.approx(estimate / np.sqrt(variance), rel=1e-12)
    signs = np.vstack([np.ones(8), rng.choice([-1.0, 1.0], size=(4, 8))])
    t = wild_cluster_statistics(fits, "x1", signs)
    each = [wild_cluster_statistics(f, "x1", signs) for f in fits]
    assert np.min(each, axis=0)[0] <= t[0] <= np.max(each, axis=0)[0]
    low, high = wild_cluster_interval(fits, "x1", np.random.default_rng(1))
    assert low < estimate < high


def test_fits_with_other_clusters_are_refused():
    rng = np.random.default_rng(9)
    X = np.column_stack([np.ones(40), rng.normal(size=40)])
    fits = [clustered.fit(rng.normal(size=40), X, np.repeat(np.arange(8) + shift, 5)) for shift in (0, 1)]
    with pytest.raises(DataError, match="same clusters"):
        wild_cluster_bootstrap(fits, "x1", rng)
