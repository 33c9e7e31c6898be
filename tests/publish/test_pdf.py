"""The PDF of a small book: what stands on its pages, and the tags that say so."""

import builtins
import re

import pikepdf
import pytest
from bs4 import BeautifulSoup
from latex2mathml.converter import convert
from pypdf import PdfReader

from analysis.__main__ import main
from analysis.errors import DataError
from analysis.publish import front_matter, pdf, print_page
from tests.publish.pdf_structure import RULES_THAT_FAIL, by_pdfua, by_role, elements, kids, problems_of

LATEX = r"\hat\beta_1 = x"
MATH = convert(LATEX).replace("<math ", f'<math data-latex="{LATEX}" ', 1)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><circle cx="25" cy="25" r="20"/></svg>'
FRONT = ('<article><section id="top"><h1>The report<a class="headerlink" href="#top">#</a></h1><p>See '
         '<a class="reference internal" href="a.html#tbl-long"><span class="std-numref">Table 1</span></a>, '
         '<a href="a.html#part">a part</a>, <a href="https://example.org/x">elsewhere</a> and '
         '<a href="../exhibits/all.xlsx">all numbers</a>. A <button type="button" class="term" '
         'popovertarget="term-pilot">pilot</button> had <a class="finding" href="../findings/a.html#a.n">12</a> teams, '
         'said to be few<sup>'
         '<a class="finding-mark" href="../findings/a.html#a.said">source</a></sup>.</p>'
         '<div popover id="term-pilot" class="term-meaning"><p>An authority.</p></div></section></article>')
LISTED = [("", "chapters/index"), ("Findings", "chapters/a")]
EDITION = front_matter.Edition("A report", "Its authors", "1.0", "2026-01-02T03:04:05+00:00", "The original.",
                               "Licences.", "https://example.org/report/")


def caption(kind, id, number):
    return (f'<figure class="exhibit exhibit-{kind}" id="{id}"><figcaption><p class="headline">'
            f'<span class="caption-number">{number} </span><span class="caption-text">Long title</span></p>'
            "</figcaption>")


def chapter(rows):
    cells = "".join(f'<tr><th scope="row">Row {k}</th><td class="num">{k}</td></tr>' for k in range(rows))
    return (f'<article><section id="first"><h1>Chapter</h1><details class="hide"><summary>Show the code</summary>x = 1'
            f'</details><section id="part"><h2>Part</h2><p>With {MATH} in it.</p>'
            f'{caption("figure", "fig-a", "Figure 1")}<div class="picture"><img src="../_images/a.svg" '
            f'alt="A circle"></div><p class="download"><a href="../exhibits/fig-a.csv">CSV</a></p></figure>'
            f'{caption("table", "tbl-long", "Table 1")}<div class="table-scroll"><table><thead><tr>'
            f'<th scope="col">Name</th><th scope="col" class="num">Value</th></tr></thead><tbody>{cells}</tbody>'
            f'</table></div></figure></section></section></article>')


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A built book of two pages, with one figure, one table of several pages and one equation."""
    html = tmp_path_factory.mktemp("html")
    for folder in ("chapters", "_images"):
        (html / folder).mkdir()
    (html / "_images" / "a.svg").write_text(SVG)
    (html / "chapters" / "index.html").write_text(FRONT, encoding="utf-8")
    (html / "chapters" / "a.html").write_text(chapter(rows=150), encoding="utf-8")
    return html


@pytest.fixture(scope="module")
def document(built):
    return pdf.document_of(EDITION, print_page.read_chapters(built, LISTED, EDITION.base_url))


@pytest.fixture(scope="module")
def file(document, tmp_path_factory):
    if pdf.what_is_missing():
        pytest.skip(f"WeasyPrint lacks a system library here: {pdf.what_is_missing()}")
    file = tmp_path_factory.mktemp("pdf") / "report.pdf"
    pdf.write_pdf(document, file)
    return file


@pytest.fixture
def printed(file):
    with pikepdf.open(file) as opened:
        yield opened


def test_code_is_left_out_and_links_lead_inside_or_online(document):
    assert "Show the code" not in document.html and "headerlink" not in document.html
    for address in ("#tbl-long", "#a--part", "https://example.org/x", "https://example.org/report/exhibits/all.xlsx",
                    "https://example.org/report/chapters/a.html#fig-a"):
        assert f'href="{address}"' in document.html, address


@pytest.mark.parametrize("base_url", ["", "https://example.org/report/"])
def test_terms_and_numbers_that_open_something_are_words(built, base_url):
    front = print_page.read_chapters(built, LISTED, base_url)[0].html
    assert "A pilot had 12 teams, said to be few.</p>" in front
    assert "findings" not in front and "An authority" not in front


def test_without_an_address_online_the_page_is_named_in_text(built):
    chapters = print_page.read_chapters(built, LISTED, "")
    assert "chapters/a.html#fig-a</p>" in chapters[1].html
    assert "all numbers (online: exhibits/all.xlsx)" in chapters[0].html


@pytest.mark.parametrize(("text", "changed", "message"), [
    ("../_images/a.svg", "../_images/b.svg", "picture of the PDF is missing"),
    ('<section id="part">', '<section id="other">', "leads nowhere"),
    (LATEX, r"\unknown", "cannot set an equation"),
])
def test_what_is_missing_or_wrong_is_named(built, tmp_path, text, changed, message):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text(SVG)
    (tmp_path / "chapters" / "index.html").write_text(FRONT)
    (tmp_path / "chapters" / "a.html").write_text(chapter(rows=1).replace(text, changed))
    with pytest.raises(DataError, match=message):
        print_page.read_chapters(tmp_path, LISTED, "")


def test_tags_are_whole(printed):
    assert problems_of(printed) == []


def test_another_checker_finds_nothing(file):
    found, skipped = by_pdfua(file)
    assert found == [] and skipped <= RULES_THAT_FAIL


def test_the_walk_sees_what_weasyprint_leaves_undone(document, monkeypatch, tmp_path, file):
    monkeypatch.setattr(pdf, "mend", lambda *arguments: None)
    pdf.write_pdf(document, tmp_path / "unmended.pdf")
    with pikepdf.open(tmp_path / "unmended.pdf") as unmended:
        problems = " ".join(problems_of(unmended))
    for problem in ("header cell without scope", "a link within a link", "content 0 is in the structure 0 times"):
        assert problem in problems.replace(re.search(r"content (\d+) is in the structure 0", problems)[0],
                                           "content 0 is in the structure 0")


def test_the_walk_sees_text_over_the_edge(document, tmp_path, file):
    wide = "<p style='white-space: nowrap'>" + "over the edge " * 20 + "</p></body>"
    pdf.write_pdf(pdf.Document(document.html.replace("</body>", wide), document.links, document.equations),
                  tmp_path / "wide.pdf")
    with pikepdf.open(tmp_path / "wide.pdf") as opened:
        assert any("text from" in problem for problem in problems_of(opened))


def test_the_equation_is_a_formula_in_words(printed):
    assert [str(formula.Alt) for formula in by_role(printed, "/Formula")] == ["beta hat sub 1 equals x"]
    assert [str(figure.Alt) for figure in by_role(printed, "/Figure")] == ["A circle"]


def test_boxes_of_pictures_are_on_the_page_where_they_are_drawn(printed):
    figure = by_role(printed, "/Figure")[0]
    left, bottom, right, top = (float(value) for value in figure.A.BBox)
    # 50 CSS pixels are 37.5 points; the picture stands in the upper half of the page, at its left margin (20 mm).
    assert right - left == pytest.approx(37.5, abs=0.1) and top - bottom == pytest.approx(37.5, abs=0.1)
    assert left == pytest.approx(20 / 25.4 * 72, abs=8) and bottom > 842 / 2


def test_a_table_over_several_pages_is_one_with_one_head(printed):
    tables = by_role(printed, "/Table")
    assert len(tables) == 1
    heads = [kid for kid in kids(tables[0]) if str(kid.S) == "/THead"]
    rows = [row for row in elements(tables[0]) if str(row.S) == "/TR"]
    assert len(heads) == 1 and len(rows) == 1 + 150
    assert len({row.Pg.objgen for row in rows}) >= 3
    scopes = [str(cell.A.Scope) for cell in elements(tables[0]) if str(cell.S) == "/TH"]
    assert scopes.count("/Column") == 2 and scopes.count("/Row") == 150


def test_a_section_over_several_pages_is_one(printed):
    # Title page, contents and two lists, the two chapters, a part, a figure and a table.
    assert len(by_role(printed, "/Sect")) == 1 + 3 + 2 + 1 + 2


def test_every_page_of_the_table_repeats_its_header_for_the_eye(file):
    pages = [page.extract_text() for page in PdfReader(file).pages]
    with_rows = [text for text in pages if re.search(r"Row \d+", text)]
    assert len(with_rows) >= 3 and all("Value" in text for text in with_rows)


def test_running_heads_and_page_numbers_are_artifacts(printed):
    content = printed.pages[1].Contents.read_bytes()
    assert content.count(b"/Artifact <</Type /Pagination>> BDC") == 3     # report, chapter, page number


def test_links_say_in_words_where_they_lead(printed):
    said = {str(annotation.Contents) for page in printed.pages for annotation in page.get("/Annots", [])}
    assert {"Table 1 Long title", "Part", "Chapter", "Web page https://example.org/x"} <= said


def test_a_link_to_an_empty_anchor_is_named_after_its_section():
    soup = BeautifulSoup('<section><span id="cite"></span><h2>How to cite</h2><p>Words</p></section>', "html.parser")
    assert print_page._title_of(soup.find(id="cite")) == "How to cite"


def test_contents_and_lists_are_tagged_as_such(printed):
    entries = by_role(printed, "/TOCI")
    assert len(entries) == 2 + 1 + 1        # chapters, figure, table
    assert all([str(kid.S) for kid in kids(entry)] == ["/Reference"] for entry in entries)
    assert all(str(entry.P.S) == "/TOC" for entry in entries)
    assert len(by_role(printed, "/L")) == 1         # the statuses on the title page


def test_contents_and_lists_give_page_numbers(file):
    pages = [page.extract_text() for page in PdfReader(file).pages]
    number = next(k for k, text in enumerate(pages, 1) if "With" in text and "Part" in text)
    for listed, line in ((1, "Chapter"), (2, "Figure 1 Long title"), (3, "Table 1 Long title")):
        text = PdfReader(file).pages[listed].extract_text(extraction_mode="layout")
        assert re.search(rf"{line}\s+{number}\n", text), text
    assert re.search(rf"See Table 1 \(page {number}\)", " ".join(pages[4].split()))


def test_document_level_facts(printed):
    root = printed.Root
    assert root.MarkInfo.Marked and str(root.Lang) == "en-GB" and root.ViewerPreferences.DisplayDocTitle
    with printed.open_metadata() as data:
        assert data["pdfuaid:part"] == "1" and data["dc:title"] == "A report"
    assert [item.title for item in PdfReader(printed.filename).outline if not isinstance(item, list)] == \
        ["A report", "Contents", "List of figures", "List of tables", "The report", "Chapter"]


def test_the_same_document_makes_the_same_bytes(document, file, tmp_path):
    pdf.write_pdf(document, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == file.read_bytes()


def test_a_pdf_that_is_current_is_not_made_again(document, file, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "PDF", tmp_path / "report.pdf")
    monkeypatch.setattr(pdf, "DIGEST", tmp_path / "report.digest")
    monkeypatch.setattr(pdf, "read_document", lambda html: document)
    monkeypatch.setattr(pdf, "_state_of_pages", lambda: "first")
    made, said = [], []
    monkeypatch.setattr(pdf, "write_pdf", lambda document, file: made.append(1) or file.write_bytes(b"%PDF") or 1)
    assert pdf.print_pdf(progress=said.append) == 0 and pdf.print_pdf(progress=said.append) == 0
    assert made == [1] and "is current" in said[-1]
    monkeypatch.setattr(pdf, "_state_of_pages", lambda: "pages written again, with the same on them")
    assert pdf.print_pdf(progress=said.append) == 0 and made == [1] and "is current" in said[-1]
    monkeypatch.setattr(pdf, "read_document", lambda html: pdf.Document(document.html + " ", {}, frozenset()))
    assert pdf.print_pdf(progress=said.append) == 0 and made == [1], "with the same pages they are not even read"
    monkeypatch.setattr(pdf, "_state_of_pages", lambda: "other pages")
    assert pdf.print_pdf(progress=said.append) == 0 and made == [1, 1]
    (tmp_path / "report.pdf").write_bytes(b"%PDF, touched")
    monkeypatch.setattr(pdf, "read_document", lambda html: document)
    assert pdf.print_pdf(progress=said.append) == 0 and made == [1, 1, 1]


@pytest.mark.parametrize(("arguments", "code", "start"), [
    (["pdf"], 1, "error: the PDF needs"), (["pdf", "--where-possible"], 0, "note: no PDF is made: the PDF needs"),
])
def test_a_system_without_pango_is_named_in_one_line(monkeypatch, capsys, tmp_path, arguments, code, start):
    real = builtins.__import__

    def without_pango(name, *rest):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'\nmore lines")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    monkeypatch.setattr(pdf, "PDF", tmp_path / "report.pdf")        # none is there
    assert main(arguments) == code
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith(start) and "libpango-1.0-0" in lines[0]
