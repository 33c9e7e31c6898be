"""Thoroughness and analysis by pilot, and the association in each pilot."""

from __future__ import annotations

import pandas as pd

from analysis.publish import Publisher, count, label, score, style
from analysis.publish.words import number
from analysis.strands.assessments import pilots as strand
from analysis.strands.assessments.cases import Examined

NAMES = {"thoroughness": "Thoroughness score", "analysis": "Analysis of risk and need"}
ALL = "All, within pilots"


def publish_pilots(p: Publisher, examined: Examined, sources) -> None:
    """Thoroughness, analysis and detail of use by pilot."""
    frame, detail = strand.by_pilot(examined), examined.scale.detail.name
    columns = [(name, text) for name, text in (*NAMES.items(), (detail, "Detail of use"))]
    p.figure("fig-assessments-thoroughness", title=pilots_title,
             subtitle="Mean thoroughness and mean analysis (1 to 4) of rated assessments by pilot, 95% intervals",
             frame=frame,
             columns=[label("site", "Pilot"), count("n", "Cases"),
                      *(score(f"{name}{part}", f"{text}{suffix}", base="n") for name, text in columns
                        for part, suffix in (("", ""), ("_low", ", lower"), ("_high", ", upper")))],
             draw=draw_pilots, describe=describe_pilots, made_by=strand.by_pilot, sources=sources, about_people=True,
             note="First rater's ratings; detail of use has points from 1 to 5. Student's t intervals, for cases as if "
                  "drawn at random within each pilot. No interval where all cases of a pilot are rated alike.")
    for name, key in (("thoroughness", "pilots"), ("analysis", "pilots_analysis")):
        between, p_value = strand.pilots_differ(examined, name, p.design.rng(f"assessments.{key}"))
        fact = {"made_by": strand.pilots_differ, "sources": sources}
        p.finding(f"assessments.{key}.between", 100 * between, unit="per cent", n=len(examined.cases),
                  n_pilots=len(frame), about_people=True, **fact)
        p.finding(f"assessments.{key}.p", p_value, unit="probability", decimals=3, **fact)
        p.finding(f"assessments.{key}.verdict", "evidence that pilots differ"
                  if p_value < 1 - examined.section["level"] else "no evidence that pilots differ", unit="text", **fact)


def pilots_title(frame: pd.DataFrame) -> str:
    """Headline: lowest and highest mean."""
    values = frame["thoroughness"].astype(float)
    return f"Mean thoroughness runs from {values.min():.1f} to {values.max():.1f} across pilots"


def draw_pilots(frame: pd.DataFrame):
    """Means with intervals, two for each pilot."""
    rows = [{"row": f"Pilot {row['site']}" if name == "thoroughness" else "", "measure": text, "value": row[name],
             "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
            for row in frame.to_dict("records") for name, text in NAMES.items()]
    figure = style.interval_plot(pd.DataFrame(rows), label="row", value="value", low="low", high="high", zero=None,
                                 groups="measure", xlabel="Mean rating (1 to 4)", height=4.2)
    figure.axes[0].set_xlim(1, 4)
    return figure


def describe_pilots(frame: pd.DataFrame) -> str:
    """Means in words."""
    def of(row, name):
        text = number(row[name], 2)
        if pd.isna(row[f"{name}_low"]):
            return text
        return f"{text} (95% interval {number(row[f'{name}_low'], 2)} to {number(row[f'{name}_high'], 2)})"

    return "Dots with intervals, two for each pilot. " + "; ".join(
        f"Pilot {row['site']}: suppressed" if pd.isna(row["thoroughness"]) else
        f"Pilot {row['site']}: thoroughness {of(row, 'thoroughness')}, analysis {of(row, 'analysis')}"
        for row in frame.to_dict("records")) + "."


def publish_correlations(p: Publisher, examined: Examined, within, sources) -> None:
    """The association in each pilot beside the headline, and what five pilots say of one another."""
    frame = strand.correlations(examined)
    whole = pd.DataFrame([{"site": ALL, "n": within.n, "estimate": within.estimate, "low": within.low,
                           "high": within.high}])
    shown = pd.concat([frame, whole], ignore_index=True)
    p.figure("fig-assessments-pilot-association", title=correlations_title,
             subtitle="Spearman's correlation of detail of use with thoroughness in each pilot, 95% intervals",
             frame=shown, columns=[label("site", "Pilot"), count("n", "Cases"),
                                   score("estimate", "Correlation", base="n"),
                                   score("low", "95% interval, lower", base="n"),
                                   score("high", "95% interval, upper", base="n")],
             draw=draw_correlations, describe=describe_correlations, made_by=strand.correlations, sources=sources,
             about_people=True, note="Each pilot by itself, described and not tested. An empty cell: too few cases, or "
                                     "ratings that do not vary.")
    q, p_value, n = strand.alike(frame)
    fact = {"made_by": strand.alike, "sources": sources}
    p.finding("assessments.pilot_association.p", p_value, unit="probability", decimals=2, **fact)
    p.finding("assessments.pilot_association.alike", alike_words(p_value, n, examined.section["level"]), unit="text",
              **fact)
    mean, low, high = strand.as_units(frame, examined.section["level"])
    known = mean == mean
    p.finding("assessments.pilot_association.as_units", mean if known else None, unit="correlation", decimals=2,
              low=low if known else None, high=high if known else None, n=len(examined.cases), n_pilots=n,
              made_by=strand.as_units, sources=sources, about_people=True)


def alike_words(p_value: float, pilots: int, level: float) -> str:
    """Whether the pilots' correlations differ by more than chance, in words."""
    if pilots < 2:
        return "too few pilots have a correlation to compare them"
    if p_value < 1 - level:
        return "the pilots' correlations differ by more than chance"
    return "the pilots' correlations differ by no more than chance makes with so few cases"


def correlations_title(frame: pd.DataFrame) -> str:
    """Headline: how many pilots' correlations are positive."""
    pilots = frame.loc[frame["site"] != ALL, "estimate"].dropna()
    return f"Positive in {int((pilots > 0).sum())} of {len(pilots)} pilots, all intervals wide"


def draw_correlations(frame: pd.DataFrame):
    """Correlations with intervals, one row a pilot, the headline last."""
    rows = frame.assign(row=[name if name == ALL else f"Pilot {name}" for name in frame["site"]],
                        kind=["All" if name == ALL else "Each pilot" for name in frame["site"]])
    figure = style.interval_plot(rows, label="row", value="estimate", low="low", high="high", groups="kind",
                                 xlabel="Spearman's correlation")
    figure.axes[0].set_xlim(-1, 1)
    return figure


def describe_correlations(frame: pd.DataFrame) -> str:
    """Correlations in words."""
    return "Dots with intervals, one row for each pilot and one for all. " + "; ".join(
        f"{name}: not shown" if pd.isna(value) else
        f"{name}: {number(value, 2)} (95% interval {number(low, 2)} to {number(high, 2)})"
        for name, value, low, high in zip((x if x == ALL else f"Pilot {x}" for x in frame["site"]), frame["estimate"],
                                          frame["low"], frame["high"], strict=True)) + "."
