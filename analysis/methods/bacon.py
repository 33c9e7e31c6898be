"""What two-way fixed effects are made of when treatment is staggered: Goodman-Bacon's (2021) decomposition.

The coefficient is a weighted mean of the differences-in-differences of every pair of cohorts, each with two groups and
the periods in which one of them changes (theorem 1). Comparisons of later with earlier treated units use already
treated units as controls; when effects grow they subtract growth from the effect.

The theorem is for a balanced panel with equal weights and a treatment that is on or off. So the embedding has to count
as one or the other: here a unit is treated from its first treated period on, and every period is kept. Computed by
diff-diff's `BaconDecomposition` with exact weights, and checked against the regression each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.staggered_panel import Adoption, StaggeredPanel
from analysis.methods.two_way import two_way_effect

TYPES = {"treated_vs_never": "Treated against never treated", "earlier_vs_later": "Earlier against later treated",
         "later_vs_earlier": "Later against earlier treated"}
ROUNDING = 1e-8     # of the weighted mean against the regression, relative to the largest outcome


@dataclass(frozen=True)
class BaconDecomposition:
    """`table`: treated and control (first treated period of the cohort, control missing for the never treated), type,
    estimate, weight, n_treated and n_control units; `two_way` is the coefficient, the table's weighted mean."""

    table: pd.DataFrame
    two_way: float

    def by_type(self) -> pd.DataFrame:
        """type, weight (sum), estimate (weighted mean), in the order of `TYPES`."""
        rows = []
        for name in TYPES.values():
            of_type = self.table[self.table["type"] == name]
            if len(of_type):
                rows.append({"type": name, "weight": of_type["weight"].sum(),
                             "estimate": np.average(of_type["estimate"], weights=of_type["weight"])})
        return pd.DataFrame(rows)


def bacon_decomposition(panel: StaggeredPanel, adoption: Adoption) -> BaconDecomposition:
    """The decomposition, treatment being on from `first_treated` (module docstring).

    Raises `DataError` for a panel that is not balanced or has unequal weights, or when the parts do not make up the
    regression's coefficient.
    """
    if not panel.balanced or not panel.equal_weights:
        raise DataError("panel of a Goodman-Bacon decomposition",
                        value=f"{int((panel.weights == 0).sum())} empty cells",
                        expected="every unit in every period, with equal weights")
    table = _decomposed(panel, adoption)
    whole = two_way_effect(panel, Adoption(adoption.first_treated, adoption.first_treated))
    parts = float(table["estimate"] @ table["weight"])
    if abs(parts - whole) > ROUNDING * np.abs(panel.y).max():
        raise DataError("the parts of a decomposition do not make up the coefficient", value=parts, expected=whole)
    return BaconDecomposition(table, whole)


def _decomposed(panel: StaggeredPanel, adoption: Adoption) -> pd.DataFrame:
    from diff_diff import BaconDecomposition as Library  # takes a second to import, and only this needs it

    # The library takes nought for never treated, so periods are counted from 1.
    step = np.arange(1, len(panel.periods) + 1)
    first = np.where(adoption.never, 0, np.searchsorted(panel.periods, adoption.first_treated) + 1)
    n_units, n_periods = panel.y.shape
    long = pd.DataFrame({"unit": np.repeat(np.arange(n_units), n_periods), "time": np.tile(step, n_units),
                         "first": np.repeat(first, n_periods), "y": panel.y.ravel()})
    found = Library(weights="exact").fit(long, outcome="y", unit="unit", time="time", first_treat="first").comparisons
    date = {int(k): int(panel.periods[k - 1]) for k in np.unique(first) if k}
    size = {int(k): int((first == k).sum()) for k in np.unique(first)}
    rows = [{"treated": date[int(item.treated_group)], "control": date.get(_group(item.control_group)),
             "type": TYPES[item.comparison_type], "estimate": float(item.estimate), "weight": float(item.weight),
             "n_treated": size[int(item.treated_group)], "n_control": size[_group(item.control_group)]}
            for item in found]
    table = pd.DataFrame(rows).astype({"control": "Int64"})
    return table.sort_values(["treated", "control"], na_position="first", ignore_index=True)


def _group(label) -> int:
    """The library's name of a group as its first period, nought for the never treated."""
    return 0 if label == "never_treated" else int(label)
