"""Whether assessments with more detailed use of Signs of Safety are more thorough."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval
from analysis.methods.ordinal import RankCorrelation, detectable_correlation, proportional_odds, spearman
from analysis.strands.assessments.cases import Examined, pairs


@dataclass(frozen=True)
class Association:
    """Rank correlation of detail of use with thoroughness: within pilots (the headline), over all, and checks.

    `both_raters`: means of two raters where there are two. `crossed`: cases rated twice, detail by one rater against
    thoroughness by the other, so that one rater's leaning to high or low marks cannot make an association.
    `odds`: log odds ratio of a higher analysis rating per point of detail, pilots held constant. `without`: within
    pilots, leaving each out. `detectable`: the correlation found with the design's power.
    """

    within: RankCorrelation
    overall: RankCorrelation
    both_raters: RankCorrelation
    crossed: RankCorrelation
    analysis: RankCorrelation
    odds: Interval
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
        crossed(examined, options), spearman(cases[detail], cases["analysis"], strata=site, **options),
        analysis_odds(examined), without,
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


def analysis_odds(examined: Examined) -> Interval:
    """Proportional odds of the analysis rating on detail of use, with pilot effects."""
    detail = examined.scale.detail.name
    known = examined.cases.dropna(subset=[detail, "analysis"])
    sites = sorted(known["site"].unique())[1:]
    x = np.column_stack([known[detail], *((known["site"] == site).astype(float) for site in sites)])
    return proportional_odds(known["analysis"].to_numpy(), x).interval(0, level=examined.section["level"])


def binned(examined: Examined, least: int) -> pd.DataFrame:
    """Cases in groups by detail of use: mean detail, mean thoroughness with t interval, n.

    Groups keep cases of one rating together and have `least` cases or more each; single cases are never shown.
    """
    section, detail = examined.section, examined.scale.detail.name
    cases = examined.cases.dropna(subset=[detail, "thoroughness"])
    groups = bin_ratings(cases[detail].to_numpy(), section["bins"], least)
    rows = []
    for place in range(groups.max() + 1):
        group = cases[groups == place]
        low, high = int(group[detail].min()), int(group[detail].max())
        mean = mean_interval(group["thoroughness"], section["level"])
        rows.append({"detail": f"{low}" if low == high else f"{low} to {high}", "mean_detail": group[detail].mean(),
                     "n": len(group), "thoroughness": mean.estimate, "low": mean.low, "high": mean.high})
    return pd.DataFrame(rows)


def bin_ratings(ratings: np.ndarray, bins: int, least: int) -> np.ndarray:
    """Group 0, 1, ... of each rating: at most `bins` groups of `least` or more, as even as can be, ties together.

    Fewer groups when the ratings allow no more; one group when even two cannot be.
    """
    values, counts = np.unique(ratings, return_counts=True)
    for wanted in range(min(bins, len(values)), 1, -1):
        best = None
        for cuts in combinations(range(1, len(values)), wanted - 1):
            sizes = [part.sum() for part in np.split(counts, cuts)]
            if min(sizes) >= least and (best is None or np.var(sizes) < best[0]):
                best = (np.var(sizes), cuts)
        if best:
            return np.searchsorted(values[list(best[1])], ratings, side="right")
    return np.zeros(len(ratings), dtype=int)


def by_pilot(examined: Examined) -> pd.DataFrame:
    """Mean thoroughness and detail of use of each pilot with t intervals, and n."""
    section, rows = examined.section, []
    for site, group in examined.cases.groupby("site"):
        row = {"site": site, "n": len(group)}
        for name in ("thoroughness", examined.scale.detail.name):
            mean = mean_interval(group[name].dropna(), section["level"])
            row |= {name: mean.estimate, f"{name}_low": mean.low, f"{name}_high": mean.high}
        rows.append(row)
    return pd.DataFrame(rows)


def mean_interval(values, level: float) -> Interval:
    """Mean with Student's t interval; `DataError` with fewer than two values or none that differ."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        raise DataError("too few cases for a mean with its interval", value=len(values), expected="two or more")
    return t_interval(values.mean(), values.std(ddof=1) / np.sqrt(len(values)), len(values) - 1, level=level,
                      method="mean")


def pilots_differ(examined: Examined, rng: np.random.Generator) -> tuple[float, float]:
    """Share of the variance of thoroughness that lies between pilots (eta squared), and its permutation p."""
    cases = examined.cases.dropna(subset=["thoroughness"])
    values, codes = cases["thoroughness"].to_numpy(), cases["site"].astype("category").cat.codes.to_numpy()
    shuffled = np.vstack([values, rng.permuted(np.tile(values, (examined.section["permutations"], 1)), axis=1)])
    sizes = np.bincount(codes)
    means = np.stack([shuffled[:, codes == k].mean(axis=1) for k in range(len(sizes))], axis=1)
    share = (sizes * (means - values.mean()) ** 2).sum(axis=1) / ((values - values.mean()) ** 2).sum()
    return float(share[0]), float((share >= share[0] - 1e-12).mean())


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


def cases_needed(examined: Examined) -> int:
    """Fewest cases in the same pilots that show the smallest correlation of interest with the design's power."""
    section, strata = examined.section, examined.cases["site"].nunique()
    n = strata + 3
    while detectable_correlation(n, strata=strata, level=section["level"],
                                 power=section["power"]) > section["smallest_correlation"]:
        n += 1
    return n
