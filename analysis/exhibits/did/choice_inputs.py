"""What all exhibits about choices are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.publish import Publisher
from analysis.sources.loading import Dataset
from analysis.strands.difference_in_differences import Rules
from analysis.strands.difference_in_differences.choices import OutcomeChoices


@dataclass(frozen=True)
class ChoiceInputs:
    """Publisher, results by outcome, rules of the headline, the register of the switches with their topics, and the
    datasets behind the results."""

    p: Publisher
    found: Mapping[str, OutcomeChoices]
    rules: Rules
    register: Dataset
    sources: tuple

    @property
    def topics(self) -> dict[str, str]:
        """Switch -> what it is about."""
        return self.register.frame.set_index("switch")["topic"].to_dict()

    @property
    def significance(self) -> float:
        """Level at which a model of the curve counts as significant."""
        return float(self.rules.curve["significance"])
