"""Written pages read again, to look whether all is on them that should be."""

from __future__ import annotations

from pathlib import Path

from lxml import html

UTF8 = html.HTMLParser(encoding="utf-8")


def read_page(file: Path):
    """The root of a written page; of an empty file, that of an empty page."""
    return html.document_fromstring(file.read_bytes().strip() or b"<html><body></body></html>", parser=UTF8)


def by_id(root) -> dict:
    """The first element of every id."""
    found: dict = {}
    for node in root.iter("*"):
        if node.get("id"):
            found.setdefault(node.get("id"), node)
    return found


def of_class(root, name: str) -> list:
    """All elements below with that class."""
    return root.xpath(".//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} ")


def words(node) -> str:
    """The text within an element, without space around each piece of it."""
    return "".join(piece.strip() for piece in node.itertext(with_tail=False))
