"""Breakdown values of functions whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.breakdown import breakdown


@pytest.mark.parametrize("start", [0.1, 1.0, 3.0, 50.0])
def test_smallest_bound_within_the_tolerance_it_states(start):
    found = breakdown(lambda bound: bound >= np.pi, start=start)
    assert found.value - found.tolerance < np.pi <= found.value
    assert found.tolerance <= 1e-6 * max(2 * np.pi, start) and found.monotone


def test_nought_when_nothing_is_needed():
    found = breakdown(lambda bound: True, start=1.0)
    assert (found.value, found.tolerance) == (0, 0)


def test_infinite_beyond_the_largest():
    for start in (1.0, 30.0):
        found = breakdown(lambda bound: bound > 20, start=start, largest=10.0)
        assert found.value == np.inf and found.largest == 10
    assert breakdown(lambda bound: bound >= 10, start=1.0, largest=10.0).value == 10


def test_a_finding_that_comes_back_is_said_to():
    found = breakdown(lambda bound: 1 <= bound <= 2 or bound >= 3, start=4.0)
    assert found.value == pytest.approx(1, abs=1e-5) and not found.monotone


@pytest.mark.parametrize(("start", "largest"), [(0, 1), (-1, 1), (1, 0), (np.inf, np.inf), (np.nan, 1)])
def test_bad_input(start, largest):
    with pytest.raises(DataError, match="breakdown"):
        breakdown(lambda bound: True, start=start, largest=largest)
