"""The execution cache tells the truth: on a small book of its own, with two strands and two chapters."""

import json

import pytest

from tests.publish import small_book
from tests.publish.small_book import build, edit, executions, page


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return small_book.make(tmp_path_factory.mktemp("book"))


@pytest.mark.slow
def test_only_the_chapters_concerned_execute_again(book):
    build(book)
    first = executions(book)
    build(book)
    assert executions(book) == first, "nothing changed"

    edit(book / "chapters" / "one.md", "The word is", "The word now is")
    build(book)
    assert executions(book) == first and "The word now is" in page(book, "one"), "prose only"

    edit(book / "analysis" / "exhibits" / "one.py", '"first"', '"second"')
    build(book)
    after_code = executions(book)
    assert after_code[0] != first[0] and after_code[1] == first[1], "the code of one strand"
    assert ">second<" in page(book, "one")

    edit(book / "data" / "two.csv", "2\n", "40\n")
    build(book)
    after_data = executions(book)
    assert after_data[0] == after_code[0] and after_data[1] != after_code[1], "the data of the other strand"
    assert ">41<" in page(book, "two")
    assert "40,published" in (book / "_build" / "html" / "exhibits" / "tbl-two-a.csv").read_text()

    edit(book / "requirements.txt", "pandas==", "pandas===")
    build(book)
    assert all(a != b for a, b in zip(executions(book), after_data, strict=True)), "the versions of packages"


@pytest.mark.slow
def test_bad_data_stops_the_build_with_one_sentence_and_no_new_page(book):
    build(book)
    before = page(book, "two")
    edit(book / "data" / "two.csv", "40\n" if "40" in (book / "data" / "two.csv").read_text() else "2\n", "x\n")
    done = build(book, expect=1)
    assert "file two.csv, row 3, column value" in done.stdout + done.stderr
    assert page(book, "two") == before
    edit(book / "data" / "two.csv", "x\n", "2\n")
    build(book)


@pytest.mark.slow
def test_an_exhibit_that_is_not_there_and_a_key_that_is_not_there_stop_the_build(book):
    edit(book / "chapters" / "one.md", "one.a.word", "one.a.wrod")
    done = build(book, expect=1)
    assert "one.a.wrod" in done.stdout + done.stderr
    edit(book / "chapters" / "one.md", "one.a.wrod", "one.a.word")
    edit(book / "chapters" / "one.md", 'page.show("tbl-one-a")', 'page.show("tbl-one-b")')
    done = build(book, expect=1)
    assert "tbl-one-b" in done.stdout + done.stderr
    edit(book / "chapters" / "one.md", 'page.show("tbl-one-b")', 'page.show("tbl-one-a")')
    build(book)


@pytest.mark.slow
def test_the_ledger_names_findings_exhibits_and_their_chapters(book):
    build(book)
    ledger = json.loads((book / "_build" / "results.json").read_text(encoding="utf-8"))
    finding = next(item for item in ledger["findings"] if item["id"] == "one.a.sum")
    assert finding["chapters"] == ["chapters/one"] and finding["status"] == "published" and finding["value"] == 3
    assert len(finding["datasets"][0]["sha256"]) == 64
    exhibit = next(item for item in ledger["exhibits"] if item["id"] == "tbl-two-a")
    assert exhibit["chapter"] == "chapters/two" and exhibit["csv"] == "exhibits/tbl-two-a.csv" and exhibit["rows"] == 2
