"""Joint tests over specifications, by hand and under a true null."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.specification_tests import permutation_p, specification_tests


def test_permutation_p_by_hand():
    # Column 1: |3|, |1|, |-4|, |2|: at least 3 are 3 and 4, so 2 of 4; at least 1 all four; 4 itself; 2, 3 and 4.
    # Column 2: ties count: two of |2|, so both have 2 of 4 with nothing farther. A missing one counts as farthest.
    effects = np.array([[3.0, 2.0], [1.0, -2.0], [-4.0, 1.0], [2.0, 0.0]])
    assert permutation_p(effects).T.tolist() == [[0.5, 1.0, 0.25, 0.75], [0.5, 0.5, 0.75, 1.0]]
    effects[3, 0] = np.nan
    assert permutation_p(effects)[:, 0].tolist() == [0.75, 1.0, 0.5, 0.25]


def test_joint_statistics_by_hand():
    # 20 assignments, 2 specifications; the observed row is the farthest in both: p = 1/20 each, significant at 0.05.
    # Median |(10 + 12) / 2| = 11, nobody else's is as large: p = 1/20. Share significant: 1 observed, 0 elsewhere.
    others = np.column_stack([np.linspace(-5, 5, 19), np.linspace(4, -4, 19)])
    found = specification_tests(np.vstack([[10.0, 12.0], others]), significance=0.05)
    assert found.p.tolist() == [0.05, 0.05] and found.n_assignments == 20
    median, share, score = found.joint
    assert (median.observed, median.p) == (11.0, 0.05)
    assert (share.observed, share.by_chance, share.p) == (1.0, 0.0, 0.05)
    # normal score of p = 0.05, two-sided: 1.959964 (any table)
    assert score.observed == pytest.approx(1.959963984540054) and score.p == 0.05


def test_opposite_directions_do_not_add_up():
    others = np.column_stack([np.linspace(-5, 5, 19), np.linspace(4, -4, 19)])
    found = specification_tests(np.vstack([[10.0, -12.0], others]), significance=0.05)
    assert found.joint[0].observed == 1.0 and found.joint[1].observed == 0.5
    assert found.joint[2].observed == pytest.approx(0, abs=1e-12) and found.joint[2].p == 1.0


def test_p_of_the_joint_tests_is_uniform_when_assignments_are_exchangeable():
    # 400 draws of 40 assignments x 30 correlated specifications without effect. P(p <= 0.1) = 4/40 for each statistic;
    # three standard errors of a share of 400: 3 x sqrt(0.1 x 0.9 / 400) = 0.045. Ties make the share test smaller.
    rng = np.random.default_rng(4)
    low = np.zeros(3)
    for _ in range(400):
        effects = rng.normal(size=(40, 1)) + 0.5 * rng.normal(size=(40, 30))
        low += [test.p <= 0.1 for test in specification_tests(effects, significance=0.05).joint]
    assert np.abs(low[[0, 2]] / 400 - 0.1).max() < 0.045 and low[1] / 400 < 0.145


@pytest.mark.parametrize("effects", [np.ones(3), np.ones((10, 2)), np.array([[np.nan]] * 30), np.ones((30, 0))])
def test_bad_input_is_refused(effects):
    with pytest.raises(DataError):
        specification_tests(effects)
