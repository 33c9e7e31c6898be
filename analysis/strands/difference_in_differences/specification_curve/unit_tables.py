"""Units of one reading with the columns of every model, made once for all embeddings, comparators and matchings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.strands.difference_in_differences.calendar import financial_year
from analysis.strands.difference_in_differences.cleaning import Children
from analysis.strands.difference_in_differences.covariates import (
    at_years,
    authority_columns,
    child_covariates,
    scaled_la_years,
)
from analysis.strands.difference_in_differences.imputing import completed_frames, too_incomplete
from analysis.strands.difference_in_differences.outcomes import UNITS
from analysis.strands.difference_in_differences.periods import Units
from analysis.strands.difference_in_differences.records import Records
from analysis.strands.difference_in_differences.rules import Rules


@dataclass(frozen=True)
class UnitTable:
    """Units in the authorities of an outcome's groups, age and disability completed once (first imputation).

    `units`: child, la, date, closes, y and `row`, the place in the arrays; `child`, `unaffected`, `now` (n, .):
    columns of the child and of the authority in the unit's year; `held`: the affected columns by (la, year);
    `codes`: matching -> (n,) whole numbers, equal where a child's coarsened characteristics are.
    """

    units: Units
    child: np.ndarray
    unaffected: np.ndarray
    now: np.ndarray
    held: pd.DataFrame
    codes: Mapping[str, np.ndarray]


def unit_table(records: Records, children: Children, rules: Rules, outcome: str, matchings: Mapping[str, list | None],
               authorities, rng: np.random.Generator) -> UnitTable:
    """Units of an outcome and their columns. `matchings`: name -> cut points of age, None for no matching."""
    units = UNITS[outcome](records, children, rules)
    units = units.keep(units.frame["la"].isin(authorities), "In a pilot or comparator authority")
    frame = child_covariates(units.frame.assign(year=financial_year(units.frame["date"])), records, children, rules)
    names = rules.child_covariates(outcome)
    dropped = too_incomplete(frame, names, rules)
    names = [name for name in names if name not in dropped]
    frame = _completed(frame, outcome, names, rules, rng)
    la_years = scaled_la_years(records.la_years, authorities, rules)
    affected = [name for name in authority_columns(la_years) if name in rules.covariates["authority"]["affected"]]
    others = [name for name in authority_columns(la_years) if name not in affected]
    table = la_years.set_index(["la", "year"])
    now = at_years(table, frame["la"], frame["year"])
    matched = [name for name in rules.matching_covariates(outcome) if name not in dropped]
    slim = frame[["child", "la", "date", "closes", "y"]].assign(row=np.arange(len(frame)))
    extra = ["elevated_risk"] if outcome in rules.covariates["elevated_risk_in"] else []
    return UnitTable(Units(slim, units.flow), _columns(frame, [*names, *extra]), now[others].to_numpy(dtype=float),
                     now[affected].to_numpy(dtype=float), table[affected],
                     {name: _codes(frame, matched, cuts) for name, cuts in matchings.items()})


def _completed(frame, outcome, names, rules, rng) -> pd.DataFrame:
    """The frame with numbers completed once."""
    once = replace(rules, estimation={**rules.estimation, "imputations": 1},
                   covariates={**rules.covariates, "rows": {outcome: names, "default": names}})
    return completed_frames(frame, outcome, once, rng)[0]


def _columns(frame, names) -> np.ndarray:
    """Numbers as they are, categories as dummies without their first level."""
    parts = [frame[[name]].to_numpy(dtype=float) if pd.api.types.is_numeric_dtype(frame[name])
             else pd.get_dummies(frame[name], drop_first=True, dtype=float).to_numpy() for name in names]
    return np.hstack(parts) if parts else np.empty((len(frame), 0))


def _codes(frame, names, cuts) -> np.ndarray | None:
    """Numbers of the coarsened characteristics; bins of age closed on the right, as in `matching`."""
    if cuts is None:
        return None
    codes = np.zeros(len(frame), dtype=np.int64)
    for name in names:
        if name == "age":
            level = np.searchsorted(np.asarray(cuts, dtype=float), frame["age"].to_numpy(dtype=float), side="left")
        else:
            level = pd.factorize(frame[name], sort=True)[0]
        codes = codes * (int(level.max()) + 1) + level
    return np.unique(codes, return_inverse=True)[1]
