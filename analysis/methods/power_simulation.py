"""Power and minimum detectable effects from simulations without an effect.

Adding an effect d to outcomes is the same as testing -d on outcomes without it (`repeated_outcomes`), so one set of
null simulations gives the power of a test at every effect. Effects of both directions are used: power at d is the mean
of that at d and at -d, which halves the part of the Monte Carlo error that the sign of an estimate makes.

A test is here a function from a hypothesis to the R two-sided p values of the simulations, such as
`lambda null: fits.p("CR2", null=null)`; it rejects when p <= alpha.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError

Test = Callable[[float], np.ndarray]

HALVINGS = 16        # of the interval in which power passes its target: to 1 part in 65,000
WIDENINGS = 40       # doublings of the first effect tried, before none is found
SLOPE = 0.15         # the power curve's slope is taken between effects this share below and above


@dataclass(frozen=True)
class Power:
    """Power at one effect, between 0 and 1, with its Monte Carlo standard error (nought where none or all reject)."""

    effect: float
    power: float
    error: float


@dataclass(frozen=True)
class DetectableEffect:
    """Smallest |effect| that a test detects with `power`, and its Monte Carlo standard error, in units of the outcome;
    both infinite when no effect is detected that often, as where a test has too few values of p ever to reject."""

    effect: float
    error: float
    power: float
    alpha: float
    runs: int


def power_at(test: Test, effect: float, *, alpha: float = 0.05) -> Power:
    """Power of a test at an effect, and at its opposite, averaged."""
    rejected = _rejections(test, effect, alpha)
    return Power(float(effect), float(rejected.mean()), _error(rejected))


def power_curve(test: Test, effects, *, alpha: float = 0.05) -> tuple[Power, ...]:
    """Power at each of some effects."""
    return tuple(power_at(test, float(effect), alpha=alpha) for effect in effects)


def detectable_effect(test: Test, start: float, *, power: float = 0.8, alpha: float = 0.05) -> DetectableEffect:
    """Smallest |d| at which the test has `power`, by halving an interval in which power passes it.

    `start` > 0: an effect of the right order, in units of the outcome. The error is the standard error of the power
    there over the slope of the curve. Raises `DataError` for a start, power or alpha that cannot be.
    """
    if not (start > 0 and np.isfinite(start) and 0 < alpha < power < 1):
        raise DataError("minimum detectable effect by simulation", value=(start, power, alpha),
                        expected="a positive start, and 0 < alpha < power < 1")
    low, high = 0.0, float(start)
    for _ in range(WIDENINGS):
        if power_at(test, high, alpha=alpha).power >= power:
            break
        low, high = high, 2 * high
    else:
        return DetectableEffect(np.inf, np.inf, power, alpha, len(_rejections(test, high, alpha)))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(test, middle, alpha=alpha).power >= power else (middle, high)
    rejected = _rejections(test, high, alpha)
    below, above = (power_at(test, (1 + step) * high, alpha=alpha).power for step in (-SLOPE, SLOPE))
    slope = (above - below) / (2 * SLOPE * high)
    return DetectableEffect(high, _error(rejected) / slope if slope > 0 else np.inf, power, alpha, len(rejected))


def _rejections(test: Test, effect: float, alpha: float) -> np.ndarray:
    """Share of the two directions, (R,), in which the test of nought rejects with the effect added."""
    found = np.array([np.asarray(test(sign * effect)) <= alpha for sign in (-1.0, 1.0)], dtype=float)
    if found.ndim != 2 or found.shape[1] < 2:
        raise DataError("simulations of a test", value=found.shape[1:], expected="one p value each, two or more")
    return found.mean(axis=0)


def _error(rejected: np.ndarray) -> float:
    return float(rejected.std(ddof=1) / np.sqrt(len(rejected)))
