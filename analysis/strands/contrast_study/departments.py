"""What two and two departments can support: departments as units, their splits, false positives."""

from __future__ import annotations

from collections.abc import Mapping
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
