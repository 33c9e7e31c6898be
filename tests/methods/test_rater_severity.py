"""Rater severity against statsmodels, a printed table, hand cases, and simulation."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from analysis.errors import DataError
from analysis.methods.rater_severity import rater_severity

# Shrout and Fleiss (1979), table 2: four judges on six targets.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)


def long(matrix):
    units, raters = np.indices(matrix.shape)
    return matrix.ravel(), units.ravel(), np.array([f"R{k}" for k in raters.ravel()])


@pytest.fixture(scope="module")
def incomplete():
    rng = np.random.default_rng(4)
    rows = []
    for unit in range(30):
        for rater in rng.choice(5, 2, replace=False):
            rows.append((unit, f"R{rater}", rng.normal(3 + 0.2 * unit - 0.3 * rater, 0.6)))
    return pd.DataFrame(rows, columns=["unit", "rater", "value"])


def test_severities_and_test_equal_statsmodels(incomplete):
    found = rater_severity(incomplete["value"], incomplete["unit"], incomplete["rater"])
    theirs = smf.ols("value ~ C(unit) + C(rater, Sum)", incomplete).fit()
    columns = [f"C(rater, Sum)[S.R{k}]" for k in range(4)]
    for k, name in enumerate(columns):
        ours = found.severities[k]
        # Positive is severe here: lower marks.
        assert (-ours.estimate, ours.se, ours.df) == pytest.approx((theirs.params[name], theirs.bse[name],
                                                                    theirs.df_resid), rel=1e-9)
    joint = theirs.f_test(", ".join(f"{name} = 0" for name in columns))
    assert (found.f, found.p) == pytest.approx((float(joint.fvalue), float(joint.pvalue)), rel=1e-8)
    assert found.error_sd == pytest.approx(np.sqrt(theirs.scale))
    assert sum(one.estimate for one in found.severities) == pytest.approx(0)


def test_spread_of_the_judges_of_shrout_and_fleiss():
    # Table 3 prints mean squares of 32.49 between judges and 1.02 residual for six targets, so that the variance
    # between judges is (32.49 - 1.02) / 6 = 5.245; the printed digits leave 0.002 open.
    found = rater_severity(*long(JUDGES))
    assert found.spread**2 == pytest.approx((32.49 - 1.02) / 6, abs=0.003)
    assert found.f == pytest.approx(32.49 / 1.02, abs=0.2)
    means = JUDGES.mean(axis=0)
    assert [one.estimate for one in found.severities] == pytest.approx(means.mean() - means)


def test_severity_by_hand():
    # Differences first less second rater on three units: 1, 1, 2. Mean 4/3, so that severities are -2/3 and 2/3.
    # Residual variance: of differences (s^2 = 1/3) over 2 = 1/6; of half the mean difference: 1/6 / 6 = 1/36.
    found = rater_severity([3, 2, 4, 3, 4, 2], [0, 0, 1, 1, 2, 2], ["a", "b"] * 3)
    assert [one.estimate for one in found.severities] == pytest.approx([-2 / 3, 2 / 3])
    assert found.error_sd**2 == pytest.approx(1 / 6)
    # Half the mean of three differences: sqrt(1/3 / 3) / 2.
    assert found.severities[0].se == pytest.approx(np.sqrt(1 / 9) / 2)


def test_raters_who_share_no_unit_are_groups_of_their_own(incomplete):
    more = pd.concat([incomplete, pd.DataFrame({"unit": [90, 90, 91, 91, 92, 92], "rater": ["X", "Y"] * 3,
                                                "value": [5.0, 3, 4, 3, 4, 2.5]})])
    found = rater_severity(more["value"], more["unit"], more["rater"])
    assert (found.n_groups, found.raters[-2:]) == (2, ("X", "Y"))
    # Each group sums to nought by itself: a severity says nothing across groups. X and Y: differences 2, 1, 1.5.
    assert [one.estimate for one in found.severities[-2:]] == pytest.approx([-0.75, 0.75])
    assert sum(one.estimate for one in found.severities[:-2]) == pytest.approx(0)


def test_a_rater_with_one_case_has_a_wide_interval_and_one_without_a_partner_none(incomplete):
    extra = pd.DataFrame({"unit": [0, 77], "rater": ["once", "alone"], "value": [3.0, 3.0]})
    more = pd.concat([incomplete, extra])
    found = rater_severity(more["value"], more["unit"], more["rater"])
    assert "alone" not in found.raters
    once = found.severities[found.raters.index("once")]
    usual = max(one.high - one.low for one, name in zip(found.severities, found.raters, strict=True) if name != "once")
    assert once.high - once.low > 2 * usual and found.n_ratings[found.raters.index("once")] == 1


@pytest.mark.parametrize("values, units, raters, says", [
    ([1, 2, 3], [0, 1, 2], ["a", "b", "c"], "no rater severity"),
    ([1, 2], [0, 0], ["a", "b"], "no interval"),                    # one difference, one severity: no error left over
    ([1, 2, 2, 3, 3, 4], [0, 0, 1, 1, 2, 2], ["a", "b"] * 3, "no interval"),      # always 1 apart: no error at all
    ([2, 2, 2, 2], [0, 0, 1, 1], ["a", "b"] * 2, "no interval"),
    ([np.nan, 2], [0, 0], ["a", "b"], "no rater severity"),
])
def test_what_gives_no_severity_is_refused(values, units, raters, says):
    with pytest.raises(DataError, match=says):
        rater_severity(values, units, raters)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_severity_interval_covers_and_the_test_holds_its_level(spread):
    rng, runs = np.random.default_rng(6), 400
    true = spread * np.array([-1.0, 0.5, 1.0, -0.5])
    covered, rejected = 0, 0
    for _ in range(runs):
        unit = np.repeat(np.arange(25), 2)
        rater = np.concatenate([rng.choice(4, 2, replace=False) for _ in range(25)])
        found = rater_severity(rng.normal(0, 1, 25)[unit] - true[rater] + rng.normal(0, 0.5, 50), unit, rater)
        covered += found.severities[0].low <= true[0] <= found.severities[0].high
        rejected += found.p < 0.05
    # Three Monte Carlo errors of 400 runs.
    band = 3 * np.sqrt(0.95 * 0.05 / runs)
    assert abs(covered / runs - 0.95) < band
    assert abs(rejected / runs - 0.05) < band if not spread else rejected / runs > 0.5
