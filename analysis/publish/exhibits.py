"""An exhibit: a figure or table with all that belongs to it."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from analysis.publish.columns import Column
from analysis.publish.findings import Origin, Source


@dataclass(frozen=True)
class Cell:
    """A table cell: `text` for people ([c] in brackets), `value` for the CSV (bare code, or the full number)."""

    text: str
    value: str


@dataclass(frozen=True)
class Exhibit:
    """A figure or table: titles, description in words, table of the numbers, picture, note, status, provenance.

    `behind` holds, for the clearance, what is known of each row and not in its table: (name of a frame column, its
    values as text, "c" where suppressed) for counts behind shares and scores, groups of totals, and `is_total`.
    """

    id: str
    kind: str
    title: str
    subtitle: str
    description: str
    note: str
    status: str
    statuses: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_statuses: tuple[str, ...]
    symbols: tuple[str, ...]
    svg: str | None
    origin: Origin
    sources: tuple[Source, ...]
    about_people: bool = False
    behind: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def csv(self) -> str:
        """The table as CSV text: column names, bare symbols, and the status of every row."""
        names = [column.name for column in self.columns]
        status_name = "status" if "status" not in names else "status_of_row"
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*names, status_name])
        for row, status in zip(self.rows, self.row_statuses, strict=True):
            writer.writerow([*(cell.value for cell in row), status])
        return out.getvalue()

    def record(self, chapter: str, csv_path: str) -> dict:
        """The exhibit as the ledger writes it."""
        return {"id": self.id, "kind": self.kind, "title": self.title, "subtitle": self.subtitle, "chapter": chapter,
                "csv": csv_path, "csv_sha256": _sha256(self.csv()), "picture_sha256": _sha256(self.svg or ""),
                "rows": len(self.rows), "description": self.description, "status": self.status,
                "function": self.origin.function, "code": f"{self.origin.file}:{self.origin.line}",
                "datasets": [{"name": s.name, "sha256": s.sha256, "status": s.status} for s in self.sources],
                **self.origin.read_from()}


def exhibit_from(content: dict) -> Exhibit:
    """An exhibit from its stored form (`dataclasses.asdict`)."""
    content = dict(content)
    content["columns"] = tuple(Column(**{**column, "also": tuple(column.get("also", ()))})
                               for column in content["columns"])
    content["behind"] = tuple((name, tuple(values)) for name, values in content.get("behind", ()))
    content["rows"] = tuple(tuple(Cell(**cell) for cell in row) for row in content["rows"])
    content["origin"] = Origin(**content["origin"])
    content["sources"] = tuple(Source(**source) for source in content["sources"])
    for name in ("statuses", "row_statuses", "symbols"):
        content[name] = tuple(content[name])
    return Exhibit(**content)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
