"""No extreme value of a person, and no picture of single people."""

from __future__ import annotations

import re

from analysis.clearance.problem import Checked, Problem
from analysis.clearance.sheets import Sheet
from analysis.publish.findings import Finding

RULE, POINTS = "extremes", "points of single people"
STATISTICS = ("score", "estimate")      # a count or share, even the smallest, is of many people
_EXTREME = re.compile(r"\b(min|minimum|max|maximum|lowest|highest|smallest|largest|youngest|oldest|shortest|longest|"
                      r"extremes?|outliers?)\b", re.IGNORECASE)
_MARKER = re.compile(r'<use xlink:href="#[mC][0-9a-f_]')
_TICK = re.compile(r'<g id="[xy]tick_\d+">.*?</g>\s*</g>', re.DOTALL)
MARKS_A_CELL = 2      # a number may be drawn as its own mark and within an interval's


def check_exhibit(sheet: Sheet) -> Checked:
    """Columns of statistics of people whose name or header says that they are extremes, and the marks of a picture."""
    exhibit = sheet.exhibit
    found = [Problem(exhibit.id, "", column.name, RULE, f"the column “{column.label}” is an extreme of people")
             for column in exhibit.columns if column.kind in STATISTICS
             and _EXTREME.search(f"{column.name.replace('_', ' ')} {column.label}")]
    return Checked(RULE, len(exhibit.columns), tuple(found))


def check_points(sheet: Sheet) -> Checked:
    """More marks than the table has numbers are points of something that is not in the table: of single people."""
    exhibit = sheet.exhibit
    if not exhibit.svg:
        return Checked(POINTS, 0, ())
    numbers = sum(column.is_number for column in exhibit.columns) * sheet.rows
    marks = marks_drawn(exhibit.svg)
    what = f"the picture has {marks} marks for the {numbers} numbers of its table"
    return Checked(POINTS, 1, (Problem(exhibit.id, "", "", POINTS, what),) if marks > MARKS_A_CELL * numbers else ())


def marks_drawn(svg: str) -> int:
    """Marks of a picture drawn by matplotlib, without those of its axes' ticks."""
    ticks = sum(len(_MARKER.findall(part)) for part in _TICK.findall(svg))
    return len(_MARKER.findall(svg)) - ticks


def check_finding(finding: Finding) -> Checked:
    """A finding of a statistic of people whose key says that it is an extreme."""
    words = re.sub(r"[._]", " ", finding.id)
    wrong = finding.unit not in ("count", "text", "per cent") and _EXTREME.search(words)
    found = (Problem(finding.id, "", "", RULE, "the finding is an extreme of people"),) if wrong else ()
    return Checked(RULE, 1, found)
