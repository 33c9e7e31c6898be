"""What effect an outcome's design could have detected: by formula, and by simulation in the design itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit
from analysis.methods.equivalence import minimum_detectable_effect
from analysis.methods.outcome_model import VarianceComponents
from analysis.methods.power_simulation import (
    DetectableEffect,
    Power,
    Test,
    detectable_effect,
    power_at,
    power_curve,
)
from analysis.methods.repeated_outcomes import Moments, RepeatedFits, fixed_design
from analysis.methods.repeated_tests import repeated_bootstrap
from analysis.strands.difference_in_differences.assignment_effects import assignment_effects
from analysis.strands.difference_in_differences.covariates import authority_columns
from analysis.strands.difference_in_differences.fitting import BINARY_SCALE
from analysis.strands.difference_in_differences.matching import Matched
from analysis.strands.difference_in_differences.outcome_simulation import (
    SimulatedRecords,
    components_of,
    null_means,
    residuals_of,
    simulated_records,
)
from analysis.strands.difference_in_differences.randomisation import assignments_of
from analysis.strands.difference_in_differences.regression import EFFECT, design_matrix
from analysis.strands.difference_in_differences.rules import Rules

BLOCK = 200              # outcomes whose rows are held at once


@dataclass(frozen=True)
class Detectable:
    """Power of one outcome's design; effects in percentage points (duration: working days).

    `formula`: minimum detectable effect from CR2's standard error and degrees of freedom (Bloom 1995); `simulated`: by
    simulation, for each method; `at_bound`: power of CR2's test at the equivalence bound; `curve`: at given effects;
    `equivalence`: how often the equivalence test passes when there is no effect; `rejection`: CR2's rejections of a
    true null; `standard_error`: mean CR2 standard error over simulations, beside `spread`, the standard deviation of
    their estimates, and `fitted`, the standard error of the data. `components`: the variances simulated with;
    `clipped`: share of simulated probabilities outside 0 to 1.
    """

    outcome: str
    formula: float
    simulated: Mapping[str, DetectableEffect]
    at_bound: Power
    curve: tuple[Power, ...]
    equivalence: Power
    rejection: Power
    standard_error: float
    spread: float
    fitted: float
    components: VarianceComponents
    clipped: float
    runs: int


def detectable(item: Matched, fit: ClusteredFit, outcome: str, la_years: pd.DataFrame, rules: Rules,
               rng: np.random.Generator, *, effects=(), runs: int = 1000) -> Detectable:
    """Power of the design of one completed and matched data set, from `runs` simulations without an effect.

    `rules` as in `CompletedFits` (without covariates left out as too incomplete). Methods simulated: "CR2", "CR3"
    (where it is defined), "CR1" on G - 1 degrees of freedom, "bootstrap", and "permutation" with matching made again.
    Adding an effect to 0/1 outcomes leaves their noise as it is. A method that rejects a true null too often shows more
    power than it has.
    """
    X = design_matrix(item.frame, outcome, authority_columns(la_years), rules)[list(fit.names)]
    alpha, power = 1 - rules.estimation["level"], rules.estimation["power"]
    components = components_of(item.frame, X, item.matching.weights)
    records = _records(item, X, fit, outcome, components)
    made = _simulated(item, X, fit, records, rng, runs, int(rules.simulation["detectable_draws"]))
    fits, cr2, bound = made.fits, fit.cr2(EFFECT), rules.estimation["equivalence"][outcome]
    return Detectable(
        outcome=outcome, formula=minimum_detectable_effect(cr2.se, cr2.df, power=power, alpha=alpha),
        simulated={name: detectable_effect(test, cr2.se, power=power, alpha=alpha)
                   for name, test in made.tests.items()},
        at_bound=power_at(made.tests["CR2"], bound, alpha=alpha),
        curve=power_curve(made.tests["CR2"], effects, alpha=alpha), equivalence=_equivalence(fits, bound, alpha),
        rejection=power_at(made.tests["CR2"], 0.0, alpha=alpha),
        standard_error=float(fits.standard_errors("CR2").mean()), spread=float(fits.estimates.std(ddof=1)),
        fitted=cr2.se, components=components, clipped=made.clipped / (runs * len(records.model.mean)), runs=runs)


@dataclass(frozen=True)
class _Simulated:
    fits: RepeatedFits
    tests: Mapping[str, Test]
    clipped: int


def _simulated(item: Matched, X: pd.DataFrame, fit: ClusteredFit, records: SimulatedRecords,
               rng: np.random.Generator, runs: int, draws: int) -> _Simulated:
    """Null simulations, block by block so that no more than a block's rows are held; `draws` of the bootstrap, and
    assignments of the permutation test, beside the data themselves."""
    design = fixed_design(fit, X, item.frame["la"].to_numpy(), EFFECT, weights=item.matching.weights)
    permuted = assignment_effects(item.frame, X, item.matching.weights,
                                  assignments_of(item.frame, rng, limit=draws, sample=draws))
    moments, effects, clipped = [], [], 0
    for at in range(0, runs, BLOCK):
        block = records.draw(rng, min(BLOCK, runs - at))
        moments.append(design.moments(block.outcomes))
        effects.append(permuted.effects(block.outcomes))
        clipped += block.clipped
    fits = design.fits(Moments.joined(moments))
    tests = {kind: partial(_by_t, fits, kind) for kind in ("CR2", "CR3", "CR1") if kind != "CR3" or _jackknifed(fit)}
    return _Simulated(fits, {**tests, "bootstrap": repeated_bootstrap(fits, rng, draws=draws).p,
                             "permutation": permuted.tests(np.concatenate(effects)).p}, clipped)


def _by_t(fits: RepeatedFits, kind: str, null: float) -> np.ndarray:
    return fits.p(kind, null=null)


def _jackknifed(fit: ClusteredFit) -> bool:
    """Whether CR3 is defined: no authority alone identifies the effect."""
    try:
        fit.cr3(EFFECT)
    except DataError:
        return False
    return True


def _records(item: Matched, X: pd.DataFrame, fit: ClusteredFit, outcome: str,
             components: VarianceComponents) -> SimulatedRecords:
    noise = {"scale": BINARY_SCALE}
    if outcome == "duration":
        noise = {"residuals": residuals_of(item.frame, X, item.matching.weights, components.unit)}
    return simulated_records(item.frame, null_means(fit, X), components.cluster**0.5, components.cell**0.5, **noise)


def _equivalence(fits: RepeatedFits, bound: float, alpha: float) -> Power:
    """Share of simulations without an effect whose 1 - 2 alpha interval (CR2) lies between the bounds."""
    low, high = fits.bounds("CR2", 1 - 2 * alpha)
    passed = (low > -bound) & (high < bound)
    share = float(passed.mean())
    return Power(0.0, share, float(np.sqrt(share * (1 - share) / (len(passed) - 1))))
