"""Exhibits on what estimates under staggered adoption are made of: comparisons and weights."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did.common import listed, place
from analysis.exhibits.did.trends_inputs import TrendInputs
from analysis.publish import estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences.staggered_tables import WHOLE, bacon_table, synthetic_table

NEVER = "Treated against never treated"


def publish_weights(inputs: TrendInputs) -> None:
    """Decomposition of two-way fixed effects, and weights of synthetic controls."""
    _bacon(inputs)
    _synthetic(inputs)


def _bacon(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-bacon", title=bacon_title,
        subtitle=f"Two-way fixed effects by type of comparison (Goodman-Bacon), {place(inputs)}",
        frame=bacon_table(inputs.staggered),
        columns=[label("outcome", "Outcome"), text_column("type", "Comparison"),
                 estimate("comparisons", "Pairs of cohorts", decimals=0), estimate("weight", "Weight (%)", decimals=1),
                 estimate("estimate", "Estimate", decimals=1), text_column("unit", "Unit")],
        describe=describe_bacon, made_by=bacon_table, sources=inputs.sources,
        note="The decomposition knows no embedding: pilots count as treated from their first treated period on, so "
             "that its coefficient is not the one in the figure of estimators. A later treated pilot against an "
             "earlier one uses treated records as a comparison.")


def bacon_title(frame: pd.DataFrame) -> str:
    """How much of the weight compares with the never treated."""
    weight = frame.loc[frame["type"] == NEVER, "weight"]
    low, high = number(weight.min(), 0), number(weight.max(), 0)
    return f"Never treated comparators carry {low if low == high else f'{low} to {high}'}% of the weight"


def describe_bacon(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        said = [f"{row.type[:1].lower()}{row.type[1:]} {number(row.weight)}% with {number(row.estimate)}"
                for row in rows.itertuples() if row.type != WHOLE]
        whole = rows[rows["type"] == WHOLE]["estimate"].iloc[0]
        parts.append(f"{outcome}, {rows['unit'].iloc[0]}: {listed(said)}, together {number(whole)}")
    return f"Table of weights and mean estimates by type of comparison. {'; '.join(parts)}."


def _synthetic(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-synthetic", title=synthetic_title,
        subtitle=f"Weights of comparators and of periods before, by pilot's group and outcome, {place(inputs)}",
        frame=synthetic_table(inputs.staggered),
        columns=[label("outcome", "Outcome"), text_column("group", "Pilot of"),
                 estimate("controls", "Comparators", decimals=0), estimate("weighted", "with weight", decimals=0),
                 estimate("largest", "Largest weight (%)", decimals=1),
                 estimate("effective", "Effective number", decimals=1),
                 estimate("periods", "Periods before", decimals=0),
                 estimate("periods_weighted", "Periods with weight", decimals=0),
                 estimate("periods_effective", "Effective number of periods", decimals=1)],
        describe=describe_synthetic, made_by=synthetic_table, sources=inputs.sources,
        note="Effective number: as many equal weights would be as concentrated. Comparators of all groups are "
             "candidates. Pilots with the same dates have the same weights. No authority is named.")


def synthetic_title(frame: pd.DataFrame) -> str:
    """The largest weight of one comparator."""
    return f"The largest weight of one comparator is {number(frame['largest'].max())}%"


def describe_synthetic(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{outcome}: largest weight {number(rows['largest'].max())}%, effective number of comparators from "
             f"{number(rows['effective'].min())} to {number(rows['effective'].max())} of "
             f"{number(rows['controls'].max(), 0)}"
             for outcome, rows in frame.groupby("outcome", sort=False)]
    return f"Table of {len(frame)} synthetic controls. {'; '.join(parts)}."
