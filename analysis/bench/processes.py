"""Measured parts in fresh processes, under the project's own interpreter or that of the peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import paths
from analysis.errors import DataError

# One thread on both sides; a fixed seed of hashes, on which pyfixest's results depend with two fixed effects.
ENVIRONMENT = {**dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
                                "RAYON_NUM_THREADS"), "1"), "PYTHONHASHSEED": "0"}
PEERS = paths.ROOT / ".venv-bench" / "bin" / "python"     # as `make bench` makes it


@dataclass(frozen=True)
class PartResult:
    """`seconds`: of every call, by stage; `peak_bytes`: above the data; `values`: what it computed; `versions`."""

    seconds: tuple[Mapping[str, float], ...]
    peak_bytes: int
    values: Mapping
    versions: Mapping[str, str]

    def totals(self) -> list[float]:
        """Seconds of every call."""
        return [sum(call.values()) for call in self.seconds]

    def stage(self, name: str) -> list[float]:
        """Seconds of a stage in every call."""
        return [call[name] for call in self.seconds]


def run_part(name: str, data: Path, warm_up: Path, calls: int, python: Path | str = sys.executable) -> PartResult:
    """Run a part in a fresh process of that interpreter. `DataError` with its last words where it fails."""
    command = [str(python), "-m", "analysis.bench.part", name, str(data), str(warm_up), str(calls)]
    done = subprocess.run(command, cwd=paths.ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["no message"]
        raise DataError(f"the measured part {name} failed", value=words[-1], expected="a measurement")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return PartResult(tuple(found["seconds"]), found["peak_bytes"], found["values"], found["versions"])


def in_turn(parts: Mapping[str, tuple], data: Path, warm_up: Path, processes: int) -> dict[str, list[PartResult]]:
    """Every part in `processes` fresh processes, one part after the other in each round, so that a busy spell of the
    machine meets all of them. `parts`: name -> (calls, interpreter)."""
    found: dict[str, list[PartResult]] = {name: [] for name in parts}
    for _ in range(processes):
        for name, (calls, python) in parts.items():
            found[name].append(run_part(name, data, warm_up, calls, python))
    return found


@contextmanager
def stored(**sets: Mapping[str, np.ndarray]) -> Iterator[dict[str, Path]]:
    """Sets of arrays in files of a temporary folder, by name, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        files = {name: Path(folder) / f"{name}.npz" for name in sets}
        for name, arrays in sets.items():
            np.savez(files[name], **arrays)
        yield files


@dataclass(frozen=True)
class Peers:
    """The interpreter that the peers are installed for; None where there is none."""

    python: Path | None

    def has(self, package: str) -> bool:
        """Whether that interpreter finds the package."""
        if self.python is None:
            return False
        code = f"import importlib.metadata as m; m.version({package!r})"
        return subprocess.run([str(self.python), "-c", code], capture_output=True, check=False).returncode == 0


def peers_of(named: str | None) -> Peers:
    """The interpreter that was named, else that of `make bench`. `DataError` where the named one is not there."""
    if named is None:
        return Peers(PEERS if PEERS.is_file() else None)
    if not Path(named).is_file():
        raise DataError("interpreter of the peers", value=named, expected="the path of a python, as bin/python")
    return Peers(Path(named).absolute())
