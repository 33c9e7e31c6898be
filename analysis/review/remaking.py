"""One exhibit made again from its data, and whether it is the one that was stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import DesignError
from analysis.publish import store
from analysis.publish.exhibits import Exhibit
from analysis.publish.publisher import Publisher
from analysis.review import comparing
from analysis.review.comparing import Difference
from analysis.review.snapshots import Snapshot, exhibit_now


@dataclass(frozen=True)
class Remade:
    """The exhibit made now, its bundle, and how it differs from the stored one (empty: not at all)."""

    exhibit: Exhibit
    bundle: str
    differences: tuple[Difference, ...]


class _Made(Exception):
    """Stops a bundle once the exhibit that is wanted is there: what would come after it is not needed."""


class _UpTo(Publisher):
    """A publisher that stops at one exhibit."""

    wanted = ""

    def _publish(self, kind, id, *rest):
        exhibit = super()._publish(kind, id, *rest)
        if id == self.wanted:
            raise _Made
        return exhibit


def remake(id: str, stored: Path = paths.RESULTS) -> Remade:
    """Make an exhibit again, running its bundle as far as it needs. `DesignError` when no stored bundle has it."""
    bundle, before = find(id, stored)
    publisher = store.publisher_of(bundle, kind=_UpTo)
    publisher.wanted = id
    try:
        store.publish(publisher)
    except _Made:
        pass
    made = {exhibit.id: exhibit for exhibit in publisher.bundle().exhibits}
    if id not in made:
        raise DesignError(f"bundle {bundle} no longer publishes exhibit {id!r}")
    old, new = (Snapshot(name, {}, {id: exhibit_now(exhibit)}) for name, exhibit in
                (("stored", before), ("now", made[id])))
    return Remade(made[id], bundle, tuple(comparing.differences(old, new)))


def find(id: str, stored: Path = paths.RESULTS) -> tuple[str, Exhibit]:
    """The bundle that stored an exhibit, and the exhibit; `DesignError` with those of a like name where none did."""
    known = []
    for file in sorted(stored.glob("*.json")):
        for exhibit in store.read_stored(file).exhibits:
            if exhibit.id == id:
                return file.stem, exhibit
            known.append(exhibit.id)
    like = [other for other in known if set(other.split("-")[1:]) & set(id.split("-")[1:])][:6]
    raise DesignError(f"no exhibit {id!r} among {len(known)} stored"
                      + (f"; there are {', '.join(like)}" if like else "; run `python -m analysis results` first"))


def write(remade: Remade, folder: Path) -> list[Path]:
    """Write the exhibit's CSV, and its picture where it has one; the files written."""
    exhibit = remade.exhibit
    contents = {f"{exhibit.id}.csv": exhibit.csv(), **({f"{exhibit.id}.svg": exhibit.svg} if exhibit.svg else {})}
    for name, text in contents.items():
        store.write_whole(folder / name, text)
    return [folder / name for name in contents]
