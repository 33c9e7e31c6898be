"""The specification curve of one outcome: all estimates, and what chance alone would make of all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd
from scipy import stats

from analysis.design import Design
from analysis.errors import DataError
from analysis.methods.permutation import Assignments, matched_assignments
from analysis.methods.specification_tests import SpecificationTests, specification_tests
from analysis.strands.difference_in_differences.candidates import Candidates, assemble
from analysis.strands.difference_in_differences.cleaned_records import CleanedRecords
from analysis.strands.difference_in_differences.fitting import authorities_by_arm, enough_authorities
from analysis.strands.difference_in_differences.outcomes import without_outliers
from analysis.strands.difference_in_differences.periods import embedded_in_time, outcome_groups
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import Rules
from analysis.strands.difference_in_differences.specification_curve.choices import (
    Model,
    Variant,
    data_choices,
    models,
    rules_for,
    variants,
)
from analysis.strands.difference_in_differences.specification_curve.clustered_models import cells_of, clustered_effects
from analysis.strands.difference_in_differences.specification_curve.designs import (
    Placed,
    candidates_for,
    placed,
    shifted,
)
from analysis.strands.difference_in_differences.specification_curve.estimates import model_effects
from analysis.strands.difference_in_differences.specification_curve.ordered import ordered_curve
from analysis.strands.difference_in_differences.specification_curve.unit_tables import UnitTable, unit_table


@dataclass(frozen=True)
class Curve:
    """All specifications of one outcome, the headline's first.

    `specifications`: one row each: the option of every choice, covariates, effects, estimate (percentage points;
    duration: working days), se and p_clustered (CR1 on G - 1 degrees of freedom), p (permutation). `tests`: over those
    that are estimable; `ordered`: they in order, beside what chance makes of the order (`ordered_curve`); `n_left_out`:
    combinations that leave nothing to estimate; `choices`: titles of the choices.
    """

    outcome: str
    specifications: pd.DataFrame
    tests: SpecificationTests
    ordered: pd.DataFrame
    n_left_out: int
    choices: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.specifications)


def curve_of(records: Records | CleanedRecords, base: Rules, outcome: str, design: Design, scale: float) -> Curve:
    """Estimates of every combination of choices under the assignment that happened and under a seeded sample.

    `base`: the headline's rules; `scale` multiplies effects (100 for percentage points). Age and disability are
    completed once, not several times. Raises `DataError` when the headline's own combination cannot be estimated.
    """
    cleaned = records if isinstance(records, CleanedRecords) else CleanedRecords(records)
    every, regressions = variants(data_choices(base, outcome)), models(base)
    groups = outcome_groups(cleaned.records, outcome, base)
    if not enough_authorities(groups):
        raise DataError(f"outcome {outcome}: too few authorities for a specification curve", file="matched groups",
                        value=authorities_by_arm(groups), expected="two or more in each arm")
    assignments = matched_assignments([list(part["la"]) for _, part in groups.groupby("group", sort=True)],
                                      design.rng(f"specification_curve.{outcome}"), limit=0,
                                      sample=int(base.curve["assignments"]))
    effects, rows = [], []
    for variant, columns, candidates, at in _designs(cleaned, base, outcome, design, every, groups):
        assembled = assemble(candidates, places_of(candidates, assignments, at))
        effects.append(scale * model_effects(assembled, columns, regressions))
        rows += _rows(variant, regressions, candidates, columns, scale)
    return _curve(outcome, np.hstack(effects), pd.DataFrame(rows), base, tuple(every[0].answers))


def places_of(candidates: list[Candidates], assignments: Assignments, at: list[int]) -> np.ndarray:
    """For every assignment the place of each group's pilot, (A, G); `at` are the groups' places in the assignments."""
    orders = [{member: place for place, member in enumerate(group.members)} for group in candidates]
    return np.array([[order[la] for order, la in zip(orders, row, strict=True)] for row in assignments.treated[:, at]])


def _designs(cleaned, base, outcome, design, every, groups) -> Iterator[tuple]:
    """(variant, columns of the blocks, cross-products of the groups, places of these groups) of every variant."""
    matchings = {_name(variant): _cuts(variant, base) for variant in every}
    comparators = groups.loc[~groups["pilot"], "la"]
    shared, names = frozenset(comparators[comparators.duplicated()]), sorted(groups["group"].unique())
    for _, same_reading in groupby(every, key=lambda variant: variant.reading):
        same_reading = list(same_reading)
        rules = rules_for(same_reading[0], base, outcome, design)
        table = unit_table(cleaned.records, cleaned.children(rules), rules, outcome, matchings,
                           groups["la"].unique(), design.rng(f"specification_curve.{outcome}.imputation"))
        for shift, variants_here in groupby(same_reading, key=lambda variant: variant.shift):
            here = _placed(table, groups, rules, outcome, shift)
            for variant in variants_here:
                yield (variant, here.columns,
                       candidates_for(here, table.codes[_name(variant)], variant.comparators, shared),
                       [names.index(name) for name in here.groups])


def _placed(table: UnitTable, groups: pd.DataFrame, rules: Rules, outcome: str, shift) -> Placed:
    moved = embedded_in_time(shifted(groups, shift), outcome, rules)
    cut = outcome == "duration" and not rules.corrected("duration_outliers")
    return placed(table, moved, rules, without_outliers if cut else None)


def _name(variant: Variant) -> str:
    return str(variant.age_cuts)


def _cuts(variant: Variant, base: Rules) -> list | None:
    if variant.age_cuts == "headline":
        return list(base.covariates["matching"]["age_cuts"])
    return None if variant.age_cuts == "none" else list(variant.age_cuts)


def _rows(variant: Variant, regressions: tuple[Model, ...], candidates, columns, scale) -> list[dict]:
    estimates, errors, n_clusters = clustered_effects(cells_of(candidates), columns, regressions)
    p = 2 * stats.t.sf(np.abs(estimates / errors), n_clusters - 1)
    return [{**variant.answers, "Covariates": model.covariates, "Effects": model.effects, "estimate": scale * estimate,
             "se": scale * error, "p_clustered": value}
            for model, estimate, error, value in zip(regressions, estimates, errors, p, strict=True)]


def _curve(outcome: str, effects: np.ndarray, table: pd.DataFrame, base: Rules, titles: tuple[str, ...]) -> Curve:
    known = np.isfinite(effects[0])
    if not known[0]:
        raise DataError(f"outcome {outcome}: the headline's own specification cannot be estimated")
    tests = specification_tests(effects[:, known], significance=float(base.curve["significance"]))
    kept = table[known].assign(p=tests.p).reset_index(drop=True)
    return Curve(outcome, kept, tests, ordered_curve(effects[:, known]), int((~known).sum()),
                 (*titles, "Covariates", "Effects"))
