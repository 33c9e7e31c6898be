"""The same regression by the formula interface of statsmodels, with CR1 alone. The data frame is made beforehand."""

import pandas as pd
import statsmodels.formula.api as smf

PACKAGES = ("statsmodels", "pandas", "numpy", "scipy", "formulaic", "patsy")


def prepare(arrays):
    """A frame of the columns, not copied, and the formula."""
    names = [str(name) for name in arrays["names"] if name != "constant"]
    frame = pd.DataFrame({name: arrays[name] for name in (*names, "y", "la", "w")}, copy=False)
    return frame, "y ~ " + " + ".join(names)


def run(prepared, clock):
    """Estimate and standard error of the effect."""
    frame, formula = prepared
    model = smf.wls(formula, frame, weights=frame["w"])
    clock.stop("formula")
    found = model.fit(cov_type="cluster", cov_kwds={"groups": frame["la"]})
    values = {"estimate": float(found.params["effect"]), "cr1": float(found.bse["effect"])}
    clock.stop("fit")
    return values
