"""Agreement of raters: weighted kappa, Krippendorff's alpha, Gwet's AC1 and AC2, intraclass correlations.

Ratings come as a matrix of units by raters, NaN where a rater did not rate a unit. All coefficients are 1 for perfect
agreement and 0 for agreement as expected by chance, each with its own idea of chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError

METRICS = ("nominal", "ordinal", "interval")
WEIGHTS = ("identity", "linear", "quadratic")


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement with its interval.

    `observed` and `expected` are the (weighted) shares of agreement the coefficient is made of; for alpha, the
    disagreements D_o and D_e. `n_units` counts the units with two ratings or more, `n_ratings` their ratings.
    """

    coefficient: str
    estimate: float
    low: float
    high: float
    n_units: int
    n_ratings: int
    observed: float
    expected: float


@dataclass(frozen=True)
class RaterIntraclass:
    """One intraclass correlation of Shrout and Fleiss (1979), such as ICC(2,1), with its interval."""

    form: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class RaterIntraclasses:
    """The six forms for a complete matrix of `n_units` by `n_raters`; `of("2,1")` gives one of them."""

    forms: tuple[RaterIntraclass, ...]
    n_units: int
    n_raters: int

    def of(self, form: str) -> RaterIntraclass:
        """The form "1,1", "2,1", "3,1" (one rater) or "1,k", "2,k", "3,k" (mean of the raters)."""
        return next(item for item in self.forms if item.form == form)


def percent_agreement(ratings, within: float = 0) -> float:
    """Share of pairs of ratings of one unit that differ by at most `within`, units with more pairs counting more.

    `ratings`: shape (units, raters), NaN for none. NaN when no unit has two ratings.
    """
    ratings = _matrix(ratings)
    first, second = _pairs(ratings)
    return float(np.mean(np.abs(first - second) <= within)) if len(first) else float("nan")


def weighted_kappa(first, second, categories, *, weights: str = "quadratic", level: float = 0.95) -> Agreement:
    """Cohen's kappa of two raters, weighted, with the large-sample interval.

    Parameters: `first`, `second` (n,), a pair counts where neither is NaN; `categories`, all that may occur, in
    order; `weights` "identity" (Cohen, 1960), "linear" or "quadratic" in the distance of places (Cohen, 1968).
    Standard error: Fleiss, Cohen and Everitt (1969, equation 9), with divisor n; the interval is normal and cut at 1.
    Raises `DataError` for a rating outside the categories, fewer than two pairs, or when both raters give one and the
    same category to all (kappa is then 0 / 0).
    """
    pairs = _matrix(np.column_stack([np.asarray(first, dtype=float), np.asarray(second, dtype=float)]))
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    places = _places(pairs, categories)
    n, q = len(pairs), len(categories)
    if n < 2:
        raise DataError("no kappa from these ratings", value=n, expected="two or more units rated by both")
    table = np.zeros((q, q))
    np.add.at(table, (places[:, 0], places[:, 1]), 1 / n)
    agree = agreement_weights(q, weights)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float((agree * table).sum()), float(rows @ agree @ columns)
    if expected >= 1 - 1e-12:
        raise DataError("no kappa: both raters give the same category throughout", value=float(pairs[0, 0]),
                        expected="two or more categories in use")
    kappa = (observed - expected) / (1 - expected)
    mean_weight = (agree @ columns)[:, None] + (rows @ agree)[None, :]
    spread = (table * (agree - mean_weight * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    half = stats.norm.ppf(0.5 + level / 2) * np.sqrt(max(spread, 0) / n) / (1 - expected)
    return Agreement(f"kappa ({weights})", kappa, float(kappa - half), float(min(kappa + half, 1)), n, 2 * n, observed,
                     expected)


def agreement_weights(q: int, weights: str) -> np.ndarray:
    """Weights of agreement between q ordered categories, shape (q, q), 1 on the diagonal.

    Linear: 1 - d / (q - 1), quadratic: 1 - d^2 / (q - 1)^2, d the distance of places; identity: 0 off the diagonal.
    """
    if weights not in WEIGHTS or q < 2:
        raise DataError("weights of agreement", value=(weights, q),
                        expected=f"one of {WEIGHTS}, two categories or more")
    distance = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / (q - 1)
    return {"identity": (distance == 0).astype(float), "linear": 1 - distance, "quadratic": 1 - distance**2}[weights]


def krippendorff_alpha(ratings, *, metric: str = "nominal", rng: np.random.Generator | None = None,
                       draws: int = 1000, level: float = 0.95) -> Agreement:
    """Krippendorff's alpha = 1 - D_o / D_e for any number of raters and missing ratings.

    Parameters: `ratings` (units, raters), numbers (codes of a nominal scale too), NaN for none; `metric` of the squared
    difference: "nominal", "ordinal" (by ranks, depends on the marginals) or "interval". With `rng` a percentile
    interval from `draws` resamples of whole units, those in which no two ratings differ counting as alpha 1; without
    it the bounds are NaN. Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability, sections C and D.
    Raises `DataError` for an unknown metric, no unit with two ratings, or ratings that never vary (alpha is then 0/0).
    """
    if metric not in METRICS:
        raise DataError("metric of alpha", value=metric, expected=f"one of {METRICS}")
    units, values = unit_coincidences(ratings)
    if len(units) == 0:
        raise DataError("no alpha from these ratings", expected="a unit with two ratings or more")
    coincidences = units.sum(axis=0)
    if (coincidences.sum(axis=1) > 0).sum() < 2:
        raise DataError("no alpha: all ratings are the same", value=float(values[0]), expected="ratings that vary")
    observed, expected = _disagreements(coincidences[None], values, metric)
    alpha = float(1 - observed[0] / expected[0])
    low, high = (float("nan"),) * 2
    if rng is not None:
        low, high = _alpha_interval(units, values, metric, rng, draws, level)
    return Agreement(f"alpha ({metric})", alpha, low, high, len(units), int(round(coincidences.sum())),
                     float(observed[0]), float(expected[0]))


def unit_coincidences(ratings) -> tuple[np.ndarray, np.ndarray]:
    """Coincidence matrix of each unit with two ratings or more, (units, values, values), and the values in order.

    A unit with m ratings adds 1 / (m - 1) for each ordered pair of its ratings, so that its matrix sums to m.
    """
    ratings = _matrix(ratings)
    ratings = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    values = np.unique(ratings[~np.isnan(ratings)])
    counts = (ratings[:, :, None] == values).sum(axis=1).astype(float)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(values))
    return pairs / (counts.sum(axis=1) - 1)[:, None, None], values


def gwet_ac(ratings, categories, *, weights: str = "identity", level: float = 0.95) -> Agreement:
    """Gwet's AC1 ("identity" weights) or AC2 (linear or quadratic): chance agreement that stays low at high prevalence.

    `ratings`: (units, raters), NaN for none; units with one rating count towards the prevalences only. Standard error
    by linearisation over units, t interval with units - 1 degrees of freedom, cut at 1. Source: Gwet (2008), and for
    weights and missing ratings Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapters 4 and 5.
    Raises `DataError` for a rating outside the categories or without a unit with two ratings.
    """
    ratings = _matrix(ratings)
    ratings = ratings[~np.isnan(ratings).all(axis=1)]
    _places(ratings, categories)
    q, agree = len(categories), agreement_weights(len(categories), weights)
    counts = (ratings[:, :, None] == np.asarray(categories, dtype=float)).sum(axis=1).astype(float)
    raters = counts.sum(axis=1)
    n, multiple = len(counts), raters >= 2
    if n < 2 or not multiple.any():
        raise DataError("no AC from these ratings", value=n, expected="units with two ratings or more")
    per_unit = np.zeros(n)
    weighted = counts[multiple] @ agree.T
    per_unit[multiple] = (counts[multiple] * (weighted - 1)).sum(axis=1) / (raters * (raters - 1))[multiple]
    shares = counts / raters[:, None]
    prevalence, scale = shares.mean(axis=0), agree.sum() / (q * (q - 1))
    observed, expected = per_unit[multiple].mean(), scale * (prevalence * (1 - prevalence)).sum()
    ac = (observed - expected) / (1 - expected)
    kappas = np.where(multiple, n / multiple.sum() * (per_unit - expected) / (1 - expected), 0.0)
    chance = scale * shares @ (1 - prevalence)
    influence = kappas - 2 * (1 - ac) * (chance - expected) / (1 - expected)
    half = stats.t.ppf(0.5 + level / 2, n - 1) * np.sqrt(((influence - ac) ** 2).sum() / (n * (n - 1)))
    return Agreement("AC1" if weights == "identity" else f"AC2 ({weights})", float(ac), float(ac - half),
                     float(min(ac + half, 1)), int(multiple.sum()), int(raters[multiple].sum()), float(observed),
                     float(expected))


def rater_intraclass(ratings, *, level: float = 0.95) -> RaterIntraclasses:
    """The six intraclass correlations of units rated by the same raters.

    ICC(1,.): raters differ from unit to unit; ICC(2,.): raters a random sample, absolute agreement; ICC(3,.): these
    raters only, consistency; ",1" for one rater, ",k" for the mean of all. `ratings`: (units, raters); units without
    all ratings are left out. Source: Shrout and Fleiss (1979), tables 2 and 4 and the intervals of pages 424 to 426.
    Raters who agree throughout give 1 with bounds of 1. Raises `DataError` with fewer than two complete units or
    raters, or when nothing varies.
    """
    ratings = _matrix(ratings)
    ratings = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = ratings.shape
    if n < 2 or k < 2:
        raise DataError("no intraclass correlation", value=(n, k),
                        expected="two units or more rated by two raters or more")
    bms, jms, ems, wms = _mean_squares(ratings)
    if bms + jms + wms <= 0:
        raise DataError("no intraclass correlation: ratings do not vary", value=float(wms),
                        expected="ratings that vary")
    if wms <= 1e-12 * bms:          # every rating agrees: all forms are 1, and no interval can be told from it
        whole = [RaterIntraclass(f"{form},{size}", 1.0, 1.0, 1.0) for form in "123" for size in "1k"]
        return RaterIntraclasses(tuple(whole), n, k)
    one = _one_way(bms, wms, n, k, level)
    three = _consistency(bms, ems, n, k, level)
    two = _absolute(bms, jms, ems, n, k, level)
    forms = []
    for name, (estimate, low, high) in (("1", one), ("2", two), ("3", three)):
        forms.append(RaterIntraclass(f"{name},1", *map(float, (estimate, low, high))))
        forms.append(RaterIntraclass(f"{name},k", *(float(_spearman_brown(x, k)) for x in (estimate, low, high))))
    return RaterIntraclasses(tuple(forms), n, k)


def _matrix(ratings) -> np.ndarray:
    ratings = np.asarray(ratings, dtype=float)
    if ratings.ndim != 2 or ratings.shape[1] < 2:
        raise DataError("ratings", value=ratings.shape, expected="a matrix of units by two raters or more")
    return ratings


def _pairs(ratings):
    i, j = np.triu_indices(ratings.shape[1], 1)
    first, second = ratings[:, i].ravel(), ratings[:, j].ravel()
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def _places(ratings, categories):
    known = np.isin(ratings, np.asarray(categories, dtype=float)) | np.isnan(ratings)
    if not known.all():
        raise DataError("a rating is none of the categories", value=float(ratings[~known][0]),
                        expected=f"{list(categories)}")
    return (ratings[:, :, None] == np.asarray(categories, dtype=float)).argmax(axis=2)


def _disagreements(coincidences, values, metric):
    """Observed and expected disagreement of coincidence matrices (draws, values, values): two arrays (draws,)."""
    marginals = coincidences.sum(axis=2)
    totals = marginals.sum(axis=1)
    if metric == "ordinal":
        # Sum of marginals between two values, half of each end: the rank distance of Krippendorff (2011), section D.
        middle = np.cumsum(marginals, axis=1) - marginals / 2
        distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    elif metric == "interval":
        distance = np.subtract.outer(values, values)[None] ** 2
    else:
        distance = 1 - np.eye(len(values))[None]
    observed = (coincidences * distance).sum(axis=(1, 2)) / totals
    expected = (marginals[:, :, None] * marginals[:, None, :] * distance).sum(axis=(1, 2)) / (totals * (totals - 1))
    return observed, expected


def _alpha_interval(units, values, metric, rng, draws, level):
    n, q = len(units), len(values)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws)
    resampled = (times @ units.reshape(n, q * q)).reshape(draws, q, q)
    observed, expected = _disagreements(resampled, values, metric)
    alphas = np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1), 1.0)
    return tuple(float(x) for x in np.quantile(alphas, [(1 - level) / 2, (1 + level) / 2]))


def _mean_squares(ratings):
    """Mean squares between units, between raters, residual and within units."""
    n, k = ratings.shape
    by_unit, by_rater, grand = ratings.mean(axis=1), ratings.mean(axis=0), ratings.mean()
    bms = k * ((by_unit - grand) ** 2).sum() / (n - 1)
    jms = n * ((by_rater - grand) ** 2).sum() / (k - 1)
    ems = ((ratings - by_unit[:, None] - by_rater[None, :] + grand) ** 2).sum() / ((n - 1) * (k - 1))
    wms = ((ratings - by_unit[:, None]) ** 2).sum() / (n * (k - 1))
    return bms, jms, ems, wms


def _from_f(f, k):
    return (f - 1) / (f + k - 1)


def _one_way(bms, wms, n, k, level):
    f, a, b, p = bms / wms, n - 1, n * (k - 1), 0.5 + level / 2
    return _from_f(f, k), _from_f(f / stats.f.ppf(p, a, b), k), _from_f(f * stats.f.ppf(p, b, a), k)


def _consistency(bms, ems, n, k, level):
    if ems <= 0:
        return 1.0, 1.0, 1.0
    f, a, b, p = bms / ems, n - 1, (n - 1) * (k - 1), 0.5 + level / 2
    return _from_f(f, k), _from_f(f / stats.f.ppf(p, a, b), k), _from_f(f * stats.f.ppf(p, b, a), k)


def _absolute(bms, jms, ems, n, k, level):
    icc = (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)
    fj = jms / ems if ems > 0 else np.inf
    if not np.isfinite(fj):
        return icc, icc, icc
    c, d = k * icc * fj, n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (c + d) ** 2 / ((n - 1) * c**2 + d**2)
    upper, lower = stats.f.ppf(0.5 + level / 2, n - 1, df), stats.f.ppf(0.5 + level / 2, df, n - 1)
    rest = k * jms + (k * n - k - n) * ems
    return (icc, n * (bms - upper * ems) / (upper * rest + n * bms),
            n * (lower * bms - ems) / (rest + n * lower * bms))


def _spearman_brown(icc, k):
    return k * icc / (1 + (k - 1) * icc)
