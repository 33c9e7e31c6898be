"""Restricted wild cluster bootstrap from the scores and cross-products of clusters.

Cameron, Gelbach and Miller (2008); restricted (the null imposed) with Rademacher signs as in MacKinnon, Nielsen and
Webb (2023, their WCR-C): b~ is fitted under the null, each cluster's restricted residuals are multiplied by
one sign, and the t statistic with CR1 errors is refitted. In scores: with s~_g = X_g'W_g(y_g - X_g b~), a draw v has
b* - b~ = M sum_g v_g s~_g and scores v_g s~_g - X_g'W_gX_g (b* - b~): no row is needed. CR1's small-sample factor
is the same in every draw and cancels. p is the share of draws with |t*| >= |t|; with all 2^G sign vectors the
observed one and its mirror are among them. Ties within one part in 10^9 count.

Over multiple imputations the fits of the completed data sets share the signs of their clusters, and the statistic is
the mean over the fits of the effect less the null, divided by the root of the mean CR1 variance: one bootstrap of one
statistic, instead of p values to be combined. With one fit it is the t statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import brentq

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit

TIE = 1e-9


@dataclass(frozen=True)
class WildBootstrap:
    """Two-sided test of coefficient = `null`: t statistic (CR1), p, number of draws, whether they are all there are."""

    estimate: float
    null: float
    t: float
    p: float
    n_draws: int
    exact: bool


def wild_cluster_bootstrap(fits: ClusteredFit | Sequence[ClusteredFit], name: str, rng: np.random.Generator, *,
                           null: float = 0.0, draws: int = 9_999) -> WildBootstrap:
    """Test that a coefficient equals `null`, from one fit or those of several imputations.

    All 2^G sign vectors are taken when there are no more of them than `draws`, else `draws` random ones and the
    observed. Raises `DataError` for an unknown column, a model with that column alone, or fits whose clusters differ.
    """
    fits = _same_clusters(fits)
    signs, exact = rademacher(fits[0].n_clusters, rng, draws)
    return _test(fits, name, null, signs, exact)


def wild_cluster_interval(fits: ClusteredFit | Sequence[ClusteredFit], name: str, rng: np.random.Generator, *,
                          level: float = 0.95, draws: int = 9_999) -> tuple[float, float]:
    """The values not rejected at 1 - level, by inverting the test with the same signs at every value.

    Bounds to one part in 10^4 of the CR1 standard error. An end is infinite where no value within 30 standard errors
    is rejected, as happens with very few clusters.
    """
    fits = _same_clusters(fits)
    signs, exact = rademacher(fits[0].n_clusters, rng, draws)
    centre = float(np.mean([fit.coefficient(name) for fit in fits]))
    se = float(np.sqrt(np.mean([fit.cr1(name).se ** 2 for fit in fits])))

    def excess(null: float) -> float:
        return _test(fits, name, null, signs, exact).p - (1 - level)

    return _bound(excess, centre, -se), _bound(excess, centre, se)


def wild_cluster_statistics(fits: ClusteredFit | Sequence[ClusteredFit], name: str, signs: np.ndarray, *,
                            null: float = 0.0) -> np.ndarray:
    """The restricted statistic under given signs, (draws,), for tests over several outcomes (CR1 without its factor).

    `signs` (draws, G) in the order of the fits' clusters; a row of ones gives the observed statistic.
    """
    fits = _same_clusters(fits)
    parts = [_draws(fit, name, null, signs) for fit in fits]
    moved, squares = (np.mean(part, axis=0) for part in zip(*parts, strict=True))
    return moved / np.sqrt(np.maximum(squares, np.finfo(float).tiny))


def rademacher(n_clusters: int, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, bool]:
    """Sign vectors, (draws, G), the first all 1 (the data as they are), and whether they are all that exist."""
    if draws < 1:
        raise DataError("draws of a bootstrap", value=draws, expected="one or more")
    if 2**n_clusters <= draws:
        return np.array(list(product([1.0, -1.0], repeat=n_clusters))), True
    signs = np.ones((draws + 1, n_clusters))
    np.multiply(rng.integers(0, 2, size=(draws, n_clusters)), -2.0, out=signs[1:])
    signs[1:] += 1.0
    return signs, False


def _test(fits: Sequence[ClusteredFit], name: str, null: float, signs: np.ndarray, exact: bool) -> WildBootstrap:
    squares = wild_cluster_statistics(fits, name, signs, null=null) ** 2
    p = float(np.mean(squares >= squares[0] * (1 - TIE)))
    estimate = float(np.mean([fit.coefficient(name) for fit in fits]))
    error = float(np.sqrt(np.mean([fit.cr1(name).se ** 2 for fit in fits])))
    return WildBootstrap(estimate, float(null), (estimate - null) / error, p, len(signs), exact)


def _draws(fit: ClusteredFit, name: str, null: float, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """b* - null and its summed squared scores for every draw, (draws,) each."""
    u, scores = fit.direction(name), _restricted_scores(fit, name, null)
    part = scores @ u                                        # what each cluster adds to b* - null before its sign
    reach = scores @ (fit.products @ u).T                    # (G, G): what it takes from every cluster's score
    leftover = signs @ (np.diag(part) - reach)               # (draws, G): direction' times the scores of the refit
    return signs @ part, np.einsum("dg,dg->d", leftover, leftover)


def _same_clusters(fits) -> tuple[ClusteredFit, ...]:
    fits = (fits,) if isinstance(fits, ClusteredFit) else tuple(fits)
    if not fits or len({fit.statistics.labels for fit in fits}) != 1:
        raise DataError("bootstrap over imputations", value=len(fits), expected="fits with the same clusters")
    return fits


def _restricted_scores(fit: ClusteredFit, name: str, null: float) -> np.ndarray:
    """Scores of the clusters, (G, p), where the coefficient equals `null` and the others are fitted.

    In the basis in which M is the identity, least squares under u'c = null is c - u (u'c - null) / u'u.
    """
    if len(fit.names) < 2:
        raise DataError("restricted bootstrap", value=fit.names, expected="another column beside the tested one")
    u = fit.direction(name)
    move = u * (fit.coefficient(name) - null) / (u @ u)
    return fit.scores + fit.products @ move


def _bound(excess, centre: float, step: float) -> float:
    far = centre + 2 * step
    while excess(far) > 0:
        far = centre + 1.5 * (far - centre)
        if abs(far - centre) > 30 * abs(step):
            return float(np.copysign(np.inf, step))
    return float(brentq(excess, centre, far, xtol=abs(step) * 1e-4))
