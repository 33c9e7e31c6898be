"""Builds that are stopped, meet another, fail or have nothing to do: on a small book of its own."""

import os
import re
import shutil
import signal
import subprocess
import time

import nbformat
import pytest

from analysis.publish import guard
from analysis.publish.executing import failure
from tests.publish import small_book
from tests.publish.small_book import COMMAND, build, edit, executions, page

LONG = 120      # seconds that are waited for something at most
SLOW = 'page = results("{name}")\nfor _ in range({tenths}): time.sleep(0.1)\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A book that is built: copied for each test, so that none meets what another left."""
    folder = small_book.make(tmp_path_factory.mktemp("book"))
    build(folder)
    return folder


@pytest.fixture
def book(made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "book", symlinks=True)
    build(folder)
    return folder


def start(book):
    return subprocess.Popen(COMMAND, cwd=book, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)


def slow_down(book, name, tenths):
    edit(book / "chapters" / f"{name}.md", f'page = results("{name}")\n', SLOW.format(name=name, tenths=tenths))


def cached(book):
    return len(list((book / "_build" / ".jupyter_cache" / "executed").iterdir()))


def wait_for(condition):
    until = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < until, "what the test waits for does not come"
        time.sleep(0.05)


def text(book, name):
    """A chapter's page without markup, so that its code can be found."""
    return re.sub("<[^>]+>", "", page(book, name))


def pages_of(book):
    html = book / "_build" / "html"
    return {file.relative_to(html).as_posix() for file in html.rglob("*.html")}


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_build_stopped_while_it_executes_is_made_good_by_the_next(book, end):
    names, before = pages_of(book), executions(book)
    slow_down(book, "one", 30)
    edit(book / "chapters" / "two.md", "import time", "import time  # other code")
    here = cached(book)
    running = start(book)
    wait_for(lambda: cached(book) > here)       # the second chapter is done, the first is not
    os.kill(running.pid, end)
    said = running.communicate(timeout=LONG)[0]
    assert running.returncode != 0, said
    assert executions(book) == before, "no page of a build that was stopped"
    build(book)
    assert all(old != new for old, new in zip(before, executions(book), strict=True)) and pages_of(book) == names
    assert "The word is" in page(book, "one") and "time.sleep" in text(book, "one")


@pytest.mark.slow
def test_pages_of_a_build_stopped_while_it_writes_are_made_anew(book):
    # It ends between Sphinx's memory, which has the new title, and the pages, whose menus have the old one.
    edit(book / "chapters" / "two.md", "# Page two", "# Second page")
    guard_file, last_words = book / "analysis" / "publish" / "guard.py", "    app.connect('write-started', _end)\n"
    keep = guard_file.read_text(encoding="utf-8")
    edit(guard_file, '    app.connect("env-before', f'{last_words}    app.connect("env-before')
    edit(guard_file, "def setup(app):", "def _end(*_):\n    import os\n    os._exit(9)\n\n\ndef setup(app):")
    build(book, expect=9)
    guard_file.write_text(keep, encoding="utf-8")
    assert "Page two" in page(book, "one")
    build(book)
    assert "Second page" in page(book, "one") and "Page two" not in page(book, "one")
    edit(book / "chapters" / "two.md", "# Second page", "# Page two")
    build(book)
    assert "Page two" in page(book, "one"), "the menus of all pages follow a title"


@pytest.mark.slow
def test_the_second_of_two_builds_waits_and_then_has_nothing_to_do(book):
    slow_down(book, "one", 20)
    first = start(book)
    wait_for(lambda: not (book / "_build" / "built.json").exists())
    second = build(book)
    said = first.communicate(timeout=LONG)[0]
    assert first.returncode == 0, said
    assert "another build works in _build: waiting until it is done ..." in second.stderr
    assert "nothing has changed since the last build" in second.stderr and "executed" not in second.stderr
    assert "time.sleep" in text(book, "one")


@pytest.mark.slow
def test_a_failing_chapter_is_named_with_its_cell_and_error_and_the_pages_stay(book):
    before = page(book, "two")
    edit(book / "chapters" / "two.md", "The word is", "```{code-cell} ipython3\n1 / 0\n```\nThe word is")
    done = build(book, expect=1)
    assert "the report is not built: chapter chapters/two, code cell 2: ZeroDivisionError: division by zero" in (
        done.stdout + done.stderr)
    assert page(book, "two") == before and not (book / "_build" / "built.json").exists()
    edit(book / "chapters" / "two.md", "1 / 0", "1 / 1")
    assert "nothing has changed" not in build(book).stderr
    assert "1 / 1" in text(book, "two")


@pytest.mark.slow
def test_a_build_with_warnings_does_not_pass_when_it_is_repeated(book):
    edit(book / "chapters" / "two.md", "The word is", "See [nowhere](nowhere.md). The word is")
    assert "nowhere" in build(book, expect=1).stderr
    assert "nowhere" in build(book, expect=1).stderr
    edit(book / "chapters" / "two.md", "See [nowhere](nowhere.md). ", "")
    build(book)


@pytest.mark.slow
def test_only_the_chapter_whose_data_changed_is_executed_and_the_proof_follows(book):
    before = executions(book)
    edit(book / "data" / "one.csv", "2\n", "30\n")
    done = build(book)
    after = executions(book)
    assert "executed 1 chapters" in done.stderr and after[0] != before[0] and after[1] == before[1]
    assert ">31<" in page(book, "one")
    assert "31" in (book / "_build" / "html" / "findings" / "one.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("change", ["page gone", "page changed", "source", "results", "variable", "option"])
def test_a_build_is_left_out_only_where_nothing_at_all_has_changed(book, change, monkeypatch):
    assert "nothing has changed" in build(book).stderr
    html = book / "_build" / "html" / "chapters" / "two.html"
    if change == "page gone":
        html.unlink()
    elif change == "page changed":
        html.write_text("", encoding="utf-8")
    elif change == "source":
        os.utime(book / "chapters" / "two.md")
    elif change == "results":
        (book / "_build" / "results" / "two.json").unlink()
    elif change == "variable":
        monkeypatch.setenv("PUBLIC_DATA_DIR", str(book / "data" / "parameters"))
    elif change == "option":
        monkeypatch.setattr(small_book, "COMMAND", [*COMMAND, "--all"])
    assert "nothing has changed" not in build(book).stderr
    assert "The word is" in html.read_text(encoding="utf-8")


@pytest.mark.parametrize(("options", "asked"), [
    (["build", "."], {"nitpick": False}), (["build", ".", "-W", "-n", "-q", "--keep-going"], {"nitpick": True}),
    (["build", "-Wn", "."], {"nitpick": True}), (["build", ".", "--nitpick"], {"nitpick": True}),
    (["build", ".", "--all"], None), (["build", ".", "--builder", "linkcheck"], None), (["build", "chapters"], None),
    (["build", ".", "--path-output=x"], None), (["clean", "."], None), ([], None)])
def test_what_a_build_is_asked_for(options, asked, monkeypatch):
    monkeypatch.chdir(small_book.ROOT)
    assert guard.asked_for(options) == asked


def test_a_failure_names_chapter_cell_and_error():
    cells = [nbformat.v4.new_code_cell("1"), nbformat.v4.new_markdown_cell("words"), nbformat.v4.new_code_cell("2")]
    cells[2].outputs = [nbformat.v4.new_output("error", ename="E", evalue="e")]
    assert failure("chapters/a", nbformat.v4.new_notebook(cells=cells), RuntimeError("no\n  answer")) == (
        "chapter chapters/a, code cell 2: no answer")
