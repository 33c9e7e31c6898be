"""The bar at the top of a page with results: links to its answer, to how sure it is, to exhibits, method and data."""

from __future__ import annotations

from html import escape

from docutils import nodes

# What a section is for, by how its title begins; the first that fits is taken.
PARTS = (("Key finding", ("In short",)),
         ("How we know", ("How we know", "How the effect", "How strands are read", "What was asked")),
         ("How sure", ("How sure", "How strong", "Strength")),
         ("Method and data", ("Data and method", "Data, method", "Data")))


def links_of(document, exhibits) -> list[tuple[str, str]]:
    """(words, anchor) for each part that the page has, and for its first exhibit with how many there are."""
    found = []
    titles = [(section.next_node(nodes.title).astext(), section["ids"][0])
              for section in document.findall(nodes.section) if section["ids"]]
    for words, beginnings in PARTS:
        anchor = next((id for begin in beginnings for title, id in titles if title.startswith(begin)), None)
        if anchor:
            found.append((words, anchor))
    exhibits = list(exhibits)
    figures = sum(exhibit.kind == "figure" for exhibit in exhibits)
    counts = (_number(figures, "figure"), _number(len(exhibits) - figures, "table"))
    said = " and ".join(part for part in counts if part)
    return [*found, (said, exhibits[0].id)] if exhibits else found


def bar(links: list[tuple[str, str]]) -> str:
    """The links as one line, for the page and not for print."""
    items = "".join(f'<li><a href="#{escape(anchor)}">{escape(words)}</a></li>' for words, anchor in links)
    return f'<nav class="page-parts" aria-label="Parts of this page"><ul>{items}</ul></nav>'


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}" if count else ""
