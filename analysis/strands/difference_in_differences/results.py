"""What the strand returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.methods.clustered import ClusteredFit
from analysis.methods.interval import Interval
from analysis.methods.matching import Imbalance
from analysis.strands.difference_in_differences.definitions import Definitions
from analysis.strands.difference_in_differences.detectable import Detectable
from analysis.strands.difference_in_differences.heterogeneity import Heterogeneity
from analysis.strands.difference_in_differences.inference import Inference


@dataclass(frozen=True)
class Sample:
    """Matched records behind an estimate. `n` counts distinct records with a positive weight, `n_rows` their copies
    over groups; authorities, pilots and groups are those with a positive weight."""

    n: int
    n_rows: int
    n_authorities: int
    n_pilots: int
    n_groups: int


@dataclass(frozen=True)
class MatchingSummary:
    """Means over imputations: matched share of each arm's rows (per cent), strata, L1 before and after."""

    pilots_matched: float
    comparators_matched: float
    strata: float
    strata_matched: float
    before: Imbalance
    after: Imbalance


@dataclass(frozen=True)
class Description:
    """Tables of one outcome, from the first imputation, matched and weighted.

    `cells`: arm, period, n, events, mean (percent or days); `trend`: year, arm, n, events, mean; `balance`: covariate,
    level, before, after (standardised differences); `summary`: covariate, level, pilots, comparators and their n,
    before the embedding; `without`, `without_authority`: the effect leaving out each group, each authority.
    """

    cells: pd.DataFrame
    trend: pd.DataFrame
    balance: pd.DataFrame
    summary: pd.DataFrame
    without: pd.DataFrame
    without_authority: pd.DataFrame


@dataclass(frozen=True)
class OutcomeResult:
    """One outcome under one set of definitions. `dropped`: covariates too incomplete to use; `flow`: step, n; `fits`:
    the regressions of the imputations, for tests over several outcomes; `convergence` of the imputations
    (`imputing.convergence`); `detectable` by formula and simulation; `heterogeneity` against rated implementation, or
    None with the reason in `no_heterogeneity`."""

    outcome: str
    definitions: Definitions
    inference: Inference
    sample: Sample
    matching: MatchingSummary
    description: Description
    dropped: tuple[str, ...]
    flow: tuple[tuple[str, int], ...]
    fits: tuple[ClusteredFit, ...]
    convergence: pd.DataFrame
    detectable: Detectable
    heterogeneity: Heterogeneity | None
    no_heterogeneity: str

    @property
    def mean_before(self) -> float:
        """The outcome's weighted mean in pilots before the embedding."""
        return self.cell("Pilots", "Before", "mean")

    def cell(self, arm: str, period: str, column: str) -> float:
        """A value of the table of cells."""
        cells = self.description.cells
        rows = cells[(cells["arm"] == arm) & (cells["period"] == period)]
        return float(rows[column].iloc[0])


@dataclass(frozen=True)
class Effect:
    """The effect of one outcome under one set of definitions, without tests by permutation or tables.

    `cr2` and `cr1_rows` (the original's inference) as in `Inference`; `mean_before` as in `OutcomeResult`.
    """

    outcome: str
    definitions: Definitions
    cr2: Interval
    cr1_rows: Interval
    sample: Sample
    mean_before: float


@dataclass(frozen=True)
class Analysis:
    """All five outcomes by name: effects under published, full results under corrected definitions."""

    published: Mapping[str, Effect]
    corrected: Mapping[str, OutcomeResult]
