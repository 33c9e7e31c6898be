"""Do the intervals of the contrast study hold what was planted? Stand-ins of many seeds, analysed as the chapter does.

`python -m analysis.strands.contrast_study.recovery` writes `data/simulations/contrast_recovery.csv`, which the build
reads; a test runs a slice of it again. Thrice 200 seeds: nothing planted, differences of the two kinds of department,
and no difference between the kinds but departments that differ.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design, load_design
from analysis.methods.aggregation import intraclass
from analysis.paths import DATA
from analysis.sources.keeping import keep
from analysis.strands.contrast_study.comparison import over_teams, permutation_p_values
from analysis.strands.contrast_study.scores import team_scores
from analysis.strands.contrast_study.study import Frames

KEPT = DATA / "simulations" / "contrast_recovery.csv"
PERMUTATIONS = 199
PLANTED = "contrast_study.planted."
CASES = {"nothing planted": {}, "planted": {PLANTED + "difference": 4.0, PLANTED + "practice_difference": 0.3,
                                            PLANTED + "family_difference": 0.8,
                                            PLANTED + "goal_progress.difference": 0.4,
                                            PLANTED + "life_change.difference": 0.8},
         "departments differ": {PLANTED + "department_sd": 4.0}}
OUTCOMES = ("stress", "engagement", "practice", "family_rating", "goal_progress", "life_change")


def truths(design: Design) -> dict[str, float]:
    """What is planted: differences, and the share of variance between teams of a scale in a department alike."""
    planted = design.section("contrast_study")["planted"]
    between, within = planted["team_sd"] ** 2, planted["person_sd"] ** 2
    # A family's rating follows the visit's quality too: a planted difference of practice comes on top of its own.
    return {"stress": planted["difference"], "engagement": planted["difference"],
            "practice": planted["practice_difference"],
            "family_rating": planted["family_difference"] + planted["practice_difference"],
            **{name: planted[name]["difference"] for name in ("goal_progress", "life_change")},
            "icc1": between / (between + within)}


def recover_seed(design: Design, seed: int) -> list[dict]:
    """One study: outcomes compared over teams, and ICC(1) where departments and kinds are alike."""
    from analysis.standins.contrast_study import make_study  # the generator knows nothing of the strand

    study, section = make_study(design, np.random.default_rng(seed)), design.section("contrast_study")
    frames = Frames(study.teams, study.members, study.items, study.practice, study.families)
    scores, true = team_scores(frames, section), truths(design)
    p = permutation_p_values(scores, OUTCOMES, np.random.default_rng(seed), PERMUTATIONS)
    rows = [(name, true[name], over_teams(scores, name, section["level"]), p[name]) for name in OUTCOMES]
    found = [{"quantity": name, "truth": truth, "estimate": one.estimate, "low": one.low, "high": one.high, "p": chance}
             for name, truth, one, chance in rows]
    if section["planted"]["difference"] == 0 and section["planted"]["department_sd"] == 0:
        icc = intraclass(study.members["engagement_t"], study.members["team_id"], section["level"])
        found.append({"quantity": "icc1", "truth": true["icc1"], "estimate": icc.icc1, "low": icc.icc1_low,
                      "high": icc.icc1_high, "p": np.nan})
    return found


def recover(design: Design, seeds) -> pd.DataFrame:
    """All cases over the seeds: case, seed, quantity, truth, estimate, low, high, p (blank without a test)."""
    return pd.DataFrame([{"case": case, "seed": seed, **row} for case, changes in CASES.items() for seed in seeds
                         for row in recover_seed(design.with_changes(changes), seed)])


def main() -> None:
    """Run the simulation and write the kept file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds, from 1 on")
    parser.add_argument("--out", type=Path, default=KEPT)
    options = parser.parse_args()
    keep(recover(load_design(), range(1, options.seeds + 1)), options.out, decimals=4)


if __name__ == "__main__":
    main()
