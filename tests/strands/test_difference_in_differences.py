"""The difference-in-differences from groups to conclusions; hand-made cases, and recovery of planted effects."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.design import load_design
from analysis.errors import DataError, DesignError
from analysis.methods.equivalence import Equivalence
from analysis.methods.interval import t_interval
from analysis.methods.permutation import PermutationTest, matched_assignments
from analysis.paths import DATA
from analysis.sources.loading import read_folder
from analysis.standins import generate_into
from analysis.standins.children import simulate
from analysis.strands.difference_in_differences import (
    DATASETS,
    OUTCOMES,
    all_of,
    conclusion,
    records_from,
    rules_of,
    tables,
)
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.covariates import (
    scaled_la_years,
    with_age_levels,
    with_authority_covariates,
)
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, one_at_a_time, switches
from analysis.strands.difference_in_differences.estimation import effect_alone, estimate
from analysis.strands.difference_in_differences.fitting import completed_fits
from analysis.strands.difference_in_differences.leave_out import without_each_authority, without_each_group
from analysis.strands.difference_in_differences.matching import matched, stratum_weights
from analysis.strands.difference_in_differences.outcomes import check_outcome
from analysis.strands.difference_in_differences.periods import Units, in_periods, outcome_groups
from analysis.strands.difference_in_differences.placebo import before_the_embedding
from analysis.strands.difference_in_differences.randomisation import randomisation_test
from analysis.strands.difference_in_differences.records import long_groups
from analysis.strands.difference_in_differences.regression import EFFECT, design_matrix, weighted_fit
from analysis.strands.difference_in_differences.strand import placed_units
from analysis.strands.difference_in_differences.tables import recovery_table
from tests.strands import did_simulation as simulation
from tests.strands.did_records import records

DESIGN = load_design()
RULES = {choice: rules_of(DESIGN, all_of(choice)) for choice in (PUBLISHED, CORRECTED)}
GROUP_ROWS = [{"outcome": "rereferral", "group": "1", "la": 101, "pilot": True},
              {"outcome": "rereferral", "group": "1", "la": 111, "pilot": False},
              {"outcome": "rereferral", "group": "2", "la": 102, "pilot": True},
              {"outcome": "rereferral", "group": "2", "la": 111, "pilot": False},
              {"outcome": "rereferral", "group": "2", "la": 112, "pilot": False}]
EMBEDDING = [{"la": 101, "start": pd.Timestamp("2015-01-01"), "end": pd.Timestamp("2016-01-01")},
             {"la": 102, "start": pd.Timestamp("2016-01-01"), "end": pd.Timestamp("2017-01-01")}]


def simulated(seed=1, **options):
    """A simulated analysis frame with its LA-years."""
    rng = np.random.default_rng(seed)
    la_years = simulation.la_years(rng)
    frame = simulation.with_la_years(simulation.frame(rng, **options), la_years)
    return with_age_levels(frame, RULES[CORRECTED]), la_years


# ---- definitions ----

def test_every_discrepancy_is_a_switch_in_the_same_order():
    table = pd.read_csv(DATA / "parameters" / "did_discrepancies.csv").sort_values("number")
    assert tuple(table["switch"]) == switches()


def test_switches_can_be_turned_alone():
    turned = dict(one_at_a_time(all_of(CORRECTED), PUBLISHED))
    assert len(turned) == 11
    for name, definitions in turned.items():
        assert [s for s in switches() if not definitions.corrected(s)] == [name]


def test_an_unknown_switch_or_choice_is_refused():
    with pytest.raises(DesignError, match="kinship_code"):
        all_of(CORRECTED).with_switch("kinship_code", PUBLISHED)
    with pytest.raises(DesignError, match="original"):
        all_of(CORRECTED).with_switch("windows", "original")


# ---- groups and periods ----

def groups(rows, embedding=EMBEDDING, outcome="rereferral"):
    return outcome_groups(records(groups=rows, embedding=embedding), outcome, RULES[CORRECTED])


def test_comparators_inherit_the_embedding_of_their_group():
    found = groups(GROUP_ROWS)
    assert found.loc[found["la"] == 111, "start"].tolist() == [EMBEDDING[0]["start"], EMBEDDING[1]["start"]]


@pytest.mark.parametrize("rows, message", [
    ([GROUP_ROWS[0], *GROUP_ROWS[2:]], "a pilot has no comparator"),
    ([*GROUP_ROWS, {**GROUP_ROWS[1], "la": 113, "pilot": True}], "has not one pilot"),
    ([*GROUP_ROWS, {**GROUP_ROWS[1], "la": 102}], "a pilot is a comparator too"),
    ([{**row, "outcome": "kinship"} for row in GROUP_ROWS], "no matched group for the outcome rereferral"),
])
def test_groups_that_cannot_be_compared_are_one_clear_error(rows, message):
    with pytest.raises(DataError, match=message):
        groups(rows)


def test_a_group_without_embedding_dates_is_an_error():
    with pytest.raises(DataError, match="no embedding period.*found '2'"):
        groups(GROUP_ROWS, EMBEDDING[:1])


def test_kinship_leaves_out_groups_embedded_after_2017():
    late = [EMBEDDING[0], {**EMBEDDING[1], "end": pd.Timestamp("2018-01-01")}]
    found = groups([{**row, "outcome": "kinship"} for row in GROUP_ROWS], late, "kinship")
    assert found["group"].unique().tolist() == ["1"]


def placed(dates, rules=RULES[CORRECTED], la=111, child=(1, 2, 3, 4)):
    start = pd.to_datetime(list(dates))
    frame = pd.DataFrame({"child": list(child)[: len(start)], "la": la, "date": start,
                          "closes": start + pd.Timedelta(183, "D"), "y": 0.0})
    return in_periods(Units(frame, ()), groups(GROUP_ROWS), rules).frame


def test_a_record_of_a_shared_comparator_stands_once_a_group_with_half_the_weight():
    # 1 May 2013: before both embeddings. 1 February 2016: after group 1's, inside group 2's. 183 days before
    # 1 January 2015 is 2 July 2014, so that 2 July closes on the day itself and counts in group 2 alone.
    frame = placed(["2013-05-01", "2016-02-01", "2014-07-02", "2014-07-01"]).set_index(["child", "group"])
    assert sorted(frame.index) == [(1, "1"), (1, "2"), (2, "1"), (3, "2"), (4, "1"), (4, "2")]
    assert frame["inverse_multiplicity"].loc[1].tolist() == [0.5, 0.5]
    assert frame["inverse_multiplicity"].loc[2].tolist() == [1.0]
    assert frame["after"].loc[2].tolist() == [1.0]


def test_a_copy_that_is_followed_up_too_late_does_not_halve_the_other():
    # Group 1 begins on 1 January 2015, group 2 a year later. The first record closes before both, the second (183 days
    # from 1 August 2014) on 31 January 2015: too late for group 1, so that it stands in group 2 alone, and whole.
    start = pd.to_datetime(["2013-05-01", "2014-08-01"])
    frame = pd.DataFrame({"child": [1, 2], "la": 111, "date": start, "closes": start + pd.Timedelta(183, "D")})
    frame["y"] = 0.0
    found = before_the_embedding(Units(frame, ()), groups(GROUP_ROWS), 3, RULES[CORRECTED])
    found = found.set_index(["child", "group"])["inverse_multiplicity"]
    assert found.to_dict() == {(1, "1"): 0.5, (1, "2"): 0.5, (2, "2"): 1.0}


def test_duplicates_keep_one_copy_corrected_and_none_published():
    twice = dict(dates=["2013-05-01", "2013-05-01", "2013-06-01"], child=(1, 1, 2), la=112)
    assert placed(**twice)["child"].tolist() == [1, 2]
    assert placed(**twice, rules=RULES[PUBLISHED])["child"].tolist() == [2]


def test_matching_sheets_become_rows():
    sheet = pd.DataFrame({"outcome": ["kinship"], "group": ["1"], "pilot": ["Pilot A"], "pilot_la": [101],
                          "comparator_1": ["Comparator A1"], "comparator_1_la": [111], "comparator_2": [None],
                          "comparator_2_la": [pd.NA]})
    assert long_groups(sheet)[["la", "pilot"]].to_numpy().tolist() == [[101, True], [111, False]]


# ---- covariates ----

def test_la_years_are_filled_then_scaled_and_ratings_keep_their_units():
    la_years = pd.DataFrame({"la": 101, "year": [2008, 2009, 2010, 2011], "fsm_primary": [10.0, np.nan, 14.0, np.nan],
                             "ofsted_rating": [np.nan, 2.0, np.nan, 3.0]})
    table = scaled_la_years(la_years, [101], RULES[CORRECTED])
    # 10, 12 (half way), 14, 14 (the last one): mean 12.5, variance (6.25 + .25 + 2.25 + 2.25) / 4 = 2.75.
    np.testing.assert_allclose(table["fsm_primary"], np.array([-2.5, -0.5, 1.5, 1.5]) / np.sqrt(2.75))
    assert table["ofsted_rating"].tolist() == [2, 2, 2, 3]


def test_covariates_that_the_programme_may_affect_are_held_only_when_corrected():
    la_years = pd.DataFrame({"la": 101, "year": [2013, 2014, 2015, 2016], "ofsted_rating": [1.0, 2.0, 3.0, 4.0]})
    frame = pd.DataFrame({"la": 101, "year": [2013, 2014, 2016], "start": pd.Timestamp("2015-06-01")})
    held = with_authority_covariates(frame, la_years, RULES[CORRECTED])["ofsted_rating"]
    now = with_authority_covariates(frame, la_years, RULES[PUBLISHED])["ofsted_rating"]
    # The embedding starts in financial year 2015: from then on the value of 2014.
    assert held.tolist() == [1, 2, 2] and now.tolist() == [1, 2, 4]


def test_an_authority_without_covariates_is_named():
    la_years = pd.DataFrame({"la": [102], "year": [2013], "ofsted_rating": [1.0]})
    frame = pd.DataFrame({"la": [101], "year": [2013], "start": [pd.Timestamp("2015-06-01")]})
    with pytest.raises(DataError, match=r"no covariates.*\(101, 2013\)"):
        with_authority_covariates(frame, la_years, RULES[CORRECTED])


def test_school_phase_and_low_income_follow_age():
    frame = pd.DataFrame({"age": [4.0, 5.0, 11.0, 12.0, np.nan], "low_income_flag": [1.0, 1.0, 0.0, np.nan, 1.0]})
    levels = with_age_levels(frame, RULES[CORRECTED])
    assert levels["school_phase"].tolist() == ["None", "Primary", "Primary", "Secondary", "Missing"]
    assert levels["low_income"].tolist() == ["Under 5", "Yes", "No", "Missing", "Yes"]


# ---- records ----

def tiny_frames():
    """Raw frames in which the id "x" is used by two authorities and "y" by one."""
    cin = pd.DataFrame({"CIN_LAchildID_Anon": ["x", "x", "y", "x"], "CIN_LA": pd.array([101, 102, 101, None], "Int64"),
                        "CIN_LA_LGR": pd.array([None, None, None, 101], "Int64")})
    named = {"CIN_LAchildID_Anon": ["y"], "CIN_LA": pd.array([101], "Int64")}
    return {
        "cin_census": cin, "section47": pd.DataFrame(named), "assessments": pd.DataFrame(named),
        "looked_after_episodes": pd.DataFrame({"CHILD_LA_CODE_ANON": ["x"], "LA": pd.array([102], "Int64")}),
        "disabilities": pd.DataFrame({"CIN_LAchildID_Anon": ["x", "y", "y"], "CIN_LA": pd.array([None] * 3, "Int64"),
                                      "CIN_Disability": ["AUT", "NONE", "LD"]}),
        "la_year_covariates": pd.DataFrame({"la": [101], "year": [2013], "authority": ["Pilot A"]}),
        "matched_groups": pd.DataFrame({name: ["1"] for name in ("outcome", "group")} | {
            f"{role}_la": [101] for role in ("pilot", "comparator_1", "comparator_2")}),
        "embedding_dates": pd.DataFrame({"pilot_la": [101], "embedding_start": [pd.Timestamp("2015-01-01")],
                                         "embedding_end": [pd.Timestamp("2016-01-01")]}),
        "bank_holidays": pd.DataFrame({"date": [pd.Timestamp("2012-05-07")]})}


def test_one_id_in_two_authorities_is_two_children_and_its_disability_is_nobodys():
    made = records_from(tiny_frames())
    keys = made.cin["child"].tolist()
    # Rows 1 and 4 are (x, 101), the latter under its first-year column; row 2 is (x, 102), row 3 (y, 101).
    assert keys[0] == keys[3] and len(set(keys)) == 3
    assert made.episodes["child"].tolist() == [keys[1]] and made.section47["child"].tolist() == [keys[2]]
    # The file has the id alone: x cannot be told apart; y has a code beside NONE.
    assert set(made.disabilities["child"]) == {keys[2]} and made.disabilities["disabled"].max() == 1


# ---- weights and regression ----

def test_composite_weights_by_hand():
    # Stratum 0: two of the pilot, comparators 1 + 0.5 (a shared record): T = 2, C = 1.5. Stratum 1: T = 1, C = 1.
    # Stratum 2: comparators alone, not matched. Matched: C / T = 2.5 / 3.
    frame = pd.DataFrame({"pilot": [1.0, 1, 0, 0, 1, 0, 0], "group": "1", "after": 0.0,
                          "gender": list("aaaabbc"), "inverse_multiplicity": [1, 1, 1, 0.5, 1, 1, 1]})
    rules = replace(RULES[CORRECTED], covariates={**RULES[CORRECTED].covariates, "matching":
                    {"age_cuts": (), "default": ("gender",), "corrected_adds": "gender"}})
    found = matched(frame, "rereferral", (), rules).matching.weights
    ratio = 2.5 / 3
    np.testing.assert_allclose(found, [1, 1, 2 / 1.5 * ratio, 0.5 * 2 / 1.5 * ratio, 1, ratio, 0])
    own, control = stratum_weights(np.array([0, 0, 0, 0, 1, 1, 2]), frame["pilot"].to_numpy() == 1,
                                   frame["inverse_multiplicity"].to_numpy())
    np.testing.assert_allclose(own + control * ratio, found)


def test_matched_arms_have_the_same_composition_in_every_group_and_period():
    frame, la_years = simulated(per_la=120)
    item = completed_fits(frame, "rereferral", la_years, RULES[CORRECTED], np.random.default_rng(1)).sets[0]
    rows = item.frame.assign(w=item.matching.weights)
    shares = rows.pivot_table(index="stratum", columns="pilot", values="w", aggfunc="sum", fill_value=0)
    shares = shares[(shares > 0).any(axis=1)]
    np.testing.assert_allclose(shares[0.0] / shares[0.0].sum(), shares[1.0] / shares[1.0].sum())


def test_the_effect_is_the_difference_of_differences_without_covariates():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"la": np.repeat([1, 2, 3, 4], 50), "pilot": np.repeat([1.0, 1.0, 0.0, 0.0], 50),
                          "after": np.tile([0.0, 1.0], 100), "year": 2012, "y": rng.normal(size=200), "flat": 1.0})
    rules = replace(RULES[CORRECTED], covariates={**RULES[CORRECTED].covariates, "rows": {"default": ()}})
    fitted = weighted_fit(frame, np.ones(200), "conference", pd.DataFrame({"la": [], "year": []}), rules)
    means = frame.groupby(["pilot", "after"])["y"].mean()
    expected = (means[1.0, 1.0] - means[1.0, 0.0]) - (means[0.0, 1.0] - means[0.0, 0.0])
    assert fitted.coefficient(EFFECT) == pytest.approx(expected)


def test_the_permutation_statistic_is_the_regression_refitted_under_that_assignment():
    frame, la_years = simulated(per_la=100)
    fitted = completed_fits(frame, "rereferral", la_years, RULES[CORRECTED], np.random.default_rng(1))
    item, rules = fitted.sets[0], fitted.rules
    X = design_matrix(item.frame, "rereferral", ("population_density",), rules)[list(fitted.fits[0].names)]
    members = [list(rows.sort_values("pilot", ascending=False)["la"].unique())
               for _, rows in item.frame.groupby("group")]
    assignments = matched_assignments(members, np.random.default_rng(2), limit=5, sample=5)
    assert randomisation_test([(item.frame, X, item.matching.weights)], assignments).observed == pytest.approx(
        fitted.fits[0].coefficient(EFFECT), rel=1e-8)
    other = dict(zip(sorted(item.frame["group"].unique()), assignments.treated[1], strict=True))
    swapped = item.frame.assign(pilot=(item.frame["la"] == item.frame["group"].map(other)).astype(float))
    again = matched(swapped.drop(columns="stratum"), "rereferral", (), rules)
    expected = weighted_fit(again.frame, again.matching.weights, "rereferral", la_years, rules).coefficient(EFFECT)
    alone = replace(assignments, treated=assignments.treated[[1]])
    found = randomisation_test([(item.frame, X, item.matching.weights)], alone)
    assert found.observed == pytest.approx(expected, rel=1e-7)


def test_copies_of_a_record_in_two_groups_get_the_same_imputed_values():
    frame, la_years = simulated(per_la=100, missing=0.2)
    fitted = completed_fits(frame, "rereferral", la_years, RULES[CORRECTED], np.random.default_rng(1))
    for item in fitted.sets:
        assert item.frame[["age", "disabled"]].notna().all().all()
        assert (item.frame.groupby(["child", "date"])[["age", "disabled"]].nunique() == 1).all().all()


def test_a_covariate_missing_too_often_is_left_out_and_named():
    frame, la_years = simulated(per_la=100, missing=0.35)
    fitted = completed_fits(frame, "rereferral", la_years, RULES[CORRECTED], np.random.default_rng(1))
    assert "age" in fitted.dropped and "age" not in fitted.fits[0].names


@pytest.mark.slow
def test_the_result_is_whole_and_says_what_it_stands_on():
    frame, la_years = simulated(per_la=200, effect=-0.15)
    result = estimate(frame, "rereferral", la_years, RULES[CORRECTED], (("Start", 1),), np.random.default_rng(1))
    assert result.sample.n_pilots == 9 and result.sample.n_authorities == 26 and result.sample.n_groups == 9
    assert result.inference.cr2.df < 26 and result.inference.cr1_rows.df > 100
    assert len(result.description.without) == 9 and len(result.description.without_authority) == 26
    found = result.inference
    # All methods are about the same estimate, and here about the same distance from nought.
    assert {round(i.estimate, 9) for i in (found.cr1, found.cr2, found.cr3, found.cr1_rows)} == {
        round(found.bootstrap.estimate, 9)}
    assert found.bootstrap_interval[0] < found.cr2.estimate < found.bootstrap_interval[1]
    assert found.permutation.observed == pytest.approx(found.permutation_kept.observed)
    assert result.flow[-1] == ("Matched, a record once a group", result.sample.n_rows)
    assert conclusion(result, RULES[CORRECTED]).words == "evidence of a reduction"
    repeated = estimate(frame, "rereferral", la_years, RULES[CORRECTED], (), np.random.default_rng(1))
    assert repeated.inference == result.inference


# ---- conclusions ----

@pytest.mark.parametrize("effect, se, permutation, equivalent, expected", [
    (-5.0, 1.0, 0.01, False, "evidence of a reduction"), (5.0, 1.0, 0.01, False, "evidence of an increase"),
    (-5.0, 1.0, 0.20, False, "weak evidence of a reduction"), (1.0, 1.0, 0.01, False, "weak evidence of an increase"),
    (1.0, 1.0, 0.30, False, "no evidence of an effect"), (1.0, 1.0, 0.30, True, "evidence of no meaningful effect"),
])
def test_the_rule_behind_a_conclusion(effect, se, permutation, equivalent, expected):
    interval = t_interval(effect, se, 10)
    test = PermutationTest(effect, permutation, 100, False, 0.01)
    inference = SimpleNamespace(cr2=interval, permutation=test,
                                equivalence=Equivalence(equivalent, 0.5, -1, 1, (-2, 2), 0.05))
    assert conclusion(type("Result", (), {"inference": inference}), RULES[CORRECTED]).words == expected


# ---- bad input ----

def test_an_outcome_that_never_occurs_is_one_clear_error():
    frame, la_years = simulated(per_la=60)
    with pytest.raises(DataError, match="kinship: every record has the same outcome"):
        estimate(frame.assign(y=0.0), "kinship", la_years, RULES[CORRECTED], (), np.random.default_rng(1))


def test_an_empty_cell_of_the_design_is_one_clear_error():
    frame, _ = simulated(per_la=60)
    with pytest.raises(DataError, match="no records in a cell"):
        check_outcome(frame[(frame["pilot"] == 0) | (frame["after"] == 0)], "kinship")


def test_too_few_matched_records_are_one_clear_error():
    frame, la_years = simulated(per_la=6)
    with pytest.raises(DataError, match="too few matched records|no stratum holds"):
        completed_fits(frame, "kinship", la_years, RULES[CORRECTED], np.random.default_rng(1))


@pytest.mark.slow
def test_a_jackknife_that_one_authority_alone_identifies_is_said_and_stops_nothing():
    """Of the pilots one alone has records before: without it nothing tells what pilots were like, and CR3, which leaves
    out each authority, has no estimate. All else has."""
    frame, la_years = simulated(per_la=200)
    kept = frame.loc[(frame["pilot"] == 1) & (frame["after"] == 0), "la"].min()
    lone = frame[(frame["pilot"] == 0) | (frame["after"] == 1) | (frame["la"] == kept)]
    result = estimate(lone, "rereferral", la_years, RULES[CORRECTED], (("Start", 1),), np.random.default_rng(1))
    assert result.inference.cr3 is None and np.isfinite(result.inference.cr2.se)
    row = tables.inference_table(result).set_index("method").loc[tables.JACKKNIFE]
    assert str(kept) in result.inference.no_cr3 and str(kept) not in row["rests_on"]
    assert row["rests_on"].startswith("undefined") and "CR3" not in result.detectable.simulated
    assert row["effect"] == result.inference.cr2.estimate and np.isnan(row["low"])


# ---- recovery ----

@pytest.mark.slow
def test_outcomes_agree_with_the_generator_unit_by_unit(tmp_path):
    """From the dirty files back to what was simulated, on another seed and with other authority codes: the same units,
    and the same outcome for each."""
    codes = "difference_in_differences.records.codes"
    design = DESIGN.with_seed(7).with_changes({f"{codes}.pilots": 951, f"{codes}.comparators": 961,
                                               f"{codes}.others": 981})
    generate_into(tmp_path, design, ["children"], scale=0.3)
    made = records_from({name: dataset.frame for name, dataset in read_folder(DATASETS, tmp_path).items()})
    children, rules = clean(made, RULES[CORRECTED]), RULES[CORRECTED]
    chunks = list(simulate(design, design.rng("standins.children"), 0.3))
    key = ["id", "la", "date"]
    names = pd.concat([made.cin[["child", "CIN_LAchildID_Anon"]].set_axis(["child", "id"], axis=1),
                       made.episodes[["child", "CHILD_LA_CODE_ANON"]].set_axis(["child", "id"], axis=1)])
    names = names.drop_duplicates("child").set_index("child")["id"]
    for outcome in OUTCOMES:
        truth = pd.concat([chunk.truth[outcome] for chunk in chunks])
        truth = truth.assign(date=pd.to_datetime(truth["date"], unit="D"))
        units = placed_units(made, children, rules, outcome).frame
        joined = units.assign(id=units["child"].map(names)).merge(truth[[*key, "y", "exposure"]], on=key, how="left",
                                                                  suffixes=("", "_true"))
        known = joined["y_true"].notna()
        assert known.mean() > 0.999, outcome
        assert (joined["y"] == joined["y_true"])[known].mean() > 0.999
        assert units["la"].between(951, 980).all() and units["group"].nunique() >= 7
        assert (joined["exposure"] == joined["after"] * joined["pilot"])[known].all()



def test_recovery_table_counts_coverage():
    runs = pd.DataFrame({"outcome": "kinship", "planted": -13.0, "estimate": [-12.0, -14.0], "low": [-20.0, -15.0],
                         "high": [-5.0, -13.1]})      # the second interval misses by a tenth
    table = recovery_table(runs)
    assert table["mean"].tolist() == [-13.0] and table["covered"].tolist() == [1] and table["coverage"].tolist() == [50]


def binomial_bounds(runs: int) -> tuple[int, int]:
    """Counts of covering intervals between which 99.9% of simulations fall when coverage is 95%."""
    return tuple(int(x) for x in stats.binom.ppf([0.0005, 0.9995], runs, 0.95))


def test_the_kept_simulation_covers_what_was_planted():
    runs = pd.read_csv(DATA / "simulations" / "did_recovery.csv")
    table = recovery_table(runs)
    assert set(runs["outcome"]) == set(OUTCOMES) and (table["runs"] >= 20).all()
    for row in table.itertuples():
        low, high = binomial_bounds(row.runs)
        assert low <= row.covered <= high, row
        assert abs(row.mean - row.planted) < 4 * row.error, row
    # All outcomes together, whose shocks are drawn apart, tell a smaller lack of coverage than each alone.
    low, high = binomial_bounds(int(table["runs"].sum()))
    assert low <= table["covered"].sum() <= high


@pytest.mark.slow
def test_simulated_frames_with_effects_are_covered():
    """Frame level, with authority shocks: 60 seeds of a small design, half with an effect and half without."""
    rules = replace(RULES[CORRECTED], estimation={**RULES[CORRECTED].estimation, "imputations": 2, "iterations": 2})
    covered = 0
    for seed in range(60):
        effect = -0.13 if seed % 2 else 0.0
        frame, la_years = simulated(seed=100 + seed, per_la=90, effect=effect)
        found = effect_alone(frame, "kinship", la_years, rules, np.random.default_rng(seed)).cr2
        covered += found.low <= 100 * effect <= found.high
    low, high = binomial_bounds(60)
    assert low <= covered <= high


@pytest.mark.slow
def test_a_slice_of_the_kept_simulation_comes_out_again():
    from analysis.strands.difference_in_differences.recovery import recover_seed

    kept = pd.read_csv(DATA / "simulations" / "did_recovery.csv")
    seed = int(kept["seed"].iloc[0])
    rows = kept[(kept["seed"] == seed) & kept["outcome"].isin(["rereferral", "kinship"])]
    again = recover_seed(DESIGN, seed, float(rows["scale"].iloc[0]), ("rereferral", "kinship"))
    np.testing.assert_allclose(again[["estimate", "low", "high"]], rows[["estimate", "low", "high"]], atol=1e-5)


@pytest.mark.slow
def test_leaving_out_a_group_leaves_out_its_records():
    frame, la_years = simulated(per_la=100)
    fitted = completed_fits(frame, "rereferral", la_years, RULES[CORRECTED], np.random.default_rng(1))
    table = without_each_group(fitted, "rereferral", la_years)
    keep = (fitted.sets[0].frame["group"] != "A").to_numpy()
    expected = weighted_fit(fitted.sets[0].frame[keep], fitted.sets[0].matching.weights[keep], "rereferral", la_years,
                            fitted.rules)
    assert table.loc[table["group"] == "A", "estimate"].iloc[0] == pytest.approx(expected.coefficient(EFFECT))


@pytest.mark.slow
def test_leaving_out_an_authority_leaves_out_its_records():
    frame, la_years = simulated(per_la=100)
    fitted = completed_fits(frame, "rereferral", la_years, RULES[CORRECTED], np.random.default_rng(1))
    table = without_each_authority(fitted).set_index("la")
    assert table["pilot"].sum() == 9 and len(table) == 26
    item = fitted.sets[0]
    kept = (item.frame["la"] != 111).to_numpy()
    again = weighted_fit(item.frame[kept], item.matching.weights[kept], "rereferral", la_years,
                         fitted.rules).cr2(EFFECT)
    expected = [again.estimate, again.low, again.high]
    assert table.loc[111, ["estimate", "low", "high"]].tolist() == pytest.approx(expected)
