"""The catalogue of datasets (`data/catalogue.yml`) as frozen entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from analysis.errors import DesignError
from analysis.paths import DATA
from analysis.settings import read_mapping

CATALOGUE = DATA / "catalogue.yml"
STATUSES = ("published", "public data", "synthetic", "restricted")
ACCESS = ("public", "restricted", "primary collection")
KINDS = ("records", "reference")
FURTHER = {"sav": "SPSS (.sav)", "xlsx": "Excel (.xlsx)"}     # formats read beside CSV, where the entry says so
REQUIRED = ("title", "publisher", "licence", "access", "status", "kind", "strand", "format", "schema", "consumers",
            "obtain")


@dataclass(frozen=True)
class Entry:
    """One dataset: what it is, who may hold it, how it is read, what reads it and how to get it.

    `pattern` is the file name pattern of the delivered file(s); `shipped` the path of a file that comes with the
    project, for want of a delivered one, and `shipped_status` its status where that is another. `parts` are the
    labels of a dataset of several files, each of which must be there. `also`: further formats ("sav", "xlsx") in which
    a file of the pattern may be delivered in place of CSV.
    """

    name: str
    title: str
    publisher: str
    licence: str
    access: str
    status: str
    kind: str
    strand: str
    format: str
    schema: str
    consumers: tuple[str, ...]
    obtain: str
    pattern: str = ""
    shipped: str = ""
    shipped_status: str = ""
    parts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    standin: str = ""
    download: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def patterns(self) -> tuple[str, ...]:
        """File name patterns, one a format."""
        return (self.pattern, *(f"{self.pattern.removesuffix('.csv')}.{suffix}" for suffix in self.also))

    @property
    def expected_file(self) -> str:
        """The file name pattern with all formats, for messages."""
        return " or ".join([self.pattern, *(f".{suffix}" for suffix in self.also)])


def catalogue(path: Path | str | None = None) -> Mapping[str, Entry]:
    """All entries by name, in the file's order; `DesignError` on a field that is missing, unknown or off its list."""
    file = Path(path or CATALOGUE)
    return _read(str(file), file.stat().st_mtime_ns if file.is_file() else 0)


def entry(name: str) -> Entry:
    """The entry of a dataset; `DesignError` naming the known ones when it is not in the catalogue."""
    entries = catalogue()
    if name not in entries:
        raise DesignError(f"no dataset {name!r} in data/catalogue.yml; it has {', '.join(entries)}")
    return entries[name]


def of_strand(strand: str) -> tuple[Entry, ...]:
    """The entries that are taken together, from the real files or from the stand-ins."""
    return tuple(item for item in catalogue().values() if item.strand == strand)


@lru_cache(maxsize=8)
def _read(path: str, _modified: int) -> Mapping[str, Entry]:
    datasets = read_mapping(Path(path)).get("datasets")
    if not isinstance(datasets, dict) or not datasets:
        raise DesignError(f"file {Path(path).name}: expected the datasets by name under `datasets:`")
    return MappingProxyType({name: _entry(name, fields) for name, fields in datasets.items()})


def _entry(name: str, fields: Mapping[str, Any]) -> Entry:
    if not isinstance(fields, dict):
        raise DesignError(f"data/catalogue.yml, dataset {name}: expected fields, found {fields!r}")
    missing = [key for key in REQUIRED if key not in fields]
    known = set(Entry.__dataclass_fields__) - {"name"}
    unknown = [key for key in fields if key not in known]
    if missing or unknown:
        raise DesignError(f"data/catalogue.yml, dataset {name}: missing {missing}, unknown {unknown}")
    for key, allowed in (("access", ACCESS), ("status", STATUSES), ("kind", KINDS)):
        if fields[key] not in allowed:
            raise DesignError(f"data/catalogue.yml, dataset {name}: {key} is {fields[key]!r}, expected one of "
                              f"{allowed}")
    if not fields.get("pattern") and not fields.get("shipped"):
        raise DesignError(f"data/catalogue.yml, dataset {name}: expected `pattern` or `shipped`, or both")
    values = {"shipped_status": fields["status"] if fields.get("shipped") else "", **fields}
    values["consumers"] = tuple(values["consumers"])
    values["parts"] = tuple(str(part) for part in values.get("parts", ()))
    values["also"] = tuple(values.get("also", ()))
    if any(suffix not in FURTHER for suffix in values["also"]):
        raise DesignError(f"data/catalogue.yml, dataset {name}: also is {list(values['also'])!r}, expected formats of "
                          f"{list(FURTHER)}")
    if values["also"]:
        others = " and ".join(FURTHER[suffix] for suffix in values["also"])
        values["obtain"] += f" Read as CSV, {others}, one of them, with codes or labels."
    values["download"] = MappingProxyType(dict(values.get("download", {})))
    return Entry(name=name, **values)
