"""One outcome from its analysis frame to weighted regressions: imputation, matching, least squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.clustered import ClusteredFit
from analysis.methods.interval import Interval
from analysis.methods.pooling import Pooled, pool, pool_intervals
from analysis.strands.difference_in_differences.covariates import authority_columns, unrecorded_columns
from analysis.strands.difference_in_differences.imputing import completed_frames, too_incomplete
from analysis.strands.difference_in_differences.matching import Matched, matched
from analysis.strands.difference_in_differences.outcomes import cells_below, check_outcome
from analysis.strands.difference_in_differences.regression import EFFECT, design_matrix, weighted_fit
from analysis.strands.difference_in_differences.rules import Rules

BINARY_SCALE = 100.0    # shares in per cent, so that effects are percentage points
LEAST_AUTHORITIES = 2   # in each arm: with one alone nothing tells its own ups and downs from the effect


@dataclass(frozen=True)
class CompletedFits:
    """The matched data sets and regressions of the imputations; `rules` without the covariates in `dropped`, which also
    names those of authorities without any value."""

    sets: list[Matched]
    fits: list[ClusteredFit]
    dropped: tuple[str, ...]
    rules: Rules

    @property
    def level(self) -> float:
        """Confidence level of the intervals."""
        return float(self.rules.estimation["level"])

    @property
    def effect(self) -> Pooled:
        """The headline: CR2 with Satterthwaite degrees of freedom, pooled."""
        return pool_intervals([fit.cr2(EFFECT, self.level) for fit in self.fits], level=self.level)

    def cr1(self) -> Interval:
        """CR1 with t(G - 1), pooled."""
        return pool_intervals([fit.cr1(EFFECT, self.level) for fit in self.fits], level=self.level).interval

    def cr3(self) -> Interval:
        """The cluster jackknife with t(G - 1), pooled."""
        return pool_intervals([fit.cr3(EFFECT, self.level) for fit in self.fits], level=self.level).interval

    def row_based(self, outcome: str) -> Interval:
        """The original's inference: CR1 with factor G / (G - 1), pooled with n - 17 or n - 18 degrees of freedom."""
        intervals = [fit.cr1(EFFECT, self.level, factor="clusters") for fit in self.fits]
        less = self.rules.estimation["published_row_df"][outcome]
        return pool([item.estimate for item in intervals], [item.se**2 for item in intervals],
                    [fit.n - less for fit in self.fits], level=self.level, method="CR1, rows").interval

    def designs(self, outcome: str, la_years: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.DataFrame, np.ndarray]]:
        """Frame, design matrix without collinear columns, and weights of every imputation."""
        names = authority_columns(la_years)
        return [(item.frame, design_matrix(item.frame, outcome, names, self.rules)[list(fit.names)],
                 item.matching.weights) for item, fit in zip(self.sets, self.fits, strict=True)]


def scale_of(outcome: str) -> float:
    """What an outcome is multiplied with: shares become per cent, working days stay."""
    return 1.0 if outcome == "duration" else BINARY_SCALE


def completed_fits(frame: pd.DataFrame, outcome: str, la_years: pd.DataFrame, rules: Rules, rng: np.random.Generator,
                   *, scale: float | None = None) -> CompletedFits:
    """Impute, match and regress; `scale` multiplies y (default: that of the outcome).

    Raises `DataError` when a cell of the design is empty or nearly so, an arm has one authority alone, or the outcome
    never varies.
    """
    check_outcome(frame, outcome)
    scaled = frame.assign(y=frame["y"] * (scale_of(outcome) if scale is None else scale))
    dropped = (*too_incomplete(scaled, rules.child_covariates(outcome), rules), *unrecorded_columns(la_years))
    rules = _without(rules, outcome, dropped)
    sets = [matched(copy, outcome, dropped, rules) for copy in completed_frames(scaled, outcome, rules, rng)]
    for item in sets:
        _check_cells(item, outcome, rules)
    fits = [weighted_fit(item.frame, item.matching.weights, outcome, la_years, rules) for item in sets]
    return CompletedFits(sets, fits, dropped, rules)


def _without(rules: Rules, outcome: str, dropped: tuple[str, ...]) -> Rules:
    """The rules without the covariates that are too incomplete."""
    kept = [name for name in rules.child_covariates(outcome) if name not in dropped]
    rows: Mapping = {outcome: kept, "default": kept}
    return replace(rules, covariates={**rules.covariates, "rows": rows})


def _check_cells(item: Matched, outcome: str, rules: Rules) -> None:
    kept = item.frame[item.matching.weights > 0]
    short = cells_below(kept, rules.estimation["least_units"])
    if short:
        raise DataError(f"outcome {outcome}: too few matched records in a cell of the design", value=", ".join(short),
                        expected=f"at least {rules.estimation['least_units']} in each")
    if not enough_authorities(kept):
        raise DataError(f"outcome {outcome}: matched records of too few authorities for any standard error",
                        value=authorities_by_arm(kept),
                        expected=f"at least {LEAST_AUTHORITIES} pilots and {LEAST_AUTHORITIES} comparators")


def authorities_by_arm(kept: pd.DataFrame) -> dict[str, int]:
    """Pilots and comparators among matched records (la, pilot)."""
    return {name: int(kept.loc[kept["pilot"] == arm, "la"].nunique()) for name, arm in (("pilots", 1),
                                                                                        ("comparators", 0))}


def enough_authorities(kept: pd.DataFrame) -> bool:
    """Whether both arms have authorities enough for a standard error. With one alone in an arm its variance is not
    known: CR1 takes it for nearly nought, CR2 has less than one degree of freedom, CR3 is undefined."""
    return min(authorities_by_arm(kept).values()) >= LEAST_AUTHORITIES
