"""Thoroughness by pilot, its association with detail of use, and what so many cases can show."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.publish import Publisher, count, estimate, label, p_value, score, style
from analysis.publish.words import number
from analysis.strands.assessments import association as strand
from analysis.strands.assessments.cases import Examined


def publish_pilots(p: Publisher, examined: Examined, sources) -> None:
    """Thoroughness and detail of use by pilot."""
    frame, detail = strand.by_pilot(examined), examined.scale.detail.name
    p.figure("fig-assessments-thoroughness", title=pilots_title,
             subtitle="Mean thoroughness (1 to 4) of rated assessments by pilot, 95% intervals", frame=frame,
             columns=[label("site", "Pilot"), count("n", "Cases"),
                      score("thoroughness", "Thoroughness (1 to 4)", base="n"),
                      score("thoroughness_low", "95% interval, lower", base="n"),
                      score("thoroughness_high", "95% interval, upper", base="n"),
                      score(detail, "Detail of use (1 to 5)", base="n"),
                      score(f"{detail}_low", "Detail, lower", base="n"),
                      score(f"{detail}_high", "Detail, upper", base="n")],
             draw=draw_pilots, describe=describe_pilots, made_by=strand.by_pilot, sources=sources, about_people=True,
             note="First rater's ratings. Student's t intervals, for cases as if drawn at random within each pilot.")
    between, p_value = strand.pilots_differ(examined, p.design.rng("assessments.pilots"))
    p.finding("assessments.pilots.between", 100 * between, unit="per cent", n=len(examined.cases),
              n_pilots=len(frame), made_by=strand.pilots_differ, sources=sources, about_people=True)
    p.finding("assessments.pilots.p", p_value, unit="probability", decimals=3, made_by=strand.pilots_differ,
              sources=sources)
    p.finding("assessments.pilots.verdict", "evidence that pilots differ" if p_value < 1 - examined.section["level"]
              else "no evidence that pilots differ", unit="text", made_by=strand.pilots_differ, sources=sources)


def pilots_title(frame: pd.DataFrame) -> str:
    """Headline: lowest and highest mean."""
    values = frame["thoroughness"].astype(float)
    return f"Mean thoroughness runs from {values.min():.1f} to {values.max():.1f} across pilots"


def draw_pilots(frame: pd.DataFrame):
    """Means with intervals, one row a pilot."""
    names = frame.assign(row=[f"Pilot {row.site}" for row in frame.itertuples()])
    return style.interval_plot(names, label="row", value="thoroughness", low="thoroughness_low",
                               high="thoroughness_high", zero=None, xlabel="Mean thoroughness (1 to 4)")


def describe_pilots(frame: pd.DataFrame) -> str:
    """Means in words."""
    return "Dots with intervals, one row for each pilot. " + "; ".join(
        f"Pilot {row.site}: suppressed" if pd.isna(row.thoroughness) else f"Pilot {row.site}: "
        f"{number(row.thoroughness, 2)} (95% interval {number(row.thoroughness_low, 2)} to "
        f"{number(row.thoroughness_high, 2)})" for row in frame.itertuples()) + "."


def publish_association(p: Publisher, examined: Examined, attenuation: float, sources) -> None:
    """Picture in groups of cases, estimates under several choices, and the curve of detectable correlations."""
    found = strand.association(examined, p.design.rng("assessments.association"))
    threshold = p.design.section("disclosure")["threshold"]
    said = strand.verdict(examined, found.within)
    p.figure("fig-assessments-association", title=partial(association_title, said=said),
             subtitle="Mean thoroughness (1 to 4) by detail of use of Signs of Safety, groups of cases, 95% intervals",
             frame=strand.binned(examined, threshold),
             columns=[label("detail", "Detail of use (1 to 5)"), count("n", "Cases"),
                      score("mean_detail", "Mean detail", base="n"),
                      score("thoroughness", "Thoroughness (1 to 4)", base="n"),
                      score("low", "95% interval, lower", base="n"), score("high", "95% interval, upper", base="n")],
             draw=draw_groups, describe=describe_groups, made_by=strand.binned, sources=sources, about_people=True,
             note="Groups of cases by the first rater's rating of detail; pilots together. Single cases are not shown.")
    frame = choices_table(found)
    p.table("tbl-assessments-association", title=f"{said[0].upper()}{said[1:]}",
            subtitle="Spearman's correlation of detail of use with thoroughness, by choice of analysis, 95% intervals",
            frame=frame, columns=[label("choice", "Analysis"), count("n", "Cases"), estimate("correlation",
                                                                                             "Correlation"),
                                  estimate("low", "95% interval, lower"), estimate("high", "95% interval, upper"),
                                  p_value("p", "Permutation p")],
            describe=describe_choices, made_by=strand.association, sources=sources, about_people=True,
            note="Within pilots: ranks taken in each pilot, cases shuffled within pilots for p.")
    _detectable(p, examined, attenuation, sources)
    _findings(p, examined, found, said, attenuation, sources)


def association_title(frame: pd.DataFrame, said: str) -> str:
    """Headline: what may be said."""
    return f"{said[0].upper()}{said[1:]} with thoroughness"


def _unit_above(ax, text: str) -> None:
    """What the vertical axis measures, set horizontally above it."""
    ax.set_ylabel(text, rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)


def draw_groups(frame: pd.DataFrame):
    """Group means with intervals over detail of use."""
    figure, ax = style.axes()
    x = frame["mean_detail"].astype(float)
    ax.vlines(x, frame["low"].astype(float), frame["high"].astype(float), color=style.BLUE, linewidth=2)
    ax.plot(x, frame["thoroughness"].astype(float), "o", color=style.BLUE, markersize=8)
    for row in frame.itertuples():
        if pd.notna(row.mean_detail):
            style.direct_label(ax, row.mean_detail, row.thoroughness, f"n = {row.n:.0f}", style.BLUE, dx=9)
    ax.set_xlim(0.7, 5.3)
    ax.set_ylim(1, 4)
    ax.set_xlabel("Detail of use of Signs of Safety (mean of the group, 1 to 5)")
    _unit_above(ax, "Mean thoroughness (1 to 4)")
    return figure


def describe_groups(frame: pd.DataFrame) -> str:
    """Groups in words."""
    return "Dots with intervals, one for each group of cases. " + "; ".join(
        f"Detail {row.detail}: suppressed" if pd.isna(row.thoroughness) else f"Detail {row.detail} "
        f"({number(row.n, 0)} cases): mean thoroughness {number(row.thoroughness, 2)} (95% interval "
        f"{number(row.low, 2)} to {number(row.high, 2)})" for row in frame.itertuples()) + "."


def choices_table(found: strand.Association) -> pd.DataFrame:
    """One row a choice of analysis."""
    choices = (("Within pilots (headline)", found.within), ("All cases, pilots ignored", found.overall),
               ("Within pilots, mean of raters where two", found.both_raters),
               ("Within pilots, detail by one rater, thoroughness by the other", found.crossed),
               ("Within pilots, analysis of risk and need alone", found.analysis),
               *((f"Within pilots, without pilot {site}", r) for site, r in found.without.items()))
    rows = [{"choice": name, "n": r.n, "correlation": r.estimate, "low": r.low, "high": r.high, "p": r.p}
            for name, r in choices]
    return pd.DataFrame(rows)


def describe_choices(frame: pd.DataFrame) -> str:
    """Estimates in words."""
    first = frame.iloc[0]
    return (f"A table of {len(frame)} estimates. Headline {number(first['correlation'], 2)} (95% interval "
            f"{number(first['low'], 2)} to {number(first['high'], 2)}); lowest and highest of all "
            f"{number(frame['correlation'].min(), 2)} and {number(frame['correlation'].max(), 2)}.")


def draw_curve(frame: pd.DataFrame, cases: int):
    """Detectable correlation against number of cases, as rated and before raters' error; this study marked."""
    figure, ax = style.axes()
    for k, (name, text) in enumerate((("correlation", "Between ratings"), ("true_correlation",
                                                                           "Before raters' error"))):
        ax.plot(frame["cases"], frame[name], linestyle=style.DASHES[k], marker=style.MARKERS[k], color=style.TWO[k],
                label=text)
    ax.axvline(cases, color=style.GREY, linewidth=1)
    ax.annotate("this study", (cases, 1), xycoords=("data", "axes fraction"), xytext=(4, -10),
                textcoords="offset points", color=style.GREY)
    ax.set_ylim(0, 1)
    ax.set_xlabel("Cases")
    _unit_above(ax, "Detectable correlation")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def describe_curve(frame: pd.DataFrame) -> str:
    """The curve in words."""
    return "Two falling lines of detectable correlation over number of cases. " + "; ".join(
        f"{number(row.cases, 0)} cases: {number(row.correlation, 2)}" for row in frame.itertuples()) + "."


def _detectable(p, examined, attenuation, sources):
    cases = len(examined.cases)
    p.figure("fig-assessments-detectable", title=lambda frame: f"{cases} cases show correlations of "
             f"{frame.set_index('cases').loc[cases, 'correlation']:.2f} and larger",
             subtitle=f"Smallest correlation found with {100 * examined.section['power']:.0f}% power, by number of "
             "cases in the examined pilots", frame=strand.curve(examined, attenuation),
             columns=[label("cases", "Cases"), estimate("correlation", "Between ratings"),
                      estimate("true_correlation", "Before raters' error")],
             draw=partial(draw_curve, cases=cases), describe=describe_curve, made_by=strand.curve, sources=sources,
             note="Two-sided test at 5%, pilots held constant. Raters' error: from ICC(1,1) of both ratings.")


def _findings(p, examined, found, said, attenuation, sources):
    shared = {"made_by": strand.association, "sources": sources}
    for key, r in (("rho", found.within), ("overall", found.overall), ("both_raters", found.both_raters),
                   ("crossed", found.crossed)):
        p.finding(f"assessments.association.{key}", r.estimate, unit="correlation", decimals=2, low=r.low, high=r.high,
                  n=r.n, n_pilots=len(examined.frame), about_people=True, **shared)
    p.finding("assessments.association.p", found.within.p, unit="probability", decimals=3, **shared)
    p.finding("assessments.association.verdict", said, unit="text", made_by=strand.verdict, sources=sources)
    p.finding("assessments.association.odds_ratio", float(np.exp(found.odds.estimate)), unit="ratio", decimals=2,
              low=float(np.exp(found.odds.low)), high=float(np.exp(found.odds.high)), n=len(examined.cases),
              made_by=strand.analysis_odds, sources=sources, about_people=True)
    values = [r.estimate for r in found.without.values()]
    p.finding("assessments.association.without_one", f"{number(min(values), 2)} to {number(max(values), 2)}",
              unit="text", **shared)
    p.finding("assessments.detectable", found.detectable, unit="correlation", decimals=2, made_by=strand.association,
              sources=sources)
    true = found.detectable / max(attenuation, 1e-9)
    p.finding("assessments.detectable_true", true if true <= 1 else "no correlation at all", made_by=strand.curve,
              unit="correlation" if true <= 1 else "text", decimals=2, sources=sources)
    p.finding("assessments.smallest_correlation", examined.section["smallest_correlation"], unit="correlation",
              decimals=2, made_by=strand.verdict, sources=sources)
    p.finding("assessments.cases_needed", strand.cases_needed(examined), unit="count", decimals=0,
              made_by=strand.cases_needed, sources=sources)
