"""Is what was planted recovered? Surveys from many seeds, analysed like the real one, beside the exact truth.

`python -m analysis.strands.survey.recovery` writes `data/simulations/survey_recovery.csv`, which the build reads; a
test runs a slice of it again. Two worlds: changes as the design plants them (nought but for the use of tools), and a
change planted on every scale. In both, who answers depends on length of service, and differently in each wave.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design, load_design
from analysis.paths import DATA
from analysis.sources.keeping import keep
from analysis.strands.survey.change import average_change, site_parts
from analysis.strands.survey.prepared import Prepared, prepare

KEPT = DATA / "simulations" / "survey_recovery.csv"
WORLDS = ("as planted", "changed")


def recover_seed(design: Design, world: str, seed: int) -> pd.DataFrame:
    """One survey: world, seed, scale, truth (points), weighted estimate with its bounds, unweighted estimate."""
    # The generator knows nothing of the strand, nor the reverse.
    from analysis.standins.staff_survey import expected_score, make_survey

    if world == "changed":
        design = design.with_changes({f"survey.planted.change.{scale}": change for scale, change in
                                      design.section("survey")["recovery_changes"].items()})
    section = design.section("survey")
    survey = make_survey(design, np.random.default_rng(seed))
    ready = prepare(survey.answers.replace("", None), survey.population, section)
    waves, rows = tuple(section["waves"]), []
    for scale in ready.form.scales:
        found, plain = (average_change(site_parts(ready.returns, scale.name, waves, weighted=weighted),
                                       section["level"]) for weighted in (True, False))
        rows.append({"world": world, "seed": seed, "scale": scale.name,
                     "truth": true_change(ready, scale.name, expected_score), "estimate": found.estimate,
                     "low": found.low, "high": found.high, "unweighted": plain.estimate})
    return pd.DataFrame(rows)


def true_change(ready: Prepared, scale: str, expected_score) -> float:
    """Exact expectation of the average of sites' changes among those eligible."""
    staff = ready.population.assign(n=ready.population["invited"] - ready.population["not_eligible"])
    staff["score"] = expected_score(ready.section, scale, staff)
    means = staff.groupby(["site", "wave"])[["n", "score"]].apply(lambda g: np.average(g["score"], weights=g["n"]))
    first, second = ready.section["waves"]
    return float((means.unstack()[second] - means.unstack()[first]).mean())


def performance(kept: pd.DataFrame) -> pd.DataFrame:
    """By world and scale: seeds, mean truth, bias weighted and unweighted with Monte Carlo errors, coverage (per cent)
    with its Monte Carlo error, and the share of intervals that leave out nought (per cent)."""
    rows = []
    for (world, scale), runs in kept.groupby(["world", "scale"], sort=False):
        n, error, plain = len(runs), runs["estimate"] - runs["truth"], runs["unweighted"] - runs["truth"]
        covered = ((runs["low"] <= runs["truth"]) & (runs["truth"] <= runs["high"])).mean()
        found = ((runs["low"] > 0) | (runs["high"] < 0)).mean()
        rows.append({"world": world, "scale": scale, "seeds": n, "truth": runs["truth"].mean(), "bias": error.mean(),
                     "bias_error": error.std(ddof=1) / np.sqrt(n), "unweighted_bias": plain.mean(),
                     "unweighted_error": plain.std(ddof=1) / np.sqrt(n), "coverage": 100 * covered,
                     "coverage_error": 100 * np.sqrt(covered * (1 - covered) / n), "found": 100 * found})
    return pd.DataFrame(rows)


def main() -> None:
    """Run the simulation and write the kept file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds, from 1 on")
    parser.add_argument("--out", type=Path, default=KEPT)
    options = parser.parse_args()
    design = load_design()
    keep(pd.concat([recover_seed(design, world, seed) for world in WORLDS
                    for seed in range(1, options.seeds + 1)]), options.out, decimals=6)


if __name__ == "__main__":
    main()
