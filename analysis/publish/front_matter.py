"""What stands before the chapters on paper: title page with citation and statuses, contents, lists of exhibits."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

import yaml

from analysis.publish.page import badge
from analysis.publish.status import MEANING

CONTENT = ("chapters", "analysis", "data", "_config.yml", "_toc.yml", "requirements.txt")


@dataclass(frozen=True)
class Edition:
    """What the title page says: title, version and date (ISO 8601, "" where unknown) of the report, how to cite it and
    the original, licences, and the address online ("" where there is none)."""

    title: str
    authors: str
    version: str
    date: str
    original: str
    licences: str
    base_url: str

    @property
    def day(self) -> str:
        """The date as one writes it: 5 November 2026."""
        if not self.date:
            return ""
        date = datetime.fromisoformat(self.date)
        return f"{date.day} {date:%B %Y}"

    def citation(self) -> str:
        """How to cite the report."""
        year = f" ({self.date[:4]})" if self.date else ""
        place = f" {self.base_url}" if self.base_url else ""
        return f"{self.authors}{year}. {self.title}. Version {self.version}.{place}"


def read_edition(root: Path) -> Edition:
    """The edition as `_config.yml` and `CITATION.cff` describe it, dated by the last change of what it is made from."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    footer = re.sub(r"<[^>]+>", "", config.get("html", {}).get("extra_footer", "")).strip()
    return Edition(config["title"], config["author"], str(citation["version"]), date_of_content(root),
                   _original(citation["references"][0]), footer,
                   config.get("sphinx", {}).get("config", {}).get("html_baseurl", "") or "")


def date_of_content(root: Path) -> str:
    """When what the report is made from last changed, by git; "" where there is no repository."""
    try:
        done = subprocess.run(["git", "log", "-1", "--format=%cI", "--", *CONTENT], cwd=root, text=True,
                              capture_output=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _original(reference) -> str:
    names = ", ".join(f"{person['family-names']}, {person['given-names'][0]}." for person in reference["authors"])
    return (f"{names} ({reference['year']}). {reference['title']}. {reference['institution']['name']}. "
            f"ISBN {reference['isbn']}.")


def title_page(edition: Edition) -> str:
    """Title, edition, citation, what the statuses mean, licences."""
    dated = f", {edition.day}" if edition.day else ""
    statuses = "".join(f"<li>{badge(status)} {escape(meaning)}</li>" for status, meaning in MEANING.items())
    online = (f'<p>The report stands online at <a href="{escape(edition.base_url)}">{escape(edition.base_url)}</a>, '
              if edition.base_url else "<p>The same report is made as web pages, ")
    return (f'<section class="title-page"><h1 id="title-page">{escape(edition.title)}</h1>'
            f'<p class="edition">Version {escape(edition.version)}{dated}</p>'
            f"<h2>What the statuses mean</h2><p>Every number has a status, which stands as a badge in each caption.</p>"
            f'<ul class="statuses">{statuses}</ul>'
            f"<h2>What is left out here</h2>{online}where each exhibit has its data as a file, the numbers behind each "
            f"figure as a table, and the code that made it. Under each exhibit stands where that is.</p>"
            f"<h2>How to cite</h2><p>{escape(edition.citation())}</p><p>The original evaluation: "
            f"{escape(edition.original)}</p><h2>Licences</h2><p>{escape(edition.licences)}</p></section>")


def contents(chapters) -> list[str]:
    """Sections that list the chapters by part, the figures and the tables; the style sheet adds the page numbers."""
    parts = []
    for part, group in groupby(chapters, key=lambda chapter: chapter.part):
        heading = f"<h2>{escape(part)}</h2>" if part else ""
        parts.append(heading + _list(chapter.place for chapter in group))
    lists = [("list-of-figures", "List of figures", [place for chapter in chapters for place in chapter.figures]),
             ("list-of-tables", "List of tables", [place for chapter in chapters for place in chapter.tables])]
    return [f'<section class="contents"><h1 id="contents">Contents</h1>{"".join(parts)}</section>',
            *(f'<section class="contents exhibits" id="{id}"><h1>{title}</h1>{_list(places)}</section>'
              for id, title, places in lists if places)]


def _list(places) -> str:
    items = "".join(f'<li><a href="#{place.id}">{escape(place.title)}</a></li>' for place in places)
    return f"<ul>{items}</ul>"
