"""All that is known of every finding and exhibit, gathered for reviewers."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.publish import store
from analysis.publish.exhibits import Exhibit
from analysis.publish.findings import Finding
from analysis.review.deviations import Deviation, read_deviations, touching
from analysis.review.naming_tests import about, read_tests
from analysis.review.places import Place, places_of
from analysis.review.plan import Clause, clause_of, read_clauses
from analysis.sources.catalogue import catalogue

CLOSED = ("restricted", "primary collection")


@dataclass(frozen=True)
class Record:
    """A finding or exhibit with its proof: clause of the plan, tests, uses, and whether it needs closed data.

    `page` is the exhibit's page ("" for a finding), `places` where a finding is quoted, `read_by` the bundles that
    compute with it, `closed` the data sets behind it that are not open to anyone, `deviations` the departures from the
    original's methods that touch it.
    """

    item: Finding | Exhibit
    kind: str
    bundle: str
    page: str
    clause: Clause
    tests: tuple[str, ...]
    places: tuple[Place, ...]
    read_by: tuple[str, ...]
    closed: tuple[str, ...]
    deviations: tuple[Deviation, ...] = ()

    @property
    def id(self) -> str:
        """The id of the finding or exhibit."""
        return self.item.id


def records(chapters, pages: dict[str, str]) -> tuple[Record, ...]:
    """Every finding and every exhibit of the chapters' bundles. `pages`: the page of each exhibit that is shown."""
    bundles = [store.open_bundle(name) for name in bundle_names(chapters)]
    known = {finding.id for bundle in bundles for finding in bundle.findings}
    texts = {key: text for bundle in bundles for finding in bundle.findings for key, text in finding.quotes().items()}
    places = places_of(chapters, texts, known)
    clauses, files, departures = read_clauses(), read_tests(), read_deviations()
    readers = {key: tuple(b.name for b in bundles if key in b.reads) for b in bundles for key in b.reads}
    return tuple(
        Record(item, getattr(item, "kind", "finding"), bundle.name, pages.get(item.id, ""), clause_of(item.id, clauses),
               about(item.origin.function, bundle.name, files), places.get(item.id, ()), readers.get(item.id, ()),
               closed_data(item), touching(item.id, departures))
        for bundle in bundles for item in (*bundle.findings, *bundle.exhibits))


def bundle_names(chapters) -> list[str]:
    """The bundles that chapters open, in reading order, each once."""
    return list(dict.fromkeys(name for chapter in chapters.values() for name in chapter.bundles))


def closed_data(item) -> tuple[str, ...]:
    """Names of the data sets behind a result which not everyone can obtain, whatever was read in their place here."""
    entries = catalogue()
    return tuple(source.name for source in item.sources
                 if source.name in entries and entries[source.name].access in CLOSED)
