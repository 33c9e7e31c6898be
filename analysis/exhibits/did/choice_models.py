"""Exhibits of the same matched records in other models, and of the tests of models."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import choice_words
from analysis.exhibits.did.choice_inputs import ChoiceInputs
from analysis.exhibits.did.common import place
from analysis.publish import count, estimate, label, p_value, text_column
from analysis.publish.words import in_sentence, number
from analysis.strands.difference_in_differences.choice_tables import model_tests_table, models_table


def publish_models(inputs: ChoiceInputs) -> None:
    """Both tables."""
    inputs.p.table(
        "tbl-did-models", title=models_title, frame=models_table(inputs.found),
        subtitle=f"Effect with 95% interval by model, corrected definitions, {place(inputs)}",
        columns=[label("outcome", "Outcome"), text_column("model", "Model"), estimate("effect", "Effect"),
                 estimate("low", "95% interval, low"), estimate("high", "95% interval, high"), p_value("p", "p"),
                 text_column("note", "Rests on"), count("n", "Records"), text_column("unit", "Unit")],
        describe=describe_models, made_by=models_table, sources=inputs.sources, about_people=True,
        note="All weighted as the headline but the random effects; pooled over imputations. Effects of logits are in "
             "percentage points. Records: matched, each once; for child fixed effects the number of rows, copies over "
             "groups included, of children with two or more stands beside. Years as a line, rare levels left out: "
             "where their dummies have no finite coefficient.")
    inputs.p.table(
        "tbl-did-model-tests", title=tests_title, frame=model_tests_table(inputs.found),
        subtitle=f"Hausman and Breusch-Godfrey tests, pooled over imputations by D2, {place(inputs)}",
        columns=[label("outcome", "Outcome"), text_column("test", "Test"), estimate("statistic", "D2"),
                 estimate("df", "df", decimals=0), estimate("df_denominator", "df of the denominator", decimals=1),
                 p_value("p", "p"),
                 text_column("note", "Why none")],
        describe=describe_tests, made_by=model_tests_table, sources=inputs.sources,
        note="Without weights. D2 is referred to F with these degrees of freedom; below nought, p is one.")


def models_title(frame: pd.DataFrame) -> str:
    """How many of the other models have the headline's sign."""
    headline = frame["outcome"].map(frame[frame["model"] == "Headline"].set_index("outcome")["effect"])
    others = frame[(frame["model"] != "Headline") & frame["effect"].notna()]
    same = int((others["effect"] * headline[others.index] > 0).sum())
    return f"{same} of {len(others)} other models have the headline's sign"


def describe_models(frame: pd.DataFrame) -> str:
    """By outcome the headline and the range of the other models."""
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        others = rows.loc[(rows["model"] != "Headline") & rows["effect"].notna(), "effect"]
        headline = rows.loc[rows["model"] == "Headline", "effect"].iloc[0]
        between = f", others from {number(others.min())} to {number(others.max())}" if len(others) else ""
        parts.append(f"{outcome} ({rows['unit'].iloc[0]}): headline {number(headline)}{between}")
    return f"Table of {len(frame)} models. {'; '.join(parts)}.{choice_words.without_estimate(frame, 'effect')}"


def tests_title(frame: pd.DataFrame) -> str:
    """How many tests reject."""
    known = frame["p"].dropna()
    return f"{int((known <= 0.05).sum())} of {len(known)} model tests have p at most 0.05"


def describe_tests(frame: pd.DataFrame) -> str:
    """By test, for which outcomes p is at most one in twenty."""
    parts = []
    for test, rows in frame.groupby("test", sort=False):
        found = [in_sentence(name) for name in rows.loc[rows["p"] <= 0.05, "outcome"]]
        parts.append(f"{test}: {len(found)} of {rows['p'].notna().sum()} outcomes"
                     + (f" ({', '.join(found)})" if found else ""))
    return (f"Table of {len(frame)} tests. p at most 0.05: {'; '.join(parts)}."
            f"{choice_words.without_estimate(frame, 'p')}")

