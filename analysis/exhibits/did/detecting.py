"""What the analysis could have seen, what it rules out, and effects against implementation."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_detecting as drawing
from analysis.exhibits.did.common import Inputs, listed, place
from analysis.publish import estimate, label, p_value, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.rules import ALPHA


def publish_detecting(inputs: Inputs) -> None:
    """Exhibits of power, of what is ruled out, and of implementation."""
    _detectable(inputs)
    _rules_out(inputs)
    _implementation(inputs)
    _slopes(inputs)


def _detectable(inputs: Inputs) -> None:
    power, runs = 100 * inputs.rules.estimation["power"], inputs.rules.estimation["simulations"]
    inputs.p.table(
        "tbl-did-detectable", title="What each estimate could have detected, and ruled out",
        subtitle=f"Minimum detectable effect and test of equivalence, {place(inputs)}",
        frame=tables.detectable_table(inputs.analysis.corrected),
        columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), estimate("se", "Standard error"),
                 estimate("df", "Degrees of freedom", decimals=1),
                 estimate("mde", "Minimum detectable effect, formula", decimals=1),
                 estimate("mde_share", "as % of pilots before", decimals=0),
                 estimate("simulated", "by simulation, CR2", decimals=1),
                 estimate("simulated_error", "its Monte Carlo error"),
                 estimate("permuted", "by simulation, permutation", decimals=1),
                 estimate("bound", "Bound of what matters", decimals=1),
                 estimate("power_at_bound", "Power at the bound (%)", decimals=0),
                 p_value("equivalence_p", "p, equivalence"),
                 text_column("excluded", "Larger effects excluded")],
        describe=_describe_detectable, made_by=tables.detectable_table, sources=inputs.sources,
        note=f"Minimum detectable effect: what a two-sided test at 5% finds with a power of {power:.0f}%. By formula "
             f"from the standard error and degrees of freedom of CR2; by simulation from {runs:,} sets of outcomes "
             "without an effect, drawn for the same records, weights and groups with the variances that authorities "
             "show. Bounds are our choice, written in the design; larger effects are excluded where two one-sided "
             "tests at 5% pass.")


def _describe_detectable(frame: pd.DataFrame) -> str:
    worst = frame.loc[frame["mde_share"].idxmax()]
    excluded = [row.outcome.lower() for row in frame.itertuples() if row.excluded == "yes"]
    ending = f"Effects beyond the bounds are excluded for {listed(excluded)}." if excluded else \
        "Effects beyond the bounds are excluded for no outcome."
    parts = "; ".join(f"{row.outcome} {number(row.mde)} {row.unit} by formula and {number(row.simulated)} by simulation"
                      for row in frame.itertuples())
    return (f"Table of {len(frame)} outcomes. Minimum detectable effects: {parts}. Against its level before, the least "
            f"precise is {worst['outcome'].lower()}. {ending}")


def _rules_out(inputs: Inputs) -> None:
    frame = tables.rules_out_table(inputs.analysis.corrected)
    inputs.p.table(
        "tbl-did-rules-out", title="What these results rule out, in children",
        subtitle=f"Changes outside the 95% interval of the effect, {place(inputs)}",
        frame=frame.assign(said=[rules_out_words(row) for row in frame.itertuples()]),
        columns=[label("outcome", "Outcome"), text_column("of", "Of"), text_column("unit", "Counted in"),
                 estimate("effect", "Effect", decimals=1),
                 estimate("fall", "Falls beyond this are ruled out", decimals=1),
                 estimate("rise", "Rises beyond this are ruled out", decimals=1)],
        describe=lambda table: f"Table of {len(table)} outcomes. " + "; ".join(
            f"{row.outcome}: {row.said}" for row in table.itertuples()) + ".",
        made_by=tables.rules_out_table, sources=inputs.sources,
        note="If parallel trends holds. The interval is that of the headline; what lies inside it is not ruled out.")
    for name, row in zip(inputs.analysis.corrected, frame.itertuples(), strict=True):
        inputs.p.finding(f"did.{name}.rules_out", rules_out_words(row), unit="text", made_by=rules_out_words,
                         sources=inputs.sources)


def rules_out_words(row) -> str:
    """What is ruled out for one outcome, as a clause."""
    per = f"{row.unit} an assessment" if row.unit == "working days" else f"per 1,000 {row.of}"
    decimals = 1 if row.unit == "working days" else 0
    fall, rise = number(row.fall, decimals), number(row.rise, decimals)
    if row.fall == 0:
        return f"any fall, and a rise of more than {rise} {per}"
    if row.rise == 0:
        return f"any rise, and a fall of more than {fall} {per}"
    return f"a fall of more than {fall} and a rise of more than {rise} {per}"


def _implementation(inputs: Inputs) -> None:
    frame = tables.implementation_table(inputs.analysis.corrected)
    if frame.empty:
        return
    inputs.p.figure(
        "fig-did-implementation", title="Pilots' own effects against rated implementation",
        subtitle=f"Effect in each matched group by rating of its pilot (1 to 5), {place(inputs)}", frame=frame,
        columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), text_column("group", "Group"),
                 estimate("score", "Rated implementation", decimals=1), estimate("effect", "Effect", decimals=1)],
        draw=drawing.against_rating, describe=_describe_implementation, made_by=tables.implementation_table,
        sources=inputs.sources,
        note="Each point is one pilot with its own comparators; its own effect is far less certain than the average, "
             "and has no interval of its own because so few authorities carry it. Ratings were stated before outcomes "
             "were looked at.")


def _describe_implementation(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        parts.append(f"{outcome}: effects of {len(rows)} pilots from {number(rows['effect'].min())} to "
                     f"{number(rows['effect'].max())} {rows['unit'].iloc[0]}, ratings from "
                     f"{number(rows['score'].min())} "
                     f"to {number(rows['score'].max())}, correlation "
                     f"{number(rows['effect'].corr(rows['score']), 2)}")
    return f"Points, one for each pilot, one panel for each outcome, with the fitted line. {'; '.join(parts)}."


def _slopes(inputs: Inputs) -> None:
    frame = tables.slopes_table(inputs.analysis.corrected)
    inputs.p.table(
        "tbl-did-implementation", title=_slopes_title,
        subtitle=f"Change of the effect with one point of rated implementation, {place(inputs)}", frame=frame,
        columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), estimate("pilots", "Pilots", decimals=0),
                 estimate("unrated", "Pilots left out, without a rating", decimals=0),
                 estimate("slope", "Slope a point", decimals=1), p_value("p", "p, permutation"),
                 estimate("detectable", "Slope it could have detected", decimals=1),
                 estimate("range_detectable", "as difference of best and least", decimals=1),
                 text_column("note", "Why none")],
        describe=_describe_slopes, made_by=tables.slopes_table, sources=inputs.sources,
        note="The ratings are given to other pilots, in every order or a sample of orders. What could have been "
             "detected: with the design's power, from the scatter of the pilots' effects around the line.")
    for name, row in zip(inputs.analysis.corrected, frame.itertuples(), strict=True):
        fact = dict(made_by=tables.slopes_table, sources=inputs.sources)
        inputs.p.finding(f"did.{name}.implementation_p", row.p, unit="probability", decimals=3, **fact)
    inputs.p.finding("did.implementation.sentence", implementation_sentence(frame), unit="text",
                     made_by=implementation_sentence, sources=inputs.sources)


def _slopes_title(frame: pd.DataFrame) -> str:
    found = int((frame["p"] < ALPHA).sum())
    return f"Effects follow rated implementation in {found or 'none'} of {len(frame)} outcomes"


def _describe_slopes(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome}: slope {number(row.slope)} {row.unit} a point, p {number(row.p, 3)}, detectable "
             f"{number(row.detectable)}" for row in frame.itertuples() if row.p == row.p]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts) or 'No outcome has enough rated pilots'}."


def implementation_sentence(frame: pd.DataFrame) -> str:
    """Whether pilots rated higher changed more, and what could have been seen, as a clause."""
    known = frame.dropna(subset=["p"])
    if known.empty:
        return "too few pilots have a rating to set effects against it"
    found = known.loc[known["p"] < ALPHA, "outcome"].str.lower()
    said = f"effects go with the rating for {listed(found)}" if len(found) else (
        "for no outcome do effects go with the rating beyond what chance gives")
    widest = known.loc[(known["range_detectable"] / known["range_detectable"].max()).idxmax()]
    return (f"{said}; with so few pilots only steep slopes could be seen, for {widest['outcome'].lower()} one of "
            f"{number(widest['range_detectable'], 0)} {widest['unit']} between the pilots rated highest and lowest")
