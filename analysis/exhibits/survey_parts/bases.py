"""The rule of small bases in the survey: below the threshold nothing is shown, below the flag it is marked."""

from __future__ import annotations

import pandas as pd

from analysis.design import Design

FLAG = "[u]"


def flagged(frame: pd.DataFrame, base: str, row: str, design: Design) -> pd.DataFrame:
    """The frame with "[u]" after the row's name where its base is under `flag_below` and not suppressed anyway."""
    rule = design.section("disclosure")
    low = frame[base].notna() & (frame[base] >= rule["threshold"]) & (frame[base] < rule["flag_below"])
    return frame.assign(**{row: frame[row].astype(str).where(~low, frame[row].astype(str) + f" {FLAG}")})


def flag_note(design: Design) -> str:
    """The rule in words, for notes."""
    rule = design.section("disclosure")
    return (f"Bases under {rule['threshold']} are suppressed; {FLAG} marks a base under {rule['flag_below']}, "
            "a result of low reliability.")
