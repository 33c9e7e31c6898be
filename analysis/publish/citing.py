"""How to cite the report and each of its exhibits, from CITATION.cff."""

from __future__ import annotations

from functools import lru_cache

import yaml

from analysis import paths
from analysis.publish.exhibits import Exhibit


@lru_cache(maxsize=1)
def citation() -> dict:
    """CITATION.cff as it stands."""
    return yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def of_report() -> str:
    """The report: authors, title, version."""
    about = citation()
    return f"{_authors(about)}. {about['title']}. Version {about['version']}."


def of_exhibit(exhibit: Exhibit) -> str:
    """An exhibit: authors, headline, its id, the report, version, and the status of its numbers."""
    about = citation()
    return (f"{_authors(about)}. {exhibit.title} ({exhibit.id}; {exhibit.status}). In: {about['title']}. "
            f"Version {about['version']}.")


def _authors(about) -> str:
    return "; ".join(author["name"] for author in about["authors"])
