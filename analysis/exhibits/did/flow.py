"""From records delivered to records compared, one flow diagram an outcome."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_flow
from analysis.exhibits.did.common import Inputs, place
from analysis.publish import count, label
from analysis.publish.words import number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.results import OutcomeResult


def publish_flow(inputs: Inputs) -> None:
    """A diagram for every outcome."""
    threshold = int(inputs.p.design.section("disclosure")["threshold"])
    for outcome, result in inputs.analysis.corrected.items():
        _diagram(inputs, outcome, result, threshold)


def flow_steps(result: OutcomeResult, threshold: int) -> pd.DataFrame:
    """How many records every step leaves: step, n, left_out (those fewer than before), added (copies over groups).

    A step that changes the number by less than `threshold` is drawn together with the one after it (the last with the
    one before), so that no small number can be had as a difference.
    """
    rows, waiting = [], []
    for step, n in result.flow:
        waiting.append(step)
        if rows and abs(n - rows[-1]["n"]) < threshold:
            continue
        rows.append({"step": _joined(waiting), "n": n})
        waiting = []
    if waiting:
        rows[-1] = {"step": _joined([rows[-1]["step"], *waiting]), "n": result.flow[-1][1]}
    table = pd.DataFrame(rows)
    change = table["n"].diff()
    return table.assign(left_out=(-change).where(change < 0), added=change.where(change > 0))


def _joined(steps: list[str]) -> str:
    return "; ".join([steps[0], *(step[0].lower() + step[1:] for step in steps[1:])])


def _diagram(inputs: Inputs, outcome: str, result: OutcomeResult, threshold: int) -> None:
    name = tables.NAMES[outcome]
    inputs.p.figure(
        f"fig-did-flow-{outcome}", title=f"{name}: from records delivered to records compared",
        subtitle=f"Records left after each step, corrected definitions, {place(inputs)}",
        frame=flow_steps(result, threshold),
        columns=[label("step", "Step"), count("n", "Records"), count("left_out", "Left out by it"),
                 count("added", "Copies added")],
        draw=drawing_flow.flow_diagram, describe=_describe, made_by=flow_steps, sources=inputs.sources,
        about_people=True,
        note="From the step that repeats a comparator once for each group it serves, copies are counted. Steps that "
             "change the number by very little are drawn together with the next, so that no small number shows.")


def _describe(frame: pd.DataFrame) -> str:
    largest = frame.loc[frame["left_out"].idxmax()] if frame["left_out"].notna().any() else None
    said = "" if largest is None else (f" The step that leaves out most is \"{largest['step'].lower()}\": "
                                       f"{number(largest['left_out'], 0)}.")
    return (f"Boxes from top to bottom, one for each of {len(frame)} steps, with those left out at the side. Records "
            f"go from {number(frame['n'].iloc[0], 0)} to {number(frame['n'].iloc[-1], 0)}.{said}")
