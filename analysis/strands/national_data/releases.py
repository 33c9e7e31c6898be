"""Two folders of public statistics beside each other: what differs in each file, and in the conclusions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.design import load_design
from analysis.errors import DataError, MissingData
from analysis.sources.loading import read_folder
from analysis.strands.national_data.vintages import conclusions, revisions

DATASETS = ("children_in_need", "referrals", "subsequent_plans", "plan_durations", "workforce", "interactive_tool",
            "population", "neighbours_2021", "neighbours_2025")
COMPARED = DATASETS[:7]      # the neighbours' files are lists and hold no values by year


def compare(old: Path, new: Path, out: Path | None = None, *, say: Callable[[str], None]) -> None:
    """Say for every file in both folders how many values differ, and which conclusions move; with `out`, keep every
    difference as CSV. Raises `DataError` when a folder is not there or the two have no file in common."""
    for folder in (old, new):
        if not folder.is_dir():
            raise DataError("the folder is not there", file=str(folder), expected="a folder with public statistics")
    frames = [_frames(folder) for folder in (old, new)]
    shared = [name for name in COMPARED if all(name in part for part in frames)]
    if not shared:
        raise DataError("the two folders have no file of the statistics in common", file=f"{old}, {new}")
    found = [revisions(*(part[name] for part in frames)).assign(dataset=name) for name in shared]
    for name, part in zip(shared, found, strict=True):
        kinds = part["kind"].value_counts().sort_index()
        say(f"{name}: " + (", ".join(f"{n:,} {kind}" for kind, n in kinds.items()) or "no difference"))
    moved = conclusions(load_design().section("national_data"), *frames)
    for row in moved.to_dict("records"):
        say(_words(row))
    say(f"{int(moved['moved'].sum())} of {len(moved)} conclusions move")
    if out:
        part = out.with_name(out.name + ".part")
        pd.concat(found, ignore_index=True).to_csv(part, index=False, lineterminator="\n")
        part.replace(out)


def _frames(folder: Path) -> dict[str, pd.DataFrame]:
    frames = {}
    for name in DATASETS:
        try:
            frames[name] = read_folder([name], folder, "public data")[name].frame
        except MissingData:
            continue
    return frames


def _words(row: dict) -> str:
    sides = [f"{row[f'{name}_effect']:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"
             if not row[f"{name}_reason"] else row[f"{name}_reason"] for name in ("old", "new")]
    return f"{'MOVES  ' if row['moved'] else 'stays  '}{row['indicator']}: {sides[0]}; now {sides[1]}"
