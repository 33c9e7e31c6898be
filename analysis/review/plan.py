"""The analysis plan, clause by clause, and which clause a finding or exhibit answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.errors import DesignError

KINDS = ("fig", "tbl")


@dataclass(frozen=True)
class Clause:
    """One clause: `covers` are beginnings of results' ids in words, such as ("did", "kinship")."""

    clause: str
    question: str
    title: str
    estimand: str
    analysis: str
    standing: str
    covers: tuple[tuple[str, ...], ...]


def clauses_from(frame) -> tuple[Clause, ...]:
    """The clauses of the register `analysis_plan` (one row each); `DesignError` where two begin ids alike."""
    found = tuple(Clause(row.clause, row.question if isinstance(row.question, str) else "", row.title, row.estimand,
                         row.analysis, row.standing, tuple(words_of(part.strip()) for part in row.covers.split(";")))
                  for row in frame.itertuples())
    beginnings = [words for clause in found for words in clause.covers]
    twice = sorted({"-".join(words) for words in beginnings if beginnings.count(words) > 1})
    if twice:
        raise DesignError(f"analysis plan: two clauses cover {twice[0]!r}; each beginning of an id belongs to one")
    return found


def read_clauses() -> tuple[Clause, ...]:
    """The clauses as they stand in `data/parameters/analysis_plan.csv`, checked against their schema."""
    from analysis.sources.loading import load

    return clauses_from(load("analysis_plan").frame)


def words_of(id: str) -> tuple[str, ...]:
    """An id in words, without the kind of an exhibit: `tbl-did-main` and `did.main` are both ("did", "main")."""
    words = tuple(re.split(r"[-._]", id))
    return words[1:] if words[0] in KINDS else words


def clause_of(id: str, clauses: tuple[Clause, ...]) -> Clause:
    """The clause with the longest beginning of the id; `DesignError` when no clause covers it."""
    words = words_of(id)
    fitting = [(len(begin), clause) for clause in clauses for begin in clause.covers if words[: len(begin)] == begin]
    if not fitting:
        raise DesignError(f"analysis plan: no clause covers {id!r}; add its beginning to a clause's `covers` in "
                          "data/parameters/analysis_plan.csv")
    return max(fitting, key=lambda pair: pair[0])[1]
