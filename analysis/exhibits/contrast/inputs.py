"""What every exhibit of the contrast study is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.publish import Publisher
from analysis.publish.status import MEANING, status_of
from analysis.strands.contrast_study import study

PLACE = "two Signs of Safety and two other departments"
ASSUMPTION = ("Intervals and tests take teams of one department as independent of each other, which two and two "
              "departments cannot test.")


@dataclass(frozen=True)
class Inputs:
    """What every exhibit here is made from."""

    p: Publisher
    frames: study.Frames
    section: Mapping
    datasets: tuple

    def sources(self, *names: str) -> list:
        """The datasets named, by the last word of their names; teams always among them."""
        return [d for d in self.datasets if d.name.removeprefix("contrast_") in ("teams", *names)]

    @property
    def status(self) -> str:
        """The status of a number made from all of them, with its meaning, in words."""
        status = status_of(self.datasets)
        return f"{status} ({MEANING[status]})"
