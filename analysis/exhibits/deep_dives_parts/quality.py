"""Agreement of coders, saturation, codebook and topic guides."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.exhibits.deep_dives_parts.context import PLACE, number
from analysis.exhibits.drawings import deep_dives as drawings
from analysis.publish import count, estimate, label, text_column, words
from analysis.sources.qualitative_instruments import codebook, topic_guides
from analysis.strands import deep_dives as strand


def agreement(p, c):
    """Agreement of the coders by theme."""
    rules = c.rules["agreement"]
    frame = c.named(c.found.agreement).sort_values("alpha", ascending=False, ignore_index=True)
    p.figure(
        "fig-deep-dives-agreement",
        title=lambda f: _agreement_title(f, rules["good"]),
        subtitle="Krippendorff's alpha of two coders before they agreed, with 95% interval, by theme; double-coded "
        "passages",
        frame=frame,
        columns=[
            label("label", "Theme"),
            count("passages", "Passages"),
            estimate("alpha", "Alpha"),
            estimate("low", "Lower bound"),
            estimate("high", "Upper bound"),
        ],
        draw=partial(drawings.agreement_plot, tentative=rules["tentative"], good=rules["good"]),
        describe=partial(_describe_agreement, rules=rules),
        made_by=strand.theme_agreement,
        sources=[c.segments],
        note=f"Dashed line: {rules['tentative']}, the least for tentative conclusions; line: {rules['good']}, the "
        "least to rely on. Interval from resampled passages, as if those of one interview were independent.",
    )
    _agreement_findings(p, c, frame)


def _agreement_findings(p, c, frame):
    rules, made = c.rules["agreement"], dict(made_by=strand.theme_agreement, sources=[c.segments])
    known = frame.dropna(subset=["alpha"])
    worst = known.iloc[-1]
    passages = int(worst["passages"])
    number(p, "deep_dives.agreement.passages", passages, **made)
    p.finding(
        "deep_dives.agreement.share", 100 * passages / int(c.found.people["passages"].sum()), unit="per cent", **made
    )
    p.finding("deep_dives.agreement.median", known["alpha"].median(), unit="ratio", decimals=2, n=passages, **made)
    p.finding(
        "deep_dives.agreement.lowest",
        worst["alpha"],
        unit="ratio",
        decimals=2,
        low=worst["low"],
        high=worst["high"],
        n=passages,
        **made,
    )
    p.finding("deep_dives.agreement.lowest_theme", worst["label"].lower(), unit="text", **made)
    number(p, "deep_dives.agreement.good", int((known["alpha"] >= rules["good"]).sum()), n=len(frame), **made)
    number(p, "deep_dives.agreement.below", int((known["alpha"] < rules["tentative"]).sum()), n=len(frame), **made)


def _agreement_title(frame, good):
    return f"Coders agree well on {int((frame['alpha'] >= good).sum())} of {len(frame)} themes"


def _describe_agreement(frame, rules):
    known = frame.dropna(subset=["alpha"])
    first, last = known.iloc[0], known.iloc[-1]
    return (
        f"Dot plot with intervals of alpha for {len(known)} themes, highest first, from {first['label'].lower()}, "
        f"{first['alpha']:.2f}, to {last['label'].lower()}, {last['alpha']:.2f} (95% interval {last['low']:.2f} to "
        f"{last['high']:.2f}). {int((known['alpha'] >= rules['good']).sum())} themes reach {rules['good']} and "
        f"{int((known['alpha'] < rules['tentative']).sum())} stay below {rules['tentative']}."
    )


def saturation(p, c):
    """Themes heard as sources add up."""
    found = c.found.saturation
    made = dict(made_by=strand.saturation, sources=[c.segments])
    whole = found.curve["low"] >= 100
    shown = found.curve[found.curve["sources"] <= found.curve.loc[whole, "sources"].iloc[0] + 5]
    p.figure(
        "fig-deep-dives-saturation",
        title=lambda f: f"{found.target:.0f}% of themes are heard after {found.needed} interviews or groups",
        subtitle=f"Mean share of themes heard by number of interviews and groups read, per cent; {PLACE}",
        frame=shown,
        columns=[
            label("sources", "Interviews and groups read"),
            estimate("share", "Themes heard (%)", decimals=1),
            estimate("low", "Lower (2.5% of orders)", decimals=1),
            estimate("high", "Upper (97.5% of orders)", decimals=1),
        ],
        draw=partial(drawings.saturation_curve, target=found.target),
        describe=lambda f: (
            f"Line that rises steeply and flattens: on average {f['share'].iloc[0]:.0f}% of themes are heard in "
            f"one interview or group, {found.target:.0f}% after {found.needed}. A band shows where 95% of "
            f"random orders lie; the picture ends at {len(f)} of {len(found.curve)}, when all orders have "
            "heard all themes."
        ),
        note="Says when no new code turned up, not whether another codebook would have found more.",
        **made,
    )
    p.finding("deep_dives.saturation.target", found.target, unit="per cent", decimals=0, **made)
    number(p, "deep_dives.saturation.needed", found.needed, n=len(found.curve), **made)


def codebook_table(p, c):
    """The codebook."""
    frame = pd.DataFrame(
        [
            {
                "group": c.book.groups[theme.group],
                "label": theme.label,
                "definition": theme.definition,
                "include": theme.include,
                "exclude": theme.exclude,
                "example": theme.example,
            }
            for theme in c.book.themes
        ]
    )
    p.table(
        "tbl-deep-dives-codebook",
        title=f"The {len(frame)} themes of the codebook",
        subtitle="Group, definition, what to include and exclude, and an example written for the codebook",
        frame=frame,
        columns=[
            label("label", "Theme"),
            text_column("group", "Group"),
            text_column("definition", "Definition"),
            text_column("include", "Include"),
            text_column("exclude", "Exclude"),
            text_column("example", "Example (synthetic)"),
        ],
        describe=lambda f: (
            f"Table of {len(f)} themes in {f['group'].nunique()} groups: "
            f"{', '.join(map(words.in_sentence, f['group'].unique()))}."
        ),
        note="Nobody said the examples. Passages without a theme carry a code of their own.",
        made_by=codebook,
        sources=[c.segments],
    )


def topic_guide_table(p, c):
    """The topic guides."""
    frame = pd.DataFrame(topic_guides())
    p.table(
        "tbl-deep-dives-topic-guides",
        title="What interviews and groups were asked about",
        subtitle="Questions of the topic guides by section, those asked, and probes",
        frame=frame,
        columns=[
            label("question", "Question"),
            text_column("section", "Section"),
            text_column("audience", "Asked of"),
            text_column("probes", "Probes"),
        ],
        describe=lambda f: (
            f"Table of {len(f)} questions in {f['section'].nunique()} sections, from {f['section'].iloc[0].lower()} to "
            f"{f['section'].iloc[-1].lower()}."
        ),
        note="In this project's words.",
        made_by=topic_guides,
        sources=[c.segments],
    )
