"""The instruments of the deep dives as data: codebook, self-profiling items and topic guides (`data/instruments`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from analysis.errors import DataError
from analysis.paths import DATA

INSTRUMENTS = DATA / "instruments"
THEME_FIELDS = ("code", "label", "group", "published", "feature", "definition", "include", "exclude", "example")


@dataclass(frozen=True)
class Theme:
    """One code of the codebook. `published` marks the answers that the original report gives; `feature` may be ""."""

    code: str
    label: str
    group: str
    published: bool
    feature: str
    definition: str
    include: str
    exclude: str
    example: str


@dataclass(frozen=True)
class Codebook:
    """Themes in order, their groups (code -> label), and the residual code for passages without a theme."""

    themes: tuple[Theme, ...]
    groups: Mapping[str, str]
    residual: str
    residual_label: str

    @property
    def theme_codes(self) -> tuple[str, ...]:
        """The themes' codes in the codebook's order."""
        return tuple(theme.code for theme in self.themes)

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes that a passage may carry."""
        return (*self.theme_codes, self.residual)

    @property
    def labels(self) -> dict[str, str]:
        """Label by theme code."""
        return {theme.code: theme.label for theme in self.themes}


@dataclass(frozen=True)
class Item:
    """One item of the self-profiling instrument and the aspect of fidelity it belongs to."""

    item: str
    aspect: str
    label: str
    statement: str


@dataclass(frozen=True)
class SelfProfiling:
    """The instrument: items in order, scale (value -> label and anchor) and aspects (code -> label and definition)."""

    question: str
    items: tuple[Item, ...]
    scale: Mapping[int, Mapping[str, str]]
    aspects: Mapping[str, Mapping[str, str]]

    @property
    def lowest(self) -> int:
        """The lowest rating."""
        return min(self.scale)

    @property
    def highest(self) -> int:
        """The highest rating."""
        return max(self.scale)


def codebook(path: Path | None = None) -> Codebook:
    """The codebook; `DataError` on a missing or blank field, a repeated code or an unknown group."""
    file = path or INSTRUMENTS / "codebook.yml"
    content = _content(file)
    themes = tuple(_theme(row, place, content["groups"], file.name) for place, row in enumerate(content["themes"], 1))
    residual = content["residual"]
    _refuse_repeats([theme.code for theme in themes] + [residual["code"]], "code", file.name)
    return Codebook(themes, content["groups"], residual["code"], residual["label"])


def self_profiling(path: Path | None = None) -> SelfProfiling:
    """The self-profiling instrument; `DataError` on a repeated item, unknown aspect or a scale with gaps."""
    file = path or INSTRUMENTS / "self_profiling.yml"
    content = _content(file)
    items = tuple(Item(**row) for row in content["items"])
    _refuse_repeats([item.item for item in items], "item", file.name)
    for place, item in enumerate(items, 1):
        if item.aspect not in content["aspects"]:
            raise DataError(
                "the aspect is not known",
                file=file.name,
                row=place,
                column="aspect",
                value=item.aspect,
                expected="one of " + ", ".join(content["aspects"]),
            )
    scale = sorted(content["scale"])
    if scale != list(range(scale[0], scale[-1] + 1)):
        raise DataError(
            "the scale has gaps", file=file.name, column="scale", value=scale, expected="whole numbers in a row"
        )
    return SelfProfiling(content["question"], items, content["scale"], content["aspects"])


def topic_guides(path: Path | None = None) -> tuple[Mapping[str, str], ...]:
    """The questions of the topic guides in order: section, audience, question, probes."""
    return tuple(_content(path or INSTRUMENTS / "topic_guides.yml")["guides"])


def _theme(row, place, groups, file_name) -> Theme:
    missing = [name for name in THEME_FIELDS if name not in row]
    blank = [name for name in THEME_FIELDS if name in row and row[name] == "" and name != "feature"]
    if missing or blank:
        raise DataError(
            "a theme lacks a field",
            file=file_name,
            row=place,
            column=(missing + blank)[0],
            expected="the fields " + ", ".join(THEME_FIELDS),
        )
    if row["group"] not in groups:
        raise DataError(
            "the group is not known",
            file=file_name,
            row=place,
            column="group",
            value=row["group"],
            expected="one of " + ", ".join(groups),
        )
    return Theme(**{name: row[name] for name in THEME_FIELDS})


def _refuse_repeats(names, column, file_name):
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(
                "the name stands twice",
                file=file_name,
                row=place + 1,
                column=column,
                value=name,
                expected="every name once",
            )


def _content(file: Path):
    return _parsed(str(file), file.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _parsed(path: str, _changed: int):
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
