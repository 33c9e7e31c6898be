"""A small book of its own, with two strands and two chapters, for tests that build one."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

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
FIELDS = "title: T, publisher: P, licence: L, access: public, status: published, kind: reference, format: csv"
REGISTERS = ("analysis_plan", "deviations")     # which the pages of proof are made with
COMMAND = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "-q",
           "--keep-going"]


def make(folder: Path) -> Path:
    """The book in a folder: the project's machinery, two bundles with their data, a chapter of each."""
    for name in ("analysis", "_config.yml", "requirements.txt", "CITATION.cff"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for file in (folder / "analysis" / "exhibits").glob("[a-z]*.py"):
        file.unlink()
    for file in (folder / "analysis" / "sources" / "schemas").glob("[a-z]*.py"):
        if file.name != "reference.py":
            file.unlink()
    shutil.copytree(ROOT / "chapters" / "_static", folder / "chapters" / "_static")
    (folder / "data" / "parameters").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "evaluation.yml", folder / "data")
    entries = [_register(folder, name) for name in REGISTERS] + [_strand(folder, name) for name in ("one", "two")]
    (folder / "data" / "catalogue.yml").write_text("\n".join(["datasets:", *entries]) + "\n")
    (folder / "analysis" / "sources" / "schemas" / "toy.py").write_text(
        "from analysis.sources.schema import Table, integer\n"
        'SCHEMAS = {"toy": Table(columns=(integer("value", 0, 99),))}\n')
    (folder / "chapters" / "references.bib").write_text("")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: chapters/one\nchapters:\n  - file: chapters/two\n")
    return folder


def build(book: Path, expect: int = 0) -> subprocess.CompletedProcess:
    """Build the book; how it ends must be as expected."""
    done = subprocess.run(COMMAND, cwd=book, text=True, capture_output=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def page(book: Path, name: str) -> str:
    """A chapter's page."""
    return (book / "_build" / "html" / "chapters" / f"{name}.html").read_text(encoding="utf-8")


def executions(book: Path) -> list[str]:
    """When the execution that stands on each page was."""
    return [re.search(r"executed (\d+)", page(book, name)).group(1) for name in ("one", "two")]


def edit(file: Path, old: str, new: str) -> None:
    """Replace text in a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def _strand(folder, name) -> str:
    (folder / "data" / f"{name}.csv").write_text("value\n1\n2\n")
    (folder / "analysis" / "exhibits" / f"{name}.py").write_text(MODULE.replace("NAME", name))
    (folder / "chapters" / f"{name}.md").write_text(PAGE.replace("NAME", name))
    return f"  {name}: {{{FIELDS}, strand: {name}, shipped: data/{name}.csv, schema: toy, consumers: [], obtain: here}}"


def _register(folder, name) -> str:
    """A register of the project with its first row alone, which here covers, or departs from, both bundles."""
    file = Path("data", "parameters", f"{name}.csv")
    with (ROOT / file).open(encoding="utf-8", newline="") as lines:
        header, first = list(csv.reader(lines))[:2]
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, [*first[:-1], "one; two"]])
    return (f"  {name}: {{{FIELDS}, strand: registers, shipped: {file.as_posix()}, schema: {name}, consumers: [], "
            "obtain: here}")
