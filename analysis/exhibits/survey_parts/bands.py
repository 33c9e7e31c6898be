"""Scale scores in three bands by pilot and wave, as diverging bars, one figure a scale."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.survey_parts.answers import _three_columns, describe_three, draw_three
from analysis.exhibits.survey_parts.base import with_base
from analysis.publish import Publisher
from analysis.publish.words import in_sentence
from analysis.strands.survey.items import band_shares
from analysis.strands.survey.prepared import Prepared


def publish_bands(p: Publisher, ready: Prepared, sources) -> None:
    """One figure for each scale of the questionnaire."""
    low, high = ready.section["bands"]
    names = {"low": f"Up to {low}", "middle": "Between", "high": f"{high} and more"}
    for scale in ready.form.scales:
        p.figure(f"fig-survey-bands-{scale.name.replace('_', '-')}", title=partial(title, scale=scale.label),
                 subtitle=f"{scale.label}, scores from 1 to 5 in three bands, weighted per cent, by pilot and wave",
                 frame=bands(ready, scale.name), columns=_three_columns(names), draw=partial(draw_three, names=names),
                 describe=partial(describe_three, names=names), made_by=band_shares, sources=sources,
                 about_people=True,
                 note="Weighted shares of scores; n unweighted. Reversed items are turned, so that more is more of "
                      "what the scale is named after.")


def bands(ready: Prepared, scale: str) -> pd.DataFrame:
    """Bands by pilot and wave with a row label that gives n and flags a small base."""
    found = band_shares(ready.returns, scale, tuple(ready.section["bands"]), dict(ready.section["waves"]))
    rows = [with_base(f"Pilot {row.site}, {in_sentence(row.wave)}", row.n, ready.section["small_base"])
            for row in found.itertuples()]
    return found.assign(row=rows)[["row", "n", "n_low", "n_middle", "n_high", "low", "middle", "high"]]


def title(frame: pd.DataFrame, scale: str) -> str:
    """Headline: the range of high scores."""
    high = frame["high"].astype(float)
    if high.notna().sum() < 1:
        return f"{scale}: too few to show"
    return f"{scale}: {high.min():.0f}% to {high.max():.0f}% high"
