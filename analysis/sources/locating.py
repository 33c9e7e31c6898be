"""Where a dataset's files are: the real ones where they are there, else the stand-ins.

A strand's datasets fall back as a whole. With any real file of records there, the strand is real, and a dataset of it
without a file raises `MissingData`; neither a stand-in nor a synthetic table shipped with the project fills the gap.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingData
from analysis.sources import catalogue as catalogues
from analysis.sources.catalogue import Entry

UNREAD = (".xls", ".xlsm", ".xlsb", ".ods", ".zsav", ".por", ".dta", ".tsv")      # tables in formats that are not read


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
        raise MissingData(f"dataset {name}: {problem}", file=entry.expected_file, expected=expected)
    check_parts(entry, files)
    return Location(entry, status, files)


def locate_in(name: str, folder: Path, status: str) -> Location:
    """The dataset's files in one folder, with the status given (a shipped file keeps its own)."""
    entry = catalogues.entry(name)
    files = files_in(Path(folder), entry) if entry.pattern else ()
    if not files and entry.shipped:
        return _shipped(entry)
    if not files:
        raise MissingData(f"dataset {name} has no file in the folder", file=entry.expected_file, expected=str(folder))
    check_parts(entry, files)
    return Location(entry, status, files)


def _shipped(entry: Entry) -> Location:
    file = paths.ROOT / entry.shipped
    if not file.is_file():
        raise MissingData(f"dataset {entry.name}: this file comes with the project and is gone", file=entry.shipped,
                          expected="the file as in the repository")
    return Location(entry, entry.shipped_status, (file,))


def check_folders() -> None:
    """`DataError` when an environment variable names a folder that is not there or cannot be read.

    A slip in a folder's name would else pass for "there are no real files", and stand-ins would be taken.
    """
    for variable, folder in (("RESTRICTED_DATA_DIR", paths.restricted_folder()),
                             ("PUBLIC_DATA_DIR", paths.public_folder())):
        named = os.environ.get(variable, "").strip()
        if named and folder.parent != paths.DATA and not folder.is_dir():
            raise DataError(f"{variable} names a folder that is not there", file=named, expected="a folder")
        if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
            raise DataError(f"the folder of {variable} cannot be read", file=named or folder.name,
                            expected="the right to read it")


def strand_is_real(strand: str) -> bool:
    """Whether any records of the strand have a real file in the restricted or the public folder."""
    return any(real_files(entry) for entry in catalogues.of_strand(strand) if entry.pattern and entry.kind == "records")


def real_files(entry: Entry) -> tuple[Path, ...]:
    """The dataset's files in the restricted folder, else in the public one.

    `DataError` where the restricted folder holds one that would be passed over for its format or spelling: stand-ins
    would else be taken as if nothing were there.
    """
    _refuse_passed_over(paths.restricted_folder(), entry)
    for folder in (paths.restricted_folder(), paths.public_folder()):
        files = files_in(folder, entry)
        if files:
            return files
    return ()


def files_in(folder: Path, entry: Entry) -> tuple[Path, ...]:
    """Files under a folder that match one of the dataset's patterns, by name; hidden ones (a leading dot) are none."""
    if not folder.is_dir():
        return ()
    found = (path for pattern in entry.patterns for path in folder.rglob(pattern)
             if path.is_file() and not path.name.startswith("."))
    return tuple(sorted(found, key=lambda path: (path.name, path)))


def check_parts(entry: Entry, files: tuple[Path, ...]) -> None:
    """One file, or one file a part: else `DataError` or `MissingData` naming what is there."""
    _refuse_formats(entry, files)
    names = [path.name for path in files]
    shown = ", ".join(_shown_names(files))
    if entry.format != "csv-parts":
        if len(files) > 1:
            raise DataError(f"dataset {entry.name} has several files: {shown}", file=entry.expected_file,
                            expected="one file; keep one vintage in the folder")
        return
    expected = f"one file for each of {', '.join(entry.parts)}"
    for part in entry.parts:
        if not any(part in name for name in names):
            raise MissingData(f"dataset {entry.name} lacks its part {part}; there are {shown}",
                              file=entry.expected_file, expected=expected)
    if entry.parts and len(names) > len(entry.parts):
        raise DataError(f"dataset {entry.name} has more files than parts: {shown}", file=entry.expected_file,
                        expected=expected)


def _refuse_formats(entry, files) -> None:
    """A file in two formats may hold two versions, and nothing says which is meant."""
    for stem in dict.fromkeys(path.stem for path in files):
        same = [path for path in files if path.stem == stem]
        if len({path.suffix for path in same}) > 1:
            raise DataError(f"dataset {entry.name} has the same file in several formats: "
                            f"{', '.join(_shown_names(same))}", file=entry.expected_file, expected="one of them")


def _refuse_passed_over(folder, entry) -> None:
    """A file named as the dataset's, in a format that is not read or in other upper and lower case."""
    if not entry.also or not folder.is_dir():
        return
    stem = entry.pattern.removesuffix(".csv").lower()
    for path in sorted(folder.rglob("*")):
        name = path.name.lower()
        like = any(fnmatchcase(name, f"{stem}{suffix}") for suffix in (".csv", ".sav", ".xlsx", *UNREAD))
        if like and path.is_file() and not any(fnmatchcase(path.name, pattern) for pattern in entry.patterns):
            raise DataError(f"dataset {entry.name} has a file that is not read under this name", file=path.name,
                            expected=f"{entry.expected_file}, spelt so")


def _shown_names(files) -> list[str]:
    """The files' names, with their folder where a name stands in two folders."""
    often = Counter(path.name for path in files)
    return [f"{path.parent.name}/{path.name}" if often[path.name] > 1 else path.name for path in files]
