"""The survey strand: coding, response, weights, change; planted effects and planted response bias recovered."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.sources.survey_instrument import questionnaire
from analysis.standins.staff_survey import expected_score, make_survey
from analysis.strands.survey import change as changes
from analysis.strands.survey.answers import code_answers, item_missing, usable
from analysis.strands.survey.distributions import agreeing, answer_shares, group_means
from analysis.strands.survey.prepared import prepare
from analysis.strands.survey.response import margins_table, response_rates
from analysis.strands.survey.weighting import weight_returns


def made(design, seed):
    """A prepared survey of its own, and its population."""
    survey = make_survey(design, np.random.default_rng(seed))
    return prepare(survey.answers.replace("", None), survey.population, design.section("survey"))


@pytest.fixture(scope="module")
def ready(design):
    return made(design, 1)


def one_return(**answers):
    """Frame of two returns, one a wave, in which everything is blank but what is given."""
    form = questionnaire()
    row = {"respondent_id": "P00001", "wave": "1", "site": "A", "role": "Social worker", "sex": "Female",
           "length_of_service": "2 to 5 years", **{item.name: None for item in form.items}, **answers}
    return pd.DataFrame([row, row | {"wave": "2"}])


def test_labels_become_numbers_and_reverse_items_are_turned_in_scores(design):
    frame = one_return(wellbeing_1="Strongly agree", wellbeing_2="Strongly agree", wellbeing_3="Disagree",
                       wellbeing_4="Prefer not to say")
    coded = code_answers(frame, questionnaire(), design.section("survey")).iloc[0]
    assert (coded["wellbeing_1"], coded["wellbeing_2"], coded["wellbeing_3"]) == (5, 5, 2)
    assert np.isnan(coded["wellbeing_4"])
    # wellbeing_2 is reversed: 5 becomes 1; mean of 5, 1, 2.
    assert coded["wellbeing"] == pytest.approx(8 / 3)
    assert np.isnan(coded["confidence"])


def test_routing_sets_what_was_asked(design):
    form, section = questionnaire(), design.section("survey")
    routed = sum(1 for item in form.items if item.asked_if)
    for answer, asked in (("No", len(form.items) - routed), ("Yes", len(form.items))):
        assert code_answers(one_return(sofs_used=answer), form, section)["asked"].iloc[0] == asked


@pytest.mark.parametrize("answered, disposition", [(15, "complete"), (14, "partial"), (9, "partial"), (8, "none")])
def test_dispositions_by_hand(design, answered, disposition):
    # 18 items asked of a person who has not used Signs of Safety: 80% are 14.4, 50% are 9.
    form = questionnaire()
    asked = [item for item in form.items if not item.asked_if]
    assert len(asked) == 18
    frame = one_return(sofs_used="No", **{item.name: item.labels[0] for item in asked[: answered - 1]
                                          if item.name != "sofs_used"})
    assert code_answers(frame, form, design.section("survey"))["disposition"].iloc[0] == disposition


def test_a_wave_without_returns_is_named(design):
    with pytest.raises(DataError, match="lacks a wave.*'2'"):
        code_answers(one_return().iloc[[0]], questionnaire(), design.section("survey"))


def test_response_rates_by_hand():
    population = pd.DataFrame({"wave": ["1", "1"], "site": ["A", "B"], "invited": [100, 50], "not_eligible": [20, 0]})
    coded = pd.DataFrame({"wave": "1", "site": ["A"] * 45 + ["B"] * 10,
                          "disposition": ["complete"] * 36 + ["partial"] * 4 + ["none"] * 5 + ["complete"] * 10})
    table = response_rates(population, coded, ["wave", "site"], level=0.95).set_index("site")
    # A: 36 / 80 = 45%, 40 / 80 = 50%; B: 10 / 50 = 20% both.
    assert table.loc["A", ["rr1", "rr2"]].tolist() == pytest.approx([45, 50])
    assert table.loc["B", ["rr1", "rr2"]].tolist() == pytest.approx([20, 20])
    assert table.loc["A", "rr2_low"] < 50 < table.loc["A", "rr2_high"]


def test_more_returns_than_staff_and_uninvited_groups_are_refused():
    population = pd.DataFrame({"wave": ["1"], "site": ["A"], "invited": [3], "not_eligible": [1]})
    coded = pd.DataFrame({"wave": "1", "site": ["A"] * 3, "disposition": "complete"})
    with pytest.raises(DataError, match="more returns"):
        response_rates(population, coded, ["wave", "site"], level=0.95)
    with pytest.raises(DataError, match="not invited"):
        response_rates(population, coded.assign(site="B"), ["wave", "site"], level=0.95)


def test_weights_meet_the_margins_of_every_site_and_wave(ready):
    table = margins_table(ready.population, ready.returns)
    off = (table["weighted_percent"] - table["population_percent"]).abs()
    before = (table["respondents_percent"] - table["population_percent"]).abs()
    # Returns that lack a margin, and the cap, leave a little.
    assert off.max() < 0.3 and before.max() > 5
    sums = ready.returns.groupby(["wave", "site"])["weight"].sum()
    staff = ready.population.assign(n=ready.population["invited"] - ready.population["not_eligible"])
    assert sums.to_numpy() == pytest.approx(staff.groupby(["wave", "site"])["n"].sum().to_numpy())
    assert (ready.weights["design_effect"] >= 1).all() and (ready.weights["effective_n"] <= ready.weights["n"]).all()


def test_an_empty_category_names_where_it_is(design, ready):
    returns = ready.returns[~((ready.returns["wave"] == "2") & (ready.returns["site"] == "C")
                              & (ready.returns["role"] == "Team manager"))]
    with pytest.raises(DataError, match="wave 2, site C.*role.*collapse"):
        weight_returns(returns.drop(columns="weight"), ready.population, design.section("survey"))


def test_item_missing_counts_those_asked_alone(ready):
    table = item_missing(ready.returns, ready.form).set_index("item")
    used = (ready.returns["sofs_used"] == 2).sum()
    assert table.loc["sofs_use_1", "asked"] == used
    assert table.loc["wellbeing_1", "asked"] == len(ready.returns)
    assert table.loc["wellbeing_1", "missing"] == ready.returns["wellbeing_1"].isna().sum()


def test_shares_add_up_and_agree_with_means(ready):
    shares = answer_shares(ready.returns, "turnover_problem", 5, ["wave"])
    assert shares[[f"share{k}" for k in range(1, 6)]].sum(axis=1).to_numpy() == pytest.approx([100, 100])
    means = group_means(ready.returns, "turnover_agree", ["wave"], level=0.95)
    assert means["mean"].to_numpy() == pytest.approx((shares["share4"] + shares["share5"]).to_numpy())
    assert agreeing(ready.returns, "turnover_problem", 4).isna().sum() == ready.returns["turnover_problem"].isna().sum()


def test_change_is_the_average_of_site_changes(ready):
    found = changes.change_between_waves(ready.returns, "wellbeing", ready.section)
    by_hand = []
    for _, site in ready.returns.dropna(subset=["wellbeing"]).groupby("site"):
        one, two = (np.average(w["wellbeing"], weights=w["weight"]) for _, w in site.groupby("wave"))
        by_hand.append(two - one)
    assert found.respondents.estimate == pytest.approx(np.mean(by_hand))
    assert found.second - found.first == pytest.approx(np.mean(by_hand))
    theirs = stats.ttest_1samp(by_hand, 0)
    assert found.sites.p == pytest.approx(theirs.pvalue)
    assert found.without["A"] == pytest.approx(np.mean(by_hand[1:]))
    assert found.by_site["change"].to_numpy() == pytest.approx(by_hand)


def test_people_who_answered_twice_lower_the_variance_when_they_answer_alike():
    rng = np.random.default_rng(2)
    answers = rng.normal(size=50)
    frame = pd.DataFrame({"respondent_id": [f"P{k}" for k in range(50)] * 2, "wave": ["1"] * 50 + ["2"] * 50,
                          "site": "A", "value": np.r_[answers, answers + 1], "weight": 1.0})
    frame = frame.assign(role="x", length_of_service="x", sex="x")
    answered_alike = frame.assign(value=frame["value"] + 0.01 * rng.normal(size=100))
    strangers = answered_alike.assign(respondent_id=[f"P{k}" for k in range(100)])
    linked, apart = (changes.average_change(changes.site_parts(f, "value", ("1", "2"), weighted=False), 0.95)
                     for f in (answered_alike, strangers))
    # The same people with nearly the same answers plus 1: the change is known nearly without error, as in a paired
    # test, whose standard error has divisor n - 1 as here.
    paired = answered_alike["value"].to_numpy()[50:] - answered_alike["value"].to_numpy()[:50]
    assert linked.estimate == pytest.approx(paired.mean())
    assert linked.se == pytest.approx(paired.std(ddof=1) / np.sqrt(50)) and apart.se > 20 * linked.se


def test_sign_flip_by_hand():
    # All four positive and alike: 2 of 16 patterns are as far from nought.
    assert changes.sign_flip([1, 1, 1, 1]) == (2 / 16, 2 / 16)
    # Means of the patterns of (3, 1): 2, 1, -1, -2; of (1, -1) observed 0: all as far.
    assert changes.sign_flip([3, 1]) == (0.5, 0.5)
    assert changes.sign_flip([1, -1])[0] == 1


def test_holm_by_hand(ready):
    found = changes.all_changes(ready.returns, ["wellbeing", "confidence", "leadership"], ready.section)
    from statsmodels.stats.multitest import multipletests

    raw = [c.respondents.p for c in found.values()]
    assert list(changes.holm(found).values()) == pytest.approx(multipletests(raw, method="holm")[1])


@pytest.mark.parametrize("estimate, se, p, says", [
    (0.5, 0.1, 0.001, "evidence of a rise"), (-0.5, 0.1, 0.001, "evidence of a fall"),
    (0.0, 0.05, 0.9, "evidence of no change that matters"), (0.1, 0.2, 0.6, "no evidence of a change")])
def test_verdicts(estimate, se, p, says):
    interval = changes.t_interval(estimate, se, 500)
    assert changes.verdict(interval, p, 0.25, 0.95) == says


def test_odds_ratio_follows_a_planted_change(design):
    changed = design.with_changes({"survey.planted.turnover_problem_change": 1.2})
    found = changes.odds_of_higher_answer(made(changed, 3).returns, "turnover_problem", changed.section("survey"))
    assert found.low > 0


def test_inputs_are_not_changed(design):
    survey = make_survey(design, np.random.default_rng(4))
    answers, before = survey.answers.replace("", None), survey.answers.replace("", None)
    prepare(answers, survey.population, design.section("survey"))
    pd.testing.assert_frame_equal(answers, before)


def true_change(ready, scale):
    """Exact expectation of the average of sites' changes, given who was eligible."""
    staff = ready.population.assign(n=ready.population["invited"] - ready.population["not_eligible"])
    staff["score"] = expected_score(ready.section, scale, staff)
    means = staff.groupby(["site", "wave"])[["n", "score"]].apply(lambda g: np.average(g["score"], weights=g["n"]))
    return float((means.unstack()["2"] - means.unstack()["1"]).mean())


@pytest.mark.slow
def test_planted_changes_are_recovered_and_response_bias_is_removed(design):
    runs, level = 120, 0.95
    scales = ("wellbeing", "sofs_use")
    truth, weighted, plain, covered = ({scale: [] for scale in scales} for _ in range(4))
    for seed in range(runs):
        ready = made(design, 1000 + seed)
        for scale in scales:
            truth[scale].append(true_change(ready, scale))
            found = changes.average_change(changes.site_parts(ready.returns, scale, ("1", "2"), weighted=True), level)
            rough = changes.average_change(changes.site_parts(ready.returns, scale, ("1", "2"), weighted=False), level)
            weighted[scale].append(found.estimate - truth[scale][-1])
            plain[scale].append(rough.estimate - truth[scale][-1])
            covered[scale].append(found.low <= truth[scale][-1] <= found.high)
    # Nought is planted for wellbeing, a rise for the use of tools; rounding of staff counts moves the truth a little.
    assert np.abs(truth["wellbeing"]).max() < 0.02 and np.min(truth["sofs_use"]) > 0.15
    for scale in scales:
        error = np.std(weighted[scale], ddof=1) / np.sqrt(runs)
        # Three Monte Carlo standard errors around no bias and around the nominal coverage.
        assert abs(np.mean(weighted[scale])) < 3 * error
        assert abs(np.mean(covered[scale]) - level) < 3 * np.sqrt(level * (1 - level) / runs)
        assert np.mean(plain[scale]) < -0.10      # the bias that was planted in who answers


def test_usable_drops_what_is_no_interview(ready):
    assert "none" not in set(usable(ready.coded)["disposition"])
    assert len(usable(ready.coded)) == (ready.coded["disposition"] != "none").sum()
