"""What may be concluded about an outcome, as a value with its words, so that nothing has to read the words again."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import DataError
from analysis.methods.strength import EFFECT, INCONCLUSIVE, NO_EFFECT

WEAK = "weak"                                   # one of two tests alone: not a claim that could be rated
DIRECTIONS = ("an increase", "a reduction")


@dataclass(frozen=True)
class Conclusion:
    """`kind`: effect, weak, no effect (of a size that matters) or inconclusive; `direction` for the first two."""

    kind: str
    direction: str = ""

    @property
    def claim(self) -> str:
        """The claim whose strength can be rated (`methods.strength`)."""
        return INCONCLUSIVE if self.kind == WEAK else self.kind

    @property
    def is_effect(self) -> bool:
        """Whether both tests speak for an effect."""
        return self.kind == EFFECT

    @property
    def words(self) -> str:
        """The conclusion as the report prints it."""
        return {EFFECT: f"evidence of {self.direction}", WEAK: f"weak evidence of {self.direction}",
                NO_EFFECT: "evidence of no meaningful effect", INCONCLUSIVE: "no evidence of an effect"}[self.kind]


EVERY = (*(Conclusion(kind, direction) for kind in (EFFECT, WEAK) for direction in DIRECTIONS), Conclusion(NO_EFFECT),
         Conclusion(INCONCLUSIVE))


def conclude(effect: float, effect_p: float, permutation_p: float, equivalent: bool, alpha: float) -> Conclusion:
    """The stated rule.

    Evidence of an effect: the p values of CR2 and of the permutation test are both below `alpha`. One of the two alone:
    the tests disagree. Neither: no evidence of an effect, or evidence of no meaningful one where the equivalence test
    passes.
    """
    found = (effect_p < alpha, permutation_p < alpha)
    if any(found):
        return Conclusion(EFFECT if all(found) else WEAK, DIRECTIONS[0] if effect > 0 else DIRECTIONS[1])
    return Conclusion(NO_EFFECT if equivalent else INCONCLUSIVE)


def read(words: str) -> Conclusion:
    """The conclusion that a published finding states; `DataError` for words that are none of them."""
    for one in EVERY:
        if one.words == words:
            return one
    raise DataError("a conclusion", value=words, expected=" or ".join(repr(one.words) for one in EVERY))
