"""Equations for printers that do not know MathML: the same expression with HTML subscripts and superscripts."""

from __future__ import annotations

from html import escape

from bs4 import NavigableString


def as_html(node) -> str:
    """HTML of a MathML element (a BeautifulSoup tag): fractions on one line, roots and accents in words of symbols."""
    return f'<span class="formula">{_convert(node)}</span>'


def _convert(node) -> str:
    if isinstance(node, NavigableString):
        return escape(str(node).strip())
    parts = [_convert(child) for child in node.children if not _is_space(child)]
    maker = _MAKERS.get(node.name)
    return maker(parts) if maker else _spaced(node, "".join(parts))


def _spaced(node, text) -> str:
    if node.name == "mi" and len(text) == 1:
        return f"<i>{text}</i>"
    return f" {text} " if node.name == "mo" and text in "=+-−≤≥<>·×∈∑&lt;&gt;" else text


def _is_space(child) -> bool:
    return isinstance(child, NavigableString) and not str(child).strip()


def _group(text) -> str:
    return text if len(text) <= 3 or text.startswith("<i>") and text.count("<") == 2 else f"({text})"


def _both(parts) -> str:
    return f"{parts[0]}<sub>{parts[1]}</sub><sup>{parts[2]}</sup>"


def _over(parts) -> str:
    marks = {"^": "̂", "¯": "̄", "―": "̄", "~": "̃", "˜": "̃", "˙": "̇"}
    return f"{parts[0]}{marks.get(parts[1].strip(), parts[1])}"


_MAKERS = {
    "msub": lambda parts: f"{parts[0]}<sub>{parts[1]}</sub>",
    "munder": lambda parts: f"{parts[0]}<sub>{parts[1]}</sub>",
    "msup": lambda parts: f"{parts[0]}<sup>{parts[1]}</sup>",
    "msubsup": _both,
    "munderover": _both,
    "mover": _over,
    "mfrac": lambda parts: f"{_group(parts[0])} / {_group(parts[1])}",
    "msqrt": lambda parts: f"√({''.join(parts)})",
}
