"""The evaluation as data: reads `data/evaluation.yml` and hands out its sections and random generators."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from analysis.errors import DesignError
from analysis.paths import DATA
from analysis.settings import read_mapping

EVALUATION = DATA / "evaluation.yml"


@dataclass(frozen=True)
class Design:
    """The evaluation's constants. `content` is read-only at every depth."""

    content: Mapping[str, Any]

    @property
    def seed(self) -> int:
        """The one top seed."""
        return int(self.content["seed"])

    def section(self, name: str) -> Mapping[str, Any]:
        """A top-level section of `data/evaluation.yml`; `DesignError` if it is not there."""
        if name not in self.content:
            raise DesignError(f"data/evaluation.yml has no section {name!r}; it has {', '.join(self.content)}")
        return self.content[name]

    def rng(self, label: str) -> np.random.Generator:
        """A generator derived from the top seed and a label, so that one stream never shifts another."""
        digest = hashlib.sha256(label.encode()).digest()
        words = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]
        return np.random.default_rng(np.random.SeedSequence([self.seed, *words]))

    def __reduce__(self):
        """Read-only mappings cannot be sent to another process; what they hold can."""
        return _design_of, (_thaw(self.content),)

    def with_changes(self, changes: Mapping[str, Any]) -> Design:
        """A copy in which dotted keys ("survey.planted.change") have new values; the keys must exist."""
        content = _thaw(self.content)
        for key, value in changes.items():
            *parents, last = key.split(".")
            place = content
            for name in parents:
                place = place[_existing(place, name, key)]
            place[_existing(place, last, key)] = value
        return Design(_freeze(content))

    def with_seed(self, seed: int) -> Design:
        """A copy with another top seed."""
        return self.with_changes({"seed": int(seed)})


def load_design(path: Path | str | None = None) -> Design:
    """Read the evaluation's design; `DesignError` when the file is no mapping or holds no seed."""
    file = Path(path) if path else EVALUATION
    return _read(file, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int) -> Design:
    content = read_mapping(file)
    if not isinstance(content.get("seed"), int):
        raise DesignError(f"file {file.name}: expected a mapping with one whole number `seed`")
    return Design(_freeze(content))


def _design_of(content: dict) -> Design:
    return Design(_freeze(content))


def _existing(place, name, key):
    if isinstance(place, list):
        return int(name)
    if isinstance(place, dict):
        for candidate in (name, int(name) if name.lstrip("-").isdigit() else name):
            if candidate in place:
                return candidate
    raise DesignError(f"data/evaluation.yml has no key {key!r}")


def _freeze(value):
    if isinstance(value, Mapping):
        return MappingProxyType({key: _freeze(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(_freeze(item) for item in value)
    return value


def _thaw(value):
    if isinstance(value, Mapping):
        return {key: _thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_thaw(item) for item in value]
    return value
