"""Days in care by authority, from the episodes of the child-level extract."""

from __future__ import annotations

import numpy as np

from analysis.publish import Publisher, estimate, label, style, words
from analysis.strands.national_data.days_in_care import days_in_care
from analysis.strands.national_data.effects import estimate_effect

DATASETS = ("looked_after_episodes", "matched_groups")
BUNDLES = ()
LINES = {"pilots": ("Pilots", style.BLUE, "-", "o"), "comparators": ("Comparators", style.ORANGE, (0, (5, 2)), "s")}


def publish(p: Publisher) -> None:
    """Publish the effect on days in care and the trends behind it."""
    sources = [p.load(name) for name in DATASETS]
    section = p.design.section("national_data")
    rule = p.design.section("disclosure")
    found = days_in_care(*(source.frame for source in sources), section, rule["threshold"], rule["dominance"])
    interval, effect = found.effect.interval, found.effect
    p.finding("national.days_in_care.effect", interval.estimate, unit="days", low=interval.low, high=interval.high,
              n=effect.n, n_authorities=effect.n_authorities, n_pilots=effect.n_pilots, decimals=1,
              made_by=estimate_effect, sources=sources)
    p.finding("national.days_in_care.before", effect.pilots_before, unit="days", decimals=1, made_by=estimate_effect,
              sources=sources)
    p.finding("national.days_in_care.mde", effect.detectable, unit="days", decimals=1, made_by=estimate_effect,
              sources=sources)
    p.finding("national.days_in_care.conclusion", conclusion(effect), unit="text", made_by=conclusion, sources=sources)
    first, last = section["days_in_care"]["years"]
    p.figure("fig-national-days-in-care", title=f"Days in care: {conclusion(effect)}", frame=found.means,
             subtitle="Mean days in care of children looked after at any time in the year, means of pilots and of "
                      f"matched comparators, year to 31 March, {first} to {last}",
             columns=[label("year", "Year (to 31 March)"), estimate("pilots", "Pilots, mean", decimals=1),
                      estimate("comparators", "Comparators, mean", decimals=1)],
             draw=lambda frame: _draw(frame, section["post_from"]), describe=lambda frame: _describe(frame, effect),
             made_by=days_in_care, sources=sources,
             note="Not published by authority: computed from episode records. Unweighted means over authorities. "
                  "Comparators are those of the matched groups. The vertical line divides before and after. The axis "
                  "does not begin at zero.")


def conclusion(effect) -> str:
    """The rule of the national data: an interval on one side of zero is evidence, any other is none."""
    low, high = effect.interval.low, effect.interval.high
    return "evidence of a rise" if low > 0 else "evidence of a fall" if high < 0 else "no evidence of an effect"


def _describe(frame, effect):
    moves = "; ".join(f"{name.lower()} from {words.number(frame[key].iloc[0])} to {words.number(frame[key].iloc[-1])}"
                      for key, (name, *_) in LINES.items())
    interval = effect.interval
    return (f"Line chart by year, days. From {frame['year'].iloc[0]} to {frame['year'].iloc[-1]}: {moves}. The effect "
            f"for {effect.n_pilots} pilots is {words.number(interval.estimate)} days (95% confidence interval "
            f"{words.interval(interval.low, interval.high)}): {conclusion(effect)}.")


def _draw(frame, post_from):
    figure, ax = style.axes(height=3.5, width=4.8)
    years, ends = frame["year"].astype(int).to_numpy(), []
    ax.axvline(post_from - 0.5, color=style.GREY, linewidth=1)
    for name, (text, colour, dash, marker) in LINES.items():
        ax.plot(years, frame[name].astype(float), color=colour, linestyle=dash, marker=marker, markersize=5)
        ends.append((float(years[-1]), float(frame[name].iloc[-1]), text, colour))
    values = frame[list(LINES)].to_numpy(float)
    wide = np.ptp(values)
    ax.set_ylim(max(0, values.min() - 0.3 * wide), values.max() + 0.3 * wide)
    ax.set_xticks(years)
    ax.set_title("Days a child", loc="left", fontweight="normal")
    style.end_labels(ax, ends)
    return figure
