"""The assessments strand: scores, agreement, association; planted truths recovered, bad links refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods.ordinal import spearman
from analysis.standins.assessment_ratings import make_assessments
from analysis.strands.assessments import agreement, association
from analysis.strands.assessments.cases import examine, pairs, working_days


def tables(design, seed, each=None):
    made = make_assessments(design, np.random.default_rng(seed), each)
    dates = made.cases[["started", "completed"]].apply(pd.to_datetime)
    return made.frame, made.cases.assign(**dates), made.ratings, design.section("assessments")


@pytest.fixture(scope="module")
def examined(design):
    return examine(*tables(design, 1))


def test_scores_are_means_of_the_domains_rated(examined):
    names = [domain.name for domain in examined.scale.domains]
    for row in examined.cases.itertuples():
        given = [getattr(row, name) for name in names if not np.isnan(getattr(row, name))]
        if len(given) >= len(names) - 1:
            assert row.thoroughness == pytest.approx(np.mean(given))
        else:
            assert np.isnan(row.thoroughness)


def test_working_days_by_hand():
    # Monday 7 to Friday 11 January 2019: 4 weekdays after the start; Friday to Monday: 1; the same day: 0.
    started = pd.Series(pd.to_datetime(["2019-01-07", "2019-01-11", "2019-01-07"]))
    completed = pd.Series(pd.to_datetime(["2019-01-11", "2019-01-14", "2019-01-07"]))
    assert working_days(started, completed).tolist() == [4, 1, 0]


@pytest.mark.parametrize("change, says", [
    (lambda f, c, r: (f, c[c["case_id"] != c["case_id"].iloc[0]], r), "not in the list"),
    (lambda f, c, r: (f, c, r[r["case_id"] != c["case_id"].iloc[0]]), "without a rating"),
    (lambda f, c, r: (f.assign(usable=9), c, r), "not the usable ones"),
])
def test_tables_that_do_not_fit_are_refused(design, change, says):
    frame, cases, ratings, section = tables(design, 1)
    with pytest.raises(DataError, match=says):
        examine(*change(frame, cases, ratings), section)


def test_no_second_ratings_are_said(design):
    frame, cases, ratings, section = tables(design, 1)
    alone = examine(frame, cases, ratings[ratings["rating"] == "first"], section)
    with pytest.raises(DataError, match="rated twice"):
        agreement.domain_agreement(alone, np.random.default_rng(0))


def test_pairs_are_the_cases_rated_twice(examined):
    twice = examined.ratings.groupby("case_id").size()
    assert set(pairs(examined).index) == set(twice.index[twice == 2])


def test_agreement_falls_with_raters_error(design):
    found = {}
    for noise in (0.1, 1.5):
        changed = design.with_changes({"assessments.planted.rater_noise": noise})
        found[noise] = agreement.score_agreement(examine(*tables(changed, 2, 40)), np.random.default_rng(0))
    assert found[0.1].alpha.estimate > 0.85 > 0.7 > found[1.5].alpha.estimate
    assert found[0.1].attenuation > found[1.5].attenuation


def test_severity_by_hand(examined):
    # Two raters who rate the same two cases, one always a point higher: severities differ by 1, standard deviation
    # of (1/2, -1/2) with divisor 1 is sqrt(1/2).
    cases = list(pairs(examined).index[:2])
    ratings = pd.DataFrame({"case_id": cases * 2, "rating": ["first"] * 2 + ["second"] * 2,
                            "rater": ["R1"] * 2 + ["R2"] * 2, "thoroughness": [3.0, 2, 2, 1]})
    names = [domain.name for domain in examined.scale.all_domains]
    from dataclasses import replace

    small = replace(examined, ratings=ratings.assign(**dict.fromkeys(names, 2.0)))
    assert agreement.severity_spread(small) == pytest.approx(np.sqrt(0.5))


def test_bins_keep_ties_together_and_hold_enough():
    ratings = np.array([1] * 9 + [2] * 14 + [3] * 4 + [4] * 13 + [5] * 10)
    groups = association.bin_ratings(ratings, 3, 10)
    assert [len(set(groups[ratings == k])) for k in range(1, 6)] == [1] * 5
    assert np.bincount(groups).min() >= 10 and len(np.bincount(groups)) == 3
    assert (np.diff(groups) >= 0).all()
    # All but nine give one answer: no two groups of ten can be made.
    assert association.bin_ratings(np.array([1] * 9 + [2] * 41), 3, 10).max() == 0


def test_association_is_taken_within_pilots(examined):
    found = association.association(examined, np.random.default_rng(0))
    cases, detail = examined.cases, examined.scale.detail.name
    direct = spearman(cases[detail], cases["thoroughness"], strata=cases["site"])
    assert found.within.estimate == direct.estimate
    known = cases.dropna(subset=[detail, "thoroughness"])
    assert found.overall.estimate == pytest.approx(stats.spearmanr(known[detail], known["thoroughness"]).statistic)
    rest = cases[cases["site"] != "C"]
    assert found.without["C"].estimate == spearman(rest[detail], rest["thoroughness"], strata=rest["site"]).estimate


def test_pilots_differ_when_they_do(design):
    apart = {f"assessments.planted.site.{s}": v for s, v in zip("ABCDE", (2, 1, 0, -1, -2), strict=True)}
    share, p = association.pilots_differ(examine(*tables(design.with_changes(apart), 5)), np.random.default_rng(0))
    assert share > 0.5 and p < 0.01


def test_the_curve_holds_this_study_and_grows_with_error(examined):
    curve = association.curve(examined, 0.5)
    assert len(examined.cases) in set(curve["cases"])
    known = curve.dropna()
    assert known["true_correlation"].to_numpy() == pytest.approx(2 * known["correlation"].to_numpy())
    assert (curve["correlation"].diff().dropna() < 0).all()


def test_cases_needed_is_the_least_that_suffice(examined):
    from analysis.methods.ordinal import detectable_correlation

    n, smallest = association.cases_needed(examined), examined.section["smallest_correlation"]
    assert detectable_correlation(n, strata=5) <= smallest < detectable_correlation(n - 1, strata=5)


@pytest.mark.parametrize("planted, says", [(0.85, "evidence of a positive association"),
                                           (-0.85, "evidence of a negative association")])
def test_verdict_follows_a_strong_association(design, planted, says):
    changed = design.with_changes({"assessments.planted.association": planted})
    strong = examine(*tables(changed, 6))
    assert association.verdict(strong, association.association(strong, np.random.default_rng(0)).within) == says


def test_verdict_of_many_cases_without_association(design):
    many = examine(*tables(design, 7, 120))
    found = association.association(many, np.random.default_rng(0)).within
    assert association.verdict(many, found) == "evidence of no association that matters"


def of_few(rank_correlation, n):
    """Expected Spearman correlation of n pairs whose population value is given, normal correlation r underneath:
    6 / (pi (n + 1)) x (arcsin r + (n - 2) arcsin(r / 2)) (Moran 1948); without limit 6 / pi x arcsin(r / 2)."""
    r = 2 * np.sin(np.pi * rank_correlation / 6)
    return 6 / (np.pi * (n + 1)) * (np.arcsin(r) + (n - 2) * np.arcsin(r / 2))


@pytest.mark.slow
@pytest.mark.parametrize("planted", [0.0, 0.5])
def test_association_is_recovered_with_right_coverage(design, planted):
    changed = design.with_changes({"assessments.planted.association": planted})
    detail = "sofs_detail"
    # Truth between ratings: nought when nothing is planted, else from many cases (smaller than planted: raters' error).
    big = [examine(*tables(changed, 500 + k, 180)).cases for k in range(6)]
    large = [spearman(c[detail], c["thoroughness"], strata=c["site"]).estimate for c in big]
    truth, truth_error = (np.mean(large), np.std(large, ddof=1) / np.sqrt(len(large))) if planted else (0.0, 0.0)
    runs, level = 200, 0.95
    found = []
    for seed in range(runs):
        cases = examine(*tables(changed, 2000 + seed)).cases
        found.append(spearman(cases[detail], cases["thoroughness"], strata=cases["site"], level=level))
    estimates = np.array([f.estimate for f in found])
    covered = np.mean([f.low <= truth <= f.high for f in found])
    # Three Monte Carlo standard errors, of the runs and of the truth, around what ranks of few cases a pilot give.
    error = np.hypot(estimates.std(ddof=1) / np.sqrt(runs), truth_error)
    assert abs(estimates.mean() - of_few(truth, changed.section("assessments")["planned_cases"])) < 3 * error
    assert abs(covered - level) < 3 * np.sqrt(level * (1 - level) / runs)
