"""Reading what a chapter's source says it uses."""

import pytest

from analysis import paths
from analysis.errors import DesignError
from analysis.publish.chapters import read_chapter
from analysis.publish.ledger import base_key, quoting_chapters

SOURCE = '''# Title
```{code-cell} ipython3
:tags: [hide-input]
from analysis.report import results
a = results("survey", "costs")
```
Prose {glue:text}`survey.a.b.full` and {glue:text}`costs.c.d`.
```{code-cell} ipython3
a.show("fig-survey-x")
```
'''


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "chapters").mkdir()
    file = tmp_path / "chapters" / "x.md"

    def write(text):
        file.write_text(text, encoding="utf-8")
        return read_chapter(file)

    return write


def test_bundles_exhibits_and_quotes(chapter):
    found = chapter(SOURCE)
    assert (found.docname, found.bundles, found.exhibits) == ("chapters/x", ("survey", "costs"), ("fig-survey-x",))
    assert found.quotes == ("survey.a.b.full", "costs.c.d")
    known = {"survey.a.b", "costs.c.d"}
    assert quoting_chapters({"chapters/x": found}, known) == {"survey.a.b": ["chapters/x"], "costs.c.d": ["chapters/x"]}


def test_what_is_only_shown_is_not_read(chapter):
    """A listing may hold a quote and a whole cell; what stands between cells and after them is read."""
    listing = '````diff\n+{glue:text}`new.key`\n+```{code-cell} ipython3\n+new.show("tbl-new")\n+```\n````\n'
    read = chapter(SOURCE.replace("Prose", listing + "Prose") + "After {glue:text}`costs.e.f`.\n")
    assert read.quotes == ("survey.a.b.full", "costs.c.d", "costs.e.f") and read.exhibits == ("fig-survey-x",)


def test_a_cell_that_is_not_python_is_named(chapter):
    with pytest.raises(DesignError, match="chapters/x: a code cell is not Python"):
        chapter("```{code-cell} ipython3\nresults(\n```\n")


@pytest.mark.parametrize(("key", "base"), [("a.b", "a.b"), ("a.b.full", "a.b"), ("a.n.number", "a.n"), ("a.b.n", "a.b"),
                                           ("a.c.number", "a.c.number")])
def test_base_key(key, base):
    assert base_key(key, {"a.b", "a.n", "a.c.number"}) == base
