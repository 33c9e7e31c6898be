"""A finding: one number or phrase that prose may quote, with what it is and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.publish import words

# The forms in which a finding may be quoted besides its value in words; no finding's key may be another's form.
FORMS = (".full", ".interval", ".number", ".n")


@dataclass(frozen=True)
class Source:
    """A dataset behind a finding or exhibit."""

    name: str
    title: str
    status: str
    sha256: str
    kind: str


@dataclass(frozen=True)
class Origin:
    """The function that made a result: dotted name, file and line, and its source text; `cleared` says, of a result
    that was not computed here, which cleared bundle it was read from."""

    function: str
    file: str
    line: int
    source: str
    cleared: str = ""

    def read_from(self) -> dict[str, str]:
        """For the ledger: the cleared bundle a result was read from; nothing where it was computed here."""
        return {"read_from": self.cleared} if self.cleared else {}


@dataclass(frozen=True)
class Finding:
    """A keyed number or phrase. `value` is None where it is suppressed or missing; `text` is what prose shows."""

    id: str
    value: float | str | None
    text: str
    unit: str
    decimals: int
    low: float | None
    high: float | None
    level: int
    n: int | None
    n_authorities: int | None
    n_pilots: int | None
    status: str
    origin: Origin
    sources: tuple[Source, ...]
    about_people: bool = False

    def quotes(self) -> dict[str, str]:
        """The texts that chapters may glue, by key: value, `.full`, `.interval`, `.n`, `.number`."""
        bounds = words.interval(self.low, self.high, self.unit, self.decimals)
        has_interval = self.low is not None
        full = f"{self.text}, {self.level}% confidence interval {bounds}" if has_interval else self.text
        is_number = isinstance(self.value, (int, float))
        # Every form is always there: a value that is suppressed or missing inside must not break a page's build.
        return {self.id: self.text, f"{self.id}.full": full, f"{self.id}.interval": bounds,
                f"{self.id}.n": words.quantity(self.n, "count", 0),
                f"{self.id}.number": words.number(self.value, self.decimals) if is_number else self.text}

    def record(self) -> dict:
        """The finding as the ledger writes it, without its chapters."""
        return {"id": self.id, "value": self.value, "text": self.text, "unit": self.unit, "low": self.low,
                "high": self.high, "level": self.level, "n": self.n, "n_authorities": self.n_authorities,
                "n_pilots": self.n_pilots, "status": self.status, "function": self.origin.function,
                "code": f"{self.origin.file}:{self.origin.line}",
                "datasets": [{"name": s.name, "sha256": s.sha256, "status": s.status} for s in self.sources],
                **self.origin.read_from()}


def finding_from(content: dict) -> Finding:
    """A finding from its stored form (`dataclasses.asdict`)."""
    content = dict(content)
    content["origin"] = Origin(**content["origin"])
    content["sources"] = tuple(Source(**source) for source in content["sources"])
    return Finding(**content)
