"""Analysis frames simulated with a known effect: nine pilots, two comparators each, one comparator shared."""

from __future__ import annotations

import numpy as np
import pandas as pd

YEARS = range(2008, 2019)


def groups() -> pd.DataFrame:
    """group, la, pilot, start, end: comparators 111 to 128, number 111 in the first two groups."""
    rows = []
    for g in range(9):
        start = pd.Timestamp("2015-01-01") + pd.Timedelta(30 * g, "D")
        comparators = (111 if g < 2 else 111 + 2 * g, 112 + 2 * g)
        for la, pilot in ((101 + g, True), *((c, False) for c in comparators)):
            rows.append({"group": "ABCDEFGHI"[g], "la": la, "pilot": pilot, "start": start,
                         "end": start + pd.Timedelta(365, "D")})
    return pd.DataFrame(rows)


def la_years(rng) -> pd.DataFrame:
    """One covariate an LA-year."""
    las = sorted(groups()["la"].unique())
    table = pd.MultiIndex.from_product([las, YEARS], names=["la", "year"]).to_frame(index=False)
    return table.assign(population_density=rng.normal(size=len(table)))


def frame(rng, *, per_la: int = 150, effect: float = 0.0, la_sd: float = 0.02, missing: float = 0.05) -> pd.DataFrame:
    """An analysis frame: y is 0 or 1 with mean 0.25, authority-by-period effects of `la_sd`, and the effect in pilots
    after the embedding, all as shares; age and disability of a few children are missing."""
    placed = groups()
    las = placed["la"].unique()
    children = pd.DataFrame({"la": np.repeat(las, per_la), "child": np.arange(len(las) * per_la)})
    n = len(children)
    children["date"] = pd.Timestamp("2009-01-01") + pd.to_timedelta(rng.integers(0, 3500, n), "D")
    children["age"] = rng.integers(0, 18, n).astype(float)
    children["disabled"] = (rng.random(n) < 0.12).astype(float)
    children["gender"] = rng.choice(["Male", "Female"], n)
    children["ethnicity"] = rng.choice(["White", "Black", "Mixed"], n, p=[0.7, 0.15, 0.15])
    children["low_income_flag"] = (rng.random(n) < 0.35).astype(float)
    noise = rng.random(n)
    rows = children.assign(noise=noise).merge(placed, on="la")
    rows["after"] = (rows["date"] > rows["end"]).astype(float)
    rows = rows[(rows["after"] == 1) | (rows["date"] < rows["start"])].reset_index(drop=True)
    shocks = {(la, after): value for la in las
              for after, value in zip((0.0, 1.0), rng.normal(0, la_sd, 2), strict=True)}
    chance = 0.25 + 0.05 * rows["low_income_flag"] - 0.003 * rows["age"] + effect * rows["after"] * rows["pilot"]
    chance += np.array([shocks[key] for key in zip(rows["la"], rows["after"], strict=True)])
    rows["y"] = (rows["noise"] < chance).astype(float)
    rows["pilot"] = rows["pilot"].astype(float)
    rows["inverse_multiplicity"] = 1 / rows.groupby(["child", "date"])["child"].transform("size")
    rows["year"] = rows["date"].dt.year - (rows["date"].dt.month <= 3)
    gone = {name: set(rng.choice(n, int(missing * n), replace=False)) for name in ("age", "disabled")}
    for name, lost in gone.items():
        rows[name] = rows[name].where(~rows["child"].isin(lost))
    return rows.assign(asylum=0.0, previous_plans="None", elevated_risk=0.0).drop(columns="noise")


def with_la_years(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The frame with the authority covariates of its year."""
    return rows.merge(table, on=["la", "year"], how="left")
