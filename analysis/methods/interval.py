"""An estimate with its interval, as every method here returns it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError


@dataclass(frozen=True)
class Interval:
    """An estimate with standard error and two-sided interval; `p` tests the hypothesis of no effect (zero)."""

    estimate: float
    se: float
    df: float
    low: float
    high: float
    p: float
    method: str


def t_interval(estimate: float, se: float, df: float, *, level: float = 0.95, method: str = "") -> Interval:
    """Student's t interval: estimate plus and minus t(1 - (1 - level) / 2; df) times se.

    Parameters: `se` > 0 in the units of the estimate; `df` > 0, `inf` for the normal distribution.
    Raises `DataError` for a level outside (0, 1), a standard error that is not positive or df that are not.
    """
    if not 0 < level < 1:
        raise DataError("confidence level", value=level, expected="a share between 0 and 1, such as 0.95")
    if not (np.isfinite(estimate) and np.isfinite(se) and se > 0 and df > 0):
        raise DataError(f"no interval for {method or 'this estimate'}", value=(float(estimate), float(se), float(df)),
                        expected="a finite estimate, a positive standard error and positive degrees of freedom")
    half = se * stats.t.ppf(0.5 + level / 2, df)
    p = 2 * stats.t.sf(abs(estimate) / se, df)
    return Interval(float(estimate), float(se), float(df), float(estimate - half), float(estimate + half), float(p),
                    method)
