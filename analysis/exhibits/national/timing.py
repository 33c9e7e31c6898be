"""Exhibits of dates: year by year, the start of round 1 as the date, and synthetic comparisons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.exhibits.national.common import published
from analysis.publish import Publisher, count, estimate, label, p_value, style, text_column, words
from analysis.strands.national_data import NationalData
from analysis.strands.national_data.detail import Detail
from analysis.strands.national_data.synthetic import synthetic
from analysis.strands.national_data.timing import event_years, timings

WIDTH = 4.8


def events_of(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator quoted on the page and year: pilots less comparators relative to the reference year."""
    rows = []
    for detail in found:
        if detail.events is None or not detail.evaluated.indicator.in_text:
            continue
        for year, interval in zip(detail.events.years, detail.events.intervals, strict=True):
            rows.append({"indicator": detail.evaluated.indicator.title, "year": year,
                         "unit": detail.evaluated.indicator.difference, "effect": interval.estimate,
                         "low": interval.low, "high": interval.high, "reference": detail.events.reference})
    return pd.DataFrame(rows)


def events_figure(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """Pilots less neighbours, year by year."""
    published(p, "fig-national-events", found, sources, events_of,
              title=_events_title,
              subtitle="Pilots less their neighbours by year, relative to the last year before, with 95% intervals",
              columns=[label("indicator", "Indicator"), count("year", "Year"), text_column("unit", "Unit"),
                       estimate("effect", "Difference", decimals=1), estimate("low", "95% interval from", decimals=1),
                       estimate("high", "95% interval to", decimals=1), count("reference", "Reference year")],
              draw=_draw_events, describe=_describe_events, made_by=event_years,
              note="The reference year is nought by construction and drawn as an open circle. CR2 intervals, each year "
                   "by itself. Intervals that include zero before do not prove parallel trends.")


def leads_of(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator: years before, joint test of them, or why there is none."""
    rows = []
    for detail in found:
        indicator, events = detail.evaluated.indicator, detail.events
        row = {"indicator": indicator.title, "years": f"{indicator.years[0]} to {indicator.years[1]}",
               "F": np.nan, "p": np.nan, "largest": np.nan, "unit": indicator.difference}
        if events is None:
            rows.append({**row, "said": "too few years before"})
            continue
        leads = [interval.estimate for year, interval in zip(events.years, events.intervals, strict=True)
                 if year < events.reference]
        row["largest"] = max(leads, key=abs)
        if events.joint is None:
            rows.append({**row, "said": events.problem})
        else:
            rows.append({**row, "F": events.joint.statistic, "p": events.joint.p,
                         "said": "part before" if events.joint.p < 0.05 else "no difference found"})
    frame = pd.DataFrame(rows)
    for name in ("F", "p", "largest"):
        frame[f"{name}__symbol"] = frame[name].isna().map({True: "z", False: ""})
    return frame


def events_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """Joint tests of the years before, and why some have none."""
    least = p.design.section("national_data")["least_years_before"]
    published(p, "tbl-national-leads", found, sources, leads_of,
              title=_leads_title,
              subtitle="Joint test that pilots and neighbours moved together in the years before, by indicator",
              columns=[label("indicator", "Indicator"), text_column("years", "Years"),
                       estimate("largest", "Largest difference before", decimals=1), text_column("unit", "Unit"),
                       estimate("F", "F"), p_value("p", "p, joint"), text_column("said", "Found")],
              describe=_describe_leads, made_by=event_years,
              note=f"Made where at least {least} years lie before: one is the reference, and with a single year more a "
                   "trend cannot be told from chance. Differences are relative to the last year before. F: approximate "
                   "Hotelling test on CR2 (Pustejovsky and Tipton 2018).")


def timing_of(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator: effect by the start of round 2, by that of round 1, and by each pilot's own start."""
    rows = []
    for detail in found:
        if detail.timings is None:
            continue
        row = {"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference,
               "pilots": detail.timings.round_1.n_pilots}
        for name, interval in (("", detail.evaluated.effect.interval), ("first_", detail.timings.round_1.interval),
                               ("own_", detail.timings.staggered)):
            row |= {f"{name}effect": interval.estimate, f"{name}low": interval.low, f"{name}high": interval.high}
        rows.append(row)
    return pd.DataFrame(rows)


def timing_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """Both readings of when the programme began."""
    section = p.design.section("national_data")
    heads = (("", f"From {section['post_from']}"), ("first_", f"From {section['round_1_after_from']}"),
             ("own_", "By own start"))
    published(p, "tbl-national-timing", found, sources, timing_of,
              title=_timing_title,
              subtitle="Effect of being a pilot with the start of round 2 as the date (headline), with the start of "
                       "round 1, and by each pilot's own start",
              columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                       *(estimate(f"{name}{part}", f"{text}: {word}", decimals=1) for name, text in heads
                         for part, word in (("effect", "effect"), ("low", "from"), ("high", "to"))),
                       count("pilots", "Pilots of both rounds")],
              describe=_describe_timing, made_by=timings,
              note="From the start of round 1: pilots of both rounds alone, and one year before in these windows. By "
                   "own start: Callaway and Sant'Anna, authorities never a pilot as comparison, jackknife over "
                   "authorities. Indicators whose series begins after round 1 have no such reading.")


def synthetic_of(found: Sequence[Detail]) -> pd.DataFrame:
    """One row an indicator: headline, synthetic difference-in-differences, and pilots that stand out."""
    rows = []
    for detail in found:
        if detail.synthetic is None:
            continue
        own, other, controls = detail.evaluated.effect.interval, detail.synthetic.sdid, detail.synthetic.controls
        rows.append({"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference,
                     "effect": own.estimate, "sdid": other.estimate, "low": other.low, "high": other.high,
                     "weight": 100 * detail.synthetic.largest_weight,
                     "mean_gap": float(np.mean([control.effect for control in controls])),
                     "outside": sum(control.p <= 0.05 for control in controls), "pilots": len(controls)})
    return pd.DataFrame(rows)


def synthetic_table(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """Comparisons that are weighted until they follow the pilots before."""
    published(p, "tbl-national-synthetic", found, sources, synthetic_of,
              title=_synthetic_title,
              subtitle="Synthetic difference-in-differences with 95% intervals beside the headline, and synthetic "
                       "controls of single pilots with placebos",
              columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                       *(estimate(name, text, decimals=1) for name, text in (
                           ("effect", "Headline"), ("sdid", "Synthetic"), ("low", "95% interval from"),
                           ("high", "95% interval to"), ("weight", "Largest weight (%)"),
                           ("mean_gap", "Mean of pilots' own controls"))),
                       count("outside", "Pilots beyond placebos"), count("pilots", "Pilots")],
              describe=_describe_synthetic, made_by=synthetic,
              note="Synthetic difference-in-differences: Arkhangelsky and others, jackknife over authorities. Pilots' "
                   "own controls: Abadie and others; beyond placebos: at most one in twenty of pilot and comparators "
                   "has as large a gap after, where chance gives one pilot in twenty.")


def placebos_of(found: Sequence[Detail], names) -> pd.DataFrame:
    """Mean gap after to the synthetic control, of every pilot and (without a name) every comparator, for the indicators
    quoted on the page."""
    rows = []
    for detail in found:
        if detail.synthetic is None or not detail.evaluated.indicator.in_text:
            continue
        common = {"indicator": detail.evaluated.indicator.title, "unit": detail.evaluated.indicator.difference}
        rows += [{**common, "who": names[one.code], "role": "pilot", "gap": one.effect, "misfit": one.misfit,
                  "p": one.p}
                 for one in detail.synthetic.controls]
        rows += [{**common, "who": "comparator", "role": "placebo", "gap": gap, "misfit": np.nan, "p": np.nan}
                 for gap in detail.synthetic.placebos]
    frame = pd.DataFrame(rows)
    for name in ("misfit", "p"):
        if len(frame):
            frame[f"{name}__symbol"] = frame[name].isna().map({True: "z", False: ""})
    return frame


def placebos_figure(p: Publisher, national: NationalData, found: Sequence[Detail], sources) -> None:
    """Each pilot's gap to its synthetic control among the gaps of comparators."""
    def table(found):
        return placebos_of(found, national.pilots.names)

    published(p, "fig-national-placebos", found, sources, table, title=_placebos_title,
              subtitle="Mean gap after to a synthetic control, each pilot and, as placebos, each comparator, one "
                       "panel an indicator",
              columns=[label("who", "Authority"), text_column("indicator", "Indicator"), text_column("unit", "Unit"),
                       text_column("role", "Role"), estimate("gap", "Gap after", decimals=1),
                       estimate("misfit", "Misfit before", decimals=1), p_value("p", "p among placebos")],
              draw=_draw_placebos, describe=_describe_placebos, made_by=synthetic,
              note="Grey ticks: comparators taken as if they were pilots. Misfit: root mean square gap before. p: "
                   "share of pilot and placebos with as large a gap. Several pilots and indicators: one in twenty is "
                   "small by chance.")


def _placebos_title(frame):
    own = frame[frame["role"] == "pilot"]
    n = int((own["p"] <= 0.05).sum())
    return f"{n or 'None'} of {len(own)} gaps of pilots {'lies' if n < 2 else 'lie'} beyond placebos"


def _describe_placebos(frame):
    parts = []
    for name, rows in frame.groupby("indicator", sort=False):
        own, rest = rows[rows["role"] == "pilot"], rows[rows["role"] == "placebo"]
        parts.append(f"{name} ({rows['unit'].iloc[0]}): pilots from {words.number(own['gap'].min())} "
                     f"({own.loc[own['gap'].idxmin(), 'who']}) to {words.number(own['gap'].max())} "
                     f"({own.loc[own['gap'].idxmax(), 'who']}), {len(rest)} placebos from "
                     f"{words.number(rest['gap'].min())} to {words.number(rest['gap'].max())}")
    return f"Strip plots of gaps, one panel an indicator. {'. '.join(parts)}."


def _draw_placebos(frame):
    names = list(dict.fromkeys(frame["indicator"]))
    figure, axes = style.axes(height=2.9 * len(names), width=WIDTH, rows=len(names), squeeze=False)
    for ax, name in zip(axes[:, 0], names, strict=True):
        rows = frame[frame["indicator"] == name]
        own, rest = rows[rows["role"] == "pilot"].sort_values("gap"), rows[rows["role"] == "placebo"]
        ax.axvline(0, color=style.GREY, linewidth=1)
        ax.plot(rest["gap"], [-1] * len(rest), "|", color=style.GREY, markersize=13, alpha=0.6)
        ax.plot(own["gap"], range(len(own)), "o", color=style.BLUE, markersize=6)
        ax.set_yticks([-1, *range(len(own))], ["Placebos", *own["who"]], fontsize=9)
        ax.set_ylim(-1.8, len(own) - 0.4)
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_title(f"{name} ({rows['unit'].iloc[0]})", loc="left", fontweight="normal")
    return figure


def _events_title(frame):
    before = frame[frame["year"] < frame["reference"]]
    n = int(((before["low"] > 0) | (before["high"] < 0)).sum())
    return f"{n or 'None'} of {len(before)} earlier years differs from the reference" if n < 2 else \
        f"{n} of {len(before)} earlier years differ from the reference"


def _describe_events(frame):
    parts = []
    for name, rows in frame.groupby("indicator", sort=False):
        before, after = rows[rows["year"] < rows["reference"]], rows[rows["year"] > rows["reference"]]
        parts.append(f"{name}: from {words.number(before['effect'].min())} to {words.number(before['effect'].max())} "
                     f"{rows['unit'].iloc[0]} before, from {words.number(after['effect'].min())} to "
                     f"{words.number(after['effect'].max())} after")
    return f"Points with vertical 95% intervals by year, one panel an indicator. {'; '.join(parts)}."


def _draw_events(frame):
    names = list(dict.fromkeys(frame["indicator"]))
    figure, axes = style.axes(height=2.2 * len(names) + 0.4, width=WIDTH, rows=len(names))
    for ax, name in zip(np.atleast_1d(axes), names, strict=True):
        rows = frame[frame["indicator"] == name]
        reference = rows["reference"].iloc[0]
        ax.axhline(0, color=style.GREY, linewidth=1)
        ax.axvline(reference + 0.5, color=style.GREY, linewidth=1, linestyle=(0, (5, 2)))
        ax.vlines(rows["year"], rows["low"], rows["high"], color=style.BLUE, linewidth=2)
        ax.plot(rows["year"], rows["effect"], "o", color=style.BLUE, markersize=6)
        ax.plot(reference, 0, "o", markerfacecolor="white", color=style.BLUE, markersize=6)
        ax.set_xticks(sorted({*rows["year"], reference}))
        ax.set_title(f"{name} ({rows['unit'].iloc[0]})", loc="left", fontweight="normal")
    return figure


def _leads_title(frame):
    tested = frame.dropna(subset=["p"])
    n = int((tested["p"] < 0.05).sum())
    return f"Pilots and neighbours parted before in {n or 'none'} of {len(tested)}"


def _describe_leads(frame):
    parts = [f"{row.indicator}: p {words.number(row.p, 3)}" for row in frame.dropna(subset=["p"]).itertuples()]
    return f"Table of {len(frame)} indicators, {len(parts)} with a joint test. {'; '.join(parts)}."


def _timing_title(frame):
    def excludes(name):
        return int(((frame[f"{name}low"] > 0) | (frame[f"{name}high"] < 0)).sum())

    return f"Zero excluded: {excludes('')} by round 2, {excludes('first_')} by round 1"


def _describe_timing(frame):
    parts = [f"{row.indicator}: {words.number(row.effect)} by round 2, {words.number(row.first_effect)} by round 1, "
             f"{words.number(row.own_effect)} by own start ({row.unit})" for row in frame.itertuples()]
    return f"Table of {len(frame)} indicators. {'; '.join(parts)}."


def _synthetic_title(frame):
    n = int(((frame["low"] > 0) | (frame["high"] < 0)).sum())
    return f"{n or 'None'} of {len(frame)} synthetic estimates has an interval without zero" if n < 2 else \
        f"{n} of {len(frame)} synthetic estimates have intervals without zero"


def _describe_synthetic(frame):
    parts = [f"{row.indicator}: {words.number(row.sdid)} {row.unit} ({words.interval(row.low, row.high)}), headline "
             f"{words.number(row.effect)}; {row.outside} of {row.pilots} pilots beyond placebos"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} indicators. {'; '.join(parts)}."
