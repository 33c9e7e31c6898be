"""One span of a file: read as text, checked against the schema, typed and stored; and what was found is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pandas as pd

from analysis.errors import DataError
from analysis.sources.reading import decoded, records_of, rows_of, table_of
from analysis.sources.schema import Faults, Table, first_filled
from analysis.sources.streaming.plan import Plan, Span
from analysis.sources.streaming.store import Part, write_part


@dataclass(frozen=True)
class Task:
    """A span to be stored: which file (`number` in its dataset), read how, checked against what, stored where.

    `names`: the columns' names by position; None where the header is wrong, so that nothing but the text can be
    checked. `by`: the columns whose first known value divides the rows; `keep`: the columns to store.
    """

    plan: Plan
    span: Span
    number: int
    table: Table
    names: list[str | None] | None
    by: tuple[str, ...]
    keep: tuple[str, ...]
    stem: Path
    chunk_bytes: int


@dataclass(frozen=True)
class Report:
    """What a span holds: its rows, and where they were stored; damage of the text, cells in columns without a name,
    values that are not allowed."""

    rows: int
    damage: DataError | None
    filled: dict[int, tuple[int, str]]
    faults: Faults | None
    parts: tuple[Part, ...]


def take_in(task: Task) -> Report:
    """Read, check and store a span; what is wrong with it is reported, not raised, since the whole file decides which
    of its faults is named."""
    rows, filled, faults, parts = 0, {}, None, []
    try:
        for raw in texts_of(task.plan, task.span, task.chunk_bytes):
            rows += len(raw)
            filled = {**first_filled(raw), **filled}
            if task.names is not None and len(raw):
                frame = task.table.named(raw, task.names)
                found = task.table.faults(frame, task.plan.path.name)
                faults = merged([faults, found])
                if faults is None:
                    parts.append(_stored(task, task.table.typed(frame), len(parts)))
    except DataError as damage:
        return Report(rows, damage, filled, faults, ())
    return Report(rows, None, filled, faults, tuple(parts))


def texts_of(plan: Plan, span: Span, chunk_bytes: int) -> Iterator[pd.DataFrame]:
    """The records of a span as text, index = line number of the file: one frame, or several of about `chunk_bytes`
    where the file must be read record by record."""
    name = plan.path.name
    with plan.path.open("rb") as file:
        file.seek(span.start)
        if plan.regular:
            content = decoded(file.read(span.stop - span.start), name, first_byte=span.start, first_line=span.line)
            yield rows_of(content, plan.header, name, span.line, quoted=plan.quoted)
            return
        records = records_of((decoded(line, name) for line in file), name, span.line)
        for first in records:
            yield table_of(_about(chain([first], records), chunk_bytes), plan.header, name)


def merged(faults: Iterable[Faults | None]) -> Faults | None:
    """The faults of several pieces, in the order of the file, as those of one."""
    known = [found for found in faults if found]
    if not known:
        return None
    return Faults(sum(found.count for found in known), known[0].row, known[0].column, known[0].value)


def _about(records, chunk_bytes):
    """Records from an iterator until they have taken so many characters."""
    taken = 0
    for line, record in records:
        yield line, record
        taken += sum(map(len, record)) + len(record)
        if taken >= chunk_bytes:
            return


def _stored(task, typed, piece) -> Part:
    path = task.stem.with_name(f"{task.stem.name}-{task.number:03d}-{task.span.line:012d}-{piece:06d}.parquet")
    key = typed[task.by[0]]
    for name in task.by[1:]:
        key = key.fillna(typed[name])
    return write_part(path, typed[list(task.keep)], key, task.number)
