"""The rating scale of the examination of assessments as data (`data/instruments/assessment_rating_scale.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from analysis.errors import DataError
from analysis.paths import DATA

FILE = DATA / "instruments" / "assessment_rating_scale.yml"


@dataclass(frozen=True)
class Domain:
    """What is rated: its column, name, and the anchor of each point, lowest first."""

    name: str
    label: str
    anchors: Mapping[int, str]

    @property
    def points(self) -> tuple[int, ...]:
        """The points that may be given, lowest first."""
        return tuple(sorted(self.anchors))


@dataclass(frozen=True)
class RatingScale:
    """Domains of thoroughness (all with the same points and `levels`), and detail of use of Signs of Safety.

    `protocol`: who rated and how, by step (raters, training, blinding, double_rating, standing), in words.
    """

    source: str
    protocol: Mapping[str, str]
    levels: Mapping[int, str]
    domains: tuple[Domain, ...]
    detail: Domain

    @property
    def all_domains(self) -> tuple[Domain, ...]:
        """Everything rated, detail of use last."""
        return (*self.domains, self.detail)


def rating_scale(path: Path | None = None) -> RatingScale:
    """The rating scale; `DataError` on points that are not 1, 2, ... without a gap or differ between domains."""
    file = path or FILE
    return _read(str(file), file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> RatingScale:
    content, name = yaml.safe_load(Path(path).read_text(encoding="utf-8")), Path(path).name
    domains = tuple(Domain(row["name"], row["label"], row["anchors"]) for row in content["domains"])
    detail = Domain(**content["detail"])
    for domain in (*domains, detail):
        expected = tuple(sorted(content["levels"])) if domain is not detail else tuple(range(1, len(domain.points) + 1))
        if domain.points != expected:
            raise DataError("the points of a domain", file=name, column=domain.name, value=domain.points,
                            expected=f"{expected}, each with an anchor")
    return RatingScale(content["source"], content["rating"], content["levels"], domains, detail)
