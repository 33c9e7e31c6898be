"""Mends the tags of a PDF that WeasyPrint made, up to what PDF/UA-1 asks and WeasyPrint 70 leaves undone.

WeasyPrint begins the structure anew on every page, tags what it repeats there as content, gives header cells no scope,
knows no formulas, and names links by their address. Standards: ISO 14289-1 (PDF/UA-1), ISO 32000-1, section 14.8.
"""

from __future__ import annotations

import re
from collections import defaultdict

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

POINTS = 0.75       # of a CSS pixel
MARKED = re.compile(rb"/\w+\s*<<\s*/MCID (\d+)\s*>>\s*BDC")
BEGINNINGS = ("/H1", "/H2", "/H3", "/H4", "/Caption")       # what a section begins with, unless it goes on from before


def mend(pdf: Pdf, links: dict[str, str], equations: frozenset[str], listings: int = 0) -> None:
    """Change the tags of an open PDF.

    links: words for every place that is linked to, by its name. equations: the text alternatives of drawings that are
    equations. listings: how many sections after the first are tables of contents.
    """
    document = pdf.Root.StructTreeRoot.K[0]
    _join_pages(document)
    for section in _kids(document)[1:1 + listings]:
        _list_contents(section)
    _flatten_links(document, pdf.Root.StructTreeRoot.ParentTree.Nums)
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages)}
    shown: dict[int, set[int]] = defaultdict(set)
    for element in _elements(document):
        _MENDERS.get(str(element.S), _leave)(element, pdf, equations)
        for kid in _kids(element):
            if isinstance(kid, int):
                shown[numbers[element.Pg.objgen]].add(kid)
    _set_apart(pdf, shown)
    _describe_links(pdf, links)


def _kids(element) -> list:
    kids = element.get("/K")
    if kids is None:
        return []
    return [kid if isinstance(kid, Object) else int(kid) for kid in (kids if isinstance(kids, Array) else [kids])]


def _is_element(kid) -> bool:
    return isinstance(kid, Dictionary) and "/S" in kid


def _elements(element):
    """An element and all below it."""
    waiting = [element]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += [kid for kid in _kids(found) if _is_element(kid)]


def _join_pages(document) -> None:
    """Sections and tables that go on over a page become one again; a repeated table header is dropped."""
    _replace(document, _joined(_kids(document)))


def _joined(kids) -> list:
    whole: list = []
    for kid in kids:
        if whole and _goes_on(kid) and str(whole[-1].S) == "/Sect":
            _append(whole[-1], kid)
        else:
            whole.append(kid)
    return whole


def _goes_on(section) -> bool:
    """Whether a section goes on from the page before: else it begins with its heading or caption."""
    if str(section.S) != "/Sect":
        return False
    kids = [kid for kid in _kids(section) if _is_element(kid)]
    return not kids or str(kids[0].S) not in BEGINNINGS


def _append(whole, rest) -> None:
    """Add the rest of a section to its beginning; where a table or list was cut, it goes on."""
    before, after = _kids(whole), _kids(rest)
    if before and after and _is_element(before[-1]) and _is_element(after[0]):
        last, first = before[-1], after[0]
        if str(last.S) == "/Sect" and _goes_on(first):
            _append(last, first)
            after = after[1:]
        elif _table_in(last) is not None and _table_in(first) is not None:
            _append_rows(_table_in(last), _table_in(first))
            after = after[1:]
        elif str(last.S) == str(first.S) == "/L":       # no two lists stand one upon the other
            _adopt(last, _kids(first))
            after = after[1:]
    _adopt(whole, after)


def _table_in(element):
    """The table in a frame that holds nothing else."""
    kids = _kids(element)
    return kids[0] if str(element.S) == "/Div" and len(kids) == 1 and str(kids[0].S) == "/Table" else None


def _append_rows(table, rest) -> None:
    body = next(kid for kid in _kids(table) if str(kid.S) == "/TBody")
    rows = [row for kid in _kids(rest) if str(kid.S) == "/TBody" for row in _kids(kid)]
    _adopt(body, rows)


def _adopt(element, kids) -> None:
    for kid in kids:
        kid.P = element
    _replace(element, [*_kids(element), *kids])


def _replace(element, kids) -> None:
    element.K = Array(kids)


def _list_contents(section) -> None:
    """Lists become tables of contents, with an entry for each item and a reference in it."""
    names = {"/L": Name.TOC, "/LI": Name.TOCI, "/LBody": Name.Reference}
    for element in _elements(section):
        element.S = names.get(str(element.S), element.S)


def _flatten_links(document, parents) -> None:
    """A link within a link (the page number that a style sheet adds to it) becomes a span; its area, the outer one's.

    `parents` is the tree that leads from a number to the element; that of an area is changed with it.
    """
    places = _places(parents)
    for outer in _elements(document):       # outer links come before those within them, which are none by their turn
        if str(outer.S) != "/Link":
            continue
        areas = []
        for inner in [found for found in _elements(outer) if str(found.S) == "/Link" and found != outer]:
            areas += [kid for kid in _kids(inner) if _is_area(kid)]
            _replace(inner, [kid for kid in _kids(inner) if not _is_area(kid)])
            inner.S = Name.Span
        for area in areas:
            parents[places[int(area.Obj.StructParent)]] = outer
        if areas:
            _replace(outer, [*_kids(outer), *areas])


def _places(parents) -> dict[int, int]:
    """Where in the parent tree (numbers and entries in turn) the entry of each number stands."""
    return {int(parents[k]): k + 1 for k in range(0, len(parents), 2)}


def _is_area(kid) -> bool:
    return isinstance(kid, Dictionary) and kid.get("/Type") == "/OBJR"


def _leave(element, pdf, equations) -> None:
    """Elements that are right as they are."""


def _scope(element, pdf, equations) -> None:
    """Header cells in the head are of columns, others of rows. With that, lists of headers and ids (which would need
    an index in the structure's root) are not needed."""
    in_head = str(element.P.P.S) == "/THead"
    element.A.Scope = Name.Column if in_head else Name.Row
    if "/ID" in element:
        del element["/ID"]


def _no_headers(element, pdf, equations) -> None:
    if "/Headers" in element.A:
        del element.A["/Headers"]


def _formula(element, pdf, equations) -> None:
    """Drawings of equations are formulas. The box of a drawing is counted from the page's lower left, in points."""
    if str(element.get("/Alt", "")) in equations:
        element.S = Name.Formula
    x1, y1, x2, y2 = (float(value) * POINTS for value in element.A.BBox)
    height = float(element.Pg.MediaBox[3])
    element.A.BBox = Array([round(value, 3) for value in (x1, height - y2, x2, height - y1)])


def _link(element, pdf, equations) -> None:
    """What looks like a link but leads nowhere itself (its page number, words within it) is a span."""
    if not any(_is_area(kid) for kid in _kids(element)):
        element.S = Name.Span


_MENDERS = {"/TH": _scope, "/TD": _no_headers, "/Figure": _formula, "/Link": _link}


def _set_apart(pdf, shown) -> None:
    """Marked content that no element of the tree has (running heads, page numbers, repeated headers) is an artifact."""
    parents = pdf.Root.StructTreeRoot.ParentTree.Nums
    places = _places(parents)
    for number, page in enumerate(pdf.pages):
        content = page.Contents.read_bytes()
        page.Contents.write(MARKED.sub(lambda found, kept=shown[number]: _kept(found, kept), content))
        place = places[int(page.StructParents)]
        elements = parents[place]
        for mcid in range(len(elements)):
            if mcid not in shown[number]:
                elements[mcid] = None
        parents[place] = elements


def _kept(found, kept) -> bytes:
    return found[0] if int(found[1]) in kept else b"/Artifact <</Type /Pagination>> BDC"


def _describe_links(pdf, links) -> None:
    """Say in words where each link leads."""
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            if annotation.Subtype != "/Link":
                continue
            target = str(annotation.get("/Dest", ""))
            words = links[target] if target else f"Web page {annotation.A.URI}"
            annotation.Contents = String(words)
