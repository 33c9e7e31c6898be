"""The state of files, told by their names, sizes and times: has anything changed since something was made?

Kept as a mark beside what was made. A mark is written last and taken away first, so that what was interrupted has none.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis import paths
from analysis.publish.commit import commit
from analysis.publish.whole import write_whole

VARIABLES = ("PUBLIC_DATA_DIR", "RESTRICTED_DATA_DIR", "CLEARED_DIR", "STANDINS_DIR", "SOURCE_DATE_EPOCH", "TZ")
LEFT_OUT = {"__pycache__", paths.BUILD.name}        # and whatever begins with a dot
ENVIRONMENT = "pyvenv.cfg"                          # a folder with this file is a virtual environment


def state_of(places: Iterable[Path]) -> str:
    """Digest over name, size and both times of every file in folders, and of files. A file that is written anew counts
    as changed though its content may be the same; one whose content changed never counts as unchanged."""
    return _digest(line for place in places for line in _lines(Path(place)))


def state_of_sources() -> str:
    """Digest over all that a build starts from: files of the project, data wherever they are, the variables that say
    where, Python and the installed packages, and the commit, which pages name."""
    data = state_of([paths.public_folder(), paths.restricted_folder(), paths.cleared_folder()])
    files = _lines(paths.ROOT, without=paths.standins_folder())     # those are made when a build begins
    named = [f"{name}={os.environ.get(name)}" for name in VARIABLES]
    python = [sys.version, os.path.realpath(sys.prefix), *_packages()]
    return _digest([data, *files, *named, *python, commit()])


def read_mark(file: Path) -> dict:
    """A mark, empty where there is none or it cannot be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_mark(file: Path, content: dict) -> None:
    """Write a mark whole."""
    write_whole(file, json.dumps(content))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _lines(place: Path, without: Path | None = None) -> Iterator[str]:
    if place.is_dir():
        yield from _below(str(place), str(without))
    elif place.exists():
        yield _line(str(place), place.stat())
    else:
        yield f"{place} is not there"


def _below(folder: str, without: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    if any(entry.name == ENVIRONMENT for entry in entries):
        return
    for entry in entries:
        if entry.name in LEFT_OUT or entry.name.startswith(".") or entry.path == without:
            continue
        if entry.is_dir():
            yield from _below(entry.path, without)
        else:
            yield _line(entry.path, entry.stat())


def _line(path: str, facts: os.stat_result) -> str:
    return f"{path} {facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns}"


def _packages() -> list[str]:
    """The installed packages with their versions, by the names of their folders of metadata."""
    places = [place for place in sys.path if os.path.isdir(place) and os.path.basename(place) == "site-packages"]
    return sorted(name for place in places for name in os.listdir(place) if name.endswith((".dist-info", ".egg-info")))
