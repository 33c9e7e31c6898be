"""What a benchmark found: times of both sides, their ratio, memory, and whether what is claimed holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

GB = 1e9


@dataclass(frozen=True)
class Side:
    """Times of one side, in seconds, and its peak memory in bytes (None: not known or not asked)."""

    name: str
    version: str
    seconds: tuple[float, ...]
    peak_bytes: int | None = None

    @property
    def fastest(self) -> float:
        """The least of the times."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The median of the times."""
        return median(self.seconds)


@dataclass(frozen=True)
class Target:
    """What is claimed: `kind` "ratio" (at least `limit` times faster), "seconds" or "memory" (under `limit` s or
    bytes)."""

    kind: str
    limit: float

    def text(self) -> str:
        """The target in words."""
        return {"ratio": f"at least {self.limit:g} times faster", "seconds": f"under {_time(self.limit)}",
                "memory": f"under {self.limit / GB:g} GB"}[self.kind]


@dataclass(frozen=True)
class Measure:
    """One line of the report. `peer` None: not there, so no ratio. Targets are for the full size: not `judged` at
    another. `memory`: what the peaks are above; `note`: what the reader must know about the comparison; `load`: of the
    system over the minute before, None where it does not say."""

    benchmark: str
    what: str
    size: str
    ours: Side
    peer: Side | None
    targets: tuple[Target, ...] = ()
    judged: bool = True
    memory: str = "above the data"
    note: str = ""
    load: float | None = None

    @property
    def ratio(self) -> float | None:
        """The peer's least time over ours."""
        return None if self.peer is None else self.peer.fastest / self.ours.fastest

    @property
    def median_ratio(self) -> float | None:
        """The peer's median time over ours."""
        return None if self.peer is None else self.peer.median / self.ours.median

    def met(self, target: Target) -> bool | None:
        """Whether a target is met by the least times; None where that cannot be told."""
        found = {"ratio": self.ratio, "seconds": self.ours.fastest, "memory": self.ours.peak_bytes}[target.kind]
        if found is None or not self.judged:
            return None
        return found >= target.limit if target.kind == "ratio" else found < target.limit

    def verdict(self, target: Target) -> str:
        """Met, not met, or not judged."""
        return {True: "met", False: "not met", None: "not judged"}[self.met(target)]

    def line(self) -> str:
        """The measure on one line; times are the least with the median in brackets."""
        parts = [f"{self.benchmark}: {self.what}; {self.size}", f"ours {_side(self.ours)}"]
        if self.peer is not None:
            parts += [f"{self.peer.name} {self.peer.version} {_side(self.peer)}",
                      f"ratio {self.ratio:.3g} (of medians {self.median_ratio:.3g})"]
        peaks = [f"{who} {_memory(side.peak_bytes)}" for who, side in (("ours", self.ours), ("peer", self.peer))
                 if side is not None and side.peak_bytes is not None]
        parts += [f"peak memory {self.memory}: {', '.join(peaks)}"] if peaks else []
        parts += [f"{target.text()}: {self.verdict(target)}" for target in self.targets]
        return "; ".join(parts + [self.note] * bool(self.note))

    def record(self) -> dict:
        """The measure for a file."""
        return {"benchmark": self.benchmark, "what": self.what, "size": self.size, "ours": _record(self.ours),
                "peer": None if self.peer is None else _record(self.peer), "ratio": self.ratio,
                "median_ratio": self.median_ratio, "memory": self.memory, "note": self.note, "load": self.load,
                "targets": [{"target": target.text(), "found": self.verdict(target)} for target in self.targets]}


def side(name: str, version: str, seconds: Sequence[float], peaks: Sequence[int | None] = ()) -> Side:
    """A side from its times and the peaks of its processes, of which the highest counts."""
    known = [peak for peak in peaks if peak is not None]
    return Side(name, version, tuple(seconds), max(known) if known else None)


def _side(found: Side) -> str:
    return f"{_time(found.fastest)} ({_time(found.median)})"


def _record(found: Side) -> dict:
    return {"name": found.name, "version": found.version, "repetitions": len(found.seconds),
            "fastest_seconds": found.fastest, "median_seconds": found.median, "peak_bytes": found.peak_bytes}


def _time(seconds: float) -> str:
    if seconds >= 60:
        return f"{seconds / 60:.3g} min"
    return f"{seconds:.3g} s" if seconds >= 0.1 else f"{1000 * seconds:.3g} ms"


def _memory(found: int) -> str:
    return f"{found / GB:.2f} GB" if found >= 0.1 * GB else f"{found / 1e6:.0f} MB"
