"""The rules of dominance, on amounts worked out by hand."""

import pytest

from analysis.methods.dominance import dominated


def test_dominance_by_hand():
    # (1, 75): 80 of 100 is more than 75%. p = 10: 100 - 50 - 46 = 4 is less than 5. Both pass for 40, 30, 30.
    assert "75%" in dominated([80, 10, 10], n=1, k=75, p=10)
    assert "10%" in dominated([50, 46, 4], n=1, k=75, p=10)
    assert dominated([40, 30, 30], n=1, k=75, p=10) == "" == dominated([0, 0], n=1, k=75, p=10)
    with pytest.raises(ValueError, match="negative"):
        dominated([5, -1], n=1, k=75, p=10)
