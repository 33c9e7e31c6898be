"""The whole strand: from the frames that are there to the result of every indicator, absent ones with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.methods.interval import Interval
from analysis.strands.national_data.authorities import Comparison, PilotTable, comparison, others, pilot_table
from analysis.strands.national_data.effects import Effect, Panel, build_panel, estimate_effect, trend_before
from analysis.strands.national_data.indicators import (
    ENGLAND,
    Indicator,
    authority_names,
    authority_regions,
    file_codes,
    indicator_values,
    indicators,
)
from analysis.strands.national_data.trends import trends

LEAST = 2       # pilots, and comparators, below which nothing is estimated


@dataclass(frozen=True)
class Evaluated:
    """An indicator with its values (code, year, value, symbol), panel, effect and series; `alternatives` are effects
    with other comparators."""

    indicator: Indicator
    values: pd.DataFrame
    panel: Panel
    effect: Effect
    trends: pd.DataFrame
    before: Interval | None
    alternatives: Mapping[str, Effect]


@dataclass(frozen=True)
class Absent:
    """An indicator without an estimate; `reason` names the files that are missing, or says what stands in the place of
    numbers. `values` are there where the files are."""

    indicator: Indicator
    reason: str
    values: pd.DataFrame | None = None


@dataclass(frozen=True)
class NationalData:
    """The strand's result. `comparison` is None when the neighbours are not there."""

    pilots: PilotTable
    comparison: Comparison | None
    results: tuple[Evaluated | Absent, ...]
    names: Mapping[str, str]
    regions: Mapping[str, str]

    @property
    def evaluated(self) -> tuple[Evaluated, ...]:
        """The indicators that could be computed."""
        return tuple(result for result in self.results if isinstance(result, Evaluated))

    @property
    def absent(self) -> tuple[Absent, ...]:
        """Those that could not."""
        return tuple(result for result in self.results if isinstance(result, Absent))


def evaluate(section: Mapping, frames: Mapping[str, pd.DataFrame]) -> NationalData:
    """Evaluate every indicator whose files are there.

    `section` is `national_data` of the design; `frames` holds the checked frames by dataset, without those missing.
    Raises `DataError` when the files' codes fit no table of pilots.
    """
    pilots = pilot_table(section, {name: file_codes(frame) for name, frame in frames.items()})
    compared = comparison(frames["neighbours_2021"], pilots) if "neighbours_2021" in frames else None
    results = tuple(_result(section, indicator, frames, pilots, compared) for indicator in indicators(section))
    return NationalData(pilots, compared, results, _names(frames), _regions(frames))


def headline(section: Mapping, indicator: Indicator, values: pd.DataFrame,
             compared: Comparison) -> tuple[Panel, Effect]:
    """Panel and effect of one indicator by the headline specification."""
    panel = build_panel(values, compared.pilots, compared.comparators, indicator.window)
    return panel, estimate_effect(panel, section["post_from"], section["level"], section["power"])


def _result(section, indicator, frames, pilots, compared):
    lacking = [name for name in (*indicator.datasets, "neighbours_2021") if name not in frames]
    there = set(indicator.datasets) <= set(frames)
    values = indicator_values(indicator, frames, section["population_lag"]) if there else None
    if lacking:
        return Absent(indicator, "not available (file of " + " and ".join(lacking) + " missing)", values)
    panel = build_panel(values, compared.pilots, compared.comparators, indicator.window)
    if len(panel.pilots) < LEAST or len(panel.comparators) < LEAST:
        return Absent(indicator, _too_few(panel, compared), values)
    panel, effect = headline(section, indicator, values, compared)
    return Evaluated(indicator, values, panel, effect, trends(values, panel),
                     trend_before(panel, section["post_from"], section["level"]),
                     _alternatives(section, indicator, values, frames, pilots, compared))


def _too_few(panel, compared):
    """Why a panel carries no estimate: how many authorities have a value in every year, and what the others have."""
    reasons = Counter(row.reason for row in panel.left_out if row.code in compared.pilots)
    found = " and ".join(f"[{reason}]" if len(reason) <= 3 else reason for reason, _ in reasons.most_common(2))
    return (f"not estimated ({len(panel.pilots)} of {len(compared.pilots)} pilots have a number in every year; the "
            f"others have {found})")


def _alternatives(section, indicator, values, frames, pilots, compared):
    """The same estimate against the neighbours of the 2025 model, and against all other authorities."""
    found = {}
    choices = {"all others": others(set(values["code"]) - {ENGLAND}, pilots)}
    if "neighbours_2025" in frames:
        choices = {"neighbours 2025": comparison(frames["neighbours_2025"], pilots).comparators, **choices}
    for name, codes in choices.items():
        panel = build_panel(values, compared.pilots, codes, indicator.window)
        found[name] = estimate_effect(panel, section["post_from"], section["level"], section["power"])
    return found


def _names(frames):
    names = {}
    for name, frame in frames.items():
        if not name.startswith("neighbours"):
            names = {**authority_names(frame), **names}
    return names


def _regions(frames):
    regions = {}
    for frame in frames.values():
        if "geographic_level" in frame:
            regions = {**authority_regions(frame), **regions}
    return regions
