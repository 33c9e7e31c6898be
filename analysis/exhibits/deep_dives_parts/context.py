"""What the parts of the deep dives' bundle share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.sources.qualitative_instruments import Codebook
from analysis.strands import deep_dives as strand

ALL_SUPPRESSED = "Every number of this exhibit is suppressed, because it is about too few people."
PLACE = "interviews and focus groups in the deep dive sites, both waves"


@dataclass(frozen=True)
class Context:
    """What every exhibit here needs: results, codebook, labels, the rules and the datasets."""

    found: strand.DeepDives
    book: Codebook
    roles: dict[str, str]
    rules: object
    segments: object
    framework: object
    groups: object

    def named(self, frame: pd.DataFrame, code: str = "theme") -> pd.DataFrame:
        """The frame with a column `label` for the theme's name."""
        return frame.assign(label=frame[code].map(self.book.labels))


def listed(names) -> str:
    """Names in a row of words: a, b and c."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def number(p, key: str, value, **rest) -> None:
    """Publish a whole number."""
    p.finding(key, value, unit="count", decimals=0, **rest)
