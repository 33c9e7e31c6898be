"""Tables of the trends of all outcomes, one row an outcome, bound, placebo, estimator or comparison.

`outcome` holds names for readers (`tables.NAMES`), `unit` the unit of the outcome's effect (`tables.unit_of`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.methods.multiple_outcomes import holm
from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.placebo import Placebo, outside
from analysis.strands.difference_in_differences.rules import ALPHA, Rules
from analysis.strands.difference_in_differences.trends import OutcomeTrends

Trends = Mapping[str, OutcomeTrends]

PARALLEL, BOUNDED = "Parallel trends", "Bounded difference"
KINDS = {"date": "Placebo dates", "outcome": "Placebo outcomes"}
ALL_PLACEBOS = "All placebos"


def event_study_table(trends: Trends) -> pd.DataFrame:
    """The event studies of all outcomes, one row an outcome and event year, with the outcome's name and unit."""
    return pd.concat([found.event_study.table.assign(**_of(name)) for name, found in trends.items()], ignore_index=True)


def leads_table(trends: Trends) -> pd.DataFrame:
    """outcome, years (earlier than the reference), outside (those of them whose own interval excludes nought),
    statistic, df_between, df_within, p; missing where there is no earlier year."""
    rows = []
    for name, found in trends.items():
        before = found.event_study.table.query("event_year < -1")
        test = found.event_study.leads
        rows.append({**_of(name), "years": len(before), "outside": int(_excludes(before).sum()),
                     "statistic": test.statistic if test else np.nan, "df_between": test.df[0] if test else np.nan,
                     "df_within": test.df[1] if test else np.nan, "p": test.p if test else np.nan})
    return pd.DataFrame(rows)


def event_time_table(trends: Trends) -> pd.DataFrame:
    """Two rows an outcome, event years as published and corrected: outcome, unit, reading, n_pilots and n_comparators
    of the reference year, earlier years, p of their joint test, and the mean of the years after with its interval;
    `problem` says why a reading has none."""
    rows = []
    for name, found in trends.items():
        for reading, study in (("Published", found.published_years), ("Corrected", found.event_study)):
            row = {**_of(name), "reading": reading, "problem": found.published_problem if study is None else "none"}
            if study is None:
                rows.append({**row, **dict.fromkeys(("n_pilots", "n_comparators", "years", "p", "mean", "low", "high"),
                                                    np.nan)})
                continue
            reference = study.table.query("event_year == -1").iloc[0]
            rows.append({**row, "n_pilots": reference["n_pilots"], "n_comparators": reference["n_comparators"],
                         "years": len(study.table.query("event_year < -1")),
                         "p": study.leads.p if study.leads else np.nan, "mean": study.mean_after.estimate,
                         "low": study.mean_after.low, "high": study.mean_after.high})
    frame = pd.DataFrame(rows)
    for name in ("n_pilots", "n_comparators", "years", "p", "mean", "low", "high"):
        frame[f"{name}__symbol"] = frame[name].isna().map({True: "z", False: ""})
    return frame


def relative_magnitude_table(trends: Trends) -> pd.DataFrame:
    """outcome, unit, kind, bound (M-bar, nought under parallel trends), low, high: the original interval first."""
    rows = []
    for name, found in trends.items():
        original = found.bounds.original
        rows.append({**_of(name), "kind": PARALLEL, "bound": 0.0, "low": original.low, "high": original.high})
        # M-bar = 0 is the original interval again.
        rows += [{**_of(name), "kind": BOUNDED, "bound": item.bound, "low": item.low, "high": item.high}
                 for item in found.bounds.relative_magnitude if item.bound > 0]
    return pd.DataFrame(rows)


def smoothness_table(trends: Trends, rules: Rules) -> pd.DataFrame:
    """outcome, unit, kind, bound (M, in the unit a year; missing under parallel trends), share of the smallest effect
    of interest, low, high: the original interval first. M = 0 allows any linear difference and is not the original."""
    rows = []
    for name, found in trends.items():
        original = found.bounds.original
        rows.append({**_of(name), "kind": PARALLEL, "bound": np.nan, "share": np.nan, "low": original.low,
                     "high": original.high})
        rows += [{**_of(name), "kind": BOUNDED, "bound": item.bound, "share": item.bound / smallest(name, rules),
                  "low": item.low, "high": item.high} for item in found.bounds.smoothness]
    return pd.DataFrame(rows)


def breakdown_table(trends: Trends, rules: Rules) -> pd.DataFrame:
    """outcome, unit, estimate, low and high of the mean of the years after; breakdown values: magnitude (M-bar),
    smoothness (M, in the unit a year), smoothness_share (of the smallest effect of interest, `smallest`), no_effect
    (M-bar); inf where there is none up to the largest bound looked at."""
    rows = []
    for name, found in trends.items():
        bounds, effect = found.bounds, smallest(name, rules)
        rows.append({**_of(name), "estimate": bounds.original.estimate, "low": bounds.original.low,
                     "high": bounds.original.high, "magnitude": bounds.relative_magnitude_breakdown.value,
                     "smoothness": bounds.smoothness_breakdown.value,
                     "smoothness_share": bounds.smoothness_breakdown.value / effect,
                     "no_effect": found.no_effect_breakdown.value, "smallest": effect})
    return pd.DataFrame(rows)


def smallest(outcome: str, rules: Rules) -> float:
    """The smallest effect of interest of an outcome: its equivalence bound."""
    return float(rules.estimation["equivalence"][outcome])


def placebo_table(trends: Trends) -> pd.DataFrame:
    """kind, outcome, name, unit, estimate, low, high, p, n, problem; missing with the reason in `problem`. Placebo
    outcomes are shares, so that their effects are in percentage points whatever the outcome's unit."""
    rows = []
    for found in trends.values():
        for item in found.placebos:
            unit = tables.unit_of(item.outcome) if item.kind == "date" else tables.PERCENT
            interval = item.interval
            rows.append({"kind": KINDS[item.kind], "outcome": tables.NAMES[item.outcome], "name": item.name,
                         "unit": unit, **{name: getattr(interval, name) if interval else np.nan
                                          for name in ("estimate", "low", "high", "p")},
                         "n": item.n, "problem": item.problem})
    order = list(KINDS.values())
    return pd.DataFrame(rows).sort_values("kind", key=lambda kinds: kinds.map(order.index), kind="stable",
                                          ignore_index=True)


def placebo_counts(trends: Trends) -> pd.DataFrame:
    """By kind and over all: estimates (those made), missing (those not), outside (intervals that exclude nought),
    expected (by chance, if all effects were nought), smallest_p and, corrected for their number by Holm, holm_p."""
    every = [item for found in trends.values() for item in found.placebos]
    groups = {title: [item for item in every if item.kind == kind] for kind, title in KINDS.items()}
    return pd.DataFrame([_counted(title, items) for title, items in {**groups, ALL_PLACEBOS: every}.items()])


def _counted(title: str, items: list[Placebo]) -> dict:
    p = np.array([item.interval.p for item in items if item.interval is not None])
    return {"kind": title, "estimates": len(p), "missing": len(items) - len(p), "outside": outside(items),
            "expected": ALPHA * len(p), "smallest_p": p.min() if len(p) else np.nan,
            "holm_p": holm(p).min() if len(p) else np.nan}


def _of(outcome: str) -> dict:
    return {"outcome": tables.NAMES[outcome], "unit": tables.unit_of(outcome)}


def _excludes(frame: pd.DataFrame) -> pd.Series:
    """Whether intervals exclude nought."""
    return (frame["low"] > 0) | (frame["high"] < 0)
