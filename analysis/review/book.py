"""Sphinx extension for reviewers: numbers in prose open their proof, and the pages of proof are written."""

from __future__ import annotations

from html import escape
from pathlib import Path

from docutils import nodes
from myst_nb.ext.glue.roles import PasteTextRole
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis.publish import chapters, dependencies, store
from analysis.publish.book import exhibit_figure, exhibit_table, exhibits_by_page
from analysis.publish.commit import commit
from analysis.publish.ledger import base_key
from analysis.review import changes, deviations, furniture, pages
from analysis.review.places import anchor_of
from analysis.review.records import bundle_names, records
from analysis.review.snapshots import Snapshot, exhibit_now, finding_now

SHORT = 40      # a longer text keeps its look and is followed by a small link, so that no whole sentence is one


class FindingRole(PasteTextRole):
    """`{glue:text}` as myst-nb has it, remembering which finding is quoted."""

    def run(self):
        made, messages = super().run()
        for node in made:
            node["finding"] = self.text
        return made, messages


class LinkFindings(SphinxPostTransform):
    """Every quoted finding becomes a link to its record; the first on a page is an anchor."""

    default_priority = 20
    builders = ("html",)

    def apply(self, **kwargs):
        homes = homes_of_findings(self.app)
        seen: set[str] = set()
        for node in list(self.document.findall(lambda n: isinstance(n, nodes.inline) and n.get("finding"))):
            key = base_key(node["finding"], homes)
            if _inside(node, (nodes.title, nodes.reference)) or key not in homes:
                continue
            anchor = "" if key in seen else f' id="{escape(anchor_of(key))}"'
            seen.add(key)
            address = pages.link_to(homes[key], key, self.env.docname)
            node.parent.replace(node, linked(node, address, key, anchor))      # replace_self would hand on classes


class DeviationsBeside(SphinxPostTransform):
    """Departures from the original's methods, folded under each exhibit that they touch, and the way to its proof."""

    default_priority = 21
    builders = ("html",)

    def apply(self, **kwargs):
        address = pages.relative(deviations.ALL, self.env.docname)
        for kind in (exhibit_figure, exhibit_table):
            for node in list(self.document.findall(kind)):
                id = node["names"][0]
                node += nodes.raw("", deviations.beside(deviations.touching(id, departures(self.app)), address),
                                  format="html")
                proof = pages.link_to(homes_of_exhibits(self.app)[id], id, self.env.docname)
                node += nodes.raw("", pages.proof_line(proof, node["title"]), format="html")


class PageFurniture(SphinxPostTransform):
    """What every page with results offers at its top: the answer, how sure it is, exhibits, method and data."""

    default_priority = 22
    builders = ("html",)

    def apply(self, **kwargs):
        box = next((node for node in self.document.findall(nodes.raw) if 'class="page-status"' in node.astext()), None)
        shown = exhibits_by_page(self.env).get(self.env.docname, {})
        if box is not None and shown:
            here = furniture.links_of(self.document, shown.values())
            box.parent.insert(box.parent.index(box) + 1, nodes.raw("", furniture.bar(here), format="html"))


def departures(app) -> tuple:
    """The register of deviations, read once a build."""
    if not hasattr(app, "report_departures"):
        app.report_departures = deviations.read_deviations()
    return app.report_departures


def touched_pages(app, env, added, changed, removed) -> list[str]:
    """Pages with exhibits, when the register of deviations is no longer the one they were written with."""
    now = store.digest_of_text(repr(one) for one in departures(app))
    before, env.report_departures_digest = getattr(env, "report_departures_digest", None), now
    return [] if before in (None, now) else [docname for docname in exhibits_by_page(env) if docname in env.found_docs]


def linked(node, address: str, key: str, anchor: str) -> list:
    """A short text as a link; a long one followed by a small link that says where it leads."""
    if len(node.astext()) <= SHORT:
        return [nodes.raw("", f'<a class="finding"{anchor} href="{escape(address)}">', format="html"), node,
                nodes.raw("", "</a>", format="html")]
    mark = (f'<sup><a class="finding-mark" href="{escape(address)}" title="{escape(key)}">source'
            f'<span class="visually-hidden"> of the statement before: {escape(key)}</span></a></sup>')
    return [nodes.raw("", f"<span{anchor}>", format="html"), node, nodes.raw("", f"</span>{mark}", format="html")]


def homes_of_findings(app) -> dict[str, str]:
    """The bundle of every finding that chapters may quote."""
    return _homes(app)[0]


def homes_of_exhibits(app) -> dict[str, str]:
    """The bundle of every exhibit that chapters may show."""
    return _homes(app)[1]


def _homes(app) -> tuple[dict[str, str], dict[str, str]]:
    """By id, the bundles of findings and of exhibits; read once a build."""
    if not hasattr(app, "report_homes"):
        with dependencies.one_look():
            opened = {name: store.open_bundle(name) for name in bundle_names(chapters.all_chapters())}
        app.report_homes = tuple({item.id: name for name, bundle in opened.items() for item in getattr(bundle, kind)}
                                 for kind in ("findings", "exhibits"))
    return app.report_homes


def proof_pages(app):
    """The pages of proof, for Sphinx to write: one a bundle, and the list of all."""
    if app.builder.name != "html":
        return
    shown = {id: docname for docname, found in exhibits_by_page(app.env).items() for id in found}
    with dependencies.one_look():
        everything = records(chapters.all_chapters(), shown)
    titles = {docname: node.astext() for docname, node in app.env.titles.items()}
    app.report_records = everything
    at = commit()
    for bundle in dict.fromkeys(record.bundle for record in everything):
        own = [record for record in everything if record.bundle == bundle]
        yield _page(pages.page_of(bundle), f"Proof of: {bundle}", pages.record_page(bundle, own, titles, at))
    yield _page(pages.LIST, "All findings and exhibits", pages.list_page(everything, titles))
    yield _page(pages.EXHIBITS, "Figures and tables", pages.exhibits_page(everything, titles, numbers_of(app.env)))
    yield _page(changes.PAGE, changes.TITLE, changes.page(changes.last_release(), now_of(everything)))


def numbers_of(env) -> dict[str, int]:
    """The numbers that figures and tables have on the pages."""
    return {id: number[-1] for kinds in env.toc_fignumbers.values() for ids in kinds.values()
            for id, number in ids.items()}


def now_of(everything) -> Snapshot:
    """What this build publishes: all findings, and the exhibits that chapters show."""
    return Snapshot("this build", {r.id: finding_now(r.item) for r in everything if r.kind == "finding"},
                    {r.id: exhibit_now(r.item) for r in everything if r.kind != "finding" and r.page})


def write_provenance(app, error) -> None:
    """After a build: the record for machines, beside the pages."""
    if not error and app.builder.name == "html" and hasattr(app, "report_records"):
        from analysis.review import provenance  # slow to import

        provenance.write(app.report_records, Path(app.outdir))


def _page(name: str, title: str, body: str):
    return name, {"title": title, "body": body, "meta": {}}, "page.html"


def _inside(node, kinds) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", FindingRole(), override=True)
    app.add_post_transform(LinkFindings)
    app.add_post_transform(DeviationsBeside)
    app.add_post_transform(PageFurniture)
    app.connect("env-get-outdated", touched_pages)
    app.connect("html-collect-pages", proof_pages)
    app.connect("build-finished", write_provenance, priority=900)      # after the exhibits' CSVs are there
    version = store.digest_of_text(dependencies.digest_of_files(dependencies.code_behind("analysis.review.book")))
    return {"version": version[:12], "env_version": int(version[:8], 16), "parallel_read_safe": True,
            "parallel_write_safe": True}
