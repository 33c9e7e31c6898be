"""The headline estimate: a balanced panel of authorities and a difference in differences with few treated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError
from analysis.methods import clustered
from analysis.methods.interval import Interval
from analysis.strands.national_data.indicators import NO_ROW


@dataclass(frozen=True)
class LeftOut:
    """An authority that is not in the panel: in `years` there is no value but `reason`, a symbol or "no row"."""

    code: str
    years: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class Panel:
    """Authorities with a value in every year. `values`: authorities (index, code) by years (columns)."""

    values: pd.DataFrame
    pilots: tuple[str, ...]
    comparators: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def n_left_out(self) -> int:
        """Authorities left out."""
        return len({row.code for row in self.left_out})


@dataclass(frozen=True)
class Effect:
    """Effect of pilot x post in the units of the indicator, with its interval, and what it rests on.

    Means are over authorities, unweighted. `detectable` is the smallest effect that the design would have found with
    the power asked for. `spread` is the standard deviation of authorities' means before.
    """

    interval: Interval
    n: int
    n_authorities: int
    n_pilots: int
    pilots_before: float
    pilots_after: float
    neighbours_before: float
    neighbours_after: float
    detectable: float
    spread: float


def build_panel(values: pd.DataFrame, pilots: Sequence[str], comparators: Sequence[str], years: Sequence[int]) -> Panel:
    """The balanced panel of the pilots and comparators that have a value in each year; who lacks one is listed.

    `values` has columns code, year, value, symbol, and each code and year at most once. Codes are taken as published:
    an authority that did not yet or no longer exist in a year has no row there and is left out.
    """
    wanted = [*pilots, *(code for code in comparators if code not in set(pilots))]
    rows = values[values["code"].isin(wanted) & values["year"].isin(years)]
    wide = rows.pivot(index="code", columns="year", values="value").reindex(index=wanted, columns=list(years))
    symbols = rows.pivot(index="code", columns="year", values="symbol").reindex(index=wanted, columns=list(years))
    missing = wide.isna().any(axis=1)
    left_out = tuple(row for code in wide.index[missing] for row in _reasons(code, wide.loc[code], symbols.loc[code]))
    kept = wide[~missing].astype(float).rename_axis(index="code", columns="year")
    return Panel(kept, tuple(c for c in pilots if c in kept.index),
                 tuple(c for c in kept.index if c not in set(pilots)), left_out)


def estimate_effect(panel: Panel, post_from: int, level: float = 0.95, power: float = 0.80,
                    weights: Mapping[str, float] | None = None) -> Effect:
    """Pilot x post in a linear model with authority and year effects; CR2 with Satterthwaite's degrees of freedom on
    the full design of dummies (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018).

    Unweighted, or with `weights` of comparators by code: pilots have one each, and comparators without a weight are
    not in the estimate. Raises `DataError` when there are fewer than two pilots or comparators, or no year on one side
    of `post_from`.
    """
    if weights is not None:
        panel = _weighted_panel(panel, weights)
    years = np.asarray(panel.values.columns)
    if len(panel.pilots) < 2 or len(panel.comparators) < 2:
        raise DataError("authorities with a value in every year", expected="at least two pilots and two comparators",
                        value=f"{len(panel.pilots)} pilots, {len(panel.comparators)} comparators")
    if not ((years < post_from).any() and (years >= post_from).any()):
        raise DataError("years of the panel", value=years.tolist(), expected=f"some before {post_from} and some after")
    y, X, clusters = design_matrix(panel, post_from)
    own = None if weights is None else np.array([weights.get(code, 1.0) for code in clusters])
    interval = clustered.fit(y, X, clusters, weights=own).cr2("effect", level=level)
    means = _means(panel, years < post_from, weights)
    detectable = (stats.t.ppf(0.5 + level / 2, interval.df) + stats.t.ppf(power, interval.df)) * interval.se
    spread = float(panel.values.loc[:, years < post_from].mean(axis=1).std(ddof=1))
    return Effect(interval, len(y), len(panel.values), len(panel.pilots), *means, float(detectable), spread)


def design_matrix(panel: Panel, post_from: int) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Outcome (n,), columns (constant, effect, authorities and years but their first) and clusters (n,)."""
    long = panel.values.stack().rename("value").reset_index()
    pilot, post = long["code"].isin(panel.pilots), long["year"] >= post_from
    dummies = [pd.get_dummies(long[name], prefix=name, drop_first=True, dtype=float) for name in ("code", "year")]
    first = pd.DataFrame({"constant": 1.0, "effect": (pilot & post).astype(float)})
    return long["value"].to_numpy(), pd.concat([first, *dummies], axis=1), long["code"].to_numpy()


def trend_before(panel: Panel, post_from: int, level: float = 0.95) -> Interval | None:
    """Difference of the yearly change between pilots and comparators before `post_from`; None with one year before.

    Linear in time with authority and year effects, CR2 as in the headline. No difference here is no proof of parallel
    trends: with few authorities the interval is wide (Roth 2022).
    """
    before = panel.values.loc[:, np.asarray(panel.values.columns) < post_from]
    if before.shape[1] < 2:
        return None
    long = before.stack().rename("value").reset_index()
    slope = long["code"].isin(panel.pilots) * (long["year"] - before.columns[0]).astype(float)
    dummies = [pd.get_dummies(long[name], prefix=name, drop_first=True, dtype=float) for name in ("code", "year")]
    X = pd.concat([pd.DataFrame({"constant": 1.0, "slope": slope}), *dummies], axis=1)
    return clustered.fit(long["value"].to_numpy(), X, long["code"].to_numpy()).cr2("slope", level=level)


def direction(interval: Interval) -> int:
    """1 or -1 where the interval lies on one side of zero, else 0: the rule behind every conclusion."""
    return int(interval.low > 0) - int(interval.high < 0)


def _weighted_panel(panel, weights):
    kept = tuple(code for code in panel.comparators if weights.get(code, 0) > 0)
    return replace(panel, comparators=kept, values=panel.values.loc[[*panel.pilots, *kept]])


def _means(panel, before, weights):
    for codes in (list(panel.pilots), list(panel.comparators)):
        block = panel.values.loc[codes]
        own = None if weights is None else [weights.get(code, 1.0) for code in codes]
        for part in (before, ~before):
            yield float(np.average(block.loc[:, part].mean(axis=1), weights=own))


def _reasons(code, values, symbols):
    """One entry for each reason that an authority lacks values for, with its years."""
    reasons = symbols[values.isna()].fillna(NO_ROW)
    for reason in dict.fromkeys(reasons):
        yield LeftOut(code, tuple(int(year) for year in reasons.index[reasons == reason]), reason)
