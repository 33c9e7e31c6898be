"""Sizes of tables on paper: widths of columns from what stands in them, and whether the page is turned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from pathlib import Path

import matplotlib
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

# The fonts of matplotlib, so that pages break alike on every machine.
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
PORTRAIT, LANDSCAPE = 170, 257      # millimetres of the type area, as in print.css
SIZES = {"": 7.2, "small": 6.2, "tiny": 5.4}        # points of the type size of tables, as in print.css
MILLIMETRES = 25.4 / 72     # of a point
PADDING = 2.5               # millimetres beside the text of a cell, both sides together
# In units of the type size:
HYPHENATED = 6              # longer words may be hyphenated to parts of so much
BROKEN = 9                  # and paths, addresses and code are broken anywhere
COLUMN_OF_TEXT = 12         # a column of longer text is at least so wide
LONGEST_LINE = 60           # and takes no more room than this
HEADER = 9                  # nor does a header alone take more than this
BADGE = 1.0                 # around the word of a badge
LOOSE = 1.02                # a little more than measured, for rounding


@dataclass(frozen=True)
class Column:
    """Widths that a column needs and at most takes, and its claim on room that is left, in units of the type size."""

    need: float
    wish: float
    claim: float


@dataclass(frozen=True)
class Fit:
    """How a table is set: its classes ("", "small", "wide" for a landscape page, or both) and millimetres by column."""

    classes: str
    widths: tuple[float, ...]

    @property
    def is_wide(self) -> bool:
        return "wide" in self.classes.split()


def set_table(table) -> Fit:
    """Give a table (a BeautifulSoup tag with as many cells in each row) its size and the widths of its columns."""
    for node in table.find_all(["td", "th", "a", "code"]):
        if any(_is_path(word) for word in node.get_text(" ").split()):
            node["class"] = [*node.get("class", []), "path"]
    fit = fit_of([column_of(cells) for cells in _columns(table)])
    table["class"] = [*table.get("class", []), *fit.classes.split()]
    table["style"] = f"width: {sum(fit.widths):.2f}mm"
    columns = "".join(f'<col style="width: {width:.2f}mm">' for width in fit.widths)
    table.insert(0, BeautifulSoup(f"<colgroup>{columns}</colgroup>", "html.parser"))
    return fit


def _columns(table):
    return zip(*(row.find_all(["th", "td"]) for row in table.find_all("tr")), strict=True)


def fit_of(columns) -> Fit:
    """The largest setting in which all columns have what they need; what is left goes to those who wish for more."""
    needs = sum(column.need for column in columns)
    settings = list(_settings(len(columns)))
    classes, unit, room = next((setting for setting in settings if needs <= setting[2]), settings[-1])
    return Fit(classes, tuple(width * unit + PADDING for width in _shared(columns, room)))


def _settings(columns: int):
    """Upright in two sizes, then on its side in three, of which the last is taken whether it fits or not: classes,
    millimetres of the type size, and the room for so many columns in units of it."""
    for page, millimetres in (("", PORTRAIT), ("wide", LANDSCAPE)):
        for size, points in SIZES.items():
            if page or size != "tiny":
                unit = points * MILLIMETRES * LOOSE
                yield f"{page} {size}".strip(), unit, (millimetres - columns * PADDING) / unit


def _shared(columns, room) -> list[float]:
    """Widths that fill the room by the columns' claims, none wider than it wishes."""
    widths = [column.need for column in columns]
    if sum(widths) > room:
        return [width * room / sum(widths) for width in widths]
    for _ in columns:       # room that a column does not take is shared again
        left = room - sum(widths)
        claims = [column.claim if width < column.wish else 0.0 for column, width in zip(columns, widths, strict=True)]
        if left <= 0 or not any(claims):
            break
        widths = [min(column.wish, width + left * claim / sum(claims)) if claim else width
                  for column, width, claim in zip(columns, widths, claims, strict=True)]
    return widths


def column_of(cells) -> Column:
    """What a column needs and would take: its cells, and its header, which needs room for its longest word and would
    stand in two lines. Its claim is by the square root of its text, which makes rows of different columns alike high.
    """
    head, *body = cells
    found = [_cell(cell) for cell in body]
    need = max([_longest_word(head), *(need for need, _ in found)])
    wish = max([need, min(_whole(head) / 2, HEADER), *(wish for _, wish in found)])
    beyond = sum(max(0.0, _whole(cell) - need) for cell in body) / max(1, len(body))
    return Column(need, wish, sqrt(max(beyond, 0.1)))


def _cell(cell) -> tuple[float, float]:
    whole = _whole(cell)
    if cell.find(class_="status"):
        return whole + BADGE, whole + BADGE
    if cell.name == "td" and "num" in cell.get("class", []) or "short" in cell.get("class", []):
        return whole, whole
    return max(_longest_word(cell), min(whole, COLUMN_OF_TEXT)), min(whole, LONGEST_LINE)


def _whole(cell) -> float:
    return width_of(" ".join(cell.get_text(" ").split()), cell.name == "th")


def _longest_word(cell) -> float:
    """The longest word as far as it stays together: words of letters may be hyphenated, paths break anywhere."""
    widths = [0.0]
    for word in cell.get_text(" ").split():
        for part in re.split(r"(?<=[-/])", word):
            whole = width_of(part, cell.name == "th")
            most = BROKEN if _is_path(word) else HYPHENATED if part.strip(".,;:()").isalpha() else whole
            widths.append(min(whole, most))
    return max(widths)


def _is_path(word) -> bool:
    """Whether it is a file, an address, a name in code or a digest, in which a hyphen would mislead."""
    return len(word) > 12 and bool(re.search(r"\w[/_.]\w|^[0-9a-f]+$", word))


def width_of(text: str, bold: bool = False) -> float:
    """Width of a text in DejaVu Sans, in units of the type size."""
    widths = _glyphs("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return sum(widths.get(ord(character), 1.0) for character in text)


@lru_cache(maxsize=2)
def _glyphs(file) -> dict[int, float]:
    font = TTFont(FONTS / file)
    units, advances = font["head"].unitsPerEm, font["hmtx"]
    return {code: advances[name][0] / units for code, name in font.getBestCmap().items()}
