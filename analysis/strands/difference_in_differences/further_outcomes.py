"""Outcomes beside the five: the same analysis with a follow-up or a rule of its own, listed in `data/evaluation.yml`.

An outcome is one entry of `further_outcomes`: `of` names the outcome whose records, matched groups, covariates and
reading it takes, `days` its follow-up, and `rule` the function of this package's `outcomes` that makes its units, where
it is not that outcome's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.design import Design
from analysis.errors import DesignError
from analysis.strands.difference_in_differences import outcomes
from analysis.strands.difference_in_differences.cleaned_records import CleanedRecords
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.definitions import CORRECTED, all_of
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.results import Effect
from analysis.strands.difference_in_differences.rules import OUTCOMES, Rules, rules_of
from analysis.strands.difference_in_differences.strand import placed_in_groups
from analysis.strands.difference_in_differences.tables import unit_of

FIELDS = {"title", "of", "days", "rule", "why"}


@dataclass(frozen=True)
class FurtherOutcome:
    """One entry: `title` and `why` in words, `of` one of the five, `days` of follow-up, `rule` that makes the units."""

    name: str
    title: str
    of: str
    days: int
    rule: str
    why: str


def further_outcomes(design: Design) -> tuple[FurtherOutcome, ...]:
    """The entries in their order. `DesignError` for an unknown field, outcome or rule, or a follow-up below one day."""
    return tuple(_entry(name, dict(row))
                 for name, row in design.section("difference_in_differences")["further_outcomes"].items())


def _entry(name: str, row: dict) -> FurtherOutcome:
    where = f"data/evaluation.yml: difference_in_differences.further_outcomes.{name}"
    if set(row) - FIELDS or {"title", "of", "days", "why"} - set(row):
        raise DesignError(f"{where} has {', '.join(sorted(row))}; expected title, of, days, why and, if wanted, rule")
    if row["of"] not in OUTCOMES:
        raise DesignError(f"{where}.of is {row['of']!r}, expected one of {', '.join(OUTCOMES)}")
    if not isinstance(row["days"], int) or row["days"] < 1:
        raise DesignError(f"{where}.days is {row['days']!r}, expected a whole number of days, one or more")
    rule = row.get("rule", f"{row['of']}_units")
    if not callable(getattr(outcomes, rule, None)):
        raise DesignError(f"{where}.rule is {rule!r}, expected a function of outcomes.py")
    return FurtherOutcome(name, row["title"], row["of"], row["days"], rule, row["why"])


def analyse_further(records: Records, design: Design) -> Mapping[str, Effect]:
    """The effect on every further outcome by name: corrected definitions, CR2, each with random numbers of its own.

    Raises `DataError` as `strand.analyse` does.
    """
    cleaned, rules = CleanedRecords(records), rules_of(design, all_of(CORRECTED))
    return {one.name: _effect(one, cleaned, rules, design) for one in further_outcomes(design)}


def _effect(one: FurtherOutcome, cleaned: CleanedRecords, rules: Rules, design: Design) -> Effect:
    own = replace(rules, follow_up={**rules.follow_up, one.of: one.days})
    records, children = cleaned.records, cleaned.children(own)
    units = getattr(outcomes, one.rule)(records, children, own)
    placed = placed_in_groups(units, records, own, one.of)
    frame = analysis_frame(placed.frame, records, children, own)
    rng = design.rng(f"difference_in_differences.further.{one.name}")
    return effect_alone(frame, one.of, records.la_years, own, rng)


def further_table(entries: tuple[FurtherOutcome, ...], found: Mapping[str, Effect]) -> pd.DataFrame:
    """One row an outcome: outcome, why, unit, n, mean_before, effect, low, high, p (CR2)."""
    return pd.DataFrame([{
        "outcome": one.title, "why": one.why, "unit": unit_of(one.of), "n": found[one.name].sample.n,
        "mean_before": found[one.name].mean_before, "effect": found[one.name].cr2.estimate,
        "low": found[one.name].cr2.low, "high": found[one.name].cr2.high,
        "p": found[one.name].cr2.p} for one in entries])
