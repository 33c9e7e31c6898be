"""The effect of one outcome with every inference that few authorities allow, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.equivalence import Equivalence, equivalence_test, minimum_detectable_effect
from analysis.methods.interval import Interval
from analysis.methods.permutation import PermutationTest
from analysis.methods.wild_bootstrap import WildBootstrap, wild_cluster_bootstrap, wild_cluster_interval
from analysis.strands.difference_in_differences.fitting import CompletedFits
from analysis.strands.difference_in_differences.randomisation import assignments_of, randomisation_test
from analysis.strands.difference_in_differences.regression import EFFECT


@dataclass(frozen=True)
class Inference:
    """The effect in percentage points (duration: working days) and its uncertainty, pooled over imputations.

    `cr2`: headline, Satterthwaite's degrees of freedom; `cr1`, `cr3`: t(G - 1); `cr1_rows`: the original's degrees of
    freedom from rows; `bootstrap` with `bootstrap_interval`: restricted wild cluster bootstrap; `permutation`: of
    pilots within matched groups with matching redone, `permutation_kept` with the weights as they are.
    `missing_information`: fraction of it; `mde`: minimum detectable effect by formula; `equivalence`: against the
    bounds of the design. `cr3` is None where one authority alone identifies the effect, with the reason in `no_cr3`.
    """

    cr2: Interval
    cr1: Interval
    cr3: Interval | None
    no_cr3: str
    cr1_rows: Interval
    bootstrap: WildBootstrap
    bootstrap_interval: tuple[float, float]
    permutation: PermutationTest
    permutation_kept: PermutationTest
    missing_information: float
    mde: float
    equivalence: Equivalence


def inference_of(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame, rng: np.random.Generator) -> Inference:
    """The effect with its uncertainty. `rng` serves the bootstrap and, where not all are listed, the assignments."""
    rules, headline = fitted.rules, fitted.effect
    cr2, bound = headline.interval, rules.estimation["equivalence"][outcome]
    cr3, no_cr3 = _jackknife(fitted)
    signs, interval_signs, draw = rng.spawn(3)
    draws = int(rules.estimation["bootstrap_draws"])
    return Inference(
        cr2=cr2, cr1=fitted.cr1(), cr3=cr3, no_cr3=no_cr3, cr1_rows=fitted.row_based(outcome),
        bootstrap=wild_cluster_bootstrap(fitted.fits, EFFECT, signs, draws=draws),
        bootstrap_interval=wild_cluster_interval(fitted.fits, EFFECT, interval_signs, level=fitted.level, draws=draws),
        permutation=permutation_of(fitted, outcome, la_years, draw),
        permutation_kept=permutation_of(fitted, outcome, la_years, draw, redo_matching=False),
        missing_information=headline.missing_information,
        mde=minimum_detectable_effect(cr2.se, cr2.df, power=rules.estimation["power"], alpha=1 - fitted.level),
        equivalence=equivalence_test(cr2, -bound, bound))


def _jackknife(fitted: CompletedFits) -> tuple[Interval | None, str]:
    try:
        return fitted.cr3(), ""
    except DataError as error:
        return None, str(error)


def permutation_of(fitted: CompletedFits, outcome: str, la_years: pd.DataFrame, rng: np.random.Generator, *,
                   redo_matching: bool = True) -> PermutationTest:
    """Permutation of pilots within matched groups, by the limits of the design."""
    assignments = assignments_of(fitted.sets[0].frame, rng, **fitted.rules.estimation["permutations"])
    return randomisation_test(fitted.designs(outcome, la_years), assignments, redo_matching=redo_matching)
