"""Is the built book whole? Every exhibit of the ledger on its page with picture or table, caption, description, CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from analysis.publish import chapters as sources
from analysis.publish.crosswalk_places import TABLE as CROSSWALK
from analysis.publish.crosswalk_places import problems_of_places
from analysis.publish.written import by_id, of_class, read_page, words


def problems_of_book(html: Path, ledger: dict) -> list[str]:
    """What is missing or wrong in the built book, one sentence each; empty when it is whole."""
    by_page: dict[str, list[dict]] = {}
    for exhibit in ledger["exhibits"]:
        by_page.setdefault(exhibit["chapter"], []).append(exhibit)
    problems = []
    for chapter in sources.all_chapters().values():
        problems += _problems_of_page(html, chapter, by_page.get(chapter.docname, []))
    return problems + _problems_of_findings(ledger)


def _problems_of_page(html, chapter, exhibits):
    file = html / f"{chapter.docname}.html"
    if not file.is_file():
        return [f"{chapter.docname}: the page is missing; is the chapter in _toc.yml?"]
    known = {exhibit["id"] for exhibit in exhibits}
    problems = [f"{chapter.docname}: shows {id} in its source, but the page does not have it"
                for id in chapter.exhibits if id not in known]
    if exhibits:
        root = read_page(file)
        nodes = by_id(root)
        problems += [f"{chapter.docname}: {exhibit['id']}: {problem}" for exhibit in exhibits
                     for problem in _problems_of_exhibit(html, file, nodes.get(exhibit["id"]), exhibit)]
        problems += problems_of_places(file) if CROSSWALK in known else []
        sheets = [link for link in root.xpath("//a/@href") if link.endswith(".xlsx")]
        problems += [f"{chapter.docname}: links to {link}, which is not there" for link in sheets
                     if not (file.parent / link).is_file()]
    return problems


def _problems_of_exhibit(html, file, node, exhibit):
    if node is None:
        return ["it is not on the page"]
    image = next(node.iter("img"), None)
    wants_picture = exhibit["kind"] == "figure"
    checks = {
        "no picture with text alternative": wants_picture and (image is None or not image.get("alt")),
        "the picture's file is missing": (
            wants_picture and image is not None and not (file.parent / image.get("src", "")).is_file()),
        "no table": next(node.iter("table"), None) is None,
        "no number in its caption": not of_class(node, "caption-number"),
        "no headline": not _text(node, "caption-text"),
        "no description": not _text(node, "description"),
        "no link to its CSV": not any(
            link.endswith(".csv") for part in of_class(node, "download") for link in part.xpath(".//a/@href")),
        "no account of how it was made": not of_class(node, "how-made"),
        "its CSV is missing or has other rows": _csv_rows(html / exhibit["csv"]) != exhibit["rows"],
    }
    return [problem for problem, is_so in checks.items() if is_so]


def _text(node, name):
    return "".join(words(found) for found in of_class(node, name)[:1])


def _csv_rows(file):
    if not file.is_file():
        return None
    with file.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def _problems_of_findings(ledger):
    ids = [finding["id"] for finding in ledger["findings"]]
    return [f"finding {id} is published twice" for id in sorted({id for id in ids if ids.count(id) > 1})]
