"""A bundle: all that one strand or page publishes."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.publish.exhibits import Exhibit
from analysis.publish.findings import Finding


@dataclass(frozen=True)
class Suppression:
    """What the disclosure rule did to one exhibit or finding: cells suppressed by the primary and secondary rule."""

    id: str
    primary: int
    secondary: int


@dataclass(frozen=True)
class Bundle:
    """Findings, exhibits, the disclosure log, what was missing, and keys of other bundles' results it was made from."""

    name: str
    findings: tuple[Finding, ...]
    exhibits: tuple[Exhibit, ...]
    suppressions: tuple[Suppression, ...]
    missing: tuple[str, ...]
    reads: tuple[str, ...] = ()
