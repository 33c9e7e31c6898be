"""Does every item of the reporting crosswalk lead somewhere? The links of the built table, followed one by one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

TABLE, WHERE = "tbl-reporting-crosswalk", "Where"


def problems_of_places(page: Path) -> list[str]:
    """One sentence for each item of the table on a built page whose place is no link, or a link to a page or anchor
    that is not there, naming item and place; empty when each leads somewhere. `page` is the file of the HTML page."""
    table = _soup(page).find(id=TABLE)
    if table is None:
        return [f"{page.name}: it has no {TABLE}"]
    head, *rows = table.find("table").find_all("tr")
    column = [cell.get_text(strip=True) for cell in head.find_all("th")].index(WHERE)
    anchors = {}
    found = partial(_problem_of_link, page, anchors)
    return [f"{page.name}: item {cells[0].get_text(strip=True)}: place {cells[column].get_text(strip=True)!r} {problem}"
            for cells in (row.find_all(["th", "td"]) for row in rows) for problem in _problems(cells[column], found)]


def _problems(cell, problem_of_link):
    links = cell.find_all("a", href=True)
    if not links or cell.find(class_=["xref-missing", "problematic"]):
        return ["is no link; expected an exhibit, a chapter, or chapter#heading"]
    return [problem for problem in map(problem_of_link, (link["href"] for link in links)) if problem]


def _problem_of_link(page, anchors, href):
    name, _, anchor = unquote(href).partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_file():
        return f"leads to {name}, which is not there"
    if target not in anchors:
        anchors[target] = {node["id"] for node in _soup(target).find_all(id=True)}
    return f"leads to {href}, but the page has no such anchor" if anchor and anchor not in anchors[target] else ""


def _soup(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
