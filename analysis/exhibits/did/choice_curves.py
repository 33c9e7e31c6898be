"""Exhibits of the specification curves: which choices, the models in order, by option, and the joint tests."""

from __future__ import annotations

import math

import pandas as pd

from analysis.exhibits.did import choice_words, drawing_choices
from analysis.exhibits.did.choice_inputs import ChoiceInputs
from analysis.exhibits.did.common import SHORT, listed, place
from analysis.publish import estimate, label, p_value, text_column
from analysis.publish.words import in_sentence, number
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.choice_tables import (
    HEADLINE,
    choices_table,
    curve_table,
    dial_table,
    joint_table,
    options_table,
    ordered_table,
    summary_of,
    widest_choice,
)

ONCE = "Age and disability are completed once here, so that the headline's model is near the headline and not the same."


def publish_curves(inputs: ChoiceInputs) -> None:
    """All exhibits of the curves."""
    _choices(inputs)
    _summary(inputs)
    _joint(inputs)
    for name in inputs.found:
        _ordered(inputs, name)
        _options(inputs, name)
    _dial(inputs, **inputs.rules.curve["dial"])


def _choices(inputs: ChoiceInputs) -> None:
    frame = choices_table(inputs.rules)
    named = frame.assign(options=["; ".join(choice_words.option_name(row.choice, option) for option in row.options)
                                  for row in frame.itertuples()],
                         headline=[choice_words.option_name(row.choice, row.options[0]) for row in frame.itertuples()],
                         choice=frame["choice"].map(choice_words.choice_title))
    inputs.p.table(
        "tbl-did-curve-choices", title=f"{len(frame)} choices, each with more than one defensible answer", frame=named,
        subtitle="Choices of the specification curves, their options, and why more than one can be defended",
        columns=[label("choice", "Choice"), text_column("outcomes", "Outcomes"), text_column("options", "Options"),
                 text_column("headline", "Headline's option"), text_column("why", "Why")],
        describe=_describe_choices, made_by=choices_table, sources=[inputs.register],
        note="From the evaluation's design. An outcome's curve combines all options of its choices. Authority before: "
             "covariates that the programme may affect held at their value before it; now: those of the year.")


def _describe_choices(frame: pd.DataFrame) -> str:
    return f"Table of {len(frame)} choices: {listed(in_sentence(name) for name in frame['choice'])}."


def _summary(inputs: ChoiceInputs) -> None:
    inputs.p.table(
        "tbl-did-curve", title=_summary_title,
        subtitle=f"Estimates of every combination of choices, corrected definitions as the headline, {place(inputs)}",
        frame=curve_table(inputs.found, inputs.significance),
        columns=[label("outcome", "Outcome"), estimate("models", "Models", decimals=0),
                 estimate("median", "Median", decimals=1), estimate("low", "Middle 80%, low", decimals=1),
                 estimate("high", "Middle 80%, high", decimals=1),
                 estimate("same_sign", "Headline's sign (%)", decimals=1),
                 estimate("significant", "Significant (%)", decimals=1),
                 estimate("clustered", "Significant, CR1 (%)", decimals=1),
                 estimate("headline", "Headline's model", decimals=1),
                 estimate("distinct", "Different models", decimals=0), estimate("left_out", "Left out", decimals=0),
                 estimate("assignments", "Assignments", decimals=0), text_column("unit", "Unit")],
        describe=_describe_summary, made_by=curve_table, sources=inputs.sources,
        note="Significant: in the direction of the headline's model, by permutation and by CR1 on t(G - 1). Different: "
             "some combinations are the same model, as where children are neither matched nor adjusted for, so that "
             f"their coding cannot matter. Left out: combinations that leave nothing to estimate. {ONCE}")


def _summary_title(frame: pd.DataFrame) -> str:
    least = frame.loc[frame["same_sign"].idxmin()]
    return f"{math.floor(least['same_sign'])}% or more of models share the headline's sign"


def _describe_summary(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome} {number(row.models, 0)} models, median {number(row.median)} {row.unit}, middle 80% "
             f"{number(row.low)} to {number(row.high)}, {number(row.same_sign)}% with the headline's sign, "
             f"{number(row.significant)}% significant in its direction" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _joint(inputs: ChoiceInputs) -> None:
    inputs.p.table(
        "tbl-did-curve-joint", title=_joint_title, frame=joint_table(inputs.found),
        subtitle=f"Joint permutation tests over all models of an outcome, {place(inputs)}",
        columns=[label("outcome", "Outcome"), text_column("test", "Statistic"), estimate("observed", "Observed"),
                 estimate("by_chance", "By chance"), p_value("p", "p"), p_value("holm", "p, corrected"),
                 estimate("assignments", "Assignments", decimals=0), text_column("unit", "Unit")],
        describe=_describe_joint, made_by=joint_table, sources=inputs.sources,
        note="By chance: the median over assignments in which other authorities take the pilots' places, matching "
             "made anew. Corrected: Holm, for this statistic over the outcomes. Effect and score without their sign.")


def _joint_title(frame: pd.DataFrame) -> str:
    return f"{int((frame['p'] <= 0.05).sum())} of {len(frame)} joint tests have p at most 0.05"


def _describe_joint(frame: pd.DataFrame) -> str:
    parts = [f"{outcome} {', '.join(f'{row.test} p = {number(row.p, 3)}' for row in rows.itertuples())}"
             for outcome, rows in frame.groupby("outcome", sort=False)]
    return f"Table of {len(frame)} joint tests. {'; '.join(parts)}."


def _ordered(inputs: ChoiceInputs, name: str) -> None:
    curve = inputs.found[name].curve
    found = summary_of(curve, inputs.significance)
    frame = ordered_table(curve, inputs.significance)
    inputs.p.figure(
        f"fig-did-curve-{name}", frame=frame, draw=drawing_choices.curve,
        title=f"{SHORT[name]}: " + choice_words.curve_title(found["headline"], found["same_sign"], share_test(curve).p,
                                                            inputs.significance),
        subtitle=f"{tables.NAMES[name]}: estimates of {number(found['models'], 0)} models in order, {place(inputs)}",
        columns=[label("what", "What"), estimate("percentile", "Place in order (%)", decimals=1),
                 estimate("estimate", f"Estimate ({tables.unit_of(name)})"),
                 estimate("chance_low", "Chance, low"), estimate("chance_median", "Chance, median"),
                 estimate("chance_high", "Chance, high"), estimate("models", "Models around this place", decimals=0),
                 estimate("significant", "of them significant (%)", decimals=0)],
        describe=lambda shown: _describe_ordered(shown, found), made_by=ordered_table, sources=inputs.sources,
        note=f"Significant: permutation p at most {inputs.significance:g} for the model by itself. Chance: the middle "
             f"95% of {number(found['assignments'], 0)} assignments at that place. {ONCE}")


def _describe_ordered(frame: pd.DataFrame, found: dict) -> str:
    rows, own = frame[frame["what"] != HEADLINE], frame[frame["what"] == HEADLINE].iloc[0]
    outside = int(((rows["estimate"] < rows["chance_low"]) | (rows["estimate"] > rows["chance_high"])).sum())
    return (f"A rising curve of points, from {number(rows['estimate'].iloc[0])} to {number(rows['estimate'].iloc[-1])} "
            f"{own['unit']} at its outer places, {number(found['median'])} in the middle. The headline's model "
            f"({number(own['estimate'])}) stands at {number(own['percentile'], 0)}% of the order. "
            f"{number(found['significant'])}% of models are significant in its direction. At {outside} of {len(rows)} "
            "places the curve lies outside the band of chance.")


def _options(inputs: ChoiceInputs, name: str) -> None:
    frame = options_table(inputs.found[name].curve, inputs.significance)
    widest, spread = widest_choice(frame)
    named = frame.assign(option=[choice_words.option_name(row.choice, row.option) for row in frame.itertuples()],
                         choice=frame["choice"].map(choice_words.choice_title))
    unit = tables.unit_of(name)
    inputs.p.figure(
        f"fig-did-choices-{name}", title=f"{SHORT[name]}: {choice_words.options_title(widest)}", frame=named,
        draw=drawing_choices.options,
        subtitle=f"{tables.NAMES[name]}: median and middle 80% of models by option, {place(inputs)}",
        columns=[label("choice", "Choice"), text_column("option", "Option"), text_column("headline", "Headline's"),
                 estimate("models", "Models", decimals=0), estimate("median", f"Median ({unit})"),
                 estimate("low", "Middle 80%, low"), estimate("high", "Middle 80%, high"),
                 estimate("shift", "Change from the headline's option, all else equal"),
                 estimate("significant", "Significant (%)", decimals=1)],
        describe=lambda shown: _describe_options(shown, choice_words.choice_title(widest), spread, unit),
        made_by=options_table, sources=inputs.sources,
        note="Lines: where the middle 80% of the models with that option lie; no confidence intervals. Change: the "
             "median over all combinations of the other choices.")


def _describe_options(frame: pd.DataFrame, widest: str, spread: float, unit: str) -> str:
    rows = frame[frame["choice"] == widest]
    parts = "; ".join(f"{row.option} {number(row.median, 2)}" for row in rows.itertuples())
    return (f"Points with horizontal lines for {len(frame)} options of {frame['choice'].nunique()} choices. Medians "
            f"differ most by {in_sentence(widest)}, by {number(spread, 2)} {unit}: {parts}.")


def _dial(inputs: ChoiceInputs, outcome: str, models: int) -> None:
    """The table that the page's script turns into a dial; without the script it stands as it is."""
    curve = inputs.found[outcome].curve
    frame = dial_table(curve, models)
    choices = [name for name in frame.columns if name not in ("estimate", "p", "below")]
    named = frame.assign(**{name: [choice_words.option_name(name, option) for option in frame[name]]
                            for name in choices})
    unit = tables.unit_of(outcome)
    inputs.p.table(
        "tbl-did-dial", title=f"{tables.NAMES[outcome]}: {len(frame)} models to choose from", frame=named,
        subtitle=f"Estimates by option of the {len(choices)} choices that move them most, {place(inputs)}",
        columns=[*((label if k == 0 else text_column)(name, choice_words.choice_title(name))
                   for k, name in enumerate(choices)),
                 estimate("estimate", f"Estimate ({unit})", decimals=1), p_value("p", "p, this model alone"),
                 estimate("below", f"Of all {number(len(curve), 0)} models lower (%)", decimals=0)],
        describe=lambda shown: _describe_dial(shown, choices, unit), made_by=dial_table, sources=inputs.sources,
        note=f"All other choices as in the headline. p by permutation over authorities. {ONCE}")


def _describe_dial(frame: pd.DataFrame, choices: list[str], unit: str) -> str:
    names = listed(in_sentence(choice_words.choice_title(name)) for name in choices)
    return (f"Table of {len(frame)} models, one for each combination of {names}. Estimates run from "
            f"{number(frame['estimate'].min())} to {number(frame['estimate'].max())} {unit}; the headline's options, "
            f"in the first row, give {number(frame['estimate'].iloc[0])}.")


def share_test(curve):
    """The joint test of the share of significant models."""
    return next(test for test in curve.tests.joint if test.name.startswith("share significant"))


def median_test(curve):
    """The joint test of the median estimate."""
    return next(test for test in curve.tests.joint if test.name.startswith("median"))
