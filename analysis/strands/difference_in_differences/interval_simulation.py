"""Which interval can be trusted with these authorities? Every method tried on simulated outcomes in the real designs.

`python -m analysis.strands.difference_in_differences.interval_simulation` writes `data/simulations/did_intervals.csv`,
which the build reads; a test runs a slice of it again. Designs are the stand-ins' own (`interval_designs`), outcomes
those of `outcome_simulation`.

A test rejects when p <= 0.05; an interval covers the planted effect when the test of it does not reject. Bootstrap and
permutation intervals are those tests inverted, on the first runs (`width_runs` of the design); a run whose interval
has an infinite end counts in `unbounded` and not in `width`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design, load_design
from analysis.methods.repeated_outcomes import Moments, RepeatedFits
from analysis.methods.repeated_tests import (
    RepeatedBootstrap,
    RepeatedPermutation,
    inverted_bounds,
    repeated_bootstrap,
)
from analysis.paths import DATA
from analysis.sources.keeping import keep
from analysis.sources.loading import read_folder
from analysis.strands.difference_in_differences.interval_designs import Source, TrialDesign, source_of, trial_design
from analysis.strands.difference_in_differences.records import DATASETS, Records, records_from
from analysis.strands.difference_in_differences.rules import ALPHA, LEVEL

KEPT = DATA / "simulations" / "did_intervals.csv"
BLOCK = 200           # outcomes whose rows are held at once
COLUMNS = [*("outcome", "groups", "size", "icc", "effect", "method", "runs", "n", "authorities", "treated", "df"),
           *("rejection", "rejection_error", "coverage", "coverage_error", "bias", "bias_error", "spread", "se_ratio"),
           *("width", "width_error", "unbounded", "clipped")]
T_METHODS = {"CR1, rows": "CR1 clusters", "CR1, t(G - 1)": "CR1", "CR2, Satterthwaite": "CR2", "CR3, t(G - 1)": "CR3"}


@dataclass(frozen=True)
class Scenario:
    """`groups`: the first so many matched groups, nought for all; `size`: records a cell relative to the design's own;
    `icc`: share of the residual variance that is shocks of authorities by period; `effect`: planted, in percentage
    points (duration: working days)."""

    outcome: str
    groups: int
    size: float
    icc: float
    effect: float


def scenarios(design: Design) -> Iterator[Scenario]:
    """All scenarios, those of one design together."""
    section = simulation_of(design)
    designs = [(outcome, 0, float(size)) for outcome, sizes in section["sizes"].items() for size in sizes]
    designs += [(outcome, groups, 1.0) for outcome, several in section["groups"].items() for groups in several]
    for outcome, groups, size in designs:
        for icc in section["icc"]:
            for effect in (0.0, planted_effect(design, outcome)):
                yield Scenario(outcome, groups, size, float(icc), effect)


def simulation_of(design: Design) -> Mapping:
    """The section of the design that says what is simulated."""
    return design.section("difference_in_differences")["simulation"]


def planted_effect(design: Design, outcome: str) -> float:
    """What is planted beside no effect: in kinship care the published size, which the stand-ins hold too; elsewhere a
    fall as large as the bound of equivalence. Percentage points; duration: working days."""
    section = design.section("difference_in_differences")
    if outcome == "kinship":
        return 100 * float(section["planted"]["effect"][outcome])
    return -float(section["estimation"]["equivalence"][outcome])


def standin_records(design: Design) -> Records:
    """The stand-ins at scale 1, through files."""
    from analysis.standins import generate_into  # the generator knows nothing of the strand, nor the reverse

    with tempfile.TemporaryDirectory() as folder:
        generate_into(Path(folder), design, ["children"], scale=1)
        return records_from({name: item.frame for name, item in read_folder(DATASETS, Path(folder)).items()})


def design_of(source: Source, scenario: Scenario, design: Design) -> TrialDesign:
    """The matched design of a scenario, the same for all that differ in shocks and effect alone."""
    label = f"did_intervals.{scenario.outcome}.{scenario.groups}.{scenario.size:g}"
    return trial_design(source, design.rng(label), groups=scenario.groups or None, size=scenario.size)


def run_scenario(trial: TrialDesign, scenario: Scenario, design: Design, runs: int) -> pd.DataFrame:
    """One row a method: the scenario, its design, and what the method did in `runs` simulated data sets.

    Columns beside the scenario's: `n`, `authorities`, `treated` of the matched design; `df`, of t methods; `rejection`
    of no effect and `coverage` of the planted one; `bias` of the estimate, `spread` its standard deviation, both the
    same for all methods; `se_ratio`, mean standard error over `spread`, of t methods; mean `width` of bounded intervals
    and share `unbounded`; share `clipped` of probabilities outside 0 to 1. `_error`: Monte Carlo standard errors.
    """
    rng = design.rng("did_intervals." + ".".join(f"{value}" for value in asdict(scenario).values()))
    section, records = simulation_of(design), trial.records(scenario.icc)
    moments, again, kept, clipped = [], [], [], 0
    for at in range(0, runs, BLOCK):
        block = records.draw(rng, min(BLOCK, runs - at), scenario.effect)
        moments.append(trial.fixed.moments(block.outcomes))
        again.append(trial.again.effects(block.outcomes))
        kept.append(trial.kept.effects(block.outcomes))
        clipped += block.clipped
    fits = trial.fixed.fits(Moments.joined(moments))
    fit = trial.fixed.fit
    facts = {**asdict(scenario), "n": fit.n, "authorities": fit.n_clusters, "treated": trial.treated,
             "clipped": clipped / (runs * len(records.model.mean)), "runs": runs, **_bias(fits, scenario.effect)}
    rows = [_by_t(fits, name, scenario.effect, trial.row_df) for name in T_METHODS]
    tests = {"bootstrap": repeated_bootstrap(fits, rng, draws=int(section["draws"])),
             "permutation, matched again": trial.again.tests(np.concatenate(again)),
             "permutation, weights kept": trial.kept.tests(np.concatenate(kept))}
    first = int(section["width_runs"])
    rows += [_by_inversion(fits, name, test, scenario.effect, first) for name, test in tests.items()]
    return pd.DataFrame([{**facts, **row} for row in rows], columns=COLUMNS)


def _bias(fits: RepeatedFits, effect: float) -> dict:
    spread = float(fits.estimates.std(ddof=1))
    return {"bias": float(fits.estimates.mean()) - effect, "bias_error": spread / np.sqrt(len(fits.estimates)),
            "spread": spread}


def _by_t(fits: RepeatedFits, name: str, effect: float, row_df: float) -> dict:
    kind = T_METHODS[name]
    df = row_df if name == "CR1, rows" else fits.df(kind)
    se, (low, high) = fits.standard_errors(kind), fits.bounds(kind, LEVEL, df=df)
    return {"method": name, "df": df, "se_ratio": float(se.mean() / fits.estimates.std(ddof=1)),
            **_shares("rejection", fits.p(kind, df=df) <= ALPHA),
            **_shares("coverage", fits.p(kind, null=effect, df=df) > ALPHA), **_widths(low, high)}


def _by_inversion(fits: RepeatedFits, name: str, test: RepeatedBootstrap | RepeatedPermutation, effect: float,
                  first: int) -> dict:
    steps = fits.standard_errors("CR1")[:first]
    low, high = inverted_bounds(test.first(first), fits.estimates[:first], steps, level=LEVEL)
    return {"method": name, **_shares("rejection", test.p() <= ALPHA),
            **_shares("coverage", test.p(effect) > ALPHA), **_widths(low, high)}


def _shares(name: str, found: np.ndarray) -> dict:
    share = float(found.mean())
    return {name: share, f"{name}_error": float(np.sqrt(share * (1 - share) / len(found)))}


def _widths(low: np.ndarray, high: np.ndarray) -> dict:
    width = (high - low)[np.isfinite(high - low)]
    if len(width) < 2:
        return {"unbounded": 1 - len(width) / len(low)}
    return {"width": float(width.mean()), "width_error": float(width.std(ddof=1) / np.sqrt(len(width))),
            "unbounded": 1 - len(width) / len(low)}


def main() -> None:
    """Run the simulation and write the kept file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000, help="simulated data sets a scenario")
    parser.add_argument("--out", type=Path, default=KEPT)
    options = parser.parse_args()
    design, tables = load_design(), []
    records, made, sources, todo = standin_records(design), None, {}, list(scenarios(design))
    for number, scenario in enumerate(todo, 1):
        if scenario.outcome not in sources:
            sources[scenario.outcome] = source_of(records, design, scenario.outcome)
        key = (scenario.outcome, scenario.groups, scenario.size)
        if made is None or made[0] != key:
            made = (key, design_of(sources[scenario.outcome], scenario, design))
        tables.append(run_scenario(made[1], scenario, design, options.runs))
        print(f"scenario {number} of {len(todo)}: {scenario}", flush=True)
    keep(pd.concat(tables), options.out, decimals=5)


if __name__ == "__main__":
    main()
