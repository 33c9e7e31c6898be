"""Simulated outcomes in the matched designs: means, copies, permutation, detectable effects, the kept simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.design import load_design
from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.equivalence import minimum_detectable_effect
from analysis.strands.difference_in_differences import interval_simulation as intervals
from analysis.strands.difference_in_differences.assignment_effects import assignment_effects
from analysis.strands.difference_in_differences.covariates import with_age_levels
from analysis.strands.difference_in_differences.definitions import CORRECTED, all_of
from analysis.strands.difference_in_differences.detectable import detectable
from analysis.strands.difference_in_differences.fitting import completed_fits
from analysis.strands.difference_in_differences.interval_designs import Source, resized, trial_design
from analysis.strands.difference_in_differences.outcome_simulation import (
    components_of,
    distinct_matched,
    null_means,
    residuals_of,
    simulated_records,
)
from analysis.strands.difference_in_differences.randomisation import (
    assignments_of,
    candidates,
    effects_under,
    randomisation_test,
)
from analysis.strands.difference_in_differences.regression import EFFECT, design_matrix
from analysis.strands.difference_in_differences.rules import rules_of
from tests.strands import did_simulation as simulation

DESIGN = load_design()
RULES = rules_of(DESIGN, all_of(CORRECTED))


@cache
def matched_design(outcome="rereferral", per_la=100):
    """A matched set, its fit, its design matrix, LA-years and rules, of a simulated frame."""
    rng = np.random.default_rng(5)
    la_years = simulation.la_years(rng)
    frame = with_age_levels(simulation.with_la_years(simulation.frame(rng, per_la=per_la), la_years), RULES)
    fitted = completed_fits(frame, outcome, la_years, RULES, np.random.default_rng(1))
    item, fit = fitted.sets[0], fitted.fits[0]
    X = design_matrix(item.frame, outcome, ("population_density",), fitted.rules)[list(fit.names)]
    return item, fit, X, la_years, fitted.rules


# ---- permutation ----

def some_assignments(frame, sample=30):
    return assignments_of(frame, np.random.default_rng(2), limit=sample, sample=sample)


@pytest.mark.parametrize("redo_matching", [True, False])
def test_effects_of_many_outcomes_are_those_of_the_permutation_test_one_by_one(redo_matching):
    item, _, X, _, _ = matched_design()
    assignments, weights = some_assignments(item.frame), item.matching.weights
    outcomes = np.random.default_rng(3).normal(50, 10, (len(X), 3))
    solved = assignment_effects(item.frame, X, weights, assignments, redo_matching=redo_matching)
    effects = solved.effects(outcomes)
    p = solved.tests(effects).p()
    for r, y in enumerate(outcomes.T):
        frame = item.frame.assign(y=y)
        one_by_one = effects_under(candidates(frame, X, weights, redo_matching), assignments)
        np.testing.assert_allclose(effects[r], one_by_one, atol=1e-9)
        assert p[r] == randomisation_test([(frame, X, weights)], assignments, redo_matching=redo_matching).p


def test_kept_weights_are_the_regression_with_other_pilots_and_the_same_weights():
    item, fit, X, _, _ = matched_design()
    assignments, weights = some_assignments(item.frame), item.matching.weights
    y = np.random.default_rng(3).normal(size=len(X))
    effects = assignment_effects(item.frame, X, weights, assignments, redo_matching=False).effects(y[:, None])[0]
    groups = sorted(item.frame["group"].unique())
    for a in (0, 5, 30):
        pilots = item.frame["group"].map(dict(zip(groups, assignments.treated[a], strict=True)))
        pilot = (item.frame["la"] == pilots).astype(float)
        turned = X.assign(pilot=pilot, **{EFFECT: pilot * item.frame["after"]})
        expected = clustered.fit(y, turned, item.frame["la"], weights=weights).coefficient(EFFECT)
        assert effects[a] == pytest.approx(expected, rel=1e-7)      # a ridge of 10^-11 on the scaled products


@pytest.mark.parametrize("redo_matching", [True, False])
def test_an_added_effect_moves_every_assignment_by_its_step(redo_matching):
    item, _, X, _, _ = matched_design()
    outcomes = np.random.default_rng(3).normal(size=(len(X), 2))
    solved = assignment_effects(item.frame, X, item.matching.weights, some_assignments(item.frame),
                                redo_matching=redo_matching)
    assert solved.steps[0] == pytest.approx(1.0, abs=1e-8)
    added = solved.effects(outcomes + 2.5 * X[[EFFECT]].to_numpy())
    np.testing.assert_allclose(added, solved.effects(outcomes) + 2.5 * solved.steps, atol=1e-9)


def test_designs_that_cannot_be_solved_are_refused():
    item, _, X, _, _ = matched_design()
    assignments, weights = some_assignments(item.frame), item.matching.weights
    with pytest.raises(DataError, match="same number"):
        assignment_effects(item.frame, X[:-1], weights, assignments)
    # No record of a pilot after the embedding keeps its weight: nothing is left of the effect's column.
    unexposed = np.where(X[EFFECT] == 1, 0.0, weights)
    with pytest.raises(DataError, match="unidentified"):
        assignment_effects(item.frame, X, unexposed, assignments, redo_matching=False)


# ---- simulated outcomes ----

def test_null_means_are_the_fit_without_the_effects_column():
    item, fit, X, _, _ = matched_design()
    expected = clustered.fit(item.frame["y"], X.drop(columns=EFFECT), item.frame["la"],
                             weights=item.matching.weights)
    np.testing.assert_allclose(null_means(fit, X), X.drop(columns=EFFECT).to_numpy() @ expected.coefficients, rtol=1e-9)


def test_copies_of_a_record_have_one_outcome_and_only_pilots_after_have_the_effect():
    item, fit, X, _, _ = matched_design()
    frame = item.frame
    records = simulated_records(frame, null_means(fit, X), 0.0, 0.0, unit_sd=1.0)
    plain, added = (records.draw(np.random.default_rng(1), 3, effect).outcomes for effect in (0.0, 7.0))
    copies = pd.DataFrame(plain).groupby([frame["child"], frame["date"]]).nunique()
    assert (copies == 1).all().all() and len(copies) < len(frame)
    exposed = ((frame["pilot"] == 1) & (frame["after"] == 1)).to_numpy()
    np.testing.assert_allclose(added - plain, np.tile(np.where(exposed, 7.0, 0.0)[:, None], 3), atol=1e-12)


def test_records_of_an_authority_share_their_shocks():
    item, fit, X, _, _ = matched_design()
    frame = item.frame
    cell = frame.groupby(["la", "after"]).ngroup()
    by_period = simulated_records(frame, np.zeros(len(frame)), 0.0, 1.0, unit_sd=0.0)
    for_good = simulated_records(frame, np.zeros(len(frame)), 1.0, 0.0, unit_sd=0.0)
    rng = np.random.default_rng(1)
    for records, labels in ((by_period, cell), (for_good, frame["la"])):
        drawn = pd.Series(records.draw(rng, 1).outcomes[:, 0])
        assert (drawn.groupby(labels.to_numpy()).nunique() == 1).all() and drawn.nunique() == labels.nunique()


def test_components_and_residuals_come_from_one_copy_of_every_matched_record():
    item, _, X, _, _ = matched_design()
    frame, weights = item.frame, item.matching.weights
    kept = distinct_matched(frame, weights)
    assert not frame[kept].duplicated(["child", "date"]).any()
    assert kept.sum() == len(frame[weights > 0].drop_duplicates(["child", "date"]))
    twice = pd.concat([frame, frame], ignore_index=True)      # every record stands once more
    again = components_of(twice, pd.concat([X, X], ignore_index=True), np.tile(weights, 2))
    assert again.estimates == pytest.approx(components_of(frame, X, weights).estimates, rel=1e-9)
    assert np.mean(residuals_of(frame, X, weights, 4.0) ** 2) == pytest.approx(4)
    assert len(residuals_of(frame, X, weights, 4.0)) == kept.sum()


# ---- detectable effects ----

def test_detectable_effects_of_a_design():
    item, fit, _, la_years, rules = matched_design()
    found = detectable(item, fit, "rereferral", la_years, rules, np.random.default_rng(4), effects=(0.0, 4.0, 8.0),
                       runs=400)
    cr2 = fit.cr2(EFFECT)
    assert found.formula == minimum_detectable_effect(cr2.se, cr2.df) and found.fitted == cr2.se
    # With the spread that the simulations have, Bloom's formula is within a tenth: it takes the standard error as
    # known in one of its two terms.
    for name, df in (("CR2", cr2.df), ("CR1", fit.n_clusters - 1)):
        expected = minimum_detectable_effect(found.spread, df)
        assert found.simulated[name].effect == pytest.approx(expected, rel=0.10), name
    assert set(found.simulated) == {"CR2", "CR3", "CR1", "bootstrap", "permutation"}
    assert [point.effect for point in found.curve] == [0, 4, 8]
    assert found.curve[0].power == found.rejection.power < found.curve[1].power < found.curve[2].power
    # 5% of true nulls: 400 runs, standard error 1.1 points, four of them
    assert abs(found.rejection.power - 0.05) < 0.044
    # CR2's standard error is unbiased for equal variances: mean over simulations near their spread, which 400 runs
    # know to 1 / sqrt(800) = 3.5%.
    assert found.standard_error == pytest.approx(found.spread, rel=0.15)


def test_detectable_effects_come_out_again_from_the_same_seed():
    item, fit, _, la_years, rules = matched_design()
    once, again = (detectable(item, fit, "rereferral", la_years, rules, np.random.default_rng(4), runs=50)
                   for _ in range(2))
    assert once == again


def test_durations_keep_the_distribution_of_their_residuals():
    item, fit, X, la_years, rules = matched_design()
    days = item.frame.assign(y=np.random.default_rng(2).gamma(2, 10, len(item.frame)))
    skewed = replace(item, frame=days)
    refit = clustered.fit(days["y"], X, days["la"], weights=item.matching.weights)
    rules = replace(rules, covariates={**rules.covariates, "elevated_risk_in": ("rereferral", "duration")})
    found = detectable(skewed, refit, "duration", la_years, rules, np.random.default_rng(4), runs=200)
    assert found.clipped == 0
    # gamma of shape 2 and scale 10: variance 200; some 2,600 records, kurtosis 6: standard error about 8
    assert found.components.unit == pytest.approx(200, abs=40)


# ---- designs ----

def test_resized_records_by_authority_and_period():
    frame = matched_design()[0].frame
    counts = frame.drop_duplicates(["child", "date"]).groupby(["la", "after"]).size()
    for size in (0.25, 4.0):
        found = resized(frame, size, np.random.default_rng(1))
        new = found.drop_duplicates(["child", "date"]).groupby(["la", "after"]).size()
        expected = (size * counts).map(round).clip(lower=1)
        assert new.tolist() == expected.tolist()
        # every record keeps all its copies: comparator 111 stands in two groups, where it was in both periods' reach
        copies = found.groupby(["child", "date"]).size()
        assert set(copies) <= set(frame.groupby(["child", "date"]).size())
    assert resized(frame, 1.0, np.random.default_rng(1)) is frame


@cache
def source():
    item, fit, X, la_years, rules = matched_design()
    kept = distinct_matched(item.frame, item.matching.weights)
    means = null_means(fit, X)
    return Source("rereferral", item.frame.assign(mean=means), (), rules, la_years,
                  float(np.mean((item.frame["y"] - means)[kept] ** 2)), np.zeros(1))


def test_the_whole_design_is_the_one_it_came_from():
    item, fit, *_ = matched_design()
    trial = trial_design(source(), np.random.default_rng(1))
    assert trial.fixed.fit.cr2(EFFECT).df == pytest.approx(fit.cr2(EFFECT).df)
    assert trial.fixed.fit.coefficient(EFFECT) == pytest.approx(fit.coefficient(EFFECT))
    assert trial.treated == 9 and trial.row_df == fit.n - 18


def test_a_design_of_some_groups_has_their_pilots_and_multiplicities():
    trial = trial_design(source(), np.random.default_rng(1), groups=2)
    assert trial.treated == 2 and sorted(trial.frame["group"].unique()) == ["A", "B"]
    # Groups A and B share comparator 111: five authorities, admissible assignments 3 x 3 less the one with 111 twice.
    assert trial.fixed.fit.n_clusters == 5 and len(trial.again.steps) == 8
    alone = trial_design(source(), np.random.default_rng(1), groups=1)
    assert (alone.frame["inverse_multiplicity"] == 1).all()


def test_a_scenario_counts_what_each_method_does():
    trial = trial_design(source(), np.random.default_rng(1))
    scenario = intervals.Scenario("rereferral", 0, 1.0, 0.01, -8.0)
    table = intervals.run_scenario(trial, scenario, DESIGN, 300)
    assert list(table.columns) == intervals.COLUMNS and len(table) == 7
    assert (table["treated"] == 9).all() and (table["authorities"] == 26).all()
    # no method's estimate differs, nor its bias: 300 runs, four standard errors
    assert table["bias"].nunique() == 1 and abs(table["bias"].iloc[0]) < 4 * table["bias_error"].iloc[0]
    by = table.set_index("method")
    # The t methods' widths are 2 t se: mean standard error = se_ratio x spread.
    for name in intervals.T_METHODS:
        half = stats.t.ppf(0.975, by.loc[name, "df"]) * by.loc[name, "se_ratio"] * by.loc[name, "spread"]
        assert by.loc[name, "width"] == pytest.approx(2 * half)
    assert by.loc["CR1, rows", "coverage"] < by.loc["CR1, t(G - 1)", "coverage"] < by.loc["CR3, t(G - 1)", "coverage"]
    again = intervals.run_scenario(trial, scenario, DESIGN, 300)
    pd.testing.assert_frame_equal(again, table)


# ---- the kept simulation ----

def kept_table() -> pd.DataFrame:
    return pd.read_csv(intervals.KEPT)


def test_the_kept_simulation_is_whole():
    table = kept_table()
    assert list(table.columns) == intervals.COLUMNS and (table["runs"] >= 2000).all()
    wanted = {(s.outcome, s.groups, s.size, s.icc, s.effect) for s in intervals.scenarios(DESIGN)}
    found = table.groupby(["outcome", "groups", "size", "icc", "effect"])["method"].nunique()
    assert set(found.index) == wanted and (found == 7).all()
    assert (table["bias"].abs() < 4 * table["bias_error"]).all()      # of 80 scenarios
    null = table[table["effect"] == 0]
    np.testing.assert_allclose(null["rejection"] + null["coverage"], 1)
    # what a binomial share's standard error is
    np.testing.assert_allclose(table["coverage_error"], np.sqrt(table["coverage"] * (1 - table["coverage"])
                                                                 / table["runs"]), atol=1e-5)


def test_the_kept_simulation_bears_out_the_headline_interval():
    """CR2 with Satterthwaite's degrees of freedom holds its level in every design with all its pilots; the original's
    intervals in none. Bands: four Monte Carlo standard errors, for the extreme of some thirty scenarios."""
    table = kept_table()
    null = table[(table["effect"] == 0) & (table["groups"] == 0)].set_index("method")
    headline, original = null.loc["CR2, Satterthwaite"], null.loc["CR1, rows"]
    assert (headline["rejection"] < 0.05 + 4 * headline["rejection_error"]).all()
    assert (original["rejection"] > 0.05 + 4 * original["rejection_error"]).all()


@pytest.mark.slow
def test_a_slice_of_the_kept_simulation_comes_out_again():
    kept = kept_table()
    runs, records = int(kept["runs"].iloc[0]), intervals.standin_records(DESIGN)
    for scenario in (intervals.Scenario("kinship", 0, 0.25, 0.01, -13.0),
                     intervals.Scenario("rereferral", 3, 1.0, 0.002, 0.0)):
        rows = kept[(kept["outcome"] == scenario.outcome) & (kept["groups"] == scenario.groups)
                    & (kept["size"] == scenario.size) & (kept["icc"] == scenario.icc)
                    & (kept["effect"] == scenario.effect)].reset_index(drop=True)
        origin = intervals.source_of(records, DESIGN, scenario.outcome)
        trial = intervals.design_of(origin, scenario, DESIGN)
        again = intervals.run_scenario(trial, scenario, DESIGN, runs)
        # A run or two may fall on the other side of 5% where a processor rounds otherwise.
        pd.testing.assert_frame_equal(again, rows, check_dtype=False, rtol=1e-3, atol=2 / runs)
