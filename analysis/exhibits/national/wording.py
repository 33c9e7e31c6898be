"""Words that depend on the results, by stated rules, so that prose never says other than the numbers."""

from __future__ import annotations

from statsmodels.stats.multitest import multipletests

from analysis.publish import words
from analysis.strands.national_data import Evaluated, NationalData, direction

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
CONCLUSIONS = {0: "no evidence of an effect", 1: "evidence of a rise in the pilots relative to their neighbours",
               -1: "evidence of a fall in the pilots relative to their neighbours"}
HEADLINES = {0: "no evidence of an effect", 1: "pilots rose against neighbours", -1: "pilots fell against neighbours"}


def number_word(number: int) -> str:
    """none, one, .. ten; beyond that in figures."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def listed(items) -> str:
    """A, B and C."""
    items = list(items)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def conclusion(result: Evaluated) -> str:
    """The rule: an interval on one side of zero is evidence of a rise or fall, any other no evidence of an effect."""
    return CONCLUSIONS[direction(result.effect.interval)]


def headline(result: Evaluated) -> str:
    """The conclusion as a figure's headline."""
    return f"{result.indicator.title}: {HEADLINES[direction(result.effect.interval)]}"


def uncertainty(result: Evaluated) -> str:
    """95% confidence interval -1.2 to 1.8."""
    interval = result.effect.interval
    return "95% confidence interval " + words.interval(interval.low, interval.high, "", result.indicator.decimals)


def effect_in_words(result: Evaluated) -> str:
    """The effect with its unit and interval."""
    size = words.quantity(result.effect.interval.estimate, result.indicator.difference, result.indicator.decimals)
    return f"{size} ({uncertainty(result)})"


def overall(national: NationalData) -> str:
    """How many of the indicators give evidence of an effect, and which."""
    found = [result for result in national.evaluated if direction(result.effect.interval)]
    total = number_word(len(national.evaluated))
    if not national.evaluated:
        return "no indicator could be computed"
    if not found:
        return f"none of the {total} indicators gives evidence of an effect"
    kinds = {1: "a rise", -1: "a fall"}
    which = listed(f"{low(result)}: {kinds[direction(result.effect.interval)]}" for result in found)
    return f"{number_word(len(found))} of the {total} indicators {_verb(found)} evidence of an effect ({which})"


def after_holm(national: NationalData, level: float) -> str:
    """The same after Holm's (1979) correction of the p values for their number; of parts of one whole, one counts."""
    tested = [result for result in national.evaluated if result.indicator.in_correction]
    if not tested:
        return "no indicator could be computed"
    rejected = multipletests([result.effect.interval.p for result in tested], alpha=1 - level, method="holm")[0]
    found = [result for result, holds in zip(tested, rejected, strict=True) if holds]
    return f"{number_word(len(found))} of them {_verb(found)} it" + (f" ({listed(map(low, found))})" if found else "")


def both(national: NationalData, level: float) -> str:
    """The result before and after the correction, said once where it is the same."""
    found, corrected = overall(national), after_holm(national, level)
    if found == corrected:
        return found
    if not any(direction(result.effect.interval) for result in national.evaluated):
        return f"{found}, before or after allowing for their number"
    return f"{found}; after allowing for their number, {corrected}"


def levels(national: NationalData) -> str:
    """In which indicators pilots stood below and above their neighbours before."""
    below = [result for result in national.evaluated if result.effect.pilots_before < result.effect.neighbours_before]
    above = [result for result in national.evaluated if result not in below]
    parts = [f"below their neighbours in {listed(map(low, below))}"] if below else []
    parts += [f"{'and ' if below else ''}at or above them in {listed(map(low, above))}"] if above else []
    return ", ".join(parts) or "not compared, because no indicator could be computed"


def alternatives(national: NationalData) -> str:
    """Whether the conclusions hold with the other comparators."""
    if not national.evaluated:
        return "no indicator could be computed"
    changed = [low(result) for result in national.evaluated
               if any(direction(other.interval) != direction(result.effect.interval)
                      for other in result.alternatives.values())]
    return f"the conclusion changes for {listed(changed)}" if changed else "no conclusion changes"


def before(national: NationalData) -> str:
    """How many indicators drifted apart before the post period."""
    tested = [result for result in national.evaluated if result.before is not None]
    found = [low(result) for result in tested if direction(result.before)]
    if not tested:
        return "no indicator has two years before"
    return (f"{number_word(len(found))} of the {number_word(len(tested))} indicators with two or more years before "
            f"{'shows' if len(found) < 2 else 'show'} a difference in trend" + (f" ({listed(found)})" if found else ""))


def availability(national: NationalData) -> str:
    """Which indicators could be computed, and why others could not."""
    if not national.absent:
        return f"all {number_word(len(national.results))} indicators could be computed"
    reasons = listed(f"{low(result)} {result.reason}" for result in national.absent)
    found, total = number_word(len(national.evaluated)), number_word(len(national.results))
    return f"{found} of the {total} indicators could be computed: {reasons}"


def low(result) -> str:
    """An indicator's title within a sentence."""
    return result.indicator.title[0].lower() + result.indicator.title[1:]


def _verb(found) -> str:
    return "gives" if len(found) == 1 or not found else "give"
