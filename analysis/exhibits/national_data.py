"""What the national data strand publishes: effects, England's values, trends, and what the estimates rest on."""

from __future__ import annotations

from functools import partial

from analysis.errors import MissingData
from analysis.exhibits.national import figures, tables, wording
from analysis.publish import Publisher
from analysis.strands.national_data import (
    Evaluated,
    Indicator,
    comparison,
    england_series,
    estimate_effect,
    evaluate,
    indicators,
    pilot_table,
    symbol_counts,
)

DATASETS = ("children_in_need", "referrals", "subsequent_plans", "plan_durations", "workforce", "interactive_tool",
            "population", "neighbours_2021", "neighbours_2025")
BUNDLES = ()

NOT_AVAILABLE = "not available"


def publish(p: Publisher) -> None:
    """Evaluate what is there and publish it. A missing file takes its indicators away; their findings say so."""
    loaded = {name: dataset for name in DATASETS if (dataset := p.load_optional(name)) is not None}
    if not loaded:
        raise MissingData("no file of the national data is there", expected="the public files, or stand-ins")
    section = p.design.section("national_data")
    frames = {name: dataset.frame for name, dataset in loaded.items()}
    national = evaluate(section, frames)
    every = list(loaded.values())
    of_indicator = partial(_sources, loaded)
    for result in national.results:
        if result.indicator.in_text:
            _effect_findings(p, result, of_indicator(result.indicator))
    _england_findings(p, section, frames, loaded)
    _general_findings(p, section, national, frames, every)
    figures.trend_figures(p, national, of_indicator)
    figures.further_figures(p, national, of_indicator)
    figures.effects_figure(p, national, every)
    for table in (tables.effects_table, tables.means_table, tables.indicators_table, tables.pilots_table,
                  tables.coverage_table,
                  tables.left_out_table,
                  tables.alternatives_table, tables.before_table):
        table(p, national, every)
    tables.symbols_table(p, frames, every)
    tables.england_table(p, frames, every)


def _sources(loaded, indicator: Indicator):
    """Datasets behind an indicator; when none of them is there, those that are."""
    names = (*indicator.datasets, "neighbours_2021")
    return [loaded[name] for name in names if name in loaded] or list(loaded.values())


def _effect_findings(p, result, sources):
    key, indicator = f"national.{result.indicator.key}", result.indicator
    if not isinstance(result, Evaluated):
        p.finding(f"{key}.effect", result.reason, unit="text", made_by=evaluate, sources=sources)
        for name in ("uncertainty", "mde", "pilots_before"):
            p.finding(f"{key}.{name}", NOT_AVAILABLE, unit="text", made_by=evaluate, sources=sources)
        p.finding(f"{key}.conclusion", "no conclusion", unit="text", made_by=evaluate, sources=sources)
        return
    effect, interval = result.effect, result.effect.interval
    counts = {"n": effect.n, "n_authorities": effect.n_authorities, "n_pilots": effect.n_pilots}
    common = {"decimals": indicator.decimals, "made_by": estimate_effect, "sources": sources}
    p.finding(f"{key}.effect", interval.estimate, unit=indicator.difference, low=interval.low, high=interval.high,
              **counts, **common)
    p.finding(f"{key}.mde", effect.detectable, unit=indicator.difference, **counts, **common)
    p.finding(f"{key}.pilots_before", effect.pilots_before, unit=indicator.unit, **counts, **common)
    p.finding(f"{key}.uncertainty", wording.uncertainty(result), unit="text", made_by=estimate_effect, sources=sources)
    p.finding(f"{key}.conclusion", wording.conclusion(result), unit="text", made_by=wording.conclusion, sources=sources)


def _england_findings(p, section, frames, loaded):
    series = england_series(section, frames)
    for indicator in [item for item in indicators(section) if item.in_text]:
        years = sorted({*section["england_quoted"].get(indicator.key, ()), indicator.years[1]})
        sources = [loaded[name] for name in indicator.datasets if name in loaded] or list(loaded.values())
        for year in years:
            _england(p, f"national.england.{indicator.key}.{year}", series.get(indicator.key), year, indicator.unit,
                     sources)
    plans = section["long_plans"]
    sources = [loaded[plans["dataset"]]] if plans["dataset"] in loaded else list(loaded.values())
    key = f"national.england.long_plans.{plans['year']}"
    _england(p, key, series.get("long_plans"), plans["year"], "per cent", sources)


def _england(p, key, series, year, unit, sources):
    value = series.get(year) if series is not None else None
    if value is None:
        p.finding(key, NOT_AVAILABLE, unit="text", made_by=england_series, sources=sources)
    else:
        p.finding(key, value, unit=unit, made_by=england_series, sources=sources)


def _general_findings(p, section, national, frames, every):
    pilots, compared = national.pilots, national.comparison
    both = sum(code in pilots.round_1 for code in pilots.round_2)
    for name, value, function in (("pilots.n", len(pilots.round_2), pilot_table),
                                  ("pilots.in_round_1", both, pilot_table),
                                  ("indicators.n", len(national.results), indicators),
                                  ("indicators.computed", len(national.evaluated), evaluate)):
        p.finding(f"national.{name}", value, unit="count", decimals=0, made_by=function, sources=every)
    near = {"comparators.n": compared and len(compared.comparators),
            "comparators.pilots_among": compared and sum(map(len, compared.pilots_among.values())),
            "left_out.authorities": compared and len({row.code for result in national.evaluated
                                                      for row in result.panel.left_out}),
            "left_out.pilots": compared and len({row.code for result in national.evaluated
                                                 for row in result.panel.left_out if row.code in pilots.codes})}
    for name, value in near.items():
        _count_or_text(p, f"national.{name}", value, comparison, every)
    symbols = sum(int(symbol_counts(frame)["cells"].sum()) for frame in frames.values())
    p.finding("national.symbols.cells", symbols, unit="count", decimals=0, made_by=symbol_counts, sources=every)
    phrases = {"data.origin": (pilots.data, pilot_table), "data.reading": (pilots.reading, pilot_table),
               "overall.conclusion": (wording.overall(national), wording.overall),
               "overall.both": (wording.both(national, section["level"]), wording.both),
               "overall.after_holm": (wording.after_holm(national, section["level"]), wording.after_holm),
               "overall.availability": (wording.availability(national), wording.availability),
               "levels.phrase": (wording.levels(national), wording.levels),
               "alternatives.phrase": (wording.alternatives(national), wording.alternatives),
               "before.phrase": (wording.before(national), wording.before)}
    for name, (text, function) in phrases.items():
        p.finding(f"national.{name}", text, unit="text", made_by=function, sources=every)


def _count_or_text(p, key, value, function, sources):
    if value is None:
        p.finding(key, NOT_AVAILABLE, unit="text", made_by=function, sources=sources)
    else:
        p.finding(key, value, unit="count", decimals=0, made_by=function, sources=sources)
