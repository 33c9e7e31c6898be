"""The kept simulation of intervals (`interval_simulation`) as tables, ready to be published; shares in per cent.

A share of runs that reject is judged against what a test at 5% would give by chance: 5% plus and minus `ERRORS` Monte
Carlo standard errors of a share of 5% in so many runs (the band). In a scenario a method is liberal above the band,
conservative below it, about right inside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.weighted import proportion_interval
from analysis.strands.difference_in_differences.tables import NAMES, unit_of

LEVEL = 5.0            # per cent of true nulls that a test should reject
ERRORS = 3             # Monte Carlo standard errors either side of it
MIDDLE = 0.01          # the intra-cluster correlation of the tables that show one
LEAST_PILOTS = 5       # fewer treated authorities than this are a question of their own
METHODS = {"CR1, rows": "CR1, df from rows (original)", "CR1, t(G - 1)": "CR1, t(G - 1)",
           "CR2, Satterthwaite": "CR2, Satterthwaite (headline)", "CR3, t(G - 1)": "CR3, t(G - 1)",
           "bootstrap": "Wild cluster bootstrap", "permutation, matched again": "Permutation, matched again",
           "permutation, weights kept": "Permutation, weights kept"}
HEADLINE, ORIGINAL = METHODS["CR2, Satterthwaite"], METHODS["CR1, rows"]
SIZES = {0.25: "A quarter", 1.0: "As they are", 4.0: "Four times"}
CORRELATION = "Intra-cluster correlation"
PERCENT = ("rejection", "rejection_error", "coverage", "coverage_error", "unbounded", "clipped")


def named(kept: pd.DataFrame) -> pd.DataFrame:
    """The kept table in per cent and words: `outcome` and `method` by name, `key` the outcome's own, `unit`, `pilots`,
    `correlation` and `records` in words, `low` and `high` the Monte Carlo interval of `rejection`, and the band.

    `low`, `high`: Wilson's (1927) 95% interval over runs. Raises `DataError` for an unknown method or size.
    """
    unknown = sorted(set(kept["method"]) - set(METHODS)) or sorted(set(kept["size"]) - set(SIZES))
    if unknown:
        raise DataError("kept simulation of intervals", value=unknown, expected=f"{list(METHODS)}, {list(SIZES)}")
    table = kept.assign(key=kept["outcome"], outcome=kept["outcome"].map(NAMES), method=kept["method"].map(METHODS),
                        unit=kept["outcome"].map(unit_of), records=kept["size"].map(SIZES),
                        pilots=[f"{treated} pilots" for treated in kept["treated"]],
                        correlation=[f"{100 * icc:g}%" for icc in kept["icc"]],
                        **{name: 100 * kept[name] for name in PERCENT})
    shares = zip(kept["rejection"], kept["runs"], strict=True)
    table[["low", "high"]] = 100 * np.array([proportion_interval(share * runs, runs) for share, runs in shares])
    return table.join(_bands(kept["runs"]))


def _bands(runs: pd.Series) -> pd.DataFrame:
    error = np.sqrt(LEVEL * (100 - LEVEL) / runs.astype(float))
    return pd.DataFrame({"band_low": LEVEL - ERRORS * error, "band_high": LEVEL + ERRORS * error})


def true_nulls(kept: pd.DataFrame) -> pd.DataFrame:
    """Scenarios without an effect, one row a scenario and method, with `above` and `below` the band."""
    table = named(kept[kept["effect"] == 0])
    return table.assign(above=table["rejection"] > table["band_high"], below=table["rejection"] < table["band_low"])


def rejections_by_design(kept: pd.DataFrame) -> pd.DataFrame:
    """Rejections of a true null in the designs as they are: `panel` the outcome, `series` the correlation
    (named in `series_name`, as always)."""
    table = true_nulls(kept[(kept["groups"] == 0) & (kept["size"] == 1)])
    return _panels(table, "outcome", "correlation", CORRELATION)


def rejections_by_pilots(kept: pd.DataFrame, outcome: str = "rereferral") -> pd.DataFrame:
    """Rejections of a true null with fewer and fewer pilots: `panel` how many, most first; `series` the correlation."""
    table = true_nulls(kept[(kept["outcome"] == outcome) & (kept["size"] == 1)])
    table = table.sort_values("treated", ascending=False, kind="stable")
    return _panels(table, "pilots", "correlation", CORRELATION)


def rejections_by_size(kept: pd.DataFrame) -> pd.DataFrame:
    """Rejections of a true null at the middle correlation, outcomes with designs of several sizes: `panel` the outcome,
    `series` the size, smallest first."""
    chosen = kept[(kept["groups"] == 0) & (kept["icc"] == MIDDLE)]
    several = chosen.groupby("outcome")["size"].transform("nunique") > 1
    table = true_nulls(chosen[several]).sort_values(["outcome", "size"], kind="stable")
    return _panels(table, "outcome", "records", "Records beside those of the stand-ins")


def _panels(table: pd.DataFrame, panel: str, series: str, series_name: str) -> pd.DataFrame:
    return table.assign(panel=table[panel], series=table[series], series_name=series_name).reset_index(drop=True)


def performance(kept: pd.DataFrame) -> pd.DataFrame:
    """Each method in the designs as they are, at the middle correlation: `bias`, `coverage`, `width` and `power` with
    the planted `effect`, and `rejection` without one, with Monte Carlo standard errors."""
    table = named(kept[(kept["groups"] == 0) & (kept["size"] == 1) & (kept["icc"] == MIDDLE)])
    null = table[table["effect"] == 0].set_index(["outcome", "method"])[["rejection", "rejection_error"]]
    planted = table[table["effect"] != 0].rename(columns={"rejection": "power", "rejection_error": "power_error"})
    return planted.join(null, on=["outcome", "method"]).reset_index(drop=True)


def power_by_correlation(kept: pd.DataFrame, outcome: str = "kinship") -> pd.DataFrame:
    """Power and coverage at the planted effect by method, in the outcome's design as it is: columns `power_<i>`,
    `coverage_<i>` for the i-th correlation, lowest first, which stands in `correlation_<i>`."""
    rows = kept[(kept["outcome"] == outcome) & (kept["groups"] == 0) & (kept["size"] == 1) & (kept["effect"] != 0)]
    table = named(rows)
    found = {"method": list(dict.fromkeys(table["method"])), "effect": table["effect"].iloc[0]}
    for i, (icc, part) in enumerate(table.groupby("icc", sort=True)):
        part = part.set_index("method").loc[found["method"]]
        found |= {f"correlation_{i}": f"{100 * icc:g}%", f"power_{i}": part["rejection"].to_numpy(),
                  f"coverage_{i}": part["coverage"].to_numpy()}
    return pd.DataFrame(found)


def verdicts(kept: pd.DataFrame, *, least_pilots: int = LEAST_PILOTS) -> pd.DataFrame:
    """Which interval to trust: for each method over the scenarios with at least so many pilots, how many `scenarios`,
    the `lowest` and `highest` rejection of a true null, scenarios `above` and `below` the band, the `least_coverage`
    of a planted effect, and the `verdict`."""
    enough = kept[kept["treated"] >= least_pilots]
    covered = named(enough[enough["effect"] != 0]).groupby("method")["coverage"].min()
    rows = []
    for method, part in true_nulls(enough).groupby("method", sort=False):
        above, below = int(part["above"].sum()), int(part["below"].sum())
        rows.append({"method": method, "scenarios": len(part), "lowest": part["rejection"].min(),
                     "highest": part["rejection"].max(), "above": above, "below": below,
                     "least_coverage": covered[method], "verdict": verdict(above, below, len(part))})
    return pd.DataFrame(rows)


def verdict(above: int, below: int, scenarios: int) -> str:
    """The verdict on a method from the number of scenarios in which it is above and below the band."""
    found = [(word, n) for word, n in (("liberal", above), ("conservative", below)) if n]
    if not found:
        return "about right"
    if found[0][1] == scenarios:
        return found[0][0]
    return f"{', '.join(f'{word} in {n}' for word, n in found)} of {scenarios}"


def designs(kept: pd.DataFrame) -> pd.DataFrame:
    """The matched designs by outcome, pilots and size, one row each: records, authorities, pilots, Satterthwaite's
    degrees of freedom of CR2, scenarios, and the largest share of simulated probabilities outside nought to one."""
    table = named(kept)
    df = table[table["method"] == HEADLINE].groupby(["key", "groups", "size"])["df"].first()
    rows = []
    for place, part in table.groupby(["key", "groups", "size"], sort=False):
        first = part.iloc[0]
        rows.append({"outcome": first["outcome"], "records": first["records"], "n": int(first["n"]),
                     "authorities": int(first["authorities"]), "treated": int(first["treated"]), "df": df[place],
                     "scenarios": len(part) // part["method"].nunique(), "clipped": part["clipped"].max(),
                     "size": first["size"], "place": list(NAMES).index(first["key"])})
    order = dict(by=["place", "treated", "size"], ascending=[True, False, True], ignore_index=True)
    return pd.DataFrame(rows).sort_values(**order).drop(columns=["size", "place"])


def scenarios_of(kept: pd.DataFrame) -> pd.DataFrame:
    """One row a scenario: what the methods share, runs and bias among it."""
    return kept.drop_duplicates(["outcome", "groups", "size", "icc", "effect"]).reset_index(drop=True)


def period_share(planted, outcome: str) -> float:
    """Of a yes-or-no outcome of the stand-ins, the share (in per cent) of a record's variance at its base level that
    planted shocks of authorities by period make up: their variance over base x (1 - base)."""
    base = planted["base"][outcome]
    return 100 * planted["authority_period_sd"][outcome] ** 2 / (base * (1 - base))
