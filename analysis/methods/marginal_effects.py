"""Average effects on the probability, from a logit, with standard errors by the delta method.

All are means m(b) of a difference or derivative of Lambda(xb) = 1 / (1 + exp(-xb)) over rows; the standard error is
(grad m' V grad m)^1/2 with the fit's clustered covariance V, rows taken as fixed; t with G - 1 degrees of freedom.

Which number is the effect of a difference-in-differences? Ai and Norton (2003) point out that in a nonlinear model
the coefficient of an interaction is not the cross difference of the expected outcome. Puhani (2012, Economics Letters
115: 85-87) answers that the cross difference is not what is asked for: with parallel trends assumed for xb, the
treatment effect on the treated is the difference between what is and what would have been without the interaction's
coefficient d, Lambda(xb) - Lambda(xb - d), in the treated after treatment: `treatment_effect`. It always has the sign
of d. The average derivative with respect to the interaction's column over all rows (`average_derivative`; what R's
`margins` reports for such a column) is neither: it asks what a small change of the column would do, mostly in rows
that were never treated.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval
from analysis.methods.logistic import LogisticFit


def average_derivative(fit: LogisticFit, name: str, *, over: str = "weights", level: float = 0.95) -> Interval:
    """Mean over rows of dLambda/dx = Lambda (1 - Lambda) b for a column, as for a numeric column in R's `margins`.

    `over`: "weights", the fit's weights, as Stata's margins; "rows", every row of positive weight alike, as R's
    `margins`, which leaves the weights of a glm out. Raises `DataError` for an unknown column.
    """
    k = fit.position(name)
    p = expit(fit.X @ fit.coefficients)
    slope, share = p * (1 - p), _shares(fit, over, np.ones(fit.n, dtype=bool))
    gradient = fit.coefficients[k] * ((share * slope * (1 - 2 * p)) @ fit.X)
    gradient[k] += share @ slope
    return _delta(fit, fit.coefficients[k] * (share @ slope), gradient, level, "average derivative")


def average_change(fit: LogisticFit, name: str, start: float, end: float, *, over: str = "weights",
                   level: float = 0.95) -> Interval:
    """Mean over rows of the change in probability when a column goes from `start` to `end`, the others as they are.

    For a dummy from 0 to 1 what Stata and `margins` give for a factor with two levels. Columns built from this one
    (interactions, other dummies of the same factor) stay as they are. `over` and errors as `average_derivative`.
    """
    k = fit.position(name)
    before, after = fit.X.copy(), fit.X.copy()
    before[:, k], after[:, k] = start, end
    return _difference(fit, before, after, _shares(fit, over, np.ones(fit.n, dtype=bool)), level, "average change")


def treatment_effect(fit: LogisticFit, interaction: str, *, over: str = "weights", level: float = 0.95) -> Interval:
    """Effect on the treated of a difference-in-differences: mean over rows where the interaction is not nought of
    Lambda(xb) - Lambda(xb - d x_interaction) (Puhani 2012; module docstring).

    `interaction`: column of treated x after, nought elsewhere. `over` as `average_derivative`. Raises `DataError` for
    an unknown column or one that is nought in no row, so that nothing marks the treated.
    """
    k = fit.position(interaction)
    treated = fit.X[:, k] != 0
    if treated.all():
        raise DataError("treatment effect of an interaction that is nowhere nought", column=interaction,
                        expected="nought outside the treated after treatment")
    without = fit.X.copy()
    without[:, k] = 0
    return _difference(fit, without, fit.X, _shares(fit, over, treated), level, "effect on the treated")


def _shares(fit: LogisticFit, over: str, rows: np.ndarray) -> np.ndarray:
    """What each row counts in the mean; sums to 1 over `rows` and is nought elsewhere."""
    if over not in ("weights", "rows"):
        raise DataError("rows to average over", value=over, expected="weights or rows")
    share = np.where(rows, fit.weights if over == "weights" else 1.0, 0.0)
    return share / share.sum()


def _difference(fit, before, after, share, level, method) -> Interval:
    low, high = expit(before @ fit.coefficients), expit(after @ fit.coefficients)
    gradient = (share * high * (1 - high)) @ after - (share * low * (1 - low)) @ before
    return _delta(fit, share @ (high - low), gradient, level, method)


def _delta(fit, estimate, gradient, level, method) -> Interval:
    return t_interval(float(estimate), float(np.sqrt(gradient @ fit.covariance @ gradient)), fit.n_clusters - 1,
                      level=level, method=f"logit, {method}, CR1, t(G - 1)")
