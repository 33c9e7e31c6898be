"""The wild cluster bootstrap and the permutation test of many outcomes on one design, at any hypothesis.

Bootstrap, restricted, as in `wild_bootstrap` (MacKinnon, Nielsen and Webb 2023), with the same signs for every outcome.
With u the contrast, P_g = X_g'W_gX_g and s_g the scores in the basis of `clustered`, the restricted scores under
u'b = h are s_g + P_gu d with d = (u'b - h) / u'u. What a draw v gives is linear in d: numerator sum_g v_g u's_g
+ d sum_g v_g u'P_gu, and each term of its variance likewise. So a draw's squared t statistic is
(a + d a')^2 / (q + 2 d q' + d^2 q"), with a' and q" the same for all outcomes; once a, q and q' are there, every
further hypothesis costs a few operations a draw, and an interval by inverting the test hardly more than the test.

Permutation, as in `permutation`: an assignment's estimate is linear in the outcome, so that taking h times the effect
column off the outcome takes h times the estimate of that column off every assignment's estimate.

Both count ties within one part in 10^9 and the data themselves, and reject at level a when p <= a.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import DataError
from analysis.methods.permutation import TIE
from analysis.methods.repeated_outcomes import RepeatedFits
from analysis.methods.wild_bootstrap import rademacher

BLOCK = 100      # outcomes whose draws are held at once
FARTHEST = 30    # CR1 standard errors beyond which the end of an interval counts as infinite, as in `wild_bootstrap`
HALVINGS = 20    # of the interval between a value not rejected and one rejected


@dataclass(frozen=True)
class RepeatedBootstrap:
    """Of R outcomes and B draws, the first the data as they are: `estimates` (R,), `length` u'u, and the parts of a
    draw's squared t statistic, `top` a (R, B), `top_step` a' (B,), `square` q (R, B), `cross` q' (R, B) and
    `square_step` q" (B,). `exact`: the draws are all there are."""

    estimates: np.ndarray
    length: float
    top: np.ndarray
    top_step: np.ndarray
    square: np.ndarray
    cross: np.ndarray
    square_step: np.ndarray
    exact: bool

    def p(self, null=0.0) -> np.ndarray:
        """Two-sided p, (R,), of the hypothesis that the contrast is `null`, one number or (R,)."""
        d = ((self.estimates - null) / self.length)[:, None]
        square = self.square + d * (2 * self.cross + d * self.square_step)
        t2 = (self.top + d * self.top_step) ** 2 / np.maximum(square, np.finfo(float).tiny)
        return (t2 >= t2[:, :1] * (1 - TIE)).mean(axis=1)

    def first(self, runs: int) -> RepeatedBootstrap:
        """The test of the first `runs` outcomes alone."""
        return replace(self, **{name: getattr(self, name)[:runs] for name in ("estimates", "top", "square", "cross")})


@dataclass(frozen=True)
class RepeatedPermutation:
    """Of R outcomes and A assignments, the first the one that happened: `values` (R, A), the assignments' estimates,
    and `steps` (A,), their estimates with the effect column for an outcome, 1 in the first."""

    values: np.ndarray
    steps: np.ndarray

    def __post_init__(self):
        if self.values.ndim != 2 or self.values.shape[1] != len(self.steps) or not np.isfinite(self.values).all():
            raise DataError("statistics of permutation tests", value=(self.values.shape, self.steps.shape),
                            expected="a finite number for every outcome and assignment")

    def p(self, null=0.0) -> np.ndarray:
        """Two-sided p, (R,), of the hypothesis that the effect is `null`, one number or (R,)."""
        far = np.abs(self.values - np.broadcast_to(null, len(self.values))[:, None] * self.steps)
        return (far >= far[:, :1] - TIE * np.maximum(far[:, :1], 1e-300)).mean(axis=1)

    def first(self, runs: int) -> RepeatedPermutation:
        """The test of the first `runs` outcomes alone."""
        return RepeatedPermutation(self.values[:runs], self.steps)


def repeated_bootstrap(fits: RepeatedFits, rng: np.random.Generator, *, draws: int = 9_999) -> RepeatedBootstrap:
    """The bootstrap of every outcome; draws as `wild_bootstrap.rademacher` makes them."""
    fit, u, reach = fits.design.fit, fits.design.direction, fits.design.reach
    signs, exact = rademacher(fit.n_clusters, rng, draws)
    along = reach @ u                                              # u'P_gu, (G,)
    step = signs * along - signs @ (reach @ reach.T)               # (B, G): what d adds to the terms of the variance
    parts = [_draws(fits, signs, step, slice(at, at + BLOCK)) for at in range(0, len(fits.estimates), BLOCK)]
    top, square, cross = (np.concatenate(part) for part in zip(*parts, strict=True))
    return RepeatedBootstrap(fits.estimates, float(u @ u), top, signs @ along, square, cross, (step**2).sum(axis=1),
                             exact)


def inverted_bounds(test: RepeatedBootstrap | RepeatedPermutation, estimates: np.ndarray, steps: np.ndarray, *,
                    level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the intervals of values not rejected, (R,) each, by halving; infinite where none is rejected within 30
    steps. `steps` (R,): about half the width to be expected, such as CR1 standard errors; ends are to 10^-5 of them.
    """
    def end(sign: float) -> np.ndarray:
        inside, outside = np.zeros(len(estimates)), np.full(len(estimates), 2.0)     # in steps from the estimate
        while (kept := (test.p(estimates + sign * outside * steps) > 1 - level) & (outside <= FARTHEST)).any():
            inside, outside = np.where(kept, outside, inside), np.where(kept, 1.5 * outside, outside)
        endless = outside > FARTHEST
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            kept = test.p(estimates + sign * middle * steps) > 1 - level
            inside, outside = np.where(kept, middle, inside), np.where(kept, outside, middle)
        return np.where(endless, sign * np.inf, estimates + sign * outside * steps)

    return end(-1.0), end(1.0)


def _draws(fits: RepeatedFits, signs: np.ndarray, step: np.ndarray, block: slice):
    """Parts a, q, q' of a block of outcomes: in each, sum_g v_gu's_g, and over g of the terms
    v_g u's_g - (P_gu)'sum_h v_hs_h their squares and their products with `step`."""
    scores = fits.moments.scores[block] - np.einsum("gij,rj->rgi", fits.design.fit.products, fits.coefficients[block])
    part = scores @ fits.design.direction                                         # (r, G)
    crossing = np.einsum("gi,rhi->rhg", fits.design.reach, scores)                # (P_gu)'s_h, by h then g
    diagonal = np.einsum("rg,hg->rhg", part, np.eye(part.shape[1]))
    terms = signs @ (diagonal - crossing)                                         # (r, B, G)
    return part @ signs.T, np.einsum("rbg,rbg->rb", terms, terms), np.einsum("rbg,bg->rb", terms, step)
