"""Where a result was made: the function, its file and line, and its source text."""

from __future__ import annotations

import inspect
from functools import partial
from pathlib import Path

from analysis.paths import ROOT
from analysis.publish.findings import Origin


def origin_of(function) -> Origin:
    """The origin of a Python function or class of this project; `TypeError` for anything without source."""
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    lines, start = inspect.getsourcelines(function)
    file = Path(inspect.getsourcefile(function)).resolve().relative_to(ROOT).as_posix()
    return Origin(f"{function.__module__}.{function.__qualname__}", file, start, "".join(lines))
