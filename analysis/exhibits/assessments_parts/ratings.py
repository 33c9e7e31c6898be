"""Sample, rating scale, ratings, duration and decision, agreement of raters."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.methods.weighted import proportion_interval
from analysis.publish import Publisher, count, estimate, label, score, share, style, text_column
from analysis.publish.words import number
from analysis.sources.schemas.assessment_ratings import DECISIONS
from analysis.strands.assessments import agreement as strand
from analysis.strands.assessments.association import mean_interval
from analysis.strands.assessments.cases import Examined, examine, pairs


def publish_sample(p: Publisher, examined: Examined, sources) -> None:
    """Sampling and the rating scale."""
    table = sample_table(examined)
    p.table("tbl-assessments-sample", title="Assessments eligible, drawn and usable in each pilot",
            subtitle="Completed assessments in the sampling window, examined pilots", frame=table,
            columns=[label("site", "Pilot"), count("eligible", "Eligible", total_of="all"),
                     count("drawn", "Drawn", total_of="all"), count("usable", "Usable and rated", total_of="all")],
            describe=describe_sample, made_by=sample_table, sources=sources, about_people=True,
            note="Drawn at random by the pilots from their list of completed assessments; the first usable ones rated.")
    p.table("tbl-assessments-scale", title="The rating scale and its anchors",
            subtitle="Six domains of thoroughness on four points, detail of use on five", frame=anchors_table(examined),
            columns=[label("domain", "Domain"), estimate("point", "Point", decimals=0), text_column("level", "Level"),
                     text_column("anchor", "Anchor")],
            describe=lambda frame: f"A table of {len(frame)} anchors, one for each point of each domain.",
            made_by=anchors_table, sources=sources,
            note="The scale is part of this project and the same whatever the status of the ratings.")
    n, twice = len(examined.cases), len(pairs(examined))
    for key, value in (("cases", n), ("double_rated", twice), ("eligible", int(examined.frame["eligible"].sum()))):
        p.finding(f"assessments.{key}", value, unit="count", decimals=0, n=value, n_pilots=len(examined.frame),
                  made_by=examine, sources=sources, about_people=True)
    p.finding("assessments.raters", examined.ratings["rater"].nunique(), unit="count", decimals=0, made_by=examine,
              sources=sources)


def sample_table(examined: Examined) -> pd.DataFrame:
    """Counts by pilot and in all."""
    frame = examined.frame.assign(is_total=False)
    total = frame[["eligible", "drawn", "usable"]].sum().to_frame().T.assign(site="All", is_total=True)
    return pd.concat([frame, total], ignore_index=True)


def describe_sample(frame: pd.DataFrame) -> str:
    """The sample in words."""
    total = frame[frame["is_total"]].iloc[0]
    return (f"A table of {len(frame) - 1} pilots and their total: {number(total['eligible'], 0)} assessments eligible, "
            f"{number(total['drawn'], 0)} drawn, {number(total['usable'], 0)} rated.")


def anchors_table(examined: Examined) -> pd.DataFrame:
    """One row a point of a domain."""
    return pd.DataFrame([{"domain": domain.label, "point": point, "anchor": domain.anchors[point],
                          "level": examined.scale.levels[point] if domain is not examined.scale.detail else ""}
                         for domain in examined.scale.all_domains for point in domain.points])


def publish_ratings(p: Publisher, examined: Examined, sources) -> None:
    """How domains were rated, how long assessments took and what was decided."""
    table = ratings_table(examined)
    p.figure("fig-assessments-ratings", title=ratings_title,
             subtitle="Cases rated sound or full on each domain of thoroughness, per cent, 95% intervals", frame=table,
             columns=[label("domain", "Domain"), count("n", "Cases"), count("below", "Absent or limited", part_of="n"),
                      count("good", "Sound or full", part_of="n"),
                      share("percent", "Sound or full (%)", numerator="good", denominator="n"),
                      share("low", "95% interval, lower", numerator="good", denominator="n"),
                      share("high", "95% interval, upper", numerator="good", denominator="n"),
                      score("mean", "Mean (1 to 4)", base="n")],
             draw=draw_ratings, describe=describe_ratings, made_by=ratings_table, sources=sources, about_people=True,
             note="First rater's ratings. Intervals by Wilson's method, for the cases as if drawn at random.")
    _duration(p, examined, sources)
    good, n = table["good"].sum(), table["n"].sum()
    p.finding("assessments.sound", 100 * good / n, unit="per cent", n=n, numerator=good, made_by=ratings_table,
              sources=sources, about_people=True)
    for key, name in (("thoroughness", "thoroughness"), ("detail", examined.scale.detail.name)):
        mean = mean_interval(examined.cases[name].dropna(), examined.section["level"])
        p.finding(f"assessments.{key}.mean", mean.estimate, unit="points", decimals=2, low=mean.low, high=mean.high,
                  n=examined.cases[name].notna().sum(), made_by=mean_interval, sources=sources, about_people=True)


def ratings_table(examined: Examined) -> pd.DataFrame:
    """Each domain: cases rated, those at the level that counts as sound or above, share with interval, mean."""
    rows = []
    for domain in examined.scale.domains:
        values = examined.cases[domain.name].dropna()
        good = int((values >= examined.section["good_from"]).sum())
        low, high = proportion_interval(good, len(values), level=examined.section["level"])
        rows.append({"domain": domain.label, "n": len(values), "below": len(values) - good, "good": good,
                     "percent": 100 * good / len(values), "low": 100 * low, "high": 100 * high, "mean": values.mean()})
    return pd.DataFrame(rows)


def draw_ratings(frame: pd.DataFrame):
    """Shares with intervals, one row a domain."""
    return style.interval_plot(frame, label="domain", value="percent", low="low", high="high", zero=None,
                               xlabel="Rated sound or full (%)")


def ratings_title(frame: pd.DataFrame) -> str:
    """Headline: the range over domains."""
    return f"Between {frame['percent'].min():.0f}% and {frame['percent'].max():.0f}% rated sound or full"


def describe_ratings(frame: pd.DataFrame) -> str:
    """Shares in words."""
    return "Dots with intervals, one row for each domain. " + "; ".join(
        f"{row.domain}: suppressed" if pd.isna(row.percent) else f"{row.domain}: {number(row.percent)}% of "
        f"{number(row.n, 0)} (95% interval {number(row.low)} to {number(row.high)})"
        for row in frame.itertuples()) + "."


def decisions_table(examined: Examined) -> pd.DataFrame:
    """By decision and in all: cases, median weekdays, share completed within the statutory time."""
    limit, rows = examined.section["statutory_days"], []
    for name in (*DECISIONS, "All"):
        cases = examined.cases if name == "All" else examined.cases[examined.cases["decision"] == name]
        within = int((cases["days"] <= limit).sum())
        rows.append({"decision": name, "is_total": name == "All", "n": len(cases), "within": within,
                     "late": len(cases) - within, "median": cases["days"].median() if len(cases) else np.nan,
                     "percent": 100 * within / len(cases) if len(cases) else np.nan})
    return pd.DataFrame(rows)


def describe_decisions(frame: pd.DataFrame) -> str:
    """Duration in words."""
    total = frame[frame["is_total"]].iloc[0]
    return (f"A table of decisions. In all {number(total['n'], 0)} cases the median is {number(total['median'], 0)} "
            "weekdays; small groups are suppressed.")


def publish_agreement(p: Publisher, examined: Examined, sources) -> strand.ScoreAgreement:
    """Agreement on every domain and on the score; returns the latter."""
    domains = strand.domain_agreement(examined, p.design.rng("assessments.agreement"))
    score_of = strand.score_agreement(examined, p.design.rng("assessments.score_agreement"))
    frame, marks = agreement_table(domains), examined.section["alpha"]
    shared = {"frame": frame, "made_by": strand.domain_agreement, "sources": sources}
    p.table("tbl-assessments-agreement", title=partial(agreement_title, good=marks["good"]),
            subtitle="Agreement of two raters by domain, cases rated twice, 95% intervals",
            columns=[label("domain", "Domain"), count("n", "Cases"),
                     score("exact", "Same rating (%)", decimals=0, base="n"),
                     score("within_one", "Within one point (%)", decimals=0, base="n"),
                     *(estimate(f"{name}{part}", f"{title}{suffix}") for name, title in
                       (("kappa", "Weighted kappa"), ("alpha", "Alpha"), ("ac", "AC2"))
                       for part, suffix in (("", ""), ("_low", ", lower"), ("_high", ", upper")))],
            describe=describe_agreement, about_people=True, **shared,
            note="Kappa and AC2 with quadratic weights, alpha ordinal with a bootstrap interval over cases.")
    p.figure("fig-assessments-agreement", title=partial(spanning_title, marks=marks),
             subtitle="Krippendorff's alpha (ordinal) by domain, cases rated twice, 95% intervals",
             columns=[label("domain", "Domain"), count("n", "Cases"), estimate("alpha", "Alpha"),
                      estimate("alpha_low", "95% interval, lower"), estimate("alpha_high", "95% interval, upper")],
             draw=partial(draw_agreement, marks=marks), describe=describe_agreement, about_people=True, **shared,
             note=f"Lines at {marks['tentative']} (tentative conclusions) and {marks['good']} (firm ones).")
    _agreement_findings(p, examined, frame, score_of, sources)
    return score_of


def agreement_table(domains) -> pd.DataFrame:
    """One row a domain."""
    return pd.DataFrame([{"domain": d.label, "n": d.kappa.n_units, "exact": d.exact, "within_one": d.within_one,
                          **{f"{name}{part}": getattr(getattr(d, name), field) for name in ("kappa", "alpha", "ac")
                             for part, field in (("", "estimate"), ("_low", "low"), ("_high", "high"))}}
                         for d in domains])


def agreement_title(frame: pd.DataFrame, good: float) -> str:
    """Headline: domains whose alpha reaches the level for firm conclusions."""
    reached = int((frame["alpha"] >= good).sum())
    return f"Alpha reaches {good} on {reached} of {len(frame)} domains"


def spanning_title(frame: pd.DataFrame, marks) -> str:
    """Headline: domains whose interval leaves open whether alpha is too low or good."""
    return f"Alpha's interval spans both lines on {_spanning(frame, marks)} of {len(frame)} domains"


def draw_agreement(frame: pd.DataFrame, marks):
    """Alpha with intervals and the two levels."""
    figure = style.interval_plot(frame, label="domain", value="alpha", low="alpha_low", high="alpha_high", zero=None,
                                 xlabel="Krippendorff's alpha (ordinal)")
    ax = figure.axes[0]
    for place, dashes in ((marks["tentative"], style.DASHES[1]), (marks["good"], style.DASHES[2])):
        ax.axvline(place, color=style.GREY, linewidth=1, linestyle=dashes)
        ax.annotate(f"{place}", (place, 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
                    textcoords="offset points", ha="center", color=style.GREY)
    ax.set_xlim(right=1)
    return figure


def describe_agreement(frame: pd.DataFrame) -> str:
    """Agreement in words."""
    return "Agreement of two raters. " + "; ".join(
        f"{row.domain}: alpha {number(row.alpha, 2)} (95% interval {number(row.alpha_low, 2)} to "
        f"{number(row.alpha_high, 2)})" for row in frame.itertuples()) + "."


def _duration(p, examined, sources):
    table = decisions_table(examined)
    limit = examined.section["statutory_days"]
    p.table("tbl-assessments-duration", title="How long assessments took, and what was decided",
            subtitle="Weekdays from start to completion of rated assessments, by decision, examined pilots",
            frame=table,
            columns=[label("decision", "Decision"), count("n", "Cases", total_of="all"),
                     score("median", "Median weekdays", decimals=0, base="n")],
            describe=describe_decisions, made_by=decisions_table, sources=sources, about_people=True,
            note="Bank holidays count as weekdays here, so that a few assessments look a day or two too long.")
    total = table[table["is_total"]].iloc[0]
    p.finding("assessments.duration.median", total["median"], unit="weekdays", decimals=0, n=total["n"],
              made_by=decisions_table, sources=sources, about_people=True)
    low, high = proportion_interval(total["within"], total["n"], level=examined.section["level"])
    p.finding("assessments.duration.within", total["percent"], unit="per cent", low=100 * low, high=100 * high,
              n=total["n"], numerator=min(total["within"], total["late"]), made_by=decisions_table, sources=sources,
              about_people=True)
    p.finding("assessments.duration.limit", limit, unit="working days", decimals=0, made_by=decisions_table,
              sources=sources)


def _agreement_findings(p, examined, frame, score_of, sources):
    alpha, classes = score_of.alpha, score_of.thoroughness
    shared = {"sources": sources, "about_people": True}
    n, marks = len(pairs(examined)), examined.section["alpha"]
    for name in ("kappa", "alpha", "ac"):
        p.finding(f"assessments.agreement.{name}", f"{number(frame[name].min(), 2)} to {number(frame[name].max(), 2)}",
                  unit="text", n=n, made_by=strand.domain_agreement, **shared)
    p.finding("assessments.agreement.spanning", f"{_spanning(frame, marks)} of {len(frame)}", unit="text", n=n,
              made_by=strand.domain_agreement, **shared)
    p.finding("assessments.agreement.score", alpha.estimate, unit="ratio", decimals=2, low=alpha.low, high=alpha.high,
              n=alpha.n_units, made_by=strand.score_agreement, **shared)
    one = classes.of("1,1")
    p.finding("assessments.agreement.icc", one.estimate, unit="ratio", decimals=2, low=one.low, high=one.high,
              n=classes.n_units, made_by=strand.score_agreement, **shared)
    allows = ("firm conclusions" if alpha.low >= marks["good"] else "tentative conclusions"
              if alpha.low >= marks["tentative"] else "no conclusion without doubt about the ratings")
    p.finding("assessments.agreement.allows", allows, unit="text", made_by=strand.score_agreement, **shared)
    p.finding("assessments.agreement.severity", strand.severity_spread(examined), unit="points", decimals=2,
              made_by=strand.severity_spread, **shared)


def _spanning(frame, marks):
    return int(((frame["alpha_low"] < marks["tentative"]) & (frame["alpha_high"] > marks["good"])).sum())
