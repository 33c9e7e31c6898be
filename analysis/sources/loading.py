"""Reading a dataset: its files as delivered, checked against the schema, with status and hash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.sources.catalogue import Entry
from analysis.sources.checksums import check_listed
from analysis.sources.delivered import read_delivered
from analysis.sources.hashing import combined_hash, sha256_of
from analysis.sources.locating import Location, locate, locate_in
from analysis.sources.reading import read_text_table
from analysis.sources.schema import Table
from analysis.sources.schemas import schema_of


@dataclass(frozen=True)
class SourceFile:
    """One file as read: its name, SHA-256 and number of rows; of a workbook, the sheet that was read."""

    name: str
    sha256: str
    rows: int
    sheet: str = ""


@dataclass(frozen=True)
class Dataset:
    """A checked dataset with the status that numbers made from it take."""

    name: str
    title: str
    status: str
    kind: str
    frame: pd.DataFrame
    files: tuple[SourceFile, ...]
    sha256: str


def load(name: str) -> Dataset:
    """A dataset from the real files of its strand if any is there, else from the stand-ins.

    Raises `MissingData` when there is no file, `DataError` when a file does not fit its schema.
    """
    return read(locate(name))


def read_folder(names, folder: Path, status: str = "synthetic") -> dict[str, Dataset]:
    """The named datasets from one folder, checked as always."""
    return {name: read(locate_in(name, folder, status)) for name in names}


def read(location: Location) -> Dataset:
    """Read and check the files of a location; restricted ones and those that come with the project also against the
    checksums beside them."""
    entry = location.entry
    listed = location.status == "restricted" or location.files == (paths.ROOT / entry.shipped,)
    frames, files = [], []
    for path in location.files:
        frame, sheet = _read_file(entry, path)
        if listed:
            check_listed(path)
        files.append(SourceFile(path.name, sha256_of(path), len(frame), sheet))
        frames.append(frame.assign(source_file=path.name) if entry.format == "csv-parts" else frame)
    whole = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    return Dataset(entry.name, entry.title, location.status, entry.kind, whole, tuple(files),
                   combined_hash(file.sha256 for file in files))


def _read_file(entry: Entry, path: Path) -> tuple[pd.DataFrame, str]:
    """A file's checked table, and the sheet it came from ("" where files have none)."""
    if entry.format == "qdpx":
        from analysis.sources.refi_qda import read_project  # the one format that is no table

        return read_project(path), ""
    table = schema_of(entry.schema)
    if not entry.also:
        return table.validate(read_text_table(path), path.name), ""
    return _read_primary(entry.strand, table, path)


def _read_primary(strand: str, table: Table, path: Path) -> tuple[pd.DataFrame, str]:
    """A file of primary data, of any format and with codes or labels: the same table whichever it is."""
    from analysis.sources.codings import codings_of, decode  # reads the instruments

    delivered = read_delivered(path, table)
    codings = codings_of(strand, table)
    frame = table.validate(delivered.frame, path.name, header_row=delivered.header_row,
                           prepare=lambda raw: decode(raw, delivered, table, codings, path.name))
    # Cases are numbered from 1, lines from 2: counted as lines, the tables of all formats are equal to the last bit.
    return (frame.set_axis(frame.index + 1) if delivered.header_row is None else frame), delivered.sheet
