"""The instrument and its ratings: items, scale, distribution, aspects of fidelity."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.methods.agreement import krippendorff_alpha
from analysis.publish import estimate, label, style, text_column
from analysis.sources.qualitative_instruments import self_profiling
from analysis.strands import implementation as strand


def ratings(p, c):
    """How ratings are distributed, and how far sites and evaluators agree."""
    values = sorted(c.instrument.scale)
    names = {f"r{value}": f"{value} {c.instrument.scale[value]['label']}" for value in values}
    frame = strand.distribution(c.ratings.frame, c.instrument)
    raters = {"self": "Sites", "evaluator": "Evaluators"}
    frame["label"] = [f"{raters[row.rater]}, wave {row.wave} (n={row.n})" for row in frame.itertuples()]
    middle = len(values) // 2
    made = dict(made_by=strand.distribution, sources=[c.ratings])
    p.figure(
        "fig-implementation-ratings",
        title="Ratings of sites and of evaluators, both waves",
        subtitle="Share of item ratings with each value, per cent; five deep dive sites",
        frame=frame,
        columns=[
            label("label", "Rater and wave"),
            estimate("n", "Ratings", decimals=0),
            *(estimate(name, f"{title} (%)", decimals=1) for name, title in names.items()),
        ],
        draw=lambda f: style.diverging_bars(
            f,
            label="label",
            negative=list(names)[:middle],
            neutral=list(names)[middle],
            positive=list(names)[middle + 1 :],
            names=names,
            xlabel="Per cent of ratings",
        ),
        describe=partial(_describe_ratings, top=list(names)[middle + 1 :]),
        **made,
    )
    _agreement_finding(p, c)


def _agreement_finding(p, c):
    both = strand.complete(c.ratings.frame)[list(strand.RATERS.values())].to_numpy(dtype=float)
    found = krippendorff_alpha(
        both, metric="ordinal", rng=p.design.rng("implementation.agreement"), draws=c.rules["agreement"]["draws"]
    )
    p.finding(
        "implementation.agreement.alpha",
        found.estimate,
        unit="ratio",
        decimals=2,
        low=found.low,
        high=found.high,
        n=found.n_units,
        made_by=krippendorff_alpha,
        sources=[c.ratings],
    )


def _describe_ratings(frame, top):
    high = frame.assign(high=frame[top].sum(axis=1))
    parts = "; ".join(f"{row.label}: {row.high:.0f}%" for row in high.itertuples())
    return (
        "Diverging stacked bars, one for each rater and wave, the middle value in the middle. Share of ratings above "
        f"the middle value: {parts}."
    )


def aspects(p, c):
    """Ratings by aspect of fidelity."""
    frame = strand.aspect_profile(c.ratings.frame, c.instrument)
    frame["label"] = [f"{c.instrument.aspects[row.aspect]['label']}, wave {row.wave}" for row in frame.itertuples()]
    frame["definition"] = [c.instrument.aspects[aspect]["definition"] for aspect in frame["aspect"]]
    made = dict(made_by=strand.aspect_profile, sources=[c.ratings])
    p.table(
        "tbl-implementation-aspects",
        title=_aspects_title,
        subtitle="Evaluators' mean rating by aspect of fidelity and wave, with 95% interval, sites as units; five deep "
        "dive sites",
        frame=frame,
        columns=[
            label("label", "Aspect and wave"),
            text_column("definition", "Meaning"),
            estimate("mean", "Mean"),
            estimate("low", "Lower bound"),
            estimate("high", "Upper bound"),
        ],
        describe=_describe_aspects,
        **made,
    )
    last = frame[frame["wave"] == frame["wave"].max()]
    for pick, key in ((last["mean"].idxmax(), "highest"), (last["mean"].idxmin(), "lowest")):
        p.finding(
            f"implementation.aspects.{key}",
            c.instrument.aspects[last.loc[pick, "aspect"]]["label"].lower(),
            unit="text",
            **made,
        )


def _aspects_title(frame):
    last = frame[frame["wave"] == frame["wave"].max()]
    highest, lowest = (last.loc[pick, "label"].split(",")[0] for pick in (last["mean"].idxmax(), last["mean"].idxmin()))
    return f"{highest} rated highest, {lowest.lower()} lowest in wave {last['wave'].iloc[0]}"


def _describe_aspects(frame):
    parts = "; ".join(
        f"{row.label.lower()}: {row.mean:.2f} ({row.low:.2f} to {row.high:.2f})" for row in frame.itertuples()
    )
    return f"Table of {len(frame)} means with 95% intervals: {parts}."


def instrument(p, c):
    """The instrument and its scale."""
    frame = pd.DataFrame(
        [
            {"label": item.label, "statement": item.statement, "aspect": c.instrument.aspects[item.aspect]["label"]}
            for item in c.instrument.items
        ]
    )
    made = dict(made_by=self_profiling, sources=[c.ratings])
    p.table(
        "tbl-implementation-instrument",
        title=f"The {len(frame)} items of the self-profiling instrument",
        subtitle=f"Statements by aspect of fidelity. Question: {c.instrument.question}",
        frame=frame,
        columns=[label("label", "Item"), text_column("statement", "Statement"), text_column("aspect", "Aspect")],
        describe=lambda f: (
            f"Table of {len(f)} statements in {f['aspect'].nunique()} aspects: "
            f"{', '.join(f['aspect'].unique()).lower()}."
        ),
        note="In this project's words, after the purpose of the original's instrument.",
        **made,
    )
    scale = pd.DataFrame(
        [
            {"label": f"{value} {c.instrument.scale[value]['label']}", "anchor": c.instrument.scale[value]["anchor"]}
            for value in sorted(c.instrument.scale)
        ]
    )
    p.table(
        "tbl-implementation-scale",
        title="The rating scale and its anchors",
        subtitle="Values of the scale, for sites and evaluators alike",
        frame=scale,
        columns=[label("label", "Rating"), text_column("anchor", "Anchor")],
        describe=lambda f: f"Table of {len(f)} ratings from {f['label'].iloc[0]} to {f['label'].iloc[-1]}.",
        **made,
    )


def items(p, c):
    """Ratings by item."""
    found = strand.item_ratings(c.ratings.frame, c.instrument)
    wide = found.pivot(index="item", columns="wave", values=list(strand.RATERS)).reindex(
        [item.item for item in c.instrument.items]
    )
    waves = sorted(found["wave"].unique())
    frame = pd.DataFrame(
        {f"{rater}_{wave}": wide[rater, wave] for rater in strand.RATERS for wave in waves}
    ).reset_index()
    frame["label"] = frame["item"].map({item.item: item.label for item in c.instrument.items})
    names = {"self": "Sites", "evaluator": "Evaluators"}
    p.table(
        "tbl-implementation-items",
        title="Ratings of each item, both waves",
        subtitle="Median rating over the five deep dive sites, by rater and wave",
        frame=frame,
        columns=[
            label("label", "Item"),
            *(
                estimate(f"{rater}_{wave}", f"{names[rater]}, wave {wave}", decimals=1)
                for rater in strand.RATERS
                for wave in waves
            ),
        ],
        describe=partial(_describe_items, last=waves[-1]),
        made_by=strand.item_ratings,
        sources=[c.ratings],
    )


def _describe_items(frame, last):
    column = frame[f"evaluator_{last}"]
    return (
        f"Table of {len(frame)} items. In wave {last} evaluators' medians run from {column.min():.1f} "
        f"({frame.loc[column.idxmin(), 'label'].lower()}) to {column.max():.1f} "
        f"({frame.loc[column.idxmax(), 'label'].lower()})."
    )
