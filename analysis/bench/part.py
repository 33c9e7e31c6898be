"""One measured part, alone in this process: `python -m analysis.bench.part NAME DATA WARM_UP CALLS`.

The part runs once on the small data WARM_UP, which is not counted (imports, compilation), then CALLS times on DATA,
each timed. Prints one line of JSON. Runs in other environments too: nothing but the standard library and numpy is
needed here. A part's module has PACKAGES (whose versions are told), `prepare(arrays)` and `run(prepared, clock)`, which
returns numbers or lists of them by name and stops the clock after each of its stages.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np


class Clock:
    """Seconds by stage, each from the stop before; a stage that comes again is added to."""

    def __init__(self):
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        """A stage has ended now."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def measured(name: str, data: Path, warm_up: Path, calls: int) -> dict:
    """Seconds of every call by stage, the peak of memory above that with the data built (bytes), versions, values.

    Peaks are this process's own (VmHWM where there is /proc, else ru_maxrss). What fits into memory that was freed
    after the warm-up or building the data does not count.
    """
    part = importlib.import_module(f"analysis.bench.parts.{name}")
    part.run(_prepared(part, warm_up), Clock())
    prepared = _prepared(part, data)
    gc.collect()
    before, seconds, values = peak_bytes(), [], {}
    for _ in range(calls):
        clock = Clock()
        values = part.run(prepared, clock)
        seconds.append(clock.seconds)
    return {"seconds": seconds, "peak_bytes": peak_bytes() - before, "values": values,
            "versions": {package: version(package) for package in part.PACKAGES}}


def peak_bytes() -> int:
    """The most resident memory that this process has had, in bytes."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak


def _prepared(part, file: Path):
    with np.load(file) as arrays:
        return part.prepare(arrays)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))))
