"""The wild cluster bootstrap of wildboottest by its class for clusters: cross-products from raw arrays, then the draws.

What needs the rows (cross-products, the variance of the t statistic) is counted to the statistics, as on our side.
Without its default of compiling for several threads, which takes it longer and gives nothing on one.
"""

from wildboottest.wildboottest import WildboottestCL

PACKAGES = ("wildboottest", "numba", "numpy", "pandas")


def prepare(arrays):
    """The arrays in memory, and the vector that picks the effect."""
    found = {name: arrays[name] for name in arrays.files}
    found["R"] = (found["names"] == "effect").astype(float)
    return found


def run(prepared, clock):
    """p and t of the effect: Rademacher weights, the null imposed, type 11."""
    test = WildboottestCL(X=prepared["X"], Y=prepared["y"], cluster=prepared["la"], R=prepared["R"],
                          B=int(prepared["draws"]), seed=1, parallel=False)
    test.get_scores(bootstrap_type="11", impose_null=True)
    test.get_vcov()
    test.get_tstat()
    clock.stop("statistics")
    test.get_weights(weights_type="rademacher")
    test.get_numer()
    test.get_denom()
    test.get_tboot()
    test.get_pvalue()
    clock.stop("draws")
    return {"p": float(test.pvalue), "t": float(test.t_stat)}
