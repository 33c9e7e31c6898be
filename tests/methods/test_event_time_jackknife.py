"""The jackknife of a path by event time: by hand, against the jackknife of a mean, and on known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.errors import DataError
from analysis.methods.event_time_jackknife import jackknife_of_event_times
from analysis.methods.staggered import callaway_santanna, imputation
from analysis.methods.staggered_inference import jackknife
from analysis.methods.staggered_panel import adoption
from tests.methods.staggered_data import simulated, wide


def path_of(estimator):
    return lambda panel, dates: estimator(panel, dates).event_times()


def test_two_event_times_by_hand():
    # Treated a, b from period 1; changes since 0: a 4, 10; b 8, 6; c 1, 0; d 3, 2. At time 0: 6 - 2 = 4, without
    # a 6, b 2, c 3, d 5: squares about 4 sum to 4 + 4 + 1 + 1 = 10. At time 1: 8 - 1 = 7, without a 5, b 9, c 6, d 8:
    # 4 + 4 + 1 + 1 = 10. Variance 3/4 of each.
    panel = wide({"a": [0, 4, 10], "b": [0, 8, 6], "c": [0, 1, 0], "d": [0, 3, 2]})
    found = jackknife_of_event_times(path_of(callaway_santanna), panel, adoption(panel, {"a": 1, "b": 1}))
    assert (found.time.tolist(), found.n_units.tolist(), found.df) == ([0, 1], [2, 2], 3)
    assert found.effect == pytest.approx([4, 7]) and found.se**2 == pytest.approx([7.5, 7.5])
    assert found.high - found.effect == pytest.approx(np.repeat(stats.t.ppf(0.975, 3) * 7.5**0.5, 2))
    assert found.effect - found.low == pytest.approx(found.high - found.effect)


def test_with_one_event_time_it_is_the_jackknife_of_the_mean():
    panel = wide({"a": [0, 4], "b": [1, 8], "c": [2, 1], "d": [0, 3], "e": [5, 5]})
    dates = adoption(panel, {"a": 1, "b": 1})
    found = jackknife_of_event_times(path_of(imputation), panel, dates, 0.9)
    expected = jackknife(lambda p, d: imputation(p, d).mean(), panel, dates, 0.9)
    assert (found.effect[0], found.se[0], found.low[0], found.high[0]) == pytest.approx(
        (expected.estimate, expected.se, expected.low, expected.high))


def test_event_times_of_one_unit_have_no_interval():
    # a is treated from 1, b from 2, so that time 1 has a alone, and time -2 b alone (before it: period 0).
    panel = wide({"a": [0, 4, 9], "b": [0, 1, 8], "c": [0, 1, 0], "d": [0, 3, 2]})
    dates = adoption(panel, {"a": 1, "b": 2})
    assert callaway_santanna(panel, dates).event_times().time.tolist() == [-2, 0, 1]
    assert jackknife_of_event_times(path_of(callaway_santanna), panel, dates).time.tolist() == [0]


def test_without_noise_every_interval_is_a_point_at_the_truth():
    panel, dates, _ = simulated(np.random.default_rng(3), n_treated=3, n_controls=4,
                                effect=lambda i, since: 1.0 + since)
    found = jackknife_of_event_times(path_of(callaway_santanna), panel, dates)
    after = found.time >= 0
    assert after.any() and (~after).any()
    assert found.effect[after] == pytest.approx(1.0 + found.time[after]) and found.effect[~after] == pytest.approx(0)
    assert found.se == pytest.approx(0, abs=1e-12)


@pytest.mark.slow
def test_intervals_cover_at_the_nominal_rate_or_above():
    # 300 runs of 95%: a binomial share of 0.95 has a standard error of 1.26 points, three of them 3.8. The jackknife
    # may cover more, never much less.
    rng, inside = np.random.default_rng(5), []
    for _ in range(300):
        panel, dates, _ = simulated(rng, n_treated=5, n_controls=8, periods=14, start=5, between=1, noise=1.0,
                                    effect=lambda i, since: 2.0 + 0 * since)
        found = jackknife_of_event_times(path_of(callaway_santanna), panel, dates)
        at = found.time == 0
        inside.append(float(found.low[at][0] <= 2.0 <= found.high[at][0]))
    assert np.mean(inside) > 0.95 - 0.038


@pytest.mark.parametrize("treated", [{"a": 1}, {"a": 1, "b": 1, "c": 1}])
def test_two_units_of_each_kind_are_needed(treated):
    panel = wide({"a": [0, 4], "b": [0, 8], "c": [0, 1], "d": [0, 3]})
    with pytest.raises(DataError, match="at least two of each"):
        jackknife_of_event_times(path_of(callaway_santanna), panel, adoption(panel, treated))


def test_no_common_event_time_is_an_error():
    # Between a's and b's treated periods there is none that both have: a is after at 1 alone (not in the panel later).
    panel = wide({"a": [0, 4, None], "b": [0, None, 8], "c": [0, 1, 0], "d": [0, 3, 2]})
    dates = adoption(panel, {"a": 1, "b": 1})
    with pytest.raises(DataError, match="event times with two treated units"):
        jackknife_of_event_times(path_of(callaway_santanna), panel, dates)
    with pytest.raises(DataError, match="confidence level"):
        jackknife_of_event_times(path_of(callaway_santanna), panel, dates, 1.0)
