"""Deep dives: small cases worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.sources.qualitative_instruments import codebook
from analysis.strands import deep_dives as strand

# A codebook of two themes keeps the hand cases small.
BOOK = replace(codebook(), themes=tuple(theme for theme in codebook().themes if theme.code in ("training", "capacity")))


def segments(rows) -> pd.DataFrame:
    """Rows of (source, site, wave, role, passage, coder, theme) as a coded-segment frame."""
    frame = pd.DataFrame(rows, columns=["source_id", "site", "wave", "role", "passage", "coder", "theme"])
    frame["segment_id"] = frame["source_id"] + "." + frame["passage"].astype(str)
    return frame.assign(source_kind="interview", consent=1, start=0, end=9).drop(columns="passage")


def held_case() -> strand.Holdings:
    return strand.holdings(
        segments(
            [
                ("a1", "A", "1", "senior_leader", 1, "agreed", "training"),
                ("a1", "A", "1", "senior_leader", 2, "agreed", "training"),
                ("a2", "A", "2", "senior_leader", 1, "agreed", "uncoded"),
                ("a3", "A", "1", "social_worker", 1, "agreed", "capacity"),
                ("b1", "B", "1", "senior_leader", 1, "agreed", "training"),
                ("b1", "B", "1", "senior_leader", 1, "agreed", "capacity"),
                ("b2", "B", "2", "social_worker", 1, "agreed", "uncoded"),
                ("b2", "B", "2", "social_worker", 1, "C1", "capacity"),
            ]
        ),
        BOOK,
        "agreed",
    )


def test_a_source_holds_what_the_agreed_coding_has():
    held = held_case()
    # b2 was coded capacity by one coder alone; the agreed coding has nothing
    assert held.held["capacity"].to_dict() == {"a1": False, "a2": False, "a3": True, "b1": True, "b2": False}
    assert held.sources.loc["a1", "passages"] == 2


def test_a_source_without_agreed_coding_is_refused():
    with pytest.raises(DataError, match="no agreed coding; found 'x'"):
        strand.holdings(segments([("x", "A", "1", "senior_leader", 1, "C1", "training")]), BOOK, "agreed")


def test_presence_counts_roles_and_not_mentions():
    presence = strand.role_presence(held_case(), 0.5)
    by_site = strand.presence_matrix(presence, BOOK, "site")
    # training: site A senior leaders 1 of 2 sources (half: present), social workers 0 of 1; site B leaders 1 of 1
    assert by_site.loc["training"].to_dict() == {"A": 1, "B": 1}
    # capacity: site A social workers 1 of 1; site B leaders 1 of 1
    assert by_site.loc["capacity"].to_dict() == {"A": 1, "B": 1}
    by_role = strand.presence_matrix(presence, BOOK, "role")
    assert by_role.loc["training"].to_dict() == {"senior_leader": 2, "social_worker": 0}
    assert strand.widespread(presence, BOOK, 2)["training"] == 0
    stricter = strand.presence_matrix(strand.role_presence(held_case(), 0.6), BOOK, "site")
    assert stricter.loc["training"].to_dict() == {"A": 0, "B": 1}


def test_prevalence_has_wilsons_interval():
    found = strand.prevalence(held_case()).set_index("theme").loc["training"]
    # 2 of 5: centre (0.4 + z2/10) / (1 + z2/5), half z sqrt(0.4 * 0.6 / 5 + z2/100) / (1 + z2/5), z2 = 3.8415
    z = 1.959964
    middle, half = (0.4 + z**2 / 10) / (1 + z**2 / 5), z * np.sqrt(0.24 / 5 + z**2 / 100) / (1 + z**2 / 5)
    assert found["share"] == pytest.approx(40)
    assert (found["low"], found["high"]) == pytest.approx((100 * (middle - half), 100 * (middle + half)), abs=1e-4)


def test_change_between_waves_has_newcombes_interval():
    found = strand.wave_change(held_case()).set_index("theme").loc["training"]
    assert (found["n_first"], found["n_last"], found["held_first"], found["held_last"]) == (3, 2, 2, 0)
    # 0/2 - 2/3; Wilson bounds l1, u1 of 2/3 and l2 = 0, u2 of 0/2: low = d - sqrt((p2 - l2)^2 + (u1 - p1)^2),
    # high = d + sqrt((u2 - p2)^2 + (p1 - l1)^2)  (Newcombe 1998, method 10)
    z = 1.959964

    def wilson(x, n):
        half = np.array([-1, 1]) * z * np.sqrt(x * (n - x) / n**3 + z**2 / (4 * n**2))
        return (x / n + z**2 / (2 * n) + half) / (1 + z**2 / n)

    (l1, u1), (_, u2) = wilson(2, 3), wilson(0, 2)
    d = -2 / 3
    assert found["change"] == pytest.approx(100 * d)
    assert found["low"] == pytest.approx(100 * (d - np.sqrt(0 + (u1 - 2 / 3) ** 2)), abs=1e-3)
    assert found["high"] == pytest.approx(100 * (d + np.sqrt(u2**2 + (2 / 3 - l1) ** 2)), abs=1e-3)


def test_one_wave_cannot_change():
    rows = [("a1", "A", "1", "senior_leader", 1, "agreed", "training")]
    with pytest.raises(DataError, match="there is one wave"):
        strand.wave_change(strand.holdings(segments(rows), BOOK, "agreed"))


def double_case():
    """Ten passages read by both coders: training on 1 to 4 by C1 and on 1 to 3 and 5 by C2, an eleventh by C1 only."""
    rows = []
    for coder, marked in (("C1", {1, 2, 3, 4}), ("C2", {1, 2, 3, 5})):
        rows += [
            ("a1", "A", "1", "senior_leader", place, coder, "training" if place in marked else "uncoded")
            for place in range(1, 11)
        ]
    rows.append(("a1", "A", "1", "senior_leader", 11, "C1", "training"))
    return segments(rows)


def test_double_coded_passages_are_those_that_both_read():
    marks = strand.double_coded(double_case(), BOOK, ("C1", "C2"))
    assert marks.shape == (10, 2, 2)
    assert marks[:, :, 0].sum() == 8 and marks[:, :, 1].sum() == 0


def test_agreement_hand_case(design):
    marks = strand.double_coded(double_case(), BOOK, ("C1", "C2"))
    found = strand.theme_agreement(marks, BOOK, 200, design.rng("test")).set_index("theme")
    # 20 values, 8 marked; 2 passages disagree, so coincidences off the diagonal: o01 = 2 (and o10 = 2)
    # alpha = 1 - (n - 1) o01 / (n0 n1) = 1 - 19 * 2 / (12 * 8) = 1 - 38/96
    assert found.loc["training", "alpha"] == pytest.approx(1 - 38 / 96)
    assert found.loc["training", "low"] < 1 - 38 / 96 < found.loc["training", "high"]
    # nobody marked capacity: 0 / 0
    assert np.isnan(found.loc["capacity", "alpha"])


def test_nothing_double_coded_is_refused():
    with pytest.raises(DataError, match="coded by all coders alone"):
        strand.double_coded(double_case().query("coder == 'C1'"), BOOK, ("C1", "C2"))


def test_saturation_of_two_sources(design):
    held = strand.Holdings(
        pd.DataFrame({"site": ["A", "A"]}, index=["x", "y"]),
        pd.DataFrame({"training": [True, False], "capacity": [True, True]}, index=["x", "y"]),
    )
    found = strand.saturation(held, 4000, 0.9, design.rng("test"))
    # x first hears 2 of 2 themes, y first 1 of 2: mean 75% after one (standard error 25 / sqrt(4000) = 0.4), then all
    assert found.curve["share"].iloc[0] == pytest.approx(75, abs=1.6)
    assert found.curve["share"].iloc[1] == 100 and found.needed == 2


def test_goal_of_leaders_in_the_first_wave():
    # leaders of wave 1: site A a1 (training), site B b1 (training and capacity)
    assert strand.sites_with_goal(held_case(), "capacity", ["senior_leader"], 0.5) == ("B",)
    assert strand.sites_with_goal(held_case(), "training", ["senior_leader"], 0.5) == ("A", "B")


def test_deviant_cells_are_those_at_the_other_end():
    framework = pd.DataFrame(
        {
            "theme": ["training"] * 6 + ["capacity"] * 2,
            "stance": ["supportive", "supportive", "supportive", "mixed", "critical", None, "supportive", "critical"],
        }
    )
    found = strand.stances(framework, BOOK, ["supportive", "mixed", "critical"]).set_index("theme")
    assert found.loc["training", ["charted", "cells", "leading", "deviant"]].tolist() == [5, 6, "supportive", 1]
    assert found.loc["capacity", ["leading", "deviant"]].tolist() == ["mixed", 1]


def test_project_and_framework_are_compared(standins, design):
    segments_, project = standins("coded_segments").frame, standins("qda_project").frame
    assert strand.compare_project(segments_, project) == strand.Comparison(len(segments_), 0)
    # one coding less in the one, one theme other in the other: one row only in the CSV, two that differ
    changed = project.iloc[1:].copy()
    changed.loc[changed.index[0], "theme"] = "tick_box"
    assert strand.compare_project(segments_, changed).differing == 3
    held = strand.holdings(segments_, codebook(), "agreed")
    framework = standins("framework_matrix").frame
    assert strand.compare_framework(held, framework).differing == 0
    other = framework.copy()
    place = other.index[other["stance"].notna()][0]
    other.loc[place, "stance"] = None
    assert strand.compare_framework(held, other).differing == 1


def test_people_are_one_an_interview_and_the_participants_of_a_group(standins):
    held = strand.holdings(standins("coded_segments").frame, codebook(), "agreed")
    groups = standins("focus_groups").frame
    heard = strand.people(held, groups)
    interviews = (held.sources["source_kind"] == "interview").sum()
    assert heard["people"].sum() == interviews + groups["participants"].sum()
    with pytest.raises(DataError, match="not in the group file"):
        strand.people(held, groups.iloc[1:])
    with pytest.raises(DataError, match="differs between files"):
        strand.people(held, groups.assign(site="E"))


def test_quotations_need_consent_and_company():
    heard = pd.DataFrame(
        {"site": ["A", "A", "B"], "role": ["x", "x", "x"], "consent": [1, 0, 1], "people": [1, 2, 2]},
        index=["s1", "s2", "s3"],
    )
    passages = pd.Series([4, 5, 6], index=["s1", "s2", "s3"])
    # s1: consent, 3 people in the cell; s2: no consent; s3: 2 people in the cell: 4 of 15 may be quoted
    assert strand.quotable(heard, passages, 3) == strand.Comparison(15, 11)


def test_inputs_are_not_changed(standins, design):
    frames = [standins(name).frame for name in ("coded_segments", "framework_matrix", "focus_groups")]
    before = [frame.copy() for frame in frames]
    strand.analyse(*frames, codebook(), design)
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
