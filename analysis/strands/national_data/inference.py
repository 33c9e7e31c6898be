"""The headline effect of one indicator under other ways of inference, and what it excludes.

In a balanced panel with authority and year effects the estimate is the difference of mean changes between pilots and
comparators, so that one number an authority, its change, carries all that permutation and leaving out need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.methods import clustered
from analysis.methods.equivalence import Equivalence, equivalence_test, smallest_equivalence_bound
from analysis.methods.permutation import PermutationTest, subset_assignments, test_of_values
from analysis.methods.wild_bootstrap import WildBootstrap, wild_cluster_bootstrap, wild_cluster_interval
from analysis.strands.national_data.effects import Effect, Panel, design_matrix, estimate_effect


@dataclass(frozen=True)
class Inference:
    """One effect: restricted wild cluster bootstrap with the interval of values it does not reject, permutation over
    authorities, equivalence within the smallest change that would matter, the bound beyond which effects are excluded,
    and the effect without each pilot, by code."""

    bootstrap: WildBootstrap
    bootstrap_interval: tuple[float, float]
    permutation: PermutationTest
    equivalence: Equivalence
    excluded_beyond: float
    without: Mapping[str, Effect]


def inference_of(panel: Panel, effect: Effect, rules: Mapping, rng: np.random.Generator) -> Inference:
    """Inference for an effect of `panel`; `rules` is the design's `national_data`.

    The smallest change that would matter is `inference.matters` of the pilots' mean before, either way.
    """
    fit = clustered.fit(*design_matrix(panel, rules["post_from"]))
    draws = int(rules["inference"]["draws"])
    signs, assignments = rng.spawn(2)
    bound = float(rules["inference"]["matters"]) * effect.pilots_before
    seed = int(signs.integers(2**63))      # test and interval rest on the same signs
    return Inference(
        wild_cluster_bootstrap(fit, "effect", np.random.default_rng(seed), draws=draws),
        wild_cluster_interval(fit, "effect", np.random.default_rng(seed), level=rules["level"], draws=draws),
        permutation_over_authorities(panel, rules["post_from"], assignments, draws),
        equivalence_test(effect.interval, -bound, bound), smallest_equivalence_bound(effect.interval),
        without_each_pilot(panel, rules))


def changes(panel: Panel, post_from: int) -> pd.Series:
    """Change of every authority: mean of the years from `post_from` less mean of those before, by code."""
    after = np.asarray(panel.values.columns) >= post_from
    return panel.values.loc[:, after].mean(axis=1) - panel.values.loc[:, ~after].mean(axis=1)


def permutation_over_authorities(panel: Panel, post_from: int, rng: np.random.Generator, draws: int) -> PermutationTest:
    """Test of no effect in which any authorities of the panel take the pilots' place (Fisher 1935).

    It takes every authority to have been as likely a pilot as any other. All choices where there are no more than
    `draws`, else a sample.
    """
    moved = changes(panel, post_from)
    assignments = subset_assignments(list(moved.index), list(panel.pilots), rng, limit=draws, sample=draws)
    place = {code: k for k, code in enumerate(moved.index)}
    at = np.vectorize(place.__getitem__)(assignments.treated)
    treated = moved.to_numpy()[at]
    n, k = len(moved), at.shape[1]
    return test_of_values(treated.mean(axis=1) - (moved.sum() - treated.sum(axis=1)) / (n - k), exact=assignments.exact)


def without_each_pilot(panel: Panel, rules: Mapping) -> dict[str, Effect]:
    """The headline effect leaving out one pilot at a time, by its code; none with fewer than three pilots."""
    if len(panel.pilots) < 3:
        return {}
    found = {}
    for code in panel.pilots:
        kept = replace(panel, values=panel.values.drop(index=code), pilots=tuple(c for c in panel.pilots if c != code))
        found[code] = estimate_effect(kept, rules["post_from"], rules["level"], rules["power"])
    return found
