"""Whether members' answers may be averaged into a team's score: agreement within teams, and differences between them.

r_wg and r_wg(J): James, Demaree and Wolf (1984). ICC(1), ICC(2): one-way analysis of variance, with the intervals of
Shrout and Fleiss (1979) and Haggard's (1958) group size for unequal teams.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError


@dataclass(frozen=True)
class IntraclassCorrelation:
    """ICC(1) and ICC(2) of a one-way layout, each with its interval, and what they were made of.

    `icc1`: share of variance that lies between groups, and the reliability of one member's answer. `icc2`:
    reliability of a group's mean. `group_size` is Haggard's average. `p` tests that groups do not differ (F test).
    """

    icc1: float
    icc1_low: float
    icc1_high: float
    icc2: float
    icc2_low: float
    icc2_high: float
    f: float
    p: float
    n: int
    n_groups: int
    group_size: float


def uniform_variance(options: int) -> float:
    """Variance of answers spread evenly over `options` response options: (A^2 - 1) / 12.

    Source: James, Demaree and Wolf (1984). `DataError` with fewer than two options.
    """
    if options < 2:
        raise DataError("number of response options", value=options, expected="two or more")
    return (options**2 - 1) / 12


# Shares of five response options under pictures of no agreement: LeBreton and Senter (2008, table 2).
NULLS = {"slight skew": (0.05, 0.15, 0.20, 0.35, 0.25), "moderate skew": (0.00, 0.10, 0.15, 0.40, 0.35),
         "heavy skew": (0.00, 0.00, 0.10, 0.40, 0.50), "triangular": (0.11, 0.22, 0.34, 0.22, 0.11),
         "normal": (0.07, 0.24, 0.38, 0.24, 0.07)}


def null_variance(shape: str, options: int = 5) -> float:
    """Variance of answers to five options with the shares of `NULLS`, or "uniform" for any number of options.

    Members who all lean to one side without agreeing answer with less than the uniform variance, so that r_wg against
    it is too high. `DataError` for another shape, or a shape other than uniform for options that are not five.
    """
    if shape == "uniform":
        return uniform_variance(options)
    if shape not in NULLS or options != 5:
        raise DataError("picture of no agreement", value=(shape, options),
                        expected=f"uniform, or with five options one of {tuple(NULLS)}")
    shares, places = np.array(NULLS[shape]), np.arange(1, 6)
    return float(shares @ places**2 - (shares @ places) ** 2)


def r_wg(ratings, options: int) -> float:
    """Agreement of one group on one item: 1 - s^2 / sigma^2_EU, cut to 0 where s^2 exceeds sigma^2_EU.

    `ratings`: shape (members,), 1 to `options`, missing left out; s^2 with divisor members - 1. Source: James, Demaree
    and Wolf (1984). NaN with fewer than two ratings; `DataError` for a rating outside 1 to `options`.
    """
    ratings = _checked(ratings, options)
    ratings = ratings[~np.isnan(ratings)]
    if len(ratings) < 2:
        return float("nan")
    return float(max(0.0, 1 - ratings.var(ddof=1) / uniform_variance(options)))


def r_wg_j(items, options: int, null: str = "uniform") -> float:
    """Agreement of one group on a scale of J parallel items.

    J (1 - m / sigma^2_EU) / (J (1 - m / sigma^2_EU) + m / sigma^2_EU), m the mean of the items' variances, cut to 0
    where m exceeds sigma^2_EU. `items`: shape (members, J), missing left out item by item; an item with fewer than two
    answers does not count. `null` names the picture of no agreement, sigma^2_EU being its variance (`null_variance`).
    Source: James, Demaree and Wolf (1984). NaN when no item has two answers;
    `DataError` for an answer outside 1 to `options`.
    """
    items = _checked(items, options)
    items = items[:, (~np.isnan(items)).sum(axis=0) >= 2]
    if items.shape[1] == 0:
        return float("nan")
    ratio = np.nanvar(items, axis=0, ddof=1).mean() / null_variance(null, options)
    if ratio >= 1:
        return 0.0
    agreed = items.shape[1] * (1 - ratio)
    return float(agreed / (agreed + ratio))


def intraclass(values, groups, level: float = 0.95) -> IntraclassCorrelation:
    """ICC(1) and ICC(2) of values in groups, from one-way analysis of variance.

    ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW), ICC(2) = (MSB - MSW) / MSB, with k = (N - sum n_g^2 / N) / (G - 1) for
    unequal groups (Haggard, 1958). Intervals from the F distribution (Shrout and Fleiss, 1979), exact for equal
    groups. Negative estimates are kept: they say that members of a group differ more than chance. `values`, `groups`:
    shape (n,); missing values left out. `DataError` without two groups, or without a group of two.
    """
    values, codes = _one_way(values, groups)
    n, sizes = len(values), np.bincount(codes)
    n_groups = len(sizes)
    if n_groups < 2 or n == n_groups:
        raise DataError("no intraclass correlation from these groups", value=(n, n_groups),
                        expected="two or more groups, one of them with two or more members")
    between, within = _mean_squares(values, codes, sizes)
    if within <= 0:
        raise DataError("no intraclass correlation", value=float(within), expected="members who differ within groups")
    k = (n - (sizes**2).sum() / n) / (n_groups - 1)
    f = between / within
    low, high = _f_bounds(f, n_groups - 1, n - n_groups, level)
    icc1, icc2 = (lambda x: (x - 1) / (x + k - 1)), (lambda x: 1 - 1 / x)
    return IntraclassCorrelation(*(float(icc1(x)) for x in (f, low, high)), *(float(icc2(x)) for x in (f, low, high)),
                                 float(f), float(stats.f.sf(f, n_groups - 1, n - n_groups)), n, n_groups, float(k))


def _checked(answers, options):
    answers = np.asarray(answers, dtype=float)
    wrong = answers[(answers < 1) | (answers > options)]
    if wrong.size:
        raise DataError("answer outside the response options", value=float(wrong[0]), expected=f"1 to {options}")
    return answers


def _one_way(values, groups):
    values = np.asarray(values, dtype=float)
    known = ~np.isnan(values)
    _, codes = np.unique(np.asarray(groups)[known], return_inverse=True)
    return values[known], codes


def _mean_squares(values, codes, sizes):
    means = np.bincount(codes, weights=values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((values - means[codes]) ** 2).sum() / (len(values) - len(sizes))
    return between, within


def _f_bounds(f, df_between, df_within, level):
    tail = (1 - level) / 2
    return (f / stats.f.ppf(1 - tail, df_between, df_within), f * stats.f.ppf(1 - tail, df_within, df_between))
