"""What the exhibits and findings of the simulations are made from, and words they share."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.publish import Publisher
from analysis.sources.loading import Dataset

PLACE = "designs of the stand-ins"


@dataclass(frozen=True)
class SimulationInputs:
    """Publisher and the two kept simulations."""

    p: Publisher
    intervals: Dataset
    recovery: Dataset
