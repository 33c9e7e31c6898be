"""What the difference-in-differences publishes on outcomes beside the five."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did.common import EFFECT, interval_text, listed, studied
from analysis.exhibits.did.source import opened_records
from analysis.publish import Publisher, count, label, p_value, share, text_column
from analysis.publish.words import cardinal
from analysis.strands.difference_in_differences.further_outcomes import analyse_further, further_outcomes, further_table

DATASETS = ("cin_census", "disabilities", "section47", "assessments", "looked_after_episodes", "la_year_covariates",
            "matched_groups", "embedding_dates", "bank_holidays", "implementation_profile")
BUNDLES = ()


def publish(p: Publisher) -> None:
    """Analyse the further outcomes and publish a table of them, with how many there are."""
    with opened_records(p) as opened:
        frame = further_table(further_outcomes(p.design), analyse_further(opened.records(), p.design))
        sources = opened.datasets
    p.table("tbl-did-further", title=further_title, frame=frame, about_people=True,
            subtitle=f"Effect with 95% interval, corrected definitions, {studied(p.design)}",
            columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), *EFFECT, p_value("p", "p, CR2"),
                     count("n", "Records"), share("mean_before", "Pilots before (% or days)", denominator="n"),
                     text_column("why", "Why it is looked at")],
            describe=describe_further, made_by=further_table, sources=sources,
            note="A clear difference: the interval excludes nought. Secondary outcomes of this report, not of the "
                 "original; p values are not adjusted for their number.")
    p.finding("did.further.outcomes", len(frame), unit="count", decimals=0, made_by=further_table, sources=sources)
    p.finding("did.further.away", int(away(frame).sum()), unit="count", decimals=0, made_by=further_table,
              sources=sources)


def away(frame: pd.DataFrame) -> pd.Series:
    """Which intervals exclude nought."""
    return (frame["low"] > 0) | (frame["high"] < 0)


def further_title(frame: pd.DataFrame) -> str:
    """Headline: how many of the outcomes show a difference."""
    excluding = int(away(frame).sum())
    return (f"{cardinal(excluding).capitalize()} of {cardinal(len(frame))} further outcomes "
            f"{'shows' if excluding < 2 else 'show'} a clear difference")


def describe_further(frame: pd.DataFrame) -> str:
    """The effects in words."""
    return f"Table of {len(frame)} outcomes. " + listed(
        f"{row.outcome}: {interval_text(row)}" for row in frame.itertuples()) + "."
