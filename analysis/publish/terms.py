"""Terms of the glossary explained in place: the first use of each on a page opens its meaning, without a script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis.sources.catalogue import catalogue

GLOSSARY = "glossary"
PLAIN = (nodes.paragraph, nodes.list_item)
CLOSED = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.math, nodes.raw, nodes.figure,
          nodes.table, nodes.term, nodes.strong, nodes.emphasis, nodes.citation)


@dataclass(frozen=True)
class Term:
    """A term with what it stands for ("" where it is no abbreviation), its meaning, and the pattern of its uses."""

    name: str
    expansion: str
    definition: str
    pattern: re.Pattern

    @property
    def id(self) -> str:
        """The anchor of its meaning on a page."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


def terms_from(frame) -> tuple[Term, ...]:
    """The terms of the register `glossary` (one row each), the longest first, so that a longer one is found whole."""
    found = [Term(row.term, row.expansion if isinstance(row.expansion, str) else "", row.definition,
                  pattern_of(row.term)) for row in frame.itertuples()]
    return tuple(sorted(found, key=lambda term: -len(term.name)))


def read_terms() -> tuple[Term, ...]:
    """The terms of `data/parameters/glossary.csv` that are to be explained in place: words of everyday use, or that say
    the status of a number, are not."""
    from analysis.sources.loading import load

    frame = load("glossary").frame
    return terms_from(frame[frame["in_place"] == "yes"])


def pattern_of(name: str) -> re.Pattern:
    """Whole words; an abbreviation as it is written, another term with a small or a capital first letter and as
    plural. Of a row with several names ("CR1, CR2, CR3"; "Alpha and omega") any one."""
    parts = [re.escape(part) for part in re.split(r", | and ", name)]
    exact = any(character.isupper() for character in name[1:]) or any(character.isdigit() for character in name)
    words = "|".join(parts if exact else [f"[{part[0].upper()}{part[0].lower()}]{part[1:]}s?" for part in parts])
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")


def explain(document, terms: tuple[Term, ...], closed: tuple[type, ...] = ()) -> list[Term]:
    """Make the first use of each term in the prose of a page a button that opens its meaning.

    Left alone are headings, links, code, exhibits (`closed`: more kinds of nodes) and emphasised words. Returns the
    terms found, in the order of the page; their meanings are to be added to it (`meanings`).
    """
    found: list[Term] = []
    for text in list(document.findall(nodes.Text)):
        if _is_prose(text, CLOSED + closed):
            left = [term for term in terms if term not in found]
            made, new = split(text.astext(), left)
            if new:
                found += new
                text.parent.replace(text, made)
    return found


def split(text: str, terms) -> tuple[list, list[Term]]:
    """A text in pieces, with a button in place of the first use of each term; and the terms found."""
    first = [(match.start(), -len(match[0]), match, term) for term in terms if (match := term.pattern.search(text))]
    made, found, at = [], [], 0
    for start, _, match, term in sorted(first, key=lambda item: item[:2]):
        if start >= at:
            made += [nodes.Text(text[at:start]), nodes.raw("", button(term, match[0]), format="html")]
            found.append(term)
            at = match.end()
    return [*made, nodes.Text(text[at:])], found


def button(term: Term, words: str) -> str:
    """The words as a button that opens the meaning: by pointer, finger, Enter or space; Escape closes it."""
    return f'<button type="button" class="term" popovertarget="{term.id}">{escape(words)}</button>'


def meanings(found: list[Term], glossary: str) -> str:
    """The meanings of the terms of a page, hidden until asked for. `glossary`: address of the page of all terms."""
    return "".join(
        f'<div popover id="{term.id}" class="term-meaning"><p><strong>{escape(term.name)}</strong>'
        + (f" ({escape(term.expansion)})" if term.expansion else "")
        + f': {escape(term.definition)} <a href="{escape(glossary)}">Glossary</a></p></div>' for term in found)


class ExplainTerms(SphinxPostTransform):
    """Explains the terms of a page, and adds their meanings at its end."""

    default_priority = 30
    builders = ("html",)

    def apply(self, **kwargs):
        if self.env.docname.endswith(f"/{GLOSSARY}") or not known(self.app):
            return
        found = explain(self.document, known(self.app), self.app.report_exhibit_nodes)
        if found:
            address = self.app.builder.get_relative_uri(self.env.docname, f"chapters/appendices/{GLOSSARY}")
            last = self.document[-1] if isinstance(self.document[-1], nodes.section) else self.document
            last += nodes.raw("", meanings(found, address), format="html")


def known(app) -> tuple[Term, ...]:
    """The terms, read once a build; none where the catalogue has no glossary."""
    if not hasattr(app, "report_terms"):
        app.report_terms = read_terms() if GLOSSARY in catalogue() else ()
    return app.report_terms


def pages_to_explain_again(app, env, added, changed, removed) -> list[str]:
    """All pages when the glossary is no longer the one they were written with."""
    now = repr(known(app))
    before, env.report_terms_known = getattr(env, "report_terms_known", None), now
    return [] if before in (None, now) else sorted(env.found_docs)


def connect(app, exhibits: tuple[type, ...]) -> None:
    """Register with Sphinx. `exhibits`: kinds of nodes in which no term is explained."""
    app.report_exhibit_nodes = exhibits
    app.add_post_transform(ExplainTerms)
    app.connect("env-get-outdated", pages_to_explain_again)


def _is_prose(text, closed) -> bool:
    parent, inside = text.parent, False
    while parent is not None:
        if isinstance(parent, closed) or "page-status" in parent.get("classes", ()):
            return False
        inside = inside or isinstance(parent, PLAIN)
        parent = parent.parent
    return inside
