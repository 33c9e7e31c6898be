"""The children's records for a bundle: in memory where they are small, in pieces from disk where they are not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from analysis.publish import Publisher
from analysis.strands.difference_in_differences.extract import Extract, extract_from
from analysis.strands.difference_in_differences.records import (
    DATASETS,
    Records,
    Reference,
    records_from,
    reference_from,
)

LARGE = 500_000_000     # bytes of files from which they are not held in memory whole


@dataclass(frozen=True)
class Opened:
    """`source`: what the strand reads; `reference`: groups, dates and authorities' years; `datasets`: provenance."""

    source: Records | Extract
    reference: Reference
    datasets: tuple

    def records(self) -> Records:
        """Records in memory: all of them, or of a large extract those of the authorities in any matched group."""
        if isinstance(self.source, Records):
            return self.source
        wanted = set(self.reference.groups["la"])
        return self.source.records_of(la for la in self.source.authorities() if la in wanted)


@contextmanager
def opened_records(p: Publisher) -> Iterator[Opened]:
    """The records of a bundle that declares all of the strand's datasets. A large extract lies in a temporary store
    while the block runs."""
    locations = p.locations(DATASETS)
    if locations and sum(path.stat().st_size for place in locations.values() for path in place.files) > LARGE:
        with extract_from(locations) as extract:
            yield Opened(extract, reference_from(extract.reference), tuple(extract.datasets.values()))
        return
    datasets = {name: p.load(name) for name in DATASETS}
    records = records_from({name: dataset.frame for name, dataset in datasets.items()})
    yield Opened(records, records, tuple(datasets.values()))
