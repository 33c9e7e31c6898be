"""All benchmarks or the named ones: a line for every measure, and the whole in a file."""

from __future__ import annotations

import importlib
import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from analysis.bench.measures import Measure
from analysis.bench.setting import Setting
from analysis.errors import DataError

BENCHMARKS = {"regression": "regression", "bootstrap": "bootstrap", "specifications": "specifications",
              "build": "build", "england": "extract"}        # name, which is also that of the function -> module
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels")


def run(names: Sequence[str], setting: Setting, file: Path, show=print) -> list[Measure]:
    """Run benchmarks (default: all), show a line for each measure, and write them to `file`, which held the last run's.

    `DataError` for an unknown name, and where the two sides of a comparison do not agree.
    """
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        raise DataError(f"no benchmark {', '.join(unknown)}", expected=f"some of {', '.join(BENCHMARKS)}")
    found: list[Measure] = []
    for name in names or BENCHMARKS:
        setting.say(f"== {name}{', quick' if setting.quick else ''}")
        for measure in getattr(importlib.import_module(f"analysis.bench.{BENCHMARKS[name]}"), name)(setting):
            show(measure.line())
            found.append(measure)
    _write(file, json.dumps(report(found, setting.quick), indent=1) + "\n")
    return found


def _write(file: Path, text: str) -> None:
    """Beside the file first, so that a run that is stopped leaves the last one's figures whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def report(measures: Sequence[Measure], quick: bool) -> dict:
    """What is kept: the measures, and of the machine what speed depends on but not which machine it is."""
    return {"cores": os.cpu_count(), "system": platform.system(), "architecture": platform.machine(),
            "python": platform.python_version(), "packages": {name: version(name) for name in PACKAGES},
            "quick": quick, "measures": [measure.record() for measure in measures]}
