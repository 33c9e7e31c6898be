"""Pages of proof: a record of every finding and exhibit by bundle, and one filterable list of all of them."""

from __future__ import annotations

import os.path
from html import escape

from analysis.publish import words
from analysis.publish.findings import Finding
from analysis.publish.ledger import csv_path
from analysis.publish.page import badge
from analysis.review.records import Record

FOLDER = "findings"
LIST = f"{FOLDER}/index"
EXHIBITS = f"{FOLDER}/exhibits"
MANY_TESTS = 6


def page_of(bundle: str) -> str:
    """The page with a bundle's records, from the site's root and without ending."""
    return f"{FOLDER}/{bundle}"


def link_to(bundle: str, id: str, from_page: str) -> str:
    """A relative address of a record."""
    return relative(f"{page_of(bundle)}.html#{id}", from_page)


def proof_line(address: str, title: str) -> str:
    """Below an exhibit, the way to its record."""
    return (f'<p class="download proof"><a href="{escape(address)}">Proof: tests, clause of the plan and uses'
            f'<span class="visually-hidden"> of: {escape(title)}</span></a></p>')


def relative(address: str, from_page: str) -> str:
    """An address from the site's root as seen from a page."""
    return os.path.relpath(address, os.path.dirname(from_page) or ".")


def record_page(bundle: str, records: list[Record], titles: dict[str, str], commit: str) -> str:
    """The page of one bundle: its records, then the code of each function once."""
    here = page_of(bundle)
    functions = {record.item.origin.function: record.item.origin for record in records}
    kinds = [("Findings", [r for r in records if r.kind == "finding"]),
             ("Figures and tables", [r for r in records if r.kind != "finding"])]
    parts = [f"<h1>Proof of: {escape(bundle)}</h1>",
             f'<p>What stands behind each finding, figure and table of the bundle <code>{escape(bundle)}</code>, built '
             f'from commit <code>{escape(commit)}</code>. <a href="index.html">All findings and exhibits</a>.</p>']
    for title, group in kinds:
        if group:
            parts.append(f'<section id="{title.split()[0].lower()}"><h2>{title}</h2>')
            parts += [_record(record, here, titles) for record in group]
            parts.append("</section>")
    parts.append('<section id="functions"><h2>Functions</h2>')
    parts += [_function(escape(name), origin) for name, origin in functions.items()]
    return "".join([*parts, "</section>"])


def list_page(records: tuple[Record, ...], titles: dict[str, str]) -> str:
    """All findings and exhibits in one table with the data editors' columns, and a form that filters it."""
    statuses = sorted({record.item.status for record in records})
    options = "".join(f"<option>{escape(status)}</option>" for status in statuses)
    rows = "".join(_row(record, titles) for record in records)
    return (
        "<h1>All findings and exhibits</h1>"
        f"<p>{words.number(len(records), 0)} results of this report: each number or phrase quoted in prose, each "
        "figure and each table, with the program and the data that made it. The name of a result opens its proof. "
        "“Needs closed data” says whether its data are open to anyone; where they are not, this build has stand-ins or "
        "cleared results in their place, as the status says.</p>"
        '<form class="register-filter" role="search" aria-label="Findings and exhibits" hidden>'
        '<label>Words <input type="search" name="words"></label> '
        '<label>Kind <select name="kind"><option value="">all</option><option>finding</option><option>figure</option>'
        "<option>table</option></select></label> "
        f'<label>Status <select name="status"><option value="">all</option>{options}</select></label> '
        '<label>Needs closed data <select name="closed"><option value="">all</option><option>yes</option>'
        '<option>no</option></select></label> <output aria-live="polite"></output></form>'
        '<div class="table-scroll" role="region" tabindex="0" aria-label="All findings and exhibits">'
        '<table class="numbers register" aria-label="All findings and exhibits"><thead><tr>'
        + "".join(f'<th scope="col">{name}</th>' for name in
                  ("Result", "Kind", "Says", "Status", "Program", "Data", "Needs closed data", "Where"))
        + f"</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<script src="{relative("_static/register.js", LIST)}" defer></script>')


def exhibits_page(records: tuple[Record, ...], titles: dict[str, str], numbers: dict[str, int]) -> str:
    """Contents: a list of all figures and one of all tables, by chapter, with number, headline and status."""
    parts = ["<h1>Figures and tables</h1>",
             '<p>Every figure and table by chapter. <a href="index.html">All findings and exhibits</a> lists their '
             "programs and data as well.</p>"]
    for kind, title in (("figure", "Figures"), ("table", "Tables")):
        shown = [record for record in records if record.kind == kind and record.page]
        parts.append(f'<section id="{title.lower()}"><h2>{title} ({len(shown)})</h2>')
        for page in dict.fromkeys(record.page for record in sorted(shown, key=lambda r: numbers.get(r.id, 0))):
            own = sorted((r for r in shown if r.page == page), key=lambda r: numbers.get(r.id, 0))
            parts.append(f"<h3>{escape(titles.get(page, page))}</h3><ul>" + "".join(
                f'<li><a href="{relative(f"{page}.html#{r.id}", EXHIBITS)}">{kind.title()} {numbers.get(r.id, "")}: '
                f"{escape(r.item.title)}</a> {badge(r.item.status)}</li>" for r in own) + "</ul>")
        parts.append("</section>")
    return "".join(parts)


def _function(name: str, origin) -> str:
    return (f'<section class="function" id="code-{name}"><h3><code>{name}</code></h3><p>{escape(origin.file)}, line '
            f'{origin.line}.</p><pre tabindex="0" role="region" aria-label="Code of {name}"><code>'
            f"{escape(origin.source)}</code></pre></section>")


def _record(record: Record, here: str, titles) -> str:
    item = record.item
    name = escape(item.origin.function)
    lines = [("Status", badge(item.status)), *(_of_finding(item) if record.kind == "finding" else _of_exhibit(record)),
             ("Made by", f'<a href="#code-{name}"><code>{name}</code></a>, {escape(item.origin.file)}, line '
                         f"{item.origin.line}"),
             ("Data", _datasets(record, here)),
             ("Needs closed data", ", ".join(f"<code>{name}</code>" for name in record.closed) or "no"),
             ("Analysis plan", f'<a href="{relative("chapters/evaluation.html#tbl-evaluation-plan", here)}">clause '
                               f"{record.clause.clause}</a>: {escape(record.clause.title)} ({record.clause.standing})"),
             *([("Departs from the original", ", ".join(f"{one.id}: {escape(one.here)}" for one in record.deviations))]
               if record.deviations else []),
             ("Tests", _tests(record.tests)), ("Used in", _uses(record, here, titles)),
             *([("Read by", ", ".join(f"<code>{name}</code>" for name in record.read_by))] if record.read_by else []),
             ("Remake", f"<code>python -m analysis {_command(record)} {escape(record.id)}</code>")]
    body = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in lines)
    id = escape(record.id)
    return f'<section class="record" id="{id}"><h3><code>{id}</code></h3><dl>{body}</dl></section>'


def _of_finding(finding: Finding):
    lines = [("Says", escape(finding.text))]
    if finding.low is not None:
        bounds = words.interval(finding.low, finding.high, finding.unit, finding.decimals)
        lines.append((f"{finding.level}% confidence interval", escape(bounds)))
    if isinstance(finding.value, float):
        lines.append(("Value in full", f"{finding.value:.12g}" + (f" {escape(finding.unit)}" if finding.unit else "")))
    counts = (("Records", finding.n), ("Authorities", finding.n_authorities), ("Pilots", finding.n_pilots))
    return [*lines, *((name, words.number(number, 0)) for name, number in counts if number is not None)]


def _of_exhibit(record: Record):
    item = record.item
    return [("Headline", escape(item.title)), ("What", escape(item.subtitle)),
            ("Rows", words.number(len(item.rows), 0)),
            ("Numbers", f'<a href="{relative(csv_path(item.id), page_of(record.bundle))}">CSV</a>')]


def _datasets(record: Record, here: str) -> str:
    page = relative("chapters/appendices/data.html", here)
    return "<ul>" + "".join(
        f'<li><a href="{page}">{escape(source.title)}</a> (<code>{escape(source.name)}</code>) {badge(source.status)} '
        f'SHA-256 <code class="hash">{source.sha256}</code></li>' for source in record.item.sources) + "</ul>"


def _tests(tests) -> str:
    if not tests:
        return "none names it"
    shown = ", ".join(f"<code>{escape(test)}</code>" for test in tests[:MANY_TESTS])
    return shown + (f" and {len(tests) - MANY_TESTS} more" if len(tests) > MANY_TESTS else "")


def _uses(record: Record, here: str, titles) -> str:
    if record.kind != "finding":
        address = relative(f"{record.page}.html#{record.id}", here)
        return f'<a href="{address}">{escape(titles.get(record.page, record.page))}</a>' if record.page else "no page"
    if not record.places:
        return "no page"
    return "<ul>" + "".join(
        f'<li><a href="{relative(f"{place.docname}.html#{place.anchor}", here)}">'
        f"{escape(titles.get(place.docname, place.docname))}</a>: {escape(place.sentence)}</li>"
        for place in record.places) + "</ul>"


def _command(record: Record) -> str:
    return "trace" if record.kind == "finding" else "exhibit"


def _row(record: Record, titles) -> str:
    item = record.item
    says = item.text if record.kind == "finding" else item.title
    pages = dict.fromkeys([place.docname for place in record.places] if record.kind == "finding" else [record.page])
    where = "; ".join(f'<a href="{relative(f"{page}.html", LIST)}">{escape(titles.get(page, page))}</a>'
                      for page in pages if page)
    data = ", ".join(source.name for source in item.sources)
    return (f'<tr data-kind="{record.kind}" data-status="{escape(item.status)}" '
            f'data-closed="{"yes" if record.closed else "no"}"><th scope="row">'
            f'<a href="{link_to(record.bundle, record.id, LIST)}">{escape(record.id)}</a></th><td>{record.kind}</td>'
            f"<td>{escape(says)}</td><td>{badge(item.status)}</td>"
            f"<td><code>{escape(item.origin.file)}:{item.origin.line}</code></td><td>{escape(data)}</td>"
            f'<td>{"yes" if record.closed else "no"}</td><td>{where}</td></tr>')
