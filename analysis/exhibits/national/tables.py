"""Tables of the national data: effects, pilots, coverage, authorities left out, symbols, England, other comparators."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.national import wording
from analysis.publish import Publisher, count, estimate, label, text_column, words
from analysis.strands.national_data import (
    Evaluated,
    NationalData,
    build_panel,
    england_series,
    estimate_effect,
    evaluate,
    indicators,
    pilot_table,
    symbol_counts,
)
from analysis.strands.national_data.coverage import indicator_list, pilot_coverage
from analysis.strands.national_data.effects import trend_before

EFFECT_COLUMNS = [estimate("effect", "Effect", decimals=1), estimate("low", "95% interval from", decimals=1),
                  estimate("high", "95% interval to", decimals=1)]
ALTERNATIVES = {"neighbours 2025": ("later", "2025 neighbours"), "all others": ("others", "all others")}


def effects_table(p: Publisher, national: NationalData, sources) -> None:
    """The effects by the headline specification."""
    frame = pd.DataFrame([_effect_row(result) for result in national.results])
    p.table("tbl-national-effects", title=_effects_title, frame=frame,
            subtitle=f"Effect of being a pilot from {_post_from(p)} on, with 95% confidence intervals (CR2, "
                     "Satterthwaite); authorities of England, windows as given",
            columns=[label("indicator", "Indicator"), *EFFECT_COLUMNS, text_column("unit", "Unit"),
                     text_column("conclusion", "Conclusion"), count("pilots", "Pilots"),
                     count("authorities", "Authorities"), count("n", "Authority-years"),
                     text_column("window", "Years")],
            describe=_describe_effects, made_by=estimate_effect, sources=sources,
            note="Linear model with authority and year effects, unweighted. Years end in March; for the workforce they "
                 "are 30 September of the year. Conclusion by rule: evidence where the interval excludes zero, not "
                 "corrected for the number of indicators.")


def means_table(p: Publisher, national: NationalData, sources) -> None:
    """Means before and after behind each effect, and what the design could have detected."""
    frame = pd.DataFrame([_means_row(result) for result in national.results])
    columns = [("pilots_before", "Pilots before"), ("pilots_after", "Pilots after"),
               ("neighbours_before", "Neighbours before"), ("neighbours_after", "Neighbours after"),
               ("detectable", "Smallest detectable effect"), ("df", "Degrees of freedom")]
    p.table("tbl-national-means", title="Means before and after, and what could be detected", frame=frame,
            subtitle=f"Unweighted means over authorities of the headline estimate, before and from {_post_from(p)}; "
                     "smallest effect found with 80% power at the 5% level",
            columns=[label("indicator", "Indicator"), text_column("unit", "Unit"),
                     *(estimate(name, title, decimals=1) for name, title in columns)],
            describe=_describe_means,
            made_by=estimate_effect, sources=sources,
            note="Smallest detectable effect: the sum of the t quantiles for level and power times the standard error, "
                 "with Satterthwaite's degrees of freedom.")


def pilots_table(p: Publisher, national: NationalData, sources) -> None:
    """The pilots as the files have them."""
    frame = pd.DataFrame([_pilot_row(national, code) for code in national.pilots.codes])
    p.table("tbl-national-pilots", title="The pilots in the files", frame=frame,
            subtitle="Authorities that took part in round 1 or round 2, with the comparators they bring and the "
                     "indicators whose estimate they enter",
            columns=[label("authority", "Authority"), text_column("code", "Old code"), text_column("region", "Region"),
                     text_column("round_1", "Round 1"), text_column("round_2", "Round 2"),
                     count("comparators", "Comparators"), text_column("pilots_among", "Neighbours left out as pilots"),
                     count("indicators", "Indicators")],
            describe=lambda shown: f"Table of {len(shown)} authorities: {(shown['round_1'] == 'yes').sum()} in round 1 "
                                   f"and {(shown['round_2'] == 'yes').sum()} in round 2, "
                                   f"{((shown['round_1'] == 'yes') & (shown['round_2'] == 'yes')).sum()} in both.",
            made_by=pilot_table, sources=sources,
            note="Participation was public; no finding here is about a single authority. Comparators overlap between "
                 "pilots, and the union is used. Blank: no neighbour was left out, or the authority was no pilot of "
                 "round 2. Round 1 began in November 2014.")


def indicators_table(p: Publisher, national: NationalData, sources) -> None:
    """Every indicator as the design declares it."""
    section = p.design.section("national_data")
    p.table("tbl-national-indicators", title="The indicators, and where they come from",
            subtitle="File, column, denominator, years, breaks and rounding of every indicator",
            frame=indicator_list(national, section).assign(held__symbol=lambda f: (f["held"] == "").map(
                {True: "x", False: ""})),
            columns=[label("indicator", "Indicator"), text_column("dataset", "Dataset"),
                     text_column("columns", "Column or measure"), text_column("denominator", "Divided by"),
                     text_column("window", "Window"), text_column("held", "In the file"),
                     text_column("breaks", "Break"), text_column("rounding", "Rounding"),
                     text_column("polarity", "Better")],
            describe=lambda shown: f"Table of {len(shown)} indicators from {shown['dataset'].nunique()} files.",
            made_by=indicator_list, sources=sources,
            note="Each row is an entry of the design, and the code knows no more of an indicator than that. Break: the "
                 "series begins anew in that year. Rounding: counts of 1 to 5 are hidden and percentages have one "
                 "decimal; the interactive tool prints rates as it has them. Better: which value is read as better; "
                 "counts of children have none.")


def coverage_table(p: Publisher, national: NationalData, sources) -> None:
    """How many indicators have a number, by pilot and year."""
    if all(result.values is None for result in national.results):
        frame, years = pd.DataFrame([{"pilot": "None", "gaps": "no file"}]), []
    else:
        frame = pilot_coverage(national)
        years = [name for name in frame if name not in ("pilot", "gaps")]
    p.table("tbl-national-coverage", title="What is published of each pilot, year by year",
            subtitle="Indicators with a number, of those that the files hold in the year", frame=frame,
            columns=[label("pilot", "Pilot"), *(text_column(year, year) for year in years),
                     text_column("gaps", "Symbols in place of numbers, all years")],
            describe=lambda shown: f"Table of {len(shown)} pilots and {len(years)} years. "
                                   + "; ".join(f"{row.pilot}: {row.gaps}" for row in shown.itertuples()) + ".",
            made_by=pilot_coverage, sources=sources,
            note="Years end in March; those of the workforce are 30 September of the year. Files begin in different "
                 "years, so that the number they hold rises.")


def left_out_table(p: Publisher, national: NationalData, sources) -> None:
    """Authorities without a value in every year of a window, and what stands in its place."""
    p.table("tbl-national-left-out", title="Authorities left out, and why", frame=_left_out(national),
            subtitle="Pilots and comparators without a value in every year of an indicator's window",
            columns=[label("authority", "Authority"), text_column("code", "Old code"), text_column("role", "Role"),
                     text_column("found", "In place of a value"), text_column("years", "Years"),
                     text_column("indicators", "Indicators")],
            describe=lambda shown: f"Table of {shown['code'].nunique()} authorities that are left out of one or more "
                                   f"estimates; {(shown['role'] == 'pilot').sum()} of its {len(shown)} rows "
                                   "are about a pilot.",
            made_by=build_panel, sources=sources,
            note="No row: the authority did not exist in that year, or does no longer. Codes stand as published and "
                 "are never joined.")


def symbols_table(p: Publisher, frames, sources) -> None:
    """How often a symbol stands in place of a number, in the columns that are used."""
    section = p.design.section("national_data")
    frame = _symbols(section, frames)
    p.table("tbl-national-symbols", title="Symbols in place of numbers", frame=frame,
            subtitle="Cells of authorities by file, column and symbol, all years of the file",
            columns=[label("dataset", "Dataset"), text_column("column", "Column"), text_column("symbol", "Symbol"),
                     count("cells", "Cells"), count("of", "Of cells")],
            describe=lambda shown: f"Table of {len(shown)} combinations of column and symbol; "
                                   f"{int(shown['cells'].sum()):,} cells hold a symbol.",
            made_by=symbol_counts, sources=sources, note="A symbol is never read as a number, nor filled.")


def england_table(p: Publisher, frames, sources) -> None:
    """England's values by year."""
    section = p.design.section("national_data")
    series = england_series(section, frames)
    titles = {indicator.key: f"{indicator.title} ({'%' if indicator.unit == 'per cent' else indicator.unit})"
              for indicator in indicators(section)}
    titles["long_plans"] = "Plans of two years or more (%)"
    kept = {key: title for key, title in titles.items() if key in series}
    if not kept:  # no file of any of them is there: the table says so, year by year
        kept = titles
        years = range(min(i.years[0] for i in indicators(section)), max(i.years[1] for i in indicators(section)) + 1)
        series = {key: pd.Series(float("nan"), index=years) for key in kept}
    frame = pd.DataFrame({key: series[key] for key in kept}).rename_axis("year").reset_index()
    for key in kept:
        frame[f"{key}__symbol"] = frame[key].isna().map({True: "x", False: ""})
    p.table("tbl-national-england", title="England, year by year", frame=frame,
            subtitle=f"Values of England for the indicators and for long child protection plans, "
                     f"{frame['year'].min()} to {frame['year'].max()}",
            columns=[label("year", "Year"), *(estimate(key, title, decimals=1) for key, title in kept.items())],
            describe=lambda shown: _describe_england(shown, kept),
            made_by=england_series, sources=sources,
            note="Percentages as published; rates from the published counts, which are rounded to the nearest 10, and "
                 "the population aged 0 to 17 of the calendar year before.")


def alternatives_table(p: Publisher, national: NationalData, sources) -> None:
    """The headline beside two other choices of comparators."""
    frame = pd.DataFrame([_alternative_row(result) for result in national.results])
    for prefix, _ in ALTERNATIVES.values():
        for part in ("effect", "low", "high"):
            frame[f"{prefix}_{part}__symbol"] = frame[f"{prefix}_{part}"].isna().map({True: "x", False: ""})
    others = [estimate(f"{prefix}_{part}", f"{title}: {word}", decimals=1) for prefix, title in ALTERNATIVES.values()
              for part, word in (("effect", "effect"), ("low", "from"), ("high", "to"))]
    p.table("tbl-national-alternatives", title="The same estimate with other comparators", frame=frame,
            subtitle="Effect of being a pilot with 95% confidence intervals: neighbours of the 2021 model (headline), "
                     "of the 2025 model, and all other authorities",
            columns=[label("indicator", "Indicator"), text_column("unit", "Unit"), *EFFECT_COLUMNS, *others],
            describe=lambda shown: f"Table of {len(shown)} indicators with three estimates each. "
                                   f"{wording.alternatives(national).capitalize()}.",
            made_by=evaluate, sources=sources)


def before_table(p: Publisher, national: NationalData, sources) -> None:
    """Difference in yearly change before the post period."""
    post_from = _post_from(p)
    frame = pd.DataFrame([_before_row(result, post_from) for result in national.results])
    for name in ("effect", "low", "high"):
        frame[f"{name}__symbol"] = frame[name].isna().map({True: "z", False: ""})
    p.table("tbl-national-before", title=f"Trends before {post_from}: pilots less their neighbours", frame=frame,
            subtitle="Difference in yearly change with 95% confidence intervals (CR2, Satterthwaite), years of the "
                     f"window before {post_from}",
            columns=[label("indicator", "Indicator"), *EFFECT_COLUMNS, text_column("unit", "Unit a year"),
                     text_column("window", "Years")],
            describe=lambda shown: f"Table of differences in trend: {wording.before(national)}.",
            made_by=trend_before, sources=sources,
            note="Not applicable where there is one year before. An interval that includes zero does not show that "
                 "trends were parallel.")


def _effect_row(result):
    indicator = result.indicator
    row = {"indicator": indicator.title, "unit": indicator.difference, "window": _years(indicator.window)}
    if not isinstance(result, Evaluated):
        return {**row, "effect": None, "low": None, "high": None, "n": None, "authorities": None, "pilots": None,
                "conclusion": result.reason}
    effect = result.effect
    return {**row, **_bounds(effect.interval), "n": effect.n, "authorities": effect.n_authorities,
            "pilots": effect.n_pilots, "conclusion": wording.conclusion(result)}


def _effects_title(frame):
    return f"{len(frame)} indicators: pilots against their statistical neighbours"


def _describe_effects(frame):
    rows = frame.dropna(subset=["effect"])
    parts = [f"{row.indicator}: {words.number(row.effect)} {row.unit}, interval {words.interval(row.low, row.high)}."
             for row in rows.itertuples()]
    return f"Table of {len(frame)} effects, {len(rows)} of them estimated. " + " ".join(parts)


def _describe_means(frame):
    rows = frame.dropna(subset=["pilots_before"])
    parts = [f"{row.indicator}: pilots {words.number(row.pilots_before)} before and {words.number(row.pilots_after)} "
             f"after, neighbours {words.number(row.neighbours_before)} and {words.number(row.neighbours_after)}."
             for row in rows.itertuples()]
    return f"Table of means of {len(frame)} indicators. " + " ".join(parts)


def _describe_england(frame, titles):
    ends = {key: frame[key].dropna() for key in titles}
    parts = [f"{title}: from {words.number(ends[key].iloc[0])} to {words.number(ends[key].iloc[-1])}."
             for key, title in titles.items() if len(ends[key])]
    return "Table of England by year. " + (" ".join(parts) or "No value is available.")


def _means_row(result):
    row = {"indicator": result.indicator.title, "unit": result.indicator.unit}
    if not isinstance(result, Evaluated):
        return {**row, **dict.fromkeys(("pilots_before", "pilots_after", "neighbours_before", "neighbours_after",
                                        "detectable", "df"))}
    effect = result.effect
    return {**row, "pilots_before": effect.pilots_before, "pilots_after": effect.pilots_after,
            "neighbours_before": effect.neighbours_before, "neighbours_after": effect.neighbours_after,
            "detectable": effect.detectable, "df": effect.interval.df}


def _pilot_row(national, code):
    pilots, compared = national.pilots, national.comparison
    in_round_2 = code in pilots.round_2
    near = compared is not None and in_round_2
    return {"authority": pilots.names[code], "code": code, "region": national.regions.get(code, ""),
            "round_1": "yes" if code in pilots.round_1 else "no", "round_2": "yes" if in_round_2 else "no",
            "comparators": len(compared.of_pilot[code]) if near else None,
            "pilots_among": ", ".join(pilots.names[c] for c in compared.pilots_among[code]) if near else "",
            "indicators": sum(code in result.panel.pilots for result in national.evaluated)}


def _left_out(national):
    found: dict[tuple, list] = {}
    for result in national.evaluated:
        for row in result.panel.left_out:
            found.setdefault((row.code, row.reason, _years(row.years)), []).append(result.indicator.title)
    rows = [{"authority": national.names.get(code) or national.pilots.names.get(code, "not in the files"), "code": code,
             "role": "pilot" if code in national.pilots.codes else "comparator", "found": reason,
             "found__symbol": reason if len(reason) <= 3 else "", "years": years, "indicators": "; ".join(titles)}
            for (code, reason, years), titles in sorted(found.items())]
    columns = ["authority", "code", "role", "found", "found__symbol", "years", "indicators"]
    return pd.DataFrame(rows or [["None", *[""] * 6]], columns=columns)


def _symbols(section, frames):
    used = {name: set() for name in frames}
    for indicator in indicators(section):
        if indicator.dataset in used:
            used[indicator.dataset].update(indicator.columns)
        if indicator.denominator in used:
            used[indicator.denominator].add("population_estimate")
    if section["long_plans"]["dataset"] in used:
        used[section["long_plans"]["dataset"]].add(section["long_plans"]["column"])
    parts = []
    for name, columns in used.items():
        measures = {i.tool_measure for i in indicators(section) if i.dataset == name and i.tool_measure}
        frame = frames[name]
        frame = frame[frame["Short Desc"].isin(measures)] if measures else frame
        counts = symbol_counts(frame)
        parts.append(counts[counts["column"].isin(columns)].assign(dataset=name.replace("_", " ").capitalize()))
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        return pd.DataFrame([{"dataset": "None", "column": "", "symbol": "", "cells": 0, "of": 0}])
    return frame.assign(symbol__symbol=frame["symbol"])


def _alternative_row(result):
    row = {"indicator": result.indicator.title, "unit": result.indicator.difference}
    evaluated = isinstance(result, Evaluated)
    row |= _bounds(result.effect.interval if evaluated else None)
    for name, (prefix, _) in ALTERNATIVES.items():
        other = result.alternatives.get(name) if evaluated else None
        row |= {f"{prefix}_{part}": value for part, value in _bounds(other and other.interval).items()}
    return row


def _before_row(result, post_from):
    evaluated = isinstance(result, Evaluated)
    years = [year for year in result.indicator.window if year < post_from] if evaluated else []
    return {"indicator": result.indicator.title, "unit": result.indicator.difference,
            "window": _years(years) if years else "", **_bounds(result.before if evaluated else None)}


def _post_from(p: Publisher) -> int:
    return p.design.section("national_data")["post_from"]


def _bounds(interval):
    if interval is None:
        return {"effect": None, "low": None, "high": None}
    return {"effect": interval.estimate, "low": interval.low, "high": interval.high}


def _years(years) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}" \
        if list(years) == list(range(years[0], years[-1] + 1)) else ", ".join(map(str, years))
