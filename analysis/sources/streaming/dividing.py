"""From the files of some datasets to a store divided by a column: every file read in pieces, checked as a whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.errors import DataError
from analysis.sources.checksums import check_listed
from analysis.sources.hashing import combined_hash, sha256_of
from analysis.sources.loading import SourceFile
from analysis.sources.locating import Location
from analysis.sources.schema import Table, no_rows
from analysis.sources.schemas import schema_of
from analysis.sources.streaming.pieces import Report, Task, merged, take_in, texts_of
from analysis.sources.streaming.plan import Plan, plan_of
from analysis.sources.streaming.store import PLACE, Part, Store, Stored, line_numbers, read_parts
from analysis.sources.streaming.workers import workers

CHUNK_BYTES = 8 * 2**20      # of a file at a time and process; in memory it takes about twenty times as much


@dataclass(frozen=True)
class Division:
    """How a dataset is stored: divided by the first known value of the columns `by`; `keep`: the columns needed."""

    by: tuple[str, ...]
    keep: tuple[str, ...]


@contextmanager
def divided(locations: Mapping[str, Location], divisions: Mapping[str, Division], *, folder: Path | None = None,
            processes: int = 2, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Store]:
    """Lend a store of the datasets' checked rows, in a new folder within `folder` (default: the system's temporary
    one) that is gone when the block is left, however it is left.

    Files are read `chunk_bytes` at a time on so many processes. What must hold for a whole file (its key, that no year
    is missing) is checked for the whole file, for which the columns concerned of that one file are held in memory.
    Raises the `DataError` that `loading.read` raises for the same files, that of the first wrong file.
    """
    if folder is not None and not Path(folder).is_dir():
        raise DataError("the folder for temporary files is not there", file=Path(folder).name, expected="a folder")
    with tempfile.TemporaryDirectory(prefix="records-", dir=folder) as temporary:
        with workers(processes) as pool:
            begun = {name: [_begin(location, divisions[name], number, Path(temporary), chunk_bytes, pool)
                            for number in range(len(location.files))] for name, location in locations.items()}
            datasets = {name: _finished(location, begun[name]) for name, location in locations.items()}
        yield Store(Path(temporary), datasets)


@dataclass(frozen=True)
class _Begun:
    """A file being read: the reports to come, or what is wrong with the whole of it."""

    table: Table
    plan: Plan | None
    tasks: tuple[Task, ...]
    reports: tuple
    error: DataError | None = None


def _begin(location, division, number, temporary, chunk_bytes, pool) -> _Begun:
    table, path = schema_of(location.entry.schema), location.files[number]
    try:
        plan = plan_of(path, chunk_bytes)
    except DataError as error:
        return _Begun(table, None, (), (), error)
    keep = tuple(dict.fromkeys((*division.by, *division.keep, *table.key, *table.check_columns)))
    stem, names = temporary / location.entry.name, _names(table, plan)
    tasks = tuple(Task(plan, span, number, table, names, division.by, keep, stem, chunk_bytes) for span in plan.spans)
    return _Begun(table, plan, tasks, tuple(pool.submit(take_in, task) for task in tasks))


def _names(table, plan) -> list[str | None] | None:
    try:
        return table.names_of(plan.header, plan.path.name, {})
    except DataError:
        return None     # which error the header is depends on the cells below it, and comes after those of the text


def _finished(location: Location, begun: list[_Begun]) -> Stored:
    entry, files, parts = location.entry, [], []
    for path, file in zip(location.files, begun, strict=True):
        if file.error:
            raise file.error
        reports = [report.result() for report in file.reports]
        own = tuple(part for report in reports for part in report.parts)
        _check(file, reports, own)
        file.plan.check_unchanged()
        if location.status == "restricted":
            check_listed(path)
        files.append(SourceFile(path.name, sha256_of(path), sum(report.rows for report in reports)))
        parts.extend(own)
    return Stored(entry.name, entry.title, location.status, entry.kind, tuple(files),
                  combined_hash(file.sha256 for file in files), tuple(parts))


def _check(file: _Begun, reports: list[Report], parts: tuple[Part, ...]) -> None:
    """Raise what is wrong with a file, in the order in which it would be found in memory: text, header, rows, values,
    key, check."""
    table, name = file.table, file.plan.path.name
    damage = next((report.damage for report in reports if report.damage), None)
    if damage:
        raise damage
    filled: dict[int, tuple[int, str]] = {}
    for report in reports:
        filled = {**report.filled, **filled}
    table.names_of(file.plan.header, name, filled)
    if not any(report.rows for report in reports):
        raise no_rows(name)
    table.refuse(merged(report.faults for report in reports), name)
    columns = list(dict.fromkeys((*table.key, *table.check_columns)))
    if columns:
        typed = read_parts(parts, [*columns, PLACE], all_keys=True).to_pandas().sort_values(PLACE)
        table.check_whole(typed.set_index(line_numbers(typed[PLACE])), name, lambda line: _cells(file, line))


def _cells(file: _Begun, line: int) -> pd.Series:
    """The text of one line, read again."""
    task = [task for task in file.tasks if task.span.line <= line][-1]
    return next(file.table.named(raw, task.names).loc[line]
                for raw in texts_of(task.plan, task.span, task.chunk_bytes) if line in raw.index)
