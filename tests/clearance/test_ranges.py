"""What suppressed counts can still be: on sums worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.clearance.ranges import Relation, feasible, recovered, sums_to
from analysis.clearance.shares import denominators, numerators


def ends(known, *relations):
    return {cell: (one.low, one.high) for cell, one in feasible(known, relations).items()}


def test_one_suppressed_part_follows_from_the_total():
    # 54 - 20 - 30 = 4
    assert ends({"all": 54, "b": 20, "c": 30}, sums_to("all", "abc")) == {"a": (4, 4)}


def test_two_suppressed_parts_can_be_anything_up_to_the_rest():
    # a + b = 54 - 30 = 24
    assert ends({"all": 54, "c": 30}, sums_to("all", "abc")) == {"a": (0, 24), "b": (0, 24)}


def test_suppressed_noughts_are_recovered_together():
    assert ends({"all": 30, "c": 30}, sums_to("all", "abc")) == {"a": (0, 0), "b": (0, 0)}


def test_totals_of_rows_and_columns_together_tell_more_than_each():
    # a + b = 10 and a + c = 7 leave all open; b + c = 7 besides gives 2a = 10 + 7 - 7, so a = 5, b = 5, c = 2.
    relations = [sums_to("T", "ab"), sums_to("U", "ac")]
    known = {"T": 10, "U": 7, "V": 7}
    assert ends(known, *relations)["a"] == (0, 7)
    assert ends(known, *relations, sums_to("V", "bc")) == {"a": (5, 5), "b": (5, 5), "c": (2, 2)}


def test_counts_that_nothing_bounds_have_no_upper_end():
    found = feasible({"c": 3}, [Relation(((1, "a"), (-1, "b"), (-1, "c")))])
    assert found["a"].low == 3 and found["a"].high == float("inf")


def test_sums_that_no_counts_fit_are_an_error():
    with pytest.raises(ValueError, match="no counts"):
        feasible({"all": 3, "b": 5}, [sums_to("all", "ab")])


def test_recovered_is_what_may_be_fewer_whole_numbers_than_the_protection():
    found = feasible({"all": 2}, [sums_to("all", "ab")])         # 0, 1 or 2: three
    assert not recovered(found, 3) and set(recovered(found, 4)) == {"a", "b"}


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.sets(st.integers(0, 3), min_size=1))
def test_the_truth_is_always_in_the_range(counts, hidden):
    # a 2 x 2 table with its margins
    cells = {k: counts[k] for k in range(4)}
    margins = {"r0": counts[0] + counts[1], "r1": counts[2] + counts[3], "c0": counts[0] + counts[2],
               "c1": counts[1] + counts[3]}
    relations = [sums_to("r0", [0, 1]), sums_to("r1", [2, 3]), sums_to("c0", [0, 2]), sums_to("c1", [1, 3])]
    known = {**margins, **{k: v for k, v in cells.items() if k not in hidden}}
    found = feasible(known, relations)
    assert set(found) == hidden
    assert all(found[k].low <= cells[k] <= found[k].high for k in hidden)


def test_whole_numbers_that_fit_a_printed_share():
    assert list(numerators(12.5, 1, 40)) == [5]                   # 5/40 = 12.5%; 4/40 = 10.0%, 6/40 = 15.0%
    assert list(numerators(13, 0, 400)) == [50, 51, 52, 53, 54]   # 12.5% of 400 = 50, 13.5% = 54
    assert list(numerators(33.3, 1, 10)) == []                    # of ten there is no such share
    assert denominators(12.5, 1, 5, 60) == [40]                   # 5/39 = 12.8%, 5/41 = 12.2%
