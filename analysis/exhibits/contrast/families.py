"""Exhibit on families: how many answered, at the visit and later, and what they said."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.contrast.inputs import PLACE, Inputs
from analysis.publish import count, label, score, share
from analysis.publish.words import number
from analysis.strands.contrast_study import families as strand


def answering(inputs: Inputs) -> None:
    """Families by department: answers at the visit and later, with their means."""
    p, sources = inputs.p, inputs.sources("practice", "families")
    table = strand.answering(inputs.frames, inputs.section)
    p.table("tbl-contrast-families", title="How many families answered, and what they said",
            subtitle=f"Families of observed visits, at the visit and some months later, {PLACE}", frame=table,
            columns=[label("department", "Department"), count("visits", "Visits observed", total_of="all"),
                     count("rated", "Rated the relationship", total_of="all", part_of="visits"),
                     share("rated_rate", "Rated (%)", numerator="rated", denominator="visits"),
                     score("family_rating", "Mean rating (0 to 10)", base="rated"),
                     count("later", "Answered later", total_of="all", part_of="visits"),
                     share("later_rate", "Answered later (%)", numerator="later", denominator="visits"),
                     score("goal_progress", "Mean progress to goal (-2 to 2)", base="later"),
                     score("life_change", "Mean change in how things go", base="later")],
            describe=_describe, made_by=strand.answering, sources=sources, about_people=True,
            note="Means over families, every answer alike; comparisons are over teams. Families who do not answer may "
                 "be the less content ones.")
    total = table.iloc[-1]
    fact = dict(made_by=strand.answering, sources=sources, about_people=True, unit="per cent", decimals=0,
                n=int(total["visits"]))
    p.finding("contrast.families.rated", total["rated_rate"], numerator=int(total["rated"]), **fact)
    asked = total["later"] > 0
    p.finding("contrast.families.later", total["later_rate"] if asked else None,
              numerator=int(total["later"]) if asked else None, **fact)
    parts = table[~table["is_total"]]
    shown = ["rated", "later"] if asked else ["rated"]
    p.finding("contrast.families.spread", spread_words(parts, shown), unit="text", made_by=spread_words,
              sources=sources, about_people=True, numerator=int(parts[shown].min().min()))


def spread_words(parts: pd.DataFrame, shown) -> str:
    """Lowest and highest rate of departments, at the visit and (where there is a file) later, in words."""
    when = {"rated": "at the visit", "later": "later"}
    return " and ".join(f"{number(parts[f'{name}_rate'].min(), 0)}% to {number(parts[f'{name}_rate'].max(), 0)}% "
                        f"{when[name]}" for name in shown) + ("" if "later" in shown else " (no later answers)")


def _describe(frame: pd.DataFrame) -> str:
    total = frame[frame["is_total"]].iloc[0]
    return (f"A table of {len(frame) - 1} departments and their total: {number(total['visits'], 0)} visits observed, "
            f"{number(total['rated'], 0)} families rated the relationship, {number(total['later'], 0)} answered later.")
