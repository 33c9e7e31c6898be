"""One indicator in depth: inference with few pilots, other comparators, other dates, synthetic comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.strands.national_data.authorities import comparison, others
from analysis.strands.national_data.comparators import Choice, balance, even, matched, of_region
from analysis.strands.national_data.effects import Panel, build_panel, estimate_effect
from analysis.strands.national_data.evaluation import Evaluated, NationalData
from analysis.strands.national_data.indicators import ENGLAND
from analysis.strands.national_data.inference import Inference, inference_of
from analysis.strands.national_data.reorganised import Joined, joined_effect
from analysis.strands.national_data.synthetic import Synthetic, synthetic
from analysis.strands.national_data.timing import EventYears, Timings, event_years, timings

HEADLINE, LATER, REGION, MATCHED, ALL = ("Neighbours, 2021 model", "Neighbours, 2025 model", "Same region",
                                         "Matched on level and trend", "All authorities")


@dataclass(frozen=True)
class Detail:
    """An evaluated indicator with everything that stands beside its headline. `events`, `timings` and `synthetic` are
    None where too few years lie before, `joined` for a percentage."""

    evaluated: Evaluated
    inference: Inference
    choices: tuple[Choice, ...]
    events: EventYears | None
    timings: Timings | None
    synthetic: Synthetic | None
    joined: Joined | None


def details(design: Design, frames: Mapping[str, pd.DataFrame], national: NationalData) -> tuple[Detail, ...]:
    """The detail of every indicator that could be estimated, in the design's order."""
    return tuple(_detail(design, frames, national, found) for found in national.evaluated)


def choices_of(section: Mapping, frames: Mapping[str, pd.DataFrame], national: NationalData,
               found: Evaluated) -> tuple[Choice, ...]:
    """Every choice of comparators for one indicator, the headline's first. All are weights on one panel of the pilots
    and whatever authority has a value in every year and was never a pilot."""
    values = found.values
    codes = others(set(values["code"]) - {ENGLAND}, national.pilots)
    panel = build_panel(values, national.comparison.pilots, codes, found.indicator.window)
    kept = set(panel.comparators)
    weights = {HEADLINE: even([c for c in national.comparison.comparators if c in kept])}
    if "neighbours_2025" in frames:
        later = comparison(frames["neighbours_2025"], national.pilots).comparators
        weights[LATER] = even([code for code in later if code in kept])
    weights[REGION] = of_region(panel.pilots, panel.comparators, national.regions)
    weights[MATCHED] = matched(panel, section["post_from"], int(section["matched"]["nearest"]))
    weights[ALL] = even(panel.comparators)
    return tuple(_choice(section, panel, name, own) for name, own in weights.items() if len(own) > 1)


def _choice(section: Mapping, panel: Panel, name: str, weights: Mapping[str, float]) -> Choice:
    effect = estimate_effect(panel, section["post_from"], section["level"], section["power"], weights)
    return Choice(name, weights, effect, *balance(panel, weights, section["post_from"]))


def _detail(design: Design, frames, national: NationalData, found: Evaluated) -> Detail:
    section = design.section("national_data")
    panel, post_from, level = found.panel, section["post_from"], section["level"]
    least = int(section["least_years_before"])
    rng: np.random.Generator = design.rng(f"national_data.{found.indicator.key}")
    return Detail(
        found, inference_of(panel, found.effect, section, rng), choices_of(section, frames, national, found),
        event_years(panel, post_from, least, level),
        timings(panel, national.pilots.round_1, int(section["round_1_after_from"]), post_from, level, section["power"]),
        synthetic(panel, post_from, least, level), joined_effect(section, frames, national, found))
