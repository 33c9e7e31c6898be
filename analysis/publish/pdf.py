"""A first PDF of the same content: the book as one page, printed by WeasyPrint with page numbers and bookmarks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup

from analysis import paths
from analysis.errors import DataError
from analysis.publish.plain_math import as_html

PDF = paths.BUILD / "pdf" / "report.pdf"
SINGLE = paths.BUILD / "singlehtml"
PRINT_CSS = Path(__file__).with_name("print.css")
LEFT_OUT = ("script, style, link, nav, .cell_input, details.hide, .how-made, .numbers-of, .download, .headerlink, "
            ".prev-next-area, button")


def print_pdf(*, progress=print) -> int:
    """Write `_build/pdf/report.pdf`; 1 with one line saying what the system lacks when WeasyPrint cannot work."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:
        missing = str(error).splitlines()[0]
        print(f"error: the PDF needs the system library Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0): {missing}",
              file=sys.stderr)
        return 1
    progress("setting the book as one page ...")
    page = single_page()
    progress("printing ...")
    PDF.parent.mkdir(parents=True, exist_ok=True)
    temporary = PDF.with_suffix(".part")
    HTML(string=print_version(page.read_text(encoding="utf-8"), SINGLE), base_url=SINGLE.as_uri() + "/").write_pdf(
        temporary, stylesheets=[CSS(filename=str(PRINT_CSS))], pdf_tags=True)
    temporary.replace(PDF)
    progress(f"made {PDF.relative_to(paths.ROOT)} ({PDF.stat().st_size / 1e6:.1f} MB)")
    return 0


def single_page() -> Path:
    """The book on one page, built from the same executions; raises `CalledProcessError` when Sphinx fails."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "--builder",
               "singlehtml", "-q"]
    subprocess.run(command, cwd=paths.ROOT, check=True, stdout=subprocess.DEVNULL)
    return max(SINGLE.rglob("index.html"), key=lambda file: file.stat().st_size)


def print_version(html: str, folder: Path) -> str:
    """The page without code, scripts and navigation, each chapter under a first-level heading, equations as HTML.

    Raises `DataError` when a picture of the page is not in the folder.
    """
    soup = BeautifulSoup(html, "html.parser")
    article = soup.find("article") or soup.body
    for node in article.select(LEFT_OUT):
        node.decompose()
    for node in article.find_all("math"):
        node.replace_with(BeautifulSoup(as_html(node), "html.parser"))
    for image in article.find_all("img"):
        if not (folder / image["src"]).is_file():
            raise DataError("a picture of the PDF is missing", file=image["src"], expected="a file in the built page")
    for heading in article.select(".toctree-wrapper :is(h2, h3, h4, h5)"):
        heading.name = f"h{int(heading.name[1]) - 1}"
    title = soup.title.get_text(strip=True) if soup.title else "Report"
    return (f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body>{article.decode()}</body></html>")
