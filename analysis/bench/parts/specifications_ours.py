"""Our specifications: weights and cross-products once a matching and set of comparators, then all models from them."""

import numpy as np

from analysis.bench.children import matched_weights
from analysis.strands.difference_in_differences.candidates import GroupRows, unchanged
from analysis.strands.difference_in_differences.specification_curve.choices import Model
from analysis.strands.difference_in_differences.specification_curve.clustered_models import cells_of, clustered_effects

PACKAGES = ("numpy", "scipy", "pandas")


def prepare(arrays):
    """Rows of every group in the order of its members, where its rows stand, blocks of columns, models."""
    names = ("values", "members", "sizes", "strata", "kept", "pilot", "base", "sample", "covariates", "effects")
    found = {name: arrays[name] for name in names}
    ends = np.cumsum(found["sizes"].sum(axis=1))
    places = [slice(end - size, end) for end, size in zip(ends, found["sizes"].sum(axis=1), strict=True)]
    groups = [GroupRows(tuple(members), np.cumsum([0, *sizes]), found["values"][place], found["base"][place], None)
              for members, sizes, place in zip(found["members"].tolist(), found["sizes"], places, strict=True)]
    columns = {name.removeprefix("block_"): arrays[name] for name in arrays.files if name.startswith("block_")}
    covariates = {text: tuple(text.split("+")) if text else () for text in map(str, found["covariates"])}
    models = [Model(text, str(effects)) for text in covariates for effects in found["effects"]]
    return found, list(zip(groups, places, strict=True)), columns, covariates, models


def run(prepared, clock):
    """Estimates and CR1 errors, factor G / (G - 1), of the sampled specifications, after all have been computed."""
    found, groups, columns, covariates, models = prepared
    estimates, errors = [], []
    for stratum in found["strata"]:
        for kept in found["kept"]:
            weights = matched_weights(stratum, found["pilot"], found["base"] * kept)
            clock.stop("weights")
            cells = cells_of([unchanged(group, weights[place]) for group, place in groups])
            clock.stop("cross-products")
            both = clustered_effects(cells, columns, models, covariates)
            estimates.append(both[0])
            errors.append(both[1])
            clock.stop("regressions")
    at = tuple(found["sample"].T)
    return {"estimates": np.array(estimates)[at].tolist(), "errors": np.array(errors)[at].tolist(),
            "models": len(estimates) * len(models), "rows": len(found["values"])}
