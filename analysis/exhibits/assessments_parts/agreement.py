"""Agreement of raters, their reliability and their severity."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.errors import DataError
from analysis.publish import Publisher, count, estimate, label, score, style, text_column
from analysis.publish.words import number
from analysis.strands.assessments import agreement as strand
from analysis.strands.assessments.allows import DOUBT, FIRM, TENTATIVE, reading
from analysis.strands.assessments.cases import Examined, pairs

COEFFICIENTS = (("kappa", "Weighted kappa"), ("alpha", "Alpha"), ("ac", "AC2"))
SHORT = {FIRM: "firm", TENTATIVE: "tentative", DOUBT: "in doubt"}
PARTS = (("", "", "estimate"), ("_low", ", lower", "low"), ("_high", ", upper", "high"))


def publish_agreement(p: Publisher, examined: Examined, sources) -> strand.ScoreAgreement:
    """Agreement on every domain and on the score; returns the latter."""
    domains = strand.domain_agreement(examined, p.design.rng("assessments.agreement"))
    score_of = strand.score_agreement(examined, p.design.rng("assessments.score_agreement"))
    frame, marks = agreement_table(domains, examined.section["alpha"]), examined.section["alpha"]
    shared = {"frame": frame, "made_by": strand.domain_agreement, "sources": sources}
    p.table("tbl-assessments-agreement", title=partial(agreement_title, good=marks["good"]),
            subtitle="Agreement of two raters by domain, cases rated twice, 95% intervals",
            columns=[label("domain", "Domain"), count("n", "Cases"),
                     score("exact", "Same rating (%)", decimals=0, base="n"),
                     score("within_one", "Within one point (%)", decimals=0, base="n"),
                     *(estimate(f"{name}{part}", f"{title}{suffix}") for name, title in COEFFICIENTS
                       for part, suffix, _ in PARTS), text_column("allows", "By itself")],
            describe=describe_agreement, about_people=True, **shared,
            note=partial(agreement_note, marks=marks))
    p.figure("fig-assessments-agreement", title=partial(spanning_title, marks=marks),
             subtitle="Krippendorff's alpha (ordinal) by domain, cases rated twice, 95% intervals",
             columns=[label("domain", "Domain"), count("n", "Cases"), estimate("alpha", "Alpha"),
                      estimate("alpha_low", "95% interval, lower"), estimate("alpha_high", "95% interval, upper")],
             draw=partial(draw_agreement, marks=marks), describe=describe_agreement, about_people=True, **shared,
             note=f"Lines at {marks['tentative']} (tentative conclusions) and {marks['good']} (firm ones).")
    _reliability(p, examined, sources)
    _severity(p, examined, sources)
    _findings(p, examined, frame, score_of, sources)
    return score_of


def agreement_table(domains, marks) -> pd.DataFrame:
    """One row a domain; kappa and alpha empty where all ratings are the same."""
    rows = [{"domain": d.label, "n": d.kappa.n_units, "exact": d.exact, "within_one": d.within_one,
             **{f"{name}{part}": getattr(getattr(d, name), field) for name, _ in COEFFICIENTS
                for part, _, field in PARTS},
             "allows": SHORT[reading(d.alpha.low, marks)] if d.alpha.low == d.alpha.low else "not known"}
            for d in domains]
    table = pd.DataFrame(rows)
    for name in ("kappa", "alpha"):
        for part, _, _ in PARTS:
            table[f"{name}{part}__symbol"] = table[f"{name}{part}"].isna().map({True: "z", False: ""})
    return table


def agreement_note(frame: pd.DataFrame, marks) -> str:
    """How the coefficients were made, and what could not be."""
    text = ("Kappa and AC2 with quadratic weights, alpha ordinal with a bootstrap interval over cases. What a domain "
            f"allows by itself goes by the lower bound of alpha: firm conclusions from {marks['good']}, tentative ones "
            f"from {marks['tentative']}, else in doubt.")
    alike = frame.loc[frame["alpha"].isna(), "domain"]
    if len(alike):
        text += f" No kappa or alpha where both raters gave every case the same rating: {'; '.join(alike)}."
    return text


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
        f"{row.domain}: not defined, all ratings alike" if pd.isna(row.alpha) else
        f"{row.domain}: alpha {number(row.alpha, 2)} (95% interval {number(row.alpha_low, 2)} to "
        f"{number(row.alpha_high, 2)})" for row in frame.itertuples()) + "."


def describe_reliability(frame: pd.DataFrame) -> str:
    """Reliability in words."""
    return "Reliability of one rating and of the mean of two. " + "; ".join(
        f"{row.label}: {number(row.one, 2)} and {number(row.two, 2)}" for row in frame.itertuples()
        if pd.notna(row.one)) + "."


def draw_severity(frame: pd.DataFrame):
    """Severities with intervals, one row a rater."""
    return style.interval_plot(frame.assign(row=[f"Rater {name}" for name in frame["rater"]]), label="row",
                               value="severity", low="low", high="high", height=2.8,
                               xlabel="Severity, points of the score (right: lower marks)")


def describe_severity(frame: pd.DataFrame) -> str:
    """Severities in words."""
    return "Dots with intervals, one row for each rater. " + "; ".join(
        f"Rater {row.rater}: not estimable" if pd.isna(row.severity) else
        f"Rater {row.rater}: {number(row.severity, 2)} (95% interval {number(row.low, 2)} to {number(row.high, 2)})"
        for row in frame.itertuples()) + "."


def severity_title(frame: pd.DataFrame) -> str:
    """Headline: the severest and the mildest rater."""
    known = frame["severity"].dropna()
    if known.empty:
        return "Raters' severity cannot be estimated here"
    return f"Raters lie {known.max() - known.min():.1f} points apart at most"


def _reliability(p, examined, sources):
    p.table("tbl-assessments-reliability", title="How steady one rating is, and the mean of two",
            subtitle="Intraclass correlations and error of one rating, cases rated twice, 95% intervals",
            frame=strand.reliability(examined),
            columns=[label("label", "Rating"), count("n", "Cases"), score("error", "Error of one rating, points",
                                                                          base="n"),
                     *(estimate(f"{name}{part}", f"{title}{suffix}") for name, title in
                       (("one", "ICC(1,1)"), ("two", "ICC(1,2)")) for part, suffix, _ in PARTS)],
            describe=describe_reliability, made_by=strand.reliability, sources=sources, about_people=True,
            note="ICC(1,1): one rater. ICC(1,2): the mean of two. Error: standard error of measurement, in points of "
                 "the rating. An empty cell: all ratings are alike.")


def _severity(p, examined, sources):
    frame = strand.raters_table(examined)
    p.figure("fig-assessments-severity", title=severity_title,
             subtitle="Severity on the thoroughness score, cases held constant, 95% intervals", frame=frame,
             columns=[label("rater", "Rater"), count("ratings", "Ratings"), count("shared", "Of cases rated twice"),
                      estimate("severity", "Severity (points)"), estimate("low", "95% interval, lower"),
                      estimate("high", "95% interval, upper")],
             draw=draw_severity, describe=describe_severity, made_by=strand.raters_table, sources=sources,
             about_people=True, note="Against the mean of raters linked by shared cases; positive: lower marks for the "
                                     "same case. A rater without a shared case has no severity.")
    shared = {"made_by": strand.severity, "sources": sources}
    try:
        found = strand.severity(examined)
        spread, p_value, error, said = found.spread, found.p, found.error_sd, _severity_verdict(found, examined)
    except DataError:
        spread = p_value = error = None
        said = "no rater's severity can be estimated from these double ratings"
    p.finding("assessments.severity.spread", spread, unit="points", decimals=2, **shared)
    p.finding("assessments.severity.p", p_value, unit="probability", decimals=3, **shared)
    p.finding("assessments.severity.error", error, unit="points", decimals=2, **shared)
    p.finding("assessments.severity.verdict", said, unit="text", **shared)


def _severity_verdict(found, examined) -> str:
    text = ("evidence that raters differ in severity" if found.p < 1 - examined.section["level"]
            else "no evidence that raters differ in severity")
    return text if found.n_groups == 1 else f"{text}; raters are comparable only within {found.n_groups} groups"


def _findings(p, examined, frame, score_of, sources):
    alpha, classes = score_of.alpha, score_of.thoroughness
    shared = {"sources": sources, "about_people": True}
    n, marks = len(pairs(examined)), examined.section["alpha"]
    for name, _ in COEFFICIENTS:
        p.finding(f"assessments.agreement.{name}", f"{number(frame[name].min(), 2)} to {number(frame[name].max(), 2)}",
                  unit="text", n=n, made_by=strand.domain_agreement, **shared)
    p.finding("assessments.agreement.spanning", f"{_spanning(frame, marks)} of {len(frame)}", unit="text", n=n,
              made_by=strand.domain_agreement, **shared)
    p.finding("assessments.agreement.score", alpha.estimate, unit="ratio", decimals=2, low=alpha.low, high=alpha.high,
              n=alpha.n_units, made_by=strand.score_agreement, **shared)
    one = classes.of("1,1")
    p.finding("assessments.agreement.icc", one.estimate, unit="ratio", decimals=2, low=one.low, high=one.high,
              n=classes.n_units, made_by=strand.score_agreement, **shared)


def _spanning(frame, marks):
    return int(((frame["alpha_low"] < marks["tentative"]) & (frame["alpha_high"] > marks["good"])).sum())
