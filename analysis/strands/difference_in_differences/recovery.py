"""Does the analysis recover what was planted? Generates stand-ins from many seeds, analyses each, keeps the effects.

`python -m analysis.strands.difference_in_differences.recovery` writes `data/simulations/did_recovery.csv`, which the
build reads; a test runs a slice of it again.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from analysis.design import Design, load_design
from analysis.paths import DATA
from analysis.sources.keeping import keep
from analysis.sources.loading import read_folder
from analysis.strands.difference_in_differences.definitions import CORRECTED, all_of
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.fitting import BINARY_SCALE
from analysis.strands.difference_in_differences.records import DATASETS, records_from
from analysis.strands.difference_in_differences.rules import OUTCOMES
from analysis.strands.difference_in_differences.strand import analyse_definitions

KEPT = DATA / "simulations" / "did_recovery.csv"


def recover_seed(design: Design, seed: int, scale: float, outcomes=OUTCOMES) -> pd.DataFrame:
    """Stand-ins of one seed, through files, to effects: seed, scale, outcome, planted, estimate, low, high, n.

    Corrected definitions, CR2 pooled; in percentage points (duration: working days).
    """
    from analysis.standins import generate_into  # the generator knows nothing of the strand, nor the reverse

    design = design.with_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        generate_into(Path(folder), design, ["children"], scale=scale)
        frames = {name: dataset.frame for name, dataset in read_folder(DATASETS, Path(folder)).items()}
    return pd.DataFrame([{"seed": seed, "scale": scale, **row}
                         for row in effects(records_from(frames), design, outcomes)])


def effects(records, design: Design, outcomes=OUTCOMES) -> list[dict]:
    """The headline effect of each outcome beside what was planted."""
    planted = design.section("difference_in_differences")["planted"]["effect"]
    found = analyse_definitions(records, design, all_of(CORRECTED), effect_alone, outcomes)
    return [{"outcome": outcome, "planted": (1.0 if outcome == "duration" else BINARY_SCALE) * planted[outcome],
             "estimate": effect.cr2.estimate, "low": effect.cr2.low, "high": effect.cr2.high,
             "n": effect.sample.n_rows} for outcome, effect in found.items()]


def main() -> None:
    """Run the simulation and write the kept file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=60, help="how many seeds, from 1 on")
    parser.add_argument("--scale", type=float, default=0.5, help="size of the stand-ins")
    parser.add_argument("--out", type=Path, default=KEPT)
    options = parser.parse_args()
    design, tables = load_design(), []
    for seed in range(1, options.seeds + 1):
        tables.append(recover_seed(design, seed, options.scale))
        print(f"seed {seed} of {options.seeds}", flush=True)
    keep(pd.concat(tables), options.out, decimals=6)


if __name__ == "__main__":
    main()
