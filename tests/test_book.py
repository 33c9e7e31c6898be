"""The built book: whole, without warnings, self-contained, and without a typed result."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis.publish import checking
from analysis.publish.chapters import all_chapters
from analysis.publish.ledger import base_key
from analysis.publish.pdf import PDF, what_is_missing
from analysis.publish.written import by_id, of_class, read_page
from tests.publish import pdf_structure

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
pytestmark = [pytest.mark.book, pytest.mark.slow]


@pytest.fixture(scope="module")
def ledger():
    """The ledger of the book, built now (in seconds when it is current); the build fails on any warning."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "-q",
               "--keep-going"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return json.loads((ROOT / "_build" / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pages(ledger):
    return {name: BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
            for name in all_chapters()}


def toc_files(node):
    if isinstance(node, dict):
        return [node[key] for key in ("root", "file") if key in node] + [f for v in node.values() for f in toc_files(v)]
    return [f for item in node for f in toc_files(item)] if isinstance(node, list) else []


def test_every_chapter_is_in_the_table_of_contents_and_on_the_site(ledger):
    listed = toc_files(yaml.safe_load((ROOT / "_toc.yml").read_text()))
    assert sorted(listed) == sorted(all_chapters())
    assert (HTML / "index.html").is_file()


def test_the_report_is_of_its_kind(ledger):
    assert len(ledger["exhibits"]) >= 60
    assert len(ledger["findings"]) >= 120


def test_every_exhibit_is_whole_on_its_page(ledger):
    assert checking.problems_of_book(HTML, ledger) == []


def test_the_checker_sees_what_is_missing(ledger, tmp_path):
    exhibit = next(item for item in ledger["exhibits"] if item["kind"] == "figure")
    page = HTML / f"{exhibit['chapter']}.html"
    node = by_id(read_page(page))[exhibit["id"]]
    next(node.iter("img")).drop_tree()
    of_class(node, "description")[0].clear()
    found = checking._problems_of_exhibit(HTML, page, node, exhibit)
    assert found == ["no picture with text alternative", "no description"]


def test_findings_are_whole(ledger):
    for finding in ledger["findings"]:
        assert finding["text"] and finding["function"].startswith("analysis."), finding["id"]
        assert finding["status"] in ("published", "public data", "synthetic", "restricted")
        assert finding["datasets"] and all(len(source["sha256"]) == 64 for source in finding["datasets"]), finding["id"]
        if finding["low"] is not None:
            assert finding["low"] <= finding["value"] <= finding["high"], finding["id"]


def test_every_finding_is_quoted_somewhere(ledger):
    unused = [finding["id"] for finding in ledger["findings"] if not finding["chapters"]]
    assert unused == []


def plain(text):
    """Text without the typographer's quotation marks, with single spaces and none before a comma or full stop, as there
    is after a word that is a button."""
    for curly, straight in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(curly, straight)
    return re.sub(r" (?=[,.;:)])", "", " ".join(text.split()))


def beside_badge(status):
    """"kind (words)" as it reads with the kind in a badge: without the parentheses."""
    return status.replace("(", "", 1).removesuffix(")")


def test_pages_say_what_the_ledger_says(ledger, pages):
    texts = {finding["id"]: finding["text"] for finding in ledger["findings"]}
    for name, chapter in all_chapters().items():
        words = plain(pages[name].get_text(" "))
        for key in chapter.quotes:
            if key in texts:
                said = plain(texts[key])
                # Under the title of a page the kind of data is a badge with its words beside it.
                assert said in words or key.endswith(".data.status") and beside_badge(said) in words, (name, key)


def test_every_quoted_key_is_a_finding(ledger):
    known = {finding["id"] for finding in ledger["findings"]}
    wrong = [(name, key) for name, chapter in all_chapters().items() for key in chapter.quotes
             if base_key(key, known) not in known]
    assert wrong == []


def test_nothing_is_fetched_from_elsewhere_on_load(pages):
    loading = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
    for name, soup in pages.items():
        for tag, attribute in loading.items():
            for node in soup.find_all(tag):
                assert not re.match(r"(https?:)?//", node.get(attribute, "")), (name, node)
        for node in soup.find_all("link"):
            if {"stylesheet", "preload", "icon", "modulepreload", "prefetch"} & set(node.get("rel", [])):
                assert not re.match(r"(https?:)?//", node.get("href", "")), (name, node)
    for file in HTML.rglob("*.css"):
        assert not re.search(r"(@import\s+|url\()\s*['\"]?(https?:)?//", file.read_text(encoding="utf-8")), file


TYPED = re.compile(r"(?<![\w{`.])(\d+(?:\.\d+)?\s?(?:%(?! confidence| interval| CI)|per cent|percentage points?)"
                   r"|p\s?[<=]\s?0?\.\d+|95% (?:CI|confidence interval)[^.]{0,20}\d\.\d)")


def test_no_result_is_typed_into_prose():
    typed = []
    for name in all_chapters():
        inside = False
        for number, line in enumerate((ROOT / f"{name}.md").read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("```"):
                inside = not inside
            elif not inside and TYPED.search(line) and "{glue" not in line and "{cite" not in line:
                typed.append(f"{name}:{number}: {line.strip()}")
    assert typed == []


def test_cells_of_chapters_only_open_and_show():
    from analysis.publish.chapters import CELL

    for name in all_chapters():
        for cell in CELL.findall((ROOT / f"{name}.md").read_text(encoding="utf-8")):
            assert len(cell.strip().splitlines()) <= 12, name


def test_synthetic_pages_say_so(ledger, pages):
    for exhibit in ledger["exhibits"]:
        node = pages[exhibit["chapter"]].find(id=exhibit["id"])
        assert exhibit["status"] in node.find("figcaption").get_text(), exhibit["id"]
        assert exhibit["status"] in (HTML / exhibit["csv"]).read_text(encoding="utf-8"), exhibit["id"]


def test_no_real_authority_is_named_where_numbers_are_synthetic(ledger):
    """Names of the ten public pilots may stand with public data only."""
    from analysis.design import load_design

    names = [row["name"] for row in load_design().section("national_data")["pilots"]["public"]["authorities"]]
    for exhibit in ledger["exhibits"]:
        if exhibit["status"] == "synthetic":
            text = (HTML / exhibit["csv"]).read_text(encoding="utf-8")
            assert not [name for name in names if re.search(rf"\b{name}\b", text)], exhibit["id"]


@pytest.fixture(scope="module")
def printed(ledger):
    """The PDF of the book, made now unless it is current. Here, not with the other tests of the PDF, because it stands
    in the same folder as the book."""
    if what_is_missing():
        pytest.skip(f"WeasyPrint lacks a system library here: {what_is_missing()}")
    done = subprocess.run([sys.executable, "-m", "analysis", "pdf"], cwd=ROOT, text=True, capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return PDF


def test_the_printed_book(printed):
    pdf = PdfReader(printed)
    titles = [item.title for item in pdf.outline if not isinstance(item, list)]
    assert {"Contents", "Summary", "Staff survey", "Synthesis", "References"} <= set(titles)
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "synthetic" in text and "Show the code" not in text
    # Numbers and terms that open something on the pages are words in print; meanings are left to the glossary.
    assert not re.search(r"online:\s+findings/(?!index|exhibits|changes)", text)
    assert "source of the statement" not in text
    assert str(ROOT) not in text and printed.stat().st_size < 12e6


def test_the_printed_book_is_tagged(printed, ledger):
    """By a walk of its own through the tags, as PDF/UA-1 asks."""
    kinds = Counter(exhibit["kind"] for exhibit in ledger["exhibits"])
    with pikepdf.open(printed) as pdf:
        assert pdf_structure.problems_of(pdf) == []
        roles = Counter(str(element.S) for element in pdf_structure.everything(pdf))
        assert roles["/Figure"] == kinds["figure"] and roles["/Table"] == kinds["table"]
        assert roles["/TOCI"] == len(all_chapters()) + len(ledger["exhibits"])
        assert roles["/Caption"] == len(ledger["exhibits"]) and roles["/Formula"] > 0
        assert pdf_structure.raster_images(pdf) == 0, "every figure of the book is a drawing"
        assert pdf_structure.fonts_not_embedded(pdf) == []
        assert not [annotation.A.URI for page in pdf.pages for annotation in page.get("/Annots", [])
                    if "/A" in annotation and not str(annotation.A.URI).startswith("https://")]


def test_the_printed_book_lists_every_exhibit(printed, ledger):
    """Each exhibit's place is linked to from the list of its kind, and its caption is in the text."""
    with pikepdf.open(printed) as pdf:
        named = [str(annotation.get("/Dest", "")) for page in pdf.pages[:20] for annotation in page.get("/Annots", [])]
        for exhibit in ledger["exhibits"]:
            assert exhibit["id"] in named, exhibit["id"]


def test_the_printed_book_by_another_checker(printed):
    """What pdfua warns of is printed; it may find nothing."""
    found, skipped = pdf_structure.by_pdfua(printed)
    print(*found, sep="\n")
    assert found == [] and skipped <= pdf_structure.RULES_THAT_FAIL
