"""Findings on parallel trends: for each outcome tests, bounds and estimators; placebos; sentences."""

from __future__ import annotations

from analysis.exhibits.did import trends_words as words
from analysis.exhibits.did.trends_inputs import TrendInputs
from analysis.strands.difference_in_differences import authority_quarters, tables
from analysis.strands.difference_in_differences.authority_quarters import authority_panel
from analysis.strands.difference_in_differences.event_study import event_study
from analysis.strands.difference_in_differences.placebo import outside
from analysis.strands.difference_in_differences.staggered_adoption import staggered_effects
from analysis.strands.difference_in_differences.staggered_tables import range_of
from analysis.strands.difference_in_differences.trend_tables import ALL_PLACEBOS, leads_table, placebo_counts
from analysis.strands.difference_in_differences.trends import OutcomeTrends, bounds_of, no_effect_breakdown


def publish_trend_findings(inputs: TrendInputs) -> None:
    """All findings."""
    for name, found in inputs.trends.items():
        _years(inputs, name, found)
        _bounds(inputs, name, found)
        _staggered(inputs, name, found)
    _placebos(inputs)
    _sentences(inputs)
    _conventions(inputs)


def _years(inputs: TrendInputs, name: str, found: OutcomeTrends) -> None:
    p, leads, mean = inputs.p, found.event_study.leads, found.event_study.mean_after
    p.finding(f"did.{name}.leads_p", leads.p if leads else None, unit="probability", decimals=3, made_by=leads_table,
              sources=inputs.sources)
    records = found.event_study.table[["n_pilots", "n_comparators"]].to_numpy().sum()
    p.finding(f"did.{name}.mean_after", mean.estimate, low=mean.low, high=mean.high, unit=tables.unit_of(name),
              made_by=event_study, sources=inputs.sources, about_people=True, n=records)


def _bounds(inputs: TrendInputs, name: str, found: OutcomeTrends) -> None:
    p, magnitude = inputs.p, found.bounds.relative_magnitude_breakdown
    yearly = f"{tables.unit_of(name)} a year"
    p.finding(f"did.{name}.breakdown_words", words.breakdown_words(magnitude), unit="text", made_by=bounds_of,
              sources=inputs.sources)
    for key, value, unit, made_by in (
            ("breakdown", magnitude, "ratio", bounds_of),
            ("smoothness_breakdown", found.bounds.smoothness_breakdown, yearly, bounds_of),
            ("no_effect_breakdown", found.no_effect_breakdown, "ratio", no_effect_breakdown)):
        number = words.capped(value)
        # Nought and the largest bound are exact; 0.00 would look like a small number rounded.
        decimals = 0 if number in (0, value.largest) else 2
        p.finding(f"did.{name}.{key}", number, unit=unit, decimals=decimals, made_by=made_by, sources=inputs.sources)


def _staggered(inputs: TrendInputs, name: str, found: OutcomeTrends) -> None:
    p, (lowest, highest) = inputs.p, range_of(found.staggered)
    fact = dict(sources=inputs.sources, unit=tables.unit_of(name), made_by=range_of)
    p.finding(f"did.{name}.staggered_lowest", lowest, **fact)
    p.finding(f"did.{name}.staggered_highest", highest, **fact)
    imputed = found.staggered.estimates.set_index("estimator").loc["imputation"]
    p.finding(f"did.{name}.imputation_p", imputed["p"], unit="probability", decimals=3, made_by=staggered_effects,
              sources=inputs.sources)


def _placebos(inputs: TrendInputs) -> None:
    for name, found in inputs.trends.items():
        inputs.p.finding(f"did.{name}.placebos_outside", outside(found.placebos), unit="count", decimals=0,
                         made_by=outside, sources=inputs.sources)
    whole = placebo_counts(inputs.trends).set_index("kind").loc[ALL_PLACEBOS]
    fact = dict(unit="count", made_by=placebo_counts, sources=inputs.sources)
    inputs.p.finding("did.placebos.all", whole["estimates"], decimals=0, **fact)
    inputs.p.finding("did.placebos.outside", whole["outside"], decimals=0, **fact)
    inputs.p.finding("did.placebos.expected", whole["expected"], **fact)


def _sentences(inputs: TrendInputs) -> None:
    p_values = {tables.NAMES[name].lower(): found.event_study.leads.p if found.event_study.leads else None
                for name, found in inputs.trends.items()}
    fact = dict(unit="text", sources=inputs.sources)
    inputs.p.finding("did.trends.sentence", words.leads_sentence(p_values), made_by=words.leads_sentence, **fact)
    inputs.p.finding("did.trends.breakdown_sentence", words.breakdown_sentence(inputs.trends),
                     made_by=words.breakdown_sentence, **fact)


def _conventions(inputs: TrendInputs) -> None:
    p, fact = inputs.p, dict(sources=inputs.sources, decimals=0)
    share = dict(unit="per cent", made_by=authority_panel, **fact)
    p.finding("did.trends.reach", 100 * authority_quarters.REACH, **share)
    p.finding("did.trends.followed", 100 * authority_quarters.FOLLOWED, **share)
    p.finding("did.trends.largest", words.largest_of(inputs.trends), unit="ratio", made_by=bounds_of, **fact)
    p.finding("did.trends.assignments", max(int(found.staggered.estimates["n_assignments"].max())
                                            for found in inputs.trends.values()),
              unit="count", made_by=staggered_effects, **fact)
