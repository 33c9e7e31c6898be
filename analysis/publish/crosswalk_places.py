"""Does every item of the reporting crosswalk lead somewhere? The links of the built table, followed one by one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import unquote

from analysis.publish.written import by_id, of_class, read_page, words

TABLE, WHERE = "tbl-reporting-crosswalk", "Where"


def problems_of_places(page: Path) -> list[str]:
    """One sentence for each item of the table on a built page whose place is no link, or a link to a page or anchor
    that is not there, naming item and place; empty when each leads somewhere. `page` is the file of the HTML page."""
    table = by_id(read_page(page)).get(TABLE)
    if table is None:
        return [f"{page.name}: it has no {TABLE}"]
    head, *rows = next(table.iter("table")).iter("tr")
    column = [words(cell) for cell in head.iter("th")].index(WHERE)
    anchors = {}
    found = partial(_problem_of_link, page, anchors)
    return [f"{page.name}: item {words(cells[0])}: place {words(cells[column])!r} {problem}"
            for cells in (list(row.iter("th", "td")) for row in rows) for problem in _problems(cells[column], found)]


def _problems(cell, problem_of_link):
    links = cell.xpath(".//a/@href")
    if not links or of_class(cell, "xref-missing") or of_class(cell, "problematic"):
        return ["is no link; expected an exhibit, a chapter, or chapter#heading"]
    return [problem for problem in map(problem_of_link, links) if problem]


def _problem_of_link(page, anchors, href):
    name, _, anchor = unquote(href).partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_file():
        return f"leads to {name}, which is not there"
    if target not in anchors:
        anchors[target] = set(by_id(read_page(target)))
    return f"leads to {href}, but the page has no such anchor" if anchor and anchor not in anchors[target] else ""
