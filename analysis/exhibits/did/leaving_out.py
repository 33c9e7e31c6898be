"""How much one authority or one matched group carries."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing
from analysis.exhibits.did.common import INTERVAL, Inputs, place
from analysis.publish import estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables

EXAMPLE = "kinship"    # the outcome drawn; the table has all


def publish_leaving_out(inputs: Inputs) -> None:
    """Exhibits of leaving one out."""
    _groups(inputs)
    _authorities(inputs)
    _all_outcomes(inputs)


def _groups(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-without", title=_title_of("a group"), draw=drawing.leave_one_out,
        subtitle=f"Effect on kinship care leaving out one matched group at a time, {place(inputs)}",
        frame=tables.without_table(inputs.analysis.corrected, EXAMPLE),
        columns=[label("label", "Left out"), estimate("estimate", "Effect (percentage points)", decimals=1), *INTERVAL],
        describe=_describe, made_by=tables.without_table, sources=inputs.sources,
        note="All groups: pooled over imputations. The others: first imputation, weights kept.")


def _authorities(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-without-authority", title=_title_of("an authority"), draw=drawing.leave_one_out,
        subtitle=f"Effect on kinship care leaving out one authority at a time, {place(inputs)}",
        frame=tables.without_authority_table(inputs.analysis.corrected, EXAMPLE, inputs.reference, inputs.rules),
        columns=[label("label", "Left out"), estimate("estimate", "Effect (percentage points)", decimals=1),
                 *INTERVAL],
        describe=_describe, made_by=tables.without_authority_table, sources=inputs.sources,
        note="All authorities: pooled over imputations. The others: first imputation, weights kept. Groups have "
             "numbers; no authority is named.")


def _title_of(what: str):
    def title(frame: pd.DataFrame) -> str:
        rest = frame.iloc[1:]
        across = int(((rest["low"] < 0) & (rest["high"] > 0)).sum())
        return f"Leaving out {what}: {across} of {len(rest)} intervals include zero"

    return title


def _describe(frame: pd.DataFrame) -> str:
    rest = frame.iloc[1:]
    return (f"Points with horizontal 95% intervals, all first, then leaving out each of {len(rest)}. The effect with "
            f"all is {number(frame['estimate'].iloc[0])} percentage points; leaving one out it runs from "
            f"{number(rest['estimate'].min())} to {number(rest['estimate'].max())}.")


def _all_outcomes(inputs: Inputs) -> None:
    frame = tables.leave_out_table(inputs.analysis.corrected)
    inputs.p.table(
        "tbl-did-leave-out", title=_all_title, subtitle=f"Lowest and highest effect leaving one out, {place(inputs)}",
        frame=frame,
        columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), estimate("effect", "Effect", decimals=1),
                 estimate("authority_low", "Without an authority, lowest", decimals=1),
                 estimate("authority_high", "highest", decimals=1),
                 estimate("group_low", "Without a group, lowest", decimals=1),
                 estimate("group_high", "highest ", decimals=1),
                 estimate("turned", "Authorities without which p crosses 0.05", decimals=0),
                 estimate("authorities", "of", decimals=0)],
        describe=_describe_all, made_by=tables.leave_out_table, sources=inputs.sources,
        note="CR2 throughout; the effect pooled over imputations, the others of the first. p crosses 0.05 where it "
             "lies on the other side of it than with all authorities.")


def _all_title(frame: pd.DataFrame) -> str:
    carried = int((frame["turned"] > 0).sum())
    return f"For {carried or 'none'} of {len(frame)} outcomes one authority decides"


def _describe_all(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome} {number(row.authority_low)} to {number(row.authority_high)} {row.unit} without one "
             f"authority, {number(row.group_low)} to {number(row.group_high)} without one group"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."
