"""Strength of evidence for each outcome of this strand: its claim, its checks, and the rule that rates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.methods.strength import (
    AT_LEAST,
    AT_MOST,
    EFFECT,
    INCONCLUSIVE,
    Check,
    Rating,
    rate,
)
from analysis.strands.difference_in_differences.conclusions import Conclusion


@dataclass(frozen=True)
class Evidence:
    """What the rule reads of one outcome, each a published finding; None where it is not known.

    p values: `cr2`, `cr3`, `bootstrap`, `permutation`, `equivalence`, `romano_wolf`, `leads` (joint test of the years
    before), `curve` (joint test of the specification curve's share significant). `detectable` and `bound` in the
    outcome's unit; `breakdown`, `no_effect_breakdown`: relative magnitudes; `placebos`: how many exclude nought;
    `missing`: share of information, 0 to 1; `same_sign`: per cent of the curve's models.
    """

    cr2: float | None
    cr3: float | None
    bootstrap: float | None
    permutation: float | None
    equivalence: float | None
    romano_wolf: float | None
    leads: float | None
    curve: float | None
    detectable: float | None
    bound: float
    breakdown: float | None
    no_effect_breakdown: float | None
    placebos: float | None
    missing: float | None
    same_sign: float | None


def checks_of(claim: str, evidence: Evidence, rule: Mapping) -> tuple[Check, ...]:
    """The checks of a claim, with the thresholds of the design. Those of an effect are no question for a claim of none,
    and the other way round."""
    effect = claim == EFFECT
    few = _largest(evidence.cr2, evidence.cr3, evidence.bootstrap, evidence.permutation)
    ratio = None if evidence.detectable is None else evidence.detectable / evidence.bound
    return (
        Check("few authorities: largest p of four methods", few, rule["few_authorities_p"], AT_MOST, effect),
        Check("precision: detectable over smallest effect of interest", ratio, rule["detectable"], AT_MOST),
        Check("years before: p of their joint test", evidence.leads, rule["leads_p"], AT_LEAST),
        Check("trends: violation at which the claim breaks", evidence.breakdown if effect else
              evidence.no_effect_breakdown, rule["breakdown"], AT_LEAST),
        Check("placebos that exclude nought", evidence.placebos, rule["placebos"], AT_MOST),
        Check("missing data: share of information missing", evidence.missing, rule["missing_information"], AT_MOST),
        Check("several outcomes: adjusted p", evidence.romano_wolf, rule["adjusted_p"], AT_MOST, effect),
        Check("choices: percentage of models of one sign", evidence.same_sign, rule["same_sign"], AT_LEAST, effect),
        Check("choices: joint p of the specification curve", evidence.curve, rule["curve_p"], AT_LEAST, not effect))


def deciding_of(evidence: Evidence, rule: Mapping) -> tuple[Check, ...]:
    """What would make a claim of an inconclusive result: both tests of an effect, or the test of equivalence."""
    alpha = rule["claim_p"]
    return (Check("larger p of CR2 and permutation", _largest(evidence.cr2, evidence.permutation), alpha, AT_MOST),
            Check("p of equivalence", evidence.equivalence, alpha, AT_MOST))


def strength_of(conclusion: Conclusion, evidence: Evidence, rule: Mapping) -> tuple[Rating, tuple[Check, ...]]:
    """The rating of an outcome and the checks it rests on (those that apply)."""
    claim = conclusion.claim
    checks = checks_of(claim, evidence, rule)
    start = {int(level): name for level, name in rule["start"].items()}
    rating = rate(claim, int(rule["design_level"]), checks, rule["levels"], start, deciding_of(evidence, rule))
    shown = checks if claim != INCONCLUSIVE else deciding_of(evidence, rule)
    return rating, tuple(check for check in shown if check.applies)


def _largest(*values: float | None) -> float | None:
    return None if any(value is None for value in values) else max(values)
