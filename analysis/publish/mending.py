"""What the theme leaves undone, mended in each page as it is written: weight, icons, landmarks, lists."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

import tinycss2
from docutils import nodes

from analysis import paths
from analysis.errors import DesignError
from analysis.publish import dependencies, state, store

# Drawings of the icons that the theme names, 24 by 24, in strokes of the text's colour. The theme's own way, a script
# and fonts of all icons there are, weighs more than a whole page.
ICONS = {
    "angle-right": '<path d="M9 5l7 7-7 7"/>',
    "angle-left": '<path d="M15 5l-7 7 7 7"/>',
    "arrow-up": '<path d="M12 19V5M5 12l7-7 7 7"/>',
    "bars": '<path d="M4 6h16M4 12h16M4 18h16"/>',
    "circle-half-stroke": '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/>',
    "download": '<path d="M12 4v11M7 11l5 5 5-5M4 20h16"/>',
    "expand": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
    "file": '<path d="M6 3h8l4 4v14H6z"/>',
    "file-pdf": '<path d="M6 3h8l4 4v14H6zM9 14h6M9 17h4"/>',
    "list": '<path d="M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1"/>',
    "magnifying-glass": '<circle cx="11" cy="11" r="7"/><path d="M16 16l5 5"/>',
    "moon": '<path d="M20 14A8 8 0 1 1 10 4a7 7 0 0 0 10 10z"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2"'
           "/>",
}
SVG = ('<svg class="{classes} icon"{attributes} viewBox="0 0 24 24" width="1em" height="1em" fill="none" '
       'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" '
       'focusable="false">{drawing}</svg>')
ICON = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"([^>]*)></\1>')
SIZES = {"fa-solid", "fa-lg", "fas", "far", "fa"}

# Nothing of the report uses these: icons as a script, code run in the page, tabs and cards.
UNUSED = re.compile(
    r"^.*(?:scripts/fontawesome\.js|sphinx-thebe\.(?:js|css)|sphinx-design\.min\.css|design-tabs\.js|THEBE_JS_URL|"
    r"<script>kernelName =).*\n", re.MULTILINE)
RUN_IN_PAGE = re.compile(r'<script type="text/x-thebe-config">.*?</script>\s*', re.DOTALL)
# The index of words is needed where it is searched.
SEARCHING = re.compile(r"^.*(?:searchtools|language_data|searchindex)\.js.*\n", re.MULTILINE)
HOME = re.compile(r'<a class="navbar-brand logo".*?</a>', re.DOTALL)
SECOND_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
CLASSES = re.compile(r'class="([^"]*)"')
SELECTED = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
LIGHTER = "/* rules for classes that no page has are left out */\n"
# Scripts that wait for the page.
LATER = re.compile(r'<script src="([^"]*(?:doctools|sphinx_highlight|clipboard\.min|copybutton|sphinx-book-theme|'
                   r'togglebutton)\.js[^"]*)">')
# Files that no page asks for once these are gone.
FILES = ("scripts/fontawesome.js", "scripts/fontawesome.js.LICENSE.txt", "vendor", "locales", "design-tabs.js",
         "sphinx-thebe.js", "sphinx-thebe.css", "sphinx-design.min.css", "sbt-webpack-macros.html",
         "webpack-macros.html")


def mended(html: str, page: str) -> str:
    """A page as the theme wrote it, lighter and with landmarks; `DesignError` on an icon that has no drawing here."""
    html = RUN_IN_PAGE.sub("", UNUSED.sub("", html)).replace(SECOND_VIEWPORT, "")
    if page != "search":        # there the scripts that search need the others before them
        html = LATER.sub(r'<script defer src="\1">', SEARCHING.sub("", html))
    html = HOME.sub(lambda found: f'<nav class="home-link" aria-label="Home">{found[0]}</nav>', html, count=1)
    return ICON.sub(lambda found: _drawn(found, page), html)


def lighten(outdir: Path) -> None:
    """Take away the theme's files that no page asks for, and from its large style sheets the rules for such classes."""
    static = outdir / "_static"
    for name in FILES:
        path = static / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in static.rglob("*.map"):
        path.unlink()
    used = classes_used(outdir)
    for path in (static / "styles" / "pydata-sphinx-theme.css", *static.glob("mystnb.*.css")):
        if path.is_file():
            store.write_whole(path, LIGHTER + _used_only(path.name, original_of(path), used))


def original_of(path: Path) -> str:
    """The style sheet as its package brings it: what stands in the folder may lack rules that a page now needs."""
    package, name = (("myst_nb", "static/mystnb.css") if path.name.startswith("mystnb.") else
                     ("pydata_sphinx_theme", f"theme/pydata_sphinx_theme/static/styles/{path.name}"))
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def classes_used(outdir: Path) -> frozenset[str]:
    """Every class of the written pages, and every word of the scripts, which may set one."""
    pages = (file.read_text(encoding="utf-8") for file in outdir.rglob("*.html"))
    found = {name for text in pages for classes in set(CLASSES.findall(text)) for name in classes.split()}
    for file in outdir.rglob("*.js"):
        if file.name != "searchindex.js":
            found.update(WORD.findall(file.read_text(encoding="utf-8", errors="ignore")))
    return frozenset(found)


def _used_only(name: str, css: str, used: frozenset[str]) -> str:
    """As `used_only`, remembering the last answer: the theme's sheet is long, and most builds bring no new class."""
    code = dependencies.digest_of_files([Path(__file__)])
    asked = store.digest_of_text([css, *sorted(used), *code])
    mark = paths.BUILD / f"lighter.{name}.json"
    before = state.read_mark(mark)
    if before.get("asked") == asked:
        return before["css"]
    made = used_only(css, used)
    state.write_mark(mark, {"asked": asked, "css": made})
    return made


def used_only(css: str, used: frozenset[str]) -> str:
    """A style sheet without fonts of icons and without rules for classes that are used nowhere."""
    return "".join(_rules(tinycss2.parse_stylesheet(css), used))


def _rules(rules, used):
    for rule in rules:
        if rule.type == "qualified-rule":
            kept = [one for one in tinycss2.serialize(rule.prelude).split(",") if _fits(one, used)]
            if kept:
                yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media":
            inside = "".join(_rules(tinycss2.parse_rule_list(rule.content), used))
            if inside:
                yield f"@media{tinycss2.serialize(rule.prelude)}{{{inside}}}"
        elif rule.type != "comment" and not (rule.type == "at-rule" and rule.lower_at_keyword == "font-face"):
            yield rule.serialize()


def _fits(selector: str, used) -> bool:
    """Whether a selector can match: each class it asks for is used. One with alternatives inside is kept."""
    plain = re.sub(r":not\([^()]*\)|:nth-[a-z-]+\([^()]*\)", "", selector)
    return "(" in plain or ")" in plain or all(name in used for name in SELECTED.findall(plain))


def connect(app) -> None:
    """Mend every page that Sphinx writes, and the folder when the build is finished."""
    app.connect("builder-inited", _mend_pages)
    app.connect("build-finished", _finish, priority=900)     # after packages have copied their files
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))


def visit_citation(self, node) -> None:
    """An entry of the bibliography as an item of a list: docutils' own role is deprecated."""
    place = node.parent.index(node)
    if place == 0 or not isinstance(node.parent[place - 1], nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(self.starttag(node, "div", CLASS="citation", role="listitem"))


def depart_citation(self, node) -> None:
    """Close the entry, and after the last one the list."""
    self.body.append("</div>\n")
    following = node.next_node(descend=False, siblings=True)
    if not isinstance(following, nodes.citation):
        self.body.append("</div>\n")


def _drawn(found, page):
    names = [name.removeprefix("fa-") for name in found[2].split() if name.startswith("fa-") and name not in SIZES]
    if len(names) != 1 or names[0] not in ICONS:
        raise DesignError(f"page {page}: no drawing for the icon {' '.join(found[2].split())!r}; add one to "
                          "analysis/publish/mending.py")
    attributes = re.sub(r'\s*title="[^"]*"', "", found[3]).rstrip()
    return SVG.format(classes=" ".join(found[2].split()), attributes=attributes, drawing=ICONS[names[0]])


def _mend_pages(app) -> None:
    if app.builder.name != "html":
        return
    plain = app.builder.templates.render

    def render(template, context):
        written = plain(template, context)
        return mended(written, context.get("pagename", template)) if template.endswith(".html") else written

    app.builder.templates.render = render


def _finish(app, error) -> None:
    if not error and app.builder.name == "html":
        lighten(Path(app.outdir))
