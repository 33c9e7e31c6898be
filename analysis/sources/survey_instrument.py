"""The questionnaire of the staff survey as data (`data/instruments/staff_survey.yml`): items, routing, scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from analysis.errors import DataError
from analysis.paths import DATA

FILE = DATA / "instruments" / "staff_survey.yml"


@dataclass(frozen=True)
class Item:
    """One question: its column, wording, response set (labels, lowest first), scale ("" for none) and routing.

    `asked_if` is (column, label) when the question is put to those who gave that answer only, else ().
    """

    name: str
    text: str
    short: str
    scale: str
    labels: tuple[str, ...]
    reverse: bool
    asked_if: tuple[str, ...]

    @property
    def codes(self) -> dict[str, int]:
        """Number of each label, 1 for the first."""
        return {label: place for place, label in enumerate(self.labels, 1)}


@dataclass(frozen=True)
class Scale:
    """A scale: `least` items answered give a score; `better` is "higher", "lower" or "neither"."""

    name: str
    label: str
    better: str
    least: int


@dataclass(frozen=True)
class Theme:
    """A code of the answers to the open question: its column, its name, and the rule by which it is given."""

    name: str
    label: str
    rule: str


@dataclass(frozen=True)
class Questionnaire:
    """Items in the order asked, scales, labels that give no answer on a scale, and the background questions.

    `response_sets` are labels by the set's name, lowest first; `open` is the wording of the open question and `themes`
    its codes.
    """

    source: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    no_answer: tuple[str, ...]
    background: tuple[Mapping[str, str], ...]
    response_sets: Mapping[str, tuple[str, ...]]
    open: str
    themes: tuple[Theme, ...]

    def item(self, name: str) -> Item:
        """The item in that column; `DataError` when there is none."""
        for item in self.items:
            if item.name == name:
                return item
        raise DataError("no such item", file=FILE.name, value=name, expected=", ".join(i.name for i in self.items))

    def of_scale(self, scale: str) -> tuple[Item, ...]:
        """The items of a scale, in order."""
        return tuple(item for item in self.items if item.scale == scale)


def questionnaire(path: Path | None = None) -> Questionnaire:
    """The questionnaire; `DataError` on a repeated item, unknown response set or scale, or impossible routing."""
    file = path or FILE
    return _read(str(file), file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> Questionnaire:
    content, name = yaml.safe_load(Path(path).read_text(encoding="utf-8")), Path(path).name
    scales = tuple(Scale(**row) for row in content["scales"])
    items: list[Item] = []
    for place, row in enumerate(content["items"], 1):
        items.append(_item(row, place, content["response_sets"], [s.name for s in scales], items, name))
    return Questionnaire(content["source"], tuple(items), scales, tuple(content["no_answer"]),
                         tuple(content["background"]),
                         {key: tuple(labels) for key, labels in content["response_sets"].items()},
                         content["open"]["text"], tuple(Theme(**row) for row in content["themes"]))


def _item(row, place, sets, scales, before, file) -> Item:
    if row["name"] in [item.name for item in before]:
        raise DataError("the item stands twice", file=file, row=place, value=row["name"], expected="every item once")
    if row["set"] not in sets:
        raise DataError("the response set is not known", file=file, row=place, value=row["set"],
                        expected=", ".join(sets))
    if row["scale"] and row["scale"] not in scales:
        raise DataError("the scale is not known", file=file, row=place, value=row["scale"], expected=", ".join(scales))
    route = tuple(next(iter(row.get("asked_if", {}).items()), ()))
    earlier = {item.name: item.labels for item in before}
    if route and route[1] not in earlier.get(route[0], ()):
        raise DataError("the routing names no earlier answer", file=file, row=place, value=route,
                        expected="an item asked before and one of its labels")
    return Item(row["name"], row["text"], row["short"], row["scale"], tuple(sets[row["set"]]), row["reverse"], route)
