"""Duration and decision, and what goes with them."""

from __future__ import annotations

import pandas as pd

from analysis.methods.weighted import proportion_interval
from analysis.publish import Publisher, count, estimate, label, p_value, score
from analysis.publish.words import number
from analysis.strands.assessments import durations as strand
from analysis.strands.assessments.cases import Examined


def publish_durations(p: Publisher, examined: Examined, sources) -> None:
    """How long assessments took by decision, and rank correlations of both with the ratings."""
    table = strand.decisions(examined)
    p.table("tbl-assessments-duration", title="How long assessments took, and what was decided",
            subtitle="Weekdays from start to completion of rated assessments, by decision, examined pilots",
            frame=table,
            columns=[label("decision", "Decision"), count("n", "Cases", total_of="all"),
                     *(score(name, text, decimals=0, base="n") for name, text in
                       (("lower", "Lower quartile"), ("median", "Median weekdays"), ("upper", "Upper quartile")))],
            describe=describe_decisions, made_by=strand.decisions, sources=sources, about_people=True,
            note="Bank holidays count as weekdays here, so that a few assessments look a day or two too long.")
    _findings(p, examined, table, sources)
    _links(p, examined, sources)


def describe_decisions(frame: pd.DataFrame) -> str:
    """Duration in words."""
    total = frame[frame["is_total"]].iloc[0]
    return (f"A table of decisions. In all {number(total['n'], 0)} cases the median is {number(total['median'], 0)} "
            f"weekdays, half of them between {number(total['lower'], 0)} and {number(total['upper'], 0)}; small groups "
            "are suppressed.")


def describe_links(frame: pd.DataFrame) -> str:
    """Correlations in words."""
    known = frame.dropna(subset=["estimate"])
    if known.empty:
        return f"A table of {len(frame)} pairs, none of which allows a correlation."
    low, high = known.loc[known["estimate"].idxmin()], known.loc[known["estimate"].idxmax()]
    return (f"A table of {len(frame)} rank correlations within pilots, from {number(low['estimate'], 2)} "
            f"({low['pair']}) to {number(high['estimate'], 2)} ({high['pair']}).")


def links_reading(frame: pd.DataFrame, level: float) -> str:
    """Which pairs stand after Holm's correction, in words."""
    sure = frame[frame["p_holm"] < 1 - level]
    if sure.empty:
        return "none of the ratings goes with duration or decision after correction for the number of pairs"
    named = [f"{row.pair[0].lower()}{row.pair[1:]} ({number(row.estimate, 2)})" for row in sure.itertuples()]
    return "after correction for the number of pairs these go together: " + "; ".join(named)


def _findings(p, examined, table, sources):
    total = table[table["is_total"]].iloc[0]
    fact = {"made_by": strand.decisions, "sources": sources}
    for name in ("lower", "median", "upper"):
        p.finding(f"assessments.duration.{name}", total[name], unit="weekdays", decimals=0, n=total["n"],
                  about_people=True, **fact)
    low, high = proportion_interval(total["within"], total["n"], level=examined.section["level"])
    p.finding("assessments.duration.within", total["percent"], unit="per cent", low=100 * low, high=100 * high,
              n=total["n"], numerator=min(total["within"], total["late"]), about_people=True, **fact)
    p.finding("assessments.duration.limit", examined.section["statutory_days"], unit="working days", decimals=0, **fact)


def _links(p, examined, sources):
    table = strand.links(examined, p.design.rng("assessments.durations"))
    p.table("tbl-assessments-links", title="Duration and decision against the ratings",
            subtitle="Spearman's correlation within pilots, 95% intervals, examined pilots", frame=table,
            columns=[label("pair", "Pair"), count("n", "Cases"), estimate("estimate", "Correlation"),
                     estimate("low", "95% interval, lower"), estimate("high", "95% interval, upper"),
                     p_value("p", "Permutation p"), p_value("p_holm", "Permutation p, Holm")],
            describe=describe_links, made_by=strand.links, sources=sources, about_people=True,
            note="Decision: from no further action to child protection, in order. Cases shuffled within pilots for p. "
                 "Holm: adjusted for the pairs of the table. An empty cell: the ratings do not vary.")
    p.finding("assessments.links.reading", links_reading(table, examined.section["level"]), unit="text",
              made_by=strand.links, sources=sources)
