"""The whole extract without holding it in memory: its records authority by authority, from a temporary store.

A child is keyed by (child id, LA), so all that is done to records before they meet the matched groups can be done for
one authority at a time. The exception is the disabilities file where it has the child's id alone: whose id it is only
the census of all authorities can say, so its rows are first given to the authorities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.sources.loading import Dataset, read
from analysis.sources.locating import Location
from analysis.sources.streaming import CHUNK_BYTES, PLACE, Division, Store, Stored, divided
from analysis.strands.difference_in_differences.records import (
    CHILD_COLUMNS,
    DATASETS,
    REFERENCE,
    Records,
    records_from,
)

CHILD = "CIN_LAchildID_Anon"
DIVISIONS = {
    "cin_census": Division(("CIN_LA", "CIN_LA_LGR"), (
        CHILD, "CIN_ACADYR", "CIN_DOB", "CIN_Gender", "CIN_Ethnicity", "CIN_Disability", "CIN_AsylumSeeking",
        "CIN_ReferralDate", "CIN_ReferralNFA", "CIN_CINClosureDate", "CIN_ReasonForClosure", "CIN_PrimaryNeedCode",
        "CIN_CPPstartDate", "CIN_NumberOfPreviousCPP", "CIN_DateOfInitialCPC", "CIN_CINAt31March", "CIN_AnyPoint",
        "CIN_Started", "FSMeligible", "EVERFSM_6", "EVERFSM_6_P", "EVERFSM_ALL", "EYPPE", "EYPPR", "EYPPeligible")),
    "disabilities": Division(("CIN_LA",), (CHILD, "CIN_Disability")),
    "section47": Division(("CIN_LA",), (CHILD, "DateOfInitialCPC")),
    "assessments": Division(("CIN_LA",), (CHILD, "start", "end")),
    "looked_after_episodes": Division(("LA",), (
        "CHILD_LA_CODE_ANON", "date_episode_started", "date_episode_ceased", "legal_status", "placement",
        "reason_episode_ceased", "poc_start", "SEX", "ethnic_or", "dob_Year", "dob_Month", "uasc_status")),
}


@dataclass(frozen=True)
class Extract:
    """Checked records on disk by authority, only there while the block that lends them runs.

    `datasets`: title, status, files and hash of each of `DATASETS`; `reference`: the frames of those in `REFERENCE`.
    """

    store: Store
    reference: Mapping[str, pd.DataFrame]
    datasets: Mapping[str, Stored | Dataset] = field(repr=False)

    def authorities(self) -> tuple[int, ...]:
        """Codes of all authorities with a record of a child, sorted."""
        return tuple(sorted({key for name in CHILD_COLUMNS for key in self.store.keys(name)}))

    def records(self, authority: int) -> Records:
        """One authority's records, rows in the order of the files; `child` is a number within the authority.

        The frames about children say in `place` where each row stood: numbers that grow in the order of the files.
        """
        frames = {name: self.store.frame(name, authority) for name in DIVISIONS}
        return records_from({**self.reference, **frames})

    def records_of(self, authorities: Iterable[int]) -> Records:
        """The records of several authorities together, rows in the order of the files: for what needs records in memory
        and looks at the authorities of the matched groups alone."""
        wanted = tuple(authorities)
        frames = {name: pd.concat([self.store.frame(name, la) for la in wanted], ignore_index=True)
                  for name in DIVISIONS}
        ordered = {name: frame.sort_values(PLACE, kind="stable", ignore_index=True) for name, frame in frames.items()}
        return records_from({**self.reference, **ordered})


@contextmanager
def extract_from(locations: Mapping[str, Location], *, folder: Path | None = None, processes: int = 2,
                 chunk_bytes: int = CHUNK_BYTES) -> Iterator[Extract]:
    """Lend the extract whose files are at `locations` (one for each of `DATASETS`), read and checked in pieces.

    The store is made in a new folder within `folder` (default: the system's temporary one), takes about a third of the
    files' size, and is gone when the block is left, however it is left (but for a process that is killed). Raises what
    `loading.read` raises for a file that does not fit its schema.
    """
    streamed = {name: locations[name] for name in DIVISIONS}
    with divided(streamed, DIVISIONS, folder=folder, processes=processes, chunk_bytes=chunk_bytes) as store:
        small = {name: read(locations[name]) for name in REFERENCE}
        described = {**store.datasets, **small}
        yield Extract(with_owners_of_disabilities(store), {name: dataset.frame for name, dataset in small.items()},
                      {name: described[name] for name in DATASETS})


def with_owners_of_disabilities(store: Store) -> Store:
    """The store with each row of the disabilities file at the one authority whose census has its child id; a row whose
    id several authorities use, or none, is left out. Unchanged where every row of the file names its authority."""
    if None not in store.keys("disabilities"):
        return store
    ids, authorities = _children_of_census(store)
    first = pc.index_in(ids, value_set=ids).to_numpy()
    several = np.zeros(len(ids), dtype=bool)
    several[first[first != np.arange(len(ids))]] = True          # the first of those that stand again
    rows = pa.concat_tables([store.table("disabilities", key) for key in store.keys("disabilities")])
    place = pc.fill_null(pc.index_in(rows[CHILD], value_set=ids), -1).to_numpy()
    owned = (place >= 0) & ~several[place]
    frame = rows.filter(pa.array(owned)).to_pandas()
    # As `records_from` for such a file: an authority that only some of its rows name is not looked at.
    frame["CIN_LA"] = pd.array(np.full(len(frame), pd.NA), dtype="Int64")
    return store.with_dataset("disabilities", frame, pd.Series(authorities[place[owned]]))


def _children_of_census(store: Store) -> tuple[pa.Array, np.ndarray]:
    """The distinct (child id, authority) of the census, as two arrays of the same length."""
    ids = {authority: pc.unique(store.table("cin_census", authority, [CHILD])[CHILD])
           for authority in store.keys("cin_census")}
    return pa.concat_arrays(list(ids.values())), np.repeat(list(ids), [len(own) for own in ids.values()])
