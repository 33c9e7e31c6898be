"""Sensitivity of an event study to violations of parallel trends (Rambachan and Roth 2023).

Three answers to one question, how much the trends may have differed: not at all (the usual interval); by a line whose
slope changes by at most M between periods (`smoothness_bounds`); by at most M-bar times the most they differed between
neighbouring periods before the event (`relative_magnitude_bounds`). The usual interval is M-bar = 0; it is not M = 0,
which allows a linear difference.

**Few clusters.** The method takes the estimates as normal with a known covariance. With a finite `df` the covariance is
multiplied by (t / z)^2, t and z the two-sided critical values of t(df) and the normal. Where there is no bias to allow
for (the usual interval, M-bar = 0, M = 0) this is the t(df) interval. With a large bias the method needs a one-sided
critical value, for which t / z is smaller, so the factor is more than enough. The first stage of the relative-magnitude
test, of size alpha / 10, needs a quantile further out, where it is not quite enough. No theorem stands behind it. With
a covariance known but for one scale, estimated with df of 4, 8 or 26, both methods covered 94.8% to 99.5% of the time
at four violations within their bounds (1,500 runs each, nominal 95%). `df` should be the target's own (Satterthwaite's
with CR2, G - 1 with CR1); one value then serves changes before the event too, whose own may be smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.breakdown import Breakdown
from analysis.methods.event_coefficients import EventCoefficients, event_coefficients
from analysis.methods.interval import Interval
from analysis.methods.relative_magnitude_bounds import (
    RelativeMagnitudeInterval,
    relative_magnitude_breakdown,
    relative_magnitude_interval,
)
from analysis.methods.smoothness_bounds import SmoothnessInterval, smoothness_breakdown, smoothness_interval

__all__ = ["EventCoefficients", "TrendBounds", "event_coefficients", "trend_bounds"]


@dataclass(frozen=True)
class TrendBounds:
    """Intervals for the target under parallel trends and weaker assumptions, and where zero comes to be included."""

    original: Interval
    smoothness: tuple[SmoothnessInterval, ...]
    relative_magnitude: tuple[RelativeMagnitudeInterval, ...]
    smoothness_breakdown: Breakdown
    relative_magnitude_breakdown: Breakdown
    level: float
    df: float


def trend_bounds(coefficients: EventCoefficients, *, smoothness: Sequence[float],
                 relative_magnitude: Sequence[float] = (0, 0.5, 1, 1.5, 2), level: float = 0.95, df: float = np.inf,
                 largest_relative_magnitude: float = 10.0) -> TrendBounds:
    """All intervals and both breakdown values.

    Parameters: `coefficients` from `event_coefficients`; `smoothness`, values of M in units of the outcome;
    `relative_magnitude`, values of M-bar; `level` above 0.5; `df` of t(df), inf for the normal as in the paper;
    the relative-magnitude breakdown is `inf` beyond `largest_relative_magnitude`. Results are in the order given.
    Raises `DataError` for negative bounds, a level outside (0.5, 1) or df that are not positive.
    """
    both = {"level": level, "df": df}
    return TrendBounds(
        coefficients.original(level, df),
        tuple(smoothness_interval(coefficients, float(bound), **both) for bound in smoothness),
        tuple(relative_magnitude_interval(coefficients, float(bound), **both) for bound in relative_magnitude),
        smoothness_breakdown(coefficients, **both),
        relative_magnitude_breakdown(coefficients, largest=largest_relative_magnitude, **both),
        float(level), float(df))
