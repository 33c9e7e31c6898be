"""Holm and Romano-Wolf, by hand and under dependence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.methods.multiple_outcomes import holm, romano_wolf


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.04: 3 x 0.01 = 0.03, 2 x 0.02 = 0.04, 1 x 0.04 = 0.04; each no smaller than the one before.
    assert holm([0.02, 0.04, 0.01]) == pytest.approx([0.04, 0.04, 0.03])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])


def test_romano_wolf_by_hand():
    # Observed |t| 3 and 2 (second outcome first). Draws: the largest of both is 3, 1, 4, 2.5: at least 3 in draws 1 and
    # 3: 2/4. The first outcome alone is 2, 1, 4, 1: at least 2 in draws 1 and 3: 2/4.
    t = np.array([[2.0, -3.0], [1.0, 0.5], [-4.0, 1.0], [1.0, 2.5]])
    assert romano_wolf(t) == pytest.approx([0.5, 0.5])
    # A third outcome with |t| = 0.5: alone it is 0.5, 0.1, 0.2, 0.3, so 1/4, raised to 0.5 of the one before.
    assert romano_wolf(np.column_stack([t, [0.5, 0.1, 0.2, 0.3]])) == pytest.approx([0.5, 0.5, 0.5])


def test_identical_outcomes_cost_nothing_and_independent_ones_cost_as_much_as_holm():
    rng = np.random.default_rng(1)
    t = rng.normal(size=(20_000, 1))
    t[0] = 2.2
    alone = romano_wolf(t)[0]
    assert romano_wolf(np.repeat(t, 5, axis=1)) == pytest.approx(np.full(5, alone))
    others = rng.normal(size=(20_000, 4))
    others[0] = 0.1
    found = romano_wolf(np.column_stack([t, others]))[0]
    # Five independent: 1 - (1 - p)^5 with p = 2 x P(Z > 2.2) = 0.0278: 0.1315; three Monte Carlo errors are 0.007.
    assert found == pytest.approx(1 - (1 - 0.0278) ** 5, abs=0.007)


@given(st.integers(2, 30), st.integers(1, 6), st.integers(0, 2**31))
def test_adjusted_values_are_no_smaller_than_the_plain_ones_and_keep_their_order(draws, outcomes, seed):
    t = np.random.default_rng(seed).normal(size=(draws, outcomes))
    adjusted, plain = romano_wolf(t), (np.abs(t) >= np.abs(t[0]) * (1 - 1e-9)).mean(axis=0)
    assert (adjusted >= plain - 1e-12).all() and (adjusted <= 1).all()
    order = np.argsort(-np.abs(t[0]), kind="stable")
    assert (np.diff(adjusted[order]) >= -1e-12).all()


@pytest.mark.parametrize("t", [np.ones((1, 2)), np.ones(4), np.array([[1.0], [np.nan]]), np.ones((3, 0))])
def test_bad_input_is_refused(t):
    with pytest.raises(DataError):
        romano_wolf(t)
    with pytest.raises(DataError):
        holm([])
