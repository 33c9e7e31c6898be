"""The difference by year from the embedding, relative to the last whole year before it.

The regression of the effect with event years in place of after: a dummy of every event year and its product with
pilot, but for the reference year -1. Estimates are means over the imputations; their covariance is Rubin's total,
T = W + (1 + 1/m) B, with W the mean CR2 covariance (Rubin 1987, chapter 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit, fit
from analysis.methods.interval import Interval
from analysis.methods.pooling import pool_intervals
from analysis.methods.wald_test import hotelling_test
from analysis.strands.difference_in_differences.covariates import authority_columns
from analysis.strands.difference_in_differences.matching import Matched
from analysis.strands.difference_in_differences.regression import design_matrix
from analysis.strands.difference_in_differences.rules import Rules

REFERENCE = -1
YEAR = 365.25


@dataclass(frozen=True)
class JointTest:
    """Test that several event years are all nought: F, its degrees of freedom and p, the median over imputations
    (Eekhout, van de Wiel and Heymans 2017)."""

    statistic: float
    df: tuple[int, float]
    p: float
    years: tuple[int, ...]


@dataclass(frozen=True)
class EventStudy:
    """`table`: event_year, estimate, low, high, n_pilots, n_comparators, with the reference year; `years`, `estimates`
    (k,) and `covariance` (k, k) without it; `leads`: joint test of the years before the reference, None where there is
    none; `mean_after`: the mean of the years from the embedding's end on (CR2)."""

    table: pd.DataFrame
    years: tuple[int, ...]
    estimates: np.ndarray
    covariance: np.ndarray
    leads: JointTest | None
    mean_after: Interval


def event_years(frame: pd.DataFrame, rules: Rules, follow_up: int) -> pd.Series:
    """Whole years from the embedding: -1, -2, ... backwards before it, 0, 1, ... forwards after it.

    Corrected: backwards from the last day on which follow-up ends before the start, so that the year -1 is whole.
    Published: backwards from the start itself, so that the follow-up eats into the year -1.
    """
    cut = follow_up + 1 if rules.corrected("event_time") else 1
    before = (frame["start"] - frame["date"]).dt.days - cut
    after = (frame["date"] - frame["end"]).dt.days - 1
    years = np.where(frame["after"] == 1, np.floor(after / YEAR), -1 - np.floor(np.maximum(before, 0) / YEAR))
    return pd.Series(years.astype(int), index=frame.index)


def follow_up_of(outcome: str, rules: Rules) -> int:
    """Days that the outcome is followed from a unit's date; none for a duration, which ends with its unit."""
    return 0 if outcome == "duration" else int(rules.follow_up[outcome])


def event_study(sets: Sequence[Matched], outcome: str, la_years: pd.DataFrame, rules: Rules) -> EventStudy:
    """Event study of one outcome over its imputations; CR2 throughout.

    Event years in which either arm has fewer matched records than `least_units_event_year` (in the first imputation)
    are left out, and with them all farther from the reference, so that no year is missing between two that are shown.
    Raises `DataError` when the reference year is one of them: the others would then be relative to another year.
    """
    level = float(rules.estimation["level"])
    years = shown_years(sets[0], outcome, rules)
    fits = [_fit(item, years, outcome, la_years, rules) for item in sets]
    others = [year for year in years if year != REFERENCE and not any(_name(year) in f.dropped for f in fits)]
    pooled = [pool_intervals([f.cr2(_name(year), level) for f in fits], level=level).interval for year in others]
    rows = [{"event_year": REFERENCE, "estimate": 0.0, "low": np.nan, "high": np.nan}]
    rows += [{"event_year": year, "estimate": found.estimate, "low": found.low, "high": found.high}
             for year, found in zip(others, pooled, strict=True)]
    table = pd.DataFrame(rows).merge(_counts(sets[0], years, outcome, rules), on="event_year")
    leads = tuple(year for year in others if year < REFERENCE)
    return EventStudy(table.sort_values("event_year", ignore_index=True), tuple(others),
                      np.array([found.estimate for found in pooled]), _total_covariance(fits, others),
                      _joint(fits, leads) if leads else None, _mean_after(fits, others, level))


def shown_years(item: Matched, outcome: str, rules: Rules) -> list[int]:
    """Event years with enough matched records in both arms, without a gap around the reference; `DataError` when the
    reference has too few."""
    kept = _kept(item, outcome, rules)
    sizes = kept.groupby(["event_year", "pilot"]).size().unstack(fill_value=0).min(axis=1)
    least = rules.estimation["least_units_event_year"]
    if sizes.get(REFERENCE, 0) < least:
        raise DataError(f"outcome {outcome}: too few matched records in the year before the embedding",
                        value=int(sizes.get(REFERENCE, 0)), expected=f"at least {least} in pilots and in comparators")
    enough = set(sizes.index[sizes >= least])
    first = last = REFERENCE
    while first - 1 in enough:
        first -= 1
    while last + 1 in enough:
        last += 1
    return list(range(first, last + 1))


def _kept(item: Matched, outcome: str, rules: Rules) -> pd.DataFrame:
    rows = item.matching.weights > 0
    frame = item.frame[rows]
    return frame.assign(event_year=event_years(frame, rules, follow_up_of(outcome, rules)),
                        weight=item.matching.weights[rows])


def _fit(item: Matched, years, outcome: str, la_years: pd.DataFrame, rules: Rules) -> ClusteredFit:
    kept = _kept(item, outcome, rules)
    kept = kept[kept["event_year"].isin(years)]
    X = design_matrix(kept, outcome, authority_columns(la_years), rules).drop(columns=["after", "after_x_pilot"])
    for year in years:
        if year != REFERENCE:
            here = (kept["event_year"] == year).astype(float)
            X[f"event {year}"], X[_name(year)] = here, here * kept["pilot"]
    # Event columns first, so that a collinear covariate gives way to them.
    first = [name for name in X if name in ("constant", "pilot") or "event" in name]
    ordered = [*first, *(name for name in X if name not in first)]
    return fit(kept["y"].to_numpy(dtype=float), X[ordered], kept["la"].to_numpy(), weights=kept["weight"].to_numpy(),
               drop_collinear=True)


def _name(year: int) -> str:
    return f"pilot event {year}"


def _total_covariance(fits: Sequence[ClusteredFit], years: Sequence[int]) -> np.ndarray:
    """Rubin's total covariance of the event years."""
    names = [_name(year) for year in years]
    estimates = np.array([[f.coefficient(name) for name in names] for f in fits])
    within = []
    for f in fits:
        scores = f.adjusted_scores @ np.column_stack([f.direction(name) for name in names])
        within.append(scores.T @ scores)
    between = np.atleast_2d(np.cov(estimates.T, ddof=1))
    return np.mean(within, axis=0) + (1 + 1 / len(fits)) * between


def _mean_after(fits: Sequence[ClusteredFit], years: Sequence[int], level: float) -> Interval:
    after = [year for year in years if year > REFERENCE]
    if not after:
        raise DataError("event study: no year after the embedding has enough matched records", value=list(years))
    mean = {_name(year): 1 / len(after) for year in after}
    return pool_intervals([f.cr2(mean, level) for f in fits], level=level).interval


def _joint(fits: Sequence[ClusteredFit], years: tuple[int, ...]) -> JointTest:
    tests = [hotelling_test(f, [_name(year) for year in years]) for f in fits]
    middle = sorted(tests, key=lambda test: test.p)[len(tests) // 2]
    return JointTest(middle.statistic, middle.df, float(np.median([test.p for test in tests])), years)


def _counts(item: Matched, years, outcome: str, rules: Rules) -> pd.DataFrame:
    kept = _kept(item, outcome, rules)
    counts = kept[kept["event_year"].isin(years)].groupby(["event_year", "pilot"]).size().unstack()
    return counts.rename(columns={1.0: "n_pilots", 0.0: "n_comparators"}).reset_index()
