"""The same effects under every way of inference, and several outcomes at once."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_inference as drawing
from analysis.exhibits.did.common import EFFECT, INTERVAL, Inputs, listed, place
from analysis.publish import estimate, label, p_value, text_column
from analysis.publish.words import cardinal, number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.multiplicity import adjusted
from analysis.strands.difference_in_differences.rules import ALPHA
from analysis.strands.difference_in_differences.tables import HEADLINE, ROWS

ORIGINAL = ROWS


def publish_inference(inputs: Inputs) -> None:
    """The picture of all methods, a table an outcome, and the adjusted p values."""
    _picture(inputs)
    for outcome in inputs.analysis.corrected:
        _outcome(inputs, outcome)
    _several(inputs)


def _picture(inputs: Inputs) -> None:
    frame = pd.concat([tables.inference_table(result).assign(outcome=tables.NAMES[name], unit=tables.unit_of(name))
                       for name, result in inputs.analysis.corrected.items()], ignore_index=True)
    inputs.p.figure(
        "fig-did-inference", title=_picture_title, draw=drawing.by_method,
        subtitle=f"Effect with 95% interval by method of inference, corrected definitions, {place(inputs)}",
        frame=frame.dropna(subset=["low"]).reset_index(drop=True),
        columns=[label("outcome", "Outcome"), text_column("method", "Method"), *EFFECT, text_column("unit", "Unit"),
                 p_value("p", "p")],
        describe=_describe_picture, made_by=tables.inference_table, sources=inputs.sources,
        note="The estimate is the same in every row of an outcome. The original's method takes degrees of freedom from "
             "the number of records. Permutation has no interval of its own; its p values are in the tables of the "
             "appendix.")


def _picture_title(frame: pd.DataFrame) -> str:
    wide = frame.assign(width=frame["high"] - frame["low"]).pivot(index="outcome", columns="method", values="width")
    wider = int((wide[HEADLINE] > wide[ORIGINAL]).sum())
    return f"Counting authorities widens {wider} of {len(wide)} intervals"


def _describe_picture(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        said = rows.set_index("method")
        parts.append(f"{outcome} ({rows['unit'].iloc[0]}): {number(said.loc[ORIGINAL, 'low'])} to "
                     f"{number(said.loc[ORIGINAL, 'high'])} with the original's method, "
                     f"{number(said.loc[HEADLINE, 'low'])} to {number(said.loc[HEADLINE, 'high'])} with the headline's")
    return ("Points with horizontal 95% intervals, one panel for each outcome, one row for each method, a vertical "
            f"line at no effect. {'; '.join(parts)}.")


def _outcome(inputs: Inputs, outcome: str) -> None:
    name, unit = tables.NAMES[outcome], tables.unit_of(outcome)
    inputs.p.table(
        f"tbl-did-inference-{outcome}",
        title=lambda frame: f"{name}: the same estimate by {cardinal(len(frame))} methods",
        subtitle=f"Standard error, degrees of freedom, interval and p by method, corrected definitions, "
                 f"{place(inputs)}",
        frame=tables.inference_table(inputs.analysis.corrected[outcome]),
        columns=[label("method", "Method"), estimate("effect", f"Effect ({unit})"), estimate("se", "Standard error"),
                 estimate("df", "Degrees of freedom", decimals=1), *INTERVAL, p_value("p", "p"),
                 text_column("rests_on", "Rests on")],
        describe=_describe_outcome, made_by=tables.inference_table, sources=inputs.sources,
        note="CR1, CR2 and CR3 are pooled over imputations. The bootstrap and the permutation test have no standard "
             "error; the bootstrap's interval is the set of values it does not reject. Permutation gives another "
             "authority of each group the pilot's place; with the matching made again it is the test, with the weights "
             "kept it is shown for comparison.")


def _describe_outcome(frame: pd.DataFrame) -> str:
    least, most = frame.loc[frame["p"].idxmin()], frame.loc[frame["p"].idxmax()]
    return (f"Table of {len(frame)} methods for one estimate of {number(frame['effect'].iloc[0], 2)}. p runs from "
            f"{number(least['p'], 3)} ({least['method']}) to {number(most['p'], 3)} ({most['method']}).")


def _several(inputs: Inputs) -> None:
    draws = int(inputs.rules.estimation["bootstrap_draws"])
    frame = adjusted(inputs.analysis.corrected, inputs.p.design.rng("difference_in_differences.multiplicity"), draws)
    inputs.p.table(
        "tbl-did-multiplicity", title=_several_title,
        subtitle=f"p values of the outcomes, plain and adjusted for testing several, {place(inputs)}",
        frame=frame.assign(outcome=frame["outcome"].map(tables.NAMES)),
        columns=[label("outcome", "Outcome"), p_value("p", "p, CR2"), p_value("holm", "Holm"),
                 p_value("bootstrap_p", "p, bootstrap"), p_value("romano_wolf", "Romano and Wolf")],
        describe=_describe_several, made_by=adjusted, sources=inputs.sources,
        note="Holm adjusts the p values of CR2 whatever their dependence. Romano and Wolf adjust those of the wild "
             "bootstrap, in which an authority has the same sign in every outcome.")
    for row in frame.itertuples():
        fact = dict(unit="probability", decimals=3, made_by=adjusted, sources=inputs.sources)
        inputs.p.finding(f"did.{row.outcome}.holm_p", row.holm, **fact)
        inputs.p.finding(f"did.{row.outcome}.romano_wolf_p", row.romano_wolf, **fact)


def _several_title(frame: pd.DataFrame) -> str:
    kept = int((frame["romano_wolf"] < ALPHA).sum())
    return f"{kept or 'None'} of {len(frame)} adjusted p values below 0.05"


def _describe_several(frame: pd.DataFrame) -> str:
    least = frame.loc[frame["romano_wolf"].idxmin()]
    return (f"Table of {len(frame)} outcomes. The smallest adjusted p value is that of {least['outcome'].lower()}: "
            f"{number(least['romano_wolf'], 3)} after Romano and Wolf, {number(least['holm'], 3)} after Holm, where it "
            f"was {number(least['p'], 3)} alone. Adjusted below 0.05: "
            f"{listed(frame.loc[frame['romano_wolf'] < ALPHA, 'outcome'].str.lower()) or 'none'}.")
