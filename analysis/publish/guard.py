"""Sphinx extension that comes before the report's others: one build at a time, none where nothing has changed, and what
an interrupted build left half-made is made anew.

A build that ends well leaves a mark: the state of all it started from and of all it wrote. The next build that is
asked for the same and finds both as they were ends at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

from analysis import paths
from analysis.publish import state

MARK = paths.BUILD / "built.json"
UNFINISHED = paths.BUILD / ".unfinished"
# Options of `jupyter-book build` that leave the pages as they are; with any other a build is always made.
HARMLESS = re.compile(r"-[Wnqv]+|--(?:warningiserror|nitpick|keep-going|quiet|verbose)")
NITPICK = re.compile(r"-[Wqv]*n[Wnqv]*|--nitpick")
BESIDE = (paths.RESULTS, paths.LEDGER, paths.BUILD / "chapters.json", paths.BUILD / "exhibits")


@contextlib.contextmanager
def only_build(folder: Path, say: Callable[[str], None]):
    """Wait until no other build works in the folder, and keep others waiting. The lock goes with its process, however
    that ends (and is not handed on to processes that it starts)."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".building").open("a") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"another build works in {folder.name}: waiting until it is done ...")
            fcntl.lockf(lock, fcntl.LOCK_EX)
        yield


def asked_for(arguments: list[str]) -> dict | None:
    """What the options of `jupyter-book build` ask for, where a build with them may be left out; else None."""
    if arguments[:1] != ["build"]:
        return None
    options = [argument for argument in arguments[1:] if argument.startswith("-")]
    places = [argument for argument in arguments[1:] if not argument.startswith("-")]
    if len(places) != 1 or Path(places[0]).resolve() != paths.ROOT or not all(map(HARMLESS.fullmatch, options)):
        return None
    return {"nitpick": any(map(NITPICK.fullmatch, options))}


def nothing_changed(asked: dict, sources: str) -> bool:
    """Whether the last build ended well, was asked for no less, and found and left everything as it is now."""
    mark = state.read_mark(MARK)
    return (mark.get("nitpick", -1) >= asked["nitpick"] and mark.get("sources") == sources
            and mark.get("standins") == state.state_of([paths.standins_folder()])
            and mark.get("beside") == state.state_of(BESIDE) and mark.get("pages") == state.state_of([paths.HTML]))


def begin(app, sources: str) -> None:
    """From here on the last build's mark no longer holds. Sphinx's memory of the pages is let go where they are not as
    it left them: a build was interrupted while it made them, or they were touched since."""
    mark = state.read_mark(MARK)
    touched = bool(mark) and mark.get("pages") != state.state_of([paths.HTML])
    MARK.unlink(missing_ok=True)
    app.report_sources = sources
    if UNFINISHED.exists() or touched:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def reading(app, env, docnames) -> None:
    """Pages are about to be made: until they all are, the folder is marked as unfinished."""
    state.write_mark(UNFINISHED, {})


def pages_around(app, env) -> list[str]:
    """The front page, with which the pages of proof, the ledger and the index are written: something has changed, if
    only a test that they name. All pages where titles, order or numbers are no longer those that their menus, links and
    captions were written with."""
    if app.builder.name != "html":
        return []
    now = _frame(env)
    before, env.report_frame = getattr(env, "report_frame", None), now
    return [env.config.root_doc] if before in (None, now) else sorted(env.found_docs)


def finished(app, error) -> None:
    """After a build, after all else: it is no longer unfinished; if it went well without warning, it is marked. Where
    warnings are errors, one with warnings stays unfinished: pages that are not read again would not warn again."""
    strict = app.keep_going or app.warningiserror
    if error is None and not (strict and app._warncount):
        UNFINISHED.unlink(missing_ok=True)
    asked = asked_for(sys.argv[1:])
    if error is None and asked is not None and app.builder.name == "html" and not app._warncount:
        state.write_mark(MARK, {**asked, "sources": app.report_sources, "standins": app.report_standins,
                                "beside": state.state_of(BESIDE), "pages": state.state_of([paths.HTML])})


def _frame(env) -> str:
    titles = {name: node.astext() for name, node in sorted(env.titles.items())}
    parts = (titles, sorted(env.toctree_includes.items()), sorted(env.toc_fignumbers.items()),
             sorted(env.toc_secnumbers.items()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def setup(app):
    """Register with Sphinx; end the process where there is nothing to do."""
    app.report_lock = contextlib.ExitStack()        # let go when this process ends, at the latest
    app.report_lock.enter_context(only_build(paths.BUILD, _say))
    asked, sources = asked_for(sys.argv[1:]), state.state_of_sources()
    if asked is not None and nothing_changed(asked, sources):
        _say(f"nothing has changed since the last build: {paths.HTML.relative_to(paths.ROOT)}/index.html is current")
        sys.exit(0)
    begin(app, sources)
    app.connect("env-before-read-docs", reading)
    app.connect("env-get-updated", pages_around, priority=900)      # when numbers of figures and tables are given
    app.connect("build-finished", finished, priority=1000)
    return {"version": "1", "parallel_read_safe": True}
