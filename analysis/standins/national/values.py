"""Values of the stand-in statistics: authority levels, shocks of a year, serially correlated noise, planted effects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import DesignError

FLOOR = 0.15       # no value falls below this share of its indicator's mean


def simulate(section: Mapping, rng: np.random.Generator, codes, pilots, years) -> dict[str, pd.DataFrame]:
    """Indicator values by authority (rows, `codes`) and year (columns), one frame an indicator.

    y_it = mean + a_i + s_t + u_it + effect x pilot_i x [t >= post_from]; a_i and s_t normal, u_it stationary
    first-order autoregressive; the level of pilots is shifted by `pilots_level` standard deviations of a_i. Raises
    `DesignError` when a planted effect makes a value negative.
    """
    planted = section["planted"]
    pilot = np.isin(np.asarray(codes), list(pilots))
    after = np.asarray(years) >= section["post_from"]
    found = {}
    for name, level in planted["levels"].items():
        authority = rng.normal(0, level["authority"], len(codes)) + planted["pilots_level"] * level["authority"] * pilot
        noise = autoregressive(rng, len(codes), len(years), level["noise"], planted["persistence"])
        value = level["mean"] + authority[:, None] + rng.normal(0, level["year"], len(years)) + noise
        value = np.maximum(value, FLOOR * level["mean"]) + planted["effects"][name] * np.outer(pilot, after)
        if value.min() < 0:
            raise DesignError(f"the effect planted in {name} makes values negative: choose a smaller one")
        found[name] = pd.DataFrame(value, index=list(codes), columns=list(years))
    return found


def autoregressive(rng: np.random.Generator, rows: int, years: int, sd: float, persistence: float) -> np.ndarray:
    """Stationary first-order autoregressive noise, (rows, years), with standard deviation `sd` in every year."""
    noise = rng.normal(0, sd, (rows, years))
    for t in range(1, years):
        noise[:, t] = persistence * noise[:, t - 1] + np.sqrt(1 - persistence**2) * noise[:, t]
    return noise


def populations(section: Mapping, rng: np.random.Generator, codes, years) -> pd.DataFrame:
    """Children aged 0 to 17 at mid-year, by authority and calendar year: whole numbers that grow slowly."""
    facts = section["standins"]["population"]
    size = np.maximum(facts["median"] * np.exp(rng.normal(0, facts["spread"], len(codes))), facts["smallest"])
    growth = rng.normal(0.005, 0.006, len(codes))
    path = size[:, None] * np.exp(np.outer(growth, np.arange(len(years))))
    return pd.DataFrame(path.round(), index=list(codes), columns=list(years))
