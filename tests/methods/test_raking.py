"""Raking against hand cases and its own conditions."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.errors import DataError
from analysis.methods.raking import Margin, design_effect, effective_n, largest_gap, rake, weighted_shares


def two_margins():
    return [Margin("a", np.array([0, 0, 0, 1, 1]), np.array([1, 1])),
            Margin("b", np.array([0, 1, 1, 0, 1]), np.array([0.6, 0.4]))]


def test_one_margin_by_hand():
    # 3 of 4 in category 0 where half should be: weights (1/2) / (3/4) = 2/3 and (1/2) / (1/4) = 2, mean 1.
    raked = rake([Margin("a", np.array([0, 0, 0, 1]), np.array([50, 50]))])
    assert raked.weights == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert raked.n_trimmed == 0


def test_two_margins_by_hand():
    # Weights of the cells (a, b), by symmetry x for (0,0), y each for two (0,1), u for (1,0), v for (1,1), with
    # x + 2y = 2.5, u + v = 2.5, x + u = 3, and raking keeps the odds ratio of the start: x v = y u.
    # From these y = (2.5 - x) / 2, u = 3 - x, v = x - 0.5: x(x - 0.5) = (2.5 - x)(3 - x) / 2, so x^2 + 4.5x - 7.5 = 0,
    # x = (-4.5 + sqrt(4.5^2 + 30)) / 2.
    x = (-4.5 + np.sqrt(4.5**2 + 30)) / 2
    raked = rake(two_margins())
    assert raked.weights == pytest.approx([x, (2.5 - x) / 2, (2.5 - x) / 2, 3 - x, x - 0.5], abs=1e-6)
    assert raked.largest_gap <= 1e-8


def test_independent_margins_give_products():
    # One respondent in each of the 2 x 2 cells: weights are 4 times the product of the target shares.
    margins = [Margin("a", np.array([0, 0, 1, 1]), np.array([0.7, 0.3])),
               Margin("b", np.array([0, 1, 0, 1]), np.array([0.4, 0.6]))]
    assert rake(margins).weights == pytest.approx([4 * 0.28, 4 * 0.42, 4 * 0.12, 4 * 0.18])


def test_unknown_categories_keep_the_weight_of_the_other_margins():
    # The fifth respondent's category is unknown: the four known meet the target, nothing moves the fifth.
    raked = rake([Margin("a", np.array([0, 0, 0, 1, -1]), np.array([50, 50]))])
    assert raked.weights / raked.weights[4] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2, 1])


def test_a_cap_that_can_hold_holds_with_the_margins():
    rng = np.random.default_rng(5)
    codes = [rng.choice(3, 300, p=[0.6, 0.3, 0.1]), rng.choice(2, 300, p=[0.8, 0.2])]
    margins = [Margin("a", codes[0], np.array([1, 1, 1])), Margin("b", codes[1], np.array([1, 1]))]
    free = rake(margins)
    capped = rake(margins, cap=0.9 * free.weights.max())
    assert free.weights.max() > capped.weights.max()
    assert capped.weights.max() <= 0.9 * free.weights.max() * (1 + 1e-6)
    assert capped.n_trimmed > 0 and capped.largest_gap == pytest.approx(largest_gap(capped.weights, margins))


def test_a_cap_that_is_too_low_has_the_last_word_and_says_what_it_cost():
    raked = rake(two_margins(), cap=1.3)
    assert raked.weights.max() <= 1.3 * (1 + 1e-8) and raked.weights.mean() == pytest.approx(1)
    assert raked.largest_gap > 0.01


def test_base_weights_are_the_start_and_stay_as_they_were():
    base = np.array([1.0, 2.0, 1.0, 1.0])
    raked = rake([Margin("a", np.array([0, 0, 1, 1]), np.array([1, 1]))], base=base)
    # Within category 0 the ratio 1 : 2 stays, and its sum is half of all.
    assert raked.weights == pytest.approx([2 / 3, 4 / 3, 1, 1])
    assert list(base) == [1, 2, 1, 1]


def test_design_effect_and_effective_n_by_hand():
    # Weights 1, 1, 2: (1 + 1 + 4) x 3 / 16 = 1.125 and 16 / 6.
    assert design_effect([1, 1, 2]) == pytest.approx(1.125)
    assert effective_n([1, 1, 2]) == pytest.approx(16 / 6)
    assert design_effect([3, 3]) == 1


def test_weighted_shares_by_hand():
    assert weighted_shares([1, 3, 4], np.array([0, 1, -1]), 2) == pytest.approx([0.25, 0.75])


@pytest.mark.parametrize("margin, says", [
    (Margin("role", np.array([0, 0]), np.array([1, 1])), "role: nobody answered"),
    (Margin("role", np.array([0, 1]), np.array([1, 0])), "does not have"),
    (Margin("role", np.array([0, 5]), np.array([1, 1])), "role"),
])
def test_margins_that_cannot_be_met_are_refused(margin, says):
    with pytest.raises(DataError, match=says):
        rake([margin])


def test_margins_that_contradict_each_other_do_not_settle():
    same = np.array([0, 0, 1, 1])
    with pytest.raises(DataError, match="did not settle"):
        rake([Margin("a", same, np.array([0.9, 0.1])), Margin("b", same, np.array([0.5, 0.5]))], limit=50)


def test_raking_equals_the_loglinear_model_of_statsmodels():
    # Raked tables are the fit of a Poisson log-linear model of the margins to any table that has the target margins,
    # with the log of the starting table as offset (Deming and Stephan's answer in the form of Bishop, Fienberg and
    # Holland, 1975, section 3.5): iteratively reweighted least squares of statsmodels, another algorithm altogether.
    rng = np.random.default_rng(31)
    start = rng.integers(5, 40, (3, 4, 2))
    targets = [np.array([0.5, 0.2, 0.3]), np.array([0.1, 0.4, 0.3, 0.2]), np.array([0.35, 0.65])]
    cells = np.indices(start.shape).reshape(3, -1)
    people = np.repeat(cells, start.ravel(), axis=1)
    raked = rake([Margin(name, codes, target) for name, codes, target in zip("abc", people, targets, strict=True)])
    goal = np.einsum("i,j,k->ijk", *targets).ravel() * start.sum()
    columns = [np.ones(cells.shape[1])] + [(cells[m] == k).astype(float) for m in range(3)
                                           for k in range(1, start.shape[m])]
    model = sm.GLM(goal, np.column_stack(columns), family=sm.families.Poisson(), offset=np.log(start.ravel()))
    theirs = model.fit(tol=1e-12, maxiter=200).fittedvalues
    ours = np.zeros(start.shape)
    np.add.at(ours, tuple(people), raked.weights)
    assert ours.ravel() == pytest.approx(theirs, rel=1e-6)
