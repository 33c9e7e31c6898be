"""How an exhibit stands on a page: HTML parts around the picture or table."""

from __future__ import annotations

from html import escape

from analysis.publish import citing
from analysis.publish.exhibits import Exhibit
from analysis.publish.status import MEANING, SYMBOL_MEANING

NAMED_SOURCES = 6
SHORT = 12          # row headers of so many characters stay on one line
FEW = 12            # so many rows stay together on paper
MANY = 12           # so many columns are set smaller on paper
LONG = 50           # a lone column with a longer text among its cells is given room


def badge(status: str) -> str:
    """The status of a number as a badge: a word, and a colour that only repeats it."""
    return f'<span class="status status-{status.replace(" ", "-")}">{escape(status)}</span>'


def badges(statuses) -> str:
    """Several badges in a row."""
    return " ".join(badge(status) for status in statuses)


def table_parts(exhibit: Exhibit) -> list:
    """The table of the numbers as a list of HTML strings and, for cells with markup, ("cell", text) pairs."""
    show_status = len(exhibit.statuses) > 1
    heads = [f'<th scope="col"{_align(column)}>{escape(column.label)}</th>' for column in exhibit.columns]
    place = _status_place(exhibit)
    head = "".join([*heads[:place], *(['<th scope="col">Status</th>'] if show_status else []), *heads[place:]])
    few = " few" if len(exhibit.rows) <= FEW else ""
    many = " many" if len(exhibit.columns) >= MANY else ""
    parts: list = [f'<div class="table-scroll{few}" role="region" tabindex="0" aria-labelledby="{exhibit.id}-title">'
                   f'<table class="numbers{_of_words(exhibit)}{many}" '
                   f'aria-labelledby="{exhibit.id}-title"><thead><tr>{head}'
                   "</tr></thead><tbody>"]
    long = _long_column(exhibit)
    for row, status in zip(exhibit.rows, exhibit.row_statuses, strict=True):
        parts.append("<tr>")
        cells = [_cell_parts(column, cell, column is long) for column, cell in zip(exhibit.columns, row, strict=True)]
        for cell in [*cells[:place], *([[f"<td>{badge(status)}</td>"]] if show_status else []), *cells[place:]]:
            parts += cell
        parts.append("</tr>")
    return [*parts, "</tbody></table></div>"]


def symbols_key(exhibit: Exhibit) -> str:
    """The key of the shorthand that occurs in the table."""
    if not exhibit.symbols:
        return ""
    words = "; ".join(f"[{symbol}] {SYMBOL_MEANING[symbol]}" for symbol in exhibit.symbols)
    return f'<p class="symbols">{escape(words)}.</p>'


def note(exhibit: Exhibit) -> str:
    """The note with source and status."""
    titles = tuple(dict.fromkeys(source.title for source in exhibit.sources))
    sources = "; ".join(titles) if len(titles) <= NAMED_SOURCES else \
        f"{len(titles)} datasets, named under “How this was made”"
    own = f"{escape(exhibit.note)} " if exhibit.note else ""
    meaning = "; ".join(f"{status}: {MEANING[status]}" for status in exhibit.statuses)
    return f'<p class="note">{own}Source: {escape(sources)}. Status: {escape(meaning)}.</p>'


def how_made(exhibit: Exhibit) -> str:
    """The function with its code, and the datasets with status and hash, folded."""
    origin = exhibit.origin
    datasets = "".join(f"<li>{escape(source.title)} (<code>{escape(source.name)}</code>) {badge(source.status)} "
                       f"SHA-256 <code>{source.sha256}</code></li>" for source in exhibit.sources)
    cleared = f"<p>Not computed in this build: read from {escape(origin.cleared)}.</p>" if origin.cleared else ""
    return (f'<details class="how-made"><summary>How this was made</summary>{cleared}'
            f"<p>Function <code>{escape(origin.function)}</code> in <code>{escape(origin.file)}</code>, line "
            f"{origin.line}. Remake it with <code>python -m analysis exhibit {exhibit.id}</code>.</p>"
            f"<p>Data:</p><ul>{datasets}</ul><p>Cite as: {escape(citing.of_exhibit(exhibit))}</p>"
            f'<pre tabindex="0"><code>{escape(origin.source)}</code></pre></details>')


def page_status(statuses, missing) -> str:
    """What the statuses on a page mean, and which datasets are missing."""
    items = "".join(f"<li>{badge(status)} {escape(MEANING[status])}</li>" for status in statuses)
    absent = "".join(f"<li>{escape(text)}</li>" for text in missing)
    gaps = f'<p>Missing data, and so missing results:</p><ul class="missing">{absent}</ul>' if missing else ""
    return (f'<aside class="page-status" aria-label="Status of the numbers on this page">'
            f"<p>Numbers on this page are:</p><ul>{items}</ul>{gaps}</aside>")


def _status_place(exhibit) -> int:
    """Among numbers the status stands right after the row headers, not beyond the edge; among words it comes last."""
    kinds = [column.kind for column in exhibit.columns]
    if _of_words(exhibit):
        return len(kinds)
    return next((place for place, kind in enumerate(kinds) if kind != "label"), len(kinds))


def _of_words(exhibit) -> str:
    """A table mostly of words fits the page and wraps; one of numbers takes its own width and scrolls."""
    return " words" if 3 * sum(column.is_number for column in exhibit.columns) <= len(exhibit.columns) else ""


def _long_column(exhibit):
    """The one column of long texts; None where there is none, or several, which share the page."""
    found = [column for k, column in enumerate(exhibit.columns)
             if column.kind == "text" and any(len(row[k].text) > LONG for row in exhibit.rows)]
    return found[0] if len(found) == 1 else None


def _align(column) -> str:
    return ' class="num"' if column.is_number else ""


def _cell_parts(column, cell, long: bool) -> list:
    if column.kind == "markdown":
        return ["<td>", ("cell", cell.text), "</td>"]
    if column.kind == "label":
        short = ' class="short"' if len(cell.text) <= SHORT else ""
        return [f'<th scope="row"{short}>{escape(cell.text)}</th>']
    kind = ' class="long"' if long else _align(column)
    return [f"<td{kind}>{escape(cell.text)}</td>"]
