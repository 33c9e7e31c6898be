"""Agreement of the two raters, domain by domain and on thoroughness, and how severe raters are."""

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
from analysis.strands.assessments.cases import Examined, pairs


@dataclass(frozen=True)
class DomainAgreement:
    """Agreement on one domain: shares in per cent, quadratic-weighted kappa, ordinal alpha, quadratic AC2."""

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
        product = max(self.thoroughness.of("1,1").estimate, 0) * max(self.detail.of("1,1").estimate, 0)
        return float(np.sqrt(product))


def domain_agreement(examined: Examined, rng: np.random.Generator) -> tuple[DomainAgreement, ...]:
    """Agreement on every domain, on cases rated twice; `DataError` when no case was."""
    wide, section = pairs(examined), examined.section
    if wide.empty:
        raise DataError("no case was rated twice", file="assessment_ratings.csv", column="rating",
                        expected="second ratings of some cases")
    found = []
    for domain in examined.scale.all_domains:
        both = wide[domain.name][["first", "second"]].to_numpy(dtype=float)
        found.append(DomainAgreement(
            domain.name, domain.label, 100 * percent_agreement(both), 100 * percent_agreement(both, within=1),
            weighted_kappa(both[:, 0], both[:, 1], domain.points, weights="quadratic", level=section["level"]),
            krippendorff_alpha(both, metric="ordinal", rng=rng, draws=section["bootstrap"], level=section["level"]),
            gwet_ac(both, domain.points, weights="quadratic", level=section["level"])))
    return tuple(found)


def score_agreement(examined: Examined, rng: np.random.Generator) -> ScoreAgreement:
    """Interval alpha and intraclass correlations of the thoroughness score, and of detail of use.

    The two ratings of a case come from any two of the raters, so that ICC(1,.) is the fitting form.
    """
    wide, level = pairs(examined), examined.section["level"]
    score, detail = (wide[name][["first", "second"]].to_numpy(dtype=float)
                     for name in ("thoroughness", examined.scale.detail.name))
    alpha = krippendorff_alpha(score, metric="interval", rng=rng, draws=examined.section["bootstrap"], level=level)
    return ScoreAgreement(alpha, rater_intraclass(score, level=level), rater_intraclass(detail, level=level))


def severity_spread(examined: Examined) -> float:
    """Standard deviation between raters' severities, in points of the thoroughness score, cases held constant.

    Least squares of the double-rated scores on cases and raters. The spread that raters' errors alone would make is
    not taken out, so that the figure is on the high side.
    """
    twice = examined.ratings[examined.ratings["case_id"].isin(pairs(examined).index)].dropna(subset=["thoroughness"])
    centred = twice["thoroughness"] - twice.groupby("case_id")["thoroughness"].transform("mean")
    raters = pd.get_dummies(twice["rater"]).astype(float)
    raters = raters - raters.groupby(twice["case_id"]).transform("mean")
    severity = np.linalg.lstsq(raters.to_numpy(), centred.to_numpy(), rcond=None)[0]
    return float(np.std(severity, ddof=1))
