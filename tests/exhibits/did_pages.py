"""The pages of the difference-in-differences, and what they show and quote."""

from __future__ import annotations

import re
from collections import Counter

from analysis.paths import CHAPTERS

PAGES = (CHAPTERS / "difference_in_differences.md",
         *(CHAPTERS / "appendices" / f"{stem}.md" for stem in ("difference_in_differences", "did_trends", "did_choices",
                                                               "did_simulation")))


def shown() -> Counter:
    """How often each exhibit is shown over all pages."""
    return Counter(re.findall(r'\.show\("([a-z-]+)"\)', _text()))


def quoted() -> set[str]:
    """Keys of the findings quoted on any page."""
    return set(re.findall(r"\{glue:text\}`(did\.[a-z0-9_.]+?)(?:\.full|\.interval|\.n|\.number)?`", _text()))


def assert_on_pages(bundle) -> None:
    """Every exhibit of a bundle stands on one page, once, and every finding is quoted."""
    counts = shown()
    assert {e.id: counts[e.id] for e in bundle.exhibits if counts[e.id] != 1} == {}
    assert {f.id for f in bundle.findings} - quoted() == set()


def _text() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
