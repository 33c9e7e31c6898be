"""Stand-in of a second coder's convergence codes: those that the planted truths would give, with slips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.standins import write_csv

CODES = ("agreement", "partial agreement", "silence", "dissonance")


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write the file. There is one row for each feature and outcome, so `scale` changes nothing."""
    write_csv(make_coding(design, rng), out / "convergence_coding.csv")


def make_coding(design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """Columns id, coder, code, reason: a slip, with the planted probability, is any of the other codes."""
    section = design.section("synthesis")["second_coder"]
    rows = []
    for name, planted in section["codes"].items():
        others = [code for code in CODES if code != planted]
        slipped = rng.random() < section["slip"]
        rows.append({"id": name, "coder": "second", "code": others[rng.integers(len(others))] if slipped else planted,
                     "reason": ""})
    return pd.DataFrame(rows)
