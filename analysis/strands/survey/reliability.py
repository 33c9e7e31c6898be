"""Reliability and dimensions of the scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.scales import Dimensions, Reliability, cronbach_alpha, item_rest, omega_total, parallel_analysis
from analysis.sources.survey_instrument import Questionnaire, Scale
from analysis.strands.survey.answers import scale_items


@dataclass(frozen=True)
class ScaleQuality:
    """A scale's alpha and omega with intervals, its items' correlations with the rest, and its dimensions."""

    scale: Scale
    alpha: Reliability
    omega: Reliability
    item_rest: tuple[float, ...]
    dimensions: Dimensions


def scale_quality(returns: pd.DataFrame, form: Questionnaire, section: Mapping,
                  rng: np.random.Generator) -> tuple[ScaleQuality, ...]:
    """Every scale of the questionnaire, both waves together, unweighted; a person who answered twice counts twice.

    Intervals take returns as independent, a little too narrow for the few linked people.
    """
    found = []
    for scale in form.scales:
        items = scale_items(returns, form, scale.name)
        found.append(ScaleQuality(scale, cronbach_alpha(items, level=section["level"]),
                                  omega_total(items, rng, draws=section["bootstrap"], level=section["level"]),
                                  tuple(float(r) for r in item_rest(items)),
                                  parallel_analysis(items, rng, draws=section["parallel"])))
    return tuple(found)
