"""Shares of sources that hold each theme, and their change between the waves."""

from __future__ import annotations

from analysis.exhibits.deep_dives_parts.context import ALL_SUPPRESSED, PLACE, number
from analysis.publish import count, label, share, style, words
from analysis.strands import deep_dives as strand


def prevalence(p, c):
    """Shares of sources by theme."""
    frame = c.named(c.found.prevalence).sort_values("share", ascending=False, ignore_index=True)
    p.figure(
        "fig-deep-dives-prevalence",
        title=lambda f: f"Most widely heard: {f['label'].iloc[0].lower()}",
        subtitle=f"Share of interviews and groups that hold each theme, per cent with 95% interval; {PLACE}",
        frame=frame,
        columns=[
            label("label", "Theme"),
            count("held", "Hold the theme"),
            count("n", "Interviews and groups"),
            share("share", "Share (%)", numerator="held", denominator="n"),
            share("low", "Lower bound", numerator="held", denominator="n"),
            share("high", "Upper bound", numerator="held", denominator="n"),
        ],
        draw=lambda f: style.interval_plot(
            f.dropna(subset=["share"]),
            label="label",
            value="share",
            low="low",
            high="high",
            zero=None,
            xlabel="Per cent of interviews and groups",
        ),
        describe=_describe_shares,
        made_by=strand.prevalence,
        sources=[c.segments],
        about_people=True,
        note="Wilson's interval. Interviews in one site resemble each other, which the interval leaves out.",
    )
    _share_findings(p, c)


def _share_findings(p, c):
    for key in ("leadership", "training"):
        row = c.found.prevalence.set_index("theme").loc[c.rules[f"{key}_theme"]]
        p.finding(
            f"deep_dives.{key}.share",
            row["share"],
            unit="per cent",
            low=row["low"],
            high=row["high"],
            n=row["n"],
            numerator=row["held"],
            made_by=strand.prevalence,
            sources=[c.segments],
            about_people=True,
        )


def _describe_shares(frame):
    shown = frame.dropna(subset=["share"])
    if shown.empty:
        return ALL_SUPPRESSED
    first, last = shown.iloc[0], shown.iloc[-1]
    return (
        f"Dot plot with intervals, {len(shown)} themes by share of interviews and groups, highest first: from "
        f"{first['label'].lower()}, {words.number(first['share'])}% (95% interval "
        f"{words.interval(first['low'], first['high'])}), to {last['label'].lower()}, {words.number(last['share'])}% "
        f"({words.interval(last['low'], last['high'])})."
    )


def change(p, c):
    """Change of shares between the waves."""
    frame = c.named(c.found.change).sort_values("change", ascending=False, ignore_index=True)
    made = dict(made_by=strand.wave_change, sources=[c.segments], about_people=True)
    passes = dict(numerator="held_last", denominator="held_first")
    p.figure(
        "fig-deep-dives-change",
        title=_change_title,
        subtitle="Change from wave 1 to wave 2 in the share that hold each theme, percentage points with 95% interval; "
        + PLACE,
        frame=frame,
        columns=[
            label("label", "Theme"),
            share("first", "Wave 1 (%)", numerator="held_first", denominator="n_first"),
            share("last", "Wave 2 (%)", numerator="held_last", denominator="n_last"),
            share("change", "Change (percentage points)", **passes),
            share("low", "Lower bound", **passes),
            share("high", "Upper bound", **passes),
        ],
        draw=lambda f: style.interval_plot(
            f.dropna(subset=["change"]),
            label="label",
            value="change",
            low="low",
            high="high",
            xlabel="Percentage points",
        ),
        describe=_describe_change,
        note="Newcombe's interval for two independent proportions.",
        **made,
    )
    _change_findings(p, c, made)


def _change_findings(p, c, made):
    frame = c.found.change
    clear = frame[(frame["low"] > 0) | (frame["high"] < 0)]
    number(p, "deep_dives.change.clear", len(clear), n=len(frame), made_by=strand.wave_change, sources=[c.segments])
    p.finding(
        "deep_dives.change.by_chance",
        0.05 * len(frame),
        unit="count",
        decimals=1,
        made_by=strand.wave_change,
        sources=[c.segments],
    )
    for key in ("ownership", "training"):
        row = frame.set_index("theme").loc[c.rules[f"{key}_theme"]]
        p.finding(
            f"deep_dives.{key}.change",
            row["change"],
            unit="percentage points",
            low=row["low"],
            high=row["high"],
            n=row["n_first"] + row["n_last"],
            numerator=min(row["held_first"], row["held_last"]),
            **made,
        )
        p.finding(
            f"deep_dives.{key}.direction",
            _direction(row["low"], row["high"]),
            unit="text",
            **{**made, "about_people": False},
        )


def _direction(low, high) -> str:
    if low > 0:
        return "more widely held in the second wave"
    if high < 0:
        return "less widely held in the second wave"
    return "not clearly more or less widely held in the second wave"


def _change_title(frame):
    shown = frame.dropna(subset=["change"])
    clear = int(((shown["low"] > 0) | (shown["high"] < 0)).sum())
    return f"{clear} of {len(shown)} themes changed clearly between the waves"


def _describe_change(frame):
    shown = frame.dropna(subset=["change"])
    if shown.empty:
        return ALL_SUPPRESSED
    up, down = shown.iloc[0], shown.iloc[-1]
    clear = int(((shown["low"] > 0) | (shown["high"] < 0)).sum())
    return (
        f"Dot plot with intervals around a line at zero, {len(shown)} themes. The largest rise is "
        f"{up['label'].lower()}, {words.number(up['change'])} percentage points "
        f"({words.interval(up['low'], up['high'])}); the largest fall {down['label'].lower()}, "
        f"{words.number(down['change'])} ({words.interval(down['low'], down['high'])}). "
        f"The interval leaves out zero for {clear} themes."
    )
