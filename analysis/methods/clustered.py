"""Weighted least squares with cluster-robust inference for few clusters.

Notation: y = Xb + e, weights W, M = (X'WX)^-1, residuals e = y - Xb, clusters g = 1..G, p columns, n rows;
Q = M X'W^2X M. Every variance is a sandwich M [sum_g t_g t_g'] M with cluster scores t_g:

CR1   t_g = X_g'W_g e_g, times G/(G-1) x (n-1)/(n-p) (Stata; R's sandwich `vcovCL` type HC1) or G/(G-1) alone
      (clubSandwich's CR1); t distribution with G - 1 degrees of freedom (Cameron and Miller 2015, section VI).
CR2   t_g = X_g'W_g A_g e_g; A_g is the symmetric pseudo-inverse square root of
      B_g = I - X_gMX_g'W_g - W_gX_gMX_g' + X_gQX_g', which is the covariance of e_g when errors are independent with
      equal variance (working covariance identity, also with weights: clubSandwich's default for `lm`). No further
      factor. Degrees of freedom of Satterthwaite: (sum_g P_gg)^2 / sum_gh P_gh^2, where, for the contrast c and
      s_g = A_gW_gX_gMc, P_gh = [g=h] s_g's_g - s_g'X_gMX_h'W_hs_h - s_g'W_gX_gMX_h's_h + s_g'X_gQX_h's_h.
      Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), whose pseudo-inverse also serves designs with a
      dummy for every cluster.
CR3   (G-1)/G x sum_g (b_(g) - b)(b_(g) - b)', b_(g) the estimate without cluster g: the jackknife CV3 of MacKinnon,
      Nielsen and Webb (2023); G - 1 degrees of freedom. clubSandwich's CR3 leaves (G-1)/G out.

No n_g x n_g matrix is formed. With O an orthonormal basis of the span of [X_g, W_gX_g], B_g is the identity outside
that span and inside it the small matrix O'B_gO, whose root does for A_g because everything A_g is applied to lies
inside. `ClusterStatistics` holds O'X_g, O'W_gX_g and O'y_g. All is done in the basis XR^-1, R the triangular factor of
W^1/2 X, in which M is the identity: the design's condition enters once and is not squared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import solve_triangular

from analysis.errors import DataError
from analysis.methods.cluster_statistics import ClusterStatistics, cluster_statistics
from analysis.methods.interval import Interval, t_interval

__all__ = ["ClusteredFit", "Interval", "fit", "fit_statistics"]

COLLINEAR = 1e-8       # length of a column outside the span of those before it, relative to its own
NO_VARIANCE = 1e-10    # eigenvalue of B_g: a combination of residuals that is always nought (clubSandwich: 1e-12)
NOT_ESTIMABLE = 1e-6   # length of a scaled contrast outside the row space of the design
NO_SPREAD = 1e-24      # variance relative to its terms before they cancel: rounding alone

Contrast = str | Mapping[str, float]


@dataclass(frozen=True)
class ClusteredFit:
    """A fitted linear model. `coefficients` has one value for each of `names`; `dropped` are columns left out as
    collinear (only when asked for); `root` is R. A contrast is a column's name or a mapping of names to multipliers."""

    statistics: ClusterStatistics
    coefficients: np.ndarray
    root: np.ndarray
    dropped: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Columns in the order of the coefficients."""
        return self.statistics.names

    @property
    def n(self) -> int:
        """Rows with a positive weight."""
        return self.statistics.n

    @property
    def n_clusters(self) -> int:
        """Clusters, G."""
        return len(self.statistics.labels)

    def coefficient(self, contrast: Contrast) -> float:
        """Estimate of a coefficient or linear combination."""
        return float(self._vector(contrast) @ self.coefficients)

    def cr1(self, contrast: Contrast, level: float = 0.95, *, factor: str = "stata") -> Interval:
        """CR1 with G - 1 degrees of freedom; `factor`: "stata" G/(G-1) x (n-1)/(n-p), or "clusters" G/(G-1)."""
        return self._interval(contrast, self.cr1_factor(factor) ** 0.5 * self.scores, self.n_clusters - 1, level,
                              "CR1, t(G - 1)")

    def cr2(self, contrast: Contrast, level: float = 0.95) -> Interval:
        """CR2 with Satterthwaite degrees of freedom (module docstring)."""
        return self._interval(contrast, self.adjusted_scores, self.satterthwaite(contrast), level,
                              "CR2, Satterthwaite")

    def cr3(self, contrast: Contrast, level: float = 0.95) -> Interval:
        """Cluster jackknife with G - 1 degrees of freedom; `DataError` if one cluster alone identifies it."""
        self.jackknife_directions(contrast)
        return self._interval(contrast, self._jackknife[0], self.n_clusters - 1, level, "CR3, t(G - 1)")

    def covariance(self, kind: str, *, factor: str = "stata") -> np.ndarray:
        """Covariance matrix (p, p) of the coefficients; `kind` is "CR1", "CR2" or "CR3"."""
        scores = {"CR1": lambda: self.cr1_factor(factor) ** 0.5 * self.scores, "CR2": lambda: self.adjusted_scores,
                  "CR3": lambda: self._jackknife[0]}
        if kind not in scores:
            raise DataError("kind of clustered variance", value=kind, expected="CR1, CR2 or CR3")
        moves = solve_triangular(self.root, scores[kind]().T)
        return moves @ moves.T

    def satterthwaite(self, contrast: Contrast) -> float:
        """Degrees of freedom of CR2 for this contrast (module docstring)."""
        P = self.working_covariance(self.direction(contrast)[:, None])[0, 0]
        return float(np.trace(P) ** 2 / np.sum(P**2))

    def working_covariance(self, directions: np.ndarray) -> np.ndarray:
        """Covariances of the clusters' adjusted scores under the working model, (q, q, G, G).

        `directions` (p, q) are contrasts in the basis XR^-1 (`direction`). Entry [s, t, g, h] is P_gh of the module
        docstring with contrast s for cluster g and contrast t for cluster h.
        """
        s = [root @ (bottom @ directions) for root, (_, bottom, _) in zip(self._adjustments, self._spans, strict=True)]
        raw = np.array([top.T @ part for part, (top, _, _) in zip(s, self._spans, strict=True)])          # (G, p, q)
        weighted = np.array([bottom.T @ part for part, (_, bottom, _) in zip(s, self._spans, strict=True)])
        cross = np.einsum("gps,hpt->stgh", raw, weighted)
        P = np.einsum("gps,pr,hrt->stgh", raw, self._spread, raw, optimize=True) - cross - cross.transpose(1, 0, 3, 2)
        at = np.arange(self.n_clusters)
        P[:, :, at, at] += np.array([part.T @ part for part in s]).transpose(1, 2, 0)
        return P

    def direction(self, contrast: Contrast) -> np.ndarray:
        """The contrast in the basis XR^-1, (p,): its estimate is the direction times the basis's coefficients."""
        return solve_triangular(self.root, self._vector(contrast), trans="T")

    def jackknife_directions(self, contrast: Contrast) -> np.ndarray:
        """Directions d_g in the basis XR^-1, (G, p), whose products with the clusters' scores are the moves of the
        estimate on leaving out each cluster: b - b_(g) = d_g'X_g'W_ge_g. They depend on X, weights and clusters alone.
        Raises `DataError` if one cluster alone identifies the contrast.
        """
        u, found = self.direction(contrast), []
        for label, (space, values) in zip(self.statistics.labels, self._jackknife[1], strict=True):
            if np.linalg.norm(u - space @ (space.T @ u)) > NOT_ESTIMABLE * np.linalg.norm(u):
                raise DataError(f"CR3 is undefined: without cluster {label} the data do not identify {contrast}")
            found.append(space @ ((space.T @ u) / values))
        return np.array(found)

    @cached_property
    def products(self) -> np.ndarray:
        """X_g'W_gX_g of the clusters in the basis XR^-1, (G, p, p); they sum to the identity."""
        halves = [solve_triangular(self.root, self.statistics.root(g)[0].T, trans="T") for g in range(self.n_clusters)]
        return np.array([half @ half.T for half in halves])

    @cached_property
    def scores(self) -> np.ndarray:
        """Scores X_g'W_ge_g of the clusters in the basis XR^-1, (G, p)."""
        return self.moments - self.products @ (self.root @ self.coefficients)

    @cached_property
    def moments(self) -> np.ndarray:
        """X_g'W_gy_g of the clusters in the basis XR^-1, (G, p)."""
        parts = (self.statistics.root(g) for g in range(self.n_clusters))
        return np.array([solve_triangular(self.root, X.T @ y, trans="T") for X, y in parts])

    @cached_property
    def _spans(self) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]:
        """O'X_g and O'W_gX_g in the basis XR^-1, and O'e_g."""
        found = []
        for g in range(self.n_clusters):
            top, bottom, y = self.statistics.span(g)
            basis = [solve_triangular(self.root, side.T, trans="T").T for side in (top, bottom)]
            found.append((*basis, y - top @ self.coefficients))
        return tuple(found)

    @cached_property
    def _spread(self) -> np.ndarray:
        """Q = M X'W^2X M in the basis, the covariance of the coefficients under the working model."""
        return sum(bottom.T @ bottom for _, bottom, _ in self._spans)

    @cached_property
    def _adjustments(self) -> tuple[np.ndarray, ...]:
        """O'A_gO of the clusters."""
        found = []
        for top, bottom, _ in self._spans:
            cross = top @ bottom.T
            found.append(inverse_root(np.eye(len(top)) - cross - cross.T + top @ self._spread @ top.T))
        return tuple(found)

    @cached_property
    def adjusted_scores(self) -> np.ndarray:
        """Scores X_g'W_gA_ge_g of the clusters in the basis XR^-1, (G, p): CR2 is the sum of their squares."""
        return np.array([bottom.T @ (root @ e) for root, (_, bottom, e) in zip(self._adjustments, self._spans,
                                                                              strict=True)])

    @cached_property
    def _jackknife(self) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
        """Changes of the basis's coefficients on leaving out each cluster times ((G-1)/G)^1/2, and the row spaces
        without it with the eigenvalues of I - X_g'W_gX_g there."""
        changes, spaces = [], []
        for product, score in zip(self.products, self.scores, strict=True):
            values, vectors = np.linalg.eigh(np.eye(len(product)) - product)
            space = vectors[:, values > NO_VARIANCE]
            changes.append(space @ ((space.T @ score) / values[values > NO_VARIANCE]))
            spaces.append((space, values[values > NO_VARIANCE]))
        return np.sqrt((self.n_clusters - 1) / self.n_clusters) * np.array(changes), spaces

    def cr1_factor(self, factor: str) -> float:
        """What CR1 multiplies by: "stata" G/(G-1) x (n-1)/(n-p), or "clusters" G/(G-1)."""
        clusters = self.n_clusters / (self.n_clusters - 1)
        if factor == "stata":
            return clusters * (self.n - 1) / (self.n - len(self.names))
        if factor == "clusters":
            return clusters
        raise DataError("small-sample factor of CR1", value=factor, expected="stata or clusters")

    def _vector(self, contrast: Contrast) -> np.ndarray:
        terms = {contrast: 1.0} if isinstance(contrast, str) else contrast
        vector = np.zeros(len(self.names))
        for name, multiplier in terms.items():
            if name in self.dropped:
                raise DataError("this column was left out as collinear with those before it", column=name)
            vector[self.statistics.position(name)] = multiplier
        return vector

    def _interval(self, contrast, scores, df, level, method) -> Interval:
        u = self.direction(contrast)
        variance, terms = np.sum((scores @ u) ** 2), np.abs(self.moments) @ np.abs(u)
        if variance <= NO_SPREAD * (terms @ terms):
            raise DataError(f"{method}: no variance for {contrast}, whose scores are nought in every cluster",
                            expected="a coefficient that more than one cluster informs, and residuals")
        return t_interval(self.coefficient(contrast), np.sqrt(variance), df, level=level, method=method)


def fit(y, X, clusters, *, weights=None, names=None, drop_collinear: bool = False) -> ClusteredFit:
    """Weighted least squares of y on the columns of X (give the constant as a column).

    Parameters: `y` (n,); `X` (n, p) array or data frame; `clusters` (n,) labels; `weights` (n,) not negative or
    None, of any scale; `names` of the columns. A column that depends linearly on those before it raises `DataError`
    naming it, or with `drop_collinear` is left out (as R's `lm` does) and listed in `.dropped`.
    Raises `DataError` for missing or infinite values, unequal lengths, fewer than two clusters or no row to spare.
    """
    return fit_statistics(cluster_statistics(y, X, clusters, weights=weights, names=names),
                          drop_collinear=drop_collinear)


def fit_statistics(statistics: ClusterStatistics, *, drop_collinear: bool = False) -> ClusteredFit:
    """As `fit`, from the clusters' factors."""
    if len(statistics.labels) < 2:
        raise DataError("clustered inference", value=len(statistics.labels), expected="at least two clusters")
    dropped = _collinear(statistics)
    if dropped and not drop_collinear:
        raise DataError(f"columns that depend linearly on those before them: {', '.join(dropped)}")
    if dropped:
        statistics = statistics.columns([name for name in statistics.names if name not in dropped])
    p = len(statistics.names)
    if statistics.n <= p:
        raise DataError("rows of a regression", value=statistics.n, expected=f"more than {p} columns")
    whole = np.linalg.qr(np.vstack(statistics.roots), mode="r")
    root = whole[:p, :p]
    return ClusteredFit(statistics, solve_triangular(root, whole[:p, p]), root, dropped)


def inverse_root(B: np.ndarray) -> np.ndarray:
    """Symmetric pseudo-inverse square root of a positive semi-definite matrix."""
    values, vectors = np.linalg.eigh((B + B.T) / 2)
    powers = np.array([value**-0.5 if value > NO_VARIANCE else 0.0 for value in values])
    return (vectors * powers) @ vectors.T


def _collinear(statistics: ClusterStatistics) -> tuple[str, ...]:
    """Names of the columns in the span of those before them.

    The first such column has a diagonal of nought in the triangular factor; it is taken out before looking further,
    because the rows of the factor below it are then rounding alone.
    """
    X = np.vstack(statistics.roots)[:, :-1]
    lengths, kept, dropped = np.linalg.norm(X, axis=0), list(range(X.shape[1])), []
    while True:
        factor = np.linalg.qr(X[:, kept], mode="r")
        diagonal = np.zeros(len(kept))
        diagonal[: len(factor)] = np.abs(np.diagonal(factor))
        low = np.flatnonzero(diagonal <= COLLINEAR * lengths[kept])
        if not len(low):
            return tuple(statistics.names[i] for i in dropped)
        dropped.append(kept.pop(low[0]))
        if not kept:
            return tuple(statistics.names[i] for i in dropped)
