"""The five outcomes tested together: Holm on the headline's p values, Romano and Wolf on the wild bootstrap.

The same authority gets the same sign in every outcome, so that the draws carry the dependence between outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.methods.multiple_outcomes import holm, romano_wolf
from analysis.methods.wild_bootstrap import rademacher, wild_cluster_statistics
from analysis.strands.difference_in_differences.regression import EFFECT
from analysis.strands.difference_in_differences.results import OutcomeResult


def adjusted(results: Mapping[str, OutcomeResult], rng: np.random.Generator, draws: int) -> pd.DataFrame:
    """p values of the outcomes, plain and adjusted: outcome, p (CR2), holm, bootstrap_p (these draws), romano_wolf."""
    authorities = sorted({la for result in results.values() for la in result.fits[0].statistics.labels})
    signs, _ = rademacher(len(authorities), rng, draws)
    place = {la: k for k, la in enumerate(authorities)}
    t = np.column_stack([
        wild_cluster_statistics(result.fits, EFFECT, signs[:, [place[la] for la in result.fits[0].statistics.labels]])
        for result in results.values()])
    p = [result.inference.cr2.p for result in results.values()]
    alone = (np.abs(t) >= np.abs(t[0]) * (1 - 1e-9)).mean(axis=0)
    return pd.DataFrame({"outcome": list(results), "p": p, "holm": holm(p), "bootstrap_p": alone,
                         "romano_wolf": romano_wolf(t)})
