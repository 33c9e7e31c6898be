"""The association of detail of use with thoroughness: picture, choices of analysis, ordinal model."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.publish import Publisher, count, estimate, label, p_value, score, style
from analysis.publish.status import status_of
from analysis.publish.words import number
from analysis.strands.assessments import association as strand
from analysis.strands.assessments import odds as odds_strand
from analysis.strands.assessments.cases import Examined
from analysis.strands.assessments.groups import CASE, GROUP, binned, with_cases

SINGLE_CASES = "synthetic"       # the one status for which single cases are drawn: they are nobody's


def publish_association(p: Publisher, examined: Examined, sources) -> strand.Association:
    """Picture, estimates under several choices, and the ordinal model; returns the estimates."""
    found = strand.association(examined, p.design.rng("assessments.association"))
    said = strand.verdict(examined, found.within)
    _picture(p, examined, said, sources)
    frame = choices_table(found)
    p.table("tbl-assessments-association", title=f"{said[0].upper()}{said[1:]}",
            subtitle="Spearman's correlation of detail of use with thoroughness, by choice of analysis, 95% intervals",
            frame=frame, columns=[label("choice", "Analysis"), count("n", "Cases"), estimate("correlation",
                                                                                             "Correlation"),
                                  estimate("low", "95% interval, lower"), estimate("high", "95% interval, upper"),
                                  p_value("p", "Permutation p")],
            describe=describe_choices, made_by=strand.association, sources=sources, about_people=True,
            note="Within pilots: ranks taken in each pilot, cases shuffled within pilots for p.")
    _odds(p, examined, sources)
    _findings(p, examined, found, said, sources)
    return found


def _picture(p, examined, said, sources):
    groups = binned(examined, p.design.section("disclosure")["threshold"])
    single = status_of(sources) == SINGLE_CASES
    p.figure("fig-assessments-association", title=partial(association_title, said=said),
             subtitle="Mean thoroughness (1 to 4) by detail of use of Signs of Safety, groups of cases, 95% intervals",
             frame=with_cases(examined, groups) if single else groups,
             columns=[label("detail", "Detail of use (1 to 5)"), count("n", "Cases"),
                      score("mean_detail", "Mean detail", base="n"),
                      score("thoroughness", "Thoroughness (1 to 4)", base="n"),
                      score("low", "95% interval, lower", base="n"), score("high", "95% interval, upper", base="n")],
             draw=draw_groups, describe=describe_groups, made_by=binned, sources=sources, about_people=True,
             note="Groups of cases by the first rater's rating of detail; pilots together. " +
                  ("Small dots are single cases, which are drawn because these are stand-ins and nobody's; of real "
                   "ones the groups alone are shown." if single else "Single cases are not shown."))
    p.finding("assessments.association.shown", SHOWN[single], unit="text", made_by=binned, sources=sources)


SHOWN = {True: "Single cases are drawn as small dots, because they are stand-ins and nobody's. Built from real "
               "ratings, the picture has the groups alone, because a point for each case would show a child's file",
         False: "Cases are shown in groups only, because a point for each would show a child's file"}


def association_title(frame: pd.DataFrame, said: str) -> str:
    """Headline: what may be said."""
    return f"{said[0].upper()}{said[1:]} with thoroughness"


def unit_above(ax, text: str) -> None:
    """What the vertical axis measures, set horizontally above it."""
    ax.set_ylabel(text, rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)


def draw_groups(frame: pd.DataFrame):
    """Group means with intervals over detail of use; single cases, where the frame has them, as small dots."""
    figure, ax = style.axes()
    single, groups = frame[frame["kind"] == CASE], frame[frame["kind"] == GROUP]
    if len(single):
        places = 0.22 + side_by_side(single["mean_detail"], single["thoroughness"])    # beside the groups, not behind
        ax.plot(places, single["thoroughness"], "o", color=style.LIGHT, markersize=4, markeredgecolor=style.GREY,
                markeredgewidth=0.5, zorder=1)
    x = groups["mean_detail"].astype(float)
    ax.vlines(x, groups["low"].astype(float), groups["high"].astype(float), color=style.BLUE, linewidth=2)
    ax.plot(x, groups["thoroughness"].astype(float), "s", color=style.BLUE, markersize=9, zorder=4)
    for row in groups.itertuples():
        if pd.notna(row.mean_detail):
            ax.annotate(f"n = {row.n:.0f}", (row.mean_detail, 4.3), ha="center", va="center", color=style.BLUE,
                        fontweight="bold")
    ax.set_xlim(0.7, 5.5)
    ax.set_ylim(0.9, 4.45)
    ax.set_xlabel("Detail of use of Signs of Safety (1 to 5)")
    unit_above(ax, "Mean thoroughness (1 to 4)")
    return figure


def side_by_side(x, y, step: float = 0.07) -> np.ndarray:
    """Places of points: those that would lie on each other are set beside each other, about their own x."""
    table = pd.DataFrame({"x": np.asarray(x, float), "y": np.round(np.asarray(y, float), 6)})
    groups = table.groupby(["x", "y"])["x"]
    return (table["x"] + step * (groups.cumcount() - (groups.transform("size") - 1) / 2)).to_numpy()


def describe_groups(frame: pd.DataFrame) -> str:
    """Groups in words."""
    groups, single = frame[frame["kind"] == GROUP], int((frame["kind"] == CASE).sum())
    text = "Squares with intervals, one for each group of cases. " + "; ".join(
        f"Detail {row.detail}: suppressed" if pd.isna(row.thoroughness) else f"Detail {row.detail} "
        f"({number(row.n, 0)} cases): mean thoroughness {number(row.thoroughness, 2)} (95% interval "
        f"{number(row.low, 2)} to {number(row.high, 2)})" for row in groups.itertuples()) + "."
    return text + (f" Beside them {number(single, 0)} small dots, one for each stand-in case." if single else "")


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


def _odds(p, examined, sources):
    frame = odds_strand.odds(examined, p.design.rng("assessments.odds"))
    p.table("tbl-assessments-odds", title=odds_title,
            subtitle="Odds of a higher rating for each further point of detail, with pilot effects, 95% intervals",
            frame=frame,
            columns=[label("label", "Outcome"), count("n", "Cases"), estimate("pilots", "Pilots", decimals=0),
                     estimate("ratio", "Odds ratio"), estimate("low", "95% interval, lower"),
                     estimate("high", "95% interval, upper"), p_value("p", "Permutation p"),
                     p_value("p_holm", "Permutation p, Holm")],
            describe=describe_odds, made_by=odds_strand.odds, sources=sources, about_people=True,
            note="Proportional odds; the score by its ranks. Detail of use shuffled within pilots for p. Holm: for "
                 "the six domains. Pilots all of whose cases have the lowest or the highest rating are left out. "
                 "An empty cell: no slope can be estimated.")
    fact = {"made_by": odds_strand.odds, "sources": sources}
    rows = frame.set_index("name")
    for name, key in (("thoroughness", "odds_ratio"), ("analysis", "odds_ratio_analysis")):
        row = rows.loc[name]
        bounds = [None if pd.isna(row[column]) else float(row[column]) for column in ("ratio", "low", "high")]
        p.finding(f"assessments.association.{key}", bounds[0], unit="ratio", decimals=2, low=bounds[1], high=bounds[2],
                  n=int(row["n"]), about_people=True, **fact)
    p.finding("assessments.association.odds_p", rows.loc["thoroughness", "p"], unit="probability", decimals=3, **fact)
    p.finding("assessments.association.domains", domains_reading(frame, examined.section["level"]), unit="text", **fact)


def odds_title(frame: pd.DataFrame) -> str:
    """Headline: the odds ratio of the score."""
    row = frame.iloc[0]
    if pd.isna(row["ratio"]):
        return "No odds ratio can be estimated for the score"
    return f"Odds ratio for the score: {row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def describe_odds(frame: pd.DataFrame) -> str:
    """Odds ratios in words."""
    return f"A table of {len(frame)} outcomes. " + "; ".join(
        f"{row.label}: none" if pd.isna(row.ratio) else
        f"{row.label}: {number(row.ratio, 2)} (95% interval {number(row.low, 2)} to {number(row.high, 2)})"
        for row in frame.itertuples()) + "."


def domains_reading(frame: pd.DataFrame, level: float) -> str:
    """Domains whose association stands after Holm's correction, in words."""
    sure = frame[frame["p_holm"] < 1 - level]
    if sure.empty:
        return "no domain by itself goes with detail of use after correction for the number of domains"
    return "after correction for the number of domains these go with detail of use: " + "; ".join(
        f"{row.label} (odds ratio {number(row.ratio, 2)})" for row in sure.itertuples())


def _findings(p, examined, found, said, sources):
    shared = {"made_by": strand.association, "sources": sources}
    for key, r in (("rho", found.within), ("overall", found.overall), ("both_raters", found.both_raters),
                   ("crossed", found.crossed), ("analysis", found.analysis)):
        p.finding(f"assessments.association.{key}", r.estimate, unit="correlation", decimals=2, low=r.low, high=r.high,
                  n=r.n, n_pilots=len(examined.frame), about_people=True, **shared)
    p.finding("assessments.association.p", found.within.p, unit="probability", decimals=3, **shared)
    p.finding("assessments.association.verdict", said, unit="text", made_by=strand.verdict, sources=sources)
    values = [r.estimate for r in found.without.values()]
    p.finding("assessments.association.without_one", f"{number(min(values), 2)} to {number(max(values), 2)}",
              unit="text", **shared)
