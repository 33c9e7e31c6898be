"""Joint tests with few clusters: exact cases, the direct formula, size under a true null."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.wald_test import hotelling_test


def _design(rng, n_clusters=20, p=5):
    clusters = np.repeat(np.arange(n_clusters), rng.integers(5, 30, n_clusters))
    X = np.column_stack([np.ones(len(clusters)), rng.normal(size=(len(clusters), p - 1))])
    return X, clusters


def test_one_contrast_is_the_square_of_the_t_test():
    rng = np.random.default_rng(1)
    X, clusters = _design(rng)
    y, w = rng.normal(size=len(X)) + rng.normal(size=20)[clusters], rng.gamma(2, size=len(X))
    fit = clustered.fit(y, X, clusters, weights=w)
    alone, joint = fit.cr2("x2"), hotelling_test(fit, ["x2"])
    assert joint.statistic == pytest.approx((alone.estimate / alone.se) ** 2, rel=1e-10)
    assert joint.df == (1, pytest.approx(alone.df, rel=1e-10))
    assert joint.p == pytest.approx(alone.p, rel=1e-9)


def test_three_means_of_twelve_clusters_are_hotelling_exactly():
    # Each cluster has one row of each of 3 columns (dummies), errors independent: estimates are means of 12 vectors,
    # CR2 is S / 12, and T-squared = 12 m'S^-1 m with F = (12 - 3) / (3 x 11) T-squared on (3, 9) degrees of freedom
    # (Hotelling 1931; any textbook).
    rng = np.random.default_rng(2)
    values = rng.normal(0.5, 1, size=(12, 3))
    fit = clustered.fit(values.ravel(), np.tile(np.eye(3), (12, 1)), np.repeat(np.arange(12), 3), names=["a", "b", "c"])
    found = hotelling_test(fit, ["a", "b", "c"])
    mean, S = values.mean(axis=0), np.cov(values.T)
    T2 = 12 * mean @ np.linalg.solve(S, mean)
    assert found.df == (3, pytest.approx(9, rel=1e-9))
    assert found.statistic == pytest.approx(9 / 33 * T2, rel=1e-9)
    assert found.p == pytest.approx(stats.f.sf(9 / 33 * T2, 3, 9), rel=1e-9)


def _direct(y, X, clusters, w, rows):
    """eta and F with every n x n matrix written out (module docstring of wald_test)."""
    n, W = len(y), np.diag(w)
    M = np.linalg.inv(X.T @ W @ X)
    left = np.eye(n) - X @ M @ X.T @ W
    spread, e, C = left @ left.T, left @ y, np.eye(X.shape[1])[rows]
    parts = []
    for g in np.unique(clusters):
        at = np.flatnonzero(clusters == g)
        values, vectors = np.linalg.eigh(spread[np.ix_(at, at)])
        A = (vectors * np.where(values > 1e-10, values, np.inf) ** -0.5) @ vectors.T
        part = np.zeros((n, len(rows)))
        part[at] = A @ (w[at, None] * X[at]) @ M @ C.T
        parts.append(part)
    sums = np.array([part.T @ e for part in parts])
    V, lifted = sums.T @ sums, [left.T @ part for part in parts]
    omega = sum(a.T @ a for a in lifted)
    values, vectors = np.linalg.eigh(omega)
    lifted = [a @ ((vectors * values**-0.5) @ vectors.T) for a in lifted]
    q, total = len(rows), 0.0
    for s in range(q):
        for t in range(q):
            for a in lifted:
                for b in lifted:
                    total += (a[:, s] @ b[:, s]) * (a[:, t] @ b[:, t]) + (a[:, s] @ b[:, t]) * (a[:, t] @ b[:, s])
    eta = q * (q + 1) / total
    b = C @ M @ X.T @ W @ y
    return (eta - q + 1) / (eta * q) * b @ np.linalg.solve(V, b), eta - q + 1


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_the_direct_formula(weighted):
    rng = np.random.default_rng(3)
    X, clusters = _design(rng, n_clusters=9, p=4)
    X = np.column_stack([X, (clusters < 4).astype(float)])
    y = rng.normal(size=len(X)) + rng.normal(size=9)[clusters]
    w = rng.gamma(2, size=len(X)) if weighted else np.ones(len(X))
    F, df = _direct(y, X, clusters, w / w.mean(), [1, 2, 4])
    found = hotelling_test(clustered.fit(y, X, clusters, weights=w), ["x1", "x2", "x4"])
    assert found.statistic == pytest.approx(F, rel=1e-8) and found.df[1] == pytest.approx(df, rel=1e-8)


@pytest.mark.slow
def test_rejects_a_true_null_about_as_often_as_it_says():
    # 25 clusters, 9 of them treated, treated x 4 periods jointly nought, clusters with effects of their own: 5% of
    # 1,000 within three standard errors, 3 x sqrt(0.05 x 0.95 / 1000) = 2.1 points; the usual chi-square rejects 30%.
    rng = np.random.default_rng(4)
    clusters, period = np.repeat(np.arange(25), 40), np.tile(np.repeat(np.arange(5), 8), 25)
    treated = (clusters < 9).astype(float)
    X = np.column_stack([np.eye(5)[period], treated, *(treated * (period == k) for k in range(1, 5))])
    rejected = plain = 0
    for _ in range(1000):
        y = rng.normal(size=1000) + rng.normal(0, 0.5, (25, 5))[clusters, period]
        fit = clustered.fit(y, X, clusters)
        names = [f"x{k}" for k in range(6, 10)]
        rejected += hotelling_test(fit, names).p < 0.05
        at = [fit.names.index(name) for name in names]
        V, b = fit.covariance("CR1", factor="clusters")[np.ix_(at, at)], fit.coefficients[at]
        plain += stats.chi2.sf(b @ np.linalg.solve(V, b), 4) < 0.05
    assert abs(rejected / 1000 - 0.05) < 0.021 and plain > rejected


def test_bad_input_is_refused():
    rng = np.random.default_rng(5)
    X, clusters = _design(rng, n_clusters=4, p=5)
    fit = clustered.fit(rng.normal(size=len(X)), X, clusters)
    for contrasts in ([], ["x1", "x1"], ["x1", "x2", "x3", "x4", "x0"]):
        with pytest.raises(DataError):
            hotelling_test(fit, contrasts)
