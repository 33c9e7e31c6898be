"""No count of people below the threshold: in tables, counts behind them, words, and words drawn in pictures."""

from __future__ import annotations

import re

from analysis.clearance.problem import Checked, Problem
from analysis.clearance.sheets import Sheet, number_in
from analysis.publish.exhibits import Exhibit
from analysis.publish.findings import Finding

RULE = "threshold"
FREE = ("published", "public data")     # quoted, or under the publishers' own rule
PEOPLE = ("child", "children", "people", "persons", "young people", "families", "family", "parents", "carers", "staff",
          "workers", "social workers", "respondents", "members", "participants", "interviewees", "cases",
          "comments", "visits", "records", "leavers")
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = r"(?<![\w.,%£-])(?P<count>[0-9]{1,3}|" + "|".join(WORDS[1:]) + r")"
_SAID = re.compile(rf"{_NUMBER}(?: (?!of|to|and|or|per)[a-z-]+)? (?:{'|'.join(PEOPLE)})\b(?!')", re.IGNORECASE)
_BASE = re.compile(r"\bn ?= ?(?P<count>[0-9]{1,3})(?![0-9.,]*[0-9])")
_DRAWN = re.compile(r"<!-- (.*?) -->", re.DOTALL)


def small_counts_in(text: str, threshold: int) -> list[str]:
    """Passages that give a number of people below the threshold: "n = 7", "7 children", "seven invited staff"."""
    found = [match for pattern in (_SAID, _BASE) for match in pattern.finditer(text)]
    return [match[0] for match in found if _number(match["count"]) < threshold]


def words_drawn(svg: str) -> str:
    """The words in a picture: letters are drawn as paths, with the text in a comment before each."""
    return "\n".join(_DRAWN.findall(svg))


def check_exhibit(sheet: Sheet, threshold: int) -> Checked:
    """Counts shown and behind, and all words of an exhibit about people that is not public or quoted."""
    exhibit = sheet.exhibit
    cells = [(row, name, value) for (row, name), value in sheet.known.items() if value < threshold]
    found = [Problem(exhibit.id, sheet.row_label(row), name, RULE, f"shows a count of {value:g} below {threshold}")
             for row, name, value in cells]
    for name, text in _texts(exhibit):
        found += [Problem(exhibit.id, "", name, RULE, f"says “{passage}”") for passage in
                  small_counts_in(text, threshold)]
    return Checked(RULE, len(sheet.known) + len(_texts(exhibit)), tuple(found))


def check_finding(finding: Finding, threshold: int) -> Checked:
    """The number of people a finding is, or rests on, and its words."""
    found = []
    if finding.unit == "count" and isinstance(finding.value, float) and finding.value < threshold:
        found.append(f"is a count of {finding.value:g} below {threshold}")
    if finding.n is not None and finding.n < threshold:
        found.append(f"rests on {finding.n} below {threshold}")
    found += [f"says “{passage}”" for passage in small_counts_in(finding.text, threshold)]
    return Checked(RULE, 3, tuple(Problem(finding.id, "", "", RULE, what) for what in found))


def is_bound(item: Exhibit | Finding) -> bool:
    """Whether the rule binds an exhibit or finding: it is about people, and not public or quoted."""
    return item.about_people and item.status not in FREE


def _texts(exhibit: Exhibit) -> list[tuple[str, str]]:
    cells = " | ".join(cell.text for row in exhibit.rows for cell, column in zip(row, exhibit.columns, strict=True)
                       if not column.is_number)
    drawn = words_drawn(exhibit.svg) if exhibit.svg else ""
    texts = [("title", exhibit.title), ("subtitle", exhibit.subtitle), ("description", exhibit.description),
             ("note", exhibit.note), ("words of the table", cells), ("words of the picture", drawn)]
    return [(name, text) for name, text in texts if text]


def _number(text: str) -> float:
    return number_in(text) if text[0].isdigit() else float(WORDS.index(text.lower()))
