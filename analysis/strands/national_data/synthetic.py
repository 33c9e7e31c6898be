"""Synthetic comparisons: difference-in-differences with weights, and a synthetic control for every pilot.

Synthetic control (Abadie, Diamond and Hainmueller 2010): weights on comparators, not negative and summing to one, that
make their mean follow the pilot's values before; the mean gap after is the effect. Placebos: the same for every
comparator, with the others as its comparators; p is the share of pilot and placebos whose mean gap is as large. The
usual statistic divides by the gap before. With a handful of years before and many comparators the fit is often exact,
and the ratio then has no meaning; the root mean square gap before is shown beside instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.methods.interval import Interval
from analysis.methods.staggered_inference import jackknife
from analysis.methods.staggered_panel import adoption, staggered_panel
from analysis.methods.synthetic_did import simplex_weights, synthetic_did
from analysis.strands.national_data.effects import Panel

SMALL = 0.01     # weights up to which a comparator is not listed


@dataclass(frozen=True)
class SyntheticControl:
    """One pilot against its synthetic control: `gaps` by year (values of the pilot less those of the control), mean
    gap after, root mean square gap before, p among the placebos, and the weights by comparator above one in a
    hundred."""

    code: str
    gaps: Mapping[int, float]
    effect: float
    misfit: float
    p: float
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Synthetic:
    """Synthetic difference-in-differences with a jackknife over authorities (None where it finds no variance), and the
    synthetic controls of the pilots."""

    sdid: Interval
    largest_weight: float
    controls: tuple[SyntheticControl, ...]
    placebos: tuple[float, ...]


def synthetic(panel: Panel, post_from: int, least_before: int, level: float = 0.95) -> Synthetic | None:
    """Both, or None with fewer than `least_before` years before `post_from` or fewer than three comparators."""
    years = np.asarray(panel.values.columns, dtype=int)
    if (years < post_from).sum() < least_before or len(panel.comparators) < 3:
        return None
    long = panel.values.stack().rename("y").reset_index()
    whole = staggered_panel(long["code"], long["year"].astype(int), long["y"])
    dates = adoption(whole, dict.fromkeys(panel.pilots, post_from))
    largest = max(float(run.unit_weights.max()) for run in synthetic_did(whole, dates).runs)
    interval = jackknife(lambda p, a: synthetic_did(p, a).effect, whole, dates, level)
    controls, placebos = synthetic_controls(panel, post_from)
    return Synthetic(interval, largest, controls, placebos)


def synthetic_controls(panel: Panel, post_from: int) -> tuple[tuple[SyntheticControl, ...], tuple[float, ...]]:
    """A synthetic control for every pilot of the panel, from its comparators, and the placebos' mean gaps after."""
    years = np.asarray(panel.values.columns, dtype=int)
    before, comparators = years < post_from, list(panel.comparators)
    pool = panel.values.loc[comparators].to_numpy()
    placebos = np.array([_gaps(pool[k], np.delete(pool, k, axis=0), before)[0][~before].mean()
                         for k in range(len(comparators))])
    found = []
    for code in panel.pilots:
        gaps, weights = _gaps(panel.values.loc[code].to_numpy(), pool, before)
        effect = float(gaps[~before].mean())
        p = float((1 + np.sum(np.abs(placebos) >= abs(effect))) / (1 + len(placebos)))
        kept = {comparators[k]: float(weights[k]) for k in np.argsort(-weights) if weights[k] > SMALL}
        found.append(SyntheticControl(code, dict(zip(years.tolist(), gaps.tolist(), strict=True)), effect,
                                      float(np.sqrt(np.mean(gaps[before] ** 2))), p, kept))
    return tuple(found), tuple(placebos.tolist())


def _gaps(own: np.ndarray, pool: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values less those of the synthetic control by year, and its weights."""
    weights = simplex_weights(pool[:, before].T, own[before], 0.0)
    return own - weights @ pool, weights
