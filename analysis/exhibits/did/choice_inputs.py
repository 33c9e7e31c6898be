"""What all exhibits about choices are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.publish import Publisher
from analysis.strands.difference_in_differences import Rules
from analysis.strands.difference_in_differences.choices import OutcomeChoices


@dataclass(frozen=True)
class ChoiceInputs:
    """Publisher, results by outcome, rules of the headline, topics of the switches, and the datasets behind them."""

    p: Publisher
    found: Mapping[str, OutcomeChoices]
    rules: Rules
    topics: Mapping[str, str]
    sources: tuple

    @property
    def significance(self) -> float:
        """Level at which a model of the curve counts as significant."""
        return float(self.rules.curve["significance"])
