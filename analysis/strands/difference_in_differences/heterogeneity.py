"""Did pilots that had implemented more change more? Each pilot's own effect against its rated implementation.

Every matched group has a difference-in-differences of its own, in one regression with common covariates and years:
dummies of the groups and their products with after, pilot and after x pilot. The slope of these effects on the rating,
each pilot counting the same, is tested by giving the ratings to other pilots: all orders when there are no more than
the limit, else a sample (Fisher 1935).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import fit
from analysis.methods.equivalence import minimum_detectable_effect
from analysis.methods.permutation import PermutationTest, test_of_values
from analysis.strands.difference_in_differences.fitting import CompletedFits
from analysis.strands.difference_in_differences.regression import EFFECT

LEAST = 4          # pilots with a rating and an effect; with fewer no order could be unusual


@dataclass(frozen=True)
class Heterogeneity:
    """`pilots`: la, group, score, effect (percentage points; duration: working days), those with both. `slope`: change
    of the effect a point of the rating, `se` its least-squares error; `detectable`: the slope that n - 2 degrees of
    freedom find with the design's power, and `range_detectable` that slope over the pilots' range of ratings;
    `without_score`: pilots left out."""

    outcome: str
    pilots: pd.DataFrame
    slope: float
    se: float
    permutation: PermutationTest
    detectable: float
    range_detectable: float
    without_score: int


def heterogeneity(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame, profile: pd.DataFrame,
                  rng: np.random.Generator) -> Heterogeneity:
    """Slope of the pilots' effects on their rating. `profile`: pilot_la, score (missing where not rated).

    Raises `DataError` with fewer than four rated pilots in the outcome or ratings that are all the same.
    """
    own = group_effects(fitted, outcome, la_years)
    scores = profile.set_index("pilot_la")["score"].astype(float)
    table = own.assign(score=own["la"].map(scores))
    rated = table.dropna(subset=["score", "effect"]).reset_index(drop=True)
    if len(rated) < LEAST or rated["score"].nunique() < 2:
        raise DataError(f"outcome {outcome}: effects cannot be set against implementation",
                        file="implementation profile",
                        column="score", value=len(rated), expected=f"at least {LEAST} pilots whose ratings differ")
    x, y = rated["score"].to_numpy(), rated["effect"].to_numpy()
    slope, se = least_squares_slope(x, y)
    detectable = minimum_detectable_effect(se, len(x) - 2, power=fitted.rules.estimation["power"],
                                           alpha=1 - fitted.level)
    return Heterogeneity(outcome, rated[["la", "group", "score", "effect"]], slope, se,
                         permuted_slope(x, y, rng, int(fitted.rules.estimation["rating_orders"])),
                         detectable, detectable * float(np.ptp(x)), len(table) - len(rated))


def group_effects(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame) -> pd.DataFrame:
    """The effect in every matched group, mean over imputations: group, la of the pilot, effect (missing where the
    group's records cannot identify it)."""
    found = [_one(design) for design in fitted.designs(outcome, la_years)]
    table = pd.concat(found).groupby(["group", "la"], as_index=False)["effect"].agg(lambda v: v.mean(skipna=False))
    return table


def least_squares_slope(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope of y on x with its standard error on n - 2 degrees of freedom."""
    centred = x - x.mean()
    slope = centred @ y / (centred @ centred)
    residual = y - y.mean() - slope * centred
    return float(slope), float(np.sqrt(residual @ residual / (len(x) - 2) / (centred @ centred)))


def permuted_slope(x: np.ndarray, y: np.ndarray, rng: np.random.Generator, limit: int) -> PermutationTest:
    """Test of no slope: the ratings in every order, or in a sample of `limit` orders beside the one that is."""
    n = len(x)
    exact = factorial(n) <= limit
    orders = np.array(list(permutations(range(n)))) if exact else np.vstack(
        [np.arange(n), rng.permuted(np.tile(np.arange(n), (limit, 1)), axis=1)])
    centred = (x - x.mean())[orders]
    return test_of_values(centred @ y / (centred[0] @ centred[0]), exact=exact)


def _one(design) -> pd.DataFrame:
    frame, X, weights = design
    kept = weights > 0
    frame, X = frame[kept], X[kept]
    columns = {}
    for group in sorted(frame["group"].unique()):
        here = (frame["group"] == group).astype(float)
        columns |= {f"group {group}": here, f"after {group}": here * X["after"], f"pilot {group}": here * X["pilot"],
                    f"effect {group}": here * X["after"] * X["pilot"]}
    rest = X.drop(columns=["constant", "after", "pilot", EFFECT])
    found = fit(frame["y"].to_numpy(dtype=float), pd.concat([pd.DataFrame(columns), rest], axis=1),
                frame["la"].to_numpy(), weights=weights[kept], drop_collinear=True)
    pilots = frame[frame["pilot"] == 1].drop_duplicates("group").set_index("group")["la"]
    return pd.DataFrame([{"group": group, "la": la,
                          "effect": np.nan if f"effect {group}" in found.dropped
                          else found.coefficient(f"effect {group}")} for group, la in pilots.items()])
