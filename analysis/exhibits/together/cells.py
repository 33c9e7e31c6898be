"""Findings of other bundles, looked up and put into words for tables that read strands together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.errors import DesignError
from analysis.publish import Publisher, words
from analysis.publish.exhibits import Exhibit
from analysis.publish.findings import Finding
from analysis.publish.status import most_restrictive
from analysis.strands import synthesis as strand

STRANDS = {"deep_dives": "Deep dives", "implementation": "Implementation", "survey": "Staff survey",
           "assessments": "Assessments", "contrast_study": "Contrast study", "national_data": "National outcomes",
           "difference_in_differences": "Children's records", "costs": "Costs", "published": "Original report"}

CHAPTERS = {"implementation": "appendices/implementation_progress"}     # of strands whose chapter has another name


@dataclass(frozen=True)
class Cell:
    """One finding in a display: what it is about, what it says, the finding itself (None where there is none), and the
    strength of evidence behind it in words (empty for what is not rated)."""

    strand: str
    about: str
    reading: str
    finding: Finding | None
    strength: str = ""

    @property
    def status(self) -> str | None:
        """The finding's status."""
        return self.finding.status if self.finding else None

    def text(self, with_status: bool = False) -> str:
        """The cell in MyST: what it is about as a link to its chapter, reading, value with interval, strength of
        evidence, and status where a display has several."""
        link = f"{{doc}}`{self.about or STRANDS[self.strand]} </chapters/{CHAPTERS.get(self.strand, self.strand)}>`"
        if self.finding is None:
            return f"{link}: {self.reading}"
        value = shown(self.finding)
        said = value if self.reading == strand.DESCRIBED else f"{self.reading}, {value}"
        rated = f"; {self.strength}" if self.strength else ""
        return f"{link}: {said}{rated}" + (f" [{self.finding.status}]" if with_status else "")


def rows_in(exhibit: Exhibit, wanted: list[str]) -> list[tuple]:
    """The rows of an exhibit whose first columns read as wanted."""
    return [row for row in exhibit.rows if [cell.value for cell in row[:len(wanted)]] == wanted]


def cell_in(exhibit: Exhibit, row: str, column: str) -> str:
    """What a table says in the row that begins so; "not available" where it has no such row. `DesignError` for a column
    that is not there, or a row that is not the only one."""
    names = [one.name for one in exhibit.columns]
    found = rows_in(exhibit, [row])
    if column not in names or len(found) > 1:
        raise DesignError(f"exhibit {exhibit.id} has no one cell at row {row!r}, column {column!r}; its columns are "
                          f"{', '.join(names)}, rows that begin so {len(found)}")
    return found[0][names.index(column)].text if found else strand.MISSING


def strengths(p: Publisher) -> dict[str, str]:
    """Strength of evidence in words by the key of the outcome's finding, as rated (`exhibits.strength`)."""
    rated = p.exhibit_of("tbl-strength-outcomes")
    outcomes = p.load("summary_outcomes").frame
    found = {row.finding: cell_in(rated, row.outcome, "strength") for row in outcomes.itertuples()}
    return {key: said if said.startswith("no ") else f"strength {said}" for key, said in found.items()
            if said != strand.MISSING}


def cell_of(p: Publisher, row, rated: Mapping[str, str]) -> Cell:
    """The cell that a row of a register (strand, finding, better, about) asks for; `rated` as `strengths`."""
    about = "" if pd.isna(row.about) else row.about
    finding = p.look_up(row.finding)
    if finding is None:
        return Cell(row.strand, about, strand.MISSING, None)
    return Cell(row.strand, about, strand.reading(finding.value, finding.low, finding.high, row.better), finding,
                rated.get(row.finding, ""))


def shown(finding: Finding) -> str:
    """A finding's value with its interval, short enough for a table: 0.3 percentage points (-1.2 to 1.8)."""
    if finding.low is None or finding.high is None:
        return finding.text
    return f"{finding.text} ({words.interval(finding.low, finding.high, finding.unit, finding.decimals)})"


def statuses_of(cells) -> list[str]:
    """The statuses of cells that have a finding, each once."""
    return list(dict.fromkeys(cell.status for cell in cells if cell.status))


def row_status(cells, otherwise: str) -> str:
    """The status of a row: the most restrictive of its cells."""
    return most_restrictive([otherwise, *statuses_of(cells)])


def findings_in(cells) -> list[Finding]:
    """The findings behind cells."""
    return [cell.finding for cell in cells if cell.finding is not None]
