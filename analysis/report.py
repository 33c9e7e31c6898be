"""What chapters use: `results("survey")` opens what a strand published, glues its findings and shows its exhibits.

A chapter cannot reach a number of a strand in any other way.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from IPython.display import display
from myst_nb import glue

from analysis.errors import DesignError
from analysis.publish import dependencies, store
from analysis.publish.chapters import all_chapters
from analysis.publish.store import build_bundle

__all__ = ["Results", "build_bundle", "results"]


class Results:
    """The opened bundles of one chapter."""

    def __init__(self, bundles):
        self._bundles = tuple(bundles)
        self._exhibits = {exhibit.id: exhibit for bundle in self._bundles for exhibit in bundle.exhibits}

    def show(self, id: str) -> None:
        """Show an exhibit of these bundles; `DesignError` naming those there are when it is not one of them."""
        if id not in self._exhibits:
            raise DesignError(f"no exhibit {id!r} here; there are {', '.join(self._exhibits)}")
        _show("exhibit", id, json.dumps(asdict(self._exhibits[id]), sort_keys=True, ensure_ascii=False))

    def statuses(self) -> tuple[str, ...]:
        """The statuses of all numbers in these bundles, each once."""
        items = [item for bundle in self._bundles for item in (*bundle.findings, *bundle.exhibits)]
        return tuple(dict.fromkeys(item.status for item in items))


def results(*names: str) -> Results:
    """Open the named bundles, glue the findings that are quoted, and show the statuses of the page's numbers.

    Glued are the keys that chapters opening these bundles quote, and no others: every glued text is a message of the
    kernel, and of thousands at once some get lost.
    """
    with dependencies.one_look():
        opened = Results([store.open_bundle(name) for name in names])
    quoted = {key for chapter in all_chapters().values() if set(names) <= set(chapter.bundles)
              for key in chapter.quotes}
    for bundle in opened._bundles:
        for finding in bundle.findings:
            for key, text in finding.quotes().items():
                if key in quoted:
                    glue(key, text, display=False)
    content = {"statuses": opened.statuses(), "missing": [m for bundle in opened._bundles for m in bundle.missing]}
    _show("page-status", "", json.dumps(content, sort_keys=True))
    return opened


def _show(directive, argument, payload):
    """A MyST directive with a JSON payload, as the cell's Markdown output: the book's extension sets it as a page."""
    fence = "`" * 12
    display({"text/markdown": f"{fence}{{{directive}}} {argument}\n{payload}\n{fence}\n", "text/plain": argument},
            raw=True)
