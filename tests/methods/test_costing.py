"""Costing by hand, to the penny."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.methods import costing
from analysis.methods.costing import Parameter


def test_deflating_to_the_penny():
    # 1,000.00 pounds of 2017 at index 96 in prices of 2019 at index 100: 1000 * 100 / 96 = 1041.6667;
    # 500.00 of 2020 at index 102: 500 * 100 / 102 = 490.1961; 2019 stays.
    found = costing.to_price_year([1000, 500, 250], [2017, 2020, 2019], {2017: 96, 2019: 100, 2020: 102}, 2019)
    assert [f"{value:.2f}" for value in found] == ["1041.67", "490.20", "250.00"]


def test_discounting_to_the_penny():
    # 1000 / 1.035^0, ^1, ^2, ^3 = 1000, 966.1836, 933.5107, 901.9427.
    found = costing.present_value([1000] * 4, [2017, 2018, 2019, 2020], 0.035, 2017)
    assert [f"{value:.2f}" for value in found] == ["1000.00", "966.18", "933.51", "901.94"]


def test_no_discounting_at_rate_nought():
    np.testing.assert_array_equal(costing.present_value([10, 20], [2018, 2020], 0.0, 2017), [10, 20])


def test_inputs_stay_as_they_are():
    amounts = np.array([1.0, 2.0])
    costing.to_price_year(amounts, [2017, 2018], {2017: 1, 2018: 2}, 2018)
    costing.present_value(amounts, [2017, 2018], 0.1, 2017)
    np.testing.assert_array_equal(amounts, [1.0, 2.0])


def test_break_even_by_hand():
    # 1,950,000 pounds at 150 pounds a day: 13,000 days.
    assert costing.break_even(1_950_000, 150) == 13_000
    np.testing.assert_allclose(costing.break_even(100, np.array([10, 20])), [10, 5])


@pytest.mark.parametrize("call", [
    lambda: costing.to_price_year([1], [2016], {2017: 96}, 2017),
    lambda: costing.to_price_year([1], [2017], {2017: 0}, 2017),
    lambda: costing.present_value([1], [2017], -1, 2017),
    lambda: costing.break_even(1, 0),
    lambda: costing.break_even(1, [5, -1]),
    lambda: costing.simulated([1.0]),
])
def test_impossible_inputs_are_refused(call):
    with pytest.raises(DataError):
        call()


@pytest.mark.parametrize("parameter", [
    Parameter("x", 1, 0, 2, "cauchy"), Parameter("x", 3, 0, 2, "uniform"), Parameter("x", 1, 0, 2, "fixed"),
    Parameter("x", 1, 0, 2, "gamma"), Parameter("x", 1.5, 1, 2, "beta"),
])
def test_impossible_parameters_are_refused(parameter):
    with pytest.raises(DataError, match="x"):
        costing.check_parameter(parameter)


def test_a_beta_wider_than_possible_is_refused():
    with pytest.raises(DataError, match="narrower"):
        costing.sample(Parameter("x", 0.02, 0, 0.9, "beta"), 10, np.random.default_rng(1))


@pytest.mark.parametrize("parameter", [
    Parameter("normal", 10, 4, 16, "normal"), Parameter("gamma", 40, 34, 47, "gamma"),
    Parameter("beta", 0.3, 0.2, 0.4, "beta"), Parameter("uniform", 5, 0, 10, "uniform"),
])
def test_draws_have_the_mean_and_the_limits_stated(parameter):
    draws = costing.sample(parameter, 40_000, np.random.default_rng(5))
    error = draws.std() / np.sqrt(len(draws))
    assert abs(draws.mean() - parameter.value) < 4 * error
    if parameter.distribution == "normal":
        # 95% limits: 2.5% of draws below the low one, within 4 Monte Carlo errors.
        assert abs((draws < parameter.low).mean() - 0.025) < 4 * np.sqrt(0.025 * 0.975 / len(draws))
    if parameter.distribution == "gamma":
        assert draws.std() == pytest.approx((47 - 34) / (2 * 1.959964), rel=0.03)
    if parameter.distribution == "uniform":
        assert 0 <= draws.min() and draws.max() <= 10


def test_median_of_a_lognormal_and_mode_of_a_triangular():
    rng = np.random.default_rng(6)
    assert np.median(costing.sample(Parameter("l", 1, 0.8, 1.25, "lognormal"), 40_000, rng)) == pytest.approx(1,
                                                                                                              abs=0.005)
    # Mean of a triangular distribution: (low + mode + high) / 3 = (0 + 1 + 5) / 3 = 2.
    assert costing.sample(Parameter("t", 1, 0, 5, "triangular"), 40_000, rng).mean() == pytest.approx(2, abs=0.03)
    assert set(costing.sample(Parameter("f", 3, 3, 3, "fixed"), 5, rng)) == {3.0}


def test_a_parameter_without_spread_is_its_value():
    assert set(costing.sample(Parameter("g", 3, 3, 3, "gamma"), 5, np.random.default_rng(1))) == {3.0}


def test_tornado_by_hand():
    # Model a * b at a = 2 (1 to 4), b = 10 (9 to 12): a swings 10 to 40, b swings 18 to 24; c is fixed and has no bar.
    parameters = [Parameter("b", 10, 9, 12, "uniform"), Parameter("a", 2, 1, 4, "uniform"), Parameter("c", 1, 1, 1,
                                                                                                      "fixed")]
    found = costing.tornado(lambda values: values["a"] * values["b"] * values["c"], parameters)
    assert [(s.name, s.at_low, s.at_high, s.width) for s in found] == [("a", 10, 40, 30), ("b", 18, 24, 6)]


def test_simulated_by_hand():
    # 1 to 5: mean 3, sd sqrt(2.5), Monte Carlo error sqrt(2.5 / 5) = sqrt(0.5).
    found = costing.simulated([1, 2, 3, 4, 5])
    assert (found.mean, found.draws) == (3, 5)
    assert found.mc_error == pytest.approx(np.sqrt(0.5))


def test_value_of_perfect_information_by_hand():
    # Net benefits -10, 20: E[max] = 10, max(0, mean 5) = 5, so 5. With -10, -20 nobody would ever choose it: 0.
    assert costing.expected_value_of_perfect_information([-10, 20]) == 5
    assert costing.expected_value_of_perfect_information([-10, -20]) == 0


def test_parameters_of_a_table():
    table = pd.DataFrame({"parameter": ["x"], "value": [1.0], "low": [0.5], "high": [2.0], "distribution": ["gamma"]})
    assert costing.parameters_of(table) == {"x": Parameter("x", 1.0, 0.5, 2.0, "gamma")}
