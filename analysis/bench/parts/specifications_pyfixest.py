"""A sample of the specifications by pyfixest, each from a data frame with its weights, made beforehand."""

import pandas as pd
import pyfixest as pf

PACKAGES = ("pyfixest", "formulaic", "pandas", "numpy", "scipy")
OPTIONS = {"vcov": {"CRV1": "la"}, "weights": "w", "ssc": pf.ssc(k_adj=False, G_adj=True), "copy_data": False,
           "store_data": False, "lean": True}


def prepare(arrays):
    """(formula, frame of the rows with a positive weight) of every sampled specification."""
    names = [str(name) for name in arrays["names"]]
    whole = pd.DataFrame(arrays["values"], columns=names)
    whole["la"], whole["group"], whole["pilot"] = arrays["la"], arrays["group"], arrays["pilot"].astype(float)
    whole["effect"] = whole["pilot"] * whole["after"]
    frames = []
    for weights in arrays["weights"]:
        frames.append(whole[weights > 0].assign(w=weights[weights > 0]))
    return [(str(formula), frames[k]) for formula, k in zip(arrays["formulas"], arrays["frames"], strict=True)]


def run(prepared, clock):
    """Estimates and CRV1 errors."""
    estimates, errors = [], []
    for formula, frame in prepared:
        found = pf.feols(formula, frame, **OPTIONS)
        estimates.append(float(found.coef()["effect"]))
        errors.append(float(found.se()["effect"]))
    clock.stop("regressions")
    return {"estimates": estimates, "errors": errors}
