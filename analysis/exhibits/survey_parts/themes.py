"""Themes of the open question: shares by wave, the code frame, agreement of coders."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.survey_parts.base import with_base
from analysis.exhibits.survey_parts.drawing import paired_intervals
from analysis.publish import Publisher, count, estimate, label, share, text_column
from analysis.publish.words import in_sentence, number
from analysis.sources.survey_themes import theme_frame
from analysis.strands.survey import themes as strand
from analysis.strands.survey.prepared import Prepared


def publish_themes(p: Publisher, ready: Prepared, comments, sources) -> None:
    """Shares with intervals, and agreement by theme."""
    frame, every = theme_frame(), [comments, *sources]
    waves = dict(ready.section["waves"])
    shares = strand.theme_shares(comments.frame, ready.coded, frame.codes, ready.section["level"])
    shares = shares.assign(theme=shares["theme"].map(frame.labels), wave=shares["wave"].map(waves))
    p.figure("fig-survey-themes", title=title,
             subtitle="Share of comments that hold each theme, with 95% intervals, surveyed pilots, by wave",
             frame=shares.assign(base=[with_base(row.wave, row.n, ready.section["small_base"])
                                       for row in shares.itertuples()]),
             columns=[label("theme", "Theme"), label("base", "Wave"), count("n", "Comments"),
                      count("held", "With the theme", part_of="n"),
                      share("share", "Share (%)", numerator="held", denominator="n"),
                      estimate("low", "95% interval, lower", decimals=1),
                      estimate("high", "95% interval, upper", decimals=1)],
             draw=partial(paired_intervals, row="theme", series="base", value="share", low="low", high="high",
                          xlabel="Per cent of comments"),
             describe=describe, made_by=strand.theme_shares, sources=every, about_people=True,
             note="Unweighted: those who wrote a comment are no sample of the staff. Codes alone, no text.")
    agreement = agreement_table(p, comments, ready)
    p.table("tbl-survey-theme-agreement", title=agreement_title,
            subtitle="The code frame, and agreement of two coders on comments that both read, by theme",
            frame=agreement,
            columns=[label("theme", "Theme"), text_column("include", "Include"), text_column("exclude", "Exclude"),
                     count("n", "Comments coded twice"), estimate("alpha", "Alpha"), estimate("low", "Alpha, lower"),
                     estimate("high", "Alpha, upper"), estimate("ac", "AC1")],
            describe=describe_agreement, made_by=strand.theme_agreement, sources=every, about_people=True,
            note="Krippendorff's alpha with a bootstrap interval; Gwet's AC1, which a rare theme does not pull down.")
    first = comments.frame[comments.frame["coder"] == comments.frame["coder"].min()]
    p.finding("survey.comments.question", frame.question, unit="text", made_by=theme_frame, sources=[comments])
    p.finding("survey.comments.number", len(first), unit="count", decimals=0, n=len(first),
              made_by=strand.theme_shares, sources=every, about_people=True)
    lowest, highest = (number(end, 2) for end in (agreement["alpha"].min(), agreement["alpha"].max()))
    p.finding("survey.comments.alpha", f"{lowest} to {highest}", unit="text",
              made_by=strand.theme_agreement, sources=every)
    p.finding("survey.comments.sentence", sentence(shares), unit="text", made_by=sentence, sources=every)


def agreement_table(p: Publisher, comments, ready: Prepared) -> pd.DataFrame:
    """One row a theme: what falls under it, and the coders' agreement."""
    frame = theme_frame()
    found = strand.theme_agreement(comments.frame, frame.codes, p.design.rng("survey.themes"), ready.section)
    rows = []
    for theme, one in zip(frame.themes, found, strict=True):
        row = {"theme": theme.label, "include": theme.include, "exclude": theme.exclude, "n": one.n}
        if one.alpha is not None:
            row |= {"alpha": one.alpha.estimate, "low": one.alpha.low, "high": one.alpha.high, "ac": one.ac.estimate}
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=["theme", "include", "exclude", "n", "alpha", "low", "high", "ac"])


def title(frame: pd.DataFrame) -> str:
    """Headline: the most frequent theme over both waves."""
    held = frame.groupby("theme", sort=False)["held"].sum(min_count=1).astype(float)
    return f"Most comments hold: {in_sentence(held.idxmax())}"


def describe(frame: pd.DataFrame) -> str:
    """Shares in words."""
    parts = [f"{theme}: " + ", ".join(f"{row.base} {_percent(row.share)}" for row in rows.itertuples())
             for theme, rows in frame.groupby("theme", sort=False)]
    return f"Dots with 95% intervals, two for each theme. {'; '.join(parts)}."


def _percent(value) -> str:
    return "suppressed" if pd.isna(value) else f"{number(value, 0)}%"


def agreement_title(frame: pd.DataFrame) -> str:
    """Headline: the range of alpha."""
    return f"Alpha of two coders: {number(frame['alpha'].min(), 2)} to {number(frame['alpha'].max(), 2)}"


def describe_agreement(frame: pd.DataFrame) -> str:
    """Alpha by theme."""
    parts = [f"{row.theme}: {number(row.alpha, 2)}" if row.alpha == row.alpha else f"{row.theme}: never varies"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} themes. Alpha: {'; '.join(parts)}."


def sentence(shares: pd.DataFrame) -> str:
    """Themes whose intervals at the two waves do not meet, as a clause."""
    moved = []
    for theme, rows in shares.groupby("theme", sort=False):
        first, second = (rows.iloc[k] for k in (0, 1))
        if first["high"] < second["low"] or second["high"] < first["low"]:
            moved.append(f"{in_sentence(theme)} {'more' if second['share'] > first['share'] else 'less'} often")
    if not moved:
        return "no theme has intervals at the two waves that do not meet"
    return f"held at wave 2 with an interval apart from that of wave 1: {', '.join(moved)}"
