"""Permutation tests: counts and p values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.methods.permutation import (
    matched_assignments,
    permutation_test,
    subset_assignments,
    test_of_values,
    two_group_test,
)


def rng():
    return np.random.default_rng(7)


def test_every_unit_of_a_group_could_have_been_treated():
    found = matched_assignments([("A", "a", "b"), ("B", "c", "d")], rng())
    assert found.exact and len(found) == 9                      # 3 x 3
    assert tuple(found.treated[0]) == ("A", "B")
    assert len({tuple(row) for row in found.treated}) == 9


def test_nine_matched_triplets():
    groups = [(f"P{g}", f"a{g}", f"b{g}") for g in range(9)]
    assert len(matched_assignments(groups, rng())) == 3**9      # 19,683, under the limit


def test_a_shared_comparator_is_treated_once():
    # 3 x 2 choices, less the one that takes "c" twice: 5.
    found = matched_assignments([("A", "b", "c"), ("D", "c")], rng())
    assert len(found) == 5
    assert ("c", "c") not in {tuple(row) for row in found.treated}


def test_a_group_of_one_comparator_and_a_repeated_label():
    assert len(matched_assignments([("A", "b", "b")], rng())) == 2


def test_beyond_the_limit_a_seeded_uniform_sample():
    groups = [("A", "b", "c"), ("D", "c")]
    found = matched_assignments(groups, rng(), limit=4, sample=5000)
    assert not found.exact and len(found) == 5001
    assert np.array_equal(found.treated, matched_assignments(groups, rng(), limit=4, sample=5000).treated)
    drawn = [tuple(row) for row in found.treated[1:]]
    # five assignments, each 1/5 of 5,000 draws; standard error sqrt(5000 x .2 x .8) = 28
    for assignment in {("A", "D"), ("A", "c"), ("b", "D"), ("b", "c"), ("c", "D")}:
        assert abs(drawn.count(assignment) - 1000) < 4 * 28


def test_p_value_by_hand():
    # Values 9 (treated), 1, 2 in one group: the treated minus the mean of the others is 7.5, -4.5, -3: p = 1/3.
    value = {"A": 9.0, "b": 1.0, "c": 2.0}

    def statistic(treated):
        return value[treated[0]] - np.mean([v for unit, v in value.items() if unit != treated[0]])

    found = permutation_test(matched_assignments([("A", "b", "c")], rng()), statistic)
    assert (found.observed, found.p, found.n_assignments, found.exact) == (7.5, pytest.approx(1 / 3), 3, True)
    assert found.smallest_p == pytest.approx(1 / 3)


def test_ties_by_rounding_count():
    found = test_of_values(np.array([0.3, 0.1 + 0.2, -0.3, 0.1]), exact=True)
    assert found.p == 0.75                                       # 0.1 + 0.2 is not 0.3 in binary, yet counts


def test_two_groups_of_teams_by_hand():
    # Team means 4, 6 (treated) against 1, 2, 3: difference 5 - 2 = 3, the largest of the C(5, 2) = 10 splits.
    # Others: {3,6}: 4.5 - 7/3 = 2.17; {1,2}: 1.5 - 13/3 = -2.83; so only the observed reaches 3: p = 1/10.
    teams = ["p", "p", "q", "r", "s", "t", "t", "t"]
    values = [3, 5, 6, 1, 2, 3, 3, np.nan]
    treated = [True, True, True, False, False, False, False, False]
    found = two_group_test(values, teams, treated, rng())
    assert (found.observed, found.n_assignments, found.exact) == (pytest.approx(3), 10, True)
    assert found.p == pytest.approx(0.1)


def test_many_teams_are_sampled():
    teams = np.repeat(np.arange(30), 2)
    found = two_group_test(np.arange(60.0), teams, teams >= 15, rng(), sample=499)
    assert not found.exact and found.n_assignments == 500 and found.p == pytest.approx(1 / 500)


def test_rejection_rate_under_the_null_is_at_most_the_level():
    # 4 against 4 teams: 70 splits; p <= .1 has probability floor(7)/70 = .1 at most. 500 runs: se 1.3 points.
    source = np.random.default_rng(11)
    teams = np.arange(8)
    rejected = np.mean([two_group_test(source.normal(size=8), teams, teams < 4, rng()).p <= 0.1 for _ in range(500)])
    assert 0.1 - 0.045 < rejected < 0.1 + 0.045


@pytest.mark.parametrize("groups", [[], [("A", "b"), ()], [("A", "b"), ("A", "c")]])
def test_groups_that_are_none(groups):
    with pytest.raises(DataError, match="matched groups"):
        matched_assignments(groups, rng())


def test_bad_input():
    with pytest.raises(DataError, match="both groups"):
        two_group_test([1, 2, 3], ["a", "a", "b"], [True, False, False], rng())
    with pytest.raises(DataError, match="some but not all"):
        subset_assignments(["a", "b"], ["a", "b"], rng())
    with pytest.raises(DataError, match="finite"):
        test_of_values([np.nan, 1.0], exact=True)
