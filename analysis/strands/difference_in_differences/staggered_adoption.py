"""Effects of one outcome by estimators of staggered adoption, on the panel of authorities and quarters.

Tests give each group's dates to one of its authorities (as the headline's permutation). The mean is over all quarters
of pilots after the embedding, each counting the same (or by its units, where the panel is weighted).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.methods.bacon import bacon_decomposition
from analysis.methods.permutation import matched_assignments
from analysis.methods.staggered import callaway_santanna, imputation, imputation_leads, sun_abraham
from analysis.methods.staggered_analytical import AnalyticalError, analytical_errors
from analysis.methods.staggered_inference import Statistic, jackknife, leave_one_out, permutation_of_dates
from analysis.methods.staggered_panel import Adoption, StaggeredPanel, reassigned
from analysis.methods.synthetic_did import SyntheticDiD, fixed_weight_jackknife, synthetic_did
from analysis.methods.two_way import two_way_effect
from analysis.strands.difference_in_differences.authority_quarters import AuthorityPanel

LEADS = 8       # periods before the embedding with a lead of their own, in imputation


def _mean_of(estimator) -> Statistic:
    return lambda panel, adoption: estimator(panel, adoption).mean()


ESTIMATORS: Mapping[str, Statistic] = MappingProxyType({
    "callaway_santanna": _mean_of(callaway_santanna), "sun_abraham": _mean_of(sun_abraham),
    "imputation": _mean_of(imputation), "synthetic_did": lambda panel, dates: synthetic_did(panel, dates).effect,
    "two_way": two_way_effect})


@dataclass(frozen=True)
class StaggeredEffects:
    """One outcome, in the units of its panel.

    `estimates`: estimator, estimate, se, low and high (jackknife over authorities, missing with one pilot alone),
    analytical_se (missing where analytical_method says why), analytical_method, p (permutation), n_assignments, exact.
    `event_times`: estimator, event_time, estimate, n_pilots; -1 is the last period before the first treated one (the
    base, nought and not listed, of `callaway_santanna` and `sun_abraham`), 0 the first after the embedding; leads of
    `imputation` are relative to all earlier periods. `without`: estimator, la of the pilot left out, estimate.
    `bacon`: the decomposition's table with periods as dates, `bacon_types` its sums, `bacon_two_way` its coefficient:
    pilots count as treated from their first treated period, embedding included.
    `unit_weights`: la of the pilot, control, weight; `time_weights`: la, period, begins, weight, of the synthetic
    difference-in-differences; a cohort of several pilots has them once each.
    """

    panel: AuthorityPanel
    estimates: pd.DataFrame
    event_times: pd.DataFrame
    without: pd.DataFrame
    bacon: pd.DataFrame
    bacon_types: pd.DataFrame
    bacon_two_way: float
    unit_weights: pd.DataFrame
    time_weights: pd.DataFrame


def staggered_effects(built: AuthorityPanel, rng: np.random.Generator, *, permutations: int = 499,
                      level: float = 0.95) -> StaggeredEffects:
    """Every estimator with its uncertainty. `permutations`: all admissible assignments up to so many, else so many
    random ones beside the observed. Raises as the estimators do."""
    panel, adoption = built.panel, built.adoption
    synthetic = synthetic_did(panel, adoption)
    equal = StaggeredPanel(panel.units, panel.periods, panel.y, np.ones_like(panel.weights))
    bacon = bacon_decomposition(equal, adoption)
    unit_weights, time_weights = _synthetic_weights(built, synthetic)
    return StaggeredEffects(
        built, _estimates(built, synthetic, rng, permutations, level), _event_times(panel, adoption, synthetic),
        _without_each(panel, adoption), _dated_bacon(built, bacon.table), bacon.by_type(), bacon.two_way, unit_weights,
        time_weights)


def _estimates(built: AuthorityPanel, synthetic: SyntheticDiD, rng: np.random.Generator, permutations: int,
               level: float) -> pd.DataFrame:
    panel, adoption = built.panel, built.adoption
    assignments = matched_assignments(built.groups, rng, limit=permutations, sample=permutations)
    pairs = list(zip(built.dates["first_treated"], built.dates["fully_treated"], strict=True))
    adoptions = reassigned(panel, pairs, assignments.treated)
    errors = analytical_errors(panel, adoption)
    several = len(pairs) > 1
    errors["synthetic_did"] = (AnalyticalError(fixed_weight_jackknife(panel, synthetic, level).se,
                                               "jackknife with fixed weights") if several
                               else AnalyticalError(None, "none: one pilot"))
    rows = []
    for name, statistic in ESTIMATORS.items():
        test = permutation_of_dates(statistic, panel, adoptions, exact=assignments.exact)
        around = jackknife(statistic, panel, adoption, level) if several else None
        error = errors[name]
        rows.append({"estimator": name, "estimate": test.observed, "se": around.se if around else np.nan,
                     "low": around.low if around else np.nan, "high": around.high if around else np.nan,
                     "analytical_se": np.nan if error.se is None else error.se, "analytical_method": error.method,
                     "p": test.p, "n_assignments": test.n_assignments, "exact": test.exact})
    return pd.DataFrame(rows)


def _event_times(panel: StaggeredPanel, adoption: Adoption, synthetic: SyntheticDiD) -> pd.DataFrame:
    leads = min(LEADS, int((adoption.first_treated[~adoption.never]).max() - panel.periods[0]) - 1)
    found = (("callaway_santanna", callaway_santanna(panel, adoption).event_times()),
             ("sun_abraham", sun_abraham(panel, adoption).event_times()),
             ("imputation", imputation_leads(panel, adoption, leads)),
             ("imputation", imputation(panel, adoption).event_times()),
             ("synthetic_did", synthetic.effects.event_times()))
    return pd.concat([pd.DataFrame({"estimator": name, "event_time": times.time, "estimate": times.effect,
                                    "n_pilots": times.n_units}) for name, times in found], ignore_index=True)


def _without_each(panel: StaggeredPanel, adoption: Adoption) -> pd.DataFrame:
    if (~adoption.never).sum() < 2:
        return pd.DataFrame(columns=["estimator", "la", "estimate"])
    return pd.DataFrame([{"estimator": name, "la": la, "estimate": estimate} for name, statistic in ESTIMATORS.items()
                         for la, estimate in leave_one_out(statistic, panel, adoption).items()])


def _dated_bacon(built: AuthorityPanel, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the first days of periods instead of their numbers."""
    dates = {column: [pd.NaT if pd.isna(period) else built.begins(period) for period in table[column]]
             for column in ("treated", "control")}
    return table.assign(**{column: pd.to_datetime(values) for column, values in dates.items()})


def _synthetic_weights(built: AuthorityPanel, synthetic: SyntheticDiD) -> tuple[pd.DataFrame, pd.DataFrame]:
    runs = [(la, run) for run in synthetic.runs for la in run.treated]
    units = pd.concat([pd.DataFrame({"la": la, "control": run.controls, "weight": run.unit_weights})
                       for la, run in runs], ignore_index=True)
    times = pd.concat([pd.DataFrame({"la": la, "period": run.before, "begins": [built.begins(p) for p in run.before],
                                     "weight": run.time_weights}) for la, run in runs], ignore_index=True)
    return units, times
