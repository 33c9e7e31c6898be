"""What agreement of this size, and so many cases, allow one to conclude."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.assessments_parts.association import unit_above
from analysis.publish import Publisher, estimate, label, style, text_column
from analysis.publish.words import number
from analysis.strands.assessments import allows as strand
from analysis.strands.assessments.agreement import ScoreAgreement
from analysis.strands.assessments.association import Association, verdict
from analysis.strands.assessments.cases import Examined


def publish_allowed(p: Publisher, examined: Examined, score_of: ScoreAgreement, found: Association, sources) -> None:
    """The table of what agreement allows, the curve of detectable correlations, and their findings."""
    correction = strand.corrected(examined, score_of, p.design.rng("assessments.corrected"))
    frame = strand.allowed(examined, score_of, correction)
    p.table("tbl-assessments-allows", title=partial(allows_title, examined=examined),
            subtitle="Agreement on the thoroughness score and what follows from it, 95% intervals", frame=frame,
            columns=[label("question", "Question"), estimate("value", "Value"), estimate("low", "95% interval, lower"),
                     estimate("high", "95% interval, upper"), text_column("reading", "What it says")],
            describe=describe_allowed, made_by=strand.allowed, sources=sources,
            note="Intervals of the last two rows: bootstrap over cases within pilots. The others that have none follow "
                 "from values above them.")
    _detectable(p, examined, score_of.attenuation, sources)
    _findings(p, examined, score_of, correction, frame.set_index("question")["value"], sources)
    _detectable_findings(p, examined, score_of.attenuation, found, sources)


def allows_title(frame: pd.DataFrame, examined: Examined) -> str:
    """Headline: what the lower bound of alpha allows."""
    text = strand.reading(frame["low"].iloc[0], examined.section["alpha"])
    return ("Agreement on the score leaves conclusions in doubt" if text == strand.DOUBT
            else f"Agreement on the score allows {text}")


def describe_allowed(frame: pd.DataFrame) -> str:
    """The answers in words."""
    return f"A table of {len(frame)} questions. " + "; ".join(
        f"{row.question}: {number(row.value, 2)}" for row in frame.itertuples() if pd.notna(row.value)) + "."


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
    unit_above(ax, "Detectable correlation")
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


def _findings(p, examined, score_of, correction, values, sources):
    shared = {"made_by": strand.allowed, "sources": sources}
    p.finding("assessments.agreement.allows", strand.reading(score_of.alpha.low, examined.section["alpha"]),
              unit="text", n=score_of.alpha.n_units, about_people=True, **shared)
    for key, start, decimals in (("case_difference", "Difference of two cases", 2),
                                 ("pilot_difference", "Difference of two pilots", 2)):
        value = values[values.index.str.startswith(start)].iloc[0]
        p.finding(f"assessments.allows.{key}", value, unit="points", decimals=decimals, **shared)
    one = score_of.thoroughness.of("1,1").estimate
    p.finding("assessments.allows.raters", raters_words(strand.raters_for(one, examined.section["alpha"]["good"])),
              unit="text", made_by=strand.raters_for, sources=sources)
    fact = {"made_by": strand.corrected, "sources": sources, "unit": "correlation", "decimals": 2}
    p.finding("assessments.allows.corrected", correction.estimate, low=correction.low, high=correction.high,
              n=len(examined.cases), about_people=True, **fact)
    p.finding("assessments.allows.factor", correction.factor, low=correction.factor_low, high=correction.factor_high,
              n=score_of.thoroughness.n_units, about_people=True, **{**fact, "unit": "ratio"})


def raters_words(number_of: float) -> str:
    """How many raters a case would need, in words."""
    if pd.isna(number_of):
        return "no number of raters can be named, because one rating has no reliability"
    return "one rater is enough" if number_of <= 1 else f"{number(number_of, 0)} raters are needed"


def _detectable_findings(p, examined, attenuation, found, sources):
    p.finding("assessments.detectable", found.detectable, unit="correlation", decimals=2, made_by=strand.curve,
              sources=sources)
    true = found.detectable / max(attenuation, 1e-9)
    p.finding("assessments.detectable_true", true if true <= 1 else "no correlation at all", made_by=strand.curve,
              unit="correlation" if true <= 1 else "text", decimals=2, sources=sources)
    p.finding("assessments.smallest_correlation", examined.section["smallest_correlation"], unit="correlation",
              decimals=2, made_by=verdict, sources=sources)
    p.finding("assessments.cases_needed", strand.cases_needed(examined), unit="count", decimals=0,
              made_by=strand.cases_needed, sources=sources)
