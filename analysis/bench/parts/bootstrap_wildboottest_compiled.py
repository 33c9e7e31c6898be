"""The same with the function of the draws compiled once: wildboottest defines it anew, and so compiles it, in every
call. It is kept here by its code, which the package itself does not do."""

from wildboottest import wildboottest

from analysis.bench.parts.bootstrap_wildboottest import PACKAGES, prepare, run

__all__ = ["PACKAGES", "prepare", "run"]

_compile, _known = wildboottest.njit, {}


def _kept(**options):
    def of(function):
        if function.__closure__:
            raise RuntimeError("the function of the draws holds values of its call and cannot be kept")
        key = (function.__code__, tuple(options.items()))
        if key not in _known:
            _known[key] = _compile(**options)(function)
        return _known[key]

    return of


wildboottest.njit = _kept
