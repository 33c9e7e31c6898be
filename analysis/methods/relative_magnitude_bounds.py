"""Robust intervals when trends differ after the event by at most M-bar times the most they did before it.

Rambachan and Roth (2023, Review of Economic Studies 90(5), 2555-2591), Delta^RM(M-bar) of their section 2.4: with
d_t the change of the difference in trends from t - 1 to t, |d_t| <= M-bar max_{s <= -1} |d_s| at every t >= 0. The
set is the union over the period s and the sign of the greatest change before, so the interval is the union of the
intervals for each (their Lemma 2.2), each by inverting the hybrid test C-LF of `moment_inequalities` (their section 3)
with kappa = alpha / 10. As in the reference implementation (R package HonestDiD, its default) only the inequalities
that involve periods after the event are tested, which leaves a wider set and so keeps coverage.

What is known of these inequalities makes the test exact and fast. For a period s and sign, let v be the signed change
at s, b_t the change of the coefficients from t - 1 to t, l the target's weights, theta the target and
w_t = sum_{j >= t} l_j, so that l'b = sum_t w_t b_t. The inequalities are +-(b_t - tau_t) - M-bar v <= 0, where the
changes tau_t of the effect are nuisance parameters given theta. The vertices of the dual programme are
    c_1 (l'b - theta - M-bar W v),    W = sum_t |w_t|,   1 / c_1 = sum_t |w_t| x sd of the inequality of w_t's sign,
    c_2 (theta - l'b - M-bar W v),    c_2 likewise with the other sign,
    -2 M-bar v / (sd_t+ + sd_t-)      for every t, of which the greatest and the least divisor suffice.
So the ends are not limited by a grid, and the least favourable critical value needs no simulation: where the first two
vertices both exceed a positive value, so does the third with the least divisor (`least_favourable_value`).

The reference inverts on a grid (by default 1,000 points within 20 standard errors of 0, at whose edge its intervals
are cut), takes that critical value from 1,000 draws, and with a single period after the event uses all inequalities
and a second stage of size alpha that takes no account of the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.breakdown import Breakdown, breakdown
from analysis.methods.event_coefficients import EventCoefficients, check_bound
from analysis.methods.moment_inequalities import hybrid_rejects, least_favourable_value

FIRST_STAGE = 0.1    # kappa / alpha
LOOKED_AT = 401      # values of theta for each period and sign, before bisection
HALVINGS = 30        # of the spacing of those
NEGLIGIBLE = 1e-9    # M-bar up to here is taken as 0: the interval would differ in the ninth digit


@dataclass(frozen=True)
class RelativeMagnitudeInterval:
    """Interval for the target under Delta^RM(`bound`), from the least to the greatest value not rejected."""

    bound: float
    low: float
    high: float


def relative_magnitude_interval(coefficients: EventCoefficients, bound: float, *, level: float = 0.95,
                                df: float = np.inf) -> RelativeMagnitudeInterval:
    """C-LF interval under Delta^RM(`bound`); `df` as in `trend_bounds`.

    401 values of theta are tested for each period and sign, between bounds outside which the first stage rejects, and
    those at which two vertices tie; ends are bisected to 10^-9 of their spacing. A stretch of values not rejected
    beyond the others and narrower than the spacing could be missed. Bound 0 gives the interval under parallel trends.
    Raises `DataError` for a negative bound, a level outside (0.5, 1) or df that are not positive.
    """
    check_bound(bound)
    coefficients = coefficients.inflated(level, df)
    if bound <= NEGLIGIBLE:    # the two-sided z test, of size kappa + (1 - kappa) (alpha - kappa) / (1 - kappa) = alpha
        original = coefficients.original(level)
        return RelativeMagnitudeInterval(float(bound), original.low, original.high)
    low, high = _hull(_Moments(coefficients, bound, level))
    return RelativeMagnitudeInterval(float(bound), coefficients.target - high, coefficients.target - low)


def relative_magnitude_breakdown(coefficients: EventCoefficients, *, level: float = 0.95, df: float = np.inf,
                                 largest: float = 10.0) -> Breakdown:
    """Smallest M-bar at which the interval includes zero; 0 where the interval under parallel trends does.

    `inf` where none up to `largest` does. Zero is certain to be included from |target| / (W max |change before|) on.
    """
    def includes_zero(bound: float) -> bool:
        found = relative_magnitude_interval(coefficients, bound, level=level, df=df)
        return found.low <= 0 <= found.high

    changes = coefficients.steps[: coefficients.n_pre] @ coefficients.estimates
    reach = _tail_sums(coefficients.weights).sum() * np.abs(changes).max()
    certain = abs(coefficients.target) / reach if reach > 0 else np.inf
    return breakdown(includes_zero, start=min(max(certain, 1e-6), largest), largest=largest)


class _Moments:
    """The vertices for all m = 2 n_pre periods and signs, as functions of l'b - theta and v, and the critical value.

    `slopes` (m, 4, 2): a vertex is slopes @ (l'b - theta, v). `changes` (m,): v. `covariance` (m, 4, 4) of the
    vertices, `ceiling` (m,).
    """

    def __init__(self, coefficients: EventCoefficients, bound: float, level: float):
        steps = coefficients.steps
        before = np.vstack([steps[: coefficients.n_pre], -steps[: coefficients.n_pre]])
        self.bound, self.reach = bound, bound * _tail_sums(coefficients.weights).sum()
        self.changes = before @ coefficients.estimates
        self.slopes = self._slopes(coefficients, before)
        pair = np.stack([np.broadcast_to(coefficients.contrast, before.shape), before], axis=1)    # (m, 2, k)
        joint = pair @ coefficients.covariance @ pair.transpose(0, 2, 1)
        self.covariance = self.slopes @ joint @ self.slopes.transpose(0, 2, 1)
        kappa = FIRST_STAGE * (1 - level)
        self.ceiling = least_favourable_value(self.covariance[:, :3, :3], kappa)
        self.size = (1 - level - kappa) / (1 - kappa)

    def _slopes(self, coefficients: EventCoefficients, before: np.ndarray) -> np.ndarray:
        after = coefficients.steps[coefficients.n_pre :]
        sd = [np.sqrt(np.einsum("mtk,kj,mtj->mt", rows, coefficients.covariance, rows))
              for rows in (sign * after[None] - self.bound * before[:, None] for sign in (1, -1))]
        ahead = np.cumsum(coefficients.weights[::-1])[::-1]
        upper = np.where(ahead > 0, sd[0], sd[1]) @ np.abs(ahead)
        lower = np.where(ahead > 0, sd[1], sd[0]) @ np.abs(ahead)
        both, zero = sd[0] + sd[1], np.zeros(len(before))
        against = -2 * self.bound
        return np.stack([np.stack([1 / upper, -self.reach / upper], axis=-1),
                         np.stack([-1 / lower, -self.reach / lower], axis=-1),
                         np.stack([zero, against / both.min(axis=1)], axis=-1),
                         np.stack([zero, against / both.max(axis=1)], axis=-1)], axis=1)

    def rejects(self, distance: np.ndarray) -> np.ndarray:
        """Whether theta = l'b - `distance` is rejected; distances (m, n), a row for each period and sign."""
        values = (self.slopes[:, None, :, 0] * distance[..., None]
                  + self.slopes[:, None, :, 1] * self.changes[:, None, None])
        return hybrid_rejects(values, self.covariance[:, None], self.ceiling[:, None], self.size)

    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Distances between which the first stage does not reject, (m,) and (m,); the first above the second where
        it always does."""
        shift = self.reach * self.changes
        low, high = -shift + self.ceiling / self.slopes[:, 1, 0], shift + self.ceiling / self.slopes[:, 0, 0]
        never = self.slopes[:, 2, 1] * self.changes > self.ceiling
        return np.where(never, np.inf, low), np.where(never, -np.inf, high)

    def ties(self) -> np.ndarray:
        """Distances at which two of the first three vertices are equal, (m, 3)."""
        first, second, third = self.slopes[:, 0], self.slopes[:, 1], self.slopes[:, 2]
        return np.stack([-(one[:, 1] - other[:, 1]) * self.changes / (one[:, 0] - other[:, 0])
                         for one, other in ((first, second), (first, third), (second, third))], axis=1)


def _hull(moments: _Moments) -> tuple[float, float]:
    """Least and greatest distance not rejected for any period and sign."""
    low, high = moments.limits()
    possible = low <= high
    low, high = np.where(possible, low, 0.0)[:, None], np.where(possible, high, 0.0)[:, None]
    grid = np.concatenate([low + (high - low) * np.linspace(0, 1, LOOKED_AT),
                           np.clip(moments.ties(), low, high)], axis=1)
    grid.sort(axis=1)
    kept = ~moments.rejects(grid) & possible[:, None]
    last = grid.shape[1] - 1
    inside = np.stack([kept.argmax(axis=1), last - kept[:, ::-1].argmax(axis=1)], axis=1)     # first and final
    outside = np.clip(inside + [-1, 1], 0, last)
    ends = _bisect(moments, *(np.take_along_axis(grid, where, axis=1) for where in (inside, outside)))
    ends = ends[kept.any(axis=1)]
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _bisect(moments: _Moments, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Where rejection begins between distances not rejected and rejected (or the end of what is possible), (m, n)."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        rejected = moments.rejects(middle)
        inside, outside = np.where(rejected, inside, middle), np.where(rejected, middle, outside)
    return inside


def _tail_sums(weights: np.ndarray) -> np.ndarray:
    """|w_t|, w_t = sum_{j >= t} l_j, (n_post,)."""
    return np.abs(np.cumsum(weights[::-1]))
