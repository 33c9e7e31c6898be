"""Facts of the original evaluation, each under its key, with status published."""

from __future__ import annotations

import pandas as pd

from analysis.publish import Publisher, label, text_column
from analysis.publish.words import quantity

DATASETS = ("published_facts",)
BUNDLES = ()


def publish(p: Publisher) -> None:
    """One finding for every fact, and a table of all of them."""
    facts = p.load("published_facts")
    for fact in facts.frame.itertuples():
        p.finding(fact.key, fact_value(fact), unit=fact.unit, decimals=decimals_of(fact), made_by=fact_value,
                  sources=[facts])
    p.table("tbl-published-facts", title="What the original evaluation reported, fact by fact",
            subtitle="Facts of the original evaluation used in this report, with their source",
            frame=facts_table(facts.frame),
            columns=[label("fact", "Fact"), text_column("value", "Value"), text_column("source", "Source"),
                     text_column("note", "Note"), text_column("key", "Key")],
            describe=describe_facts, made_by=facts_table, sources=[facts])


def fact_value(fact) -> float | str:
    """The number of a fact, or its phrase where it has none."""
    return fact.text if fact.unit == "text" else float(fact.value)


def decimals_of(fact) -> int:
    """Decimals a fact is quoted with: those its source gives."""
    return 0 if pd.isna(fact.decimals) else int(fact.decimals)


def facts_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The facts as they are shown: what each is about, its value in words, source, note and key."""
    rows = [{"fact": subject(fact), "value": quantity(fact_value(fact), fact.unit, decimals_of(fact)),
             "source": fact.source, "note": fact.note, "key": fact.key} for fact in frame.itertuples()]
    return pd.DataFrame(rows)


def subject(fact) -> str:
    """What a fact is about: its text where it is a number, else its key in words."""
    if fact.unit != "text":
        return fact.text
    words = fact.key.removeprefix("published.").replace("_", " ").split(".")
    return ": ".join(words).capitalize()


def describe_facts(frame: pd.DataFrame) -> str:
    """The table in words."""
    sources = ", ".join(frame["source"].drop_duplicates())
    return f"A table of {len(frame)} facts with value, source, note and key. Sources: {sources}."
