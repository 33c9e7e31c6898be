"""Costing: one price year, present values, break-even, one-way and probabilistic sensitivity.

Constant prices and discounting follow HM Treasury's Green Book (2022); sensitivity follows Briggs, Claxton and
Sculpher (2006), Decision Modelling for Health Economic Evaluation, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError

DISTRIBUTIONS = ("fixed", "normal", "gamma", "lognormal", "beta", "uniform", "triangular")
Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Parameter:
    """One parameter of a cost model.

    `value` is the central value. `low` and `high` are 95% limits (normal, gamma, lognormal, beta) or the ends of the
    range (uniform, triangular, whose mode is `value`). A fixed parameter has low = value = high.
    """

    name: str
    value: float
    low: float
    high: float
    distribution: str


@dataclass(frozen=True)
class Swing:
    """One bar of a tornado: the model's result with one parameter at its low, then its high end."""

    name: str
    at_low: float
    at_high: float
    width: float


@dataclass(frozen=True)
class Simulated:
    """A simulated quantity: mean, 95% interval, and the Monte Carlo standard error of the mean over `draws` draws."""

    mean: float
    low: float
    high: float
    mc_error: float
    draws: int


def to_price_year(amounts, years, index: Mapping[int, float], price_year: int) -> np.ndarray:
    """Amounts of their own years in the prices of one year: amount * index[price_year] / index[year].

    `amounts`, `years`: shape (n,), pounds and calendar years. `index`: price index by year, any base. `DataError` when
    a year is not in the index or an index number is not positive.
    """
    wanted = {int(year) for year in np.unique(np.asarray(years))} | {int(price_year)}
    for year in sorted(wanted):
        if not index.get(year, 0) > 0:
            raise DataError("no price index for the year", value=year,
                            expected=f"a positive index for each year, there are {sorted(index)}")
    factors = np.array([index[int(price_year)] / index[int(year)] for year in np.asarray(years)])
    return np.asarray(amounts, dtype=float) * factors


def present_value(amounts, years, rate: float, base_year: int) -> np.ndarray:
    """Amounts discounted to the base year, year by year: amount / (1 + rate)^(year - base_year).

    Costs of the base year itself are not discounted (Green Book, 2022). `rate` a share, 0.035 for 3.5%.
    `DataError` for a rate of -1 or less.
    """
    if not rate > -1:
        raise DataError("discount rate", value=rate, expected="a share above -1, such as 0.035")
    ages = np.asarray(years, dtype=float) - base_year
    return np.asarray(amounts, dtype=float) / (1 + rate) ** ages


def break_even(cost, value_of_unit) -> np.ndarray:
    """Units of an outcome that would have to be gained for their value to equal the cost: cost / value of a unit.

    `DataError` where a unit is worth nothing or less: no quantity of it would break even.
    """
    value = np.asarray(value_of_unit, dtype=float)
    if not (value > 0).all():
        raise DataError("value of one unit of the outcome", value=float(value.min()), expected="more than zero")
    return np.asarray(cost, dtype=float) / value


def sample(parameter: Parameter, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draws of a parameter, shape (draws,).

    Gamma and beta have the parameter's value as mean and (high - low) / (2 * 1.96) as standard deviation (method of
    moments); lognormal has it as median and log(high / low) / (2 * 1.96) on the log scale; triangular has it as mode.
    `DataError` for an unknown distribution, or limits that it cannot have.
    """
    check_parameter(parameter)
    return _DRAW[parameter.distribution](parameter, draws, rng)


def check_parameter(parameter: Parameter) -> None:
    """`DataError` when a parameter's distribution is unknown or its value and limits do not fit it."""
    p = parameter
    if p.distribution not in DISTRIBUTIONS:
        raise DataError("unknown distribution", column=p.name, value=p.distribution,
                        expected=f"one of {', '.join(DISTRIBUTIONS)}")
    if not p.low <= p.value <= p.high:
        raise DataError("value outside its own range", column=p.name, value=p.value, expected=f"{p.low} to {p.high}")
    if p.distribution == "fixed" and p.low != p.high:
        raise DataError("a fixed parameter has no range", column=p.name, value=(p.low, p.high), expected="low = high")
    if p.distribution in ("gamma", "lognormal") and p.low <= 0:
        raise DataError(f"a {p.distribution} parameter is positive", column=p.name, value=p.low, expected="low above 0")
    if p.distribution == "beta" and not (0 < p.value < 1 and 0 <= p.low and p.high <= 1):
        raise DataError("a beta parameter is a share", column=p.name, value=(p.low, p.high), expected="between 0 and 1")


def tornado(model: Callable[[Mapping[str, float]], float], parameters) -> tuple[Swing, ...]:
    """One-way sensitivity: the model at each parameter's low and high end, the others at their values; widest first."""
    parameters = tuple(parameters)
    base = {p.name: p.value for p in parameters}
    swings = []
    for p in parameters:
        if p.distribution != "fixed":
            at_low, at_high = (float(model({**base, p.name: end})) for end in (p.low, p.high))
            swings.append(Swing(p.name, at_low, at_high, abs(at_high - at_low)))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def simulated(values) -> Simulated:
    """Mean, central 95% interval (2.5 and 97.5 percentiles) and Monte Carlo standard error (sd / sqrt(draws))."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise DataError("no summary of a simulation", value=values.shape, expected="two or more draws in one dimension")
    low, high = np.percentile(values, [2.5, 97.5])
    return Simulated(float(values.mean()), float(low), float(high), float(values.std(ddof=1) / np.sqrt(len(values))),
                     len(values))


def expected_value_of_perfect_information(net_benefits) -> float:
    """What knowing every parameter before deciding between the programme and nothing would be worth.

    E[max(0, NB)] - max(0, E[NB]), from draws of the net benefit in pounds, shape (draws,). Source: Briggs, Claxton and
    Sculpher (2006), chapter 6.
    """
    net_benefits = np.asarray(net_benefits, dtype=float)
    return float(np.maximum(net_benefits, 0).mean() - max(0.0, net_benefits.mean()))


def parameters_of(frame: pd.DataFrame) -> dict[str, Parameter]:
    """Parameters by name from a table with columns parameter, value, low, high, distribution; each is checked."""
    found = {row.parameter: Parameter(row.parameter, float(row.value), float(row.low), float(row.high),
                                      row.distribution) for row in frame.itertuples()}
    for parameter in found.values():
        check_parameter(parameter)
    return found


def _deviation(p):
    return (p.high - p.low) / (2 * Z)


def _gamma(p, draws, rng):
    sd = _deviation(p)
    return rng.gamma((p.value / sd) ** 2, sd**2 / p.value, draws) if sd > 0 else np.full(draws, p.value)


def _beta(p, draws, rng):
    size = p.value * (1 - p.value) / _deviation(p) ** 2 - 1
    if size <= 0:
        raise DataError("the range is wider than a beta distribution allows", column=p.name, value=(p.low, p.high),
                        expected="a narrower range")
    return rng.beta(p.value * size, (1 - p.value) * size, draws)


_DRAW = {
    "fixed": lambda p, draws, rng: np.full(draws, p.value),
    "normal": lambda p, draws, rng: rng.normal(p.value, _deviation(p), draws),
    "gamma": _gamma,
    "lognormal": lambda p, draws, rng: p.value * np.exp(rng.normal(0, np.log(p.high / p.low) / (2 * Z), draws)),
    "beta": _beta,
    "uniform": lambda p, draws, rng: rng.uniform(p.low, p.high, draws),
    "triangular": lambda p, draws, rng: rng.triangular(p.low, p.value, p.high, draws),
}
