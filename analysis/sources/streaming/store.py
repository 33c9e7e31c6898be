"""Typed rows on disk, divided by a key: a Parquet file a piece, in it a row group a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.sources.loading import SourceFile

PLACE = "place"            # column that says where a row stood: number of the file in its dataset, and line in the file
LINE_BITS = 40             # a file has fewer lines than 2**40
Key = int | str | None


@dataclass(frozen=True)
class Part:
    """One file of the store: `keys[i]` is the key of the rows in row group i (None: rows without one)."""

    path: Path
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Stored:
    """A dataset in the store, with the facts that `loading.Dataset` has for one in memory; `parts` in file order."""

    name: str
    title: str
    status: str
    kind: str
    files: tuple[SourceFile, ...]
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Store:
    """Datasets by name, divided by key. Only there while the block that lends it runs."""

    folder: Path
    datasets: Mapping[str, Stored]

    def keys(self, name: str) -> tuple[Key, ...]:
        """The keys of a dataset, sorted, None last."""
        found = {key for part in self.datasets[name].parts for key in part.keys}
        return (*sorted(found - {None}), *([None] if None in found else []))

    def table(self, name: str, key: Key, columns=None) -> pa.Table:
        """The rows of a key in the order of the files (no row where the dataset does not have the key), as Arrow."""
        return read_parts(self.datasets[name].parts, columns, key=key)

    def frame(self, name: str, key: Key, columns=None) -> pd.DataFrame:
        """The same with the types of the schema, and `place`; index 0, 1, ..."""
        return self.table(name, key, columns).to_pandas(use_threads=False)

    def with_dataset(self, name: str, typed: pd.DataFrame, key: pd.Series) -> Store:
        """The store with other rows for a dataset (as `frame` gives them, with `place`), divided by `key`."""
        path = self.folder / f"{name}-again.parquet"
        part = _write(path, typed, key)
        return replace(self, datasets={**self.datasets, name: replace(self.datasets[name], parts=(part,))})


def write_part(path: Path, typed: pd.DataFrame, key: pd.Series, file_number: int) -> Part:
    """Store rows whose index is the line number; `place` is added. Rows keep their order within a key."""
    place = (np.int64(file_number) << LINE_BITS) | typed.index.to_numpy(dtype="int64")
    return _write(path, typed.assign(**{PLACE: place}), key)


def read_parts(parts, columns=None, *, key: Key = None, all_keys: bool = False) -> pa.Table:
    """Rows of one key, or of all, from parts in order; the columns named, else all."""
    tables = []
    for part in parts:
        groups = [number for number, own in enumerate(part.keys) if all_keys or own == key]
        if groups:
            with pq.ParquetFile(part.path) as file:
                tables.append(file.read_row_groups(groups, columns=columns, use_threads=False))
    return pa.concat_tables(tables) if tables else _empty(parts[0].path, columns)


def line_numbers(place: pd.Series) -> np.ndarray:
    """Line numbers of the file from `place`."""
    return place.to_numpy() & ((1 << LINE_BITS) - 1)


def _write(path, typed, key) -> Part:
    codes, keys = pd.factorize(key, sort=True)      # rows without a key have the code -1
    order = np.argsort(codes, kind="stable")
    table = pa.Table.from_pandas(typed.iloc[order], preserve_index=False)
    bounds = np.searchsorted(codes[order], np.arange(-1, len(keys) + 1))
    written = []
    with pq.ParquetWriter(path, table.schema, compression="lz4") as writer:
        for name, start, stop in zip([None, *keys.tolist()], bounds[:-1], bounds[1:], strict=True):
            if stop > start:
                writer.write_table(table.slice(start, stop - start), row_group_size=stop - start)
                written.append(name)
    return Part(path, tuple(written))


def _empty(path, columns) -> pa.Table:
    schema = pq.read_schema(path)
    table = schema.empty_table()
    return table.select(columns) if columns is not None else table
