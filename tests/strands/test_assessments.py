"""The assessments strand: scores, agreement, association; planted truths recovered, bad links refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods.ordinal import spearman
from analysis.standins.assessment_ratings import make_assessments
from analysis.strands.assessments import agreement, allows, association, durations, groups, odds, pilots
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
    (lambda f, c, r: (f, c, pd.concat([r, r.iloc[[0]].assign(rater="R9")])), "two first ratings of one case.*R9"),
    (lambda f, c, r: (f, c, r.assign(rating=r["rating"].mask(r["case_id"] == c["case_id"].iloc[0], "second"))
                      .drop_duplicates(["case_id", "rating"])), "without its first rating"),
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


def test_severity_is_that_of_the_method_on_the_score(examined):
    from analysis.methods.rater_severity import rater_severity

    ratings = examined.ratings
    direct = rater_severity(ratings["thoroughness"], ratings["case_id"], ratings["rater"])
    table = agreement.raters_table(examined).set_index("rater")
    for name, one in zip(direct.raters, direct.severities, strict=True):
        assert (table.loc[name, "severity"], table.loc[name, "low"]) == pytest.approx((one.estimate, one.low))
    assert table["ratings"].sum() == len(ratings) and table["shared"].sum() == 2 * len(pairs(examined))


def with_ratings(examined, change):
    """The same study with changed ratings; `change(ratings)` gets a copy."""
    ratings = change(examined.ratings.copy())
    standing = ratings[ratings["rating"] == "first"].set_index("case_id")
    names = [domain.name for domain in examined.scale.all_domains] + ["thoroughness"]
    cases = examined.cases.set_index("case_id")
    cases[names] = standing[names]
    return replace(examined, ratings=ratings, cases=cases.reset_index())


def test_a_rater_with_one_case_and_raters_of_one_opinion(examined):
    cases = list(pairs(examined).index)

    def once(ratings):
        twice = (ratings["case_id"] == cases[0]) & (ratings["rating"] == "second")
        return ratings.assign(rater=ratings["rater"].mask(twice, "R9"))

    row = agreement.raters_table(with_ratings(examined, once)).set_index("rater").loc["R9"]
    assert (row["ratings"], row["shared"]) == (1, 1) and row["high"] - row["low"] > 0.5

    def agreed(ratings):
        first = ratings[ratings["rating"] == "first"].set_index("case_id")["thoroughness"]
        return ratings.assign(thoroughness=ratings["case_id"].map(first))

    table = agreement.raters_table(with_ratings(examined, agreed))
    assert table["severity"].isna().all() and (table["ratings"] > 0).all()


def test_a_domain_rated_alike_throughout_has_no_kappa_and_says_so(examined):
    alike = with_ratings(examined, lambda ratings: ratings.assign(history=3.0))
    found = {one.name: one for one in agreement.domain_agreement(alike, np.random.default_rng(0))}
    assert np.isnan(found["history"].kappa.estimate) and np.isnan(found["history"].alpha.estimate)
    assert (found["history"].exact, found["history"].ac.estimate) == (100, 1)
    assert np.isfinite(found["parenting"].alpha.estimate)
    row = agreement.reliability(alike).set_index("name").loc["history"]
    assert row["error"] == 0 and np.isnan(row["one"])
    model = odds.odds(alike, np.random.default_rng(0)).set_index("name")
    assert np.isnan(model.loc["history", "ratio"]) and np.isfinite(model.loc["parenting", "p_holm"])


def test_all_scores_alike_end_with_one_clear_error(examined):
    alike = with_ratings(examined, lambda ratings: ratings.assign(thoroughness=3.0))
    with pytest.raises(DataError, match="assessment_ratings.csv.*thoroughness.*vary"):
        agreement.score_agreement(alike, np.random.default_rng(0))


def test_reliability_by_hand(examined):
    both = agreement.both_ratings(examined, "parenting")
    row = agreement.reliability(examined).set_index("name").loc["parenting"]
    # Within-case mean square of pairs: half the squared difference, averaged.
    assert row["error"] ** 2 == pytest.approx(np.mean([np.var(pair, ddof=1) for pair in both]))
    assert row["two"] == pytest.approx(2 * row["one"] / (1 + row["one"]))          # Spearman and Brown


@pytest.mark.parametrize("one, wanted, raters", [
    (0.5, 0.8, 4),              # Spearman and Brown: 4 x 0.5 / (1 + 3 x 0.5) = 0.8
    (0.8, 0.8, 1), (0.9, 0.8, 1),
    (0.3, 0.7, 6),              # 5.44 raters would do: 0.7 x 0.7 / (0.3 x 0.3)
])
def test_raters_needed_by_hand(one, wanted, raters):
    assert allows.raters_for(one, wanted) == raters
    assert np.isnan(allows.raters_for(-0.1, wanted))


def test_what_agreement_allows_goes_by_the_lower_bound(examined):
    marks = {"tentative": 0.667, "good": 0.8}
    assert [allows.reading(low, marks) for low in (0.8, 0.7, 0.5)] == [allows.FIRM, allows.TENTATIVE, allows.DOUBT]
    # 1.96 x sqrt(2) x 0.3 = 0.8316.
    assert allows.case_difference(0.3, 0.95) == pytest.approx(1.959964 * np.sqrt(2) * 0.3, rel=1e-6)


def test_difference_of_pilots_by_hand(examined):
    cases = examined.cases.dropna(subset=["thoroughness"])
    within = np.mean([np.var(g["thoroughness"], ddof=1) for _, g in cases.groupby("site")])
    # Ten cases a pilot: se = sqrt(2 s^2 / 10), 18 degrees of freedom, two-sided 5%, power 80% (Bloom 1995).
    expected = (stats.t.ppf(0.975, 18) + stats.t.ppf(0.8, 18)) * np.sqrt(2 * within / 10)
    assert len(cases) == 50 and allows.pilot_difference(examined) == pytest.approx(expected)


def test_corrected_correlation_is_the_quotient_and_its_interval_is_wider(examined):
    score = agreement.score_agreement(examined, np.random.default_rng(0))
    found = allows.corrected(examined, score, np.random.default_rng(1))
    raw = association.association(examined, np.random.default_rng(0)).within
    assert found.estimate == pytest.approx(raw.estimate / score.attenuation)
    assert found.low < found.estimate < found.high and found.factor_low < found.factor < found.factor_high
    assert found == allows.corrected(examined, score, np.random.default_rng(1))


def test_odds_are_those_of_statsmodels_with_pilot_effects(examined):
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    found = odds.odds(examined, np.random.default_rng(0)).set_index("name")
    for name in ("analysis", "thoroughness"):
        known = examined.cases.dropna(subset=["sofs_detail", name])
        dummies = pd.get_dummies(known["site"], drop_first=True).astype(float).to_numpy()
        x = np.column_stack([known["sofs_detail"], dummies])
        # Categories as codes: statsmodels takes numbers for ordered categories in order of size.
        theirs = OrderedModel(known[name].round(6).rank(method="dense").astype(int).to_numpy(), x, distr="logit").fit(
            method="bfgs", maxiter=2000, gtol=1e-8, disp=0)
        assert found.loc[name, "log_ratio"] == pytest.approx(theirs.params[0], abs=2e-4), name


def test_odds_leave_out_a_pilot_at_one_end(examined):
    top = examined.cases["site"] == "B"
    apart = replace(examined, cases=examined.cases.assign(analysis=examined.cases["analysis"].mask(top, 4.0)))
    row = odds.odds(apart, np.random.default_rng(0)).set_index("name").loc["analysis"]
    rest = replace(examined, cases=examined.cases[~top])
    alone = odds.odds(rest, np.random.default_rng(0)).set_index("name").loc["analysis"]
    assert row["pilots"] == 4 and row["n"] == alone["n"] <= 40
    assert (row["ratio"], row["low"]) == pytest.approx((alone["ratio"], alone["low"]))


def test_holm_of_the_domains_by_hand(examined):
    table = odds.odds(examined, np.random.default_rng(0))
    domains = table[table["name"] != "thoroughness"].sort_values("p")
    stepped = np.minimum(np.maximum.accumulate(domains["p"].to_numpy() * np.arange(6, 0, -1)), 1)
    np.testing.assert_allclose(domains["p_holm"], stepped)
    assert table["p_holm"].isna().sum() == 1


def test_correlation_of_each_pilot_and_what_five_say_of_one_another(examined):
    table = pilots.correlations(examined)
    one = examined.cases[examined.cases["site"] == "C"].dropna(subset=["sofs_detail", "thoroughness"])
    direct = stats.spearmanr(one["sofs_detail"], one["thoroughness"]).statistic
    assert table.set_index("site").loc["C", "estimate"] == pytest.approx(direct)
    # Two pilots of 13: weights 10 / (1 + r^2 / 2); by hand for r = 0 and 0.5: 10 and 10 / 1.125 = 8.889,
    # z = 0 and 0.5493, Q = w1 w2 / (w1 + w2) (z1 - z2)^2 = 4.706 x 0.30174 = 1.420.
    q, p, n = pilots.alike(pd.DataFrame({"n": [13, 13], "estimate": [0.0, 0.5]}))
    assert (q, n) == (pytest.approx(1.420, abs=0.001), 2) and p == pytest.approx(stats.chi2.sf(q, 1))
    z = np.arctanh([0.1, 0.3, 0.5])
    half = stats.t.ppf(0.975, 2) * z.std(ddof=1) / np.sqrt(3)
    assert pilots.as_units(pd.DataFrame({"estimate": [0.1, 0.3, 0.5]}), 0.95) == pytest.approx(
        np.tanh([z.mean(), z.mean() - half, z.mean() + half]))


def test_a_pilot_of_few_or_equal_cases_has_a_mean_and_no_more(examined):
    cases = examined.cases
    few = cases[(cases["site"] != "A") | (cases.groupby("site").cumcount() < 1)]
    flat = few.assign(thoroughness=few["thoroughness"].mask(few["site"] == "B", 3.0))
    changed = replace(examined, cases=flat)
    table = pilots.by_pilot(changed).set_index("site")
    assert table.loc[["A", "B"], "thoroughness_low"].isna().all() and table.loc["B", "thoroughness"] == 3
    found = pilots.correlations(changed).set_index("site")["estimate"]
    assert found[["A", "B"]].isna().all() and found[["C", "D", "E"]].notna().all()
    assert pilots.alike(pilots.correlations(changed))[2] == 3


def test_duration_and_decision_by_hand(examined):
    table = durations.decisions(examined).set_index("decision")
    days = examined.cases.loc[examined.cases["decision"] == "Child protection", "days"]
    assert (table.loc["Child protection", "lower"], table.loc["Child protection", "median"]) == pytest.approx(
        tuple(np.percentile(days, [25, 50])))
    assert table.loc["All", "within"] == (examined.cases["days"] <= 45).sum()
    assert table["n"].iloc[:-1].sum() == table.loc["All", "n"] == len(examined.cases)


def test_links_are_within_pilots_and_follow_the_order_of_decisions(examined):
    table = durations.links(examined, np.random.default_rng(0)).set_index(["name", "with"])
    cases = examined.cases
    direct = spearman(cases["analysis"], cases["days"], strata=cases["site"])
    assert table.loc[("analysis", "days"), "estimate"] == direct.estimate
    steps = {"No further action": 0.0, "Early help": 1.0, "Child in need plan": 2.0, "Child protection": 3.0}
    graver = replace(examined, cases=cases.assign(thoroughness=cases["decision"].map(steps)))
    assert durations.links(graver, np.random.default_rng(0)).set_index(["name", "with"]).loc[
        ("thoroughness", "step"), "estimate"] == pytest.approx(1)


def test_single_cases_come_without_number_or_pilot(examined):
    shown = groups.with_cases(examined, groups.binned(examined, 10))
    single = shown[shown["kind"] == groups.CASE]
    known = examined.cases.dropna(subset=["sofs_detail", "thoroughness"])
    assert len(single) == len(known) and sorted(single["thoroughness"]) == sorted(known["thoroughness"])
    assert not shown.astype(str).apply(lambda column: column.str.contains(r"K\d{3}")).any().any()


def test_bins_keep_ties_together_and_hold_enough():
    ratings = np.array([1] * 9 + [2] * 14 + [3] * 4 + [4] * 13 + [5] * 10)
    found = groups.bin_ratings(ratings, 3, 10)
    assert [len(set(found[ratings == k])) for k in range(1, 6)] == [1] * 5
    assert np.bincount(found).min() >= 10 and len(np.bincount(found)) == 3
    assert (np.diff(found) >= 0).all()
    # All but nine give one answer: no two groups of ten can be made.
    assert groups.bin_ratings(np.array([1] * 9 + [2] * 41), 3, 10).max() == 0


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
    study = examine(*tables(design.with_changes(apart), 5))
    share, p = pilots.pilots_differ(study, "thoroughness", np.random.default_rng(0))
    assert share > 0.5 and p < 0.01


def test_the_curve_holds_this_study_and_grows_with_error(examined):
    curve = allows.curve(examined, 0.5)
    assert len(examined.cases) in set(curve["cases"])
    known = curve.dropna()
    assert known["true_correlation"].to_numpy() == pytest.approx(2 * known["correlation"].to_numpy())
    assert (curve["correlation"].diff().dropna() < 0).all()


def test_cases_needed_is_the_least_that_suffice(examined):
    from analysis.methods.ordinal import detectable_correlation

    n, smallest = allows.cases_needed(examined), examined.section["smallest_correlation"]
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


RUNS = 200
BAND = 3 * np.sqrt(0.95 * 0.05 / RUNS)          # three Monte Carlo errors of a share near 95 or 5 per cent


def studies(design, first, changes):
    changed = design.with_changes({"assessments.permutations": 199} | changes)
    for seed in range(RUNS):
        yield examine(*tables(changed, first + seed))


def of_many(design, changes, value):
    """Truth between ratings: `value` of studies of 180 cases a pilot, mean of four and its standard error."""
    found = [value(examine(*tables(design.with_changes(changes), 700 + k, 180))) for k in range(4)]
    return np.mean(found), np.std(found, ddof=1) / 2


@pytest.mark.slow
@pytest.mark.parametrize("planted", [0.0, 0.5])
def test_odds_ratio_is_recovered_and_its_permutation_test_holds_its_level(design, planted):
    changes = {"assessments.planted.association": planted}

    def of(study):
        return odds.odds_of(study, "thoroughness", "Score", np.random.default_rng(9))

    truth = of_many(design, changes, lambda study: of(study)["log_ratio"])[0] if planted else 0.0
    found = [of(study) for study in studies(design, 6000, changes)]
    covered = np.mean([np.log(row["low"]) <= truth <= np.log(row["high"]) for row in found])
    rejected = np.mean([row["p"] < 0.05 for row in found])
    assert abs(covered - 0.95) < BAND
    assert rejected > 0.6 if planted else abs(rejected - 0.05) < BAND


@pytest.mark.slow
def test_permutation_of_the_headline_holds_its_level_and_finds_a_planted_association(design):
    for planted in (0.0, 0.5):
        found = []
        for study in studies(design, 6500, {"assessments.planted.association": planted}):
            cases = study.cases
            found.append(spearman(cases["sofs_detail"], cases["thoroughness"], strata=cases["site"], permutations=199,
                                  rng=np.random.default_rng(len(found))).p)
        rejected = np.mean(np.array(found) < 0.05)
        assert rejected > 0.6 if planted else abs(rejected - 0.05) < BAND


@pytest.mark.slow
@pytest.mark.parametrize("planted", [[0.0, -0.25, 0.2, 0.05], [0.0, 0.0, 0.0, 0.0]])
def test_severity_and_reliability_are_recovered_with_right_coverage(design, planted):
    changes = {"assessments.planted.severity": planted}

    def severities(study):
        return np.array([one.estimate for one in agreement.severity(study).severities])

    big = [examine(*tables(design.with_changes(changes), 700 + k, 180)) for k in range(4)]
    truth = np.mean([severities(study) for study in big], axis=0) if any(planted) else np.zeros(4)
    # Planted: a rater with a lower latent mark is severe, so that the orders are opposite.
    assert not any(planted) or list(np.argsort(truth)) == list(np.argsort(-np.array(planted)))

    def one_rater(study):
        from analysis.methods.agreement import rater_intraclass

        return rater_intraclass(agreement.both_ratings(study, "thoroughness")).of("1,1")

    reliability = np.mean([one_rater(study).estimate for study in big])
    covered, reliable, p = np.zeros(4), 0, []
    for study in studies(design, 7000, changes):
        found, icc = agreement.severity(study), one_rater(study)
        covered += [one.low <= value <= one.high for one, value in zip(found.severities, truth, strict=True)]
        reliable += icc.low <= reliability <= icc.high
        p.append(found.p)
    assert (np.abs(covered / RUNS - 0.95) < BAND).all() and abs(reliable / RUNS - 0.95) < BAND
    rejected = np.mean(np.array(p) < 0.05)
    assert rejected > 0.4 if any(planted) else abs(rejected - 0.05) < BAND


@pytest.mark.slow
def test_taking_out_raters_error_comes_nearer_to_what_is_planted(design):
    # Planted 0.5 between normal variables: Spearman's is 6 / pi arcsin(0.5 / 2) = 0.483 between what is rated. Ratings
    # of a noisy pair of raters show less of it; the quotient comes back, to within what few ranks a pilot lose.
    changes = {"assessments.planted.association": 0.5, "assessments.planted.rater_noise": 0.9,
               "assessments.bootstrap": 2}
    raw, quotient = [], []
    for seed in range(20):
        study = examine(*tables(design.with_changes(changes), 8000 + seed, 60))
        score = agreement.score_agreement(study, np.random.default_rng(0))
        found = allows.corrected(study, score, np.random.default_rng(0))
        quotient.append(found.estimate)
        raw.append(found.estimate * found.factor)
    true = 6 / np.pi * np.arcsin(0.25)
    assert np.mean(raw) < true - 0.08 and abs(np.mean(quotient) - true) < 0.04
