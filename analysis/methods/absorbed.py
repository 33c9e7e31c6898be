"""Clustered inference for fixed effects of entities without writing out a dummy for every one.

Outcome and regressors are replaced by their weighted deviations from the entities' means (W weights, D the dummies,
X~ = X - D(D'WD)^-1 D'WX) and go into `clustered.fit`. What that leaves unchanged, compared with the regression that
has every dummy, for coefficients of X and contrasts of them:

estimate   always (Frisch, Waugh and Lovell).
CR1        always, with the factor G/(G-1) ("clusters"): the scores X~_g'W_ge_g are the same. Factors that count
           columns differ in what they count: "nested" is G/(G-1) x (n-1)/(n-p-1), which leaves the effects out and
           counts one constant, as fixest (ssc with fixef.K = "nested", its default) and Stata's xtreg, fe; it needs
           entities inside clusters. The factor with every dummy counted (Stata's areg) is not offered: at one to three
           rows an entity n - p - N is no measure of anything.
CR3        when no entity is in two clusters: without cluster g the other entities' means are as they were.
CR2        when no entity is in two clusters and the weights are equal inside every entity (or there are none). Then
           D(D'WD)^-1 D'W is an orthogonal projection to which X~ and WX~ are orthogonal, B_g of `clustered` is that
           of X~ less the projection, and A_gWX~_g, scores and Satterthwaite's degrees of freedom are the same
           (Pustejovsky and Tipton 2018, theorem 2, for the unweighted case). With weights that vary inside an entity
           the projection is oblique, and CR2 after absorbing differs from CR2 with dummies: it is refused.

Time effects and others that cut across clusters must be columns of X, to be demeaned like the rest, not absorbed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit, Contrast, fit
from analysis.methods.demeaning import demeaned, varies_inside
from analysis.methods.interval import Interval, t_interval
from analysis.methods.regression_rows import RegressionRows, regression_rows

EVEN = 1e-12     # spread of the weights of an entity relative to their mean: equal but for rounding


@dataclass(frozen=True)
class AbsorbedFit:
    """`fit`: least squares on the deviations. `nested`: no entity is in two clusters; `even`: no entity's weights
    vary. `n_effects`: entities absorbed, `n_repeated` those of two rows and more, which alone carry information.
    `dropped`: columns left out (only when asked for) as constant inside entities or collinear."""

    fit: ClusteredFit
    nested: bool
    even: bool
    n_effects: int
    n_repeated: int
    dropped: tuple[str, ...] = ()

    def coefficient(self, contrast: Contrast) -> float:
        """Estimate of a coefficient or linear combination."""
        return self.fit.coefficient(contrast)

    def cr1(self, contrast: Contrast, level: float = 0.95, *, factor: str = "clusters") -> Interval:
        """CR1 with G - 1 degrees of freedom; `factor` "clusters" or "nested" (module docstring)."""
        found = self.fit.cr1(contrast, level, factor="clusters")
        if factor == "clusters":
            return found
        if factor != "nested":
            raise DataError("small-sample factor of CR1 with absorbed effects", value=factor,
                            expected="clusters or nested")
        self._needs(self.nested, 'the factor "nested"', "entities that lie inside clusters")
        n, p = self.fit.n, len(self.fit.names)
        self._needs(n > p + 1, 'the factor "nested"', "more rows than columns")
        return t_interval(found.estimate, found.se * np.sqrt((n - 1) / (n - p - 1)), found.df, level=level,
                          method=found.method)

    def cr2(self, contrast: Contrast, level: float = 0.95) -> Interval:
        """CR2 with Satterthwaite degrees of freedom; `DataError` where absorbing would change it."""
        self._needs(self.nested, "CR2", "entities that lie inside clusters")
        self._needs(self.even, "CR2", "weights that are equal inside entities, or a dummy for every entity")
        return self.fit.cr2(contrast, level)

    def cr3(self, contrast: Contrast, level: float = 0.95) -> Interval:
        """Cluster jackknife with G - 1 degrees of freedom; `DataError` where absorbing would change it."""
        self._needs(self.nested, "CR3", "entities that lie inside clusters")
        return self.fit.cr3(contrast, level)

    @staticmethod
    def _needs(holds: bool, what: str, condition: str) -> None:
        if not holds:
            raise DataError(f"{what} after absorbing effects is not that of the regression with every dummy",
                            expected=condition)


def absorb(y, X, entities, clusters, *, weights=None, names=None, drop_collinear: bool = False) -> AbsorbedFit:
    """Weighted least squares of y on X and a dummy for every entity, ready for clustered inference.

    Parameters: `y` (n,); `X` (n, p) array or data frame; `entities`, `clusters` (n,) labels; `weights` (n,) not
    negative or None; `names` of the columns. Columns that do not vary inside entities (the constant) or are collinear
    raise `DataError`, or with `drop_collinear` are left out and listed in `.dropped`. Raises `DataError` also as
    `clustered.fit` does.
    """
    rows = regression_rows(y, X, {"entity": entities, "cluster": clusters}, weights=weights, names=names)
    codes = rows.codes["entity"]
    both = demeaned(np.column_stack([rows.X, rows.y]), codes, rows.weights)
    varying = varies_inside(both[:, :-1], rows.X)
    if not varying.any() or not (varying.all() or drop_collinear):
        raise DataError("columns that the effects absorb, being constant inside entities",
                        value=[name for name, varies in zip(rows.names, varying, strict=True) if not varies])
    kept = tuple(name for name, varies in zip(rows.names, varying, strict=True) if varies)
    found = fit(both[:, -1], both[:, :-1][:, varying], np.asarray(clusters)[rows.kept], weights=rows.weights,
                names=kept, drop_collinear=drop_collinear)
    dropped = tuple(name for name in rows.names if name not in found.names)
    sizes = np.bincount(codes)
    return AbsorbedFit(found, _nested(rows), _even(rows), len(sizes), int((sizes > 1).sum()), dropped)


def _nested(rows: RegressionRows) -> bool:
    """Whether every entity lies in one cluster."""
    pairs = np.unique(np.column_stack([rows.codes["entity"], rows.codes["cluster"]]), axis=0)
    return len(pairs) == len(rows.levels["entity"])


def _even(rows: RegressionRows) -> bool:
    """Whether the weights of every entity are equal."""
    if rows.weights is None:
        return True
    spread = demeaned(rows.weights[:, None], rows.codes["entity"])[:, 0]
    return bool(np.abs(spread).max() <= EVEN * rows.weights.max())
