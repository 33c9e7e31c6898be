"""The executive summary: a table of outcomes, a picture of those in percentage points, and what each strand says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.exhibits.together.cells import STRANDS, cell_in
from analysis.methods.equivalence import minimum_detectable_effect
from analysis.publish import Publisher, count, estimate, label, style, text_column
from analysis.publish.findings import Finding
from analysis.publish.status import most_restrictive
from analysis.publish.words import in_sentence, interval, number, quantity
from analysis.strands import synthesis as strand

DATASETS = ("summary_outcomes",)
BUNDLES = ("published", "deep_dives", "implementation", "survey", "assessments", "contrast_study", "national_data",
           "difference_in_differences", "costs", "strength")
RESTS_ON = {"synthetic": "on synthetic stand-ins",
            "public data": "on official statistics of real authorities",
            "restricted": "on real records, computed in a secure environment and cleared",
            "published": "on what the original published"}
COMMON_UNIT = "percentage points"
BASIS = {"synthetic": "Synthetic stand-ins", "public data": "Official statistics", "restricted": "Real records",
         "published": "Published"}
RULED_OUT = "evidence of no "
COST = "what the programme cost"


def publish(p: Publisher) -> None:
    """The summary's table, figure and phrases."""
    register = p.load("summary_outcomes")
    ratings = p.exhibit_of("tbl-strength-outcomes")
    rows = [(row, p.look_up(row.finding), None if pd.isna(row.could_find) else p.look_up(row.could_find),
             verdict_of(p, row.finding), cell_in(ratings, row.outcome, "strength"))
            for row in register.frame.itertuples()]
    rows = [line for line in rows if line[1] is not None and line[1].low is not None]
    frame = outcomes(rows, p.design.section("synthesis"))
    findings = [line[1] for line in rows]
    statuses = [found.status for found in findings]
    _table(p, register, frame, statuses, [*findings, ratings])
    _figure(p, register, frame, statuses, findings)
    _phrases(p, register, frame, findings)


def _table(p, register, frame, statuses, findings):
    cost = p.finding_of("costs.per_worker.mean")
    frame, statuses = pd.concat([frame, cost_row(cost)], ignore_index=True), [*statuses, cost.status]
    p.table("tbl-summary-outcomes", title=headline,
            subtitle="Effect or difference by outcome, with 95% confidence interval and strength of evidence",
            frame=frame,
            columns=[label("outcome", "Outcome"), *(estimate(name, title, decimals_from="decimals") for name, title in
                                                    (("effect", "Effect"), ("low", "95% interval from"),
                                                     ("high", "95% interval to"))),
                     text_column("unit", "Unit"), text_column("reading", "What it says"), count("n", "Number (n)"),
                     count("n_authorities", "Authorities"), text_column("strength", "Strength of evidence"),
                     count("maryland", "Maryland level"), text_column("could", "Could have found"),
                     text_column("strand", "Strand")],
            describe=describe_outcomes, made_by=outcomes, row_status=statuses, sources=[register, *findings, cost],
            note="Number: records, answers, cases or teams; in official statistics, authorities by year. Maryland "
                 "level: 3 for a comparison before and after with comparators, less for weaker designs. Could have "
                 "found: the smallest effect with a power of 80%. Authorities: blank where a strand compares answers, "
                 "cases or teams and not authorities. If nothing differed at all, about one interval in twenty would "
                 "still leave out zero. The cost is that of the whole programme and belongs to no one outcome: with "
                 "no effect shown, a cost for each unit of effect has no meaning.")


def _figure(p, register, frame, statuses, findings):
    keep = frame["unit"] == COMMON_UNIT
    shown = frame[keep].assign(label=lambda f: f["outcome"] + " (" + f["strand"].str.lower() + ")")
    p.figure("fig-summary-effects", title=figure_headline,
             subtitle="Effects and changes in percentage points with 95% intervals, by outcome and strand",
             frame=shown.reset_index(drop=True), draw=draw_effects, made_by=draw_effects,
             columns=[label("label", "Outcome"), count("n", "Number (n)"), estimate("effect", "Percentage points"),
                      estimate("low", "95% interval, low"), estimate("high", "95% interval, high")],
             describe=describe_effects,
             row_status=[status for status, kept in zip(statuses, keep, strict=True) if kept],
             sources=[register, *(found for found, kept in zip(findings, keep, strict=True) if kept)])


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
                      sources=[register, *(found for found, kept in zip(findings, own, strict=True) if kept)])


def outcomes(rows, rules) -> pd.DataFrame:
    """One row an outcome. `rows`: (register row, finding with interval, minimum detectable effect, own verdict,
    strength of evidence in words).

    Detectable effect and verdict may be None.
    """
    return pd.DataFrame([_outcome(*line, rules) for line in rows])


def verdict_of(p: Publisher, key: str) -> str | None:
    """What the strand itself concludes from a finding: its `.verdict` or `.conclusion`; None where it has neither."""
    for form in ("verdict", "conclusion"):
        found = p.look_up(f"{key.rpartition('.')[0]}.{form}")
        if found is not None:
            return found.text
    return None


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


def _outcome(row, found, could, verdict, strength, rules):
    reading = strand.reading(found.value, found.low, found.high, row.better)
    return {"outcome": row.outcome, "strand": STRANDS[row.strand], "n": found.n, "n_authorities": found.n_authorities,
            "effect": found.value, "low": found.low, "high": found.high, "unit": found.unit,
            "reading": in_words(reading, found.low, verdict), "status": found.status, "decimals": found.decimals,
            "could": could_find(found, could, rules), "maryland": row.maryland,
            "strength": strength}


def in_words(reading: str, low, verdict: str | None = None) -> str:
    """A reading with its direction: no evidence of a difference; higher; lower (read as worse).

    Where the strand's own equivalence test ruled out what matters, its words stand: an interval may leave out zero
    and still hold nothing that matters, and a chapter must not be contradicted.
    """
    if verdict is not None and verdict.startswith(RULED_OUT):
        return verdict
    if reading not in (strand.BETTER, strand.WORSE):
        return reading
    return f"{strand.ROSE if low > 0 else strand.FELL} (read as {reading})"


def cost_row(cost: Finding) -> pd.DataFrame:
    """The last row of the table: what the programme cost for each worker trained, with the pilots that returned it."""
    return pd.DataFrame([{"outcome": "Cost for each worker trained", "strand": STRANDS["costs"], "n": None,
                          "n_authorities": cost.n_pilots, "effect": cost.value, "low": cost.low, "high": cost.high,
                          "unit": cost.unit, "reading": COST, "status": cost.status, "decimals": cost.decimals,
                          "could": "", "maryland": None, "strength": "a description"}])


def says(frame: pd.DataFrame) -> str:
    """What a strand's outcomes say together, as a phrase."""
    groups = frame.groupby("reading", sort=False)["outcome"].agg(list)
    none = groups.get(strand.NONE, [])
    others = [f"{reading} for {listed(names)}" if reading.startswith(RULED_OUT)
              else f"{listed(names)} {reading.partition(' (')[0]}" for reading, names in groups.items()
              if reading != strand.NONE]
    if not others:
        return f"{strand.NONE} in any of {len(none)} outcomes" if len(none) > 1 else strand.NONE
    if none:
        others.append(f"{strand.NONE} " + (f"for {listed(none)}" if len(none) < 3 else f"in the other {len(none)}"))
    return "; ".join(others)


def listed(names) -> str:
    """Names of outcomes in a sentence."""
    names = [in_sentence(name) for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def headline(frame: pd.DataFrame) -> str:
    """Headline: how many intervals exclude no difference; no count over synthetic and real ones together."""
    if strand.mixed(frame["status"]):
        return "Outcomes by strand, synthetic and real side by side"
    estimated = frame[frame["reading"] != COST]
    return f"{excluded(estimated)} of {len(estimated)} intervals exclude no difference"


def figure_headline(frame: pd.DataFrame) -> str:
    """Headline of the figure, which shows part of the table."""
    if strand.mixed(frame["status"]):
        return "Outcomes in percentage points, synthetic and real side by side"
    return f"In percentage points: {excluded(frame)} of {len(frame)} exclude no difference"


def excluded(frame: pd.DataFrame) -> int:
    """How many intervals do not hold nought."""
    return int(((frame["low"] > 0) | (frame["high"] < 0)).sum())


def draw_effects(frame: pd.DataFrame):
    """Estimates with intervals, one row each; results of different status with a marker of their own."""
    return style.interval_plot(frame.assign(basis=frame["status"].map(BASIS)), label="label", value="effect",
                               low="low", high="high", xlabel="Percentage points", groups="basis")


def describe_outcomes(frame: pd.DataFrame) -> str:
    """The table in words."""
    estimated = frame[frame["reading"] != COST]
    parts = [f"{title}: {says(rows)}" for title, rows in estimated.groupby("strand", sort=False)]
    cost = frame[frame["reading"] == COST]
    parts += [f"{row.outcome}: {quantity(row.effect, row.unit, int(row.decimals))}" for row in cost.itertuples()]
    return f"A table of {len(estimated)} outcomes and the cost. {'. '.join(parts)}."


def describe_effects(frame: pd.DataFrame) -> str:
    """The figure in words."""
    parts = [f"{title}: {'; '.join(_in_one_line(row) for row in rows.itertuples())}"
             for title, rows in frame.groupby("strand", sort=False)]
    return ("Dot plot with 95% intervals around a line at zero, one row for each outcome, in percentage points. "
            f"{'. '.join(parts)}.")


def _in_one_line(row) -> str:
    return f"{in_sentence(row.outcome)} {number(row.effect)} ({interval(row.low, row.high)})"
