"""Tables that put findings beside statements: the original's findings, lessons, and the EMMIE headings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from analysis.errors import DesignError
from analysis.exhibits.evaluation import reference
from analysis.exhibits.together.cells import shown, strengths
from analysis.publish import Publisher, label, markdown_column, text_column, words
from analysis.publish.findings import Finding
from analysis.publish.status import most_restrictive

NOTHING = "none here"


def publish_comparison(p: Publisher) -> None:
    """Every published finding beside what this report's data gave."""
    register = p.load("published_comparison")
    rows = [(row, p.finding_of(row.published), several(p, row.ours)) for row in register.frame.itertuples()]
    frame = comparison(rows)
    p.table("tbl-comparison-findings", title=comparison_title,
            subtitle="Finding of the original, result of this report's data, and what can be said of the two",
            frame=frame,
            columns=[label("topic", "Topic"), text_column("published", "The original"), text_column("ours", "Here"),
                     text_column("verdict", "Verdict"),
                     text_column("reason", "Reason"), markdown_column("chapter", "Chapter")],
            describe=describe_comparison, made_by=comparison, row_status=row_statuses(rows, register.status),
            sources=[register, *(one for _, one, _ in rows), *_findings(rows)])
    for verdict, key in (("reproduced in method", "reproduced"), ("differs", "differs"),
                         ("cannot be reproduced", "cannot")):
        p.finding(f"synthesis.comparison.{key}", int((frame["verdict"] == verdict).sum()), unit="count", decimals=0,
                  made_by=comparison, sources=[register])
    p.finding("synthesis.comparison.all", len(frame), unit="count", decimals=0, made_by=comparison, sources=[register])


def publish_lessons(p: Publisher) -> None:
    """Each lesson with the findings it rests on, how far it carries, and what would change it."""
    register = p.load("lessons")
    rated = strengths(p)
    rows = [(row, None, several(p, row.findings, rated)) for row in register.frame.itertuples()]
    frame = lessons(rows).assign(against=[against(p, row.against) for row, _, _ in rows])
    contrary = frame.loc[frame["against"] != NOTHING, "id"].tolist()
    p.finding("lessons.contrary", contrary_phrase(contrary), unit="text", made_by=contrary_phrase, sources=[register])
    p.table("tbl-lessons-evidence", title="Each lesson, and what it rests on",
            subtitle="Findings behind each lesson with their status, how far it carries, what would change it",
            frame=frame,
            columns=[label("id", "No."), text_column("lesson", "Lesson"), text_column("evidence", "Rests on"),
                     text_column("generalises", "How far it carries"),
                     text_column("against", "What here speaks against it"),
                     text_column("would_change", "What would change it")],
            describe=describe_lessons, made_by=lessons, row_status=row_statuses(rows, register.status),
            sources=[register, *_findings(rows)])


def against(p: Publisher, cell) -> str:
    """The results of this build that speak against a lesson, of those that the register names; "none here" without.

    A result speaks in a direction when its interval lies wholly on that side of nought, and says "none" when it holds
    nought. `DesignError` for a direction that is none of lower, higher and none.
    """
    said = []
    for what, place in keys_in(cell):
        key, _, direction = place.partition("=")
        if direction not in ("lower", "higher", "none"):
            raise DesignError(f"lessons.csv: {place!r} is not key=lower, key=higher or key=none")
        found = p.look_up(key)
        if found is not None and found.low is not None and _points(found) == direction:
            said.append(f"{what} ({shown(found)}) [{found.status}]")
    return "; ".join(said) or NOTHING


def _points(found: Finding) -> str:
    return "none" if found.low <= 0 <= found.high else "higher" if found.low > 0 else "lower"


def contrary_phrase(ids: list[str]) -> str:
    """Which lessons a result of this build speaks against, as a clause."""
    if not ids:
        return "no result of this build speaks against any of the lessons"
    return f"results of this build speak against lesson{'s' if len(ids) > 1 else ''} {', '.join(ids)}"


def publish_emmie(p: Publisher) -> None:
    """One line of evidence under each EMMIE heading."""
    register = p.load("emmie")
    rows = [(row, None, several(p, row.finding)) for row in register.frame.itertuples()]
    p.table("tbl-synthesis-emmie", title="Effect, mechanism, moderators, implementation, economics",
            subtitle="What the strands say under each EMMIE heading", frame=emmie(rows),
            columns=[label("heading", "Heading"), text_column("question", "Question"),
                     text_column("says", "What the evidence says"),
                     markdown_column("chapter", "Chapter")],
            describe=describe_emmie, made_by=emmie, row_status=row_statuses(rows, register.status),
            sources=[register, *_findings(rows)])


@dataclass(frozen=True)
class Line:
    """A finding with the words that say what it is about (which may be none) and the strength of evidence behind it
    (empty where it is not rated)."""

    about: str
    finding: Finding
    strength: str = ""

    @property
    def status(self) -> str:
        """The finding's status."""
        return self.finding.status

    def text(self) -> str:
        """What it is about, what it says, and how strong that is."""
        said = f"{self.about}: {shown(self.finding)}" if self.about else shown(self.finding)
        return f"{said} ({self.strength})" if self.strength else said


def keys_in(cell) -> list[tuple[str, str]]:
    """Pairs (about, key) of a register's cell such as `Kinship care: did.kinship.effect; Costs: costs.total.real`."""
    parts = [] if pd.isna(cell) else [part.rpartition(":") for part in cell.split(";")]
    return [(about.strip(), key.strip()) for about, _, key in parts]


def several(p: Publisher, cell, rated: Mapping[str, str] = MappingProxyType({})) -> list[Line]:
    """The findings that a register's cell names, those that this build has; `rated` as `cells.strengths`."""
    found = [(about, p.look_up(key)) for about, key in keys_in(cell)]
    return [Line(about, finding, rated.get(finding.id, "")) for about, finding in found if finding is not None]


def row_statuses(rows, otherwise: str) -> list[str]:
    """The status of each row: the most restrictive of the findings in it."""
    return [most_restrictive([otherwise, *(line.status for line in many)]) for _, _, many in rows]


def _findings(rows) -> list[Finding]:
    return [line.finding for _, _, many in rows for line in many]


def statuses(lines) -> str:
    """The statuses of some findings in words."""
    return ", ".join(dict.fromkeys(line.status for line in lines)) or NOTHING


def together(lines, *, with_status: bool = False) -> str:
    """Several findings in one cell."""
    return "; ".join(line.text() + (f" [{line.status}]" if with_status else "") for line in lines) or NOTHING


def comparison(rows) -> pd.DataFrame:
    """One row a finding of the original. `rows`: (register row, published finding, our findings)."""
    return pd.DataFrame([{"topic": row.topic, "published": one.text, "ours": together(many),
                          "status": statuses(many), "verdict": row.verdict, "reason": row.reason,
                          "chapter": reference(row.chapter)} for row, one, many in rows])


def lessons(rows) -> pd.DataFrame:
    """One row a lesson, with the findings it rests on and their status."""
    return pd.DataFrame([{"id": row.id, "lesson": row.lesson, "generalises": row.generalises,
                          "would_change": row.would_change,
                          "evidence": together(many, with_status=True)}
                         for row, _, many in rows])


def emmie(rows) -> pd.DataFrame:
    """One row a line of evidence."""
    return pd.DataFrame([{"heading": row.heading, "question": row.question, "chapter": reference(row.chapter),
                          "says": together(many), "status": statuses(many)}
                         for row, _, many in rows])


def comparison_title(frame: pd.DataFrame) -> str:
    """Headline: how many findings are reproduced in method."""
    return f"{(frame['verdict'] == 'reproduced in method').sum()} of {len(frame)} findings reproduced in method"


def describe_comparison(frame: pd.DataFrame) -> str:
    """The comparison in words."""
    parts = ". ".join(f"{verdict.capitalize()}: {', '.join(map(words.in_sentence, group['topic']))}"
                      for verdict, group in frame.groupby("verdict", sort=False))
    return f"A table of {len(frame)} findings of the original beside this report's. {parts}."


def describe_lessons(frame: pd.DataFrame) -> str:
    """The lessons in words."""
    return f"A table of {len(frame)} lessons: " + " ".join(frame["lesson"])


def describe_emmie(frame: pd.DataFrame) -> str:
    """The headings in words."""
    return "A table under five headings. " + " ".join(f"{r.heading}: {r.says}." for r in frame.itertuples())
