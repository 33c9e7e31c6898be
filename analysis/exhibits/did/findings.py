"""Findings of the strand: for each outcome effect, power and conclusion; and sentences that follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.exhibits.did.common import Inputs, listed
from analysis.publish.words import cardinal, number
from analysis.strands.difference_in_differences import Effect, OutcomeResult, conclusion, tables
from analysis.strands.difference_in_differences.conclusions import Conclusion
from analysis.strands.difference_in_differences.description import cell_means
from analysis.strands.difference_in_differences.detectable import detectable
from analysis.strands.difference_in_differences.estimation import sample_of, summary_of
from analysis.strands.difference_in_differences.fitting import completed_fits
from analysis.strands.difference_in_differences.inference import inference_of
from analysis.strands.difference_in_differences.leave_out import without_each_group


def publish_findings(inputs: Inputs) -> None:
    """All findings."""
    for name, result in inputs.analysis.corrected.items():
        _outcome(inputs, name, result, inputs.analysis.published[name])
    _design(inputs)
    _kinship(inputs)
    _sentences(inputs)


def _outcome(inputs: Inputs, name: str, result: OutcomeResult, published: Effect) -> None:
    p, unit, found = inputs.p, tables.unit_of(name), result.inference
    level_unit = unit if name in tables.UNITS else "per cent"
    p.finding(f"did.{name}.effect", found.cr2.estimate, unit=unit, low=found.cr2.low, high=found.cr2.high,
              made_by=completed_fits, **_facts(inputs, result))
    rows = published.cr1_rows
    p.finding(f"did.{name}.published_effect", rows.estimate, unit=unit, low=rows.low, high=rows.high,
              made_by=inference_of,
              **_facts(inputs, published))
    jackknife = None if found.cr3 is None else found.cr3.p
    for key, value in (("permutation_p", found.permutation.p), ("cr2_p", found.cr2.p), ("cr3_p", jackknife),
                       ("bootstrap_p", found.bootstrap.p), ("rows_p", found.cr1_rows.p),
                       ("equivalence_p", found.equivalence.p)):
        p.finding(f"did.{name}.{key}", value, unit="probability", decimals=3, made_by=inference_of,
                  **_facts(inputs, result))
    p.finding(f"did.{name}.missing_information", 100 * found.missing_information, unit="per cent",
              made_by=completed_fits, **_facts(inputs, result))
    p.finding(f"did.{name}.mde_simulated", result.detectable.simulated["CR2"].effect, unit=unit, made_by=detectable,
              **_facts(inputs, result))
    p.finding(f"did.{name}.mde", found.mde, unit=unit, made_by=inference_of, **_facts(inputs, result))
    n_before = result.cell("Pilots", "Before", "n")
    p.finding(f"did.{name}.mean_before", result.mean_before, unit=level_unit, made_by=cell_means,
              **{**_facts(inputs, result), "n": n_before})
    p.finding(f"did.{name}.conclusion", conclusion(result, inputs.rules).words, unit="text", made_by=conclusion,
              **_facts(inputs, result))


def _facts(inputs: Inputs, result: OutcomeResult | Effect) -> dict:
    sample = result.sample
    return dict(sources=inputs.sources, about_people=True, n=sample.n, n_authorities=sample.n_authorities,
                n_pilots=sample.n_pilots)


def _design(inputs: Inputs) -> None:
    p, estimation, results = inputs.p, inputs.rules.estimation, inputs.analysis.corrected
    fact = dict(unit="count", decimals=0, sources=inputs.sources)
    samples = [result.sample for result in results.values()]
    p.finding("did.sample.pilots", max(s.n_pilots for s in samples), made_by=sample_of, **fact)
    p.finding("did.sample.authorities", max(s.n_authorities for s in samples), made_by=sample_of, **fact)
    p.finding("did.sample.imputations", estimation["imputations"], made_by=completed_fits, **fact)
    p.finding("did.sample.assignments", max(r.inference.permutation.n_assignments for r in results.values()),
              made_by=inference_of, **fact)
    p.finding("did.sample.power", 100 * estimation["power"], made_by=inference_of, **{**fact, "unit": "per cent"})
    matched = [result.matching.pilots_matched for result in results.values()]
    p.finding("did.matching.least", min(matched), unit="per cent", made_by=summary_of, sources=inputs.sources)
    p.finding("did.matching.most", max(matched), unit="per cent", made_by=summary_of, sources=inputs.sources)


def _kinship(inputs: Inputs) -> None:
    p, result = inputs.p, inputs.analysis.corrected["kinship"]
    found, matching = result.inference, result.matching
    fact = dict(sources=inputs.sources, unit="ratio", decimals=2, made_by=summary_of)
    p.finding("did.kinship.l1_before", matching.before.l1, **fact)
    p.finding("did.kinship.l1_after", matching.after.l1, **fact)
    rest = result.description.without["estimate"]
    fact = dict(sources=inputs.sources, unit="percentage points", made_by=without_each_group)
    p.finding("did.kinship.without_lowest", rest.min(), **fact)
    p.finding("did.kinship.without_highest", rest.max(), **fact)
    p.finding("did.kinship.df", found.cr2.df, unit="ratio", sources=inputs.sources, made_by=completed_fits)


def _sentences(inputs: Inputs) -> None:
    p, results = inputs.p, inputs.analysis.corrected
    concluded = {tables.NAMES[name].lower(): conclusion(result, inputs.rules) for name, result in results.items()}
    p.finding("did.summary.found", found_sentence(concluded), unit="text", made_by=found_sentence,
              sources=inputs.sources)
    p.finding("did.summary.equivalence", equivalence_phrase(results), unit="text", made_by=equivalence_phrase,
              sources=inputs.sources)
    kinship = results["kinship"].inference.cr2.estimate
    published = inputs.analysis.published["kinship"].cr1_rows.estimate
    p.finding("did.kinship.definitions", definitions_phrase(kinship, published), unit="text",
              made_by=definitions_phrase, sources=inputs.sources)


def found_sentence(concluded: Mapping[str, Conclusion]) -> str:
    """Which outcomes show evidence of an effect, as a clause."""
    found = {name: one for name, one in concluded.items() if one.is_effect}
    if not found:
        return f"none of the {cardinal(len(concluded))} outcomes shows evidence of an effect"
    parts = listed(f"{name} ({one.direction})" for name, one in found.items())
    verb = "shows" if len(found) == 1 else "show"
    return f"{cardinal(len(found))} of the {cardinal(len(concluded))} outcomes {verb} evidence of an effect: {parts}"


def equivalence_phrase(results) -> str:
    """For which outcomes effects beyond the bounds are excluded, as a clause."""
    names = [tables.NAMES[name].lower() for name, result in results.items() if result.inference.equivalence.equivalent]
    if not names:
        return "for no outcome are effects beyond these bounds excluded"
    return f"effects beyond these bounds are excluded for {listed(names)}"


def definitions_phrase(corrected: float, published: float) -> str:
    """How the corrected effect compares with the published definition's, as a clause."""
    gap = number(abs(corrected - published))
    if corrected * published < 0:
        return f"of the opposite sign, {gap} percentage points apart"
    closer = "further from" if abs(corrected) > abs(published) else "nearer to"
    return f"of the same sign and {gap} percentage points {closer} nought"
