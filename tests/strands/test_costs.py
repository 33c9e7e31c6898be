"""The cost study's analysis: a worked example to the penny, the model's sums, planted costs recovered."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods.costing import Parameter
from analysis.sources.loading import read_folder
from analysis.standins.costs import make_costs, shipped_prices
from analysis.strands import costs as strand

INDEX = {2017: 96.0, 2018: 98.0, 2019: 100.0, 2020: 102.0}


@pytest.fixture(scope="module")
def section(design):
    return design.section("costs")


@pytest.fixture(scope="module")
def parameters(section):
    shipped = read_folder(["cost_parameters"], ".")["cost_parameters"].frame
    return strand.parameters_in_prices(shipped, INDEX, section["price_year"])


@pytest.fixture
def small():
    """Two pilots: A with cash in 2017 and hours in 2018, B with cash in 2020."""
    return pd.DataFrame({
        "pilot": ["A", "A", "B"], "year": [2017, 2018, 2020], "heading": ["staffing_training", "management", "ongoing"],
        "item": ["fees", "leading", "consultancy"], "timing": ["one-off", "recurring", "recurring"],
        "kind": ["cash", "staff time", "cash"], "amount": [9600.0, np.nan, 5100.0], "hours": [np.nan, 100.0, np.nan],
        "role": [None, "team_manager", None]})


@pytest.fixture
def activity():
    return pd.DataFrame([{"pilot": pilot, "year": year, "workers_trained": 5, "children_in_need": 100,
                          "days_in_care": days} for pilot, days in (("A", 1000), ("B", 3000))
                         for year in (2017, 2018, 2019, 2020)])


def values(**changes):
    base = {"hourly_social_worker": 40.0, "hourly_team_manager": 50.0, "hourly_senior_manager": 70.0,
            "hourly_support": 25.0,
            "hours_recorded": 1.0, "cash_recorded": 1.0, "day_in_care": 150.0, "days_in_care_change": -1.0}
    return base | changes


def fixed(**changes):
    return {name: Parameter(name, value, value, value, "fixed") for name, value in values(**changes).items()}


def test_entries_in_prices_of_2019_to_the_penny(small, section):
    found = strand.priced(small, fixed(), INDEX, section)
    # 9600 * 100 / 96 = 10000.00; 100 hours * 50 = 5000.00; 5100 * 100 / 102 = 5000.00.
    assert [f"{value:.2f}" for value in found["real"]] == ["10000.00", "5000.00", "5000.00"]
    # Discounted to 2017: 10000; 5000 / 1.035 = 4830.92; 5000 / 1.035^3 = 5000 * 0.901942706 = 4509.71.
    assert [f"{value:.2f}" for value in found["present"]] == ["10000.00", "4830.92", "4509.71"]


def test_model_and_break_even_by_hand(small, activity, section):
    model = strand.model_of(small, activity, INDEX, section)
    np.testing.assert_allclose(strand.cost(model, values(), present=False), [15000, 5000])
    np.testing.assert_allclose(strand.cost(model, values()), [14830.917874, 4509.713528], rtol=1e-9)
    # Hours unrecorded: 1.2 times 5000 hours' pounds; cash 1.1 times 10000.
    np.testing.assert_allclose(strand.cost(model, values(hours_recorded=1.2, cash_recorded=1.1), present=False),
                               [17000, 5500])
    # Days a year 4000; discounted 4000 * (1 + .966184 + .933511 + .901943) = 15206.548; worth 150 each: 2280982.1;
    # cost 19340.6314 / 2280982.1 = 0.84791% of days, of 16000: 135.666 days.
    percent, days = strand.break_even(model, values())
    assert float(percent) == pytest.approx(0.847908, abs=1e-5)
    assert float(days) == pytest.approx(135.665, abs=1e-2)
    # A one per cent fall is worth 22809.82; less the cost: 3469.19.
    assert float(strand.net_benefit(model, values())) == pytest.approx(3469.19, abs=0.05)


def test_break_even_breaks_even(small, activity, section):
    model = strand.model_of(small, activity, INDEX, section)
    percent, _ = strand.break_even(model, values())
    assert strand.net_benefit(model, values(days_in_care_change=-float(percent))) == pytest.approx(0, abs=1e-6)


def test_shares_of_pilots_and_of_all_agree(small, activity, section):
    model = strand.model_of(small, activity, INDEX, section)
    table = strand.break_even_by_pilot(model, values())
    assert table["present"].sum() == pytest.approx(strand.cost(model, values()).sum())
    # Pilot A: 14830.917874 / (150 * 1000 * 3.801637) = 2.60080%.
    assert table["percent"].iloc[0] == pytest.approx(2.60080, abs=1e-4)


def test_tables_add_up(section, parameters, design):
    costs, activity = make_costs(design, np.random.default_rng(4))
    entries = strand.priced(costs, parameters, INDEX, section)
    headings, years = strand.by_heading(entries, section), strand.by_year(entries, section)
    pilots = strand.by_pilot(entries, activity)
    total = entries["real"].sum()
    assert headings["total"].iloc[-1] == pytest.approx(total)
    assert headings["share"].iloc[:-1].sum() == pytest.approx(100)
    assert (headings["one_off"] + headings["recurring"]).to_numpy() == pytest.approx(headings["total"].to_numpy())
    assert (years["total"].sum(), pilots["real"].sum()) == pytest.approx((total, total))
    assert years["present"].sum() == pytest.approx(pilots["present"].sum())
    model = strand.model_of(costs, activity, INDEX, section)
    # The model's sums give what adding up the entries one by one gives.
    np.testing.assert_allclose(strand.cost(model, strand.central(parameters)), pilots["present"])


def test_draws_all_at_once_equal_draws_one_by_one(small, activity, section, parameters):
    model = strand.model_of(small, activity, INDEX, section)
    drawn = strand.draws_of(parameters, 50, np.random.default_rng(9))
    together = strand.cost(model, drawn)
    for k in (0, 17, 49):
        np.testing.assert_allclose(together[:, k], strand.cost(model, {name: d[k] for name, d in drawn.items()}))
    assert strand.break_even(model, drawn)[0].shape == (50,)


def test_probabilistic_result_has_the_monte_carlo_error_it_says(small, activity, section, parameters):
    model = strand.model_of(small, activity, INDEX, section)
    runs = [strand.probabilistic(model, strand.draws_of(parameters, 500, np.random.default_rng(seed)))
            for seed in range(120)]
    spread = np.std([run.cost.mean for run in runs], ddof=1)
    # A standard deviation of 120 values has a relative error of about 1 / sqrt(240) = 6.5%; three of them.
    assert spread == pytest.approx(np.mean([run.cost.mc_error for run in runs]), rel=0.2)
    assert np.std([run.probability for run in runs], ddof=1) == pytest.approx(
        np.mean([run.probability_mc_error for run in runs]), rel=0.2)


def test_fixed_parameters_make_the_simulation_the_central_result(small, activity, section):
    model = strand.model_of(small, activity, INDEX, section)
    found = strand.probabilistic(model, strand.draws_of(fixed(), 10, np.random.default_rng(1)))
    assert found.cost.mean == pytest.approx(strand.cost(model, values()).sum())
    assert found.probability == 1.0 and strand.information(strand.net_benefit(model, strand.draws_of(
        fixed(), 10, np.random.default_rng(1)))).value == 0.0


def test_tornado_and_curve_touch_the_central_result(small, activity, section, parameters):
    model = strand.model_of(small, activity, INDEX, section)
    day = parameters["day_in_care"]
    curve = strand.break_even_curve(model, parameters, 5)
    swing = next(s for s in strand.swings(model, parameters) if s.name == "day_in_care")
    assert (curve["percent"].iloc[0], curve["percent"].iloc[-1]) == pytest.approx((swing.at_low, swing.at_high))
    # Break-even is inversely proportional to the value of a day.
    assert swing.at_low * day.low == pytest.approx(swing.at_high * day.high)
    assert curve["percent"].is_monotonic_decreasing


def test_acceptability_is_the_distribution_of_break_even(small, activity, section, parameters):
    model = strand.model_of(small, activity, INDEX, section)
    drawn = strand.draws_of(parameters, 400, np.random.default_rng(2))
    percent = strand.break_even(model, drawn)[0]
    found = strand.acceptability(model, drawn, [0.0, float(np.median(percent)), 100.0])
    assert found["probability"].tolist() == pytest.approx([0, 50, 100], abs=0.3)


def test_discount_rates(small, activity, section, parameters):
    table = strand.discount_rates(small, activity, parameters, INDEX, section).set_index("rate")
    assert table["present"].is_monotonic_decreasing
    real = strand.cost(strand.model_of(small, activity, INDEX, section), strand.central(parameters),
                       present=False).sum()
    assert table.loc[0.0, "present"] == pytest.approx(real)


def test_parameters_move_to_the_price_year():
    frame = pd.DataFrame({"parameter": ["a", "b"], "value": [96.0, 1.0], "low": [96.0, 1.0], "high": [96.0, 1.0],
                          "distribution": ["fixed"] * 2, "unit": ["pounds an hour", "ratio"], "price_year": [2017,
                                                                                                             2017]})
    found = strand.parameters_in_prices(frame, INDEX, 2019)
    # 96 pounds of 2017 at index 96 are 100 pounds of 2019; a ratio has no prices.
    assert (found["a"].value, found["b"].value) == pytest.approx((100, 1))
    assert frame["value"].tolist() == [96.0, 1.0]


@pytest.mark.slow
def test_planted_cost_per_worker_is_recovered_with_right_coverage(design, section, parameters):
    prices, truth, covered, estimates = shipped_prices(section), section["planted"]["cost_per_worker"], 0, []
    runs = 200
    for seed in range(runs):
        costs, activity = make_costs(design, np.random.default_rng(seed), prices)
        found = strand.per_worker(strand.by_pilot(strand.priced(costs, parameters, INDEX, section), activity))
        covered += found.low <= truth <= found.high
        estimates.append(found.estimate)
    # 95% within 3 Monte Carlo errors of 200 runs.
    assert abs(covered / runs - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)
    assert abs(np.mean(estimates) - truth) < 3.5 * np.std(estimates, ddof=1) / np.sqrt(runs)


@pytest.mark.parametrize(("change", "message"), [
    (lambda c, a: (c, a[a["year"] != 2019]), "pilot A lacks a year"),
    (lambda c, a: (c, a.assign(workers_trained=0)), "trained nobody"),
    (lambda c, a: (c[c["pilot"] == "A"], a), r"pilots .* differ.*\['B'\]"),
])
def test_files_that_do_not_fit_together(small, activity, section, change, message):
    with pytest.raises(DataError, match=message):
        strand.model_of(*change(small, activity), INDEX, section)


def test_a_year_without_price_index(small, section):
    with pytest.raises(DataError, match="2020"):
        strand.priced(small, fixed(), {2017: 96.0, 2019: 100.0}, section)


# ---- the effect on days in care, and what knowing would be worth ----

def test_an_effect_in_days_becomes_per_cent_of_the_days_before():
    # 3 days fewer of 150 before are 2%; the interval -9 to 3 is -6% to 2%.
    found = strand.observed_change(-3.0, -9.0, 3.0, 150.0)
    assert (found.value, found.low, found.high, found.distribution) == (-2.0, -6.0, 2.0, "normal")
    with pytest.raises(DataError, match="days in care before the programme; found 0.0"):
        strand.observed_change(-3.0, -9.0, 3.0, 0.0)


def test_knowing_the_effect_by_hand(small, activity, section):
    """Two draws of the effect, -2% and 0%, with all else fixed: a 1% fall is worth 22809.82 present pounds (above) and
    the cost is 19340.63, so that the benefits are 26279.02 and -19340.63; their mean is 3469.19. Knowing the effect
    first, one would take the programme in one case of two: 13139.51 - 3469.19 = 9670.32."""
    model = strand.model_of(small, activity, INDEX, section)
    drawn = {name: np.full(2, value) for name, value in values().items()} | {"days_in_care_change": np.array([-2.0, 0])}
    benefits = strand.benefit_given_effect(model, drawn)
    np.testing.assert_allclose(benefits, [26279.02, -19340.63], atol=0.02)
    np.testing.assert_allclose(benefits, strand.net_benefit(model, drawn))
    assert strand.information(benefits).value == pytest.approx(9670.32, abs=0.02)


def test_the_effect_alone_is_worth_no_more_than_everything(small, activity, section, parameters):
    model = strand.model_of(small, activity, INDEX, section)
    drawn = strand.draws_of({**parameters, "days_in_care_change": Parameter("days_in_care_change", 0, -2, 2, "normal")},
                            4000, np.random.default_rng(1))
    effect = strand.information(strand.benefit_given_effect(model, drawn))
    everything = strand.information(strand.net_benefit(model, drawn))
    assert 0 < effect.value <= everything.value + 3 * everything.mc_error


def test_the_error_of_the_value_of_information_is_that_of_repeated_runs(small, activity, section, parameters):
    """200 runs of 500 draws: the spread of their values against the error that they state; the spread of 200 runs is
    known to 1 / sqrt(400) = 5%, four of them."""
    model = strand.model_of(small, activity, INDEX, section)
    change = {**parameters, "days_in_care_change": Parameter("days_in_care_change", -1.0, -3.0, 1.0, "normal")}
    runs = [strand.information(strand.net_benefit(model, strand.draws_of(change, 500, np.random.default_rng(seed))))
            for seed in range(200)]
    spread = np.std([one.value for one in runs], ddof=1)
    assert spread == pytest.approx(np.mean([one.mc_error for one in runs]), rel=0.20)


def test_costs_by_pilot_and_year_add_up(small, section):
    entries = strand.priced(small, fixed(), INDEX, section)
    table = strand.by_pilot_and_year(entries).set_index(["pilot", "year"])
    # A: cash of 2017, 10000, one-off; hours of 2018, 5000, recurring. B: cash of 2020, 5000, recurring.
    assert table.loc[("A", 2017), ["cash", "staff_time", "one_off", "recurring", "total"]].tolist() == [
        10000, 0, 10000, 0, 10000]
    assert table.loc[("A", 2018), ["staff_time", "recurring"]].tolist() == [5000, 5000]
    assert table["total"].sum() == pytest.approx(entries["real"].sum())
    assert (table["one_off"] + table["recurring"]).tolist() == pytest.approx(table["total"].tolist())
