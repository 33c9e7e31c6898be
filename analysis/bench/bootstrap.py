"""9,999 draws of the restricted wild cluster bootstrap, against wildboottest."""

from __future__ import annotations

import sys

import numpy as np

from analysis.bench.agreement import agree, agree_by_chance
from analysis.bench.children import children, design
from analysis.bench.measures import Measure, Target, side
from analysis.bench.processes import PartResult, in_turn, stored
from analysis.bench.setting import Setting

N, QUICK_N, WARM_UP_N = 20_000, 2_000, 1_000
DRAWS = 9_999
PROCESSES, CALLS = 3, 5
PEER, PEER_VERSION = "wildboottest", "0.3.2"
TOLERANCE = 1e-8
FASTER = Target("ratio", 20)


def bootstrap(setting: Setting) -> list[Measure]:
    """Times of the draws and of all from raw arrays; `DataError` where the t or, beyond chance, the p values differ."""
    n = QUICK_N if setting.quick else N
    load, there = setting.load(), setting.peers.has(PEER)
    processes, calls = (1, 2) if setting.quick else (PROCESSES, CALLS)
    parts = {"bootstrap_ours": (calls, sys.executable)}
    if there:
        parts |= dict.fromkeys(("bootstrap_wildboottest", "bootstrap_wildboottest_compiled"),
                               (calls, setting.peers.python))
    with stored(data=_arrays(n), warm_up=_arrays(WARM_UP_N)) as files:
        found = list(in_turn(parts, files["data"], files["warm_up"], processes).values())
    size = f"{n:,} records x 25 covariates x 27 authorities, {DRAWS:,} draws"
    same = _agreement(found) if there else ""
    ours, theirs, compiled = (*found, None, None)[:3]
    rows = (("draws after the sufficient statistics", "draws", theirs, (Target("seconds", 0.2), FASTER),
             "the peer compiles the function of its draws in every call"),
            ("from raw arrays to p", None, theirs, (FASTER,), ""),
            ("draws, the peer's function compiled once (which it does not do by itself)", "draws", compiled, (), ""))
    return [Measure("bootstrap", what, size, _side("ours", "", ours, stage), _peer(peer, stage), targets,
                    judged=not setting.quick, load=load, note="; ".join(filter(None, (note if there else "", same))
                                                                        ) or setting.missing(PEER, PEER_VERSION))
            for what, stage, peer, targets, note in rows[: 3 if there else 2]]


def _agreement(found: list[list[PartResult]]) -> str:
    ours = found[0][0].values
    for peer in found[1:]:
        agree("bootstrap, t", [ours["t"]], [peer[0].values["t"]], TOLERANCE)
        distance = agree_by_chance("bootstrap", ours["p"], peer[0].values["p"], DRAWS)
    return (f"Rademacher signs, the null imposed, CR1; the same t to {TOLERANCE:g}, p {ours['p']:.4f} and "
            f"{found[1][0].values['p']:.4f} differ by {distance:.1f} Monte Carlo standard errors")


def _side(name: str, version: str, parts: list[PartResult], stage: str | None):
    return side(name, version, [s for part in parts for s in (part.stage(stage) if stage else part.totals())],
                [part.peak_bytes for part in parts])


def _peer(parts: list[PartResult] | None, stage: str | None):
    return None if parts is None else _side(PEER, parts[0].versions[PEER], parts, stage)


def _arrays(n: int) -> dict[str, np.ndarray]:
    columns = children(np.random.default_rng(21), n)
    X, names = design(columns)
    return {"X": X, "names": np.array(names), "y": columns["y"], "la": columns["la"], "draws": np.array(DRAWS)}
