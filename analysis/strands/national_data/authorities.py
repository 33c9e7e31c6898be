"""Which authorities are pilots and which their comparators, from the design and the neighbours file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError

RANKS = tuple(f"neighbour_{rank}" for rank in range(1, 11))


@dataclass(frozen=True)
class PilotTable:
    """The pilots of both rounds by code. `data` says in words which data their codes belong to, `reading` how results
    from them are to be read."""

    key: str
    data: str
    reading: str
    names: Mapping[str, str]
    round_1: tuple[str, ...]
    round_2: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all pilots."""
        return tuple(self.names)


@dataclass(frozen=True)
class Comparison:
    """Round 2 pilots and their comparators, by code; `of_pilot` has each pilot's own comparators by closeness and
    `pilots_among` the neighbours that are left out because they were a pilot themselves."""

    pilots: tuple[str, ...]
    comparators: tuple[str, ...]
    of_pilot: Mapping[str, tuple[str, ...]]
    pilots_among: Mapping[str, tuple[str, ...]]


def pilot_table(section: Mapping, codes_by_file: Mapping[str, Iterable[str]]) -> PilotTable:
    """The table of pilots (`national_data.pilots` of the design) whose codes are in all the files.

    `codes_by_file` has the codes of authorities of each file. Raises `DataError` naming the codes that the nearest
    table lacks, and the file, when no table is complete in every file.
    """
    tables = [_table(key, content) for key, content in section["pilots"].items()]
    lacking = {table.key: _lacking(table, codes_by_file) for table in tables}
    complete = [table for table in tables if not lacking[table.key]]
    if len(complete) == 1:
        return complete[0]
    if complete:
        raise DataError("more than one table of pilots fits the files", value=[table.key for table in complete],
                        expected="files with the codes of one table of data/evaluation.yml, national_data.pilots")
    nearest = min(tables, key=lambda table: sum(map(len, lacking[table.key].values())))
    file, codes = next(iter(lacking[nearest.key].items()))
    raise DataError(f"pilots of the table {nearest.key!r} are not in the file", file=file, value=", ".join(codes),
                    expected="the codes of all pilots of data/evaluation.yml, national_data.pilots")


def comparison(neighbours: pd.DataFrame, pilots: PilotTable) -> Comparison:
    """Comparators: the union of the round 2 pilots' ten neighbours that were a pilot in neither round.

    `neighbours` has columns la_code, neighbour_1 .. neighbour_10. Codes are taken as published and never joined.
    """
    rows = neighbours.dropna(subset=["la_code"]).set_index("la_code")
    near = {code: tuple(rows.loc[code, list(RANKS)]) for code in pilots.round_2}
    of_pilot = {code: tuple(c for c in found if c not in pilots.codes) for code, found in near.items()}
    among = {code: tuple(c for c in found if c in pilots.codes) for code, found in near.items()}
    union = sorted({c for found in of_pilot.values() for c in found})
    return Comparison(tuple(pilots.round_2), tuple(union), of_pilot, among)


def others(codes: Iterable[str], pilots: PilotTable) -> tuple[str, ...]:
    """All authorities that were a pilot in neither round."""
    return tuple(sorted(set(codes) - set(pilots.codes)))


def _table(key, content) -> PilotTable:
    rows = content["authorities"]
    return PilotTable(key, content["data"], content["reading"], {row["code"]: row["name"] for row in rows},
                      tuple(row["code"] for row in rows if row["round_1"]),
                      tuple(row["code"] for row in rows if row["round_2"]))


def _lacking(table, codes_by_file):
    found = {file: [code for code in table.codes if code not in set(codes)] for file, codes in codes_by_file.items()}
    return {file: codes for file, codes in found.items() if codes}
