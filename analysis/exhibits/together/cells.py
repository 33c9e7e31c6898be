"""Findings of other bundles, looked up and put into words for tables that read strands together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.publish import Publisher, words
from analysis.publish.findings import Finding
from analysis.publish.status import most_restrictive
from analysis.strands import synthesis as strand

STRANDS = {"deep_dives": "Deep dives", "implementation": "Implementation", "survey": "Staff survey",
           "assessments": "Assessments", "contrast_study": "Contrast study", "national_data": "National outcomes",
           "difference_in_differences": "Children's records", "costs": "Costs", "published": "Original report"}


@dataclass(frozen=True)
class Cell:
    """One finding in a display: what it is about, what it says, and the finding itself (None where there is none)."""

    strand: str
    about: str
    reading: str
    finding: Finding | None

    @property
    def status(self) -> str | None:
        """The finding's status."""
        return self.finding.status if self.finding else None

    def text(self, with_status: bool = False) -> str:
        """The cell in words: about, reading, value with interval, and status where a display has several."""
        if self.finding is None:
            return f"{self.about}: {self.reading}"
        value = shown(self.finding)
        said = value if self.reading == strand.DESCRIBED else f"{self.reading}, {value}"
        lead = f"{self.about}: " if self.about else ""
        return f"{lead}{said}" + (f" [{self.finding.status}]" if with_status else "")


def look_up(p: Publisher, key: str) -> Finding | None:
    """A finding of this bundle or of those it reads; None where the build lacks it, for instance for want of a file."""
    own = {finding.id: finding for finding in p.bundle().findings}
    for found in (own, *({f.id: f for f in bundle.findings} for bundle in p.bundles.values())):
        if key in found:
            return found[key]
    return None


def cell_of(p: Publisher, row) -> Cell:
    """The cell that a row of a register (strand, finding, better, about) asks for."""
    about = "" if pd.isna(row.about) else row.about
    finding = look_up(p, row.finding)
    if finding is None:
        return Cell(row.strand, about, strand.MISSING, None)
    return Cell(row.strand, about, strand.reading(finding.value, finding.low, finding.high, row.better), finding)


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
