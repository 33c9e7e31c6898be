"""The contrast study's analysis: hand cases, other software, planted truths recovered, links between tables."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods.aggregation import intraclass
from analysis.methods.equivalence import equivalence_test
from analysis.methods.permutation import two_group_test
from analysis.standins.contrast_study import make_study
from analysis.strands.contrast_study import agreement, comparison, departments, robustness
from analysis.strands.contrast_study import scores as scoring
from analysis.strands.contrast_study import study as tables

PLANTED = "contrast_study.planted."


def frames_of(study) -> tables.Frames:
    return tables.Frames(study.teams, study.members, study.items, study.practice, study.families)


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


RUNS = 200
BAND = 3 * np.sqrt(0.95 * 0.05 / RUNS)          # three Monte Carlo errors of a share near 95 or 5 per cent


@pytest.mark.slow
@pytest.mark.parametrize(("scale_truth", "practice_truth", "family_truth"), [(0.0, 0.0, 0.0), (4.0, 0.3, 0.4)])
def test_planted_differences_are_recovered_with_right_coverage(design, section, scale_truth, practice_truth,
                                                               family_truth):
    changed = design.with_changes({PLANTED + "difference": scale_truth, PLANTED + "practice_difference": practice_truth,
                                   PLANTED + "goal_progress.difference": family_truth,
                                   PLANTED + "life_change.difference": family_truth})
    # Answers cut to whole steps within bounds lose a little of a planted step: 2% of 0.4 at most, below the error.
    truths = {**dict.fromkeys(("stress", "engagement", "rigidity"), scale_truth), "practice": practice_truth,
              "goal_progress": family_truth, "life_change": family_truth}
    found = {name: [] for name in truths}
    for seed in range(RUNS):
        table = scoring.team_scores(frames_of(make_study(changed, np.random.default_rng(seed))), section)
        for name in truths:
            found[name].append(comparison.over_teams(table, name))
    for name, intervals in found.items():
        covered = np.mean([one.low <= truths[name] <= one.high for one in intervals])
        assert abs(covered - 0.95) < BAND, (name, covered)
        estimates = np.array([one.estimate for one in intervals])
        assert abs(estimates.mean() - truths[name]) < 3.5 * estimates.std(ddof=1) / np.sqrt(RUNS), name


@pytest.mark.slow
def test_permutation_holds_its_level_over_scales_and_equivalence_at_the_margin(design):
    # Nothing planted: any of six scales below 0.05 after Holm in 5% of studies at most; each scale's own p in 5%.
    # Planted at the margin of equivalence: declared equivalent in 5% at most.
    quick = {"contrast_study.permutations": 199}
    null, edge = design.with_changes(quick), design.with_changes(quick | {PLANTED + "difference": 5.0})
    section, rejected, any_scale, equivalent = null.section("contrast_study"), [], [], []
    for seed in range(RUNS):
        table = comparison.differences(frames_of(make_study(null, np.random.default_rng(9000 + seed))), section,
                                       np.random.default_rng(seed))
        scales = table[table["family"] == "scales"]
        rejected.append((scales["p_permutation"] < 0.05).mean())
        any_scale.append(scales["different"].any())
        scores_at = scoring.team_scores(frames_of(make_study(edge, np.random.default_rng(9000 + seed))), section)
        interval = comparison.over_teams(scores_at, "stress")
        equivalent.append(equivalence_test(interval, -5, 5).equivalent)
    # Of six scales, which hang together within a person: the error of their mean share is taken from the runs.
    assert abs(np.mean(rejected) - 0.05) < 3 * np.std(rejected, ddof=1) / np.sqrt(RUNS)
    assert np.mean(any_scale) < 0.05 + BAND and np.mean(equivalent) < 0.05 + BAND


@pytest.mark.slow
def test_reliability_of_team_scores_is_recovered_with_right_coverage(design, section):
    # Planted: 3^2 between teams and 9.5^2 within: 9 / (9 + 90.25) = 0.0907 (scores cut at 3.5 deviations lose nothing
    # that shows).
    truth, covered = 9 / 99.25, 0
    for seed in range(RUNS):
        study = make_study(design, np.random.default_rng(5000 + seed))
        icc = intraclass(study.members["engagement_t"], study.members["team_id"])
        covered += icc.icc1_low <= truth <= icc.icc1_high
    assert abs(covered / RUNS - 0.95) < BAND


def test_splits_by_hand(section):
    table = pd.DataFrame({"department": ["a", "a", "b", "b", "c", "c", "d", "d"], "arm": ["sofs"] * 4 + ["other"] * 4,
                          "score": [1.0, 3, 5, 7, 2, 2, 9, 11]})
    # Means 2, 6, 2, 10. Real split 4 against 6: 2; a and c against the rest 2 against 8: 6; a and d 6 against 4: 2.
    outcome = tables.Outcome("score", "Score", "scales", 1.0)
    row = departments.splits(table, [outcome]).iloc[0]
    assert (row["real"], row["largest_other"], row["as_far"], row["splits"]) == (2, 6, 3, 3)
    lopsided = table[table["department"] != "b"]
    assert departments.splits(lopsided, [outcome]).iloc[0]["splits"] == 3


@pytest.mark.slow
def test_the_real_split_is_the_widest_in_a_third_of_studies_without_effect_and_in_most_with_one(design, section):
    # With departments that differ: the one comparison here that stays right when teams of a department hang together.
    for truth in (0.0, 12.0):
        changed = design.with_changes({PLANTED + "department_sd": 4.0, PLANTED + "difference": truth})
        widest = []
        for seed in range(RUNS):
            table = scoring.team_scores(frames_of(make_study(changed, np.random.default_rng(seed))), section)
            found = departments.splits(table, [one for one in tables.outcomes(section) if one.name == "stress"])
            widest.append(found["as_far"].iloc[0] == 1)
        if truth:
            assert np.mean(widest) > 0.85
        else:
            assert abs(np.mean(widest) - 1 / 3) < 3 * np.sqrt(2 / 9 / RUNS)


def test_families_by_hand(section, frames):
    from analysis.strands.contrast_study.families import answering

    table = answering(frames, section).set_index("department")
    first = frames.practice[frames.practice["observer"] == "first"]
    teams = frames.teams.loc[frames.teams["department"] == "Pilot A", "team_id"]
    here = first[first["team_id"].isin(teams)]
    later = frames.families[frames.families["observation_id"].isin(here["observation_id"])]
    row = table.loc["Pilot A"]
    assert (row["visits"], row["rated"], row["later"]) == (len(here), here["family_rating"].notna().sum(), len(later))
    assert row["life_change"] == pytest.approx((later["life_later"] - later["life_first"]).mean())
    assert row["later_rate"] == pytest.approx(100 * len(later) / len(here))
    assert table.loc["All", "later"] == len(frames.families)


def test_without_later_answers_they_are_not_compared_and_all_else_is_the_same(quick, frames):
    with_them, without_them = (comparison.differences(one, quick, np.random.default_rng(1)).set_index("outcome")
                               for one in (frames, without(frames, families=None)))
    assert set(without_them.loc[["goal_progress", "life_change"], "verdict"]) == {comparison.TOO_FEW}
    others = with_them.index.drop(["goal_progress", "life_change"])
    pd.testing.assert_frame_equal(with_them.loc[others], without_them.loc[others])
    assert "goal_progress" not in set(robustness.without_one_team(without(frames, families=None), quick)["outcome"])


def test_a_scale_without_variance_is_one_clear_error(section, frames):
    flat = without(frames, members=frames.members.assign(stress_t=50.0))
    with pytest.raises(DataError, match="contrast_members.csv.*stress"):
        agreement.agreement_within_teams(flat, section, np.random.default_rng(0))
    with pytest.raises(DataError, match="contrast_members.csv.*stress.*all teams have one score"):
        comparison.differences(flat, section, np.random.default_rng(0))


def test_reliability_of_scales_is_that_of_the_method(quick, frames):
    from analysis.methods.scales import cronbach_alpha
    from analysis.strands.contrast_study.reliability import internal_consistency

    table = internal_consistency(frames, quick, np.random.default_rng(0)).set_index("scale")
    part = frames.items[frames.items["scale"] == "stress"]
    direct = cronbach_alpha(part.pivot(index="respondent_id", columns="item", values="response").to_numpy(float))
    row = table.loc["stress"]
    assert (row["alpha"], row["alpha_low"], row["n"], row["items"]) == (direct.estimate, direct.low, direct.n, 6)
    flat = without(frames, items=frames.items.assign(response=3))
    assert internal_consistency(flat, quick, np.random.default_rng(0))["alpha"].isna().all()


def test_observers_who_never_differ_or_never_meet_have_no_icc(section, frames):
    agreed = frames.practice.assign(empathy=frames.practice.groupby("observation_id")["empathy"].transform("first"))
    row = agreement.observer_agreement(without(frames, practice=agreed)).set_index("dimension").loc["empathy"]
    assert np.isnan(row["one"]) and row["within_one"] == 100
    alone = frames.practice[frames.practice["observer"] == "first"]
    table = agreement.observer_agreement(without(frames, practice=alone))
    assert table["one"].isna().all() and (table["visits"] == 0).all()


def test_an_arm_of_two_teams_has_no_shift_of_one_team(section, frames):
    lone = frames.teams["department"].isin(["Comparator A1", "Comparator B1"]) | frames.teams["team_id"].isin(
        ["T001", "T008"])
    few = without(frames, teams=frames.teams[lone])
    table = robustness.without_one_team(few, section).set_index("outcome")
    assert np.isnan(table.loc["stress", "largest_shift"]) and np.isfinite(table.loc["stress", "estimate"])


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
    table = agreement.agreement_within_teams(frames, section, np.random.default_rng(1))
    assert ((table["r_wg_low"] <= table["r_wg_median"]) & (table["r_wg_median"] <= table["r_wg_high"])).all()
    # Less variance in the picture of no agreement: less agreement, on every scale.
    assert (table["r_wg_skewed"] < table["r_wg_median"]).all()
    assert (table["agreeing_skewed"] <= table["agreeing"]).all()
    assert table["r_wg_median"].between(0, 1).all() and (table["teams"] == 28).all()
    assert ((table["icc1_low"] < table["icc1"]) & (table["icc1"] < table["icc1_high"])).all()
    observers = agreement.observer_agreement(frames)
    visits = frames.practice["observation_id"].duplicated().sum()
    assert (observers["visits"] == visits).all()


def without(frames, **changes):
    return tables.Frames(**{name: changes.get(name, getattr(frames, name)) for name in
                            ("teams", "members", "items", "practice", "families")})


@pytest.mark.parametrize(("changes", "message"), [
    (lambda f: {"members": f.members.assign(team_id=["T999", *f.members["team_id"][1:]])},
     "contrast_members.csv.*T999"),
    (lambda f: {"practice": f.practice.assign(team_id="T998")}, "contrast_practice.csv.*T998"),
    (lambda f: {"items": f.items.assign(respondent_id="R9999")}, "contrast_items.csv.*R9999"),
    (lambda f: {"teams": f.teams.assign(department="Pilot A")}, "department.*Pilot B"),
    (lambda f: {"teams": f.teams.assign(invited=1)}, "more respondents than were invited"),
    (lambda f: {"practice": f.practice[(f.practice["observer"] == "second")
                                       | (f.practice["observation_id"] != f.practice.loc[
                                           f.practice["observer"] == "second", "observation_id"].iloc[0])]},
     "contrast_practice.csv.*observer.*without a first observer|without a first observer"),
    (lambda f: {"practice": f.practice.assign(team_id=f.practice["team_id"].mask(
        f.practice["observer"] == "second", "T001"))}, "two observers of one visit name two teams"),
    (lambda f: {"practice": f.practice.assign(family_rating=5)}, "row of a second observer"),
    (lambda f: {"families": f.families.assign(observation_id="O9999")}, "contrast_families.csv.*O9999"),
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
