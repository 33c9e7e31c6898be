"""Event studies, placebos and bounds of the difference-in-differences: by hand, and where the truth is planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.design import load_design
from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.pooling import pool_intervals
from analysis.sources.loading import read_folder
from analysis.standins import generate_into
from analysis.strands.difference_in_differences import DATASETS, all_of, records_from, rules_of
from analysis.strands.difference_in_differences.cleaning import births_of
from analysis.strands.difference_in_differences.covariates import analysis_frame, with_age_levels
from analysis.strands.difference_in_differences.definitions import CORRECTED, PUBLISHED
from analysis.strands.difference_in_differences.event_study import event_study, event_years, shown_years
from analysis.strands.difference_in_differences.fitting import completed_fits
from analysis.strands.difference_in_differences.parallel import for_each_outcome
from analysis.strands.difference_in_differences.placebo import outside, placebo_dates, placebo_outcomes
from analysis.strands.difference_in_differences.populations import populations
from analysis.strands.difference_in_differences.regression import design_matrix
from analysis.strands.difference_in_differences.strand import placed_in_groups
from analysis.strands.difference_in_differences.trends import bounds_of, no_effect_breakdown
from tests.strands import did_simulation

RULES = {choice: rules_of(load_design(), all_of(choice)) for choice in (PUBLISHED, CORRECTED)}


def _fitted(per_la=150, seed=1, **how):
    rng = np.random.default_rng(seed)
    table = did_simulation.la_years(rng)
    rows = did_simulation.with_la_years(did_simulation.frame(rng, per_la=per_la, **how), table)
    rows = with_age_levels(rows, RULES[CORRECTED])
    return completed_fits(rows, "rereferral", table, RULES[CORRECTED], np.random.default_rng(seed)), table


def test_event_years_are_whole_back_from_the_last_complete_follow_up_when_corrected():
    start, end = pd.Timestamp("2015-01-01"), pd.Timestamp("2016-01-01")
    dates = pd.to_datetime(["2014-07-01", "2013-07-03", "2013-06-30", "2016-01-02", "2017-01-02"])
    frame = pd.DataFrame({"date": dates, "start": start, "end": end, "after": [0.0, 0.0, 0.0, 1.0, 1.0]})
    # Follow-up of 183 days ends before the start for records up to 1 July 2014; the year -1 runs to 2 July 2013.
    assert event_years(frame, RULES[CORRECTED], 183).tolist() == [-1, -1, -2, 0, 1]
    # Published: years back from the start itself, so that 3 July 2013 is in the second year before.
    assert event_years(frame, RULES[PUBLISHED], 183).tolist() == [-1, -2, -2, 0, 1]


@pytest.mark.slow
def test_the_event_study_is_the_regression_with_a_dummy_for_every_event_year():
    fitted, table = _fitted()
    found = event_study(fitted.sets, "rereferral", table, fitted.rules)
    years = shown_years(fitted.sets[0], "rereferral", fitted.rules)
    assert found.years == tuple(year for year in years if year != -1) and found.table["event_year"].tolist() == years
    year = found.years[-1]
    intervals = []
    for item in fitted.sets:
        rows = item.matching.weights > 0
        frame = item.frame[rows]
        event = event_years(frame, fitted.rules, 183)
        keep = event.isin(years)
        X = design_matrix(frame, "rereferral", ("population_density",), fitted.rules).drop(
            columns=["after", "after_x_pilot"])
        for k in years:
            if k != -1:
                X[f"e{k}"], X[f"p{k}"] = (event == k).astype(float), (event == k) * frame["pilot"]
        order = [*(n for n in X if n in ("constant", "pilot") or n[0] in "ep" and n[1:].lstrip("-").isdigit())]
        X = X[[*order, *(n for n in X if n not in order)]]
        fit = clustered.fit(frame["y"][keep], X[keep], frame["la"][keep],
                            weights=item.matching.weights[rows][keep.to_numpy()], drop_collinear=True)
        intervals.append(fit.cr2(f"p{year}"))
    expected = pool_intervals(intervals).interval
    row = found.table.set_index("event_year").loc[year]
    assert (row["estimate"], row["low"], row["high"]) == pytest.approx((expected.estimate, expected.low, expected.high))
    k = found.years.index(year)
    assert np.sqrt(found.covariance[k, k]) == pytest.approx(expected.se)
    after = np.array(found.years) >= 0
    assert found.mean_after.estimate == pytest.approx(found.estimates[after].mean())
    assert found.mean_after.se**2 == pytest.approx(found.covariance[np.ix_(after, after)].mean(), rel=1e-6)
    assert found.leads.years == tuple(y for y in found.years if y < -1) and 0 < found.leads.p <= 1


def test_an_event_study_without_its_reference_year_is_an_error_and_not_relative_to_another():
    fitted, table = _fitted(per_la=60)
    low = replace(fitted.rules, estimation={**fitted.rules.estimation, "least_units_event_year": 20})
    item = fitted.sets[0]
    assert -1 in shown_years(item, "rereferral", low)
    # The year before the last complete follow-up taken away: nothing is left to be relative to.
    gone = event_years(item.frame, low, 183) == -1
    without = replace(item, matching=replace(item.matching, weights=np.where(gone, 0.0, item.matching.weights)))
    with pytest.raises(DataError, match="year before the embedding"):
        event_study([without] * 2, "rereferral", table, low)


def test_a_thin_year_ends_the_event_study_on_its_side():
    fitted, _ = _fitted(per_la=60)
    low = replace(fitted.rules, estimation={**fitted.rules.estimation, "least_units_event_year": 20})
    item = fitted.sets[0]
    years = shown_years(item, "rereferral", low)
    assert years == list(range(min(years), max(years) + 1)) and min(years) < -3
    thin = event_years(item.frame, low, 183) == -3
    without = replace(item, matching=replace(item.matching, weights=np.where(thin, 0.0, item.matching.weights)))
    assert min(shown_years(without, "rereferral", low)) == -2


@pytest.mark.slow
def test_bounds_widen_and_a_large_effect_breaks_at_a_positive_value():
    fitted, table = _fitted(per_la=400, effect=-0.2, la_sd=0.005)
    found = event_study(fitted.sets, "rereferral", table, fitted.rules)
    bounds = bounds_of(found, "rereferral", fitted.rules)
    assert bounds.original.high < 0 and bounds.relative_magnitude_breakdown.value > 0
    assert bounds.df == found.mean_after.df
    widths = [interval.high - interval.low for interval in bounds.relative_magnitude]
    assert (np.diff(widths) > 0).all()
    # An effect of 20 points is not one that does not matter: nothing to break.
    assert no_effect_breakdown(found, "rereferral", fitted.rules).value == 0


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trends")
    generate_into(folder, load_design(), ["children"], scale=0.4)
    return records_from({name: dataset.frame for name, dataset in read_folder(DATASETS, folder).items()})


@pytest.mark.slow
def test_placebo_dates_use_records_from_before_alone_and_placebo_outcomes_are_what_they_say(records):
    rules, design = RULES[CORRECTED], load_design()
    made = populations(records, rules, ("rereferral",))
    dates = placebo_dates(made, "rereferral", rules, design)
    assert [p.name for p in dates] == ["3 years earlier", "2 years earlier"] and all(p.interval for p in dates)
    # The outcome of every unit that is not followed up before the last embedding begins turned round: the placebo dates
    # do not notice, to the last digit.
    units = made.units["rereferral"]
    late = units.frame["closes"] >= records.embedding["start"].max()
    turned = units.frame.assign(y=np.where(late, 1 - units.frame["y"], units.frame["y"]))
    other = replace(made, units={"rereferral": replace(units, frame=turned)})
    assert late.sum() > 500 and placebo_dates(other, "rereferral", rules, design) == dates
    # Those of units from before do make a difference: the comparison can tell.
    changed = replace(made, units={"rereferral": replace(units, frame=units.frame.assign(
        y=np.where(late, units.frame["y"], 1 - units.frame["y"])))})
    assert placebo_dates(changed, "rereferral", rules, design) != dates
    frame = analysis_frame(placed_in_groups(made.units["rereferral"], made.reference, rules, "rereferral").frame,
                           made.reference, made.facts, rules)
    outcomes = placebo_outcomes(frame, "rereferral", made, rules, design)
    assert [p.kind for p in outcomes] == ["outcome", "outcome"]
    births = births_of(frame["child"], made.facts.people)
    half = (births.dt.month <= 6).astype(float)[births.notna()]
    assert 0.4 < half.mean() < 0.6
    for placebo in (*dates, *outcomes):
        assert abs(placebo.interval.estimate) < 4 * placebo.interval.se and placebo.n > 1000
    assert outside([*dates, *outcomes]) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("years, least, says", [
    (2, 1000, "too few matched records"),        # no cell of kinship care has a thousand at this scale
    (6, 1, "no covariates for a year")])         # held at the year before a date in the first year of the covariates
def test_a_placebo_that_cannot_be_had_says_so_instead_of_a_number(records, years, least, says):
    base = RULES[CORRECTED]
    rules = replace(base, trends={**base.trends, "placebo_years": [years]},
                    estimation={**base.estimation, "least_units": least})
    found = placebo_dates(populations(records, rules, ("kinship",)), "kinship", rules, load_design())
    assert found[0].interval is None and says in found[0].problem and found[0].n > 0
    assert outside(found) == 0


def _one_or_error(records, design, outcome):
    if outcome == "kinship":
        raise DataError("planted")
    return outcome.upper()


@pytest.mark.slow
def test_outcomes_come_in_their_order_and_an_error_is_raised_as_it_is(records):
    found = for_each_outcome(_one_or_error, records, load_design(), ("rereferral", "duration"))
    assert list(found.items()) == [("rereferral", "REREFERRAL"), ("duration", "DURATION")]
    with pytest.raises(DataError, match="planted"):
        for_each_outcome(_one_or_error, records, load_design(), ("rereferral", "kinship"))
