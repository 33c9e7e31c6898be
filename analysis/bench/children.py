"""Generated records of children in matched groups of authorities, of any number: the shape of the analysis frames.

Nine groups of a pilot and two comparators; outcome 0 or 1 with authority-by-period effects; about a third of the
characteristics are of the authority in the year. Nothing is dirty or missing: only time and memory are measured.
"""

from __future__ import annotations

import numpy as np

from analysis.strands.difference_in_differences.matching import stratum_weights

GROUPS, MEMBERS, YEARS = 9, 3, 8
FIRST_END = 4.5                    # years from the first record to the end of the first group's embedding
EFFECT = 0.02
AUTHORITY_COLUMNS = 5
AGE_CUTS = (4.5, 10.5, 15.5)

Columns = dict[str, np.ndarray]


def children(rng: np.random.Generator, n: int, *, shared: bool = False) -> Columns:
    """n records as columns (n,) or (n, .): group, la (numbered by group and place), pilot, after, year,
    characteristics, base, y. The embedding ends a month later from group to group.

    With `shared` the first comparators of the first two groups are one authority, number 1: its records stand in both
    groups (so that there are more than n rows) with `base`, the inverse multiplicity, of a half; else base is one.
    """
    group, member = rng.integers(0, GROUPS, n), rng.integers(0, MEMBERS, n)
    out = {"group": group, "la": MEMBERS * group + member, "date": YEARS * rng.random(n),
           "age": rng.integers(0, 18, n).astype(float), "disabled": (rng.random(n) < 0.12).astype(float),
           "male": (rng.random(n) < 0.53).astype(float), "ethnicity": rng.choice(5, n, p=[0.7, 0.1, 0.1, 0.06, 0.04]),
           "low_income": (rng.random(n) < 0.35).astype(float), "need": rng.choice(3, n, p=[0.5, 0.3, 0.2]),
           "noise": rng.random(n), "base": np.ones(n)}
    if shared:
        out["la"][out["la"] == MEMBERS + 1] = 1
        both = np.flatnonzero(out["la"] == 1)
        out = {name: np.concatenate([values, values[both]]) for name, values in out.items()}
        out["group"][n:] = 1 - out["group"][n:]
        out["base"][out["la"] == 1] = 0.5
    return _with_outcome(out, rng)


def design(columns: Columns) -> tuple[np.ndarray, tuple[str, ...]]:
    """The regression's columns (n, 26), constant, after, pilot, the effect (after x pilot), years, characteristics."""
    parts = {"constant": np.ones(len(columns["y"])), "after": columns["after"], "pilot": columns["pilot"],
             "effect": columns["after"] * columns["pilot"]} | _dummies("year", columns["year"], YEARS)
    for blocks in covariate_blocks(columns).values():
        parts |= blocks
    X = np.empty((len(columns["y"]), len(parts)))
    for k, values in enumerate(parts.values()):
        X[:, k] = values
    return X, tuple(parts)


def covariate_blocks(columns: Columns) -> dict[str, Columns]:
    """The covariates in six blocks: name -> its columns."""
    return {"age": {"age": columns["age"]}, "disability": {"disabled": columns["disabled"]},
            "child": {"male": columns["male"], **_dummies("ethnicity", columns["ethnicity"], 5)},
            "income": {"low_income": columns["low_income"]}, "need": _dummies("need", columns["need"], 3),
            "authority": {f"authority{k}": columns["authority"][:, k] for k in range(AUTHORITY_COLUMNS)}}


def strata(columns: Columns, cuts=AGE_CUTS) -> np.ndarray:
    """Numbers of the strata, exact on group, period and coarsened characteristics, ages cut at `cuts`; (n,)."""
    codes = 2 * columns["group"] + columns["after"].astype(int)
    for values, levels in ((np.searchsorted(cuts, columns["age"]), len(cuts) + 1), (columns["disabled"].astype(int), 2),
                           (columns["male"].astype(int), 2), (columns["ethnicity"], 5),
                           (columns["low_income"].astype(int), 2)):
        codes = codes * levels + values
    return np.unique(codes, return_inverse=True)[1]


def matched_weights(stratum: np.ndarray, pilot: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Weights of a matching, (n,): base where matched, for comparators times (T_s / C_s) x (C / T)."""
    own, control = stratum_weights(stratum, pilot, base)
    return own + control * ((base * (control > 0)).sum() / own.sum())


def _with_outcome(columns: Columns, rng: np.random.Generator) -> Columns:
    la, end = columns["la"], FIRST_END + columns["group"] / 12
    columns["pilot"] = (la % MEMBERS == 0).astype(float)
    columns["after"] = (columns["date"] > end).astype(float)
    columns["year"] = columns["date"].astype(int)
    columns["authority"] = rng.normal(size=(GROUPS * MEMBERS, YEARS, AUTHORITY_COLUMNS))[la, columns["year"]]
    shock = rng.normal(0, 0.02, (GROUPS * MEMBERS, 2))[la, columns["after"].astype(int)]
    chance = 0.25 + 0.05 * columns["low_income"] - 0.003 * columns["age"] + shock
    chance += EFFECT * columns["after"] * columns["pilot"]
    columns["y"] = (columns.pop("noise") < chance).astype(float)
    return columns


def _dummies(name: str, values: np.ndarray, levels: int) -> Columns:
    """Indicators of all levels but the first."""
    return {f"{name}{level}": (values == level).astype(float) for level in range(1, levels)}
