"""Departures from the original's methods, beside the results that they touch."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from analysis.review.plan import words_of

ALL = "chapters/evaluation.html#tbl-evaluation-deviations"


@dataclass(frozen=True)
class Deviation:
    """One departure: what the original did, what is done here, why, and the beginnings of the ids it touches."""

    id: str
    original: str
    here: str
    why: str
    touches: tuple[tuple[str, ...], ...]


def read_deviations() -> tuple[Deviation, ...]:
    """The register `data/parameters/deviations.csv`, checked against its schema."""
    from analysis.sources.loading import load

    return tuple(Deviation(row.id, row.planned, row.done, row.why,
                           tuple(words_of(part.strip()) for part in row.beside.split(";"))
                           if isinstance(row.beside, str) else ())
                 for row in load("deviations").frame.itertuples())


def touching(id: str, deviations) -> tuple[Deviation, ...]:
    """The deviations that touch a finding or exhibit, in the register's order."""
    words = words_of(id)
    return tuple(one for one in deviations if any(words[: len(begin)] == begin for begin in one.touches))


def beside(found: tuple[Deviation, ...], address: str) -> str:
    """Departures as a folded list; empty where there is none. `address`: where the whole register stands."""
    if not found:
        return ""
    items = "".join(f'<li><a href="{escape(address)}">{one.id}</a> {escape(one.here)}. '
                    f"The original: {escape(one.original)}. Why: {escape(one.why)}.</li>" for one in found)
    return (f'<details class="deviations"><summary>Departs from the original in {len(found)} '
            f'{"point" if len(found) == 1 else "points"}</summary><ul>{items}</ul></details>')
