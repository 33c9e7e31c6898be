"""What two and two departments can support: departments as units, their splits, false positives."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from scipy import stats

from analysis.methods.interval import Interval, t_interval
from analysis.sources.schemas.contrast_study import scale_names
from analysis.strands.contrast_study.comparison import test_level
from analysis.strands.contrast_study.scores import team_scores
from analysis.strands.contrast_study.study import OTHER, SOFS, Frames


def over_departments(scores: pd.DataFrame, name: str, level: float = 0.95) -> Interval:
    """The comparison with departments as units: pooled t test of department means, 2 degrees of freedom for 2 and 2."""
    means = scores.groupby(["department", "arm"])[name].mean().reset_index()
    sofs, other = (means.loc[means["arm"] == arm, name].to_numpy() for arm in (SOFS, OTHER))
    df = len(means) - 2
    pooled = (((sofs - sofs.mean()) ** 2).sum() + ((other - other.mean()) ** 2).sum()) / df
    se = np.sqrt(pooled * (1 / len(sofs) + 1 / len(other)))
    return t_interval(sofs.mean() - other.mean(), se, df, level=level, method="pooled t over departments")


def smallest_department_p(section: Mapping) -> float:
    """The smallest two-sided p a permutation of departments can give: 2 / C(departments, SofS departments)."""
    arms = [department["arm"] for department in section["departments"]]
    equal_arms = 2 if arms.count(SOFS) * 2 == len(arms) else 1
    return equal_arms / comb(len(arms), arms.count(SOFS))


def splits(scores: pd.DataFrame, compared) -> pd.DataFrame:
    """Every way to split the departments into as many as there are of either kind, outcome by outcome.

    With two and two there are three: the real one and two that mix the kinds. One row an outcome: absolute difference
    of the means of team scores under the real split (`real`), the largest under another (`largest_other`), how many
    splits are as far apart as the real one (itself among them, `as_far`) and how many there are (`splits`). If the
    framework made no difference the real one would be the largest in one of `splits` outcomes. NaN without scores.
    """
    arms = scores.drop_duplicates("department").set_index("department")["arm"]
    chosen = frozenset(arms.index[arms == SOFS])
    sets = [frozenset(c) for c in combinations(arms.index, len(chosen))]
    if 2 * len(chosen) == len(arms):                # a set and its complement are one split
        sets = [c for c in sets if arms.index[0] in c]
        chosen = chosen if arms.index[0] in chosen else frozenset(arms.index) - chosen
    rows = []
    for outcome in compared:
        gaps = {c: _gap(scores, outcome.name, c) for c in sets}
        others = [gap for c, gap in gaps.items() if c != chosen]
        known = np.isfinite(list(gaps.values())).all()
        rows.append({"outcome": outcome.name, "label": outcome.label, "family": outcome.family, "real": gaps[chosen],
                     "largest_other": max(others) if known else np.nan, "splits": len(sets),
                     "as_far": sum(gap >= gaps[chosen] - 1e-12 for gap in gaps.values()) if known else np.nan})
    return pd.DataFrame(rows)


def _gap(scores, name, chosen):
    inside = scores["department"].isin(chosen)
    return float(abs(scores.loc[inside, name].mean() - scores.loc[~inside, name].mean()))


def false_positives(frames: Frames, section: Mapping, rng: np.random.Generator) -> pd.DataFrame:
    """How often the comparison of teams would find a difference that is not there, were departments to differ.

    Simulated on this design: as many teams as here, team scores with the spread they have within departments (median
    over scales), departments with each true standard deviation in `department_spread`. Shares in per cent, with their
    Monte Carlo standard error.
    """
    scores, runs = team_scores(frames, section), section["spread_runs"]
    within = np.median([np.sqrt(scores.groupby("department")[name].var(ddof=1).mean()) for name in scale_names()])
    arm = (scores["arm"] == SOFS).to_numpy()
    department = pd.factorize(scores["department"])[0]
    rows = []
    for spread in section["department_spread"]:
        drawn = (rng.normal(0, spread, (runs, department.max() + 1))[:, department]
                 + rng.normal(0, within, (runs, len(scores))))
        p = stats.ttest_ind(drawn[:, arm], drawn[:, ~arm], axis=1, equal_var=False).pvalue
        rate = float((p < test_level(section)).mean())
        rows.append({"spread": float(spread), "false_positive": 100 * rate, "within": float(within), "runs": runs,
                     "mc_error": 100 * np.sqrt(rate * (1 - rate) / runs)})
    return pd.DataFrame(rows)
