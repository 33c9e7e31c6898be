"""Panels and dates of adoption: what counts as before and after, and what is refused; two-way effects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.methods.staggered_panel import NEVER, adoption, reassigned, staggered_panel, without_unit
from analysis.methods.two_way import residuals, two_way, two_way_effect
from tests.methods.staggered_data import wide

PANEL = {"a": [1, 2, 3, 4], "b": [1, 2, 3, 5], "c": [0, 0, 0, 0]}


def test_rows_in_any_order_become_a_panel():
    panel = staggered_panel(["b", "a", "b"], [2015, 2014, 2014], [5, 3, 4], [2, 1, 3])
    assert panel.units == ("b", "a") and panel.periods.tolist() == [2014, 2015]
    assert np.array_equal(panel.y, [[4, 5], [3, np.nan]], equal_nan=True)
    assert panel.weights.tolist() == [[3, 2], [1, 0]]
    assert not panel.balanced and not panel.equal_weights


def test_before_between_and_after():
    panel = wide(PANEL)
    dates = adoption(panel, {"a": 1, "b": 2}, {"a": 3, "b": 2})
    assert dates.cohorts == [(1, 3), (2, 2)] and dates.never.tolist() == [False, False, True]
    assert dates.first_treated.tolist() == [1, 2, NEVER]
    assert dates.before(panel.periods).tolist() == [[True, False, False, False], [True, True, False, False], [True] * 4]
    assert dates.after(panel.periods).tolist() == [[False] * 3 + [True], [False, False, True, True], [False] * 4]
    assert dates.used(panel).tolist() == [[1, 0, 0, 1], [1, 1, 1, 1], [1, 1, 1, 1]]


def test_dates_go_to_other_units():
    panel = wide(PANEL)
    found = reassigned(panel, [(1, 3), (2, 2)], [("a", "b"), ("c", "a")])
    assert found[0].first_treated.tolist() == [1, 2, NEVER] and found[0].fully_treated.tolist() == [3, 2, NEVER]
    assert found[1].first_treated.tolist() == [2, NEVER, 1] and found[1].fully_treated.tolist() == [2, NEVER, 3]
    with pytest.raises(DataError, match="units of an assignment"):
        reassigned(panel, [(1, 3), (2, 2)], [("a", "a")])


def test_a_unit_is_left_out():
    panel = wide(PANEL)
    dates = adoption(panel, {"a": 1, "b": 2})
    kept, rest = without_unit(panel, dates, "a")
    assert kept.units == ("b", "c") and rest.first_treated.tolist() == [2, NEVER]
    assert panel.units == ("a", "b", "c") and len(dates.never) == 3
    for unit in ("c", "d"):                     # the only control; no unit of the panel
        with pytest.raises(DataError, match="unit to leave out"):
            without_unit(panel, dates, unit)


@pytest.mark.parametrize("rows, message", [
    ((["a", "a"], [1, 1], [0, 0]), "more than once"),
    ((["a", "b"], [1, 1], [0, np.nan]), "missing or infinite"),
    ((["a", "b"], [1, 1.5], [0, 0]), "no whole number"),
    ((["a", "b"], [1, 1], [0, 0], [1, 0]), "not above nought"),
    ((["a", "b"], [1, 1], [0, 0], [1, np.inf]), "not above nought"),
    (([], [], []), "rows of a panel")])
def test_rows_that_are_no_panel(rows, message):
    with pytest.raises(DataError, match=message):
        staggered_panel(*rows)


@pytest.mark.parametrize("first, fully, message", [
    ({}, None, "some treated and some never treated"),
    ({"a": 1, "b": 1, "c": 1}, None, "some treated and some never treated"),          # no never-treated unit
    ({"a": 0}, None, "no cell before"),                                                # treated in the first period
    ({"a": 4}, None, "no cell from the fully treated period on"),
    ({"a": 2}, {"a": 1}, "fully treated before first treated"),
    ({"a": 2}, {"b": 2}, "each with both"),
    ({"d": 2}, None, "units of the panel")])
def test_dates_that_do_not_fit(first, fully, message):
    with pytest.raises(DataError, match=message):
        adoption(wide(PANEL), first, fully)


def test_two_way_effects_by_hand():
    # Unit b has no cell in period 1. Period 2 less 0: (4 - 1 + 7 - 2) / 2 = 4; with period 0 at nought, period 1 from
    # a alone: see the normal equations of a (1, 3, 4) and b (2, -, 7): period 1 = 3 - a, a = (1 + 4 - 4) / 2 = 0.5.
    fit = two_way(np.array([[1, 3, 4], [2, np.nan, 7]]), np.array([[1, 1, 1], [1, 0, 1]]))
    assert fit.periods == pytest.approx([0, 2.5, 4]) and fit.units == pytest.approx([0.5, 2.5])
    left = residuals(np.array([[1, 3, 4], [2, np.nan, 7]]), np.array([[1, 1, 1], [1, 0, 1]]))
    assert left == pytest.approx(np.array([[0.5, 0, -0.5], [-0.5, 0, 0.5]]))


def test_cells_that_share_nothing():
    with pytest.raises(DataError, match="fall apart"):
        two_way(np.zeros((2, 2)), np.eye(2))
    with pytest.raises(DataError, match="at least one"):
        two_way(np.zeros((2, 2)), np.zeros((2, 2)))


def test_units_and_periods_without_a_cell_have_no_effect():
    fit = two_way(np.array([[1.0, 2, 9], [9, 9, 9]]), np.array([[1, 1, 0], [0, 0, 0]]))
    assert fit.periods[:2] == pytest.approx([0, 1]) and np.isnan(fit.periods[2]) and np.isnan(fit.units[1])


def test_a_treatment_that_unit_and_period_effects_explain():
    # The treated unit is seen only after, as is nothing else: its unit effect is the treatment.
    panel = wide({"a": [1, 2], "c": [None, 0], "d": [0, None]})
    with pytest.raises(DataError, match="explain the treatment wholly"):
        two_way_effect(panel, adoption(panel, {"a": 1}))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), st.integers(2, 7))
def test_two_way_residuals_are_orthogonal_to_units_and_periods(seed, n_units, n_periods):
    rng = np.random.default_rng(seed)
    y, weights = rng.normal(size=(n_units, n_periods)), rng.uniform(0.5, 3, (n_units, n_periods))
    weights[1:, 1:][rng.random((n_units - 1, n_periods - 1)) < 0.3] = 0     # first row and column whole: connected
    left = weights * residuals(y, weights)
    assert left.sum(axis=0) == pytest.approx(np.zeros(n_periods), abs=1e-10)
    assert left.sum(axis=1) == pytest.approx(np.zeros(n_units), abs=1e-10)
