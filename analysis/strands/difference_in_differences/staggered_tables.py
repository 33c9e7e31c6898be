"""Tables of the estimators of staggered adoption, for all outcomes together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.strands.difference_in_differences import tables
from analysis.strands.difference_in_differences.authority_quarters import AuthorityPanel
from analysis.strands.difference_in_differences.event_paths import event_paths
from analysis.strands.difference_in_differences.staggered_adoption import StaggeredEffects

Staggered = Mapping[str, StaggeredEffects]

ESTIMATORS = {"two_way": "Two-way fixed effects", "callaway_santanna": "Callaway and Sant'Anna",
              "sun_abraham": "Sun and Abraham", "imputation": "Imputation",
              "synthetic_did": "Synthetic difference-in-differences"}
BOTH = "Callaway and Sant'Anna, Sun and Abraham"
SAME = 1e-9      # relative difference up to which two estimates are one
RECORDS, AUTHORITIES = "Children's records", "Authorities and periods"
WHOLE = "Two-way coefficient"
NEGLIGIBLE = 1e-6    # weights up to here are rounding


def staggered_table(staggered: Staggered, records: Mapping[str, Mapping[str, tuple]]) -> pd.DataFrame:
    """outcome, unit, level, estimator, estimate, se, low, high, analytical_se, analytical_method, p, n_assignments.

    `records`: by outcome and name, estimate, low and high on children's records, which come first. Callaway and
    Sant'Anna's and Sun and Abraham's are one row where they are equal.
    """
    parts = []
    for name, found in staggered.items():
        first = [{"level": RECORDS, "estimator": title, **dict(zip(("estimate", "low", "high"), values, strict=True))}
                 for title, values in records.get(name, {}).items()]
        parts.append(pd.DataFrame([*first, *_estimates(found).to_dict("records")]).assign(
            outcome=tables.NAMES[name], unit=tables.unit_of(name)))
    return pd.concat(parts, ignore_index=True)


def range_of(found: StaggeredEffects) -> tuple[float, float]:
    """Least and greatest of the estimates."""
    return float(found.estimates["estimate"].min()), float(found.estimates["estimate"].max())


def _estimates(found: StaggeredEffects) -> pd.DataFrame:
    rows = found.estimates.set_index("estimator").loc[list(ESTIMATORS)]
    names = dict(ESTIMATORS)
    if np.isclose(rows.loc["callaway_santanna", "estimate"], rows.loc["sun_abraham", "estimate"], rtol=SAME, atol=SAME):
        rows, names["callaway_santanna"] = rows.drop(index="sun_abraham"), BOTH
    return rows.assign(level=AUTHORITIES, estimator=[names[name] for name in rows.index]).reset_index(drop=True)


def panels_table(staggered: Staggered) -> pd.DataFrame:
    """outcome, period, periods, span (months in which the first and the last begin), authorities, pilots, left_out (in
    words), reaching (% of the pilots' units before whose follow-up ran into the embedding), n (units in the cells)."""
    return pd.DataFrame([{"outcome": tables.NAMES[name], **_panel(found.panel)} for name, found in staggered.items()])


def _panel(built: AuthorityPanel) -> dict:
    numbers = built.panel.periods
    first, last = (f"{built.begins(numbers[place]):%B %Y}" for place in (0, -1))
    left_out = "; ".join(f"pilot of group {row.group} ({row.reason})" for row in built.left_out.itertuples())
    return {"period": built.period, "periods": len(numbers), "span": f"{first} to {last}",
            "authorities": len(built.panel.units), "pilots": len(built.dates), "left_out": left_out or "none",
            "reaching": 100 * built.reaching, "n": int(built.cells["n"].sum())}


def paths_table(staggered: Staggered, outcomes: Iterable[str], level: float = 0.95) -> pd.DataFrame:
    """outcome, unit, period, estimator, event_time, estimate, low, high, n_pilots (`event_paths`)."""
    titles = {**ESTIMATORS, "callaway_santanna": BOTH}
    parts = []
    for name in outcomes:
        rows = event_paths(staggered[name], level)
        parts.append(rows.assign(estimator=rows["estimator"].map(titles), outcome=tables.NAMES[name],
                                 unit=tables.unit_of(name), period=staggered[name].panel.period))
    return pd.concat(parts, ignore_index=True)


def bacon_table(staggered: Staggered) -> pd.DataFrame:
    """outcome, unit, type, comparisons (how many), weight (%), estimate; the coefficient they make up comes last."""
    rows = []
    for name, found in staggered.items():
        same = {"outcome": tables.NAMES[name], "unit": tables.unit_of(name)}
        sizes = found.bacon["type"].value_counts()
        rows += [{**same, "type": row.type, "comparisons": int(sizes[row.type]), "weight": 100 * row.weight,
                  "estimate": row.estimate} for row in found.bacon_types.itertuples()]
        rows.append({**same, "type": WHOLE, "comparisons": int(sizes.sum()),
                     "weight": 100 * found.bacon_types["weight"].sum(), "estimate": found.bacon_two_way})
    return pd.DataFrame(rows)


def synthetic_table(staggered: Staggered) -> pd.DataFrame:
    """outcome, group, controls (there are), weighted (with a weight), largest (weight, %), effective (number, the
    inverse of the sum of squared weights), and the same of the periods before: periods, periods_weighted,
    periods_effective. One row a pilot, named by its group; pilots with the same dates have the same weights."""
    rows = []
    for name, found in staggered.items():
        for group, la in found.panel.dates[["group", "la"]].itertuples(index=False):
            units = found.unit_weights.loc[found.unit_weights["la"] == la, "weight"]
            times = found.time_weights.loc[found.time_weights["la"] == la, "weight"]
            rows.append({"outcome": tables.NAMES[name], "group": f"Group {group}", "controls": len(units),
                         "weighted": int((units > NEGLIGIBLE).sum()), "largest": 100 * units.max(),
                         "effective": effective_number(units), "periods": len(times),
                         "periods_weighted": int((times > NEGLIGIBLE).sum()),
                         "periods_effective": effective_number(times)})
    return pd.DataFrame(rows)


def effective_number(weights: pd.Series) -> float:
    """How many equal weights are as spread as these, which sum to one: 1 / sum of squares."""
    return float(1 / (weights**2).sum())
