"""How benchmarks are to be run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.bench.processes import Peers


@dataclass(frozen=True)
class Setting:
    """`quick`: small sizes, which show that everything runs and judge nothing; `peers`: where they are installed;
    `folder`: of an extract of the whole country, `make` it where it is not there; `say`: progress."""

    quick: bool
    peers: Peers
    say: Callable[[str], None]
    folder: Path | None = None
    make: bool = False

    def load(self) -> float | None:
        """Load of the system over the minute before, None where it does not say."""
        try:
            return round(os.getloadavg()[0], 2)
        except OSError:
            return None

    def missing(self, package: str, version: str) -> str:
        """What a benchmark says whose peer is not there."""
        where = "no interpreter for the peers" if self.peers.python is None else "not installed for the peers"
        return f"{package} {version} is missing ({where}; see `make bench`), so there is no ratio"
