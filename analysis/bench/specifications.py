"""5,000 specifications of one population with clustered errors from cross-products, against pyfixest on a sample.

Matchings (cut points of age) x 3 sets of comparators x sets of covariates x 3 kinds of effects (of the pilots, of
matched groups, of authorities), in two shapes, because cross-products cost more than models: many models on few
matchings, and six sets of covariates, as many as the evaluation's own curve has, on many matchings.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np

from analysis.bench.agreement import agree
from analysis.bench.children import (
    GROUPS,
    MEMBERS,
    YEARS,
    Columns,
    children,
    covariate_blocks,
    matched_weights,
    strata,
)
from analysis.bench.measures import Measure, Side, Target, side
from analysis.bench.processes import PartResult, in_turn, stored
from analysis.bench.setting import Setting
from analysis.strands.difference_in_differences.specification_curve.designs import keeper

N, QUICK_N, WARM_UP_N = 20_000, 3_000, 2_000
BLOCKS = ("age", "disability", "child", "income", "need", "authority")
COMPARATORS = ("all", "first", "own")
EFFECTS = ("pilot", "matched group", "authority")
SAMPLE = 48
PROCESSES, CALLS = 3, 3
PEER, PEER_VERSION = "pyfixest", "0.60.0"
TOLERANCE = 1e-6
FASTER = Target("ratio", 300)


@dataclass(frozen=True)
class Shape:
    """How many matchings there are, and the sets of covariates, as blocks."""

    what: str
    matchings: int
    covariates: tuple[tuple[str, ...], ...]

    def cuts(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Three cut points of age for each matching."""
        return [np.sort(rng.choice(np.arange(17), 3, replace=False)) + 0.5 for _ in range(self.matchings)]


# 9 x 3 x 64 x 3 = 5,184 and 93 x 3 x 6 x 3 = 5,022 regressions.
SHAPES = (Shape("many models on few matchings", 9, tuple(subset for size in range(len(BLOCKS) + 1)
                                                        for subset in combinations(BLOCKS, size))),
          Shape("few models on many matchings", 93, ((), BLOCKS[:2], BLOCKS[:5], BLOCKS, BLOCKS[2:], BLOCKS[5:])))


def specifications(setting: Setting) -> list[Measure]:
    """Time of all specifications, the peer's extrapolated from a sample; `DataError` where answers differ."""
    return [_measure(shape, setting) for shape in SHAPES]


def _measure(shape: Shape, setting: Setting) -> Measure:
    load, there = setting.load(), setting.peers.has(PEER)
    processes, calls = (1, 2) if setting.quick else (PROCESSES, CALLS)
    n, sampled = (QUICK_N, SAMPLE // 4) if setting.quick else (N, SAMPLE)
    shape = replace(shape, matchings=2) if setting.quick else shape
    parts = {"specifications_ours": (calls, sys.executable)}
    parts |= {"specifications_pyfixest": (calls, setting.peers.python)} if there else {}
    with stored(data=_arrays(n, shape, sampled), warm_up=_arrays(WARM_UP_N, replace(shape, matchings=1), 6)) as files:
        ours, *others = in_turn(parts, files["data"], files["warm_up"], processes).values()
    rows, models = int(ours[0].values["rows"]), int(ours[0].values["models"])
    mine = side("ours", "", [s for part in ours for s in part.totals()], [part.peak_bytes for part in ours])
    peer = _peer(others[0], models / sampled) if there else None
    note = _note(ours, others[0], models, sampled) if there else setting.missing(PEER, PEER_VERSION)
    size = (f"{rows:,} rows in {GROUPS} groups, {shape.matchings} matchings x {len(COMPARATORS)} sets of comparators x "
            f"{len(shape.covariates)} of covariates x {len(EFFECTS)} of effects")
    return Measure("specifications", f"{models:,} regressions with CR1 errors, {shape.what}", size, mine, peer,
                   (FASTER,), judged=not setting.quick, load=load, note=note)


def _peer(parts: list[PartResult], times: float) -> Side:
    return side(PEER, parts[0].versions[PEER], [times * s for part in parts for s in part.totals()])


def _note(ours: list[PartResult], theirs: list[PartResult], models: int, sampled: int) -> str:
    errors = theirs[0].values["errors"]
    worst = max(agree(f"specifications, {name}", ours[0].values[name], theirs[0].values[name], TOLERANCE, scale=errors)
                for name in ("estimates", "errors"))
    return (f"the peer's time is that of {sampled} of them drawn at random, times {models:,} / {sampled}; ours begins "
            f"with the rows and the strata of every matching and makes weights and cross-products, the peer's with "
            f"rows and weights; estimates and CRV1 errors of the sample differ by {worst:.1g} of the error at most")


def _arrays(n: int, shape: Shape, sampled: int) -> dict[str, np.ndarray]:
    """What both sides need: `values` (rows, q), constant, after, years, covariates and last y, rows by group and
    member; `strata` and `kept`, one row a matching and a set of comparators; `sample` (design, model); for the peer
    formulas and weights."""
    rng = np.random.default_rng(22)
    columns = children(rng, n, shared=True)
    order = np.lexsort((columns["la"] % MEMBERS, columns["group"]))
    columns = {name: values[order] for name, values in columns.items()}
    years = {f"year{k}": (columns["year"] == k).astype(float) for k in range(1, YEARS)}
    base = {"constant": np.ones(len(order)), "after": columns["after"], **years}
    blocks = {"base": base, **covariate_blocks(columns)}
    names = [name for block in blocks.values() for name in block]
    members = np.array([columns["la"][columns["group"] == g][_firsts(columns, g)] for g in range(GROUPS)])
    models = list(product(shape.covariates, EFFECTS))
    designs = list(product(range(shape.matchings), range(len(COMPARATORS))))
    sample = np.column_stack([rng.integers(0, len(designs), sampled), rng.integers(0, len(models), sampled)])
    out = {"values": np.column_stack([*(values for block in blocks.values() for values in block.values()),
                                      columns["y"]]),
           "names": np.array([*names, "y"]), "base": columns["base"], "pilot": columns["pilot"] == 1,
           "la": columns["la"], "group": columns["group"], "members": members,
           "sizes": np.array([np.bincount(columns["la"][columns["group"] == g] % MEMBERS) for g in range(GROUPS)]),
           "strata": np.array([strata(columns, cuts) for cuts in shape.cuts(rng)]), "kept": _kept(columns, members),
           "covariates": np.array(["+".join(subset) for subset in shape.covariates]),
           "effects": np.array(EFFECTS), "sample": sample}
    out |= {f"block_{name}": np.array([names.index(column) for column in block]) for name, block in blocks.items()}
    return out | _of_the_peer(out, blocks, designs, models)


def _of_the_peer(arrays: Columns, blocks, designs, models) -> dict[str, np.ndarray]:
    """`weights` of the designs that are sampled, `frames`, which of them each specification has, and `formulas`."""
    at, frames = np.unique(arrays["sample"][:, 0], return_inverse=True)
    weights = [matched_weights(arrays["strata"][matching], arrays["pilot"],
                               arrays["base"] * arrays["kept"][comparators])
               for matching, comparators in (designs[k] for k in at)]
    return {"weights": np.array(weights), "frames": frames,
            "formulas": np.array([_formula(blocks, *models[k]) for k in arrays["sample"][:, 1]])}


def _formula(blocks, covariates: tuple[str, ...], effects: str) -> str:
    columns = [name for block in ("base", *covariates) for name in blocks[block] if name != "constant"]
    columns += ["effect"] if effects == "authority" else ["pilot", "effect"]
    fixed = {"pilot": "", "matched group": " | group", "authority": " | la"}[effects]
    return f"y ~ {' + '.join(columns)}{fixed}"


def _kept(columns: Columns, members: np.ndarray) -> np.ndarray:
    """Which rows stay under each set of comparators, (3, rows)."""
    shared = frozenset([1])
    stay = np.array([[keeper(kind, shared)(tuple(row), 0) if kind != "all" else [True] * MEMBERS for row in members]
                     for kind in COMPARATORS])
    return stay[:, columns["group"], columns["la"] % MEMBERS].astype(float)


def _firsts(columns: Columns, group: int) -> np.ndarray:
    """Places of each member's first row within its group."""
    return np.unique(columns["la"][columns["group"] == group] % MEMBERS, return_index=True)[1]
