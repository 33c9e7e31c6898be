"""The ledger: every finding and exhibit of the built report, and the CSV files beside the pages."""

from __future__ import annotations

import json
from pathlib import Path

from analysis import paths
from analysis.design import load_design
from analysis.publish import dependencies, state, store
from analysis.publish.findings import FORMS


def csv_path(id: str) -> str:
    """Where an exhibit's CSV stands, from the site's root."""
    return f"exhibits/{id}.csv"


def workbook_path(name: str) -> str:
    """Where a spreadsheet stands, from the site's root."""
    return f"exhibits/{name}.xlsx"


def write(shown, chapters, html: Path) -> None:
    """Write the CSVs of the exhibits shown on pages, the spreadsheets of the design, and the ledger of these exhibits
    and all findings."""
    bundles = list(dict.fromkeys(name for chapter in chapters.values() for name in chapter.bundles))
    findings = [finding for name in bundles for finding in store.open_bundle(name).findings]
    exhibits = [(page, exhibit) for page, found in shown.items() for exhibit in found.values()]
    for _, exhibit in exhibits:
        store.write_whole(html / csv_path(exhibit.id), exhibit.csv())
    for name, content in load_design().section("workbooks").items():
        tables = [exhibit for _, exhibit in exhibits if exhibit.id.startswith(content["exhibits"])]
        if tables:      # a book without those pages has no such spreadsheet
            _write_workbook(html / workbook_path(name), content["title"], content["about"], tables)
    places = quoting_chapters(chapters, {finding.id for finding in findings})
    content = {
        "findings": [{**finding.record(), "chapters": places.get(finding.id, [])} for finding in findings],
        "exhibits": [exhibit.record(page, csv_path(exhibit.id)) for page, exhibit in exhibits],
        "suppressions": [vars(item) for name in bundles for item in store.open_bundle(name).suppressions],
        "missing": [text for name in bundles for text in store.open_bundle(name).missing],
    }
    store.write_whole(paths.LEDGER, json.dumps(content, indent=1, ensure_ascii=False))


def _write_workbook(file: Path, title, about, tables) -> None:
    """Write a spreadsheet, unless it stands there as it was written from the same."""
    mark = paths.BUILD / f"{file.stem}.written.json"
    code = dependencies.digest_of_files(dependencies.code_behind("analysis.publish.workbook"))
    made_of = store.digest_of_text([title, *about, *map(repr, tables), *code])
    if state.read_mark(mark) == {"made_of": made_of, "file": state.state_of([file])}:
        return
    from analysis.publish.workbook import write_workbook  # slow to import

    write_workbook(file, title, about, tables)
    state.write_mark(mark, {"made_of": made_of, "file": state.state_of([file])})


def quoting_chapters(chapters, known) -> dict[str, list[str]]:
    """For every finding key, the chapters that quote it in any of its forms. `known`: the ids of all findings."""
    places: dict[str, list[str]] = {}
    for docname, chapter in chapters.items():
        for key in chapter.quotes:
            pages = places.setdefault(base_key(key, known), [])
            if docname not in pages:
                pages.append(docname)
    return places


def base_key(key: str, known) -> str:
    """The finding's key behind a quoted form: `a.b.full` is a form of `a.b`, unless it is a finding of its own."""
    for suffix in FORMS:
        if key not in known and key.endswith(suffix):
            return key[: -len(suffix)]
    return key


def read_json(file: Path) -> dict:
    """A JSON file's content, or an empty mapping when there is none."""
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
