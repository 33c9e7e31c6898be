"""Sphinx extension of the report: prepares results, sets exhibits as pages, keeps the execution cache truthful, and
writes the ledger when the book is built."""

from __future__ import annotations

import json
import os
import sys
from html import escape
from importlib import import_module
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from latex2mathml.converter import convert as to_mathml
from sphinx.config import ENUM
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from analysis import paths
from analysis.publish import (
    chapters,
    checking,
    dependencies,
    executing,
    ledger,
    mending,
    page,
    quicker,
    state,
    store,
    terms,
)
from analysis.publish.exhibits import Exhibit, exhibit_from

PICTURES = paths.BUILD / "exhibits"


class exhibit_figure(nodes.General, nodes.Element):
    """A numbered figure with all that belongs to it; its id is the exhibit's."""


class exhibit_table(nodes.General, nodes.Element):
    """A numbered table with all that belongs to it; its id is the exhibit's."""


class exhibit_caption(nodes.General, nodes.TextElement):
    """Number, headline, badge and statistical subtitle of an exhibit."""


class exhibit_link(nodes.General, nodes.Element):
    """The link to the exhibit's CSV, relative to the page it stands on."""


class ExhibitDirective(SphinxDirective):
    """Sets one exhibit. Argument: its id. Content: the exhibit as JSON, as `analysis.report` displays it."""

    required_arguments = 1
    has_content = True

    def run(self):
        exhibit = exhibit_from(json.loads("\n".join(self.content)))
        remember(self.env, self.env.docname, exhibit)
        node = (exhibit_figure if exhibit.kind == "figure" else exhibit_table)(classes=["exhibit"])
        node["names"].append(exhibit.id)
        node["title"] = exhibit.title
        self.set_source_info(node)
        self.state.document.note_explicit_target(node, node)
        node += exhibit_caption("", "", title=exhibit.title, subtitle=exhibit.subtitle,
                                badges=page.badges(exhibit.statuses), id=f"{exhibit.id}-title")
        node += self.picture(exhibit) if exhibit.svg else self.table(exhibit)
        node += nodes.raw("", page.symbols_key(exhibit), format="html")
        node += nodes.paragraph("", exhibit.description, classes=["description"])
        node += nodes.raw("", page.note(exhibit), format="html")
        if exhibit.svg:
            node += nodes.raw("", '<details class="numbers-of"><summary>Table of the numbers</summary>', format="html")
            node += self.table(exhibit)
            node += nodes.raw("", "</details>", format="html")
        node += exhibit_link(path=ledger.csv_path(exhibit.id), title=exhibit.title)
        node += nodes.raw("", page.how_made(exhibit), format="html")
        return [node]

    def picture(self, exhibit):
        file = PICTURES / f"{exhibit.id}.svg"
        if not file.is_file() or file.read_text(encoding="utf-8") != exhibit.svg:
            store.write_whole(file, exhibit.svg)
        uri = "/" + file.relative_to(paths.ROOT).as_posix()
        opened = f'<div class="picture" role="region" tabindex="0" aria-label="Picture: {escape(exhibit.title)}">'
        return [nodes.raw("", opened, format="html"),
                nodes.image(uri=uri, alt=f"{exhibit.title}. {exhibit.description}"),
                nodes.raw("", "</div>", format="html")]

    def table(self, exhibit):
        made, text = [], ""
        for part in page.table_parts(exhibit):
            if isinstance(part, str):
                text += part
                continue
            made.append(nodes.raw("", text, format="html"))
            made += self.markup(part[1])
            text = ""
        return [*made, nodes.raw("", text, format="html")]

    def markup(self, text):
        holder = nodes.Element()
        self.state.nested_parse(StringList([text], source="exhibit"), self.content_offset, holder)
        only = holder.children
        if len(only) == 1 and isinstance(only[0], nodes.paragraph):
            return [nodes.inline("", "", *only[0].children)]
        return only


class PageStatusDirective(SphinxDirective):
    """Says which statuses the numbers of a page have and what data are missing. Content: JSON."""

    has_content = True

    def run(self):
        content = json.loads("\n".join(self.content))
        return [nodes.raw("", page.page_status(content["statuses"], content["missing"]), format="html")]


def remember(env, docname: str, exhibit: Exhibit) -> None:
    """Keep the exhibit with the environment, so that the ledger lists what stands on pages; refuse a second place."""
    for other, shown in exhibits_by_page(env).items():
        if exhibit.id in shown and other != docname:
            raise ExtensionError(f"exhibit {exhibit.id} is shown on two pages: {other} and {docname}")
    exhibits_by_page(env).setdefault(docname, {})[exhibit.id] = exhibit


def exhibits_by_page(env) -> dict[str, dict[str, Exhibit]]:
    """All exhibits by page, as read so far."""
    if not hasattr(env, "report_exhibits"):
        env.report_exhibits = {}
    return env.report_exhibits


def forget(app, env, docname) -> None:
    """A page is read again or gone: its exhibits are no longer known."""
    exhibits_by_page(env).pop(docname, None)


def prepare_results(app) -> None:
    """Before reading: make sure that stand-ins and the results of every chapter's bundles are there and current."""
    from analysis.standins.current import ensure_standins

    if app.config.report_execution != "plain":
        _strict_kernels()
    try:
        ensure_standins(progress=_say)
        app.report_standins = state.state_of([paths.standins_folder()])     # before any of them is read
        store.prepare(sorted({name for facts in chapters.all_chapters().values() for name in facts.bundles}),
                      progress=_say)
    except (ValueError, RuntimeError) as error:
        sys.tracebacklimit = 0  # jupyter-book prints the whole chain of errors: leave it the one clear sentence
        raise ExtensionError(f"the report is not built: {error}") from None


def outdated(app, env, added, changed, removed) -> list[str]:
    """Pages whose results are no longer those they were executed with: forget their executions and read them again."""
    before = ledger.read_json(_digests_file())
    with dependencies.one_look():
        now = {docname: facts.digest() for docname, facts in chapters.all_chapters().items() if facts.bundles}
    stale = [docname for docname, digest in now.items() if before.get(docname) != digest and docname in env.found_docs]
    _forget_executions(app, {f"/{docname}{Path(env.doc2path(docname)).suffix}": now[docname] for docname in stale})
    app.report_digests = now
    if app.config.report_execution == "parallel":
        wanted = (added | changed | set(stale)) & env.found_docs
        _execute(app, env, {docname: now.get(docname, "") for docname in wanted})
    return stale


def _execute(app, env, digests: dict[str, str]) -> None:
    """Execute the chapters that are to be read and are not in the cache. `digests`: of all that each depends on."""
    cache, config = _cache_path(app), env.mystnb_config
    try:
        executing.execute(executing.without_execution(digests, env, cache), cache, timeout=config.execution_timeout,
                          say=_say)
    except executing.ExecutionFailed as error:
        sys.tracebacklimit = 0
        raise ExtensionError(f"the report is not built: {error}") from None


def finish(app, error) -> None:
    """After writing: CSV files, the ledger, and a look whether every exhibit is where it should be."""
    if error or app.builder.name != "html":
        return
    with dependencies.one_look():
        _write_ledger(app)


def _write_ledger(app) -> None:
    html = Path(app.outdir)
    shown = exhibits_by_page(app.env)
    ledger.write(shown, chapters.all_chapters(), html)
    # By name: what the gate reads of strands is no part of how pages look, and must not have them all set anew.
    gate = import_module("analysis.clearance.command")
    problems = [*checking.problems_of_book(html, ledger.read_json(paths.LEDGER)),
                *gate.problems_of_pages(shown), *gate.problems_of_build(shown_only=True)]
    if problems:
        raise ExtensionError("the book is not whole:\n  " + "\n  ".join(problems))
    store.write_whole(_digests_file(), json.dumps(app.report_digests, indent=1, sort_keys=True))


def scripts_of_page(app, pagename, templatename, context, doctree) -> None:
    """The dial's script, on the page that has its table."""
    if "tbl-did-dial" in exhibits_by_page(app.env).get(pagename, {}):
        app.add_js_file("dial.js", loading_method="defer")


def visit_exhibit(self, node) -> None:
    kind = "figure" if isinstance(node, exhibit_figure) else "table"
    self.body.append(self.starttag(node, "figure", CLASS=f"exhibit-{kind}"))


def depart_exhibit(self, node) -> None:
    self.body.append("</figure>\n")


def visit_caption(self, node) -> None:
    self.body.append(f'<figcaption id="{node["id"]}"><p class="headline">')
    self.add_fignumber(node.parent)
    self.body.append(f'<span class="caption-text">{self.encode(node["title"])}</span> {node["badges"]}</p>'
                     f'<p class="subtitle">{self.encode(node["subtitle"])}</p></figcaption>')


def visit_link(self, node) -> None:
    up = "../" * self.builder.current_docname.count("/")
    self.body.append(f'<p class="download"><a href="{up}{node["path"]}" download>Download the data (CSV)'
                     f'<span class="visually-hidden"> of: {self.encode(node["title"])}</span></a></p>')


def nothing(self, node) -> None:
    """For nodes that are complete when visited."""


def visit_math(self, node) -> None:
    self.body.append(_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_displaymath(self, node) -> None:
    self.body.append(f'<div class="math" role="group" tabindex="0" aria-label="Equation">'
                     f'{_mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def _mathml(latex: str, display: str) -> str:
    """The equation with its source, from which the PDF draws it."""
    return to_mathml(latex, display=display).replace("<math ", f'<math data-latex="{escape(latex)}" ', 1)


def setup(app):
    """Register with Sphinx."""
    # Kernels of chapters start in the chapters' folders and must find the analysis package.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(paths.ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    _own_kernel_settings()

    def title(node):
        return node["title"]

    app.add_enumerable_node(exhibit_figure, "figure", title, html=(visit_exhibit, depart_exhibit))
    app.add_enumerable_node(exhibit_table, "table", title, html=(visit_exhibit, depart_exhibit))
    app.add_node(exhibit_caption, html=(visit_caption, nothing))
    app.add_node(exhibit_link, html=(visit_link, nothing))
    # "serial": chapters are executed one after the other by myst-nb as it reads them; "plain": its kernels are ended as
    # it does by itself, too. The benchmark of the build compares with both.
    app.add_config_value("report_execution", "parallel", "", ENUM("parallel", "serial", "plain"))
    app.add_directive("exhibit", ExhibitDirective)
    app.add_directive("page-status", PageStatusDirective)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    app.connect("builder-inited", prepare_results)
    app.connect("env-get-outdated", outdated)
    app.connect("env-purge-doc", forget)
    app.connect("build-finished", finish)
    app.add_js_file("reading.js", loading_method="defer")
    app.connect("html-page-context", scripts_of_page)
    mending.connect(app)
    quicker.connect(app)
    terms.connect(app, (exhibit_figure, exhibit_table))
    # Pages are set anew when this extension or the look of the pages changes.
    files = dependencies.code_behind("analysis.publish.book") | set((paths.CHAPTERS / "_static").iterdir())
    version = store.digest_of_text(dependencies.digest_of_files(files))
    return {"version": version[:12], "env_version": int(version[:8], 16), "parallel_read_safe": False}


def _own_kernel_settings() -> None:
    """Kernels start from the project's own IPython folder: nobody's start-up files, no history, no chatter."""
    profile = paths.BUILD / "ipython" / "profile_default"
    store.write_whole(profile / "ipython_kernel_config.py",
                      'c.IPKernelApp.log_level = "ERROR"\nc.HistoryManager.enabled = False\n')
    os.environ["IPYTHONDIR"] = str(profile.parent)


def _strict_kernels() -> None:
    """An output of a kernel that does not arrive stops the build (by default it is left out after four seconds), and a
    kernel that is done is ended at once (asked politely, about half of them take three seconds to go)."""
    from nbclient import NotebookClient

    if hasattr(NotebookClient, "plain_init"):
        return
    NotebookClient.plain_init = NotebookClient.__init__

    def strict_init(self, *arguments, **settings):
        strict = {"iopub_timeout": 60, "raise_on_iopub_timeout": True, "shutdown_kernel": "immediate"}
        NotebookClient.plain_init(self, *arguments, **{**strict, **settings})

    NotebookClient.__init__ = strict_init


def _digests_file() -> Path:
    return paths.BUILD / "chapters.json"


def _forget_executions(app, digests: dict[str, str]) -> None:
    """Remove the cached executions of chapters, unless they were made from what is there now (by a build that was
    stopped before it had made the pages). `digests`: by the chapters' paths within the project, which may have moved
    as a whole since they were executed."""
    from jupyter_cache import get_cache

    path = _cache_path(app)
    if not digests or not path.exists():
        return
    cache = get_cache(path)
    for record in cache.list_cache_records():
        uri, made_from = Path(record.uri).as_posix(), (record.data or {}).get(executing.MADE_FROM)
        if any(uri.endswith(file) and made_from != digest for file, digest in digests.items()):
            cache.remove_cache(record.pk)


def _cache_path(app) -> Path:
    named = getattr(app.env.mystnb_config, "execution_cache_path", "")
    return Path(named or Path(app.outdir).parent / ".jupyter_cache")


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
