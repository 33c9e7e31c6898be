"""How well the items of each culture and climate scale hang together over members."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.scales import cronbach_alpha, omega_total
from analysis.sources.schemas.contrast_study import instrument
from analysis.strands.contrast_study.study import Frames

COLUMNS = ("alpha", "alpha_low", "alpha_high", "omega", "omega_low", "omega_high")


def internal_consistency(frames: Frames, section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """Per scale: items, complete respondents, Cronbach's alpha and omega with intervals; NaN where they have none.

    From members' answers by number of the item, all members together; items are taken as they stand in the file, so
    that reversed ones must have been turned round. Differences between teams are part of both coefficients.
    """
    rows = []
    for scale in instrument()["scales"]:
        part = frames.items[frames.items["scale"] == scale["name"]]
        answers = part.pivot(index="respondent_id", columns="item", values="response").to_numpy(float, na_value=np.nan)
        row = {"scale": scale["name"], "label": scale["label"], "items": answers.shape[1],
               "n": int((~np.isnan(answers)).all(axis=1).sum()) if answers.size else 0}
        rows.append(row | _coefficients(answers, rng, section))
    return pd.DataFrame(rows).reindex(columns=["scale", "label", "items", "n", *COLUMNS])


def _coefficients(answers, rng, section) -> dict:
    """Alpha and omega with bounds; nothing for answers that do not vary or are too few, no omega for two items."""
    found = {}
    try:
        for name, make in (("alpha", lambda: cronbach_alpha(answers, level=section["level"])),
                           ("omega", lambda: omega_total(answers, rng, draws=section["bootstrap"],
                                                         level=section["level"]))):
            one = make()
            found |= {name: one.estimate, f"{name}_low": one.low, f"{name}_high": one.high}
    except DataError:       # said by empty cells
        pass
    return found
