"""The disclosure rule, on tables small enough to check by eye. Threshold 10."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.publish import count, estimate, label, score, share
from analysis.publish.disclosure import disclose


def shown(frame, *columns):
    return disclose(pd.DataFrame(frame), columns, 10)


def test_counts_below_the_threshold_go_and_the_threshold_itself_stays():
    result = shown({"site": ["A", "B", "C"], "n": [9, 10, 11]}, label("site", "Site"), count("n", "n"))
    assert result.suppressed["n"].tolist() == [True, False, False]
    assert result.primary == 1 and np.isnan(result.frame["n"].iloc[0])


def test_a_share_goes_with_its_numerator_or_denominator():
    frame = {"a": [5, 50, 50], "b": [80, 9, 80], "rate": [6.2, 0.0, 62.5]}
    result = shown(frame, share("rate", "%", numerator="a", denominator="b"))
    assert result.suppressed["rate"].tolist() == [True, True, False]


def test_a_score_goes_with_its_base_and_an_estimate_never():
    result = shown({"n": [4], "mean": [3.1], "effect": [0.2]}, score("mean", "Mean", base="n"),
                   estimate("effect", "Effect"))
    assert result.suppressed["mean"].tolist() == [True] and result.suppressed["effect"].tolist() == [False]


def test_a_single_suppressed_part_of_a_total_takes_the_next_smallest_with_it():
    # 4 + 20 + 30 = 54: without the second suppression 54 - 20 - 30 = 4 would be known.
    frame = {"g": [1, 1, 1, 1], "n": [4, 20, 30, 54], "is_total": [False, False, False, True]}
    result = shown(frame, count("n", "n", total_of="g"))
    assert result.suppressed["n"].tolist() == [True, True, False, False]
    assert (result.primary, result.secondary) == (1, 1)


def test_two_suppressed_parts_protect_each_other():
    frame = {"g": [1, 1, 1, 1], "n": [4, 5, 30, 39], "is_total": [False, False, False, True]}
    assert shown(frame, count("n", "n", total_of="g")).secondary == 0


def test_parts_of_a_whole_in_one_row():
    # 3 answered "no" of 40: 40 - 37 would tell, so "yes" goes too.
    result = shown({"yes": [37], "no": [3], "all": [40]}, count("yes", "Yes", part_of="all"),
                   count("no", "No", part_of="all"), count("all", "All"))
    assert result.suppressed[["yes", "no", "all"]].iloc[0].tolist() == [True, True, False]


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_no_suppressed_cell_follows_from_the_total(parts):
    frame = pd.DataFrame({"g": 1, "n": [*parts, sum(parts)], "is_total": [False] * len(parts) + [True]})
    before = frame.copy()
    hidden = disclose(frame, (count("n", "n", total_of="g"),), 10).suppressed["n"]
    small = [n for n in parts if n < 10]
    if small and not hidden.iloc[-1]:
        assert hidden.iloc[:-1].sum() >= 2
    assert all(hidden.iloc[k] for k, n in enumerate(parts) if n < 10)
    pd.testing.assert_frame_equal(frame, before)


def test_a_whole_that_stands_elsewhere_is_no_way_back_to_a_suppressed_count():
    # No total row here, but the whole of each group is shown in another table: 4 = whole - 20 - 30.
    frame = {"arm": ["P", "P", "P", "C", "C"], "n": [4, 20, 30, 40, 50]}
    assert shown(frame, count("n", "n", total_of="arm")).suppressed["n"].tolist() == [True, True, False, False, False]


def test_suppressed_counts_that_are_all_nought_take_another_with_them():
    # Two suppressed noughts beside 40 of a whole of 40 would both be known.
    frame = {"g": [1, 1, 1], "n": [0, 0, 40]}
    assert shown(frame, count("n", "n", total_of="g")).suppressed["n"].tolist() == [True, True, True]


def test_the_events_behind_a_suppressed_share_do_not_follow_from_the_others():
    # Of 40 events in all, years with 22 and 15 would tell the 3 of the suppressed year.
    frame = {"g": [1, 1, 1], "n": [50, 60, 70], "events": [3, 15, 22], "mean": [6.0, 25.0, 31.4]}
    result = shown(frame, count("n", "n", total_of="g"),
                   share("mean", "%", numerator="events", denominator="n", total_of="g"))
    assert result.suppressed["mean"].tolist() == [True, True, False]
    assert result.suppressed["n"].tolist() == [False, False, False]


def test_a_label_does_not_tell_a_suppressed_n():
    frame = {"row": ["Pilot A (n = 7)", "Pilot B (n = 1,204)"], "n": [7, 1204]}
    result = shown(frame, label("row", "Row"), count("n", "n"))
    assert result.frame["row"].tolist() == ["Pilot A (n = [c])", "Pilot B (n = 1,204)"]
