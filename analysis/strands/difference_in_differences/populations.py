"""The five populations: the units of every outcome in all authorities, and what is known about their children.

One path serves records in memory and the extract on disk: records of one authority, or of all, become units; the parts
are put together in the order that the files have, so that the result does not depend on how they were divided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.sources.streaming import PLACE, workers
from analysis.strands.difference_in_differences.cleaning import MISSING, Children, Facts, clean
from analysis.strands.difference_in_differences.extract import Extract
from analysis.strands.difference_in_differences.outcomes import UNITS
from analysis.strands.difference_in_differences.periods import Flow, Units
from analysis.strands.difference_in_differences.records import Records, Reference, reference_from
from analysis.strands.difference_in_differences.rules import OUTCOMES, Rules

KEPT = ("child", "la", "date", "closes", "y", "census_year", "previous_plans")     # what later steps read of a unit
CHILD_FRAMES = ("cin", "section47", "assessments", "episodes")                     # in the order that numbers children
DATASET_BITS = 56


@dataclass(frozen=True)
class Populations:
    """Units of all authorities by outcome, before they meet the matched groups.

    `units`: child, la, date, closes, y, census_year, for referrals also previous_plans (see `Units`), each with the
    outcome's flow over all authorities. `facts`: people and low income (only where known) of these units' children.
    `child`: number of the (child id, LA) by its first row in the files of census, section 47, assessments, episodes.
    """

    units: Mapping[str, Units]
    facts: Facts
    reference: Reference


def populations(source: Records | Extract, rules: Rules, outcomes: Sequence[str] = OUTCOMES, *,
                processes: int = 2) -> Populations:
    """The populations of some outcomes, from records in memory or from an extract on disk.

    An extract is gone through authority by authority on so many processes, and only units and facts are held.
    """
    parts = list(_parts(source, rules, tuple(outcomes), processes))
    reference = source if isinstance(source, Records) else reference_from(source.reference)
    numbers = _numbers(parts)
    units = {outcome: _joined_units([part.units[outcome] for part in parts], numbers) for outcome in outcomes}
    return Populations(units, _joined_facts([part.facts for part in parts], numbers),
                       Reference(**{field.name: getattr(reference, field.name) for field in fields(Reference)}))


@dataclass(frozen=True)
class _Part:
    """Units and facts of some authorities; `child` counts from 0 here, and `first` has each one's first place."""

    units: dict[str, Units]
    facts: Facts
    first: np.ndarray


def _parts(source, rules, outcomes, processes) -> Iterator[_Part]:
    if isinstance(source, Records):
        yield part_of(source, rules, outcomes)
        return
    with workers(processes) as pool:
        waiting = [pool.submit(_part_on_disk, source, authority, rules, outcomes)
                   for authority in source.authorities()]
        for part in waiting:
            yield part.result()


def _part_on_disk(extract: Extract, authority: int, rules: Rules, outcomes) -> _Part:
    return part_of(extract.records(authority), rules, outcomes)


def part_of(records: Records, rules: Rules, outcomes: Sequence[str] = OUTCOMES) -> _Part:
    """Units and facts of these records."""
    children = clean(records, rules)
    first = first_places(records)
    units = {}
    for outcome in outcomes:
        whole = UNITS[outcome](records, children, rules)
        frame = whole.frame[[name for name in KEPT if name in whole.frame]]
        if outcome == "duration":
            frame = _with_place(frame, records.assessments)
        units[outcome] = Units(_numbered(frame, first.index), whole.flow)
    known = np.unique(np.concatenate([part.frame["child"].to_numpy() for part in units.values()]))
    return _Part(units, _facts_of(children, first.index[known], first.index), first.to_numpy())


def first_places(records: Records) -> pd.Series:
    """For each child (index, sorted) the place of its first row in the files, as a number that grows in their order."""
    rows = [pd.DataFrame({"child": frame["child"], "place": (np.int64(number) << DATASET_BITS) | _places(frame)})
            for number, frame in enumerate(getattr(records, name) for name in CHILD_FRAMES)]
    return pd.concat(rows, ignore_index=True).groupby("child")["place"].min()


def _places(frame: pd.DataFrame) -> np.ndarray:
    return frame[PLACE].to_numpy() if PLACE in frame else np.arange(len(frame), dtype="int64")


def _with_place(frame: pd.DataFrame, assessments: pd.DataFrame) -> pd.DataFrame:
    """Assessments with the place of the first row that has their child, start and end: their order."""
    rows = assessments[["child", "start", "end"]].set_axis(["child", "date", "closes"], axis=1)
    rows = rows.assign(**{PLACE: _places(assessments)}).drop_duplicates(["child", "date", "closes"])
    return frame.merge(rows, on=["child", "date", "closes"], how="left", validate="one_to_one")


def _numbered(frame: pd.DataFrame, children: pd.Index) -> pd.DataFrame:
    return frame.assign(child=children.get_indexer(frame["child"]))


def _facts_of(children: Children, known: pd.Index, numbering: pd.Index) -> Facts:
    people = children.people[children.people.index.isin(known)]
    people = people.assign(**{name: pd.Categorical(people[name], sorted({*people[name], MISSING}))
                              for name in ("gender", "ethnicity")})
    income = children.low_income[children.low_income["child"].isin(known)].dropna()
    return Facts(people=people.set_index(pd.Index(numbering.get_indexer(people.index), name="child")),
                 low_income=_numbered(income, numbering))


def _numbers(parts: list[_Part]) -> list[np.ndarray]:
    """For each part the children's numbers over all parts: the rank of their first place."""
    first = np.concatenate([part.first for part in parts])
    rank = np.empty(len(first), dtype="int64")
    rank[np.argsort(first)] = np.arange(len(first))
    return np.split(rank, np.cumsum([len(part.first) for part in parts])[:-1])


def _joined_units(parts: list[Units], numbers: list[np.ndarray]) -> Units:
    """The units of all parts: assessments in the order of the files, the others by child and date."""
    frame = _concatenated([units.frame.assign(child=own[units.frame["child"]])
                           for units, own in zip(parts, numbers, strict=True)])
    frame = frame.sort_values([PLACE] if PLACE in frame else ["child", "date"], ignore_index=True)
    return Units(frame.drop(columns=PLACE, errors="ignore"), added_flows([units.flow for units in parts]))


def _joined_facts(parts: list[Facts], numbers: list[np.ndarray]) -> Facts:
    people = [part.people.set_index(pd.Index(own[part.people.index], name="child"))
              for part, own in zip(parts, numbers, strict=True)]
    levels = {name: sorted({level for part in people for level in part[name].cat.categories})
              for name in ("gender", "ethnicity")}
    people = [part.assign(**{name: part[name].cat.set_categories(levels[name]) for name in levels}) for part in people]
    income = [part.low_income.assign(child=own[part.low_income["child"]])
              for part, own in zip(parts, numbers, strict=True)]
    return Facts(people=_concatenated(people, ignore_index=False).sort_index(),
                 low_income=_concatenated(income).sort_values(["child", "census_year"], ignore_index=True))


def _concatenated(frames: list[pd.DataFrame], ignore_index: bool = True) -> pd.DataFrame:
    """The rows of all frames; those without rows, whose columns may have lost their types, are passed over."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=ignore_index)


def added_flows(flows: Sequence[Flow]) -> Flow:
    """The flow of all parts: the counts of each step, added. Raises `DataError` where parts have different steps."""
    steps = [tuple(step for step, _ in flow) for flow in flows]
    if len(set(steps)) != 1:
        raise DataError("parts of the records went through different steps", value=sorted(set(steps)),
                        expected="the same steps")
    return tuple((step, sum(flow[place][1] for flow in flows)) for place, step in enumerate(steps[0]))
