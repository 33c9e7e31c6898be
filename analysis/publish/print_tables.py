"""Sizes of tables on paper: widths of columns from what stands in them, and whether the page is turned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
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
LONGEST_LINE = 36           # and takes no more room than this
HEADER = 9                  # nor does a header alone take more than this
BADGE = 1.0                 # around the word of a badge
LOOSE = 1.02                # a little more than measured, for rounding


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
    """The largest setting in which all columns have what they need; room that is left goes to those who wish for more.

    columns: pairs (need, wish) in units of the type size.
    """
    needs = sum(need for need, _ in columns)
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
    needs = sum(need for need, _ in columns)
    if needs > room:
        return [need * room / needs for need, _ in columns]
    wishes = sum(wish - need for need, wish in columns)
    share = min(1.0, (room - needs) / wishes) if wishes else 0.0
    return [need + share * (wish - need) for need, wish in columns]


def column_of(cells) -> tuple[float, float]:
    """What a column needs and what it would take, given room: its cells, and its header, which needs room for its
    longest word and would stand in two lines."""
    head, *body = cells
    found = [_cell(cell) for cell in body]
    need = max([_longest_word(head), *(need for need, _ in found)])
    return need, max([need, min(_whole(head) / 2, HEADER), *(wish for _, wish in found)])


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
