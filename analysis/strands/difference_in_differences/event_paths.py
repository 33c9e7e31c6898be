"""Effects by period from the embedding with jackknife intervals, by estimators of staggered adoption."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.cohort_effects import EventTimes
from analysis.methods.event_time_jackknife import Path, jackknife_of_event_times
from analysis.methods.staggered import callaway_santanna, imputation, imputation_leads
from analysis.methods.staggered_panel import Adoption, StaggeredPanel
from analysis.methods.synthetic_did import synthetic_did
from analysis.strands.difference_in_differences.staggered_adoption import LEADS, StaggeredEffects

COLUMNS = ["estimator", "event_time", "estimate", "low", "high", "n_pilots"]


def event_paths(effects: StaggeredEffects, level: float = 0.95) -> pd.DataFrame:
    """estimator, event_time, estimate, low, high and n_pilots, from `LEADS` periods before the embedding on.

    Event times are those of `StaggeredEffects`. Those that rest on one pilot are left out, and so is the base of
    `callaway_santanna`, which is nought by construction; `sun_abraham` is the same path. Raises `DataError` as the
    jackknife does.
    """
    panel, adoption = effects.panel.panel, effects.panel.adoption
    leads = _leads(panel, adoption)
    return pd.concat([_with_intervals(name, path, panel, adoption, level) for name, path in _paths(leads).items()],
                     ignore_index=True)


def _leads(panel: StaggeredPanel, adoption: Adoption) -> int:
    """Leads of imputation, no more than are identified without the pilot that begins last as well."""
    first = np.sort(adoption.first_treated[~adoption.never])
    return max(1, min(LEADS, int(first[:-1].max(initial=first[0]) - panel.periods[0]) - 1))


def _paths(leads: int) -> dict[str, Path]:
    return {"callaway_santanna": lambda panel, dates: callaway_santanna(panel, dates).event_times(),
            "imputation": lambda panel, dates: _joined(imputation_leads(panel, dates, leads),
                                                       imputation(panel, dates).event_times()),
            "synthetic_did": lambda panel, dates: synthetic_did(panel, dates).effects.event_times()}


def _joined(before: EventTimes, after: EventTimes) -> EventTimes:
    return EventTimes(*(np.concatenate([getattr(before, name), getattr(after, name)])
                        for name in ("time", "effect", "n_units")))


def _with_intervals(name: str, path: Path, panel: StaggeredPanel, adoption: Adoption, level: float) -> pd.DataFrame:
    found = jackknife_of_event_times(path, panel, adoption, level)
    rows = pd.DataFrame({"estimator": name, "event_time": found.time, "estimate": found.effect, "low": found.low,
                         "high": found.high, "n_pilots": found.n_units})[COLUMNS]
    return rows[rows["event_time"] >= -LEADS].reset_index(drop=True)
