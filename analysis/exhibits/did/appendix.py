"""Exhibits of the appendix: coding, discrepancies, groups, embedding."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing
from analysis.exhibits.did.common import Inputs, listed
from analysis.publish import estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.coding import code_lists, covariate_coding
from analysis.strands.difference_in_differences.rules import OUTCOMES


def publish_appendix(inputs: Inputs) -> None:
    """All exhibits of the appendix."""
    _coding(inputs)
    _codes(inputs)
    _discrepancies(inputs)
    _groups(inputs)
    _embedding(inputs)


def _coding(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-covariates", title="Covariates and how they are coded",
        subtitle="Variables of the regression and of the matching, corrected definitions",
        frame=covariate_coding(inputs.rules, inputs.reference.la_years),
        columns=[label("covariate", "Covariate"), text_column("level", "Of"), text_column("coding", "Coding"),
                 text_column("missing", "Where missing"), text_column("matched", "Matched on")],
        describe=lambda frame: f"Table of {len(frame)} covariates: {(frame['level'] == 'Child').sum()} of the child, "
                               f"{(frame['level'] == 'Authority').sum()} of the authority, and what marks the date.",
        made_by=covariate_coding, sources=inputs.sources)


def _codes(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-codes", title="Windows and codes, published and corrected",
        subtitle="Days of follow-up and code lists by definition", frame=code_lists(inputs.rules),
        columns=[label("item", "Rule"), text_column("published", "Published"), text_column("corrected", "Corrected")],
        describe=_describe_codes, made_by=code_lists, sources=inputs.sources[-1:],
        note="Codes as in the children in need census and the looked-after return.")


def _describe_codes(frame: pd.DataFrame) -> str:
    differing = frame[frame["published"] != frame["corrected"]]["item"]
    return f"Table of {len(frame)} rules; {len(differing)} differ: {listed(item.lower() for item in differing)}."


def _discrepancies(inputs: Inputs) -> None:
    source = inputs.p.load("did_discrepancies")
    inputs.p.table(
        "tbl-did-discrepancies", title="Where the original's code and its description part",
        subtitle="What the open code does, our corrected rule, and why it matters", frame=discrepancies(source.frame),
        columns=[label("number", "No."), text_column("topic", "Topic"),
                 text_column("published", "Published: what it does"),
                 text_column("corrected", "Corrected: our rule"), text_column("consequence", "Why it matters"),
                 text_column("switch", "Switch")],
        describe=lambda frame: f"Table of {len(frame)} discrepancies: {listed(t.lower() for t in frame['topic'])}.",
        made_by=discrepancies, sources=[source], note="Each is a switch of the analysis and can be turned alone.")


def discrepancies(frame: pd.DataFrame) -> pd.DataFrame:
    """The discrepancies by number."""
    return frame.sort_values("number", ignore_index=True).astype({"number": str})


def _groups(inputs: Inputs) -> None:
    inputs.p.table(
        "tbl-did-groups", title="Matched groups: comparators of each pilot by outcome",
        subtitle="Number of comparator authorities by matched group and outcome",
        frame=tables.groups_table(inputs.reference, inputs.rules),
        columns=[label("group", "Group"), *(estimate(name, tables.NAMES[name], decimals=0) for name in OUTCOMES)],
        describe=_describe_groups, made_by=tables.groups_table, sources=inputs.sources,
        note="A blank: the group does not enter that outcome. Groups have numbers; no authority is named.")


def _describe_groups(frame: pd.DataFrame) -> str:
    used = {tables.NAMES[name]: int(frame[name].notna().sum()) for name in OUTCOMES}
    alone = int((frame[list(OUTCOMES)] == 1).to_numpy().sum())
    parts = "; ".join(f"{name} {n}" for name, n in used.items())
    return f"Table of {len(frame)} groups. Groups used by outcome: {parts}. One comparator alone in {alone} cases."


def _embedding(inputs: Inputs) -> None:
    inputs.p.figure(
        "fig-did-embedding", title="Pilots embedded at different times", draw=drawing.timeline,
        subtitle="Embedding period of each matched group, left out of every comparison",
        frame=tables.embedding_table(inputs.reference, inputs.rules),
        columns=[label("group", "Group"), text_column("start_text", "Start"), text_column("end_text", "End"),
                 estimate("months", "Months", decimals=0)],
        describe=_describe_embedding, made_by=tables.embedding_table, sources=inputs.sources,
        note="Comparators inherit the dates of their group's pilot. Real dates are not public.")


def _describe_embedding(frame: pd.DataFrame) -> str:
    return ("Horizontal bars over time, one for each group. The first embedding starts on "
            f"{frame['start_text'].iloc[0]}, the last ends on {frame.loc[frame['end'].idxmax(), 'end_text']}; they "
            f"last from {number(frame['months'].min(), 0)} to {number(frame['months'].max(), 0)} months.")
