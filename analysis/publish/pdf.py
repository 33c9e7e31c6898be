"""The report as one PDF (PDF/UA-1), printed by WeasyPrint from the built pages. Nothing is executed for it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pikepdf

from analysis import paths
from analysis.publish import dependencies, front_matter, print_page, state, store
from analysis.publish.pdf_tags import mend
from analysis.publish.print_tables import FONTS

PDF = paths.BUILD / "pdf" / "report.pdf"
DIGEST = PDF.with_suffix(".digest")
PRINT_CSS = Path(__file__).with_name("print.css")
FACES = {"DejaVuSans": ("DejaVu Sans", "normal", "normal"), "DejaVuSans-Bold": ("DejaVu Sans", "bold", "normal"),
         "DejaVuSans-Oblique": ("DejaVu Sans", "normal", "italic"),
         "DejaVuSans-BoldOblique": ("DejaVu Sans", "bold", "italic"),
         "DejaVuSansMono": ("DejaVu Sans Mono", "normal", "normal"),
         "DejaVuSansMono-Bold": ("DejaVu Sans Mono", "bold", "normal")}
HINT = ("the PDF needs the system library Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0; "
        "macOS: brew install pango)")


@dataclass(frozen=True)
class Document:
    """What is printed: the page, words for every place linked to, the words of its equations, and how many of
    its sections, after the title page, are tables of contents."""

    html: str
    links: dict[str, str]
    equations: frozenset[str]
    listings: int = 0

    def digest(self) -> str:
        """Digest of the page, its pictures, the style sheet, the code that prints, and the packages' versions."""
        files = dependencies.code_behind("analysis.publish.pdf") | {PRINT_CSS, paths.ROOT / "requirements.txt"}
        pictures = sorted((paths.HTML / "_images").glob("*.svg"))
        return store.digest_of_text([self.html, *dependencies.digest_of_files([*files, *pictures])])


def print_pdf(*, progress=print, optional: bool = False) -> int:
    """Write `_build/pdf/report.pdf` unless it is current.

    Where the system lacks what WeasyPrint needs, say so in one line: an error (1), or where it is optional a hint (0).
    """
    state_now, mark = _state_of_pages(), PDF.with_suffix(".json")
    if PDF.is_file() and state.read_mark(mark) == {"pages": state_now, "pdf": state.state_of([PDF, DIGEST])}:
        progress(f"{PDF.name} is current")
        return 0
    missing = what_is_missing()
    if missing:
        print(f"{'note: no PDF is made: ' if optional else 'error: '}{HINT}: {missing}", file=sys.stderr)
        return 0 if optional else 1
    document = read_document(paths.HTML)
    digest = document.digest()
    if PDF.is_file() and DIGEST.is_file() and DIGEST.read_text(encoding="utf-8") == digest:
        progress(f"{PDF.name} is current")
    else:
        progress("printing the PDF: one to four minutes ...")
        pages = write_pdf(document, PDF)
        store.write_whole(DIGEST, digest)
        progress(f"made {PDF.name}: {pages} pages, {PDF.stat().st_size / 1e6:.1f} MB")
    state.write_mark(mark, {"pages": state_now, "pdf": state.state_of([PDF, DIGEST])})
    return 0


def _state_of_pages() -> str:
    """The state of all that a PDF is made from: with the same, the pages need not even be read."""
    return store.digest_of_text([state.state_of([paths.HTML]), state.state_of_sources()])


def what_is_missing() -> str:
    """What the system lacks for WeasyPrint, "" where it has everything."""
    try:
        import weasyprint  # noqa: F401
    except OSError as error:
        return str(error).splitlines()[0]
    return ""


def read_document(html: Path) -> Document:
    """The built book in `html` as one document; `DataError` when something in it is missing or cannot be set."""
    edition = front_matter.read_edition(paths.ROOT)
    listed = print_page.chapter_list(paths.ROOT / "_toc.yml")
    return document_of(edition, print_page.read_chapters(html, listed, edition.base_url))


def document_of(edition, chapters) -> Document:
    """Title page, contents, lists of exhibits and all chapters."""
    dated = f'<meta name="dcterms.created" content="{edition.date}">' if edition.date else ""
    head = (f'<meta charset="utf-8"><title>{escape(edition.title)}</title>{dated}'
            f'<meta name="author" content="{escape(edition.authors)}">')
    listings = front_matter.contents(chapters)
    body = front_matter.title_page(edition) + "".join([*listings, *(chapter.html for chapter in chapters)])
    places = [place for chapter in chapters
              for place in (*chapter.others, *chapter.figures, *chapter.tables, chapter.place)]
    return Document(f'<!doctype html><html lang="en-GB"><head>{head}</head><body>{body}</body></html>',
                    {place.id: place.title for place in places},
                    frozenset().union(*(chapter.equations for chapter in chapters)), len(listings))


def write_pdf(document: Document, file: Path) -> int:
    """Print a document to a file and give the number of pages. The same document makes the same bytes."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    styles = CSS(string=_font_faces() + PRINT_CSS.read_text(encoding="utf-8"), font_config=fonts)
    printed = HTML(string=document.html).write_pdf(stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1")
    file.parent.mkdir(parents=True, exist_ok=True)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        mend(pdf, document.links, document.equations, document.listings)
        temporary = file.with_suffix(".part")
        pdf.save(temporary, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate,
                 compress_streams=True)
        pages = len(pdf.pages)
    temporary.replace(file)
    return pages


def _font_faces() -> str:
    return "".join(f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
                   f'src: url("{(FONTS / f"{name}.ttf").as_uri()}"); }}\n'
                   for name, (family, weight, style) in FACES.items())
