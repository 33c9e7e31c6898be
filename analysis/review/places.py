"""Where chapters quote a finding: the page, and the sentence with its numbers put in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis import paths
from analysis.publish.chapters import QUOTE
from analysis.publish.ledger import base_key
from analysis.publish.words import without_markup

FENCE = re.compile(r"^(```+|~~~+).*?^\1[`~]*\s*$", re.MULTILINE | re.DOTALL)
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# A sentence ends at a full stop, question mark or exclamation mark with what closes it, before a space.
SENTENCE = re.compile(r"(?<=[.!?])[*\")\]]*\s+(?=[A-Z*{\[(\"])")
CITED = re.compile(r"\s*\{cite\}`[^`]*`")
MARKER = re.compile(r"^\s*(?:[-*+]|\d+\.|:|#+|>)\s+")


@dataclass(frozen=True)
class Place:
    """One use of a finding in prose: page, anchor on that page, and the sentence as a reader sees it."""

    docname: str
    anchor: str
    sentence: str


def anchor_of(key: str) -> str:
    """The anchor at a finding's first use on a page."""
    return f"use-{key}"


def places_of(chapters, texts: dict[str, str], known) -> dict[str, tuple[Place, ...]]:
    """For every finding its places in reading order. `texts`: what each quoted form says; `known`: ids of findings."""
    found: dict[str, list[Place]] = {}
    for docname in chapters:
        source = (paths.ROOT / f"{docname}.md").read_text(encoding="utf-8")
        for sentence in sentences(source):
            for key in dict.fromkeys(base_key(key, known) for key in QUOTE.findall(sentence)):
                found.setdefault(key, []).append(Place(docname, anchor_of(key), as_read(sentence, texts)))
    return {key: tuple(places) for key, places in found.items()}


def sentences(source: str) -> list[str]:
    """The sentences of a chapter's prose, without front matter and code; a list item or heading ends one as well."""
    prose = FENCE.sub("\n\n", FRONT_MATTER.sub("", source))
    parts = []
    for block in re.split(r"\n\s*\n", prose):
        for item in re.split(r"\n(?=\s*(?:[-*+]|\d+\.|:)\s)", block):
            text = MARKER.sub("", " ".join(item.split()))
            parts += [part for part in SENTENCE.split(text) if part.strip()]
    return parts


def as_read(sentence: str, texts: dict[str, str]) -> str:
    """The sentence with findings put in, without markup and without citations in brackets."""
    sentence = CITED.sub("", sentence)
    return without_markup(QUOTE.sub(lambda found: texts.get(found[1], found[1]), sentence)).replace("*", "")
