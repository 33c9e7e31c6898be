"""Walks the tags of a PDF by itself (not with the code that mends them), for tests."""

from collections import Counter
from dataclasses import dataclass, field

import pikepdf
from pdfua import validate

HEADINGS = ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")
DRAWING = ("Tj", "TJ", "f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "Do", "sh")
PIXEL = 0.75                # points
MARGIN = 18 / 25.4 * 72     # of 20 mm, in points, with two for what hangs over

# pdfua 0.1.3 asks every array of tags whether it is a number, which pikepdf 10 refuses. `problems_of` has this rule.
RULES_THAT_FAIL = {"UA-14-001"}


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
    """Every marked content of every page is in the tree once, everything drawn is marked or an artifact, and no text
    reaches over the edge of the page."""
    held = Counter((element.Pg.objgen, int(kid)) for element in found for kid in kids(element) if isinstance(kid, int))
    parents = {int(number): parent for number, parent in _pairs(pdf.Root.StructTreeRoot.ParentTree.Nums)}
    widths = Widths()
    for number, page in enumerate(pdf.pages, 1):
        if page.get("/Tabs") != "/S":
            yield f"page {number}: the order of tabs is not that of the structure"
        drawn = what_is_drawn(page, widths)
        if drawn.loose:
            yield f"page {number}: {drawn.loose} operators draw outside tags and artifacts"
        if not drawn.marked:
            yield f"page {number}: nothing on it is tagged"
        yield from (f"page {number}: text from {left:.0f} to {right:.0f} of {page.MediaBox[2]} points"
                    for left, right in drawn.lines if left < MARGIN or right > float(page.MediaBox[2]) - MARGIN)
        tree = parents[int(page.StructParents)]
        for mcid in drawn.marked:
            if held[page.objgen, mcid] != 1:
                yield f"page {number}: content {mcid} is in the structure {held[page.objgen, mcid]} times"
            elif all(kid != mcid for kid in kids(tree[mcid]) if isinstance(kid, int)):
                yield f"page {number}: content {mcid} leads to an element that does not have it"


@dataclass
class Drawn:
    """What a page draws: numbers of its marked content, how many operators draw outside of any mark, and for each run
    of text where it begins and ends from the left, in points."""

    marked: list[int] = field(default_factory=list)
    loose: int = 0
    lines: list[tuple[float, float]] = field(default_factory=list)


class Widths(dict):
    """Widths of glyphs, in thousandths of the type size, by font."""

    def of(self, page, name):
        font = page.Resources.Font[name]
        if font.objgen not in self:
            self[font.objgen] = dict(_widths(font.DescendantFonts[0].W))
        return self[font.objgen]


def _widths(listed):
    """A `W` array: a first glyph and the widths of it and its followers, or two glyphs and the width from one to the
    other (ISO 32000-1, 9.7.4.3)."""
    items = list(listed)
    while items:
        first = int(items.pop(0))
        if isinstance(items[0], pikepdf.Array):
            yield from enumerate((float(width) for width in items.pop(0)), first)
        else:
            last, width = int(items.pop(0)), float(items.pop(0))
            yield from ((glyph, width) for glyph in range(first, last + 1))


def what_is_drawn(page, widths) -> Drawn:
    """Reads a page's content as WeasyPrint writes it: text stands by `Tm` in CSS pixels, each glyph as two bytes."""
    drawn, open_marks, font, size, left = Drawn(), [], None, 0.0, 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            open_marks.append(name)
            if name == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]:
                drawn.marked.append(int(operands[1].MCID))
        elif name == "EMC":
            open_marks.pop()
        elif name == "Tf":
            font, size = str(operands[0]), float(operands[1])
        elif name == "Tm":
            left = float(operands[4])
        elif name in DRAWING and not open_marks:
            drawn.loose += 1
        if name == "TJ":
            advance = sum(_advance(item, widths.of(page, font)) for item in operands[0])
            drawn.lines.append((left * PIXEL, (left + size * advance / 1000) * PIXEL))
    return drawn


def _advance(item, widths) -> float:
    if not isinstance(item, pikepdf.String):
        return -float(item)
    glyphs = bytes(item)
    return sum(widths.get(int.from_bytes(glyphs[k:k + 2], "big"), 0.0) for k in range(0, len(glyphs), 2))


def _pairs(flat):
    return [(flat[k], flat[k + 1]) for k in range(0, len(flat), 2)]


def raster_images(pdf) -> int:
    """How many pictures of the file are made of pixels."""
    return sum(isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image" for item in pdf.objects)


def fonts_not_embedded(pdf) -> list[str]:
    """Names of fonts whose program is not in the file."""
    described = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)
                 and item.get("/Type") == "/FontDescriptor"]
    assert described, "a PDF of text has fonts"
    programs = {"/FontFile", "/FontFile2", "/FontFile3"}
    return [str(item.FontName) for item in described if not programs & set(item.keys())]


def by_pdfua(file):
    """What pdfua finds (errors and warnings, one line each), and the rules it could not run."""
    report = validate(str(file))
    found = [f"{finding.severity.name} {finding.rule_id} page {finding.location.page}: {finding.message}"
             for outcome in report.outcomes for finding in outcome.findings]
    return found, {outcome.rule_id for outcome in report.skipped}
