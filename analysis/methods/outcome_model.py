"""A model of outcomes in clusters and periods, its variance components, and draws from it.

y_i = mean_i + a_c + g_cp + e_i: a shock of the cluster c, a shock of the cell (cluster c in period p), noise of the
unit, all independent with mean nought. Shocks are normal. Noise is that of a 0/1 outcome with the probability the rest
gives, or normal, or drawn with replacement from given residuals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError

NAMES = ("cluster", "cell", "unit")
SINGULAR = 1e-10      # of the moment equations: smallest relative to largest singular value, or a trace relative to n

NO_SPREAD = 1e-24     # mean square of residuals relative to that of the outcome: rounding alone


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of the shocks of clusters and cells and of the noise of units, in squared units of the outcome.
    `estimates` holds the three as estimated, unbiased; one below nought is taken as nought and named in `negative`."""

    estimates: tuple[float, float, float]

    @property
    def cluster(self) -> float:
        """Variance of the clusters' shocks."""
        return max(0.0, self.estimates[0])

    @property
    def cell(self) -> float:
        """Variance of the cells' shocks."""
        return max(0.0, self.estimates[1])

    @property
    def unit(self) -> float:
        """Variance of the units' noise."""
        return max(0.0, self.estimates[2])

    @property
    def negative(self) -> tuple[str, ...]:
        """Components whose estimate is below nought."""
        return tuple(name for name, value in zip(NAMES, self.estimates, strict=True) if value < 0)


def variance_components(y, X, clusters, cells) -> VarianceComponents:
    """Moment estimates from cell means, cluster means and single residuals.

    With e the residuals of ordinary least squares of y on X, the three sums sum_c n_c (mean of e in c)^2 over clusters,
    the same over cells, and sum e_i^2 are set equal to their expectations, which are linear in the three variances:
    under the model E[e'De] = sum_k s_k tr(D M Z_kZ_k' M), M taking off the projection on X (Henderson 1953, method of
    analysis of variance, with the fixed effects' part taken out exactly). The solution is unbiased when the noise has
    one variance; for a 0/1 outcome p(1 - p) is averaged. Where an estimate below nought is taken as nought, which is
    biased upwards, the others stay as they are.

    Parameters: `y` (n,), `X` (n, p) any rank, `clusters`, `cells` (n,) labels, cells nested in clusters, a row a unit.
    Raises `DataError` for rows that do not fit, cells across clusters, or a design in which the components cannot be
    told apart (such as one with a dummy for every cluster).
    """
    y, X = np.asarray(y, dtype=float), np.asarray(X, dtype=float)
    codes = [pd.factorize(np.asarray(labels), sort=True)[0] for labels in (clusters, cells)]
    if not (X.ndim == 2 and len(y) == len(X) == len(codes[0]) == len(codes[1])) or min(map(np.min, codes)) < 0:
        raise DataError("rows of a variance-components model", value=(len(y), X.shape, *map(len, codes)),
                        expected="one outcome, cluster and cell for every row of X")
    if len(np.unique(np.column_stack(codes), axis=0)) > codes[1].max() + 1:
        raise DataError("cells of a variance-components model", expected="every cell inside one cluster")
    span = _span(X)
    e = y - span @ (span.T @ y)
    sums = [_summing(code) for code in codes]
    sizes = [rows.sum(axis=1) for rows in sums]
    observed = np.array([*((rows @ e) ** 2 @ (1 / size) for rows, size in zip(sums, sizes, strict=True)), e @ e])
    expected = _expectations(sums, sizes, span)
    own = np.diagonal(expected)
    if own.min() <= SINGULAR * len(y) or np.linalg.cond(expected / own) > 1 / SINGULAR:
        raise DataError("variance components cannot be told apart in this design",
                        expected="clusters and cells with variation outside the span of X")
    return VarianceComponents(tuple(float(value) for value in np.linalg.solve(expected, observed)))


@dataclass(frozen=True)
class OutcomeModel:
    """`mean` (n,); `clusters`, `cells` (n,) numbers from nought; standard deviations of the shocks; and the noise:
    `scale` for an outcome of nought or `scale` (100 for per cent), else `residuals` (k,) to draw from, else `unit_sd`
    of a normal one."""

    mean: np.ndarray
    clusters: np.ndarray
    cells: np.ndarray
    cluster_sd: float
    cell_sd: float
    scale: float | None = None
    residuals: np.ndarray | None = None
    unit_sd: float | None = None

    def __post_init__(self):
        noise = [value is not None for value in (self.scale, self.residuals, self.unit_sd)]
        if sum(noise) != 1 or not len(self.mean) == len(self.clusters) == len(self.cells):
            raise DataError("model of an outcome", value=(len(self.mean), noise),
                            expected="equal lengths and one of scale, residuals and unit_sd")
        if min(self.cluster_sd, self.cell_sd) < 0 or not np.isfinite(self.mean).all():
            raise DataError("model of an outcome", value=(self.cluster_sd, self.cell_sd),
                            expected="finite means and standard deviations that are not negative")

    def draw(self, rng: np.random.Generator, runs: int, added=0.0) -> Draws:
        """`runs` outcome vectors, to whose means `added`, (n,) or one number, is added."""
        shocks = rng.normal(0, self.cell_sd, (int(self.cells.max()) + 1, runs))
        owner = np.empty(len(shocks), dtype=int)
        owner[self.cells] = self.clusters
        shocks += rng.normal(0, self.cluster_sd, (int(self.clusters.max()) + 1, runs))[owner]
        values = shocks[self.cells] + np.broadcast_to(self.mean + added, len(self.mean))[:, None]
        if self.scale is not None:
            clipped = np.count_nonzero(values < 0) + np.count_nonzero(values > self.scale)
            return Draws(np.multiply(self.scale * rng.random(values.shape) < values, self.scale), clipped)
        if self.residuals is not None:
            values += self.residuals[rng.integers(len(self.residuals), size=values.shape)]
        else:
            values += rng.normal(0, self.unit_sd, values.shape)
        return Draws(values, 0)


@dataclass(frozen=True)
class Draws:
    """`outcomes` (n, R), and how many of their n x R probabilities were below 0 or above 1 and so taken as 0 or 1."""

    outcomes: np.ndarray
    clipped: int


def within_residuals(y, X, cells, unit_variance: float) -> np.ndarray:
    """Residuals of ordinary least squares less their cell's mean, stretched to a mean square of `unit_variance`: what a
    model's noise may be drawn from. Raises `DataError` when none is left."""
    span = _span(np.asarray(X, dtype=float))
    y = np.asarray(y, dtype=float)
    e = y - span @ (span.T @ y)
    codes, _ = pd.factorize(np.asarray(cells))
    e = e - (np.bincount(codes, weights=e) / np.bincount(codes))[codes]
    square = float(np.mean(e**2))
    if square <= NO_SPREAD * float(np.mean(y**2)):
        raise DataError("residuals within cells", value=square, expected="outcomes that vary within cells")
    return e * np.sqrt(unit_variance / square)


def _span(X: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the columns, collinear ones taken once."""
    lengths = np.linalg.norm(X, axis=0)
    left, values, _ = np.linalg.svd(X[:, lengths > 0] / lengths[lengths > 0], full_matrices=False)
    return left[:, values > values[0] * 1e-10]


def _summing(codes: np.ndarray) -> np.ndarray:
    """Rows that sum over the units of a cluster or cell, (k, n), as a table of nought and one."""
    return (codes == np.arange(codes.max() + 1)[:, None]).astype(float)


def _expectations(sums: list[np.ndarray], sizes: list[np.ndarray], span: np.ndarray) -> np.ndarray:
    """Expectations of the three quadratic forms (rows) for a variance of one in each component (columns).

    With S_k summing over clusters or cells and N their sizes: tr(D M Z Z'M) = |N^-1/2 (S Z - S U U'Z)|^2 with Z = S_k',
    U the basis of X; for single units D is the identity and Z too.
    """
    through = [rows @ span for rows in sums]                                     # S U, (k, p)
    table = np.empty((3, 3))
    for i, (rows, size, left) in enumerate(zip(sums, sizes, through, strict=True)):
        for j, (columns, right) in enumerate(zip(sums, through, strict=True)):
            table[i, j] = (((rows @ columns.T - left @ right.T) ** 2).sum(axis=1) / size).sum()
        table[i, 2] = len(size) - ((left**2).sum(axis=1) / size).sum()
        table[2, i] = size.sum() - (left**2).sum()
    table[2, 2] = len(span) - span.shape[1]
    return table
