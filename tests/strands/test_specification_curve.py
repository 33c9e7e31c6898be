"""The specification curve: its cross-products and estimates against regressions written out row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError, DesignError
from analysis.methods import clustered
from analysis.sources.loading import read_folder
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import DATASETS, OUTCOMES, all_of, records_from, rules_of
from analysis.strands.difference_in_differences.candidates import assemble, candidates_of, group_rows
from analysis.strands.difference_in_differences.matching import matched
from analysis.strands.difference_in_differences.regression import EFFECT
from analysis.strands.difference_in_differences.specification_curve import choices, curve_of
from analysis.strands.difference_in_differences.specification_curve.choices import Model, data_choices, models, variants
from analysis.strands.difference_in_differences.specification_curve.clustered_models import cells_of, clustered_effects
from analysis.strands.difference_in_differences.specification_curve.designs import keeper
from analysis.strands.difference_in_differences.specification_curve.estimates import model_effects
from tests.strands import did_simulation

RULES = rules_of(load_design(), all_of("corrected"))


def _matched(seed=1):
    rng = np.random.default_rng(seed)
    rows = did_simulation.frame(rng, per_la=80, missing=0.0)
    rows = did_simulation.with_la_years(rows, did_simulation.la_years(rng))
    rows = rows.assign(school_phase=np.where(rows["age"] < 5, "None", "Primary"),
                       low_income=np.where(rows["low_income_flag"] == 1, "Yes", "No"))
    return matched(rows, "rereferral", (), RULES)


def _columns(frame):
    """Constant, after, then a few columns in blocks, as the curve has them."""
    years = pd.get_dummies(frame["year"], drop_first=True, dtype=float).to_numpy()
    base = np.column_stack([np.ones(len(frame)), frame["after"], years])
    blocks = {"base": base, "child": frame[["age", "disabled"]].to_numpy(dtype=float),
              "unaffected": frame[["population_density"]].to_numpy(), "now": np.empty((len(frame), 0)),
              "held": np.empty((len(frame), 0))}
    ends = np.cumsum([0, *(block.shape[1] for block in blocks.values())])
    columns = {name: np.arange(a, b) for name, a, b in zip(blocks, ends[:-1], ends[1:], strict=True)}
    return np.hstack(list(blocks.values())), columns


def _by_rows(item, covariates, effects):
    """The same regression from rows, with dummies written out."""
    frame, w = item.frame, item.matching.weights
    years = pd.get_dummies(frame["year"], prefix="year", drop_first=True, dtype=float)
    X = pd.DataFrame({"constant": 1.0, "after": frame["after"]}).join(years)
    if effects == "pilot":
        X["pilot"] = frame["pilot"]
    else:
        dummies = pd.get_dummies(frame["la" if effects == "authority" else "group"], prefix="level", dtype=float)
        X = X.drop(columns="constant").join(dummies)
        if effects == "matched group":
            X["pilot"] = frame["pilot"]
    X[EFFECT] = frame["after"] * frame["pilot"]
    wanted = {"none": [], "child": ["age", "disabled"],
              "child and authority": ["age", "disabled", "population_density"]}
    X = X.join(frame[wanted[covariates]].astype(float))
    return clustered.fit(frame["y"], X, frame["la"], weights=w, drop_collinear=True)


@pytest.mark.parametrize("effects", choices.EFFECTS)
@pytest.mark.parametrize("covariates", ["none", "child", "child and authority"])
def test_estimates_and_clustered_errors_equal_regressions_on_the_rows(covariates, effects):
    item = _matched()
    X, columns = _columns(item.frame)
    groups = [candidates_of(rows) for rows in group_rows(item.frame, X, item.frame["stratum"].to_numpy())]
    assembled = assemble(groups, np.zeros((1, len(groups)), dtype=int))
    model = Model(covariates, effects)
    expected = _by_rows(item, covariates, effects)
    assert model_effects(assembled, columns, [model])[0, 0] == pytest.approx(expected.coefficient(EFFECT), rel=1e-7)
    estimate, error, n_clusters = clustered_effects(cells_of(groups), columns, [model])
    assert estimate[0] == pytest.approx(expected.coefficient(EFFECT), rel=1e-7)
    assert error[0] == pytest.approx(expected.cr1(EFFECT, factor="clusters").se, rel=1e-6)
    assert n_clusters == expected.n_clusters


def test_another_assignment_is_matched_and_fitted_anew():
    item = _matched()
    X, columns = _columns(item.frame)
    groups = [candidates_of(rows) for rows in group_rows(item.frame, X, item.frame["stratum"].to_numpy())]
    assembled = assemble(groups, np.array([[1, 2, 0, 1, 0, 2, 0, 0, 1]]))
    chosen = {name: group.members[k] for name, group, k in
              zip(sorted(item.frame["group"].unique()), groups, [1, 2, 0, 1, 0, 2, 0, 0, 1], strict=True)}
    swapped = item.frame.assign(pilot=(item.frame["la"] == item.frame["group"].map(chosen)).astype(float))
    again = matched(swapped.drop(columns="stratum"), "rereferral", (), RULES)
    every = [Model(covariates, effects) for covariates in ("none", "child") for effects in choices.EFFECTS]
    found = model_effects(assembled, columns, every)[0]
    assert found == pytest.approx([_by_rows(again, m.covariates, m.effects).coefficient(EFFECT) for m in every],
                                  rel=1e-6)


def test_rules_about_comparators_treat_every_candidate_alike():
    members = (101, 111, 112)
    assert keeper("all", frozenset()) is None
    assert keeper("first", frozenset())(members, 0) == [True, True, False]
    assert keeper("first", frozenset())(members, 2) == [True, False, True]
    assert keeper("own", frozenset({112}))(members, 0) == [True, True, False]
    assert keeper("own", frozenset({112}))(members, 2) == [True, True, True]


def test_the_first_combination_is_the_headline_and_there_are_at_least_5000():
    for outcome in OUTCOMES:
        every = variants(data_choices(RULES, outcome))
        assert len(every) * len(models(RULES)) >= 5000 and len({tuple(v.answers.values()) for v in every}) == len(every)
        assert not any(every[0].changes.get(name) for name in choices.CHANGES)
    assert models(RULES)[0] == Model("child and authority held before", "pilot")


def test_an_unknown_change_is_refused():
    wrong = {"data_choices": [{"title": "Window", "options": {"a": {}, "b": {"weeks": 3}}}]}
    with pytest.raises(DesignError, match="weeks"):
        data_choices(replace(RULES, curve=wrong), "kinship")
    wrong = {"model_choices": {"covariates": ["everything"], "effects": ["pilot"]}}
    with pytest.raises(DesignError, match="everything"):
        models(replace(RULES, curve=wrong))


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curve")
    generate_into(folder, load_design(), ["children"], scale=0.5)
    return records_from({name: dataset.frame for name, dataset in read_folder(DATASETS, folder).items()})


def _few(rules, titles):
    """Rules whose curve has the named choices alone."""
    chosen = [entry for entry in rules.curve["data_choices"] if entry["title"] in titles]
    return replace(rules, curve={**rules.curve, "data_choices": chosen, "assignments": 49})


@pytest.mark.slow
def test_the_headline_and_the_switches_are_those_of_the_main_analysis(records):
    from analysis.strands.difference_in_differences import analyse_definitions
    from analysis.strands.difference_in_differences.estimation import effect_alone

    design = load_design()
    found = curve_of(records, _few(RULES, ["Kinship codes", "Comparators"]), "kinship", design, 100.0)
    for option, definitions in (("corrected", RULES.definitions),
                                ("as published", RULES.definitions.with_switch("kinship_codes", "published"))):
        main = analyse_definitions(records, design, definitions, effect_alone, ("kinship",))["kinship"]
        rows = found.specifications
        rows = rows[(rows["Kinship codes"] == option) & (rows["Comparators"] == "all")]
        same = rows[(rows["Covariates"] == "child and authority held before") & (rows["Effects"] == "pilot")].iloc[0]
        # The curve completes age and disability once, the main analysis five times: within a fifth of the error.
        assert abs(same["estimate"] - main.cr2.estimate) < 0.2 * main.cr2.se
    assert found.specifications["p"].between(1 / 50, 1).all() and found.n_left_out == 0
    assert len(found) == 4 * 3 * 18


@pytest.mark.slow
def test_the_curve_is_the_same_again(records):
    rules, design = _few(RULES, ["Window", "Matching"]), load_design()
    first, again = (curve_of(records, rules, "rereferral", design, 100.0) for _ in range(2))
    pd.testing.assert_frame_equal(first.specifications, again.specifications)
    assert first.tests.joint == again.tests.joint


@pytest.mark.slow
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_choice_given_for_an_outcome_can_move_it(records, outcome):
    """An option that never changes an estimate would count its models twice."""
    design = load_design()
    for choice in data_choices(RULES, outcome):
        found = curve_of(records, _few(RULES, [choice.title]), outcome, design, 100.0).specifications
        estimates = found.pivot(index=["Covariates", "Effects"], columns=choice.title, values="estimate")
        first = estimates[next(iter(choice.options))]
        for option in list(choice.options)[1:]:
            assert (estimates[option] - first).abs().max() > 1e-6, (choice.title, option)


def test_a_headline_that_cannot_be_estimated_is_an_error():
    from analysis.strands.difference_in_differences.specification_curve.curve import _curve

    with pytest.raises(DataError, match="headline"):
        _curve("kinship", np.full((30, 2), np.nan), pd.DataFrame({"estimate": [1, 2]}), RULES, ())
