"""Whether assessments with more detailed use of Signs of Safety are more thorough: rank correlation within pilots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.ordinal import RankCorrelation, detectable_correlation, spearman
from analysis.strands.assessments.cases import Examined, pairs


@dataclass(frozen=True)
class Association:
    """Rank correlation of detail of use with thoroughness: within pilots (the headline), over all, and checks.

    `both_raters`: means of two raters where there are two. `crossed`: cases rated twice, detail by one rater against
    thoroughness by the other, so that one rater's leaning to high or low marks cannot make an association.
    `analysis`: the analysis of risk and need in place of thoroughness. `without`: within pilots, leaving each out.
    `detectable`: the correlation found with the design's power.
    """

    within: RankCorrelation
    overall: RankCorrelation
    both_raters: RankCorrelation
    crossed: RankCorrelation
    analysis: RankCorrelation
    without: dict[str, RankCorrelation]
    detectable: float


def association(examined: Examined, rng: np.random.Generator) -> Association:
    """All estimates; permutation shuffles cases within pilots. `DataError` with too few cases."""
    cases, section = examined.cases, examined.section
    detail, site = examined.scale.detail.name, cases["site"]
    options = {"rng": rng, "permutations": section["permutations"], "level": section["level"]}
    within = spearman(cases[detail], cases["thoroughness"], strata=site, **options)
    means = averaged(examined)
    without = {}
    for left_out in sorted(site.unique()):
        rest = cases[site != left_out]
        without[left_out] = spearman(rest[detail], rest["thoroughness"], strata=rest["site"], **options)
    return Association(
        within, spearman(cases[detail], cases["thoroughness"], **options),
        spearman(means[detail], means["thoroughness"], strata=means["site"], **options),
        crossed(examined, options), spearman(cases[detail], cases["analysis"], strata=site, **options), without,
        detectable_correlation(within.n, strata=within.n_strata, level=section["level"], power=section["power"]))


def averaged(examined: Examined) -> pd.DataFrame:
    """Cases with the mean of both raters where there are two, else the one rating."""
    names = [*(domain.name for domain in examined.scale.all_domains), "thoroughness"]
    return examined.ratings.groupby("case_id")[names].mean().join(examined.cases.set_index("case_id")["site"])


def crossed(examined: Examined, options) -> RankCorrelation:
    """Detail by the first rater against thoroughness by the second, within pilots, cases rated twice."""
    wide = pairs(examined)
    site = examined.cases.set_index("case_id")["site"].loc[wide.index]
    return spearman(wide[(examined.scale.detail.name, "first")].astype(float),
                    wide[("thoroughness", "second")].astype(float), strata=site, **options)


def verdict(examined: Examined, found: RankCorrelation) -> str:
    """What may be said of the association within pilots: evidence of one, of none that matters, or no evidence."""
    section = examined.section
    if found.p < 1 - section["level"]:
        return f"evidence of a {'positive' if found.estimate > 0 else 'negative'} association"
    # Two one-sided tests (Schuirmann, 1987): the interval at 1 - 2 (1 - level) inside the smallest of interest.
    cases = examined.cases
    narrow = spearman(cases[examined.scale.detail.name], cases["thoroughness"], strata=cases["site"],
                      level=2 * section["level"] - 1)
    if -section["smallest_correlation"] < narrow.low and narrow.high < section["smallest_correlation"]:
        return "evidence of no association that matters"
    return "no evidence of an association"
