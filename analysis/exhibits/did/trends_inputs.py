"""What all exhibits on parallel trends are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.publish import Publisher
from analysis.publish.findings import Finding
from analysis.strands.difference_in_differences.rules import Rules
from analysis.strands.difference_in_differences.staggered_adoption import StaggeredEffects
from analysis.strands.difference_in_differences.trends import OutcomeTrends

HEADLINE, YEARS_AFTER = "Headline", "Mean of the years after"


@dataclass(frozen=True)
class TrendInputs:
    """Publisher, results, rules, the datasets behind them, and the headline effects by outcome (findings)."""

    p: Publisher
    trends: Mapping[str, OutcomeTrends]
    rules: Rules
    sources: tuple
    headline: Mapping[str, Finding]

    @property
    def staggered(self) -> dict[str, StaggeredEffects]:
        """The estimators of staggered adoption by outcome."""
        return {name: found.staggered for name, found in self.trends.items()}

    @property
    def level(self) -> float:
        """Level of the intervals."""
        return float(self.rules.estimation["level"])

    def on_records(self) -> dict[str, dict[str, tuple]]:
        """By outcome estimate, low and high of the headline and of the mean of the years after, which both rest on
        children's records; None where the headline is suppressed."""
        after = {name: found.event_study.mean_after for name, found in self.trends.items()}
        return {name: {HEADLINE: (self.headline[name].value, self.headline[name].low, self.headline[name].high),
                       YEARS_AFTER: (mean.estimate, mean.low, mean.high)} for name, mean in after.items()}
