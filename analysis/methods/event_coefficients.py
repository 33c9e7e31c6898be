"""Coefficients of an event study with a target among the periods after the event, checked once for what uses them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval

REFERENCE = -1
SINGULAR = 1e-8    # least eigenvalue of the correlation matrix, relative to its greatest: a rank below k
ASYMMETRY = 1e-8   # of the covariance, relative to its greatest element


@dataclass(frozen=True)
class EventCoefficients:
    """Estimates at event times -n_pre - 1, ..., -2, 0, ..., n_post - 1; period -1 is the reference with coefficient 0.

    `estimates` (k,), `covariance` (k, k) with k = n_pre + n_post, `weights` (n_post,) of the target
    theta = sum_t weights_t x effect_t over the periods from 0 on.
    """

    estimates: np.ndarray
    covariance: np.ndarray
    n_pre: int
    weights: np.ndarray

    @property
    def n_post(self) -> int:
        """Periods from the event on."""
        return len(self.weights)

    @property
    def contrast(self) -> np.ndarray:
        """The target's weights on all coefficients, (k,)."""
        return np.concatenate([np.zeros(self.n_pre), self.weights])

    @property
    def target(self) -> float:
        """Estimate of the target under parallel trends."""
        return float(self.contrast @ self.estimates)

    @property
    def se(self) -> float:
        """Standard error of `target`."""
        return float(np.sqrt(self.contrast @ self.covariance @ self.contrast))

    @property
    def steps(self) -> np.ndarray:
        """Matrix (k, k) of the changes between neighbouring periods: row t has the coefficient at the later period
        minus that at the earlier one, the reference being 0. The first n_pre rows end at periods up to -1."""
        padded = np.insert(np.eye(len(self.estimates)), self.n_pre, 0.0, axis=0)
        return np.diff(padded, axis=0)

    def original(self, level: float = 0.95, df: float = np.inf) -> Interval:
        """The interval that holds when trends are parallel: target plus and minus t(df) standard errors."""
        return t_interval(self.target, self.se, df, level=level, method="parallel trends")

    def inflated(self, level: float, df: float) -> EventCoefficients:
        """The same with the covariance times (t / z)^2, t and z the two-sided critical values of t(df) and N(0, 1).

        With it, methods for a known normal covariance give the t(df) interval where the bias is nought. See
        `trend_bounds` for what that is worth elsewhere.
        """
        check_level(level)
        if not df > 0:
            raise DataError("degrees of freedom", value=df, expected="a positive number, inf for the normal")
        if np.isinf(df):
            return self
        ratio = stats.t.ppf(0.5 + level / 2, df) / stats.norm.ppf(0.5 + level / 2)
        return replace(self, covariance=self.covariance * ratio**2)


def event_coefficients(estimates, covariance, event_times, *, weights=None) -> EventCoefficients:
    """The coefficients, checked. They come in order of event time, the reference period -1 left out.

    Parameters: `estimates` (k,); `covariance` (k, k), symmetric, of full rank; `event_times` (k,) whole numbers
    without gaps, at least one before -1 and one from 0 on; `weights` (n_post,) of the target, default the mean of
    all periods from 0 on (for the first period alone 1, 0, 0, ...).

    Raises `DataError` for anything else. That includes a covariance of lower rank, as a clustered one has when the
    clusters that inform the coefficients are no more than the coefficients: some combination of the estimates then
    seems to be known exactly, and the intervals, which look for combinations with a small variance, would use it. No
    pseudo-inverse is taken; leave out or pool event times instead.
    """
    estimates, covariance = _numbers("estimates", estimates), _numbers("covariance", covariance)
    times = _event_times(event_times)
    k = len(times)
    if estimates.shape != (k,) or covariance.shape != (k, k):
        raise DataError("event-study estimates, covariance and times", value=(estimates.shape, covariance.shape, k),
                        expected="shapes (k,), (k, k) and (k,)")
    if not np.isfinite(estimates).all():
        raise DataError("event-study estimates", value=estimates.tolist(), expected="finite numbers")
    _check_covariance(covariance)
    n_pre = int(np.sum(times < REFERENCE))
    return EventCoefficients(estimates, (covariance + covariance.T) / 2, n_pre, _weights(weights, k - n_pre))


def check_level(level: float) -> None:
    """Raise `DataError` unless the level is above one half and below 1."""
    if not 0.5 < level < 1:
        raise DataError("confidence level", value=level, expected="a share above 0.5 and below 1, such as 0.95")


def check_bound(bound: float) -> None:
    """Raise `DataError` unless the bound on violations is finite and not negative."""
    if not (np.isfinite(bound) and bound >= 0):
        raise DataError("bound on violations of parallel trends", value=bound, expected="a finite number from 0 on")


def _numbers(name: str, values) -> np.ndarray:
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{name} of the event study", value=values, expected="numbers") from None


def _event_times(event_times) -> np.ndarray:
    times = np.asarray(event_times)
    if times.ndim != 1 or not np.issubdtype(times.dtype, np.number) or not np.all(times == np.round(times)):
        raise DataError("event times", value=times.tolist(), expected="whole numbers")
    times = times.astype(int)
    if REFERENCE in times:
        raise DataError("event times", value=times.tolist(), expected="none at the reference period -1")
    if not (times < REFERENCE).any() or not (times > REFERENCE).any():
        raise DataError("event times", value=times.tolist(), expected="at least one before -1 and one from 0 on")
    whole = [t for t in range(times.min(), times.max() + 1) if t != REFERENCE]
    if times.tolist() != whole:
        raise DataError("event times", value=times.tolist(), expected=f"in order and without gaps: {whole}")
    return times


def _weights(weights, n_post: int) -> np.ndarray:
    found = np.full(n_post, 1 / n_post) if weights is None else _numbers("weights", weights)
    if found.shape != (n_post,) or not np.isfinite(found).all() or not found.any():
        raise DataError("weights of the target", value=found.tolist(),
                        expected=f"{n_post} finite numbers, one for each period from 0 on, not all nought")
    return found


def _check_covariance(covariance: np.ndarray) -> None:
    variances = np.diagonal(covariance)
    if not np.isfinite(covariance).all() or np.any(variances <= 0):
        raise DataError("covariance of the event study", value=variances.tolist(),
                        expected="finite elements and positive variances")
    if np.abs(covariance - covariance.T).max() > ASYMMETRY * np.abs(covariance).max():
        raise DataError("covariance of the event study is not symmetric")
    scale = np.sqrt(variances)
    values = np.linalg.eigvalsh(covariance / np.outer(scale, scale))
    if values[0] < -SINGULAR * values[-1]:
        raise DataError("covariance of the event study has a negative eigenvalue", value=float(values[0]),
                        expected="a positive definite matrix")
    rank = int(np.sum(values > SINGULAR * values[-1]))
    if rank < len(values):
        raise DataError(f"covariance of the event study has rank {rank} for {len(values)} coefficients",
                        expected="full rank: fewer event times, or more clusters than coefficients")
