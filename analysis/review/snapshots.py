"""A saved ledger: what a build published, read from a built folder, from stored bundles, or from a kept release."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.errors import DataError
from analysis.publish.exhibits import Exhibit
from analysis.publish.findings import Finding

PLACES = (".", "html")      # where the folder `exhibits` stands beside results.json: a bundle of files, or a build


@dataclass(frozen=True)
class FindingThen:
    """A finding as it stood: value (number, phrase or None), text, interval, number of records, status."""

    value: float | str | None
    text: str
    low: float | None
    high: float | None
    n: int | None
    status: str


@dataclass(frozen=True)
class ExhibitThen:
    """An exhibit as it stood: headline, status, SHA-256 of its CSV and picture, and its cells (None in a kept release).

    `cells` has the header as its first row.
    """

    title: str
    status: str
    csv_sha256: str
    picture_sha256: str
    cells: tuple[tuple[str, ...], ...] | None


@dataclass(frozen=True)
class Snapshot:
    """All findings and exhibits by id. `name` says where they were read."""

    name: str
    findings: Mapping[str, FindingThen]
    exhibits: Mapping[str, ExhibitThen]


def of_build(folder: Path) -> Snapshot:
    """The ledger of a built folder (`_build`) or of a folder with `results.json` and `exhibits` beside it.

    `DataError` naming the file where there is none, where it is not a ledger, or where an exhibit's CSV is missing or
    no longer the one of the ledger.
    """
    content = _ledger(folder / "results.json")
    exhibits = {}
    for item in content["exhibits"]:
        places = [folder / place / item["csv"] for place in PLACES]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            raise DataError("a saved ledger's exhibit has no CSV", file=str(folder / item["csv"]),
                            expected="the file beside results.json, or below html")
        text = file.read_text(encoding="utf-8")
        if digest(text) != item["csv_sha256"]:
            raise DataError("an exhibit's CSV is not the one of its ledger", file=str(file), value=digest(text)[:12],
                            expected=f"SHA-256 {item['csv_sha256'][:12]}...")
        exhibits[item["id"]] = ExhibitThen(item["title"], item["status"], item["csv_sha256"], item["picture_sha256"],
                                           cells_of(text))
    return Snapshot(str(folder), {item["id"]: _finding(item) for item in content["findings"]}, exhibits)


def of_bundles(bundles, name: str) -> Snapshot:
    """What opened bundles publish."""
    return Snapshot(name, {f.id: finding_now(f) for bundle in bundles for f in bundle.findings},
                    {e.id: exhibit_now(e) for bundle in bundles for e in bundle.exhibits})


def exhibit_now(exhibit: Exhibit) -> ExhibitThen:
    """An exhibit as it stands."""
    text = exhibit.csv()
    return ExhibitThen(exhibit.title, exhibit.status, digest(text), digest(exhibit.svg or ""), cells_of(text))


def of_release(file: Path) -> Snapshot:
    """A kept release (`data/releases/*.json`): findings whole, exhibits by hash."""
    content = _read(file, ("release", "findings", "exhibits"))
    return Snapshot(content["release"], {id: FindingThen(**item) for id, item in content["findings"].items()},
                    {id: ExhibitThen(**item, cells=None) for id, item in content["exhibits"].items()})


def release_text(snapshot: Snapshot, release: str) -> str:
    """What a release keeps of a snapshot, as JSON."""
    exhibits = {id: {name: value for name, value in asdict(item).items() if name != "cells"}
                for id, item in snapshot.exhibits.items()}
    content = {"release": release, "findings": {id: asdict(item) for id, item in snapshot.findings.items()},
               "exhibits": exhibits}
    return json.dumps(content, indent=0, ensure_ascii=False, sort_keys=True) + "\n"


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def cells_of(text: str) -> tuple[tuple[str, ...], ...]:
    """The cells of a CSV text."""
    return tuple(tuple(row) for row in csv.reader(io.StringIO(text)))


def _ledger(file: Path) -> dict:
    content = _read(file, ("findings", "exhibits"))
    if any("csv_sha256" not in item for item in content["exhibits"]):
        raise DataError("a ledger from before exhibits were kept with a hash", file=str(file),
                        expected="one written by this version or a later one")
    return content


def _read(file: Path, names) -> dict:
    if not file.is_file():
        raise DataError("there is no saved ledger", file=str(file), expected="results.json of a built report")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DataError("a saved ledger is not JSON", file=str(file), row=error.lineno, expected=error.msg) from None
    if not isinstance(content, dict) or any(name not in content for name in names):
        raise DataError("this is not a saved ledger", file=str(file), expected=f"the parts {', '.join(names)}")
    return content


def _finding(item: dict) -> FindingThen:
    return FindingThen(*(item[name] for name in ("value", "text", "low", "high", "n", "status")))


def finding_now(finding: Finding) -> FindingThen:
    """A finding as it stands."""
    return FindingThen(finding.value, finding.text, finding.low, finding.high, finding.n, finding.status)
