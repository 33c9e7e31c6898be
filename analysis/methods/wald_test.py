"""Joint test of several coefficients with few clusters: approximate Hotelling's T-squared on CR2.

Pustejovsky and Tipton (2018, section 3.2): with C the q contrasts, b their estimates and V the CR2 covariance,
Q = b'(C V C')^-1 b, F = (eta - q + 1) / (eta q) Q is referred to F(q, eta - q + 1). eta matches the total variance of
the entries of D = Omega^-1/2 C V C' Omega^-1/2, Omega = E(C V C') under the working model of independent, equal errors,
to that of a Wishart matrix: eta = q (q + 1) / sum_st Var(d_st), with
Var(d_st) = sum_gh (P_ss[g,h] P_tt[g,h] + P_st[g,h] P_st[h,g]) and P the covariances of the clusters' adjusted scores.
It is what clubSandwich's `Wald_test` calls HTZ. With one contrast it is the square of CR2's t test with Satterthwaite's
degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit, Contrast

SINGULAR = 1e-10      # smallest eigenvalue of C V C' or Omega, relative to the largest


@dataclass(frozen=True)
class WaldTest:
    """F statistic of q restrictions on `df` = (q, eta - q + 1) degrees of freedom."""

    statistic: float
    df: tuple[int, float]
    p: float


def hotelling_test(fit: ClusteredFit, contrasts: Sequence[Contrast]) -> WaldTest:
    """Test that all contrasts are nought.

    Raises `DataError` for no contrast, contrasts that depend on each other, or so many that the clusters leave no
    degrees of freedom (eta - q + 1 not above 0) or no full covariance.
    """
    if not contrasts:
        raise DataError("joint test", value=0, expected="one contrast or more")
    q = len(contrasts)
    directions = np.column_stack([fit.direction(contrast) for contrast in contrasts])
    scores = fit.adjusted_scores @ directions
    estimates = np.array([fit.coefficient(contrast) for contrast in contrasts])
    expected = np.trace(fit.working_covariance(directions), axis1=2, axis2=3)
    P = fit.working_covariance(directions @ _inverse_root(expected, contrasts))
    own = np.array([P[s, s] for s in range(q)])
    variance = np.einsum("sgh,tgh->", own, own) + np.einsum("stgh,sthg->", P, P)
    eta = q * (q + 1) / variance
    if eta - q + 1 <= 0:
        raise DataError("joint test of too many coefficients for so few clusters", value=(q, float(eta)),
                        expected="degrees of freedom above the number of coefficients less one")
    root = _inverse_root(scores.T @ scores, contrasts)
    Q = float(np.sum((root @ estimates) ** 2))
    F, df = (eta - q + 1) / (eta * q) * Q, (q, float(eta - q + 1))
    return WaldTest(float(F), df, float(stats.f.sf(F, *df)))


def _inverse_root(matrix: np.ndarray, contrasts) -> np.ndarray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values[0] <= SINGULAR * values[-1]:
        raise DataError("joint test: the covariance of the contrasts is not of full rank", value=list(contrasts),
                        expected="contrasts that do not depend on each other, and more clusters than contrasts")
    return (vectors * values**-0.5) @ vectors.T
