"""Synthetic stand-ins in the real files' formats. `generate_all` makes them, seeded and all at once."""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from analysis.design import Design
from analysis.sources.catalogue import catalogue

SWAPS = 20           # attempts to put a new folder in its place
ABANDONED = 3600     # seconds without a change after which a temporary folder is a killed process's


def write_csv(frame: pd.DataFrame, path: Path, mode: str = "w", header: bool = True, encoding: str = "utf-8") -> None:
    """Write a CSV the same on every system: UTF-8, `\\n` line ends, no index. `mode="a"` appends a chunk."""
    with path.open(mode, encoding=encoding, newline="") as file:
        frame.to_csv(file, index=False, header=header, lineterminator="\n")


def generator_modules() -> tuple[str, ...]:
    """Names of the generator modules, in the order of the catalogue."""
    return tuple(dict.fromkeys(entry.standin for entry in catalogue().values() if entry.standin))


def generate_into(folder: Path, design: Design, modules=None, scale: float = 1.0, progress=None) -> None:
    """Run the named generators (default: all) into a folder, each with its own generator derived from the seed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in modules or generator_modules():
        started = time.perf_counter()
        module = importlib.import_module(f"analysis.standins.{name}")
        module.generate(design, design.rng(f"standins.{name}"), folder, scale)
        if progress:
            progress(f"  stand-ins: {name} ({time.perf_counter() - started:.1f} s)")


def replace_folder(target: Path, fill) -> None:
    """Fill a temporary folder beside the target, then swap: the target is whole or unchanged, never half-made.

    Two at once both come to their end, and the target is that of the later one. What a killed process left behind is
    removed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as temporary:
        fresh = Path(temporary) / "fresh"
        fresh.mkdir()
        fill(fresh)
        for attempt in range(SWAPS):
            try:
                if target.exists():
                    target.rename(Path(temporary) / f"old{attempt}")
                fresh.rename(target)
                break
            except OSError:  # another process swapped between the two steps
                if attempt == SWAPS - 1:
                    raise
                time.sleep(0.05)


def _sweep(target) -> None:
    """Remove temporary folders in which nothing has changed for long: their process is gone."""
    for folder in target.parent.glob(f".{target.name}-*"):
        changed = [path.stat().st_mtime for path in (folder, *folder.rglob("*")) if path.exists()]
        if folder.is_dir() and changed and time.time() - max(changed) > ABANDONED:
            shutil.rmtree(folder, ignore_errors=True)


def to_stderr(message: str) -> None:
    """Progress for people: on standard error, at once."""
    print(message, file=sys.stderr, flush=True)
