"""Where a dataset's files are: the real ones where they are there, else the stand-ins.

A strand's datasets fall back as a whole. With any real file of records there, the strand is real, and a dataset of it
without a file raises `MissingData`; neither a stand-in nor a synthetic table shipped with the project fills the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingData
from analysis.sources import catalogue as catalogues
from analysis.sources.catalogue import Entry


@dataclass(frozen=True)
class Location:
    """A dataset's files as found, and the status that numbers made from them take."""

    entry: Entry
    status: str
    files: tuple[Path, ...]


def locate(name: str) -> Location:
    """The files that loading a dataset would read; `MissingData` when there are none."""
    entry = catalogues.entry(name)
    if entry.shipped and not entry.pattern:
        return _shipped(entry)
    if strand_is_real(entry.strand):
        files, status = real_files(entry), entry.status
        problem = "the strand has real files, but this one is not there, and a stand-in never takes its place"
        expected = f"the file in the restricted or public folder. To obtain it: {entry.obtain}"
    elif entry.shipped:
        return _shipped(entry)
    else:
        files, status = files_in(paths.standins_folder(), entry), "synthetic"
        problem, expected = "there is neither a real file nor a stand-in", "`python -m analysis data make` to be run"
    if not files:
        raise MissingData(f"dataset {name}: {problem}", file=entry.pattern, expected=expected)
    check_parts(entry, files)
    return Location(entry, status, files)


def locate_in(name: str, folder: Path, status: str) -> Location:
    """The dataset's files in one folder, with the status given (a shipped file keeps its own)."""
    entry = catalogues.entry(name)
    files = files_in(Path(folder), entry) if entry.pattern else ()
    if not files and entry.shipped:
        return _shipped(entry)
    if not files:
        raise MissingData(f"dataset {name} has no file in the folder", file=entry.pattern, expected=str(folder))
    check_parts(entry, files)
    return Location(entry, status, files)


def _shipped(entry: Entry) -> Location:
    file = paths.ROOT / entry.shipped
    if not file.is_file():
        raise MissingData(f"dataset {entry.name}: this file comes with the project and is gone", file=entry.shipped,
                          expected="the file as in the repository")
    return Location(entry, entry.shipped_status, (file,))


def strand_is_real(strand: str) -> bool:
    """Whether any records of the strand have a real file in the restricted or the public folder."""
    return any(real_files(entry) for entry in catalogues.of_strand(strand) if entry.pattern and entry.kind == "records")


def real_files(entry: Entry) -> tuple[Path, ...]:
    """The dataset's files in the restricted folder, else in the public one."""
    for folder in (paths.restricted_folder(), paths.public_folder()):
        files = files_in(folder, entry)
        if files:
            return files
    return ()


def files_in(folder: Path, entry: Entry) -> tuple[Path, ...]:
    """Files under a folder that match the dataset's pattern, by name."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.rglob(entry.pattern) if path.is_file())
    return tuple(sorted(found, key=lambda path: path.name))


def check_parts(entry: Entry, files: tuple[Path, ...]) -> None:
    """One file, or one file a part: else `DataError` or `MissingData` naming what is there."""
    names = [path.name for path in files]
    if entry.format != "csv-parts":
        if len(files) > 1:
            raise DataError(f"dataset {entry.name} has several files: {', '.join(names)}", file=entry.pattern,
                            expected="one file; keep one vintage in the folder")
        return
    expected = f"one file for each of {', '.join(entry.parts)}"
    for part in entry.parts:
        if not any(part in name for name in names):
            raise MissingData(f"dataset {entry.name} lacks its part {part}; there are {', '.join(names)}",
                              file=entry.pattern, expected=expected)
    if entry.parts and len(names) > len(entry.parts):
        raise DataError(f"dataset {entry.name} has more files than parts: {', '.join(names)}", file=entry.pattern,
                        expected=expected)
