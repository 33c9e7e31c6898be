"""Where the build comes from, for machines: an RO-Crate of inputs, code and outputs, and a CODECHECK manifest."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import yaml
from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from analysis import paths
from analysis.publish.citing import citation
from analysis.publish.commit import commit
from analysis.publish.ledger import csv_path
from analysis.publish.store import write_whole
from analysis.review.records import Record
from analysis.sources.catalogue import catalogue

CRATE = "ro-crate-metadata.json"
CODECHECK = "codecheck.yml"
PAGES = "findings/index.html"


def write(records: tuple[Record, ...], html: Path) -> None:
    """Write both beside the pages. Every exhibit that a chapter shows is an output, its CSV with a hash."""
    shown = [record for record in records if record.kind != "finding" and record.page]
    write_whole(html / CRATE, json.dumps(crate(shown, html), indent=1, ensure_ascii=False) + "\n")
    write_whole(html / CODECHECK, yaml.safe_dump(codecheck(shown), allow_unicode=True, sort_keys=False, width=110))


def crate(shown: list[Record], html: Path) -> dict:
    """The RO-Crate (version 1.1): data sets, one action a bundle with its code, and the files that it made."""
    made = ROCrate(version="1.1")
    about = citation()
    root = made.root_dataset
    root["name"], root["description"] = about["title"], " ".join(about["abstract"].split())
    root["datePublished"] = date_of_commit()
    root["license"] = [f"https://spdx.org/licenses/{name}" for name in about["license"]]
    root["author"] = [author["name"] for author in about["authors"]]
    root["version"] = f"{about['version']}, commit {commit()}"
    inputs = {source.name: _input(made, source) for record in shown for source in record.item.sources}
    for bundle in dict.fromkeys(record.bundle for record in shown):
        own = [record for record in shown if record.bundle == bundle]
        _action(made, bundle, own, inputs, [_output(made, record, html) for record in own])
    made.add_file(dest_path=PAGES, properties={"name": "All findings and exhibits", "encodingFormat": "text/html"})
    return made.metadata.generate()


def codecheck(shown: list[Record]) -> dict:
    """The manifest that a CODECHECK starts from: each output file with what it should show (Nuest and Eglen, 2021)."""
    about = citation()
    return {"version": "https://codecheck.org.uk/spec/config/1.0/",
            "paper": {"title": about["title"], "authors": [{"name": author["name"]} for author in about["authors"]]},
            "manifest": [{"file": csv_path(record.id), "comment": f"{record.item.title}. {record.item.subtitle} "
                                                                  f"({record.item.status}; {record.page})"}
                         for record in shown],
            "summary": "Rebuild with `make report`; compare with `python -m analysis verify`."}


def date_of_commit() -> str:
    """The day and time of the commit; of this build where there is no repository."""
    try:
        done = subprocess.run(["git", "log", "-1", "--format=%cI"], cwd=paths.ROOT, check=True, text=True,
                              capture_output=True)
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return datetime.now(UTC).isoformat(timespec="seconds")


def _input(made, source):
    entry = catalogue().get(source.name)
    return made.add(ContextEntity(made, f"#data-{source.name}", properties={
        "@type": "Dataset", "name": source.title, "identifier": f"sha256:{source.sha256}",
        "creativeWorkStatus": source.status,
        **({"conditionsOfAccess": entry.obtain, "publisher": entry.publisher, "license": entry.licence}
           if entry else {})}))


def _output(made, record: Record, html: Path):
    path = csv_path(record.id)
    return made.add_file(dest_path=path, properties={
        "name": record.item.title, "description": record.item.subtitle, "encodingFormat": "text/csv",
        "creativeWorkStatus": record.item.status, "isPartOf": f"{record.page}.html#{record.id}",
        "sha256": hashlib.sha256((html / path).read_bytes()).hexdigest()})


def _action(made, bundle, own, inputs, outputs) -> None:
    code = made.add(ContextEntity(made, f"#code-{bundle}", properties={
        "@type": "SoftwareSourceCode", "name": f"analysis/exhibits/{bundle}.py", "version": commit(),
        "programmingLanguage": "Python"}))
    used = {source.name for record in own for source in record.item.sources}
    action = made.add(ContextEntity(made, f"#make-{bundle}", properties={
        "@type": "CreateAction", "name": f"python -m analysis results {bundle}"}))
    action["instrument"], action["result"] = code, outputs
    action["object"] = [inputs[name] for name in inputs if name in used]
