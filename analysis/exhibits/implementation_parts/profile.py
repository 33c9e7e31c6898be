"""How far the sites went: profile by site, progress, change."""

from __future__ import annotations

from functools import partial

from analysis.exhibits.deep_dives_parts.context import number
from analysis.exhibits.drawings import deep_dives as drawings
from analysis.exhibits.implementation_parts.context import RATED
from analysis.publish import estimate, label, style, words
from analysis.strands import implementation as strand


def dumbbell(p, c):
    """Sites' own ratings beside the evaluators'."""
    frame = c.profile.assign(label=[f"Site {row.site}, wave {row.wave}" for row in c.profile.itertuples()])
    p.figure(
        "fig-implementation-dumbbell",
        title=_dumbbell_title,
        subtitle=f"Mean rating over items, {c.instrument.lowest} (not started) to {c.instrument.highest} (embedded), "
        f"by the site and by the evaluator; {RATED}",
        frame=frame,
        columns=[
            label("label", "Site and wave"),
            estimate("items", "Items", decimals=0),
            estimate("self", "Site's own rating"),
            estimate("evaluator", "Evaluator's rating"),
            estimate("gap", "Difference (points)"),
            estimate("low", "Lower bound"),
            estimate("high", "Upper bound"),
        ],
        draw=partial(
            drawings.dumbbell,
            label="label",
            first="evaluator",
            second="self",
            names=("Evaluator", "Site"),
            lowest=c.instrument.lowest,
            highest=c.instrument.highest,
            xlabel="Mean rating",
        ),
        describe=_describe_dumbbell,
        note="Interval of the difference: Student's t over items, each paired with itself.",
        **c.made,
    )
    _gap_findings(p, c)


def _gap_findings(p, c):
    for row in strand.overall_gap(c.ratings.frame).itertuples():
        p.finding(
            f"implementation.gap.wave{row.wave}",
            row.gap,
            unit="points",
            decimals=2,
            low=row.low,
            high=row.high,
            n=row.sites,
            n_pilots=row.sites,
            made_by=strand.overall_gap,
            sources=[c.ratings],
        )
    last = c.profile[c.profile["wave"] == c.profile["wave"].max()]
    higher = int((last["low"] > 0).sum())
    number(p, "implementation.gap.sites_higher", higher, n_pilots=len(last), **c.made)
    number(p, "implementation.items.number", len(c.instrument.items), **c.made)
    number(p, "implementation.sites.number", len(c.sites), **c.made)
    p.finding(
        "implementation.gap.direction",
        _gap_words(strand.overall_gap(c.ratings.frame).iloc[-1]),
        unit="text",
        made_by=strand.overall_gap,
        sources=[c.ratings],
    )


def _gap_words(row) -> str:
    if row["low"] > 0:
        return "sites rated themselves above the evaluators"
    if row["high"] < 0:
        return "sites rated themselves below the evaluators"
    return "sites and evaluators did not differ by more than chance would explain"


def _dumbbell_title(frame):
    above = int((frame["gap"] > 0).sum())
    return f"Sites rate themselves higher in {above} of {len(frame)} comparisons"


def _describe_dumbbell(frame):
    widest, closest = frame.loc[frame["gap"].abs().idxmax()], frame.loc[frame["gap"].abs().idxmin()]
    return (
        f"Dumbbell chart of {len(frame)} site and wave pairs: a filled circle for the evaluator's mean, an open square "
        f"for the site's own, joined by a line. Means of evaluators run from {frame['evaluator'].min():.2f} to "
        f"{frame['evaluator'].max():.2f}, of sites from {frame['self'].min():.2f} to {frame['self'].max():.2f}. The "
        f"difference is largest for {widest['label']} ({words.number(widest['gap'], 2)} points, 95% interval "
        f"{words.interval(widest['low'], widest['high'], decimals=2)}) and smallest for {closest['label']} "
        f"({words.number(closest['gap'], 2)})."
    )


def progress(p, c):
    """Progress by site and wave."""
    frame = c.profile.assign(label=[f"Site {row.site}, wave {row.wave}" for row in c.profile.itertuples()])
    p.table(
        "tbl-implementation-progress",
        title=_progress_title,
        subtitle="Mean ratings and share of items that the evaluator rates "
        f"{c.rules['self_profiling']['in_place']} or more; {RATED}",
        frame=frame,
        columns=[
            label("label", "Site and wave"),
            estimate("evaluator", "Evaluator (mean)"),
            estimate("self", "Site (mean)"),
            estimate("in_place", "Items in place or embedded (%)", decimals=0),
        ],
        describe=_describe_progress,
        **c.made,
    )
    rated = c.ratings.frame.dropna(subset=["evaluator_rating"])
    for wave, part in rated.groupby("wave"):
        share = 100 * float((part["evaluator_rating"] >= c.rules["self_profiling"]["in_place"]).mean())
        p.finding(f"implementation.in_place.wave{wave}", share, unit="per cent", n=len(part), **c.made)
    p.finding(
        "implementation.rated.share",
        100 * len(rated) / len(c.ratings.frame),
        unit="per cent",
        n=len(c.ratings.frame),
        **c.made,
    )


def _progress_title(frame):
    best = frame.loc[frame["in_place"].idxmax()]
    return f"{best['label']}: {best['in_place']:.0f}% of items in place"


def _describe_progress(frame):
    best, least = frame.loc[frame["in_place"].idxmax()], frame.loc[frame["in_place"].idxmin()]
    return (
        f"Table of {len(frame)} rows, a site and wave each. The share of items that evaluators found in place or "
        f"embedded runs from {least['in_place']:.0f}% ({least['label']}) to {best['in_place']:.0f}% ({best['label']})."
    )


def change(p, c):
    """Change of ratings between the waves."""
    frame = strand.site_change(c.ratings.frame, "evaluator").assign(label=lambda f: "Site " + f["site"])
    frame = frame.sort_values("change", ascending=False, ignore_index=True)
    made = dict(made_by=strand.site_change, sources=[c.ratings])
    p.figure(
        "fig-implementation-change",
        title=_change_title,
        subtitle="Change of the evaluator's mean rating from wave 1 to wave 2, points with 95% interval, items paired; "
        "five deep dive sites",
        frame=frame,
        columns=[
            label("label", "Site"),
            estimate("items", "Items", decimals=0),
            estimate("change", "Change (points)"),
            estimate("low", "Lower bound"),
            estimate("high", "Upper bound"),
        ],
        draw=lambda f: style.interval_plot(f, label="label", value="change", low="low", high="high", xlabel="Points"),
        describe=_describe_change,
        note="The interval says how far the items agree, not how sure one rater is.",
        **made,
    )
    _change_findings(p, c, frame, made)


def _change_findings(p, c, frame, made):
    clear = frame[frame["low"] > 0]
    number(p, "implementation.change.sites_up", len(clear), n_pilots=len(frame), **made)
    top = frame.iloc[0]
    p.finding(
        "implementation.change.most",
        top["change"],
        unit="points",
        decimals=2,
        low=top["low"],
        high=top["high"],
        n=top["items"],
        n_pilots=1,
        **made,
    )
    p.finding("implementation.change.where", f"site {top['site']}", unit="text", **made)
    for rater in strand.RATERS:
        found = strand.overall_change(c.ratings.frame, rater)
        p.finding(
            f"implementation.change.{rater}",
            found.mean,
            unit="points",
            decimals=2,
            low=found.low,
            high=found.high,
            n=found.n,
            n_pilots=found.n,
            made_by=strand.overall_change,
            sources=[c.ratings],
        )


def _change_title(frame):
    up = int((frame["low"] > 0).sum())
    return f"{up} of {len(frame)} sites clearly higher in the second wave"


def _describe_change(frame):
    parts = "; ".join(
        f"{row.label} {words.number(row.change, 2)} ({words.interval(row.low, row.high, decimals=2)})"
        for row in frame.itertuples()
    )
    return f"Dot plot with intervals around a line at zero, largest change first, in points with 95% interval: {parts}."
