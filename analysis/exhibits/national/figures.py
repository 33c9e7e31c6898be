"""Figures of the national data: trends of pilots, neighbours and England, and effects on one scale."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.national import wording
from analysis.publish import Publisher, count, estimate, label, style, text_column, words
from analysis.strands.national_data import Evaluated, NationalData, estimate_effect, trends

LINES = {"pilots": ("Pilots", style.BLUE, "-", "o"), "neighbours": ("Neighbours", style.ORANGE, (0, (5, 2)), "s"),
         "england": ("England", style.GREY, (0, (1, 1.2)), "^")}
SIZE = {"height": 3.5, "width": 4.8}      # readable at the width of a phone
THIN = "#8FA6BC"                          # the pilots, one thin line each: lighter than their mean
TICKS = 5                                 # years named on the axis


def trend_figures(p: Publisher, national: NationalData, sources) -> None:
    """One figure for each indicator quoted on the page; an absent one has a figure that says so."""
    for result in [found for found in national.results if found.indicator.in_text]:
        id = "fig-national-" + result.indicator.key.replace("_", "-")
        if isinstance(result, Evaluated):
            _trend(p, id, result, sources(result.indicator), national.pilots.names)
        else:
            _absent(p, id, result, sources(result.indicator))


def further_figures(p: Publisher, national: NationalData, sources) -> None:
    """One figure a topic with a panel for each of its indicators that is not quoted by itself."""
    for topic, title in p.design.section("national_data")["topics"].items():
        found = [result for result in national.results if result.indicator.topic == topic
                 and not result.indicator.in_text]
        there = [result for result in found if isinstance(result, Evaluated)]
        id = f"fig-national-more-{topic}"
        if there:
            _panels(p, id, title, there, found, sources)
        elif found:
            _absent(p, id, found[0], sources(found[0].indicator))


def _panels(p, id, title, there, found, sources):
    section = p.design.section("national_data")
    frame = pd.concat([result.trends.assign(indicator=result.indicator.title, unit=result.indicator.unit)
                       for result in there], ignore_index=True).dropna(subset=["pilots"])
    without = [result.indicator.title.lower() for result in found if result not in there]
    p.figure(id, title=f"{title}: further indicators", frame=frame,
             subtitle=f"Means of pilots and of their neighbours, and England, {frame['year'].min()} to "
                      f"{frame['year'].max()}, one panel an indicator",
             columns=[label("indicator", "Indicator"), text_column("unit", "Unit"), count("year", "Year"),
                      *(estimate(name, text, decimals=1) for name, (text, *_) in LINES.items()),
                      count("pilots_n", "Pilots (n)"), count("neighbours_n", "Neighbours (n)")],
             draw=lambda shown: _draw_panels(shown, there, section),
             describe=lambda shown: _describe_panels(shown, there), made_by=trends,
             sources=[source for result in found for source in sources(result.indicator)],
             note="Thin lines: each pilot. Unweighted means. Grey: years beyond the window of the estimate. The "
                  "vertical line divides before and after; from the dotted one on the pandemic touches the years. "
                  "Axes do not begin at zero."
                  + (f" Not drawn, because pilots' values are suppressed: {', '.join(without)}." if without else ""))


def _draw_panels(frame, there, section):
    figure, axes = style.axes(height=2.3 * len(there) + 0.3, width=SIZE["width"], rows=len(there))
    for ax, result in zip(np.atleast_1d(axes), there, strict=True):
        part = frame[frame["indicator"] == result.indicator.title]
        ends = _lines(ax, part, result, section)
        ax.set_title(f"{result.indicator.title} ({result.indicator.unit})", loc="left", fontweight="normal")
        style.end_labels(ax, ends)
    return figure


def _describe_panels(frame, there):
    parts = []
    for result in there:
        part = frame[(frame["indicator"] == result.indicator.title)
                     & frame["year"].between(*result.indicator.years)].dropna(subset=["pilots"])
        moves = ", ".join(f"{name.lower() if name != 'England' else name} from {words.number(part[key].iloc[0])} to "
                          f"{words.number(part[key].iloc[-1])}" for key, (name, *_) in LINES.items())
        parts.append(f"{result.indicator.title} ({result.indicator.unit}), {part['year'].iloc[0]} to "
                     f"{part['year'].iloc[-1]}: {moves}; effect {wording.effect_in_words(result)}")
    return "Line charts by year, one panel for each indicator. " + ". ".join(parts) + "."


def effects_figure(p: Publisher, national: NationalData, sources) -> None:
    """All effects with their intervals, in standard deviations of authorities before."""
    if not national.evaluated:
        return _absent(p, "fig-national-effects", national.absent[0], sources)
    frame = pd.DataFrame([_standardised(result) for result in national.evaluated])
    p.figure("fig-national-effects", title=_headline(national), frame=frame,
             subtitle="Effect of being a pilot, in standard deviations of authorities' means before "
                      f"{p.design.section('national_data')['post_from']}, with 95% confidence intervals; pilots of "
                      "round 2 and their statistical neighbours, England",
             columns=[label("indicator", "Indicator"), estimate("effect", "Effect (standard deviations)"),
                      estimate("low", "95% interval from"), estimate("high", "95% interval to"),
                      count("authorities", "Authorities")],
             draw=lambda shown: style.interval_plot(shown, label="indicator", value="effect", low="low", high="high",
                                                    xlabel="Standard deviations", width=SIZE["width"]),
             describe=_describe_effects, made_by=estimate_effect, sources=sources,
             note="Dividing by the standard deviation puts indicators of different units on one axis. "
                  "Intervals are not corrected for the number of indicators.")


def _headline(national):
    found = sum(1 for result in national.evaluated if wording.direction(result.effect.interval))
    if not found:
        return "No indicator gives evidence of an effect"
    return f"{wording.number_word(found).capitalize()} of {wording.number_word(len(national.evaluated))} intervals " \
           "exclude no effect"


def _standardised(result):
    effect, interval = result.effect, result.effect.interval
    return {"indicator": result.indicator.title, "effect": interval.estimate / effect.spread,
            "low": interval.low / effect.spread, "high": interval.high / effect.spread,
            "authorities": effect.n_authorities}


def _describe_effects(frame):
    ends = [frame.loc[frame["effect"].idxmin()], frame.loc[frame["effect"].idxmax()]]
    least, most = (f"{words.number(row['effect'], 2)} ({row['indicator'].lower()}, interval "
                   f"{words.interval(row['low'], row['high'], '', 2)})" for row in ends)
    crossing = int(((frame["low"] <= 0) & (frame["high"] >= 0)).sum())
    return (f"Dot plot of {len(frame)} effects with 95% confidence intervals, in standard deviations. They run from "
            f"{least} to {most}. {crossing} of the {len(frame)} intervals include zero.")


def _trend(p, id, result, sources, names):
    indicator = result.indicator
    frame = result.trends.assign(period=["window" if indicator.years[0] <= year <= indicator.years[1] else "beyond"
                                         for year in result.trends["year"]])
    unit = "per cent" if indicator.unit == "per cent" else f"{indicator.unit} children aged 0 to 17"
    decimals = indicator.decimals
    measure = indicator.measure[0].upper() + indicator.measure[1:].removesuffix(", per cent")
    p.figure(id, title=wording.headline(result), frame=frame,
             subtitle=f"{measure}, {unit}: means of pilots and of their neighbours, and England, "
                      f"{frame['year'].min()} to {frame['year'].max()}",
             columns=[label("year", f"Year ({indicator.period})"),
                      estimate("pilots", "Pilots, mean", decimals=decimals),
                      estimate("neighbours", "Neighbours, mean", decimals=decimals),
                      estimate("england", "England", decimals=decimals), count("pilots_n", "Pilots (n)"),
                      count("neighbours_n", "Neighbours (n)"), text_column("period", "Part of the window"),
                      *(estimate(code, names[code], decimals=decimals) for code in result.panel.pilots)],
             draw=lambda shown: _draw_trend(shown, result, unit, p.design.section("national_data")),
             describe=lambda shown: _describe_trend(shown, result, unit), made_by=trends, sources=sources,
             note="Thin lines: each pilot. Unweighted means over the authorities of the headline estimate, all of them "
                  "and no sample, so that the means have no interval; the interval is that of the effect. Grey: years "
                  "beyond the window of the estimate. The vertical line divides before and after; from the dotted one "
                  "on the pandemic touches the years. The axis does not begin at zero.")


def _draw_trend(frame, result, unit, section):
    figure, ax = style.axes(**SIZE)
    ends = _lines(ax, frame, result, section)
    ax.set_title(unit[0].upper() + unit[1:], loc="left", fontweight="normal")
    style.end_labels(ax, ends)
    return figure


def _lines(ax, frame, result, section):
    """Each pilot as a thin line, means and England as thick ones, on an axis; what stands at the right ends."""
    window, pilots = result.indicator.years, list(result.panel.pilots)
    years = frame["year"].astype(int).to_numpy()
    for low, high in ((years.min() - 0.5, window[0] - 0.5), (window[1] + 0.5, years.max() + 0.5)):
        if high > low:
            ax.axvspan(low, high, color="#EDEDED", zorder=0, linewidth=0)
    ax.axvline(section["post_from"] - 0.5, color=style.GREY, linewidth=1)
    ax.axvline(section["pandemic_from"] - 0.5, color=style.GREY, linewidth=1, linestyle=(0, (1, 2)))
    ends = []
    for code in pilots:
        ax.plot(years, frame[code].astype(float), color=THIN, linewidth=0.8, zorder=1)
    for name, (words_, colour, dash, marker) in LINES.items():
        ax.plot(years, frame[name].astype(float), color=colour, linestyle=dash, marker=marker, markersize=5)
        last = frame[["year", name]].dropna().iloc[-1]
        ends.append((float(last["year"]), float(last[name]), words_, colour))
    drawn = frame[[*LINES, *pilots]].to_numpy(float)
    low, high = np.nanmin(drawn), np.nanmax(drawn)
    ax.set_ylim(max(0, low - 0.08 * (high - low)), high + 0.08 * (high - low))
    ax.set_xlim(years.min() - 0.5, years.max() + 0.5)
    ax.set_xticks(years[:: max(1, round(len(years) / TICKS))])
    ax.set_ylabel("")
    return ends


def _describe_trend(frame, result, unit):
    indicator = result.indicator
    window = frame[frame["period"] == "window"]
    first, last = window.iloc[0], window.iloc[-1]
    moves = "; ".join(f"{name} from {words.number(first[key], indicator.decimals)} to "
                      f"{words.number(last[key], indicator.decimals)}"
                      for key, (name, *_) in LINES.items())
    neighbours = result.effect.n_authorities - result.effect.n_pilots
    return (f"Line chart by year, {unit}. From {first['year']} to {last['year']}, the window of the estimate: {moves}. "
            f"The effect for {result.effect.n_pilots} pilots against {neighbours} neighbours is "
            f"{wording.effect_in_words(result)}: {wording.conclusion(result)}.")


def _absent(p, id, absent, sources):
    frame = pd.DataFrame({"indicator": [absent.indicator.title], "availability": [absent.reason]})
    p.figure(id, title=f"{absent.indicator.title}: not available",
             subtitle="A file of the published statistics is missing, and a stand-in never takes its place",
             frame=frame, columns=[label("indicator", "Indicator"), text_column("availability", "Availability")],
             draw=_draw_absent, describe=f"{absent.indicator.title}: {absent.reason}. There is nothing to draw.",
             made_by=trends, sources=sources)


def _draw_absent(frame):
    figure, ax = style.axes(height=1.2, width=SIZE["width"])
    ax.set_axis_off()
    ax.text(0.5, 0.5, "Not available: a file is missing", ha="center", va="center")
    return figure
