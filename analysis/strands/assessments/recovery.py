"""Do the intervals on the ratings hold what was planted? Stand-ins of many seeds, analysed as the chapter does.

`python -m analysis.strands.assessments.recovery` writes `data/simulations/assessments_recovery.csv`, which the build
reads; a test runs a slice of it again. Twice 200 seeds: nothing planted, and an association with raters who differ.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design, load_design
from analysis.methods.agreement import rater_intraclass
from analysis.methods.ordinal import spearman
from analysis.paths import DATA
from analysis.sources.keeping import keep
from analysis.strands.assessments.agreement import both_ratings, domain_agreement, score_agreement, severity
from analysis.strands.assessments.cases import Examined, examine
from analysis.strands.assessments.odds import odds_of

KEPT = DATA / "simulations" / "assessments_recovery.csv"
QUICK = {"assessments.bootstrap": 200, "assessments.permutations": 199}
PLANTED = "assessments.planted."
CASES = {"nothing planted": {PLANTED + "association": 0.0, PLANTED + "severity": [0.0, 0.0, 0.0, 0.0]},
         "planted": {PLANTED + "association": 0.5, PLANTED + "severity": [0.0, -0.25, 0.20, 0.05]}}
NOUGHT = ("association", "log_odds", "severity_r2", "severity_r3")     # known to be 0 where nothing is planted
LARGE = 180                 # cases a pilot, of the studies that say what is true between ratings
STUDIES, FIRST = 60, 100_000     # how many of them, and the first of their seeds
ALONE = {"assessments.bootstrap": 2, "assessments.permutations": 19}     # their estimates alone are used


def study_of(design: Design, seed: int, each: int | None = None) -> Examined:
    """One stand-in study of a seed; `each` cases a pilot instead of the planned number."""
    from analysis.standins.assessment_ratings import make_assessments  # the generator knows nothing of the strand

    made = make_assessments(design, np.random.default_rng(seed), each)
    dates = made.cases[["started", "completed"]].apply(pd.to_datetime)
    return examine(made.frame, made.cases.assign(**dates), made.ratings, design.section("assessments"))


def estimates(study: Examined, seed: int) -> list[dict]:
    """Estimates with interval, and p where there is a test: quantity, estimate, low, high, p."""
    rng, cases, detail = np.random.default_rng(seed), study.cases, study.scale.detail.name
    rho = spearman(cases[detail], cases["thoroughness"], strata=cases["site"], rng=rng,
                   permutations=study.section["permutations"], level=study.section["level"])
    model = odds_of(study, "thoroughness", "", rng)
    rows = [("association", rho.estimate, rho.low, rho.high, rho.p),
            ("log_odds", model["log_ratio"], np.log(model["low"]), np.log(model["high"]), model["p"])]
    raters = severity(study)
    rows += [(f"severity_{name.lower()}", one.estimate, one.low, one.high, raters.p)
             for name, one in zip(raters.raters, raters.severities, strict=True) if name in ("R2", "R3")]
    return [dict(zip(("quantity", "estimate", "low", "high", "p"), row, strict=True))
            for row in (*rows, *agreements(study, rng))]


def agreements(study: Examined, rng: np.random.Generator) -> list[tuple]:
    """Agreement of two raters on the score and on the analysis of risk and need: quantity, estimate, low, high, nan."""
    score, one = score_agreement(study, rng), next(d for d in domain_agreement(study, rng) if d.name == "analysis")
    found = [("icc_score", rater_intraclass(both_ratings(study, "thoroughness")).of("1,1")),
             ("alpha_score", score.alpha), ("alpha_analysis", one.alpha), ("kappa_analysis", one.kappa),
             ("ac_analysis", one.ac)]
    return [(name, agreement.estimate, agreement.low, agreement.high, np.nan) for name, agreement in found]


def truths(design: Design, case: str) -> dict[str, float]:
    """What is true between ratings: nought where known, else the mean of a few studies of very many cases."""
    design = design.with_changes(ALONE)
    found = pd.DataFrame([{row["quantity"]: row["estimate"] for row in estimates(study_of(design, FIRST + k, LARGE), k)}
                          for k in range(STUDIES)]).mean().to_dict()
    return found | (dict.fromkeys(NOUGHT, 0.0) if case == "nothing planted" else {})


def recover(design: Design, seeds) -> pd.DataFrame:
    """Both cases over the seeds: case, seed, quantity, truth, estimate, low, high, p (blank without a test)."""
    tables = []
    for case, changes in CASES.items():
        changed = design.with_changes(QUICK | changes)
        true = truths(changed, case)
        for seed in seeds:
            tables.append(pd.DataFrame([{"case": case, "seed": seed, "truth": true[row["quantity"]], **row}
                                        for row in estimates(study_of(changed, seed), seed)]))
    return pd.concat(tables, ignore_index=True)


def main() -> None:
    """Run the simulation and write the kept file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds, from 1 on")
    parser.add_argument("--out", type=Path, default=KEPT)
    options = parser.parse_args()
    keep(recover(load_design(), range(1, options.seeds + 1)), options.out, decimals=4)


if __name__ == "__main__":
    main()
