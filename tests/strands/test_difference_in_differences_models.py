"""Secondary models, switches, implementation and several outcomes of the difference-in-differences."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError, DesignError
from analysis.methods import clustered
from analysis.methods.logistic import Separated
from analysis.sources.loading import read_folder
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import (
    DATASETS,
    OUTCOMES,
    all_of,
    records_from,
    rules_of,
    secondary_models,
)
from analysis.strands.difference_in_differences.cleaning import clean
from analysis.strands.difference_in_differences.covariates import analysis_frame, with_age_levels
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED, outcomes_of, switches
from analysis.strands.difference_in_differences.estimation import effect_alone
from analysis.strands.difference_in_differences.fitting import completed_fits
from analysis.strands.difference_in_differences.heterogeneity import (
    group_effects,
    heterogeneity,
    least_squares_slope,
    permuted_slope,
)
from analysis.strands.difference_in_differences.imputing import convergence
from analysis.strands.difference_in_differences.multiplicity import adjusted
from analysis.strands.difference_in_differences.regression import EFFECT
from analysis.strands.difference_in_differences.secondary_models import models_and_tests
from analysis.strands.difference_in_differences.strand import analyse_definitions, placed_units
from tests.strands import did_simulation

RULES = rules_of(load_design(), all_of(CORRECTED))


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(1)
    table = did_simulation.la_years(rng)
    rows = did_simulation.with_la_years(did_simulation.frame(rng, per_la=150, effect=-0.1), table)
    return completed_fits(with_age_levels(rows, RULES), "rereferral", table, RULES, np.random.default_rng(1)), table


def test_secondary_models_are_regressions_on_the_same_matched_records(fitted):
    fits, table = fitted
    found = {model.name: model for model in models_and_tests(fits, "rereferral", table)[0]}
    assert found["Headline"].interval == fits.effect.interval
    frame, X, weights = fits.designs("rereferral", table)[0]
    years = [name for name in X if name.startswith("year_")]
    plain = clustered.fit(frame["y"], X[["constant", "after", "pilot", EFFECT, *years]], frame["la"], weights=weights,
                          drop_collinear=True)
    # The mean over the imputations lies near the first one's.
    assert found["Without covariates"].interval.estimate == pytest.approx(plain.coefficient(EFFECT), abs=1.0)
    # 10 points were planted; every model is within four of its errors of them.
    for model in found.values():
        if model.interval is not None:
            assert abs(model.interval.estimate + 10) < 4 * model.interval.se, model.name
    assert {"With authority effects", "Child random effects", "Logit, effect on the treated"} <= set(found)


def test_a_model_that_cannot_be_fitted_says_why(fitted):
    fits, table = fitted
    # Every child stands once, so that its own effect leaves nothing to compare.
    models, tests = models_and_tests(fits, "rereferral", table)
    alone = {model.name: model for model in models}["Child fixed effects"]
    assert alone.interval is None and alone.problem
    for test in tests:
        assert (test.p is None) == bool(test.problem)


def test_years_become_a_line_where_they_separate_the_outcome_and_only_there(fitted, monkeypatch):
    """Any other trouble of the logit is said as it is: a line in the place of years would not mend it."""
    fits, table = fitted
    tried = []

    def refuse(how):
        def logit(design):
            tried.append("year" in design.X)
            if not tried[-1]:
                raise how("years as dummies")
            raise DataError("years as a line")
        return logit

    for how, said, lines in ((Separated, "years as a line", [False, True]), (DataError, "years as dummies", [False])):
        tried.clear()
        monkeypatch.setattr(secondary_models, "_logit", refuse(how))
        found = {model.name: model for model in models_and_tests(fits, "rereferral", table)[0]}
        logit = found["Logit, effect on the treated"]
        assert logit.interval is None and logit.problem == said and tried == lines


def test_least_squares_slope_and_its_permutation_by_hand():
    # x = 1, 2, 3, 4, 5 and y = 2 x: slope 2 without error. With y = (2, 4, 6, 8, 15): mean 7, centred y (-5, -3, -1, 1,
    # 8), sum x y = 10 + 3 + 0 + 1 + 16 = 30, over 10: 3. Residuals (1, 0, -1, -2, 2): 10 / 3 / 10 = 1/3.
    x, y = np.arange(1.0, 6), np.array([2.0, 4, 6, 8, 15])
    assert least_squares_slope(x, y) == pytest.approx((3.0, np.sqrt(1 / 3)))
    found = permuted_slope(x, y, np.random.default_rng(1), 50_000)
    # Of 120 orders the rising one and the falling one are farthest: p = 2 / 120.
    assert found.exact and found.n_assignments == 120 and found.p == pytest.approx(2 / 120)
    assert found.observed == pytest.approx(3.0)


def test_effects_of_groups_average_to_about_the_effect_and_a_planted_slope_is_found(fitted):
    fits, table = fitted
    own = group_effects(fits, "rereferral", table)
    assert len(own) == 9 and own["effect"].notna().all()
    assert own["effect"].mean() == pytest.approx(fits.effect.interval.estimate, abs=3.0)
    profile = pd.DataFrame({"pilot_la": own["la"], "score": own["effect"].rank() / 9 * 4 + 1})
    found = heterogeneity(fits, "rereferral", table, profile, np.random.default_rng(1))
    assert found.slope > 0 and found.permutation.p < 0.01 and found.without_score == 0
    assert found.range_detectable == pytest.approx(found.detectable * (profile["score"].max() - profile["score"].min()))


def test_a_pilot_without_a_rating_is_left_out_and_counted(fitted):
    fits, table = fitted
    own = group_effects(fits, "rereferral", table)
    profile = pd.DataFrame({"pilot_la": own["la"], "score": np.arange(9) / 2 + 1.0})
    profile.loc[2, "score"] = np.nan
    assert heterogeneity(fits, "rereferral", table, profile, np.random.default_rng(1)).without_score == 1
    for scores in (np.nan, 3.0):
        with pytest.raises(DataError, match="implementation"):
            heterogeneity(fits, "rereferral", table, profile.assign(score=scores), np.random.default_rng(1))


def test_the_same_authority_has_the_same_sign_in_every_outcome():
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(20), 15)
    X = pd.DataFrame({"constant": 1.0, "after": np.tile(np.arange(15) % 2, 20), "pilot": (clusters < 7).astype(float)})
    X[EFFECT] = X["after"] * X["pilot"]
    y = rng.normal(size=300) + rng.normal(size=20)[clusters] * X["after"]
    results = {}
    for name, labels in (("one", clusters), ("same", clusters), ("other", clusters + 100)):
        fits = tuple(clustered.fit(y, X, labels) for _ in range(2))
        results[name] = SimpleNamespace(fits=fits, inference=SimpleNamespace(cr2=fits[0].cr2(EFFECT)))
    table = adjusted(results, np.random.default_rng(3), 1999).set_index("outcome")
    # Two outcomes with the same records and authorities move as one; a third with other authorities is another draw.
    alone = adjusted({name: results[name] for name in ("one", "same")}, np.random.default_rng(3), 1999)
    assert alone["romano_wolf"].tolist() == pytest.approx(alone["bootstrap_p"].tolist())
    assert table.loc["one", "romano_wolf"] > table.loc["one", "bootstrap_p"]
    assert (table["holm"] >= table["p"]).all()


def test_every_switch_names_the_outcomes_it_can_touch():
    assert all(set(outcomes_of(switch)) <= set(OUTCOMES) for switch in switches())
    assert outcomes_of("event_time") == ()


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("switches")
    generate_into(folder, load_design(), ["children"], scale=0.25)
    return records_from({name: dataset.frame for name, dataset in read_folder(DATASETS, folder).items()})


@pytest.mark.slow
def test_a_switch_changes_nothing_in_outcomes_that_it_does_not_name(records):
    design = load_design()
    base = analyse_definitions(records, design, all_of(CORRECTED), effect_alone)
    for switch in switches():
        others = tuple(outcome for outcome in OUTCOMES if outcome not in outcomes_of(switch))
        if not others:
            continue
        turned = analyse_definitions(records, design, all_of(CORRECTED).with_switch(switch, PUBLISHED), effect_alone,
                                     others)
        for outcome, effect in turned.items():
            assert effect.cr2 == base[outcome].cr2, (switch, outcome)


@pytest.mark.slow
def test_imputed_values_settle(records):
    children = clean(records, RULES)
    frame = analysis_frame(placed_units(records, children, RULES, "kinship").frame, records, children, RULES)
    found = convergence(frame, "kinship", RULES, np.random.default_rng(1))
    assert set(found["column"]) <= {"age", "disabled", "asylum"} and "age" in set(found["column"])
    assert found["iteration"].max() == RULES.estimation["iterations_shown"] and found["imputation"].max() == 5
    assert (found.groupby("column")["r_hat"].first() < 1.2).all() and (found["n_missing"] > 0).all()


def test_an_unknown_switch_is_refused():
    with pytest.raises(DesignError, match="no switch"):
        all_of(CORRECTED).with_switch("weather", PUBLISHED)
