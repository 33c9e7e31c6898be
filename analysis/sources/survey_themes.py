"""The code frame of the staff survey's open question (`data/instruments/survey_themes.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import yaml

from analysis.errors import DataError
from analysis.paths import DATA

FILE = DATA / "instruments" / "survey_themes.yml"


@dataclass(frozen=True)
class Theme:
    """One code: what falls under it and what does not."""

    code: str
    label: str
    include: str
    exclude: str


@dataclass(frozen=True)
class ThemeFrame:
    """The question, the themes in order, and the code of a comment that holds none of them."""

    question: str
    source: str
    themes: tuple[Theme, ...]
    none: str

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the themes."""
        return tuple(theme.code for theme in self.themes)

    @property
    def labels(self) -> dict[str, str]:
        """Names of the themes by code."""
        return {theme.code: theme.label for theme in self.themes}


@lru_cache(maxsize=1)
def theme_frame() -> ThemeFrame:
    """The code frame; `DataError` where a code stands twice."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    themes = tuple(Theme(**row) for row in content["themes"])
    codes = [theme.code for theme in themes]
    if len(set(codes)) < len(codes):
        raise DataError("a code stands twice", file=FILE.name, column="code", value=codes, expected="every code once")
    return ThemeFrame(content["question"], content["source"], themes, content["none"])
