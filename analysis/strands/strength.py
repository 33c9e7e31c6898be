"""Strength of evidence for the strands outside the difference-in-differences: claims and checks as data, one rule.

What each check reads is a register (`data/parameters/strength_checks.csv`): places in the ledger, never a number typed.
A place is a finding (`survey.wellbeing.p`) or a cell of a published table (`tbl-national-inference/Re-referrals/holm`);
`{row}` and `{key}` stand for an outcome's name in its strand's tables and for its findings' stem. The rule that rates
them is that of `methods.strength`, the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from analysis.errors import DesignError
from analysis.methods.strength import AT_MOST, EFFECT, INCONCLUSIVE, NO_EFFECT, Check, Rating, rate

DECIDING, BOTH = "deciding", "both"     # checks that would make a claim of an inconclusive result; checks of any claim
Read = Callable[[str], float | None]    # place -> value, None where it is blank or there is no such result


@dataclass(frozen=True)
class CheckRule:
    """One check of a strand: of the values at `places` the one that is hardest to pass with (the largest where the
    check is "at most", else the least), over the value at `over` where there is one, against the threshold. `claims`:
    an effect, no meaningful effect, both, or deciding."""

    name: str
    places: tuple[str, ...]
    over: str
    sense: str
    threshold: float
    claims: str

    def check(self, read: Read) -> Check:
        """The check with the values read; not known where one of them is not."""
        values = [read(place) for place in self.places]
        hardest = max if self.sense == AT_MOST else min
        value = None if any(one is None for one in values) else hardest(values)
        if self.over and value is not None:
            below = read(self.over)
            value = None if not below else value / below
        return Check(self.name, value, self.threshold, self.sense)


def rules_of(register: Iterable, thresholds: Mapping[str, float]) -> tuple[CheckRule, ...]:
    """The checks of one strand from the rows of the register; `DesignError` for a threshold the design lacks."""
    found = []
    for row in register:
        if row.threshold not in thresholds:
            raise DesignError(f"strength_checks.csv: threshold {row.threshold!r} is not in data/evaluation.yml, which "
                              f"has {', '.join(thresholds)}")
        over = row.over if isinstance(row.over, str) else ""
        found.append(CheckRule(row.check, tuple(part.strip() for part in row.value.split("|")), over, row.sense,
                               float(thresholds[row.threshold]), row.claims))
    return tuple(found)


def claim_in(words: str) -> str:
    """The claim in a strand's own conclusion. All strands write them one way: "evidence of no ..." for none that would
    matter, "evidence of ..." for one, "no evidence of ..." for neither; `DesignError` for any other words."""
    for start, claim in (("evidence of no ", NO_EFFECT), ("evidence of ", EFFECT), ("no evidence of ", INCONCLUSIVE)):
        if words.startswith(start):
            return claim
    raise DesignError(f"a conclusion that is neither evidence of something, nor of none, nor no evidence: {words!r}")


def rate_outcome(words: str, design_level: int, rules: Iterable[CheckRule], read: Read,
                 section: Mapping) -> tuple[Rating, tuple[Check, ...]]:
    """The rating of one outcome and the checks it rests on.

    Parameters: `words`, the strand's conclusion; `design_level` on the Maryland scale; `section`: levels and start of
    the design. A strand whose conclusion tests for an effect alone claims "no meaningful effect" where all its
    deciding checks named so pass (the test of equivalence).
    """
    made = [(rule, rule.check(read)) for rule in rules]
    claim = _settled(claim_in(words), made)
    checks = tuple(check for rule, check in made if rule.claims in (claim, BOTH))
    deciding = tuple(check for rule, check in made if rule.claims.startswith(DECIDING))
    start = {int(level): name for level, name in section["start"].items()}
    rating = rate(claim, design_level, checks, section["levels"], start, deciding)
    return rating, deciding if claim == INCONCLUSIVE else checks


def _settled(claim: str, made: list[tuple[CheckRule, Check]]) -> str:
    none = [check for rule, check in made if rule.claims == f"{DECIDING}: {NO_EFFECT}"]
    return NO_EFFECT if claim == INCONCLUSIVE and none and all(check.passed for check in none) else claim
