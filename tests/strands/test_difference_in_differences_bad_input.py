"""What the strand does with input that cannot carry an answer: a clear error, or a consequence that is stated."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError
from analysis.strands.difference_in_differences import all_of, rules_of
from analysis.strands.difference_in_differences.covariates import (
    analysis_frame,
    scaled_la_years,
    with_age_levels,
    with_authority_covariates,
)
from analysis.strands.difference_in_differences.estimation import effect_alone, estimate
from analysis.strands.difference_in_differences.fitting import completed_fits
from analysis.strands.difference_in_differences.leave_out import without_each_authority, without_each_group
from analysis.strands.difference_in_differences.regression import EFFECT
from analysis.strands.difference_in_differences.specification_curve import curve_of
from tests.strands import did_simulation as simulation
from tests.strands.did_records import records

DESIGN = load_design()
FULL = rules_of(DESIGN, all_of("corrected"))
RULES = replace(FULL, estimation={**FULL.estimation, "imputations": 2, "iterations": 2, "bootstrap_draws": 99,
                                  "permutations": {"limit": 0, "sample": 19}})
GROUPS = [{"outcome": "rereferral", "group": "1", "la": 101, "pilot": True},
          {"outcome": "rereferral", "group": "1", "la": 111, "pilot": False},
          {"outcome": "rereferral", "group": "1", "la": 112, "pilot": False}]
EMBEDDING = [{"la": 101, "start": pd.Timestamp("2015-01-01"), "end": pd.Timestamp("2016-01-01")}]


@cache
def simulated(per_la=100):
    """An analysis frame without an effect, and its LA-years."""
    rng = np.random.default_rng(1)
    la_years = simulation.la_years(rng)
    return simulation.with_la_years(simulation.frame(rng, per_la=per_la), la_years), la_years


def frame_of(per_la=100, **columns):
    """That frame with columns changed, levels of age and income made from them."""
    frame, la_years = simulated(per_la)
    return with_age_levels(frame.assign(**columns), RULES), la_years


def alone(frame, la_years, rules=RULES):
    return effect_alone(frame, "rereferral", la_years, rules, np.random.default_rng(1))


def whole(frame, la_years, rules=RULES):
    return estimate(frame, "rereferral", la_years, rules, (("Placed", len(frame)),), np.random.default_rng(1))


def multiplicities(frame):
    """The frame with numbers of rows from nought and every record's copies counted anew."""
    times = frame.groupby(["child", "date"])["child"].transform("size")
    return frame.assign(inverse_multiplicity=1.0 / times).reset_index(drop=True)


# ---- pilots without comparators ----

def test_a_pilot_without_comparators_in_the_sheets_is_an_error():
    from analysis.strands.difference_in_differences.periods import outcome_groups

    with pytest.raises(DataError, match="a pilot has no comparator.*found '?1'?.*at least one comparator"):
        outcome_groups(records(groups=GROUPS[:1], embedding=EMBEDDING), "rereferral", RULES)


@pytest.mark.slow
def test_a_pilot_whose_comparators_have_no_records_does_not_count():
    frame, la_years = frame_of()
    gone = multiplicities(frame[(frame["group"] != "A") | (frame["pilot"] == 1)])
    found, before = whole(gone, la_years), whole(frame, la_years)
    # Group A has two comparators, one of which serves group B too and stays: pilot and one comparator are lost.
    assert (before.sample.n_pilots, before.sample.n_groups, before.sample.n_authorities) == (9, 9, 26)
    assert (found.sample.n_pilots, found.sample.n_groups, found.sample.n_authorities) == (8, 8, 24)
    # Its records are unmatched and lower the share shown, by the pilots' records in group A at least.
    lost = 100 * ((gone["group"] == "A").sum() / (gone["pilot"] == 1).sum())
    assert found.matching.pilots_matched <= 100 - lost
    assert 101 not in set(found.description.without_authority["la"])


# ---- outcomes that never vary ----

@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_outcome_that_never_varies_is_an_error(value):
    with pytest.raises(DataError, match=f"outcome rereferral: every record has the same outcome.*found {value}"):
        alone(*frame_of(y=value))


def test_a_cell_without_records_is_named():
    frame, la_years = frame_of()
    with pytest.raises(DataError, match="outcome rereferral: no records in a cell of the design; found 'pilots after'"):
        alone(multiplicities(frame[(frame["pilot"] == 0) | (frame["after"] == 0)]), la_years)


def test_cells_with_few_matched_records_are_named_without_their_numbers():
    frame, la_years = frame_of()
    late = frame[frame["after"] == 1].groupby("pilot").head(12).index
    few = multiplicities(frame[(frame["after"] == 0) | frame.index.isin(late)])
    with pytest.raises(DataError, match="too few matched records.*found 'pilots after, comparators after'; expected at "
                                        "least 30 in each$"):
        alone(few, la_years)


# ---- strata without controls ----

def test_a_stratum_without_controls_is_unmatched_and_counted():
    frame, la_years = frame_of()
    own = (frame["group"] == "A") & (frame["pilot"] == 1) & (frame["after"] == 1)
    frame = frame.assign(ethnicity=frame["ethnicity"].where(~own, "In no comparator"))
    fitted = completed_fits(frame, "rereferral", la_years, RULES, np.random.default_rng(1))
    for item in fitted.sets:
        weights = item.matching.weights
        assert own.sum() > 5 and (weights[own] == 0).all()
        treated = item.frame["pilot"] == 1
        assert item.matching.n_treated == treated.sum()
        assert item.matching.n_treated_matched == (weights[treated] > 0).sum() <= treated.sum() - own.sum()
        assert item.matching.n_strata_matched < item.matching.n_strata
    shares = alone(frame, la_years).sample
    assert shares.n_pilots == 9          # the pilot's records before are matched still


def test_no_stratum_with_both_arms_is_an_error():
    frame, la_years = frame_of()
    apart = frame.assign(gender=np.where(frame["pilot"] == 1, "Male", "Female"))
    with pytest.raises(DataError, match="no stratum holds treated and control records"):
        alone(apart, la_years)


# ---- one treated authority ----

def test_one_pilot_is_an_error_for_every_inference_and_no_small_number():
    frame, la_years = frame_of(per_la=400)
    one = multiplicities(frame[frame["group"] == "A"])
    for how in (alone, whole):
        with pytest.raises(DataError, match="too few authorities for any standard error.*'pilots': 1.*2 pilots"):
            how(one, la_years)


def test_one_pilot_with_matched_records_among_several_is_the_same_error():
    frame, la_years = frame_of(per_la=400)
    others = (frame["pilot"] == 1) & (frame["group"] != "A")
    with pytest.raises(DataError, match="'pilots': 1, 'comparators': 2"):
        alone(multiplicities(frame[~others]), la_years)


def test_one_comparator_is_the_same_error():
    frame, la_years = frame_of(per_la=400)
    # Groups A and B share comparator 111.
    two = multiplicities(frame[frame["group"].isin(["A", "B"]) & ((frame["pilot"] == 1) | (frame["la"] == 111))])
    with pytest.raises(DataError, match="'pilots': 2, 'comparators': 1"):
        alone(two, la_years)


def test_leaving_out_one_of_two_pilots_leaves_an_estimate_without_an_interval():
    frame, la_years = frame_of(per_la=400)
    two = multiplicities(frame[frame["group"].isin(["C", "D"])])
    fitted = completed_fits(two, "rereferral", la_years, RULES, np.random.default_rng(1))
    by_group = without_each_group(fitted, "rereferral", la_years)
    assert by_group["estimate"].notna().all() and by_group[["low", "high"]].isna().all(axis=None)
    by_authority = without_each_authority(fitted).set_index("pilot")
    assert by_authority.loc[True, ["low", "high", "p"]].isna().all(axis=None)
    assert by_authority.loc[True, "estimate"].notna().all()
    assert by_authority.loc[False, ["estimate", "low", "high", "p"]].notna().all(axis=None)


def test_one_group_has_no_specification_curve():
    with pytest.raises(DataError, match="too few authorities for a specification curve.*'pilots': 1"):
        curve_of(records(groups=GROUPS, embedding=EMBEDDING), RULES, "rereferral", DESIGN, 100.0)


# ---- covariates ----

def test_collinear_covariates_are_listed_as_dropped():
    frame, la_years = frame_of()
    twice = la_years.assign(twice=2 * la_years["population_density"] + 1)
    frame = frame.assign(twice=2 * frame["population_density"] + 1)
    fitted = completed_fits(frame, "rereferral", twice, RULES, np.random.default_rng(1))
    for fit in fitted.fits:
        assert "twice" in fit.dropped and "population_density" in fit.names
        # No child is under five and in a school phase: the last of these columns depends on the others.
        assert "school_phase_Secondary" in fit.dropped
    without = completed_fits(frame, "rereferral", la_years, RULES, np.random.default_rng(1))
    assert fitted.effect.interval.estimate == pytest.approx(without.effect.interval.estimate, rel=1e-8)
    with pytest.raises(DataError, match="column twice: this column was left out as collinear"):
        fitted.fits[0].coefficient("twice")


@pytest.mark.parametrize("columns, dropped", [
    ({"disabled": np.nan}, ("disabled",)), ({"ethnicity": "Missing"}, ("ethnicity",)),
    # School phase follows from age, and is missing where it is.
    ({"age": np.nan}, ("age", "school_phase"))])
def test_a_covariate_missing_for_all_is_left_out_and_named(columns, dropped):
    fitted = completed_fits(*_order(frame_of(**columns)))
    assert fitted.dropped == dropped
    assert not any(name.startswith(dropped) for fit in fitted.fits for name in (*fit.names, *fit.dropped))
    assert np.isfinite(fitted.effect.interval.se)


def _order(made):
    frame, la_years = made
    return frame, "rereferral", la_years, RULES, np.random.default_rng(1)


def authority_frame(la_years):
    """The simulated frame with authority covariates joined from these LA-years."""
    frame, _ = frame_of()
    return with_authority_covariates(frame.drop(columns="population_density"), la_years, RULES)


def test_an_authority_covariate_missing_everywhere_is_left_out_and_named():
    _, la_years = simulated()
    empty = la_years.assign(white_british=np.nan)
    fitted = completed_fits(*_order((authority_frame(empty), empty)))
    assert fitted.dropped == ("white_british",)
    assert all("white_british" not in (*fit.names, *fit.dropped) for fit in fitted.fits)
    same = completed_fits(*_order((authority_frame(la_years), la_years)))
    assert fitted.effect.interval == same.effect.interval and same.dropped == ()


def test_an_authority_covariate_missing_for_one_authority_names_it():
    _, la_years = simulated()
    some = la_years.assign(white_british=np.where(la_years["la"] == 103, np.nan, 70.0))
    with pytest.raises(DataError, match=r"column white_british.*no covariates.*found \(103, "):
        authority_frame(some)


def test_an_authority_covariate_that_is_the_same_everywhere_is_dropped_as_collinear():
    _, la_years = simulated()
    same = la_years.assign(white_british=70.1)
    scaled = scaled_la_years(same, same["la"].unique(), RULES)
    assert (scaled["white_british"] == 0).all()
    fitted = completed_fits(*_order((authority_frame(same), same)))
    assert all("white_british" in fit.dropped for fit in fitted.fits)


def test_records_without_covariates_of_their_authority_are_an_error_before_any_model():
    made = records(cin=[{"child": 1}], groups=GROUPS, embedding=EMBEDDING)
    made = replace(made, la_years=pd.DataFrame({"la": [111], "year": [2012], "population_density": [1.0]}))
    from analysis.strands.difference_in_differences.cleaning import clean

    units = pd.DataFrame({"child": [1], "la": [101], "date": [pd.Timestamp("2012-05-01")], "census_year": [2012],
                          "start": [pd.Timestamp("2015-01-01")], "group": ["1"], "pilot": [True], "after": [0.0],
                          "y": [1.0], "inverse_multiplicity": [1.0]})
    with pytest.raises(DataError, match=r"no covariates for a year.*\(101, 2012\)"):
        analysis_frame(units, made, clean(made, RULES), RULES)


def test_the_effect_itself_is_never_left_out_silently():
    """Without comparators after the embedding the effect depends on the columns before it: an error, not nought."""
    frame, la_years = frame_of(per_la=400)
    gone = multiplicities(frame[(frame["pilot"] == 1) | (frame["after"] == 0)])
    with pytest.raises(DataError, match="no records in a cell of the design; found 'comparators after'"):
        alone(gone, la_years)
    assert EFFECT in completed_fits(*_order(frame_of())).fits[0].names


# ---- nothing missing, a group that alone identifies the effect, an embedding in the first year ----

@pytest.mark.parametrize("columns", [(), ("age",), ("age", "disabled")])
def test_records_without_a_gap_are_estimated_and_have_no_chains(columns):
    frame, _ = frame_of()
    filled = {name: frame[name].fillna(frame[name].mode()[0]) for name in ("age", "disabled") if name not in columns}
    found = whole(*frame_of(**filled)).convergence
    assert set(found["column"]) == set(columns) and list(found) == ["imputation", "iteration", "column", "mean", "sd",
                                                                    "r_hat", "n_missing"]


def test_a_group_without_which_nothing_is_known_is_missing_and_no_error():
    frame, la_years = frame_of(per_la=500)
    last = frame["group"].iloc[-1]
    # Records after the embedding in one group alone: without it there is no before and after to compare.
    one = multiplicities(frame[(frame["group"] == last) | (frame["after"] == 0)])
    found = without_each_group(completed_fits(one, "rereferral", la_years, RULES, np.random.default_rng(1)),
                               "rereferral", la_years).set_index("group")
    assert found.loc[last].isna().all() and found["estimate"].drop(last).notna().all() and len(found) > 2


def test_an_embedding_in_the_first_year_of_the_covariates_names_authority_and_year():
    frame, la_years = simulated()
    first = int(la_years["year"].min())
    raw = frame[["child", "la", "group", "pilot", "date", "start", "year", "y"]]
    early = raw.assign(start=pd.Timestamp(f"{first}-06-01"), year=first)
    with pytest.raises(DataError, match="LA-year covariates.*column.*" + str(first - 1)):
        with_authority_covariates(early, la_years, FULL)
