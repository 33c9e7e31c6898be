"""Panels for the tests of staggered adoption: small ones by hand, the castle-doctrine data, simulated ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.staggered_panel import Adoption, StaggeredPanel, adoption, staggered_panel


def wide(rows: dict[str, list], weights: dict[str, list] | None = None) -> StaggeredPanel:
    """A panel from one list of outcomes a unit, periods 0, 1, ...; None where there is no cell."""
    cells = [(unit, t, y, 1.0 if weights is None else weights[unit][t])
             for unit, values in rows.items() for t, y in enumerate(values) if y is not None]
    return staggered_panel(*zip(*cells, strict=True))


def castle(folder) -> tuple[StaggeredPanel, Adoption]:
    """Homicide in 50 states, 2000 to 2010, and when they adopted the castle doctrine."""
    rows = pd.read_csv(folder / "castle.csv")
    panel = staggered_panel(rows["sid"], rows["year"], rows["l_homicide"])
    first = rows.drop_duplicates("sid").set_index("sid")["gvar"]
    return panel, adoption(panel, first[first > 0].astype(int).to_dict())


def simulated(rng: np.random.Generator, *, n_treated: int = 9, n_controls: int = 18, periods: int = 24, start: int = 8,
              between: int = 3, noise: float = 0.0, effect=None) -> tuple[StaggeredPanel, Adoption, float]:
    """Additive unit and period effects and noise; treated units begin one period apart from `start` on. `effect`
    (cohort's number, periods since fully treated) adds to cells after; between, a disturbance that must not matter.
    Returns the panel, its adoption and the true mean effect over cells after."""
    N = n_treated + n_controls
    y = rng.normal(size=(N, 1)) + rng.normal(size=(1, periods)) + noise * rng.normal(size=(N, periods))
    first, fully, truth = {}, {}, []
    for i in range(n_treated):
        first[f"u{i}"], fully[f"u{i}"] = start + i, start + i + between
        if effect is not None:
            y[i, start + i : start + i + between] += 7.0
            since = np.arange(periods - start - i - between)
            y[i, start + i + between :] += effect(i, since)
            truth.extend(effect(i, since))
    units = np.repeat([f"u{i}" for i in range(N)], periods)
    panel = staggered_panel(units, np.tile(np.arange(periods), N), y.ravel())
    return panel, adoption(panel, first, fully), float(np.mean(truth)) if truth else 0.0


def library_rows(panel: StaggeredPanel, dates: Adoption) -> pd.DataFrame:
    """The cells used, as diff-diff takes them."""
    unit, period = np.nonzero(dates.used(panel))
    first = np.where(dates.never, 0, np.searchsorted(panel.periods, dates.first_treated) + 1)
    return pd.DataFrame({"unit": unit, "time": period + 1, "first": first[unit], "y": panel.y[unit, period]})
