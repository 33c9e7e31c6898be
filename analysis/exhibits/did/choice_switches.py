"""Exhibits of the switches: one rule at a time as published, one at a time corrected."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import choice_words, drawing_choices
from analysis.exhibits.did.choice_inputs import ChoiceInputs
from analysis.exhibits.did.common import place
from analysis.publish import count, estimate, label, p_value, text_column
from analysis.publish.words import in_sentence, number
from analysis.strands.difference_in_differences.choice_tables import ALL_TURNED, NONE_TURNED, switches_table
from analysis.strands.difference_in_differences.definitions import outcomes_of, switches

INTERVALS = ("Intervals: CR2, but as in the original (CR1, degrees of freedom from records) where the rule of "
             "inference is as published.")


def publish_switches(inputs: ChoiceInputs) -> None:
    """The picture of one direction, the table of both."""
    frame = switches_table(inputs.found, inputs.topics)
    untouched = choice_words.unchanged_words([inputs.topics[name] for name in switches() if not outcomes_of(name)])
    inputs.p.figure(
        "fig-did-switches", title=choice_words.switches_title, frame=frame, draw=drawing_choices.switches,
        subtitle=f"Effect with 95% interval, one rule at a time as published, {place(inputs)}",
        columns=[label("outcome", "Outcome"), text_column("rule", "Rule as published"),
                 estimate("shift", "Shift from all corrected"), *_direction("", ""), text_column("unit", "Unit")],
        describe=describe_switches, made_by=switches_table, sources=inputs.sources, about_people=True,
        note=f"Only rules that can touch an outcome. {untouched} A shift has no interval of its own: both effects come "
             f"from the same records. {INTERVALS}")
    inputs.p.table(
        "tbl-did-switches", title=directions_title, frame=frame,
        subtitle=f"Effects with one rule as published, and with one rule corrected, {place(inputs)}",
        columns=[label("outcome", "Outcome"), text_column("rule", "Rule turned"),
                 estimate("shift", "Shift, as published"), estimate("shift_corrected", "Shift, corrected"),
                 *_direction("", "As published: "), *_direction("_corrected", "Corrected: "),
                 text_column("unit", "Unit")],
        describe=describe_directions, made_by=switches_table, sources=inputs.sources, about_people=True,
        note="As published: this rule alone, from all corrected. Corrected: this rule alone, from all as published. "
             f"None turned: the starting points. Records: matched, each once. {INTERVALS}")


def describe_switches(frame: pd.DataFrame) -> str:
    """By outcome: the corrected effect, the largest shift of one rule, and the shift of all together."""
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        alone = rows[~rows["switch"].isin((NONE_TURNED, ALL_TURNED))]
        largest = alone.loc[alone["shift"].abs().idxmax()]
        parts.append(f"{outcome}, {rows['unit'].iloc[0]}: corrected {number(rows['effect'].iloc[0])}, largest shift "
                     f"{number(largest['shift'], 2)} ({in_sentence(largest['rule'])}), all together "
                     f"{number(rows['shift'].iloc[-1], 2)}")
    return ("Points with horizontal 95% intervals, one panel for each outcome: all corrected, then one rule at a time "
            f"as published, then all as published. {'; '.join(parts)}.")


def directions_title(frame: pd.DataFrame) -> str:
    """For how many rules the two directions shift the effect opposite ways."""
    opposite, n = _opposite(frame)
    return f"Turned back, {opposite} of {n} rules shift the other way"


def describe_directions(frame: pd.DataFrame) -> str:
    """How often the two directions agree in sign."""
    opposite, n = _opposite(frame)
    return (f"Table of {n} pairs of outcome and rule, with the starting point and all rules together. Turning a rule "
            "one way and the other shifts the effect in opposite directions, as it would if rules did not act on each "
            f"other, for {opposite} of {n}.")


def _opposite(frame: pd.DataFrame) -> tuple[int, int]:
    alone = frame[~frame["switch"].isin((NONE_TURNED, ALL_TURNED))]
    return int((alone["shift"] * alone["shift_corrected"] < 0).sum()), len(alone)


def _direction(ending: str, which: str):
    return (estimate(f"effect{ending}", f"{which}effect" if which else "Effect"),
            estimate(f"low{ending}", "95% interval, low"), estimate(f"high{ending}", "95% interval, high"),
            p_value(f"p{ending}", "p"), count(f"n{ending}", "Records"))
