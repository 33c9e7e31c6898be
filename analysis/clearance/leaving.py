"""Everything that leaves, or lies beside it, as texts: pages, data files, spreadsheets, pictures, PDF, ledger, stored
bundles, and the notebook cache."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from analysis.clearance.identifiers import without_drawing

TEXTS = (".html", ".htm", ".js", ".csv", ".txt", ".md", ".json", ".ipynb", ".svg", ".xml", ".yml", ".inv", ".bib",
         ".db", ".log")
PACKED = (".xlsx", ".zip")
THEME = "_static"        # the theme's own files, the same in every book: nothing of ours is written there


def texts_in(folders, *, pdf: bool = True) -> Iterator[tuple[str, str]]:
    """(place, text) of every file under the folders, or of the files named, that has text. `pdf`: read PDFs too, which
    takes a second for every few pages."""
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
        for file in files:
            inside = file.relative_to(folder.parent).as_posix()
            if THEME not in file.parts:
                yield from _texts_of(inside, file, pdf)


def _texts_of(place: str, file: Path, pdf: bool) -> Iterator[tuple[str, str]]:
    if file.suffix in TEXTS:
        yield place, _decoded(file.read_bytes(), file.suffix)
    elif file.suffix in PACKED:
        yield from _packed(place, file.read_bytes())
    elif file.suffix == ".pdf" and pdf:
        yield place, text_of_pdf(file)


def _decoded(content: bytes, suffix: str) -> str:
    if b"<svg" in content or b"<path" in content:
        content = without_drawing(content)
    text = content.decode("utf-8", errors="replace")
    return unescape(text) if suffix in (".html", ".htm", ".svg", ".xml") else text


def _packed(place: str, content: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            if name.endswith((".xml", ".csv", ".json", ".txt")):
                yield f"{place}/{name}", _decoded(packed.read(name), ".xml")


def text_of_pdf(file: Path) -> str:
    """All text of a PDF, with its document information."""
    from pypdf import PdfReader

    reader = PdfReader(file)
    about = " ".join(str(value) for value in (reader.metadata or {}).values())
    return "\n".join([about, *(page.extract_text() for page in reader.pages)])
