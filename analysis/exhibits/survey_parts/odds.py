"""Ordinal models of change, item by item."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.multiple_outcomes import holm
from analysis.publish import Publisher, count, estimate, label, p_value
from analysis.publish.words import in_sentence, number
from analysis.strands.survey.change import sign_flip
from analysis.strands.survey.odds import item_odds
from analysis.strands.survey.prepared import Prepared


def publish_odds(p: Publisher, ready: Prepared, sources) -> None:
    """Odds ratios of every item, pilots fixed and partially pooled."""
    frame = odds_table(ready)
    p.table("tbl-survey-odds", title=title,
            subtitle="Odds of a higher answer at wave 2 against wave 1, proportional odds, by item, surveyed pilots",
            frame=frame,
            columns=[label("item", "Item"), count("n", "n"), estimate("odds", "Odds ratio, pilot effects"),
                     estimate("low", "95% interval, lower"), estimate("high", "95% interval, upper"),
                     p_value("p", "p"), p_value("p_holm", "p, adjusted"),
                     estimate("pooled", "Odds ratio, pilots as a sample"),
                     estimate("pooled_low", "95% interval, lower"), estimate("pooled_high", "95% interval, upper"),
                     estimate("tau", "Spread of pilots (log odds)"), p_value("sign_p", "p, sign test")],
            describe=describe, made_by=item_odds, sources=sources, about_people=True,
            note="Items as worded, reversed ones not turned. Pilot effects: one model, errors clustered by person. "
                 "Pilots as a sample: a model for each pilot, their changes pooled with Hartung and Knapp's interval "
                 "on three degrees of freedom. Adjusted: Holm over all items. A yes-or-no item is a logit.")
    p.finding("survey.odds.items", len(frame), unit="count", decimals=0, made_by=odds_table, sources=sources)
    p.finding("survey.odds.smallest_p", 2 / 2 ** ready.returns["site"].nunique(), unit="probability", decimals=3,
              made_by=sign_flip, sources=sources)
    p.finding("survey.odds.sentence", sentence(frame), unit="text", made_by=sentence, sources=sources)


def odds_table(ready: Prepared) -> pd.DataFrame:
    """One row an item, odds ratios with intervals of both models and p values."""
    rows = []
    for item in ready.form.items:
        one = item_odds(ready.returns, item.name, ready.section)
        row = {"item": item.short, "n": one.n, **_odds(one.fixed), "p": one.fixed.p, "tau": one.tau,
               "sign_p": one.sign_flip_p}
        if one.pooled is not None:
            row |= _odds(one.pooled, "pooled", "pooled_low", "pooled_high")
        rows.append(row)
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table["p"].to_numpy()))


def _odds(interval, *names) -> dict:
    names = names or ("odds", "low", "high")
    return dict(zip(names, np.exp([interval.estimate, interval.low, interval.high]), strict=True))


def title(frame: pd.DataFrame) -> str:
    """Headline: how many items changed."""
    found = int((frame["p_holm"] < 0.05).sum())
    return f"{found or 'None'} of {len(frame)} items changed once p is adjusted"


def describe(frame: pd.DataFrame) -> str:
    """Odds ratios in words."""
    parts = [f"{row.item}: {number(row.odds, 2)} ({number(row.low, 2)} to {number(row.high, 2)})"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} items. Odds ratios with pilot effects: {'; '.join(parts)}."


def sentence(frame: pd.DataFrame) -> str:
    """Which items changed by either model, as a clause."""
    fixed = frame.loc[frame["p_holm"] < 0.05, "item"].map(in_sentence)
    outside = (frame["pooled_low"] > 1) | (frame["pooled_high"] < 1)
    pooled = frame.loc[outside, "item"].map(in_sentence)
    one = "none changed with pilot effects, p adjusted" if fixed.empty else (
        f"with pilot effects and p adjusted, {', '.join(fixed)} changed")
    two = "none has an interval without 1" if pooled.empty else f"an interval without 1 has {', '.join(pooled)}"
    return f"{one}; with the pilots as a sample, {two}"
