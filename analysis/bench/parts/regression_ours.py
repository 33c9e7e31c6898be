"""Our regression from raw arrays: factors of the clusters, then estimate with CR1, CR2 and CR3."""

import numpy as np

from analysis.methods.clustered import fit

PACKAGES = ("numpy", "scipy")


def prepare(arrays):
    """The columns in one array, rows in the order of the records."""
    names = [str(name) for name in arrays["names"]]
    X = np.empty((len(arrays["y"]), len(names)))
    for k, name in enumerate(names):
        X[:, k] = arrays[name]
    return X, names, arrays["y"], arrays["la"], arrays["w"]


def run(prepared, clock):
    """Estimate and standard errors of the effect."""
    X, names, y, la, w = prepared
    found = fit(y, X, la, weights=w, names=names)
    clock.stop("fit")
    cr1, cr2, cr3 = found.cr1("effect"), found.cr2("effect"), found.cr3("effect")
    clock.stop("inference")
    return {"estimate": cr1.estimate, "cr1": cr1.se, "cr2": cr2.se, "cr3": cr3.se}
