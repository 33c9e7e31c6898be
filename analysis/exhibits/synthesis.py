"""What the strands say together: joint display, EMMIE, lessons, comparison with the original, planted truths."""

from __future__ import annotations

from analysis.exhibits.together.coders import publish_coders
from analysis.exhibits.together.displays import publish_display, summary
from analysis.exhibits.together.evidence import publish_comparison, publish_emmie, publish_lessons
from analysis.exhibits.together.planted import publish_planted
from analysis.exhibits.together.themes import publish_themes
from analysis.publish import Publisher
from analysis.strands.synthesis import mixed

DATASETS = ("practice_features", "lessons", "published_comparison", "planted_recovered", "emmie", "coded_segments",
            "summary_outcomes", "convergence_coding")
BUNDLES = ("published", "deep_dives", "implementation", "survey", "assessments", "contrast_study", "national_data",
           "difference_in_differences", "costs", "strength")


def publish(p: Publisher) -> None:
    """All exhibits and findings of the synthesis."""
    publish_themes(p)
    codes, coded = {}, []
    for kind, id, subtitle in (
            ("feature", "tbl-synthesis-features", "Seven practice features by strand, with a convergence code"),
            ("outcome", "tbl-synthesis-outcomes", "Seven outcomes by strand, with a convergence code")):
        frame, rows = publish_display(p, kind, id, subtitle)
        coded += rows
        codes[kind] = _summary(p, kind, frame)
    p.finding("synthesis.codes.phrase", together(codes["outcome"].text, codes["feature"].text), unit="text",
              made_by=together, sources=list(codes.values()))
    publish_coders(p, coded)
    publish_emmie(p)
    publish_comparison(p)
    publish_lessons(p)
    publish_planted(p)


def together(outcomes: str, features: str) -> str:
    """What the codes of both displays say, once where they say the same."""
    return outcomes if outcomes == features else f"{outcomes}; {features}"


def _summary(p, kind, frame):
    """The counts of codes as a phrase: from the findings read, or, where those are mixed, saying only that."""
    register = p.load("practice_features")
    keys = register.frame.loc[register.frame["kind"] == kind, "finding"].dropna()
    findings = [found for found in (p.look_up(key) for key in keys) if found is not None]
    text, sources = summary(frame, kind), [register, *findings]
    if mixed(found.status for found in findings):
        text, sources = "synthetic and real results stand side by side, each row with its code", [register]
    return p.finding(f"synthesis.{kind}s.codes", text, unit="text", made_by=summary, sources=sources)
