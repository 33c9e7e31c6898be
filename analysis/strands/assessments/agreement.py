"""Agreement of the two raters, domain by domain and on the scores, and how severe raters are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.agreement import (
    Agreement,
    RaterIntraclasses,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    rater_intraclass,
    weighted_kappa,
)
from analysis.methods.rater_severity import RaterSeverity, rater_severity
from analysis.strands.assessments.cases import Examined, pairs

SCORE = "Thoroughness score"


@dataclass(frozen=True)
class DomainAgreement:
    """Agreement on one domain: shares in per cent, quadratic-weighted kappa, ordinal alpha, quadratic AC2.

    Where every rating is the same, kappa and alpha are 0 / 0 and NaN here; AC2 and the shares stand.
    """

    name: str
    label: str
    exact: float
    within_one: float
    kappa: Agreement
    alpha: Agreement
    ac: Agreement


@dataclass(frozen=True)
class ScoreAgreement:
    """Agreement on the thoroughness score (interval alpha, intraclass correlations) and on detail of use."""

    alpha: Agreement
    thoroughness: RaterIntraclasses
    detail: RaterIntraclasses

    @property
    def attenuation(self) -> float:
        """By how much raters' error shrinks a correlation of the two: square root of the product of ICC(1,1)."""
        return shrinkage(self.thoroughness, self.detail)


def shrinkage(one: RaterIntraclasses, other: RaterIntraclasses) -> float:
    """Factor by which raters' error shrinks a correlation (Spearman, 1904): square root of both reliabilities."""
    return float(np.sqrt(max(one.of("1,1").estimate, 0) * max(other.of("1,1").estimate, 0)))


def domain_agreement(examined: Examined, rng: np.random.Generator) -> tuple[DomainAgreement, ...]:
    """Agreement on every domain, on cases rated twice; `DataError` when fewer than two were."""
    section = examined.section
    found = []
    for domain in examined.scale.all_domains:
        both = both_ratings(examined, domain.name)
        kappa, alpha = _undefined(both), _undefined(both)
        if np.unique(both).size > 1:
            kappa = weighted_kappa(both[:, 0], both[:, 1], domain.points, weights="quadratic", level=section["level"])
            alpha = krippendorff_alpha(both, metric="ordinal", rng=rng, draws=section["bootstrap"],
                                       level=section["level"])
        found.append(DomainAgreement(
            domain.name, domain.label, 100 * percent_agreement(both), 100 * percent_agreement(both, within=1), kappa,
            alpha, gwet_ac(both, domain.points, weights="quadratic", level=section["level"])))
    return tuple(found)


def both_ratings(examined: Examined, name: str) -> np.ndarray:
    """First and second rating (cases, 2) of a domain or of thoroughness, cases with both; `DataError` under two."""
    wide = pairs(examined)
    both = wide[name][["first", "second"]].to_numpy(dtype=float) if len(wide) else np.empty((0, 2))
    both = both[~np.isnan(both).any(axis=1)]
    if len(both) < 2:
        raise DataError("too few cases rated twice for agreement", file="assessment_ratings.csv", column=name,
                        value=len(both), expected="second ratings of some cases")
    return both


def _undefined(both):
    nan = float("nan")
    return Agreement("not defined", nan, nan, nan, len(both), both.size, nan, nan)


def score_agreement(examined: Examined, rng: np.random.Generator) -> ScoreAgreement:
    """Interval alpha and intraclass correlations of the thoroughness score, and of detail of use.

    The two ratings of a case come from any two of the raters, so that ICC(1,.) is the fitting form. `DataError` naming
    the score where all its ratings are the same.
    """
    level = examined.section["level"]
    score, detail = (_varying(examined, name) for name in ("thoroughness", examined.scale.detail.name))
    alpha = krippendorff_alpha(score, metric="interval", rng=rng, draws=examined.section["bootstrap"], level=level)
    return ScoreAgreement(alpha, rater_intraclass(score, level=level), rater_intraclass(detail, level=level))


def _varying(examined, name):
    both = both_ratings(examined, name)
    if np.unique(both).size < 2:
        raise DataError("all cases rated twice have one rating, so that agreement cannot be told from sameness",
                        file="assessment_ratings.csv", column=name, value=float(both[0, 0]),
                        expected="ratings that vary")
    return both


def reliability(examined: Examined) -> pd.DataFrame:
    """Each domain, detail of use and the score: ICC(1,1), ICC(1,2) with intervals, and one rating's error in points.

    The error is the standard error of measurement, the root of the mean square within cases: half the mean squared
    difference of two ratings of a case. NaN correlations where nothing varies.
    """
    names = {domain.name: domain.label for domain in examined.scale.all_domains} | {"thoroughness": SCORE}
    rows = []
    for name, label in names.items():
        both = both_ratings(examined, name)
        row = {"name": name, "label": label, "n": len(both),
               "error": float(np.sqrt(np.mean((both[:, 0] - both[:, 1]) ** 2) / 2))}
        if np.unique(both).size > 1:
            classes = rater_intraclass(both, level=examined.section["level"])
            for column, form in (("one", "1,1"), ("two", "1,k")):
                found = classes.of(form)
                row |= {column: found.estimate, f"{column}_low": found.low, f"{column}_high": found.high}
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=["name", "label", "n", "error", "one", "one_low", "one_high", "two",
                                                "two_low", "two_high"])
    return table


def severity(examined: Examined) -> RaterSeverity:
    """Raters' severities in points of the thoroughness score, cases held constant; `DataError` where none can be."""
    ratings = examined.ratings
    return rater_severity(ratings["thoroughness"], ratings["case_id"], ratings["rater"],
                          level=examined.section["level"])


def raters_table(examined: Examined) -> pd.DataFrame:
    """One row a rater: all ratings, those of cases rated twice, severity with interval (NaN where not estimable)."""
    ratings = examined.ratings
    shared = ratings["case_id"].map(ratings["case_id"].value_counts()) >= 2
    table = pd.DataFrame({"ratings": ratings["rater"].value_counts(),
                          "shared": ratings.loc[shared, "rater"].value_counts()}).fillna(0).astype(int)
    try:
        found = severity(examined)
        rows = {name: (one.estimate, one.low, one.high) for name, one in zip(found.raters, found.severities,
                                                                             strict=True)}
    except DataError:
        rows = {}
    columns = ["severity", "low", "high"]
    severities = pd.DataFrame.from_dict(rows, orient="index", columns=columns).reindex(table.index).astype(float)
    table = table.join(severities).rename_axis("rater").reset_index()
    order = table["rater"].str.extract(r"(\d+)")[0].astype(int)
    return table.loc[order.sort_values().index].reset_index(drop=True)
