"""What a whole set of specifications says together (Simonsohn, Simmons and Nelson 2020).

Specifications of one data set are not independent, so that the share of them that is significant means nothing by
itself. It is compared with what the same specifications give under other assignments of treatment: `effects` holds one
row an assignment, the one that happened first, and one column a specification. A specification's own p value is the
share of assignments under which its effect is at least as far from nought; each row is taken in turn for the observed
one, so that a share of significant specifications exists under every assignment. Three joint statistics: the absolute
median effect, the share significant in the more frequent direction, and the absolute mean of signed normal scores
(their inferential specification curve, section "Step 3", with permutation in place of resampling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError


@dataclass(frozen=True)
class JointTest:
    """A statistic over all specifications: its observed value, the middle of its permutation distribution, and p."""

    name: str
    observed: float
    by_chance: float
    p: float


@dataclass(frozen=True)
class SpecificationTests:
    """`p` (K,): permutation p of each specification; `joint`: the three tests; `n_assignments` they rest on."""

    p: np.ndarray
    joint: tuple[JointTest, ...]
    n_assignments: int


def specification_tests(effects, *, significance: float = 0.05) -> SpecificationTests:
    """Tests from the effects (A, K), the observed assignment first.

    An effect that is not a number under another assignment (not identified there) counts as at least as far from
    nought as the observed one. Ties count. Raises `DataError` when an observed effect is not a number or fewer
    assignments are given than the level needs (p cannot be below 1 / A).
    """
    effects = np.asarray(effects, dtype=float)
    if effects.ndim != 2 or effects.shape[1] == 0 or not np.isfinite(effects[0]).all():
        raise DataError("effects of specifications", value=effects.shape,
                        expected="rows of assignments, columns of specifications, all observed effects known")
    if len(effects) < 1 / significance:
        raise DataError("assignments for a joint test", value=len(effects),
                        expected=f"at least {int(np.ceil(1 / significance))}, or none could be significant")
    p = permutation_p(effects)
    sign = np.sign(np.nan_to_num(effects))
    score = np.where(np.isnan(effects), 0.0, sign * stats.norm.isf(p / 2))
    significant = (p <= significance) & np.isfinite(effects)
    share = np.maximum((significant & (sign > 0)).mean(axis=1), (significant & (sign < 0)).mean(axis=1))
    joint = (_joint("median effect", np.abs(np.nanmedian(effects, axis=1))),
             _joint("share significant in one direction", share),
             _joint("mean normal score", np.abs(score.mean(axis=1))))
    return SpecificationTests(p[0], joint, len(effects))


def permutation_p(effects: np.ndarray) -> np.ndarray:
    """For every entry the share of its column's entries at least as far from nought, (A, K)."""
    far = np.where(np.isnan(effects), np.inf, np.abs(effects))
    return stats.rankdata(-far, method="max", axis=0) / len(effects)


def _joint(name: str, values: np.ndarray) -> JointTest:
    return JointTest(name, float(values[0]), float(np.median(values)),
                     float(np.mean(values >= values[0] * (1 - 1e-12))))
