"""Walks the tags of a PDF by itself (not with the code that mends them), for tests."""

from collections import Counter

import pikepdf

HEADINGS = ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")


def kids(element):
    """The elements, numbers of marked content and object references right below an element."""
    found = element.get("/K")
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def elements(element):
    """An element and all elements below it, in reading order."""
    yield element
    for kid in kids(element):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(kid)


def everything(pdf):
    """All elements of the document, in reading order."""
    return [found for kid in kids(pdf.Root.StructTreeRoot) for found in elements(kid)]


def by_role(pdf, role):
    """All elements of a role ("/Figure")."""
    return [element for element in everything(pdf) if str(element.S) == role]


def problems_of(pdf) -> list[str]:
    """What is wrong with the tags, one sentence each."""
    found = everything(pdf)
    return [*_without_attributes(found), *_headings(found), *_links(pdf, found), *_content(pdf, found)]


def _without_attributes(found):
    for element in found:
        role = str(element.S)
        if role in ("/Figure", "/Formula") and not str(element.get("/Alt", "")).strip():
            yield f"{role} without alternative text"
        if role == "/TH" and str(element.A.get("/Scope", "")) not in ("/Column", "/Row"):
            yield "header cell without scope"
        if role in HEADINGS and not any(isinstance(kid, int) for below in elements(element) for kid in kids(below)):
            yield f"empty heading {role}"
        if role == "/Table" and [str(kid.S) for kid in kids(element)] != ["/THead", "/TBody"]:
            yield f"table of {[str(kid.S) for kid in kids(element)]}"
        if role in ("/L",) and {str(kid.S) for kid in kids(element)} - {"/LI", "/L"}:
            yield f"list of {[str(kid.S) for kid in kids(element)]}"


def _headings(found):
    before = 0
    for element in found:
        if str(element.S) in HEADINGS:
            level = int(str(element.S)[2])
            if level > before + 1:
                yield f"a heading of level {level} after one of level {before}"
            before = level


def _links(pdf, found):
    held = Counter(kid.Obj.objgen for element in found if str(element.S) == "/Link" for kid in kids(element)
                   if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR")
    parents = {int(number): parent for number, parent in _pairs(pdf.Root.StructTreeRoot.ParentTree.Nums)}
    for number, page in enumerate(pdf.pages, 1):
        for annotation in page.get("/Annots", []):
            if not str(annotation.get("/Contents", "")).strip():
                yield f"page {number}: a link without words"
            if held[annotation.objgen] != 1:
                yield f"page {number}: a link is in the structure {held[annotation.objgen]} times"
            elif str(parents[int(annotation.StructParent)].S) != "/Link":
                yield f"page {number}: a link whose element is a {parents[int(annotation.StructParent)].S}"
    for element in found:
        if str(element.S) == "/Link" and any(str(below.S) == "/Link" for kid in kids(element)
                                             if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
                                             for below in elements(kid)):
            yield "a link within a link"


def _content(pdf, found):
    """Every marked content of every page is in the tree once, and everything drawn is marked or an artifact."""
    held = Counter((element.Pg.objgen, int(kid)) for element in found for kid in kids(element) if isinstance(kid, int))
    parents = {int(number): parent for number, parent in _pairs(pdf.Root.StructTreeRoot.ParentTree.Nums)}
    for number, page in enumerate(pdf.pages, 1):
        if page.get("/Tabs") != "/S":
            yield f"page {number}: the order of tabs is not that of the structure"
        marked, loose = marks_of(page)
        if loose:
            yield f"page {number}: {loose} operators draw outside tags and artifacts"
        if not marked:
            yield f"page {number}: nothing on it is tagged"
        tree = parents[int(page.StructParents)]
        for mcid in marked:
            if held[page.objgen, mcid] != 1:
                yield f"page {number}: content {mcid} is in the structure {held[page.objgen, mcid]} times"
            elif all(kid != mcid for kid in kids(tree[mcid]) if isinstance(kid, int)):
                yield f"page {number}: content {mcid} leads to an element that does not have it"


def marks_of(page):
    """Numbers of the marked content of a page, and how many drawing operators stand outside of any mark."""
    marked, open_marks, loose = [], [], 0
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            open_marks.append(name)
            if name == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]:
                marked.append(int(operands[1].MCID))
        elif name == "EMC":
            open_marks.pop()
        elif name in ("Tj", "TJ", "'", '"', "f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "Do", "sh") and not open_marks:
            loose += 1
    return marked, loose


def _pairs(flat):
    return [(flat[k], flat[k + 1]) for k in range(0, len(flat), 2)]
