"""The contrast study's analysis: hand cases, other software, planted truths recovered, links between tables."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods.permutation import two_group_test
from analysis.standins.contrast_study import make_study
from analysis.strands.contrast_study import agreement, comparison, departments, robustness
from analysis.strands.contrast_study import scores as scoring
from analysis.strands.contrast_study import study as tables

PLANTED = "contrast_study.planted."


def frames_of(study) -> tables.Frames:
    return tables.Frames(study.teams, study.members, study.items, study.practice)


@pytest.fixture(scope="module")
def section(design):
    return design.section("contrast_study")


@pytest.fixture(scope="module")
def quick(design):
    """The section with fewer permutations."""
    return design.with_changes({"contrast_study.permutations": 999}).section("contrast_study")


@pytest.fixture(scope="module")
def frames(design):
    return frames_of(make_study(design, np.random.default_rng(20)))


def scores(sofs, other):
    return pd.DataFrame({"arm": ["sofs"] * len(sofs) + ["other"] * len(other), "score": [*sofs, *other],
                         "team_id": [f"T{k:03d}" for k in range(len(sofs) + len(other))]})


def test_comparison_of_teams_equals_scipy():
    sofs, other = [52.0, 47, 55, 50], [49.0, 51, 46]
    found = comparison.over_teams(scores(sofs, other), "score")
    theirs = stats.ttest_ind(sofs, other, equal_var=False)
    bounds = theirs.confidence_interval(0.95)
    # 51 - 48.6667 = 2.3333
    assert found.estimate == pytest.approx(51 - 146 / 3)
    assert (found.p, found.df, found.low, found.high) == pytest.approx((theirs.pvalue, theirs.df, *bounds), rel=1e-9)


def test_departments_as_units_by_hand():
    # Department means 52, 50 against 49, 47: difference 51 - 48 = 3; pooled variance (2 + 2) / 2 = 2,
    # se = sqrt(2 * (1/2 + 1/2)) = sqrt(2), 2 degrees of freedom.
    table = scores([51, 53, 50], [49, 47]).assign(department=["a", "a", "b", "c", "d"])
    found = departments.over_departments(table, "score")
    assert (found.estimate, found.se, found.df) == pytest.approx((3, np.sqrt(2), 2))


def test_smallest_p_of_two_and_two_departments(section):
    # Of C(4, 2) = 6 assignments, the observed one and its mirror are as extreme: 2 / 6.
    assert departments.smallest_department_p(section) == pytest.approx(2 / comb(4, 2))
    lopsided = {"departments": [{"arm": "sofs"}, {"arm": "other"}, {"arm": "other"}]}
    assert departments.smallest_department_p(lopsided) == pytest.approx(1 / 3)


def test_team_scores_by_hand(section, frames):
    table = scoring.team_scores(frames, section)
    team = table.iloc[3]["team_id"]
    members = frames.members[frames.members["team_id"] == team]["stress_t"].dropna()
    assert table.iloc[3]["stress"] == pytest.approx(members.mean())
    assert table.iloc[3]["stress_n"] == len(members)
    first = frames.practice[(frames.practice["team_id"] == team) & (frames.practice["observer"] == "first")]
    assert table.iloc[3]["empathy"] == pytest.approx(first["empathy"].mean())


def test_a_team_with_too_few_answers_has_no_score(section, frames):
    team = frames.teams["team_id"].iloc[0]
    keep = frames.members.index[frames.members["team_id"] == team][: section["minimum_answers"] - 1]
    members = frames.members[(frames.members["team_id"] != team) | frames.members.index.isin(keep)]
    table = scoring.team_scores(tables.Frames(frames.teams, members, frames.items, frames.practice), section)
    row = table[table["team_id"] == team].iloc[0]
    assert np.isnan(row["stress"]) and row["stress_n"] <= section["minimum_answers"] - 1


def test_response_adds_up(section, frames):
    table = scoring.response(frames, section)
    assert table["is_total"].tolist() == [False] * 4 + [True]
    assert table.iloc[-1]["respondents"] == len(frames.members)
    assert table.iloc[-1]["rate"] == pytest.approx(100 * len(frames.members) / frames.teams["invited"].sum())


@pytest.mark.parametrize(("different", "equivalent", "reading"), [
    (True, False, "evidence of a difference"), (True, True, "a difference, smaller than would matter"),
    (False, True, "evidence of no meaningful difference"),
    (False, False, "no evidence of a difference, but none is ruled out"),
])
def test_readings_of_the_two_tests(different, equivalent, reading):
    assert comparison.verdict(different, equivalent) == reading


@pytest.mark.slow
def test_level_and_power_come_from_the_design(design, frames):
    changes = {"contrast_study.permutations": 99}
    usual, strict = (comparison.differences(frames, design.with_changes(changes | more).section("contrast_study"),
                                        np.random.default_rng(1)).set_index("outcome").loc["stress"]
                     for more in ({}, {"contrast_study.level": 0.99, "contrast_study.power": 0.9}))
    # Half-widths are t quantiles times one standard error, detectable differences sums of two.
    t = stats.t(usual["df"])
    se = (usual["high"] - usual["estimate"]) / t.ppf(0.975)
    assert (strict["high"] - strict["estimate"]) / se == pytest.approx(t.ppf(0.995))
    assert (usual["detectable"] / se, strict["detectable"] / se) == pytest.approx(
        (t.ppf(0.975) + t.ppf(0.8), t.ppf(0.995) + t.ppf(0.9)))


def test_holm_within_families(quick, frames):
    table = comparison.differences(frames, quick, np.random.default_rng(1))
    scales = table[table["family"] == "scales"].sort_values("p_permutation")
    # Holm: smallest p times 6, next times 5 and not below the one before, ...
    stepped = np.minimum(np.maximum.accumulate(scales["p_permutation"].to_numpy() * np.arange(6, 0, -1)), 1)
    np.testing.assert_allclose(scales["p_holm"], stepped)
    alone = table[table["family"] == "practice"]
    np.testing.assert_allclose(alone["p_holm"], alone["p_permutation"])


@pytest.mark.slow
def test_permutation_p_is_near_the_t_test_and_seeded(quick, frames):
    first, second = (comparison.differences(frames, quick, np.random.default_rng(1)) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    table = scoring.team_scores(frames, quick)
    for row in first[first["family"] == "scales"].itertuples():
        # The two tests differ in theory by little at 14 and 14 teams; p of 999 draws has an error of 0.016 at most.
        assert row.p_permutation == pytest.approx(comparison.over_teams(table, row.outcome).p, abs=0.065)


def test_permutation_of_few_teams_by_hand():
    # Three teams against two, values 5, 6, 9 and 1, 2: of C(5, 3) = 10 deals the observed one alone gives a gap as
    # large (20/3 - 3/2 = 5.17; the opposite extreme 1, 2, 5 against 6, 9 gives 8/3 - 15/2 = -4.83): p = 1/10.
    table = scores([5, 6, 9], [1, 2])
    assert comparison.permutation_p_values(table, ["score"], np.random.default_rng(1), 99) == {"score": 0.1}


def test_permutation_equals_the_method_for_two_groups_of_clusters():
    table = scores([5.0, 6, 9, 7], [1.0, 8, 3, 4])
    theirs = two_group_test(table["score"], table["team_id"], table["arm"] == "sofs", np.random.default_rng(1))
    found = comparison.permutation_p_values(table.assign(gap=[*table["score"][:-1], np.nan]), ["score", "gap"],
                                        np.random.default_rng(1), 99)
    # All C(8, 4) = 70 deals are listed by both.
    assert theirs.exact and found["score"] == pytest.approx(theirs.p)
    assert found["gap"] * 35 == pytest.approx(round(found["gap"] * 35))


def test_leaving_out_one_team_by_hand(section, frames):
    found = robustness.without_one_team(frames, section).set_index("outcome").loc["stress"]
    table = scoring.team_scores(frames, section)
    whole = comparison.over_teams(table, "stress").estimate
    shifts = [abs(comparison.over_teams(table[table["team_id"] != team], "stress").estimate - whole)
              for team in table["team_id"]]
    assert found["largest_shift"] == pytest.approx(max(shifts))


@pytest.mark.slow
def test_a_large_difference_is_seen_and_moves_the_verdict(design, quick):
    far = design.with_changes({PLANTED + "difference": 12.0, PLANTED + "practice_difference": 1.2})
    far_apart = frames_of(make_study(far, np.random.default_rng(2)))
    table = comparison.differences(far_apart, quick, np.random.default_rng(3))
    assert (table.loc[table["family"] == "scales", "verdict"] == "evidence of a difference").all()
    assert table.set_index("outcome").loc["practice", "verdict"] == "evidence of a difference"


@pytest.mark.slow
@pytest.mark.parametrize(("scale_truth", "practice_truth"), [(0.0, 0.0), (4.0, 0.3)])
def test_planted_differences_are_recovered_with_right_coverage(design, section, scale_truth, practice_truth):
    changed = design.with_changes({PLANTED + "difference": scale_truth,
                                   PLANTED + "practice_difference": practice_truth})
    runs = 200
    covered, estimates = {"stress": 0, "practice": 0}, {"stress": [], "practice": []}
    truths = {"stress": scale_truth, "practice": practice_truth}
    for seed in range(runs):
        table = scoring.team_scores(frames_of(make_study(changed, np.random.default_rng(seed))), section)
        for name in covered:
            found = comparison.over_teams(table, name)
            covered[name] += found.low <= truths[name] <= found.high
            estimates[name].append(found.estimate)
    for name in covered:
        # 95% within 3 Monte Carlo errors: 3 * sqrt(.95 * .05 / 200) = 0.046.
        assert abs(covered[name] / runs - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs), name
        error = np.std(estimates[name], ddof=1) / np.sqrt(runs)
        assert abs(np.mean(estimates[name]) - truths[name]) < 3.5 * error, name


@pytest.mark.slow
def test_departments_that_differ_break_the_coverage_as_the_chapter_says(design, section):
    changed = design.with_changes({PLANTED + "department_sd": 4.0})
    missed = 0
    for seed in range(150):
        found = comparison.over_teams(scoring.team_scores(frames_of(make_study(changed, np.random.default_rng(seed))),
                                                     section), "stress")
        missed += found.low > 0 or found.high < 0
    claimed = departments.false_positives(frames_of(make_study(design, np.random.default_rng(1))), section,
                                     np.random.default_rng(2)).set_index("spread").loc[4.0, "false_positive"]
    # Data simulated as whole studies and the chapter's short simulation agree; 3 errors of a share near .34 of 150.
    assert abs(100 * missed / 150 - claimed) < 3 * 100 * np.sqrt(0.34 * 0.66 / 150)


def test_false_positives_rise_with_the_spread(section, frames):
    table = departments.false_positives(frames, section, np.random.default_rng(4))
    assert abs(table["false_positive"].iloc[0] - 5) < 4 * table["mc_error"].iloc[0] + 0.5
    assert table["false_positive"].is_monotonic_increasing


def test_agreement_within_teams_and_between_observers(section, frames):
    table = agreement.agreement_within_teams(frames, section)
    assert table["r_wg_median"].between(0, 1).all() and (table["teams"] == 28).all()
    assert ((table["icc1_low"] < table["icc1"]) & (table["icc1"] < table["icc1_high"])).all()
    observers = agreement.observer_agreement(frames)
    visits = frames.practice["observation_id"].duplicated().sum()
    assert (observers["visits"] == visits).all()


def without(frames, **changes):
    return tables.Frames(**{name: changes.get(name, getattr(frames, name)) for name in
                            ("teams", "members", "items", "practice")})


@pytest.mark.parametrize(("changes", "message"), [
    (lambda f: {"members": f.members.assign(team_id=["T999", *f.members["team_id"][1:]])},
     "contrast_members.csv.*T999"),
    (lambda f: {"practice": f.practice.assign(team_id="T998")}, "contrast_practice.csv.*T998"),
    (lambda f: {"items": f.items.assign(respondent_id="R9999")}, "contrast_items.csv.*R9999"),
    (lambda f: {"teams": f.teams.assign(department="Pilot A")}, "department.*Pilot B"),
    (lambda f: {"teams": f.teams.assign(invited=1)}, "more respondents than were invited"),
])
def test_tables_that_do_not_fit_together(section, frames, changes, message):
    with pytest.raises(DataError, match=message):
        tables.check_links(without(frames, **changes(frames)), section)
    tables.check_links(frames, section)


def test_a_department_without_two_scored_teams_is_an_error(section, frames):
    teams = frames.teams
    lone = teams[(teams["department"] != "Pilot A") | (teams["team_id"] == "T001")]
    members = frames.members[frames.members["team_id"].isin(lone["team_id"])]
    practice = frames.practice[frames.practice["team_id"].isin(lone["team_id"])]
    with pytest.raises(DataError, match="Pilot A has fewer than two teams"):
        scoring.profiles(without(frames, teams=lone, members=members, practice=practice), section)
