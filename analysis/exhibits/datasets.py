"""The data sets: what they are, how to obtain them, and what this build read."""

from __future__ import annotations

import pandas as pd

from analysis.publish import Publisher, label, text_column
from analysis.publish.findings import Source
from analysis.sources.catalogue import FURTHER
from analysis.sources.hashing import combined_hash

DATASETS = ("*",)
BUNDLES = ()
HASH_SHOWN = 12     # characters of a hash in the table; the ledger and "How this was made" hold the whole


def publish(p: Publisher) -> None:
    """The two tables of the data appendix, and how many data sets were read with which status."""
    states = p.catalogue()
    sources = [source_of(state) for state in states]
    statuses = [source.status for source in sources]
    p.table("tbl-data-catalogue", title=f"The {len(states)} data sets and how to obtain them",
            subtitle="Publisher, licence, access and use of every data set of the report",
            frame=catalogue_table(states),
            columns=[label("title", "Data set"), text_column("publisher", "Publisher"),
                     text_column("licence", "Licence"), text_column("access", "Access"),
                     text_column("real_status", "Status of the real one"),
                     text_column("format", "Format"), text_column("consumers", "Used by"),
                     text_column("obtain", "How to obtain"), text_column("name", "Name in the catalogue")],
            describe=describe_catalogue, made_by=catalogue_table, sources=sources, row_status=statuses)
    p.table("tbl-data-used", title="What this build read",
            subtitle="Status, files and hashes of every data set as read",
            frame=used_table(states),
            columns=[label("name", "Data set"), text_column("used", "Read as"), text_column("files", "Files"),
                     text_column("sha256", f"SHA-256, first {HASH_SHOWN} characters")],
            describe=describe_used, made_by=used_table, sources=sources, row_status=statuses)
    _count(p, states)


def _count(p, states):
    """How many data sets were read with which status, as findings."""
    found = used_table(states)["used"]
    register = p.load("reporting_items")
    p.finding("data.sets.all", len(states), unit="count", decimals=0, made_by=used_table, sources=[register])
    for status in ("published", "public data", "synthetic", "restricted", "missing"):
        p.finding(f"data.sets.{status.replace(' ', '_')}", int((found == status).sum()), unit="count", decimals=0,
                  made_by=used_table, sources=[register])


def source_of(state) -> Source:
    """A catalogue entry as a source: with the status as read, or the real one's where nothing was found."""
    status = state.entry.status if state.status == "missing" else state.status
    return Source(state.entry.name, state.entry.title, status, _hash_of(state), state.entry.kind)


def catalogue_table(states) -> pd.DataFrame:
    """One row a data set: what it is, who publishes it, who may have it, who uses it."""
    return pd.DataFrame([{"name": s.entry.name, "title": s.entry.title, "publisher": s.entry.publisher,
                          "licence": s.entry.licence, "access": s.entry.access, "real_status": s.entry.status,
                          "format": formats(s.entry), "consumers": ", ".join(s.entry.consumers),
                          "obtain": s.entry.obtain} for s in states])


def formats(entry) -> str:
    """The format of a data set, and the others in which it may be delivered."""
    return " or ".join([entry.format, *(FURTHER[suffix] for suffix in entry.also)])


def used_table(states) -> pd.DataFrame:
    """One row a data set: the status it was read with, its files and the start of their hash."""
    return pd.DataFrame([{"name": s.entry.name, "used": s.status,
                          "files": files_in_words([name for name, _ in s.files]) if s.files else s.problem,
                          "sha256": _hash_of(s)[:HASH_SHOWN]} for s in states])


def files_in_words(names) -> str:
    """File names; of many, the first and the last."""
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} files, {names[0]} to {names[-1]}"


def describe_catalogue(frame: pd.DataFrame) -> str:
    """The catalogue in words."""
    access = ", ".join(f"{name} {number}" for name, number in frame["access"].value_counts().items())
    return f"A table of {len(frame)} data sets. By access: {access}."


def describe_used(frame: pd.DataFrame) -> str:
    """What was read, in words."""
    used = ", ".join(f"{name} {number}" for name, number in frame["used"].value_counts().items())
    return f"A table of {len(frame)} data sets with the files read. Read as: {used}."


def _hash_of(state) -> str:
    return combined_hash(digest for _, digest in state.files) if state.files else ""
