"""Placebos: effects where there can be none, on other dates and on other outcomes.

A placebo date pretends that pilots embedded in one day, some whole years before they began, and uses the records whose
follow-up ends before they really began. A placebo outcome puts in the place of the outcome what no programme can change
of the same records. An estimate away from nought then speaks of pilots that were already parting from their
comparators, or of a sample whose make-up changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.errors import DataError
from analysis.methods.interval import Interval
from analysis.strands.difference_in_differences.cleaning import births_of
from analysis.strands.difference_in_differences.covariates import analysis_frame
from analysis.strands.difference_in_differences.fitting import BINARY_SCALE, completed_fits
from analysis.strands.difference_in_differences.periods import Units, in_periods, outcome_groups
from analysis.strands.difference_in_differences.populations import Populations
from analysis.strands.difference_in_differences.records import Reference
from analysis.strands.difference_in_differences.rules import Rules


@dataclass(frozen=True)
class Placebo:
    """One placebo estimate: `kind` is date or outcome; `interval` None with the reason in `problem` where the records
    are too few."""

    outcome: str
    kind: str
    name: str
    interval: Interval | None
    n: int
    problem: str = ""


def placebo_dates(made: Populations, outcome: str, rules: Rules, design: Design) -> list[Placebo]:
    """The effect at every placebo date; headline definitions, CR2."""
    units, groups = made.units[outcome], outcome_groups(made.reference, outcome, rules)
    found = []
    for years in rules.trends["placebo_years"]:
        name, placed = f"{years} years earlier", before_the_embedding(units, groups, int(years), rules)
        try:
            frame = analysis_frame(placed, made.reference, made.facts, rules)
        except DataError as error:      # as where the covariates do not reach back to the year before that date
            found.append(Placebo(outcome, "date", name, None, len(placed), str(error)))
            continue
        found.append(_estimate(frame, outcome, "date", name, made.reference, rules, design))
    return found


def placebo_outcomes(frame: pd.DataFrame, outcome: str, made: Populations, rules: Rules,
                     design: Design) -> list[Placebo]:
    """The effect on every placebo outcome, from the analysis frame of an outcome.

    Elevated risk, which is a covariate of re-referral and escalation, is taken out of it where it is the outcome. Its
    rows without a known placebo outcome (birth dates that disagree) are left out.
    """
    births = births_of(frame["child"], made.facts.people)
    values = {"first_half": (births.dt.month <= 6).astype(float).where(births.notna()),
              "holiday": frame["elevated_risk"]}
    without = replace(rules, covariates={**rules.covariates, "elevated_risk_in": ()})
    found = []
    for name, title in rules.trends["placebo_outcomes"].items():
        changed = frame.assign(y=values[name])
        changed = changed[changed["y"].notna()].reset_index(drop=True)
        # Not as `outcome`: the duration's unit is days, this one's a share.
        found.append(_estimate(changed, outcome, "outcome", title, made.reference,
                               without if name == "holiday" else rules, design))
    return found


def before_the_embedding(units: Units, groups: pd.DataFrame, years: int, rules: Rules) -> pd.DataFrame:
    """Units followed up before the embedding began, placed around a day that many years before it."""
    day = groups["start"] - pd.DateOffset(years=years)
    return in_periods(units, groups.assign(start=day, end=day, until=groups["start"]), rules).frame


def _estimate(frame, outcome, kind, name, reference: Reference, rules, design) -> Placebo:
    rng = design.rng(f"difference_in_differences.{outcome}.placebo.{kind}.{name}")
    try:
        fitted = completed_fits(frame, outcome, reference.la_years, rules, rng,
                                scale=BINARY_SCALE if kind == "outcome" else None)
    except DataError as error:
        return Placebo(outcome, kind, name, None, len(frame), str(error))
    return Placebo(outcome, kind, name, fitted.effect.interval, int(np.count_nonzero(fitted.sets[0].matching.weights)))


def outside(placebos: Iterable[Placebo]) -> int:
    """How many of the estimates have intervals that exclude nought."""
    return sum(p.interval is not None and not p.interval.low <= 0 <= p.interval.high for p in placebos)
