"""Implementation: small cases worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.sources.qualitative_instruments import self_profiling
from analysis.strands import implementation as strand


@pytest.fixture
def ratings() -> pd.DataFrame:
    """One site, three items, two waves; an item that the evaluator did not see in wave 1."""
    rows = [
        ("A", "1", "mapping", 4, 2),
        ("A", "1", "safety_plans", 3, 3),
        ("A", "1", "training_reach", 5, None),
        ("A", "2", "mapping", 4, 3),
        ("A", "2", "safety_plans", 5, 5),
        ("A", "2", "training_reach", 4, 4),
    ]
    frame = pd.DataFrame(rows, columns=["site", "wave", "item", "self_rating", "evaluator_rating"])
    return frame.astype({"self_rating": "Int64", "evaluator_rating": "Int64"})


def test_mean_interval_by_hand():
    found = strand.mean_interval([1, 2, 3])
    # mean 2, se = 1 / sqrt(3), t(0.975; 2) = 4.302653
    assert (found.mean, found.n) == (2, 3)
    assert found.high - 2 == pytest.approx(4.302653 / np.sqrt(3), abs=1e-5)
    same = strand.mean_interval([2, 2, 2])
    assert same.mean == 2 and np.isnan(same.low)
    with pytest.raises(DataError, match="too few values"):
        strand.mean_interval([1])


def test_profile_uses_items_that_both_rated(ratings):
    found = strand.site_profile(ratings, 4).set_index("wave")
    # wave 1: items mapping and safety plans; self (4 + 3) / 2, evaluator (2 + 3) / 2, differences 2 and 0
    assert found.loc["1", ["items", "self", "evaluator", "gap", "in_place"]].tolist() == [2, 3.5, 2.5, 1.0, 0.0]
    # wave 2: evaluator 3, 5, 4: two of three in place; differences 1, 0, 0
    assert found.loc["2", "in_place"] == pytest.approx(200 / 3)
    assert found.loc["2", "gap"] == pytest.approx(1 / 3)


def test_change_pairs_items(ratings):
    found = strand.site_change(ratings, "evaluator").iloc[0]
    # mapping 2 to 3, safety plans 3 to 5; the third has no first rating: mean of 1 and 2
    assert (found["items"], found["change"]) == (2, 1.5)
    assert strand.site_change(ratings, "self").iloc[0]["change"] == pytest.approx((0 + 2 - 1) / 3)


def test_units_of_the_overall_gap_are_sites(ratings):
    both = pd.concat([ratings, ratings.assign(site="B", self_rating=ratings["evaluator_rating"])])
    found = strand.overall_gap(both).set_index("wave")
    # wave 1: site A 1, site B 0
    assert found.loc["1", ["sites", "gap"]].tolist() == [2, 0.5]


def test_distribution_adds_up(ratings):
    found = strand.distribution(ratings, self_profiling()).set_index(["rater", "wave"])
    assert found.loc[("evaluator", "1"), "n"] == 2
    assert found.filter(like="r").filter(regex=r"^r\d").sum(axis=1).tolist() == pytest.approx([100] * 4)
    # wave 2, evaluator: 3, 5, 4, a third each
    assert found.loc[("evaluator", "2"), ["r3", "r4", "r5"]].tolist() == pytest.approx([100 / 3] * 3)


def test_item_medians(ratings):
    both = pd.concat([ratings, ratings.assign(site="B", evaluator_rating=1)])
    found = strand.item_ratings(both, self_profiling()).set_index(["item", "wave"])
    # mapping, wave 1: evaluators 2 and 1; training_reach, wave 1: one rating, of 1
    assert found.loc[("mapping", "1"), "evaluator"] == 1.5
    assert found.loc[("training_reach", "1"), "evaluator"] == 1
    assert list(found.index.get_level_values(0)[::2]) == ["mapping", "safety_plans", "training_reach"]


def test_exited_views_show_no_counts_of_people():
    exited = pd.DataFrame(
        {
            "pilot": ["I", "J", "I", "J"],
            "theme": ["fit", "fit", "cost", "cost"],
            "leaders": 3,
            "raised_by": [2, 1, 0, 0],
            "stance": ["mixed", "critical", None, None],
            "summary": None,
        }
    )
    found = strand.exited_views(exited, {"fit": "Fit", "cost": "Cost"})
    assert found["raised_in"].tolist() == [2, 0] and found["of"].tolist() == [2, 2]
    assert found["stances"].tolist() == ["critical, mixed", "not raised"]
    assert not {"raised_by", "leaders"} & set(found.columns)


def test_profiles_are_counted_and_not_crossed():
    profiles = pd.DataFrame({"pilot": ["A", "B"], "size_band": ["small", "large"]})
    found = strand.profile_counts(profiles, ["A"], {"size_band": ("small", "medium", "large")})
    assert found[["pilots", "deep_dives"]].to_numpy().tolist() == [[1, 1], [0, 0], [1, 0]]


def test_group_summary_by_hand():
    groups = pd.DataFrame(
        {"source_id": ["a", "b"], "role": "x", "invited": [8, 6], "participants": [7, 5], "minutes": [60, 90]}
    )
    found = strand.group_summary(groups, "role").iloc[0]
    assert (found["groups"], found["participants"], found["minutes"]) == (2, 12, 75)
    assert found["rate"] == pytest.approx(100 * 12 / 14)
