"""The built pages as one page for print: no code, links that lead inside, equations drawn, tables sized."""

from __future__ import annotations

import base64
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import yaml
from bs4 import BeautifulSoup

from analysis.errors import DataError
from analysis.publish.equations import draw, in_words
from analysis.publish.print_tables import set_table

LEFT_OUT = ("script, style, link, nav, .cell_input, details, .download, .headerlink, button, .term-meaning, "
            "sup:has(> a.finding-mark)")
# Terms and numbers that open something on the page are words in print.
UNWRAPPED = "div.cell, div.cell_output, div.container:not(.picture), span.pasted-text, span.pre, button.term, a.finding"
FEW, SHORT = 14, 1800       # so many rows of so many characters in all stay together with what belongs to the table


@dataclass(frozen=True)
class Place:
    """Something that is linked to: its id on the page, its number and title ("Figure 3 Response rates")."""

    id: str
    title: str


@dataclass(frozen=True)
class Chapter:
    """A chapter for print: its own id and title, the part it belongs to, its HTML, figures, tables and equations."""

    place: Place
    part: str
    html: str
    figures: tuple[Place, ...]
    tables: tuple[Place, ...]
    others: tuple[Place, ...]
    equations: frozenset[str]


def chapter_list(toc: Path) -> list[tuple[str, str]]:
    """All document names in order, each with the caption of its part ("" for the front page)."""
    content = yaml.safe_load(toc.read_text(encoding="utf-8"))
    return [("", content["root"]), *((part["caption"], chapter["file"]) for part in content["parts"]
                                     for chapter in part["chapters"])]


def read_chapters(html: Path, listed, base_url: str) -> list[Chapter]:
    """The chapters of the built book in `html`, for print.

    Raises `DataError` when a page or a picture is missing, a link leads nowhere, or an equation cannot be set.
    """
    chapters = [_chapter(html, part, docname, {name for _, name in listed}, base_url) for part, docname in listed]
    known = {place.id for chapter in chapters
             for place in (chapter.place, *chapter.figures, *chapter.tables, *chapter.others)}
    for chapter in chapters:
        for target in re.findall(r'href="#([^"]+)"', chapter.html):
            if target not in known:
                raise DataError("a link of the PDF leads nowhere", file=chapter.place.id, value=target,
                                expected="a chapter, an exhibit, a heading or a source in the book")
    return chapters


def place_id(docname: str, id: str = "") -> str:
    """The id on the printed page of an element of a chapter; exhibits keep theirs, which are unique in the book."""
    chapter = docname.removeprefix("chapters/").replace("/", "-")
    if not id:
        return chapter
    return id if re.match(r"(fig|tbl)-", id) else f"{chapter}--{id}"


def _chapter(html, part, docname, docnames, base_url):
    file = html / f"{docname}.html"
    if not file.is_file():
        raise DataError("a page of the PDF is missing", file=f"{docname}.html", expected="the built book")
    body = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").find("article").find("section")
    for node in body.select(UNWRAPPED):
        node.unwrap()
    for node in body.select(LEFT_OUT):
        node.decompose()
    heading = body.find("h1")
    heading["id"] = ""      # the chapter's own place, whose page number the contents give
    equations = {_set_equation(node) for node in body.find_all("math")}
    for image in body.find_all("img"):
        _find_picture(image, file)
    for node in body.find_all(id=True):
        node["id"] = place_id(docname, node["id"])
    exhibits = [_set_exhibit(figure, docname, base_url) for figure in body.select("figure.exhibit")]
    for link in body.find_all("a", href=True):
        _resolve(link, docname, docnames, base_url)
    others = [Place(node["id"], _title_of(node)) for node in body.find_all(id=True)]
    return Chapter(Place(place_id(docname), heading.get_text(strip=True)), part, body.decode(),
                   tuple(place for place in exhibits if place.id.startswith("fig-")),
                   tuple(place for place in exhibits if place.id.startswith("tbl-")),
                   tuple(others), frozenset(equations))


def _set_equation(node) -> str:
    """Put a drawing in the place of an equation; its words, which are the drawing's text alternative."""
    drawing, words = draw(node["data-latex"], display=node.get("display") == "block"), in_words(node)
    image = BeautifulSoup("", "html.parser").new_tag("img", alt=words, attrs={
        "class": "formula", "src": _data_address(drawing.svg),
        "style": f"height: {drawing.height:.3f}em; vertical-align: {-drawing.depth:.3f}em"})
    node.replace_with(image)
    return words


def _data_address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _find_picture(image, file) -> None:
    if image["src"].startswith("data:"):
        return
    picture = (file.parent / image["src"]).resolve()
    if not picture.is_file():
        raise DataError("a picture of the PDF is missing", file=image["src"], expected="a file in the built page")
    image["src"] = picture.as_uri()


def _set_exhibit(figure, docname, base_url) -> Place:
    """An exhibit as a section of its own under its caption, with the way to it online; sizes its table."""
    caption = figure.find("figcaption")
    number = caption.find(class_="caption-number").get_text(strip=True)
    title = Place(figure["id"], f"{number} {caption.find(class_='caption-text').get_text(strip=True)}")
    for table in figure.find_all("table"):
        few = len(table.find_all("tr")) - 1 <= FEW and len(table.get_text()) <= SHORT
        wide = set_table(table).is_wide
        figure["class"] += (["few"] if few else []) + (["wide"] if wide else [])
        before = figure.find_previous_sibling()
        if wide and before is not None and before.name in ("h2", "h3"):
            before["class"] = ["wide"]      # the heading goes with the table to the landscape page
    figure.append(BeautifulSoup(_online(f"{docname}.html#{figure['id']}", base_url), "html.parser"))
    figure.name = "section"
    return title


def _online(address: str, base_url: str) -> str:
    """A line that leads to the page online; without a base address it names the page."""
    if not base_url:
        return f'<p class="online">Online, with its data and how it was made: {address}</p>'
    return (f'<p class="online">Online, with its data and how it was made: '
            f'<a href="{base_url.rstrip("/")}/{address}">{address}</a></p>')


def _resolve(link, docname, docnames, base_url) -> None:
    """Make a link lead inside the document, to the web, or to the page online; what has no address becomes text."""
    text, href = link.get_text(), link["href"]
    numbered = link.find(class_="std-numref") is not None
    link.clear()
    link.append(text)
    if urlsplit(href).scheme:
        link.attrs = {"href": href}
        return
    path, fragment = urldefrag(href)
    page = f"{docname}.html"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    if target.removesuffix(".html") in docnames:
        page_named = numbered and link.find_parent("table") is None
        link.attrs = {"href": f"#{place_id(target.removesuffix('.html'), fragment)}",
                      **({"class": "numbered"} if page_named else {})}
    elif base_url:
        link.attrs = {"href": f"{base_url.rstrip('/')}/{target}"}
    else:
        link.insert_after(f" (online: {target})")
        link.unwrap()


def _title_of(node) -> str:
    """The heading of a section, else the beginning of its text; of an empty anchor, the heading of its section."""
    named = node.find(["h1", "h2", "h3", "h4"]) if node.name == "section" else None
    text = (named or node).get_text(" ", strip=True)
    if not text and node.find_parent("section"):
        return _title_of(node.find_parent("section"))
    return text if len(text) <= 80 else f"{text[:80].rsplit(' ', 1)[0]} ..."
