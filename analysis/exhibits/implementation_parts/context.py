"""What the parts of the bundle on implementation share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.sources.qualitative_instruments import SelfProfiling
from analysis.strands import implementation as strand

RATED = "five deep dive sites, items rated by both, wave 1 and wave 2"


@dataclass(frozen=True)
class Context:
    """Ratings, instrument and rules that the exhibits of this bundle share."""

    ratings: object
    instrument: SelfProfiling
    rules: object
    profile: pd.DataFrame
    sites: tuple[str, ...]

    @property
    def made(self) -> dict:
        """Provenance of what comes from the site profile."""
        return dict(made_by=strand.site_profile, sources=[self.ratings])
