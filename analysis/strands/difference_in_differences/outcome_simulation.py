"""Simulated outcomes for the very records of a matched design, without an effect or with a planted one.

A record's mean is what the regression without an effect fits it; authorities and authorities by period have shocks;
0/1 outcomes are drawn from the probability, durations keep the residuals' distribution (`methods.outcome_model`).
Copies of a record in several groups have one outcome: their mean is the mean of theirs, their period that of the
first. Rows that matching leaves out have outcomes too, since another assignment of pilots may match them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular

from analysis.methods.clustered import ClusteredFit
from analysis.methods.outcome_model import (
    Draws,
    OutcomeModel,
    VarianceComponents,
    variance_components,
    within_residuals,
)
from analysis.strands.difference_in_differences.imputing import UNIT
from analysis.strands.difference_in_differences.regression import EFFECT


@dataclass(frozen=True)
class SimulatedRecords:
    """A model of distinct records and `record` (n,), which of them each row of the frame is; `exposed` (n,) marks the
    rows that an effect is added to, those of pilots after the embedding."""

    model: OutcomeModel
    record: np.ndarray
    exposed: np.ndarray

    def draw(self, rng: np.random.Generator, runs: int, effect: float = 0.0) -> Draws:
        """Outcomes of all rows, (n, runs), with an effect on the exposed; clipped counts distinct records."""
        exposed = np.zeros(len(self.model.mean))
        exposed[self.record] = self.exposed
        drawn = self.model.draw(rng, runs, effect * exposed)
        return Draws(drawn.outcomes[self.record], drawn.clipped)


def null_means(fit: ClusteredFit, X: pd.DataFrame) -> np.ndarray:
    """Fitted values, (n,), of the regression in which the effect is held at nought, for the rows of a design matrix.

    In the basis XR^-1 of `clustered` least squares under u'b = 0 is b - u (u'b) / u'u.
    """
    u, b = fit.direction(EFFECT), fit.root @ fit.coefficients
    restricted = solve_triangular(fit.root, b - u * (u @ b) / (u @ u))
    return X[list(fit.names)].to_numpy(dtype=float) @ restricted


def distinct_matched(frame: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """True, (n,), at the first copy of every matched record."""
    kept = weights > 0
    kept[kept] = ~frame[kept].duplicated(UNIT).to_numpy()
    return kept


def components_of(frame: pd.DataFrame, X: pd.DataFrame, weights: np.ndarray) -> VarianceComponents:
    """Variance components of authorities and authorities by period from the distinct matched records (one row each,
    without weights)."""
    kept = distinct_matched(frame, weights)
    part = frame[kept]
    return variance_components(part["y"], X[kept], part["la"].to_numpy(), _cells(part))


def residuals_of(frame: pd.DataFrame, X: pd.DataFrame, weights: np.ndarray, variance: float) -> np.ndarray:
    """Residuals of the distinct matched records within authority and period, with the given variance."""
    kept = distinct_matched(frame, weights)
    return within_residuals(frame["y"][kept], X[kept], _cells(frame[kept]), variance)


def simulated_records(frame: pd.DataFrame, means: np.ndarray, authority_sd: float, period_sd: float,
                      **noise) -> SimulatedRecords:
    """The model of a frame's records (child, date, la, pilot, after) with means (n,) and standard deviations of the
    shocks; `noise` as `OutcomeModel` has it: scale, residuals or unit_sd."""
    record = pd.MultiIndex.from_frame(frame[UNIT]).factorize()[0]
    first = np.unique(record, return_index=True)[1]
    mean = np.bincount(record, weights=means) / np.bincount(record)
    clusters = pd.factorize(frame["la"].to_numpy()[first], sort=True)[0]
    model = OutcomeModel(mean, clusters, _cells(frame.iloc[first]), authority_sd, period_sd, **noise)
    return SimulatedRecords(model, record, (frame["pilot"] * frame["after"]).to_numpy() == 1)


def _cells(frame: pd.DataFrame) -> np.ndarray:
    return frame.groupby(["la", "after"], sort=True).ngroup().to_numpy()
