"""What a check of the gate found, and how much it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that may not leave: where (exhibit, finding or file; row; column), by which rule, and what it is."""

    place: str
    row: str
    column: str
    rule: str
    what: str

    def __str__(self) -> str:
        where = [self.place, self.row and f"row “{self.row}”", self.column and f"column {self.column}"]
        return f"{', '.join(part for part in where if part)}: {self.rule}: {self.what}"


@dataclass(frozen=True)
class Checked:
    """One check: its rule, how many things it looked at (cells, texts, attacks, files), and what it found."""

    rule: str
    looked_at: int
    problems: tuple[Problem, ...]


def together(results) -> tuple[Checked, ...]:
    """Results of the same rule summed, in the order in which the rules come."""
    results = list(results)
    return tuple(Checked(rule, sum(one.looked_at for one in results if one.rule == rule),
                         tuple(problem for one in results if one.rule == rule for problem in one.problems))
                 for rule in dict.fromkeys(one.rule for one in results))
