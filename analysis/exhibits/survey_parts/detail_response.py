"""Non-response by margins, the weights' distribution, and missing answers item by item."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.bases import flag_note, flagged
from analysis.exhibits.survey_parts.response import MARGIN_NAMES
from analysis.publish import Publisher, count, label, score, share, style
from analysis.publish.words import number
from analysis.sources.schemas.staff_survey import MARGINS
from analysis.strands.survey.answers import item_missing
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.response import response_rates
from analysis.strands.survey.weighting import weight_quantiles


def publish_detail_response(p: Publisher, ready: Prepared, sources) -> None:
    """Three exhibits on who and what is missing."""
    shared = {"sources": sources, "about_people": True}
    frame = flagged(nonresponse_frame(ready), "eligible", "group", p.design)
    p.table("tbl-survey-nonresponse", title=nonresponse_title,
            subtitle="AAPOR response rate 2 by role, service and sex, staff invited, surveyed pilots, both waves",
            frame=frame, columns=[label("wave", "Wave"), label("group", "Group"),
                                  count("eligible", "Invited and eligible", total_of="whole"),
                                  count("responded", "Answered", total_of="whole"),
                                  share("rr2", "Response rate (%)", numerator="responded", denominator="eligible"),
                                  score("rr2_low", "95% interval, lower", decimals=1, base="responded"),
                                  score("rr2_high", "95% interval, upper", decimals=1, base="responded")],
            describe=describe_nonresponse, made_by=response_rates,
            note="Returns that do not give the margin are left out, so that rates lie a little below those of a wave. "
                 + flag_note(p.design), **shared)
    _weights(p, ready, shared)
    items = flagged(item_missing(ready.returns, ready.form), "asked", "short", p.design)
    p.table("tbl-survey-item-missing", title=lambda f: f"Missing answers reach {f['missing_percent'].max():.1f}% "
            "of those asked", subtitle="Answers missing among those asked, item by item, usable returns, both waves",
            frame=items, columns=[label("item", "Item"), label("short", "In short"), count("asked", "Asked"),
                                  count("missing", "Missing", part_of="asked"),
                                  share("missing_percent", "Missing (%)", numerator="missing", denominator="asked")],
            describe=lambda f: f"A table of {len(f)} items with those asked and those without an answer, up to "
            f"{number(f['missing_percent'].max())}%.", made_by=item_missing,
            note="Prefer not to say and not applicable count as missing.",
            # Of answers that nobody gave, which say nothing about anybody; they follow from every item's n anyway.
            **{**shared, "about_people": False})


def nonresponse_frame(ready: Prepared) -> pd.DataFrame:
    """Response by wave and category of each margin."""
    waves, parts = dict(ready.section["waves"]), []
    for margin, categories in MARGINS.items():
        table = response_rates(ready.population, ready.coded[ready.coded[margin].isin(categories)],
                               ["wave", margin], level=ready.section["level"])
        parts.append(table.assign(group=f"{MARGIN_NAMES[margin]}: " + table[margin].str.lower(),
                                  wave=table["wave"].map(waves), whole=table["wave"] + margin))
    return pd.concat(parts, ignore_index=True).sort_values("wave", kind="stable", ignore_index=True)


def nonresponse_title(frame: pd.DataFrame) -> str:
    """Headline: lowest and highest rate."""
    return f"Response ran from {frame['rr2'].min():.0f}% to {frame['rr2'].max():.0f}% by group"


def describe_nonresponse(frame: pd.DataFrame) -> str:
    """The ends of each wave in words."""
    parts = []
    for wave, rows in frame[frame["rr2"].notna()].groupby("wave", sort=False):
        ends = rows.sort_values("rr2", kind="stable").iloc[[0, -1]].itertuples()
        parts += [f"{wave}, {word}: {row.group}, {number(row.rr2)}% of {number(row.eligible, 0)} (95% interval "
                  f"{number(row.rr2_low)} to {number(row.rr2_high)})"
                  for word, row in zip(("lowest", "highest"), ends, strict=True)]
    return "A table of response rates by group. " + "; ".join(parts) + "."


def _weights(p, ready, shared):
    quantiles = ready.section["weight_quantiles"]
    frame = weight_quantiles(ready.returns, quantiles)
    waves = dict(ready.section["waves"])
    frame["row"] = [f"Pilot {r.site}, {waves[r.wave].lower()} (n = {r.n})" for r in frame.itertuples()]
    frame = flagged(frame.sort_values(["site", "wave"], ignore_index=True), "n", "row", p.design)
    p.figure("fig-survey-weights", title=weights_title,
             subtitle="Raked weights, mean 1 in each pilot and wave: percentiles, surveyed pilots", frame=frame,
             columns=[label("row", "Group"), count("n", "n"),
                      *(score(f"q{100 * q:.0f}", f"{100 * q:.0f}th percentile", base="n") for q in quantiles)],
             draw=draw_weights, describe=describe_weights, made_by=weight_quantiles,
             note="Thick: the middle half of the weights; thin: the middle 80%; dot: the median. Extremes are not "
                  f"shown, being single people. {flag_note(p.design)}", **shared)


def draw_weights(frame: pd.DataFrame):
    """Percentiles of weights, one row a pilot and wave."""
    figure, ax = style.axes(height=1.2 + 0.46 * len(frame))
    places = np.arange(len(frame))[::-1]
    values = frame[["q10", "q25", "q50", "q75", "q90"]].to_numpy(dtype=float).T
    ax.axvline(1, color=style.GREY, linewidth=1)
    ax.hlines(places, values[0], values[4], color=style.BLUE, linewidth=1.6)
    ax.hlines(places, values[1], values[3], color=style.BLUE, linewidth=7)
    ax.plot(values[2], places, "o", color="white", markeredgecolor=style.BLUE, markersize=8)
    ax.set_yticks(places, style.wrapped(frame["row"], 30))
    ax.set_ylim(-0.6, len(frame) - 0.4)
    ax.set_xlabel("Weight (1 = mean of the pilot and wave)")
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    return figure


def weights_title(frame: pd.DataFrame) -> str:
    """Headline: the widest middle 80%."""
    wide = frame.loc[(frame["q90"] - frame["q10"]).astype(float).idxmax()]
    return f"Most weights lie within {wide['q10']:.1f} and {wide['q90']:.1f}"


def describe_weights(frame: pd.DataFrame) -> str:
    """Medians and tails in words."""
    return ("Lines and dots, one row for each pilot and wave, weight along the bottom. "
            f"Medians run from {number(frame['q50'].min(), 2)} to {number(frame['q50'].max(), 2)}, "
            f"10th percentiles from {number(frame['q10'].min(), 2)}, 90th percentiles up to "
            f"{number(frame['q90'].max(), 2)}.")
