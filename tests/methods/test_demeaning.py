"""Absorbing effects: by hand, and against weighted least squares on every dummy."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.demeaning import demeaned, group_means, two_way_demeaned, varies_inside


def test_weighted_means_by_hand():
    # a: (1 x 1 + 3 x 5) / 4 = 4; b: 7.
    values, codes, weights = np.array([[1.0], [7], [5]]), np.array([0, 1, 0]), np.array([1.0, 2, 3])
    assert group_means(values, codes, weights).tolist() == [[4], [7]]
    assert demeaned(values, codes, weights)[:, 0].tolist() == [-3, 0, 1]
    assert group_means(values, codes).tolist() == [[3], [7]]


def test_two_ways_of_a_balanced_table_by_hand():
    # 1, 2 / 3, 8: rows' means 1.5, 5.5, columns' 2, 5, mean 3.5: 1 - 1.5 - 2 + 3.5 = 1 and so on.
    found, rank = two_way_demeaned(np.array([[1.0], [2], [3], [8]]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    assert found[:, 0] == pytest.approx([1, -1, -1, 1]) and rank == 1


@pytest.mark.parametrize("weighted", [False, True])
def test_two_ways_of_an_unbalanced_panel_equal_every_dummy(weighted):
    rng = np.random.default_rng(6)
    codes, periods = np.unique(rng.integers(0, 30, 80), return_inverse=True)[1], rng.integers(0, 7, 80)
    values, w = rng.normal(2016, 1, size=(80, 3)), rng.gamma(2, size=80) if weighted else np.ones(80)
    dummies = np.column_stack([np.eye(codes.max() + 1)[codes], np.eye(7)[periods]])
    root = np.sqrt(w)[:, None]
    coefficients, _, rank, _ = np.linalg.lstsq(root * dummies, root * values, rcond=None)
    found, found_rank = two_way_demeaned(values, codes, periods, w if weighted else None)
    assert found == pytest.approx(values - dummies @ coefficients, abs=1e-10)
    assert codes.max() + 1 + found_rank == rank


def test_groups_that_share_no_period_lower_the_rank():
    # Groups 0, 1 in periods 0, 1 and groups 2, 3 in periods 2, 3: two effects of periods beside the groups', not three.
    codes, periods = np.repeat([0, 1, 2, 3], 2), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    assert two_way_demeaned(np.arange(8.0)[:, None], codes, periods)[1] == 2
    assert two_way_demeaned(np.arange(8.0)[:, None], codes, np.zeros(8, dtype=int))[1] == 0


def test_what_varies_inside():
    codes = np.array([0, 0, 1, 1])
    values = np.column_stack([[1e8, 1e8, 3e8, 3e8], [1e8, 1e8 + 1, 0, 0], np.zeros(4)])
    assert varies_inside(demeaned(values, codes), values).tolist() == [False, True, False]


def test_too_many_periods():
    with pytest.raises(DataError, match="at most 300"):
        two_way_demeaned(np.ones((400, 1)), np.zeros(400, dtype=int), np.arange(400))
