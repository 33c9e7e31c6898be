"""Findings about choices: for each outcome its curve and its largest switch; and sentences over all."""

from __future__ import annotations

import math

from analysis.exhibits.did import choice_words
from analysis.exhibits.did.choice_curves import median_test, share_test
from analysis.exhibits.did.choice_inputs import ChoiceInputs
from analysis.methods.specification_tests import specification_tests
from analysis.publish.words import in_sentence
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.choice_tables import (
    choices_table,
    largest_switch,
    models_table,
    options_table,
    summary_of,
    widest_choice,
)
from analysis.strands.difference_in_differences.specification_curve import curve_of


def publish_findings(inputs: ChoiceInputs) -> None:
    """All findings."""
    for name in inputs.found:
        _curve(inputs, name)
        _choice(inputs, name)
        _switch(inputs, name)
    _together(inputs)


def _curve(inputs: ChoiceInputs, name: str) -> None:
    p, curve, unit = inputs.p, inputs.found[name].curve, tables.unit_of(name)
    found = summary_of(curve, inputs.significance)
    fact = dict(made_by=summary_of, sources=inputs.sources)
    p.finding(f"did.{name}.curve_models", found["models"], unit="count", decimals=0, **fact)
    for quantity in ("median", "low", "high"):
        p.finding(f"did.{name}.curve_{quantity}", found[quantity], unit=unit, **fact)
    p.finding(f"did.{name}.curve_same_sign", found["same_sign"], unit="per cent", **fact)
    p.finding(f"did.{name}.curve_significant", found["significant"], unit="per cent", **fact)
    fact = dict(unit="probability", decimals=3, made_by=specification_tests, sources=inputs.sources)
    p.finding(f"did.{name}.curve_joint_p", share_test(curve).p, **fact)
    p.finding(f"did.{name}.curve_median_p", median_test(curve).p, **fact)


def _choice(inputs: ChoiceInputs, name: str) -> None:
    widest, spread = widest_choice(options_table(inputs.found[name].curve, inputs.significance))
    fact = dict(made_by=widest_choice, sources=inputs.sources)
    inputs.p.finding(f"did.{name}.curve_choice", in_sentence(choice_words.choice_title(widest)), unit="text", **fact)
    inputs.p.finding(f"did.{name}.curve_choice_spread", spread, unit=tables.unit_of(name), decimals=2, **fact)


def _switch(inputs: ChoiceInputs, name: str) -> None:
    switch, shift = largest_switch(inputs.found[name])
    fact = dict(made_by=largest_switch, sources=inputs.sources)
    inputs.p.finding(f"did.{name}.largest_switch", choice_words.SWITCH_WORDS[switch], unit="text", **fact)
    inputs.p.finding(f"did.{name}.largest_switch_shift", shift, unit=tables.unit_of(name), decimals=2, **fact)


def _together(inputs: ChoiceInputs) -> None:
    p, found = inputs.p, inputs.found
    summaries = [summary_of(result.curve, inputs.significance) for result in found.values()]
    fact = dict(unit="count", decimals=0, sources=inputs.sources)
    p.finding("did.curve.models", sum(one["models"] for one in summaries), made_by=curve_of, **fact)
    p.finding("did.curve.distinct", sum(one["distinct"] for one in summaries), made_by=summary_of, **fact)
    assignments = max(one["assignments"] for one in summaries)
    p.finding("did.curve.assignments", assignments, made_by=specification_tests, **fact)
    error = standard_error_of_p(inputs.significance, assignments)
    p.finding("did.curve.p_error", error, made_by=standard_error_of_p, **{**fact, "unit": "probability", "decimals": 3})
    p.finding("did.curve.choices", len(choices_table(inputs.rules)), made_by=choices_table, **fact)
    joint = {in_sentence(tables.NAMES[name]): share_test(result.curve).p for name, result in found.items()}
    fact = dict(unit="text", sources=inputs.sources)
    p.finding("did.curve.sentence", choice_words.curves_sentence(joint, inputs.significance),
              made_by=choice_words.curves_sentence, **fact)
    p.finding("did.models.sentence", choice_words.models_sentence(models_table(found)),
              made_by=choice_words.models_sentence, **fact)


def standard_error_of_p(p: float, assignments: int) -> float:
    """Monte Carlo standard error of a permutation p value from a sample of assignments (a share of so many)."""
    return math.sqrt(p * (1 - p) / assignments)
