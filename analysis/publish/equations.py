"""Equations for print: drawn as vectors by matplotlib's mathtext, and said in words as their text alternative."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bs4 import NavigableString
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath

from analysis.errors import DataError

SIZE = 10           # points the outlines are drawn at; on paper an equation takes the size of the text around it
MARGIN = 0.4        # points around the outlines, which reach a little beyond the box that mathtext gives
SHORTHAND = {r"\ge": r"\geq", r"\le": r"\leq", r"\ne": r"\neq"}    # of LaTeX, which mathtext does not have
STEPS = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CURVE4: "C"}

OPERATORS = {
    "=": "equals", "≠": "is not equal to", "+": "plus", "-": "minus", "−": "minus", "±": "plus or minus",
    "×": "times", "·": "times", "⋅": "times", "/": "divided by", "<": "is less than", ">": "is greater than",
    "≤": "is at most", "≥": "is at least", "∈": "in", "|": "vertical bar", "∣": "vertical bar", "∑": "sum of",
    "(": "open bracket", ")": "close bracket", "[": "open square bracket", "]": "close square bracket",
    "{": "open brace", "}": "close brace", "′": "prime", "∞": "infinity",
}
ACCENTS = {"^": "hat", "¯": "bar", "―": "bar", "‾": "bar", "~": "tilde", "˜": "tilde", "˙": "dot"}
POWERS = {"2": "squared", "3": "cubed", "prime": "prime"}


@dataclass(frozen=True)
class Drawing:
    """An equation as SVG; width, height and depth below the line in units of the size of its text."""

    svg: str
    width: float
    height: float
    depth: float


def draw(latex: str, *, display: bool = False) -> Drawing:
    """The outlines of an equation; fractions of a displayed one are set large.

    Raises `DataError` naming the equation where mathtext does not know what stands in it.
    """
    text = re.sub(r"\\[a-z]+", lambda found: SHORTHAND.get(found[0], found[0]), latex.strip())
    if display:
        text = text.replace(r"\frac", r"\dfrac")
    font = FontProperties(size=SIZE, math_fontfamily="dejavusans")
    try:
        box = MathTextParser("path").parse(f"${text}$", 72, font)
    except ValueError as error:
        problem = next((line for line in str(error).splitlines() if line.startswith("Parse")), str(error))
        raise DataError("the PDF cannot set an equation", value=latex,
                        expected=f"LaTeX that matplotlib's mathtext knows ({problem})") from None
    width, height, depth = box.width + 2 * MARGIN, box.height + 2 * MARGIN, box.depth + MARGIN
    outline = _outline(TextPath((0, 0), f"${text}$", size=SIZE, prop=font))
    view = f"{-MARGIN:.3f} {depth - height:.3f} {width:.3f} {height:.3f}"
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}pt" height="{height:.3f}pt" viewBox="{view}">'
           f'<path fill="#1a1a1a" d="{outline}"/></svg>')
    return Drawing(svg, width / SIZE, height / SIZE, depth / SIZE)


def _outline(path) -> str:
    steps = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        if code == Outline.CLOSEPOLY:
            steps.append("Z")
        else:
            steps.append(STEPS[code] + " ".join(f"{x:.3f} {-y:.3f}" for x, y in points.reshape(-1, 2)))
    return "".join(steps)


def in_words(node) -> str:
    """What one would say for a MathML element (a BeautifulSoup tag): "beta hat sub 1 equals x over y"."""
    return re.sub(r"\s+(?=[,.;])", "", " ".join(_words(node).split()))


def _words(node) -> str:
    if isinstance(node, NavigableString):
        return str(node).strip()
    parts = [_words(child) for child in node.children if not _is_space(child)]
    if node.name in _SAID:
        return _SAID[node.name](parts)
    text = " ".join(part for part in parts if part)
    if node.name == "mi" and len(text) == 1:
        return _letter(text)
    return OPERATORS.get(text, text) if node.name == "mo" else text


def _is_space(child) -> bool:
    return isinstance(child, NavigableString) and not str(child).strip()


def _letter(character) -> str:
    """Greek letters by name, capitals as such."""
    if character in OPERATORS:
        return OPERATORS[character]
    name = unicodedata.name(character, "")
    greek = re.fullmatch(r"GREEK (?:SMALL LETTER |CAPITAL LETTER )?(\w+)(?: SYMBOL)?", name)
    said = greek[1].lower().replace("lamda", "lambda") if greek else character    # Unicode spells it without b
    return f"capital {said}" if character.isupper() else said


def _is_long(said) -> bool:
    """Whether it takes a closing word to hear where the expression ends."""
    return bool(set(said.split()) & {*OPERATORS.values(), "over", "plus", "minus"} - {"prime"}) or " open " in said


def _sub(base, index) -> str:
    if base == OPERATORS["∑"]:
        return f"sum over {index} of"
    return f"{base} sub {index}" + (" end sub" if _is_long(index) else "")


def _power(base, power) -> str:
    said = POWERS.get(power) or f"to the power {power}" + (" end power" if _is_long(power) else "")
    return f"{base} {said}"


def _both(parts) -> str:
    base, low, high = parts
    if base == OPERATORS["∑"]:
        return f"sum from {low} to {high} of"
    return _power(_sub(base, low), high)


def _fraction(parts) -> str:
    top, bottom = parts
    if _is_long(top) or _is_long(bottom):
        return f"fraction {top} over {bottom} end fraction"
    return f"{top} over {bottom}"


def _root(parts) -> str:
    said = " ".join(parts)
    return f"square root of {said}" + (" end root" if _is_long(said) else "")


_SAID = {
    "msub": lambda parts: _sub(*parts),
    "munder": lambda parts: _sub(*parts),
    "msup": lambda parts: _power(*parts),
    "msubsup": _both,
    "munderover": _both,
    "mover": lambda parts: f"{parts[0]} {ACCENTS.get(parts[1], parts[1])}",
    "mfrac": _fraction,
    "msqrt": _root,
}
