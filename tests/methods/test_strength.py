"""The rule of strength of evidence, by hand."""

from __future__ import annotations

from itertools import product

import pytest

from analysis.errors import DesignError
from analysis.methods.strength import AT_LEAST, AT_MOST, EFFECT, INCONCLUSIVE, NO_EFFECT, Check, rate

LEVELS = ("very low", "low", "moderate", "high")
START = {1: "very low", 2: "low", 3: "moderate", 4: "high", 5: "high"}


def checks(p=0.01, magnitude=2.0, missing=0.1):
    return (Check("few authorities", p, 0.05, AT_MOST), Check("trends", magnitude, 1.0, AT_LEAST),
            Check("missing data", missing, 0.3, AT_MOST))


def test_a_claim_that_passes_everything_keeps_the_level_of_its_design():
    found = rate(EFFECT, 3, checks(), LEVELS, START)
    assert (found.level, found.start, found.failed) == ("moderate", "moderate", ())
    # Distances: 0.04 / 0.05 = 0.8; 1.0 / 1 = 1; 0.2 / 0.3 = 0.67: the missing data are nearest to their threshold.
    assert found.flip.name == "missing data"


def test_every_failed_check_lowers_one_level_down_to_the_lowest():
    assert rate(EFFECT, 3, checks(p=0.2), LEVELS, START).level == "low"
    assert rate(EFFECT, 3, checks(p=0.2, magnitude=0.5), LEVELS, START).level == "very low"
    found = rate(EFFECT, 3, checks(p=0.2, magnitude=0.5, missing=0.4), LEVELS, START)
    assert found.level == "very low" and found.failed == ("few authorities", "trends", "missing data")
    # From three failures to two the level stays the lowest: no single result changes it.
    assert found.flip is None


def test_a_measure_not_available_is_a_check_not_passed_and_one_without_meaning_does_not_count():
    lacking = (*checks(), Check("placebos", None, 1, AT_MOST))
    assert rate(NO_EFFECT, 4, lacking, LEVELS, START).level == "moderate"
    senseless = (*checks(), Check("placebos", None, 1, AT_MOST, applies=False))
    assert rate(NO_EFFECT, 4, senseless, LEVELS, START).level == "high"


def test_an_inconclusive_result_says_what_would_make_a_claim():
    deciding = (Check("p of the effect", 0.06, 0.05, AT_MOST), Check("p of equivalence", 0.30, 0.05, AT_MOST))
    found = rate(INCONCLUSIVE, 3, checks(), LEVELS, START, deciding)
    assert found.level == "" and found.flip.name == "p of the effect"


def test_the_flip_does_change_the_rating():
    for p, magnitude, missing in product((0.01, 0.2), (0.5, 2.0), (0.1, 0.4)):
        found = rate(EFFECT, 4, checks(p, magnitude, missing), LEVELS, START)
        if found.flip is None:
            continue
        other = {"few authorities": "p", "trends": "magnitude", "missing data": "missing"}[found.flip.name]
        turned = {"p": p, "magnitude": magnitude, "missing": missing}
        turned[other] = {"p": {0.01: 0.2, 0.2: 0.01}, "magnitude": {0.5: 2.0, 2.0: 0.5},
                         "missing": {0.1: 0.4, 0.4: 0.1}}[other][turned[other]]
        assert rate(EFFECT, 4, checks(**turned), LEVELS, START).level != found.level


def test_bad_input_is_refused():
    for arguments in (("maybe", 3), (EFFECT, 6)):
        with pytest.raises(DesignError):
            rate(*arguments, checks(), LEVELS, START)
    with pytest.raises(DesignError):
        rate(EFFECT, 3, checks(), ("a", "b"), START)
