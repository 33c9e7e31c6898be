"""The examined pilots one by one: levels of thoroughness and analysis, and the association in each.

Five pilots are described, not sampled: nothing here takes them for a sample but `as_units`, which says what five
numbers would allow if one did.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError
from analysis.methods.interval import Interval, t_interval
from analysis.methods.ordinal import spearman
from analysis.strands.assessments.cases import Examined

MEASURES = ("thoroughness", "analysis")


def by_pilot(examined: Examined) -> pd.DataFrame:
    """Mean thoroughness, analysis of risk and need, and detail of use of each pilot with t intervals, and n."""
    section, rows = examined.section, []
    for site, group in examined.cases.groupby("site"):
        row = {"site": site, "n": len(group)}
        for name in (*MEASURES, examined.scale.detail.name):
            mean, low, high = mean_or_nothing(group[name], section["level"])
            row |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)


def mean_interval(values, level: float) -> Interval:
    """Mean with Student's t interval; `DataError` with fewer than two values or none that differ."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        raise DataError("too few cases for a mean with its interval", value=len(values), expected="two or more")
    return t_interval(values.mean(), values.std(ddof=1) / np.sqrt(len(values)), len(values) - 1, level=level,
                      method="mean")


def mean_or_nothing(values, level: float) -> tuple[float, float, float]:
    """Mean and interval of the values known; no interval (NaN) for one value or values all alike, no mean for none."""
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if len(known) < 2 or np.ptp(known) == 0:
        return (float(known.mean()) if len(known) else np.nan), np.nan, np.nan
    found = mean_interval(known, level)
    return found.estimate, found.low, found.high


def pilots_differ(examined: Examined, name: str, rng: np.random.Generator) -> tuple[float, float]:
    """Share of the variance of a measure that lies between pilots (eta squared), and its permutation p."""
    cases = examined.cases.dropna(subset=[name])
    values, codes = cases[name].to_numpy(), cases["site"].astype("category").cat.codes.to_numpy()
    shuffled = np.vstack([values, rng.permuted(np.tile(values, (examined.section["permutations"], 1)), axis=1)])
    sizes = np.bincount(codes)
    means = np.stack([shuffled[:, codes == k].mean(axis=1) for k in range(len(sizes))], axis=1)
    total = ((values - values.mean()) ** 2).sum()
    if total <= 0:
        raise DataError("all cases have one rating, so that pilots cannot be compared", column=name,
                        file="assessment_ratings.csv", value=float(values[0]), expected="ratings that vary")
    share = (sizes * (means - values.mean()) ** 2).sum(axis=1) / total
    return float(share[0]), float((share >= share[0] - 1e-12).mean())


def correlations(examined: Examined) -> pd.DataFrame:
    """Spearman's correlation of detail with thoroughness in each pilot: site, n, estimate, low, high.

    NaN in a pilot with fewer than five cases or where one of the two does not vary.
    """
    detail, rows = examined.scale.detail.name, []
    for site, group in examined.cases.groupby("site"):
        known = group.dropna(subset=[detail, "thoroughness"])
        row = {"site": site, "n": len(known), "estimate": np.nan, "low": np.nan, "high": np.nan}
        if len(known) >= 5 and known[detail].nunique() > 1 and known["thoroughness"].nunique() > 1:
            found = spearman(known[detail], known["thoroughness"], level=examined.section["level"])
            row |= {"estimate": found.estimate, "low": found.low, "high": found.high}
        rows.append(row)
    return pd.DataFrame(rows)


def alike(table: pd.DataFrame) -> tuple[float, float, int]:
    """Cochran's (1954) Q of the pilots' correlations on Fisher's scale, its p, and how many pilots are in it.

    Weights are inverse variances, (n - 3) / (1 + r^2 / 2) (Bonett and Wright, 2000). NaN with fewer than two pilots.
    """
    known = table.dropna(subset=["estimate"])
    if len(known) < 2:
        return float("nan"), float("nan"), len(known)
    z = _fisher(known["estimate"])
    weights = (known["n"].to_numpy(float) - 3) / (1 + known["estimate"].to_numpy(float) ** 2 / 2)
    q = float((weights * (z - weights @ z / weights.sum()) ** 2).sum())
    return q, float(stats.chi2.sf(q, len(known) - 1)), len(known)


def as_units(table: pd.DataFrame, level: float) -> tuple[float, float, float]:
    """Mean of the pilots' correlations, every pilot alike, with a t interval over pilots on Fisher's scale.

    With five pilots it has four degrees of freedom. NaN with fewer than three pilots or none that differ.
    """
    z = _fisher(table["estimate"].dropna())
    if len(z) < 3 or np.ptp(z) == 0:
        return (float("nan"),) * 3
    found = mean_interval(z, level)
    return tuple(float(np.tanh(x)) for x in (found.estimate, found.low, found.high))


def _fisher(correlations):
    return np.arctanh(np.clip(np.asarray(correlations, dtype=float), -0.999, 0.999))
