"""The rule of small bases in the survey: below the threshold nothing is shown, below the flag it is marked."""

from __future__ import annotations

import pandas as pd

from analysis.design import Design

FLAG = "[u]"


def flagged(frame: pd.DataFrame, base: str, row: str, design: Design, together: tuple[str, ...] = ()) -> pd.DataFrame:
    """The frame with "[u]" after the row's name where its base is under `flag_below` and not suppressed anyway.

    `together`: columns whose groups are one row of a picture, marked where any of their bases is.
    """
    rule = design.section("disclosure")
    low = frame[base].notna() & (frame[base] >= rule["threshold"]) & (frame[base] < rule["flag_below"])
    if together:
        low = low.groupby([frame[name] for name in together]).transform("any")
    return frame.assign(**{row: frame[row].astype(str).where(~low, frame[row].astype(str) + f" {FLAG}")})


def flag_note(design: Design) -> str:
    """The rule in words, for notes."""
    rule = design.section("disclosure")
    return (f"Bases under {rule['threshold']} are suppressed; {FLAG} marks a base under {rule['flag_below']}, "
            "a result of low reliability.")
