"""The executive summary: a table of outcomes, a picture of those in percentage points, and what each strand says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.exhibits.together.cells import STRANDS, look_up
from analysis.methods.equivalence import minimum_detectable_effect
from analysis.publish import Publisher, count, estimate, label, style, text_column
from analysis.publish.status import most_restrictive
from analysis.publish.words import quantity
from analysis.strands import synthesis as strand

DATASETS = ("summary_outcomes",)
BUNDLES = ("published", "deep_dives", "implementation", "survey", "assessments", "contrast_study", "national_data",
           "difference_in_differences", "costs")
RESTS_ON = {"synthetic": "on synthetic stand-ins",
            "public data": "on official statistics of real authorities",
            "restricted": "on real records, computed in a secure environment and cleared",
            "published": "on what the original published"}
COMMON_UNIT = "percentage points"


def publish(p: Publisher) -> None:
    """The summary's table, figure and phrases."""
    register = p.load("summary_outcomes")
    rows = [(row, look_up(p, row.finding), None if pd.isna(row.could_find) else look_up(p, row.could_find))
            for row in register.frame.itertuples()]
    rows = [(row, found, could) for row, found, could in rows if found is not None and found.low is not None]
    frame = outcomes(rows, p.design.section("synthesis"))
    statuses = [found.status for _, found, _ in rows]
    findings = [found for _, found, _ in rows]
    _table(p, register, frame, statuses, findings)
    _figure(p, register, frame, statuses, findings)
    _phrases(p, register, frame, findings)


def _table(p, register, frame, statuses, findings):
    p.table("tbl-summary-outcomes", title=headline,
            subtitle="Outcomes by strand: number of records, effect or difference with 95% interval, strength",
            frame=frame,
            columns=[label("outcome", "Outcome"), text_column("strand", "Strand"),
                     text_column("reading", "What it says"),
                     estimate("effect", "Effect"), estimate("low", "Low"), estimate("high", "High"),
                     text_column("unit", "Unit"), text_column("strength", "Strength of evidence"),
                     count("n", "Number (n)"), text_column("could", "Could have found"),
                     count("maryland", "Maryland level"), count("n_authorities", "Authorities")],
            describe=describe_outcomes, made_by=outcomes, row_status=statuses, sources=[register, *findings],
            note="Low and high: bounds of the 95% confidence interval. Maryland level: 3 for a comparison before and "
                 "after with comparators, less for weaker designs. With so many outcomes about one interval in twenty "
                 "excludes no difference by chance alone. Costs stand in the cost chapter: with no effect shown, a "
                 "cost for each unit of effect has no meaning.")


def _figure(p, register, frame, statuses, findings):
    keep = frame["unit"] == COMMON_UNIT
    shown = frame[keep].assign(label=lambda f: f["outcome"] + " (" + f["strand"].str.lower() + ")")
    p.figure("fig-summary-effects", title=figure_headline,
             subtitle="Effects and changes in percentage points with 95% intervals, by outcome and strand",
             frame=shown.reset_index(drop=True), draw=draw_effects, made_by=draw_effects,
             columns=[label("label", "Outcome"), count("n", "Number (n)"), estimate("effect", "Percentage points"),
                      estimate("low", "95% interval, low"), estimate("high", "95% interval, high")],
             describe=describe_effects, row_status=[status for status, kept in zip(statuses, keep) if kept],
             sources=[register, *(found for found, kept in zip(findings, keep) if kept)])


def _phrases(p, register, frame, findings):
    for name, title in STRANDS.items():
        if name == "published":
            continue
        status = most_restrictive(found.status for found in p.bundles[name].findings)
        sources = [found for found in p.bundles[name].findings if found.status == status]
        p.finding(f"summary.rests_on.{name}", RESTS_ON[status], unit="text", made_by=_phrases, sources=sources)
        own = frame["strand"] == title
        if own.any():
            p.finding(f"summary.says.{name}", says(frame[own]), unit="text", made_by=says,
                      sources=[register, *(found for found, kept in zip(findings, own) if kept)])


def outcomes(rows, rules) -> pd.DataFrame:
    """One row an outcome. `rows`: (register row, finding with interval, minimum detectable effect or None)."""
    return pd.DataFrame([_outcome(row, found, could, rules) for row, found, could in rows])


def could_find(found, could, rules) -> str:
    """What an estimate could have found: as its strand publishes it, else about, from the width of its interval.

    From the interval: standard error = half width / z(1 - (1 - level) / 2), then Bloom (1995) with the normal
    distribution.
    """
    if could is not None:
        return quantity(could.value, could.unit, could.decimals)
    se = (found.high - found.low) / 2 / stats.norm.ppf(0.5 + rules["level"] / 2)
    effect = minimum_detectable_effect(se, np.inf, power=rules["power"], alpha=1 - rules["level"])
    return f"about {quantity(effect, found.unit, found.decimals)}"


def _outcome(row, found, could, rules):
    reading = strand.reading(found.value, found.low, found.high, row.better)
    return {"outcome": row.outcome, "strand": STRANDS[row.strand], "n": found.n, "n_authorities": found.n_authorities,
            "effect": found.value, "low": found.low, "high": found.high, "unit": found.unit,
            "reading": in_words(reading, found.low), "status": found.status,
            "could": could_find(found, could, rules), "maryland": row.maryland,
            "strength": strength(found.status, reading, row.maryland)}


def in_words(reading: str, low) -> str:
    """A reading with its direction: no evidence of a difference; higher; lower (read as worse)."""
    if reading not in (strand.BETTER, strand.WORSE):
        return reading
    return f"{strand.ROSE if low > 0 else strand.FELL} (read as {reading})"


def strength(status: str, reading: str, maryland: int) -> str:
    """A statement of strength from status, reading and design; no grade, which needs a stated rule of its own."""
    if status == strand.SYNTHETIC:
        return "none: shows the method"
    if maryland < 3:
        return "description, no comparison over time"
    return "limited: few authorities" if reading == strand.NONE else "limited: one design, few authorities"


def says(frame: pd.DataFrame) -> str:
    """What a strand's outcomes say together, as a phrase."""
    groups = frame.groupby("reading", sort=False)["outcome"].agg(list)
    none = groups.get(strand.NONE, [])
    others = [f"{listed(names)} {reading.partition(' (')[0]}" for reading, names in groups.items()
              if reading != strand.NONE]
    if not others:
        return f"no evidence of a difference in any of {len(none)} outcomes" if len(none) > 1 else strand.NONE
    rest = f"; no evidence of a difference in the other {len(none)}" if none else ""
    return "; ".join(others) + rest


def listed(names) -> str:
    """Names of outcomes in a sentence."""
    names = [name[0].lower() + name[1:] for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def headline(frame: pd.DataFrame) -> str:
    """Headline: how many intervals exclude no difference; no count over synthetic and real ones together."""
    if strand.mixed(frame["status"]):
        return "Outcomes by strand, synthetic and real side by side"
    return f"{excluded(frame)} of {len(frame)} intervals exclude no difference"


def figure_headline(frame: pd.DataFrame) -> str:
    """Headline of the figure, which shows part of the table."""
    if strand.mixed(frame["status"]):
        return "Outcomes in percentage points, synthetic and real side by side"
    return f"In percentage points: {excluded(frame)} of {len(frame)} exclude no difference"


def excluded(frame: pd.DataFrame) -> int:
    """How many intervals do not hold nought."""
    return int(((frame["low"] > 0) | (frame["high"] < 0)).sum())


def draw_effects(frame: pd.DataFrame):
    """Estimates with intervals, one row each."""
    return style.interval_plot(frame, label="label", value="effect", low="low", high="high",
                               xlabel="Percentage points")


def describe_outcomes(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{title}: {says(rows)}" for title, rows in frame.groupby("strand", sort=False)]
    return f"A table of {len(frame)} outcomes. {'. '.join(parts)}."


def describe_effects(frame: pd.DataFrame) -> str:
    """The figure in words."""
    parts = [f"{r.label} {r.effect:.1f} (interval {r.low:.1f} to {r.high:.1f})" for r in frame.itertuples()]
    return ("Dot plot with intervals around a line at nought, one row for each outcome, in percentage points. "
            f"{'; '.join(parts)}.")
