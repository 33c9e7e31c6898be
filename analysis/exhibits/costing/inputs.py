"""What every exhibit of the cost study is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.exhibits.costing.effect import Effect
from analysis.methods.costing import Parameter
from analysis.publish import Publisher
from analysis.publish.status import MEANING, status_of
from analysis.strands import costs as strand


@dataclass(frozen=True)
class Inputs:
    """What every exhibit here is made from. `main` are the datasets behind a number that needs prices and activity."""

    p: Publisher
    section: Mapping
    costs: pd.DataFrame
    activity: pd.DataFrame
    parameters: Mapping[str, Parameter]
    index: Mapping[int, float]
    entries: pd.DataFrame
    model: strand.Model
    data: Mapping
    effect: Effect

    @property
    def spent(self) -> list:
        """Datasets behind a cost."""
        return [self.data[name] for name in ("costs", "cost_parameters", "gdp_deflator")]

    @property
    def main(self) -> list:
        """Datasets behind a cost for each worker, child or day."""
        return [*self.spent, self.data["cost_activity"]]

    @property
    def with_effect(self) -> list:
        """What is behind a number that needs the effect on days in care."""
        return [*self.main, *self.effect.findings]

    @property
    def period(self) -> str:
        """The years covered, in words."""
        return f"{min(self.section['years'])} to {max(self.section['years'])}"

    @property
    def prices(self) -> str:
        """The price year, in words."""
        return f"{self.section['price_year']} prices"

    @property
    def status(self) -> str:
        """The status of a number made from all of them, with its meaning, in words."""
        status = status_of(self.main)
        return f"{status} ({MEANING[status]})"
