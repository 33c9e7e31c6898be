"""Stored bundles: what a strand published, kept under the digest of all that it came from.

A chapter opens the stored bundle when the digest still holds, else the bundle is built again. Files are written whole
or not at all.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from analysis import paths
from analysis.clearance.folder import cleared_file
from analysis.errors import DataError
from analysis.publish import dependencies
from analysis.publish.whole import write_whole
from analysis.sources.catalogue import Entry, catalogue
from analysis.sources.hashing import sha256_of
from analysis.sources.locating import locate


@dataclass(frozen=True)
class State:
    """A catalogue entry with what was found for it: status and files (name, SHA-256), or why there is none."""

    entry: Entry
    status: str
    files: tuple[tuple[str, str], ...]
    problem: str


def open_bundle(name: str):
    """The bundle of that name: the cleared one where there is one, else from the store when it holds, else built and
    stored."""
    if cleared_file(name):
        from analysis.clearance.cleared import read_cleared

        return read_cleared(name)
    digest = dependencies.digest_of_bundle(name)
    file = _file(name)
    if file.is_file():
        stored, bundle = _read(file, file.stat().st_size, file.stat().st_mtime_ns)
        if stored == digest:
            return bundle
    bundle = build_bundle(name)
    write_whole(file, json.dumps({"digest": digest, "bundle": asdict(bundle)}, default=_plain))
    return bundle


@lru_cache(maxsize=128)
def _read(file: Path, _size: int, _changed: int):
    """The digest and the bundle in a stored file; bundles do not change, and are opened many times in a build."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return content["digest"], bundle_from(content["bundle"])


def read_stored(file: Path):
    """The bundle in a stored file, whatever it was made from; `DataError` where there is none."""
    if not file.is_file():
        raise DataError("a bundle has no stored results", file=str(file), expected="`python -m analysis results`")
    return bundle_from(json.loads(file.read_text(encoding="utf-8"))["bundle"])


def build_bundle(name: str, *, loader=None, design=None, bundles=None):
    """Run a bundle's module on the data (or on the datasets that `loader` gives) and return what it publishes."""
    publisher = publisher_of(name, loader=loader, design=design, bundles=bundles)
    publish(publisher)
    return publisher.bundle()


def publish(publisher) -> None:
    """Run the module of the publisher's bundle."""
    importlib.import_module(f"analysis.exhibits.{publisher.name}").publish(publisher)


def publisher_of(name: str, *, loader=None, design=None, bundles=None, kind=None):
    """The publisher of a bundle with what it declares, before anything is published. `kind`: another class of it."""
    from analysis.design import load_design
    from analysis.publish.publisher import Publisher
    from analysis.sources.loading import load

    facts = dependencies.declared(name)
    read = bundles if bundles is not None else {other: open_bundle(other) for other in facts.bundles}
    everything = dependencies.EVERYTHING in facts.datasets
    return (kind or Publisher)(name, design or load_design(), loader or load,
                               tuple(catalogue()) if everything else facts.datasets, read,
                               states_of(catalogue()) if everything else (), None if loader else locate)


def is_current(name: str) -> bool:
    """Whether the stored bundle holds."""
    if cleared_file(name):
        return True
    return _stored_digest(_file(name)) == dependencies.digest_of_bundle(name)


def _stored_digest(file: Path) -> str:
    """The digest that a stored bundle begins with, without reading the rest; "" where there is none."""
    if not file.is_file():
        return ""
    with file.open(encoding="utf-8") as lines:
        found = re.match(r'\{"digest": "([0-9a-f]{64})"', lines.read(90))
    return found[1] if found else ""


def prepare(names, *, workers: int | None = None, progress=None) -> None:
    """Build the named bundles that no longer hold, and those they read, several at a time.

    The first error stops the rest and is raised with the bundle's name before it.
    """
    with dependencies.one_look():
        waiting = [name for name in dependencies.in_order(names) if not is_current(name)]
    if not waiting:
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    running = {}
    with ProcessPoolExecutor(min(len(waiting), workers or os.cpu_count() or 1)) as pool:
        while waiting or running:
            for name in [name for name in waiting if not _blocked(name, waiting, running)]:
                waiting.remove(name)
                running[pool.submit(_build_and_time, name)] = name
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                _raise_with_name(future, name, pool)
                if progress:
                    progress(f"  results: {name} ({future.result():.1f} s)")


def states_of(entries) -> tuple[State, ...]:
    """What is found for every dataset of the catalogue."""
    return tuple(_state(name, entry) for name, entry in entries.items())


def digest_of_text(lines) -> str:
    """SHA-256 over lines of text."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _state(name, entry) -> State:
    try:
        found = locate(name)
    except DataError as error:
        return State(entry, "missing", (), str(error))
    return State(entry, found.status, tuple((path.name, sha256_of(path)) for path in found.files), "")


def _blocked(name, waiting, running) -> bool:
    others = set(waiting) | set(running.values())
    return any(other in others for other in dependencies.declared(name).bundles)


def _build_and_time(name: str) -> float:
    started = time.perf_counter()
    open_bundle(name)
    return time.perf_counter() - started


def _raise_with_name(future, name, pool):
    error = future.exception()
    if error is not None:
        pool.shutdown(cancel_futures=True)
        if isinstance(error, ValueError):
            raise RuntimeError(f"{name}: {error}") from None
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise RuntimeError(f"{name} failed in {_place(error)}: {said}") from error


def _place(error) -> str:
    """The last of the project's own lines that an error of a worker process passed through (from its traceback)."""
    own = re.findall(rf'File "{re.escape(str(paths.ROOT))}/([^"]+)", line (\d+)', str(error.__cause__ or ""))
    return f"{own[-1][0]}, line {own[-1][1]}" if own else "its code"


def _file(name: str) -> Path:
    return paths.RESULTS / f"{name}.json"


def bundle_from(content):
    """A bundle from its stored form (`dataclasses.asdict`)."""
    from analysis.publish.bundles import Bundle, Suppression
    from analysis.publish.exhibits import exhibit_from
    from analysis.publish.findings import finding_from

    return Bundle(content["name"], tuple(finding_from(item) for item in content["findings"]),
                  tuple(exhibit_from(item) for item in content["exhibits"]),
                  tuple(Suppression(**item) for item in content["suppressions"]), tuple(content["missing"]),
                  tuple(content["reads"]))


def _plain(value):
    """numpy scalars as Python ones; anything else is an error."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"not storable: {type(value)}")
