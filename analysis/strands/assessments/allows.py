"""What agreement of this size, and so many cases, allow one to conclude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError
from analysis.methods.agreement import rater_intraclass
from analysis.methods.equivalence import minimum_detectable_effect
from analysis.methods.ordinal import centred_ranks, detectable_correlation
from analysis.strands.assessments.agreement import ScoreAgreement, both_ratings, shrinkage
from analysis.strands.assessments.cases import Examined, pairs

# What an alpha allows, in words.
FIRM, TENTATIVE, DOUBT = "firm conclusions", "tentative conclusions", "no conclusion without doubt about the ratings"


@dataclass(frozen=True)
class Corrected:
    """A correlation with raters' error taken out, and the factor by which it was shrunk, with percentile intervals."""

    estimate: float
    low: float
    high: float
    factor: float
    factor_low: float
    factor_high: float


def reading(low: float, marks) -> str:
    """What an alpha whose interval starts at `low` allows (Krippendorff, 2004): its lower bound decides."""
    return FIRM if low >= marks["good"] else TENTATIVE if low >= marks["tentative"] else DOUBT


def raters_for(reliability_of_one: float, wanted: float) -> float:
    """Raters whose mean is as reliable as wanted, by Spearman (1910) and Brown (1910), rounded up; NaN for one whose
    ratings have no reliability at all."""
    if reliability_of_one <= 0:
        return float("nan")
    if reliability_of_one >= wanted:
        return 1.0
    return float(np.ceil(wanted * (1 - reliability_of_one) / (reliability_of_one * (1 - wanted)) - 1e-9))


def case_difference(error: float, level: float) -> float:
    """Smallest difference of two cases, each rated once, beyond raters' error: z x sqrt(2) x error of one rating."""
    return float(stats.norm.ppf(0.5 + level / 2) * np.sqrt(2) * error)


def pilot_difference(examined: Examined) -> float:
    """Difference of two pilots' mean thoroughness found with the design's power: t test with the spread within pilots,
    and the mean number of cases a pilot. It holds raters' error, which is part of the spread."""
    section = examined.section
    known = examined.cases.dropna(subset=["thoroughness"])
    groups = known.groupby("site")["thoroughness"]
    df = len(known) - groups.ngroups
    spread = np.sqrt(((known["thoroughness"] - groups.transform("mean")) ** 2).sum() / df)
    each = len(known) / groups.ngroups
    return minimum_detectable_effect(spread * np.sqrt(2 / each), 2 * each - 2, power=section["power"],
                                     alpha=1 - section["level"])


def corrected(examined: Examined, score: ScoreAgreement, rng: np.random.Generator) -> Corrected:
    """The correlation within pilots over Spearman's (1904) factor; percentile intervals over cases within pilots.

    Each draw takes cases anew in every pilot and computes correlation and factor from them, so that the interval holds
    both errors. Results are cut at 1 and -1; a draw whose ratings agree no better than chance gives one of these.
    """
    cases, level = examined.cases.reset_index(drop=True), examined.section["level"]
    detail = examined.scale.detail.name
    x, y = cases[detail].to_numpy(float), cases["thoroughness"].to_numpy(float)
    sites = np.unique(cases["site"], return_inverse=True)[1]
    twice = _second_ratings(examined, cases)
    draws = []
    for _ in range(examined.section["bootstrap"]):
        chosen = np.concatenate([rng.choice(rows, len(rows)) for rows in _rows(sites)])
        draws.append((_within(x[chosen], y[chosen], sites[chosen]), *_factor(twice, chosen)))
    rho, factor = np.array(draws).T
    tails = [(1 - level) / 2, (1 + level) / 2]
    estimate = _over(np.array([_within(x, y, sites)]), np.array([score.attenuation]))[0]
    return Corrected(float(estimate), *(float(v) for v in np.quantile(_over(rho, factor), tails)), score.attenuation,
                     *(float(v) for v in np.quantile(factor, tails)))


def _second_ratings(examined, cases):
    """Both ratings of thoroughness and of detail for every case, NaN without: two arrays (cases, 2)."""
    wide = pairs(examined).reindex(cases["case_id"])
    return tuple(wide[name][["first", "second"]].to_numpy(float) for name in ("thoroughness",
                                                                            examined.scale.detail.name))


def _rows(sites):
    return [np.flatnonzero(sites == k) for k in range(sites.max() + 1)]


def _within(x, y, sites):
    known = ~(np.isnan(x) | np.isnan(y))
    a, b = centred_ranks(x[known], sites[known]), centred_ranks(y[known], sites[known])
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else 0.0


def _factor(twice, chosen):
    try:
        return (shrinkage(*(rater_intraclass(ratings[chosen]) for ratings in twice)),)
    except DataError:           # too few cases rated twice in this draw, or none that differ
        return (0.0,)


def _over(rho, factor):
    quotient = np.divide(rho, factor, out=np.sign(rho), where=factor > 0)
    return np.clip(quotient, -1, 1)


def allowed(examined: Examined, score: ScoreAgreement, correction: Corrected) -> pd.DataFrame:
    """Questions that agreement answers, as rows: question, value, low, high, reading."""
    section, one = examined.section, score.thoroughness.of("1,1")
    two, good = score.thoroughness.of("1,k"), section["alpha"]["good"]
    both = both_ratings(examined, "thoroughness")
    error = float(np.sqrt(np.mean((both[:, 0] - both[:, 1]) ** 2) / 2))
    rows = [
        ("Agreement on the score (alpha)", score.alpha.estimate, score.alpha.low, score.alpha.high,
         reading(score.alpha.low, section["alpha"])),
        ("Reliability of one rater's score, ICC(1,1)", one.estimate, one.low, one.high, "The ratings that stand here"),
        ("Reliability of the mean of two raters, ICC(1,2)", two.estimate, two.low, two.high,
         "Were every case rated twice"),
        (f"Raters needed for a reliability of {good}", raters_for(one.estimate, good), np.nan, np.nan,
         "Number of raters a case"),
        ("Error of one rating of the score, points", error, np.nan, np.nan, "Standard error of measurement"),
        ("Difference of two cases beyond raters' error, points", case_difference(error, section["level"]), np.nan,
         np.nan, "Smaller ones do not order two cases"),
        ("Difference of two pilots' means that would be found, points", pilot_difference(examined), np.nan,
         np.nan, "Smaller ones do not order two pilots"),
        ("Factor by which raters' error shrinks the correlation", correction.factor, correction.factor_low,
         correction.factor_high, "Detail with thoroughness"),
        ("Correlation with raters' error taken out", correction.estimate, correction.low, correction.high,
         "Not to be tested: the test is of the ratings as they are"),
    ]
    return pd.DataFrame(rows, columns=["question", "value", "low", "high", "reading"])


def curve(examined: Examined, attenuation: float) -> pd.DataFrame:
    """Detectable correlation by number of cases: between ratings, and between what they rate.

    Error of rating shrinks a true correlation by `attenuation`, the square root of the product of both reliabilities
    (Spearman, 1904), so that the correlation that must be true is larger; where it is above 1 there is none to find.
    """
    section = examined.section
    strata = examined.cases["site"].nunique()
    sizes = sorted({*section["sizes_shown"], len(examined.cases)})
    rows = [{"cases": n, "correlation": detectable_correlation(n, strata=strata, level=section["level"],
                                                               power=section["power"])} for n in sizes]
    table = pd.DataFrame(rows)
    true = table["correlation"] / max(attenuation, 1e-9)
    return table.assign(true_correlation=true.where(true <= 1))


def cases_needed(examined: Examined) -> int:
    """Fewest cases in the same pilots that show the smallest correlation of interest with the design's power."""
    section, strata = examined.section, examined.cases["site"].nunique()
    n = strata + 3
    while detectable_correlation(n, strata=strata, level=section["level"],
                                 power=section["power"]) > section["smallest_correlation"]:
        n += 1
    return n
