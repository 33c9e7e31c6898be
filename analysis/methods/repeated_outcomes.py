"""Least squares of many outcomes on one fixed design, with the clustered inference of one contrast, all at once.

Everything but the outcome stays: X, weights, clusters. In the basis XR^-1 of `clustered` the fit of an outcome needs
of its rows only the moments X_g'W_gy_g of the clusters, (G, p), and for a CR2 with weights one number more a cluster,
z_g'y_g with z_g = A_gW_gX_gMc; both are linear in y, so R outcomes cost one matrix product a cluster. From there on
no row is needed: with b = sum_g X_g'W_gy_g, P_g = X_g'W_gX_g and u the contrast, all in the basis,

estimate  u'b
CR1       sum_g [u'm_g - (P_gu)'b]^2 times the factor, m_g the moments
CR2       sum_g [z_g'y_g - (X_g'z_g)'b]^2
CR3       (G-1)/G x sum_g [d_g'm_g - (P_gd_g)'b]^2, d_g of `ClusteredFit.jackknife_directions`

and Satterthwaite's degrees of freedom depend on X, weights and clusters alone. Formulas, factors and sources are those
of `clustered`, whose results these are to rounding.

Adding d times a column to every outcome moves its coefficient by d and no standard error, so that simulations without
an effect give the test at every effect: with effect d added, "no effect" is tested as -d is without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats
from scipy.linalg import solve_triangular

from analysis.errors import DataError
from analysis.methods.clustered import NO_SPREAD, ClusteredFit, Contrast, inverse_root

SAME_DESIGN = 1e-6     # how far X_g'W_gX_g of the given rows may be from those of the fit, in the basis


@dataclass(frozen=True)
class FixedDesign:
    """One contrast of a design, made by `fixed_design`. `fit` is that of any outcome on it; for each cluster `rows`
    holds the places of its rows, `moment_rows` W_gX_g in the basis, (n_g, p), and `adjusted_rows` z_g, (n_g,);
    `n_rows` counts all rows of an outcome, those of weight nought too; `df` is Satterthwaite's."""

    fit: ClusteredFit
    contrast: Contrast
    rows: tuple[np.ndarray, ...]
    moment_rows: tuple[np.ndarray, ...]
    adjusted_rows: tuple[np.ndarray, ...]
    adjusted_reach: np.ndarray
    n_rows: int
    df: float

    @cached_property
    def direction(self) -> np.ndarray:
        """The contrast in the basis, u, (p,)."""
        return self.fit.direction(self.contrast)

    @cached_property
    def reach(self) -> np.ndarray:
        """P_gu, (G, p)."""
        return self.fit.products @ self.direction

    @cached_property
    def jackknife(self) -> np.ndarray:
        """d_g, (G, p); raises `DataError` as `ClusteredFit.cr3`."""
        return self.fit.jackknife_directions(self.contrast)

    def moments(self, outcomes) -> Moments:
        """What the inference needs of outcomes (n, R), or of one (n,), in the order of the rows of X.

        Raises `DataError` for another number of rows or a value that is not finite in a row that counts.
        """
        Y = np.asarray(outcomes, dtype=float)
        Y = Y[:, None] if Y.ndim == 1 else Y
        if Y.ndim != 2 or len(Y) != self.n_rows:
            raise DataError("outcomes of a fixed design", value=np.shape(outcomes), expected=f"{self.n_rows} rows")
        found = np.empty((len(self.rows), len(self.direction) + 1, Y.shape[1]))
        for g, (rows, moment, adjusted) in enumerate(zip(self.rows, self.moment_rows, self.adjusted_rows, strict=True)):
            found[g] = np.column_stack([moment, adjusted]).T @ Y[rows]
        if not np.isfinite(found).all():
            raise DataError("outcomes of a fixed design", expected="finite values in every row with a weight")
        found = found.transpose(2, 0, 1)
        return Moments(found[:, :, :-1], found[:, :, -1])

    def fits(self, moments: Moments) -> RepeatedFits:
        """The fits of outcomes from their moments."""
        return RepeatedFits(self, moments)


@dataclass(frozen=True)
class Moments:
    """Of R outcomes: `scores` X_g'W_gy_g in the basis, (R, G, p), and `adjusted` z_g'y_g, (R, G)."""

    scores: np.ndarray
    adjusted: np.ndarray

    @staticmethod
    def joined(parts: Sequence[Moments]) -> Moments:
        """The moments of all the outcomes of several blocks."""
        return Moments(np.concatenate([part.scores for part in parts]),
                       np.concatenate([part.adjusted for part in parts]))


@dataclass(frozen=True)
class RepeatedFits:
    """The fits of R outcomes; `kind` is "CR1", "CR1 clusters" (factor G/(G-1) alone), "CR2" or "CR3"."""

    design: FixedDesign
    moments: Moments

    @cached_property
    def coefficients(self) -> np.ndarray:
        """Coefficients in the basis, (R, p)."""
        return self.moments.scores.sum(axis=1)

    @cached_property
    def estimates(self) -> np.ndarray:
        """The contrast's estimates, (R,)."""
        return self.coefficients @ self.design.direction

    def standard_errors(self, kind: str) -> np.ndarray:
        """Standard errors, (R,); `DataError` for an outcome without any variance, or an unknown kind."""
        fit, made = self.design.fit, {"CR1": self._plain, "CR1 clusters": self._plain, "CR2": self._adjusted,
                                      "CR3": self._jackknifed}
        if kind not in made:
            raise DataError("kind of clustered variance", value=kind, expected=f"one of {', '.join(made)}")
        factor = {"CR1": fit.cr1_factor("stata"), "CR1 clusters": fit.cr1_factor("clusters"), "CR2": 1.0,
                  "CR3": (fit.n_clusters - 1) / fit.n_clusters}[kind]
        squares = (made[kind]() ** 2).sum(axis=1)
        terms = (np.abs(self.moments.scores) @ np.abs(self.design.direction)) ** 2
        flat = squares <= NO_SPREAD * terms.sum(axis=1)
        if flat.any():
            raise DataError(f"{kind}: no variance for {self.design.contrast}", row=int(np.argmax(flat)),
                            expected="outcomes that vary (counted from nought)")
        return np.sqrt(factor * squares)

    def df(self, kind: str) -> float:
        """Degrees of freedom: Satterthwaite's for CR2, else G - 1."""
        return self.design.df if kind == "CR2" else float(self.design.fit.n_clusters - 1)

    def p(self, kind: str, *, null=0.0, df: float | None = None) -> np.ndarray:
        """Two-sided p, (R,), of the contrast being `null` (one number or (R,)), with `df` other than usual if given."""
        t = np.abs(self.estimates - null) / self.standard_errors(kind)
        return 2 * stats.t.sf(t, self.df(kind) if df is None else df)

    def bounds(self, kind: str, level: float = 0.95, *, df: float | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the t intervals, (R,) each."""
        half = stats.t.ppf(0.5 + level / 2, self.df(kind) if df is None else df) * self.standard_errors(kind)
        return self.estimates - half, self.estimates + half

    def shifted(self, effect: float, column: str) -> RepeatedFits:
        """The fits with `effect` times a column of X added to every outcome."""
        step = effect * column_in_basis(self.design.fit, column)
        scores = self.moments.scores + self.design.fit.products @ step
        return replace(self, moments=Moments(scores, self.moments.adjusted + self.design.adjusted_reach @ step))

    def _plain(self) -> np.ndarray:
        return self.moments.scores @ self.design.direction - self.coefficients @ self.design.reach.T

    def _adjusted(self) -> np.ndarray:
        return self.moments.adjusted - self.coefficients @ self.design.adjusted_reach.T

    def _jackknifed(self) -> np.ndarray:
        d = self.design.jackknife
        reach = np.einsum("gij,gj->gi", self.design.fit.products, d)
        return np.einsum("rgj,gj->rg", self.moments.scores, d) - self.coefficients @ reach.T


def fixed_design(fit: ClusteredFit, X, clusters, contrast: Contrast, *, weights=None) -> FixedDesign:
    """The design of a fit, for outcomes other than its own.

    Parameters: `fit`, of any outcome; `X` (n, p) with the fit's columns in their order, or a data frame that holds
    them (others, as those left out as collinear, are not looked at); `clusters` (n,); `weights` (n,) as for the fit.
    Raises `DataError` when these are not the rows the fit was made from.
    """
    values = np.asarray(X[list(fit.names)] if isinstance(X, pd.DataFrame) else X, dtype=float)
    w = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    codes = pd.Index(fit.statistics.labels).get_indexer(np.asarray(clusters))
    if not (values.ndim == 2 and values.shape[1] == len(fit.names) and len(values) == len(w) == len(codes)):
        raise DataError("rows of a fixed design", value=(values.shape, len(w), len(codes)),
                        expected=f"as many weights and clusters as rows, and the {len(fit.names)} columns of the fit")
    kept = np.flatnonzero(w > 0)
    rows = tuple(kept[codes[kept] == g] for g in range(fit.n_clusters))
    w = w / w[kept].mean()
    basis = [solve_triangular(fit.root, values[part].T, trans="T").T for part in rows]
    moment_rows = tuple(w[part, None] * x for x, part in zip(basis, rows, strict=True))
    products = np.array([x.T @ wx for x, wx in zip(basis, moment_rows, strict=True)])
    if sum(map(len, rows)) != fit.n or len(kept) != fit.n or np.abs(products - fit.products).max() > SAME_DESIGN:
        raise DataError("a fixed design that is not the one of the fit", value=(len(kept), len(fit.names)),
                        expected=f"the {fit.n} rows, weights and clusters of the fit")
    u, spread = fit.direction(contrast), sum(wx.T @ wx for wx in moment_rows)
    adjusted = tuple(_adjusted_row(x, wx, spread, u) for x, wx in zip(basis, moment_rows, strict=True))
    return FixedDesign(fit, contrast, rows, moment_rows, adjusted,
                       np.array([z @ x for z, x in zip(adjusted, basis, strict=True)]), len(values),
                       fit.satterthwaite(contrast))


def column_in_basis(fit: ClusteredFit, column: str) -> np.ndarray:
    """A column of X as coefficients of the basis XR^-1, (p,)."""
    return fit.root[:, fit.statistics.position(column)]


def _adjusted_row(x: np.ndarray, wx: np.ndarray, spread: np.ndarray, u: np.ndarray) -> np.ndarray:
    """z_g = A_gW_gX_gu, (n_g,), from X_g and W_gX_g in the basis and the spread Q = X'W^2X; A_g as in `clustered`, in
    an orthonormal basis of their span, outside which it is the identity."""
    span, _ = np.linalg.qr(np.column_stack([x, wx]))
    top, bottom = span.T @ x, span.T @ wx
    cross = top @ bottom.T
    return span @ (inverse_root(np.eye(span.shape[1]) - cross - cross.T + top @ spread @ top.T) @ (bottom @ u))
