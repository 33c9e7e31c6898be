"""One weighted regression with clustered inference from raw arrays, against statsmodels' formula interface."""

from __future__ import annotations

import sys

import numpy as np

from analysis.bench.agreement import agree
from analysis.bench.children import children, design, matched_weights, strata
from analysis.bench.measures import GB, Measure, Target, side
from analysis.bench.processes import in_turn, stored
from analysis.bench.setting import Setting

N, QUICK_N, WARM_UP_N = 2_000_000, 20_000, 5_000
PROCESSES, CALLS = 3, 3
TOLERANCE = 1e-8
FASTER = Target("ratio", 10)
NOTE = ("ours with CR1, CR2 and CR3, the peer with CR1; the peer's data frame is made beforehand; the same estimate "
        "and CR1 to 1e-8")


def regression(setting: Setting) -> list[Measure]:
    """Times of the first call in a fresh process, and of further calls in it; `DataError` where answers differ."""
    n = QUICK_N if setting.quick else N
    load = setting.load()
    processes, calls = (1, 2) if setting.quick else (PROCESSES, CALLS)
    parts = {"regression_ours": (calls, sys.executable), "regression_statsmodels": (calls, sys.executable)}
    with stored(data=_arrays(n), warm_up=_arrays(WARM_UP_N)) as files:
        ours, peer = in_turn(parts, files["data"], files["warm_up"], processes).values()
    for name in ("estimate", "cr1"):
        agree(f"regression, {name}", [ours[0].values[name]], [peer[0].values[name]], TOLERANCE)
    version = peer[0].versions["statsmodels"]
    size = f"{n:,} records x 25 covariates x 27 authorities, weighted"
    measures = []
    for what, at, targets in (("first call in a fresh process", slice(0, 1), (FASTER, Target("memory", 1.2 * GB))),
                              ("further calls in the process", slice(1, None), (FASTER,))):
        sides = [side(name, number, [s for part in parts for s in part.totals()[at]], [p.peak_bytes for p in parts])
                 for name, number, parts in (("ours", "", ours), ("statsmodels", version, peer))]
        measures.append(Measure("regression", what, size, *sides, targets, judged=not setting.quick, note=NOTE,
                                load=load))
    return measures


def _arrays(n: int) -> dict[str, np.ndarray]:
    """Columns of the design, outcome, authority, weights of a matching; the n records have a weight above nought."""
    columns = children(np.random.default_rng(20), n + n // 10)
    weights = matched_weights(strata(columns), columns["pilot"] == 1, columns["base"])
    used = np.flatnonzero(weights > 0)[:n]
    X, names = design({name: values[used] for name, values in columns.items()})
    return {**{name: X[:, k] for k, name in enumerate(names)}, "names": np.array(names), "y": columns["y"][used],
            "la": columns["la"][used], "w": weights[used]}
