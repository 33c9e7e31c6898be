"""Our wild cluster bootstrap: the clusters' factors from raw arrays, then the draws."""

import numpy as np

from analysis.methods.clustered import fit
from analysis.methods.wild_bootstrap import wild_cluster_bootstrap

PACKAGES = ("numpy", "scipy")


def prepare(arrays):
    """The arrays in memory."""
    return {name: arrays[name] for name in arrays.files}


def run(prepared, clock):
    """p and t of the effect."""
    found = fit(prepared["y"], prepared["X"], prepared["la"], names=[str(name) for name in prepared["names"]])
    clock.stop("statistics")
    test = wild_cluster_bootstrap(found, "effect", np.random.default_rng(1), draws=int(prepared["draws"]))
    clock.stop("draws")
    return {"p": test.p, "t": test.t}
