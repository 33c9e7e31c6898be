"""The execution cache tells the truth: on a small book of its own, with two strands and two chapters."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FRONT = ("---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n"
         "kernelspec: {name: python3, display_name: Python 3, language: python}\n---\n")
MODULE = '''
from analysis.publish import label
DATASETS = ("NAME",)
BUNDLES = ()
WORD = "first"
def made():
    """Source."""
def publish(p):
    data = p.load("NAME")
    p.finding("NAME.a.word", WORD, unit="text", made_by=made, sources=[data])
    p.finding("NAME.a.sum", float(data.frame["value"].sum()), unit="count", decimals=0, made_by=made, sources=[data])
    p.table("tbl-NAME-a", title="A table", subtitle="s", frame=data.frame, columns=[label("value", "Value")],
            describe="A table.", made_by=made, sources=[data])
'''
PAGE = FRONT + """# Page NAME
```{code-cell} ipython3
from analysis.report import results
import time
page = results("NAME")
print("executed", time.time_ns())
page.show("tbl-NAME-a")
```
The word is {glue:text}`NAME.a.word` and the sum {glue:text}`NAME.a.sum`.
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    for name in ("analysis", "_config.yml", "requirements.txt"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for room in ("exhibits", "sources/schemas"):
        for file in (folder / "analysis" / room).glob("[a-z]*.py"):
            file.unlink()
    shutil.copytree(ROOT / "chapters" / "_static", folder / "chapters" / "_static")
    (folder / "data" / "parameters").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "evaluation.yml", folder / "data")
    fields = "title: T, publisher: P, licence: L, access: public, status: published, kind: reference, format: csv"
    lines = ["datasets:"]
    for name in ("one", "two"):
        (folder / "data" / f"{name}.csv").write_text("value\n1\n2\n")
        (folder / "analysis" / "exhibits" / f"{name}.py").write_text(MODULE.replace("NAME", name))
        (folder / "chapters" / f"{name}.md").write_text(PAGE.replace("NAME", name))
        lines.append(f"  {name}: {{{fields}, strand: {name}, shipped: data/{name}.csv, schema: toy, consumers: [], "
                     "obtain: here}")
    (folder / "data" / "catalogue.yml").write_text("\n".join(lines) + "\n")
    (folder / "analysis" / "sources" / "schemas" / "toy.py").write_text(
        "from analysis.sources.schema import Table, integer\n"
        'SCHEMAS = {"toy": Table(columns=(integer("value", 0, 99),))}\n')
    (folder / "chapters" / "references.bib").write_text("")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: chapters/one\nchapters:\n  - file: chapters/two\n")
    return folder


def build(book, expect=0):
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "-q",
               "--keep-going"]
    done = subprocess.run(command, cwd=book, text=True, capture_output=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def page(book, name):
    return (book / "_build" / "html" / "chapters" / f"{name}.html").read_text(encoding="utf-8")


def executions(book):
    return [re.search(r"executed (\d+)", page(book, name)).group(1) for name in ("one", "two")]


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


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
    import json

    build(book)
    ledger = json.loads((book / "_build" / "results.json").read_text(encoding="utf-8"))
    finding = next(item for item in ledger["findings"] if item["id"] == "one.a.sum")
    assert finding["chapters"] == ["chapters/one"] and finding["status"] == "published" and finding["value"] == 3
    assert len(finding["datasets"][0]["sha256"]) == 64
    exhibit = next(item for item in ledger["exhibits"] if item["id"] == "tbl-two-a")
    assert exhibit["chapter"] == "chapters/two" and exhibit["csv"] == "exhibits/tbl-two-a.csv" and exhibit["rows"] == 2
