"""Exhibits of comparators: how like the pilots each choice is, what it does to effects, the weights, single changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.exhibits.national.common import published
from analysis.publish import Publisher, count, estimate, label, style, text_column, words
from analysis.strands.national_data import NationalData
from analysis.strands.national_data.comparators import balance
from analysis.strands.national_data.detail import ALL, HEADLINE, Detail, choices_of
from analysis.strands.national_data.reorganised import joined_effect
from analysis.strands.national_data.spread import change_limits, changes_of

WIDTH = 4.8      # readable at the width of a phone


def balance_of(found: Sequence[Detail]) -> pd.DataFrame:
    """One row a choice: its mean gap to the pilots before in level and trend, size, and how effects compare."""
    rows = []
    names = list(dict.fromkeys(choice.name for detail in found for choice in detail.choices))
    for name in names:
        pairs = [(detail, choice) for detail in found for choice in detail.choices if choice.name == name]
        gaps = np.array([[abs(choice.level_gap), abs(choice.trend_gap)] for _, choice in pairs])
        turned = [detail.evaluated.indicator.title.lower() for detail, choice in pairs
                  if _excludes_zero(choice.effect.interval) != _excludes_zero(detail.evaluated.effect.interval)]
        rows.append({"choice": name, "level": gaps[:, 0].mean(),
                     "trend": float(np.nanmean(gaps[:, 1])) if np.isfinite(gaps[:, 1]).any() else float("nan"),
                     "authorities": round(np.mean([len(choice.weights) for _, choice in pairs])),
                     "effective": float(np.mean([choice.effective for _, choice in pairs])),
                     "indicators": len(pairs), "turned": ", ".join(turned) or "none"})
    frame = pd.DataFrame(rows)
    return frame.assign(trend__symbol=frame["trend"].isna().map({True: "z", False: ""}))


def balance_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """How like the pilots each choice of comparators is before, over all indicators."""
    nearest = p.design.section("national_data")["matched"]["nearest"]
    published(p, "tbl-national-balance", found, sources, balance_of,
              title=_balance_title,
              subtitle="Pilots less comparators before, in level and in yearly change, in standard deviations of "
                       "authorities; mean size of the gap over indicators",
              columns=[label("choice", "Comparators"), estimate("level", "Gap in level"),
                       estimate("trend", "Gap in trend"), count("authorities", "Authorities (mean)"),
                       estimate("effective", "Effective number", decimals=0), count("indicators", "Indicators"),
                       text_column("turned", "Conclusion other than the headline's")],
              describe=_describe_balance, made_by=balance,
              note="Same region: a pilot's weight is shared out over the other authorities of its region. Matched: the "
                   f"{nearest} authorities nearest in level and trend of the indicator itself. Effective number: as "
                   f"many equal weights would be as concentrated (Kish). No pilot of either round is a comparator.")


def effects_by_choice(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator and choice: effect and interval, also in standard deviations of authorities before."""
    rows = []
    for detail in found:
        spread = detail.evaluated.effect.spread
        for choice in detail.choices:
            interval = choice.effect.interval
            rows.append({"indicator": detail.evaluated.indicator.title, "choice": choice.name,
                         "unit": detail.evaluated.indicator.difference, "effect": interval.estimate,
                         "low": interval.low, "high": interval.high, "scaled": interval.estimate / spread,
                         "scaled_low": interval.low / spread, "scaled_high": interval.high / spread,
                         "authorities": choice.effect.n_authorities})
    return pd.DataFrame(rows)


def comparators_figure(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """The estimates of every choice on one scale."""
    published(p, "fig-national-comparators", found, sources, effects_by_choice,
              title=_choices_title,
              subtitle="Effect of being a pilot in standard deviations of authorities' means before, by choice of "
                       "comparators",
              columns=[label("indicator", "Indicator"), text_column("choice", "Comparators"),
                       text_column("unit", "Unit"), estimate("effect", "Effect", decimals=1),
                       estimate("low", "95% interval from", decimals=1),
                       estimate("high", "95% interval to", decimals=1),
                       estimate("scaled", "In standard deviations"), count("authorities", "Authorities")],
              draw=_draw_choices, describe=_describe_choices, made_by=choices_of,
              note="Circle and line: the headline's neighbours with their 95% interval (CR2). Small orange marks: the "
                   "estimates with the other choices; their intervals are in the table.")


def weights_of(found: Sequence[Detail], names) -> pd.DataFrame:
    """Weights of comparators by choice, means over indicators; authorities that the choice of all alone has are not
    listed."""
    choices = [name for name in dict.fromkeys(c.name for detail in found for c in detail.choices) if name != ALL]
    columns = {}
    for name in choices:
        every = [choice.weights for detail in found for choice in detail.choices if choice.name == name]
        columns[name] = pd.DataFrame(every).fillna(0.0).mean()
    frame = pd.DataFrame(columns).fillna(0.0)
    frame = frame[(frame > 0).any(axis=1)].sort_values([HEADLINE, choices[-1]], ascending=False, kind="stable")
    return frame.rename_axis("code").reset_index().assign(authority=lambda f: [names.get(c, c) for c in f["code"]])


def weights_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """The weights behind each choice."""
    def table(found):
        return weights_of(found, national.names)

    choices = [] if not found else [c for c in weights_of(found, national.names).columns
                                    if c not in ("code", "authority")]
    published(p, "tbl-national-weights", found, sources, table,
              title="Who is compared with the pilots, and how much",
              subtitle="Weights of comparators by choice, means over indicators; each pilot has a weight of one",
              columns=[label("authority", "Authority"), text_column("code", "Old code"),
                       *(estimate(name, name) for name in choices)],
              describe=lambda frame: f"Table of {len(frame)} authorities that are a comparator by one choice or more. "
                                     + "; ".join(f"{name}: {int((frame[name] > 0).sum())} authorities, the largest "
                                                 f"weight {words.number(frame[name].max(), 2)}" for name in choices)
                                     + ".",
              made_by=choices_of,
              note="A weight between 0 and 1 for neighbours: the authority lacks a value in some indicator's window. "
                   "The choice of all authorities gives each a weight of one.")


def changes_figure(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """Every authority's change against its size, with limits in which chance keeps most of them."""
    section = p.design.section("national_data")
    wanted = [detail for detail in found
              if detail.evaluated.indicator.denominator and detail.evaluated.indicator.in_text]
    population = p.load_optional("population")

    def table(found):
        return changes_of(found, population.frame, national, section)

    published(p, "fig-national-changes", wanted if population is not None else (), sources, table,
              title=_changes_title,
              subtitle=f"Change of each authority's rate per 10,000 from before to after {section['post_from']}, by "
                       f"the number of children who live there",
              columns=[label("authority", "Authority"), text_column("indicator", "Indicator"),
                       text_column("role", "Role"), count("children", "Children aged 0 to 17"),
                       estimate("change", "Change (per 10,000)", decimals=1),
                       estimate("low", "Limit, low", decimals=1), estimate("high", "Limit, high", decimals=1)],
              draw=_draw_changes, describe=_describe_changes, made_by=change_limits,
              note="Limits: the mean change of authorities that were never a pilot, more and less twice a standard "
                   "deviation that falls with the root of the number of children, estimated from them. About one in "
                   f"twenty lies outside by chance. Authorities with fewer than "
                   f"{section['changes']['least_children']:,} "
                   "children are not drawn.")


def joined_of(found: Sequence[Detail]) -> pd.DataFrame:
    """One row a rate: the headline, and the same with reorganised authorities joined."""
    rows = []
    for detail in found:
        if detail.joined is None:
            continue
        own, other = detail.evaluated.effect, detail.joined.effect
        rows.append({"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference,
                     "effect": own.interval.estimate, "authorities": own.n_authorities,
                     "joined": other.interval.estimate, "low": other.interval.low, "high": other.interval.high,
                     "joined_authorities": other.n_authorities, "areas": "; ".join(detail.joined.areas) or "none"})
    return pd.DataFrame(rows)


def joined_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """The headline with predecessors and successors joined."""
    published(p, "tbl-national-joined", found, sources, joined_of,
              title=_joined_title,
              subtitle="Effect of being a pilot by published codes (headline), and with authorities that were replaced "
                       "joined to their successors; rates",
              columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                       estimate("effect", "Headline", decimals=1), count("authorities", "Authorities"),
                       estimate("joined", "Joined", decimals=1), estimate("low", "95% interval from", decimals=1),
                       estimate("high", "95% interval to", decimals=1),
                       count("joined_authorities", "Authorities and areas"), text_column("areas", "Areas joined")],
              describe=_describe_joined, made_by=joined_effect,
              note="Counts and populations are summed over an area's authorities in every year. Percentages cannot be "
                   "summed, and are not in the table. An area enters where both are published in every year.")


def _joined_title(frame):
    turned = int(((frame["low"] > 0) | (frame["high"] < 0)).sum())
    return f"Joined, {turned or 'none'} of {len(frame)} intervals excludes zero" if turned < 2 else \
        f"Joined, {turned} of {len(frame)} intervals exclude zero"


def _describe_joined(frame):
    parts = [f"{row.indicator}: {words.number(row.effect)} {row.unit} by published codes, {words.number(row.joined)} "
             f"({words.interval(row.low, row.high)}) joined" for row in frame.itertuples()]
    return f"Table of {len(frame)} rates. {'; '.join(parts)}."


def _excludes_zero(interval) -> bool:
    return interval.low > 0 or interval.high < 0


def _balance_title(frame):
    nearest = frame.loc[frame["level"].idxmin(), "choice"]
    return f"Nearest in level before: {nearest[0].lower() + nearest[1:]}"


def _describe_balance(frame):
    parts = [f"{row.choice}: {words.number(row.level, 2)} standard deviations in level"
             + ("" if np.isnan(row.trend) else f" and {words.number(row.trend, 2)} in trend")
             + f", {row.authorities} authorities, conclusion other for {row.turned}" for row in frame.itertuples()]
    return f"Table of {len(frame)} choices of comparators. {'; '.join(parts)}."


def _choices_title(frame):
    signs = frame.groupby("indicator", sort=False)["effect"].agg(lambda e: (e > 0).all() or (e < 0).all())
    return f"All comparators give the same sign for {int(signs.sum())} of {len(signs)}"


def _describe_choices(frame):
    parts = []
    for name, rows in frame.groupby("indicator", sort=False):
        own = rows.iloc[0]
        parts.append(f"{name}: headline {words.number(own['effect'])} {own['unit']}, all choices from "
                     f"{words.number(rows['effect'].min())} to {words.number(rows['effect'].max())}")
    return f"Dot plot of the effects of {frame['indicator'].nunique()} indicators by choice. {'; '.join(parts)}."


def _draw_choices(frame):
    names = list(dict.fromkeys(frame["indicator"]))
    figure, ax = style.axes(height=1.2 + 0.34 * len(names), width=WIDTH)
    ax.axvline(0, color=style.GREY, linewidth=1)
    for place, name in zip(range(len(names) - 1, -1, -1), names, strict=True):
        rows = frame[frame["indicator"] == name]
        own, rest = rows.iloc[0], rows.iloc[1:]
        ax.hlines(place, own["scaled_low"], own["scaled_high"], color=style.BLUE, linewidth=2)
        ax.plot(rest["scaled"], [place] * len(rest), "|", color=style.ORANGE, markersize=11, markeredgewidth=2)
        ax.plot(own["scaled"], place, "o", color=style.BLUE, markersize=6)
    ax.set_yticks(range(len(names) - 1, -1, -1), style.wrapped(names, 26))
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.set_xlabel("Standard deviations")
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    return figure


def _changes_title(frame):
    pilots = frame[frame["role"] == "pilot"]
    outside = ((pilots["change"] < pilots["low"]) | (pilots["change"] > pilots["high"])).sum()
    return f"{int(outside)} of {len(pilots)} changes of pilots lie outside the limits"


def _describe_changes(frame):
    parts = []
    for name, rows in frame.groupby("indicator", sort=False):
        own = rows[rows["role"] == "pilot"]
        outside = own[(own["change"] < own["low"]) | (own["change"] > own["high"])]["authority"]
        parts.append(f"{name}: {len(own)} pilots from {words.number(own['change'].min())} to "
                     f"{words.number(own['change'].max())}, outside the limits: {', '.join(outside) or 'none'}; "
                     f"{len(rows) - len(own)} others from {words.number(rows['change'].min())} to "
                     f"{words.number(rows['change'].max())}")
    return f"Scatter plots of changes against number of children, one panel an indicator. {'. '.join(parts)}."


def _draw_changes(frame):
    names = list(dict.fromkeys(frame["indicator"]))
    figure, axes = style.axes(height=2.6 * len(names) + 0.5, width=WIDTH, rows=len(names), sharex=True)
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        rows = frame[frame["indicator"] == name].sort_values("children")
        size = rows["children"] / 1000
        ax.plot(size, rows["low"], color=style.GREY, linewidth=1, linestyle=(0, (5, 2)))
        ax.plot(size, rows["high"], color=style.GREY, linewidth=1, linestyle=(0, (5, 2)))
        for role, colour, marker, order in (("other", style.LIGHT, "o", 1), ("pilot", style.BLUE, "D", 2)):
            own = rows[rows["role"] == role]
            ax.plot(own["children"] / 1000, own["change"], marker, color=colour, markersize=5 + order, zorder=order,
                    label={"other": "Other authorities", "pilot": "Pilots"}[role])
        ax.set_title(f"{name} (change per 10,000)", loc="left", fontweight="normal")
    np.atleast_1d(axes)[-1].set_xlabel("Children aged 0 to 17 (thousands)")
    figure.legend(*np.atleast_1d(axes)[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure
