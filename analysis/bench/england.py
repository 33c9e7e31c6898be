"""The extract of the whole of England from its files to the five populations: how long, and in how much memory."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.design import load_design
from analysis.sources.locating import locate_in
from analysis.sources.streaming import CHUNK_BYTES
from analysis.standins import generate_into, replace_folder
from analysis.strands.difference_in_differences.definitions import CORRECTED, all_of
from analysis.strands.difference_in_differences.extract import extract_from
from analysis.strands.difference_in_differences.populations import Populations, populations
from analysis.strands.difference_in_differences.records import DATASETS
from analysis.strands.difference_in_differences.rules import rules_of

ENGLAND = 105.0                    # scale of the stand-ins: about 7.2 million referrals, 12 million rows of the census
BETWEEN_LOOKS = 0.1                # seconds between two looks at the memory in use


@dataclass(frozen=True)
class Measurement:
    """`seconds`: by step and in `total`; `rows`: of the files, by dataset; `units`: by outcome; `referrals`: distinct
    ones in the period; `load`: of the system over the minute before, as it reports it (the run itself not included), or
    None.

    `peak_bytes`: the most resident memory that all processes together had at a time, looked at every tenth of a second
    (pages shared between processes counted in each); `peak_process_bytes`: the most that one of them ever had, as the
    system keeps it (VmHWM). Both None where the system does not tell (no /proc).
    """

    seconds: Mapping[str, float]
    rows: Mapping[str, int]
    units: Mapping[str, int]
    referrals: int
    peak_bytes: int | None
    peak_process_bytes: int | None
    load: float | None


def measure(folder: Path, *, choice: str = CORRECTED, processes: int = 2, chunk_bytes: int = CHUNK_BYTES,
            temporary: Path | None = None) -> Measurement:
    """Files in `folder` to the five populations under the definitions `choice`, in a process of its own, so that what
    this one did before is not counted. `temporary`: where the store is made (default: the system's temporary folder).

    Raises `MissingData` or `DataError` where the files are not there or do not fit.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(measured_here, Path(folder), choice, processes, chunk_bytes, temporary).result()


def make_extract(folder: Path, scale: float = ENGLAND, progress: Callable[[str], None] | None = None) -> bool:
    """Generate the extract into the folder where it is empty or not there; whether that was needed."""
    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()):
        return False
    replace_folder(folder, lambda fresh: generate_into(fresh, load_design(), ["children"], scale, progress))
    return True


def measured_here(folder: Path, choice: str, processes: int, chunk_bytes: int, temporary: Path | None) -> Measurement:
    """The same in this process; its memory from before counts."""
    load, clock = _load(), _Clock()
    rules = rules_of(load_design(), all_of(choice))
    locations = {name: locate_in(name, folder, "synthetic") for name in DATASETS}
    with _memory_watched() as memory:
        with extract_from(locations, folder=temporary, processes=processes, chunk_bytes=chunk_bytes) as extract:
            clock.stop("files to store")
            made = populations(extract, rules, processes=processes)
            clock.stop("store to populations")
            rows = {name: sum(file.rows for file in dataset.files) for name, dataset in extract.datasets.items()}
        clock.stop("store removed")
    return Measurement({**clock.seconds, "total": sum(clock.seconds.values())}, rows,
                       {outcome: len(units.frame) for outcome, units in made.units.items()}, _referrals(made),
                       memory.together, memory.largest, load)


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _referrals(made: Populations) -> int:
    return dict(made.units["conference"].flow)["Distinct referrals in the period"]


class _Clock:
    """Seconds by step, each from the end of the one before."""

    def __init__(self):
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def stop(self, step: str) -> None:
        """Note the seconds since the last step as those of this one."""
        now = time.perf_counter()
        self.seconds[step], self._last = now - self._last, now


class _Memory:
    """The peaks seen so far, in bytes; a collector that `look` fills, and no result."""

    def __init__(self):
        self.together: int | None = None
        self.largest: int | None = None

    def look(self) -> None:
        """Take note of what this process and all below it use now."""
        found = [use for process in family(os.getpid()) if (use := memory_of(process))]
        if found:
            self.largest = max(self.largest or 0, *(peak for _, peak in found))
            # Between two looks one process alone may have had more than all had at any look.
            self.together = max(self.together or 0, self.largest, sum(resident for resident, _ in found))


@contextmanager
def _memory_watched() -> Iterator[_Memory]:
    memory, ended = _Memory(), threading.Event()

    def watch():
        while not ended.wait(BETWEEN_LOOKS):
            memory.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        memory.look()
        ended.set()
        watcher.join()


def family(process: int) -> list[int]:
    """A process and all that it started, directly or not, as far as /proc tells."""
    found = [process]
    for parent in found:
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in listing.read_text().split()]
            except OSError:      # the process has just ended
                continue
    return found


def memory_of(process: int) -> tuple[int, int] | None:
    """Resident memory of a process in bytes, now and at its peak; None where the process or /proc is not there."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if "VmRSS" not in lines:     # a process that has ended and waits to be taken note of
        return None
    return tuple(1024 * int(lines[name].split()[0]) for name in ("VmRSS", "VmHWM"))
