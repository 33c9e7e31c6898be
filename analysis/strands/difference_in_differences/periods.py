"""Matched groups, embedding periods, and the units of an outcome placed before or after them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError
from analysis.strands.difference_in_differences.records import Reference
from analysis.strands.difference_in_differences.rules import Rules

Flow = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Units:
    """Units of an outcome before they meet the matched groups.

    `frame`: child, la, date (whose place decides "after" and the financial year), closes (must lie before the
    embedding for "before"), y (outcome, missing where unknown), census_year; `flow`: step, n.
    """

    frame: pd.DataFrame
    flow: Flow

    def keep(self, rows: pd.Series, step: str) -> Units:
        """The units where `rows`, with one more step in the flow."""
        frame = self.frame[rows.to_numpy()].reset_index(drop=True)
        return Units(frame, (*self.flow, (step, len(frame))))


def outcome_groups(reference: Reference, outcome: str, rules: Rules) -> pd.DataFrame:
    """Group, la, pilot (bool), start and end of the embedding, for one outcome.

    Comparators inherit the embedding of their group's pilot. Raises `DataError` for a group without exactly one pilot,
    without a comparator, with a pilot as comparator, or without embedding dates.
    """
    groups = reference.groups[reference.groups["outcome"] == outcome]
    if groups.empty:
        raise DataError(f"no matched group for the outcome {outcome}", file="matched groups")
    _check_groups(groups, outcome)
    dates = groups[groups["pilot"]].merge(reference.embedding, on="la", how="left")[["group", "start", "end"]]
    groups = groups.merge(dates, on="group", how="left")
    _check_dates(groups)
    return embedded_in_time(groups[["group", "la", "pilot", "start", "end"]], outcome, rules).reset_index(drop=True)


def embedded_in_time(groups: pd.DataFrame, outcome: str, rules: Rules) -> pd.DataFrame:
    """The groups whose embedding ended early enough for the outcome; `DataError` when there is none."""
    if outcome != "kinship":
        return groups
    groups = groups[groups["end"] <= rules.date("kinship_embedded_by")]
    if groups.empty:
        raise DataError("no matched group was embedded early enough for the kinship outcome", file="embedding dates")
    return groups


def in_periods(units: Units, groups: pd.DataFrame, rules: Rules) -> Units:
    """The units once for each group their authority is in, before or after its embedding, duplicates dealt with.

    Adds group, pilot, start, end, after (0/1) and `inverse_multiplicity`, 1 over how often the record stands here.
    Where `groups` has a column `until`, units that are not followed up before that day are left out first: they stand
    nowhere, and so neither count as copies nor have any.
    """
    own = units.keep(units.frame["la"].isin(groups["la"]), "In a pilot or comparator authority")
    rows = own.frame.merge(groups, on="la", how="inner")
    placed = Units(rows, (*own.flow, ("Repeated once a matched group", len(rows))))
    if "until" in rows:
        placed = placed.keep(rows["closes"] < rows["until"], "Followed up in time")
        rows = placed.frame
    before, after = rows["closes"] < rows["start"], rows["date"] > rows["end"]
    frame = placed.frame.assign(after=after.astype(float))
    placed = Units(frame, placed.flow).keep(before | after, "Wholly before or after the embedding")
    return _multiplicity(_deduplicate(placed, rules))


def _deduplicate(units: Units, rules: Rules) -> Units:
    key = ["child", "group", "date"]
    keep = "first" if rules.corrected("duplicates") else False
    step = "One copy of a repeated record" if rules.corrected("duplicates") else "Without any copy of a repeated record"
    return units.keep(~units.frame.duplicated(key, keep=keep), step)


def _multiplicity(units: Units) -> Units:
    times = units.frame.groupby(["child", "date"])["child"].transform("size")
    return Units(units.frame.assign(inverse_multiplicity=1.0 / times), units.flow)


def _check_groups(groups: pd.DataFrame, outcome: str) -> None:
    tally = groups.groupby("group")["pilot"].agg(["sum", "size"])
    for fault, rows, expected in (
            ("a matched group has not one pilot", tally["sum"] != 1, "one pilot a group"),
            ("a pilot has no comparator", tally["size"] < 2, "at least one comparator a group")):
        if rows.any():
            raise DataError(f"outcome {outcome}: {fault}", file="matched groups", column="group",
                            value=str(tally.index[rows][0]), expected=expected)
    both = set(groups.loc[groups["pilot"], "la"]) & set(groups.loc[~groups["pilot"], "la"])
    if both:
        raise DataError(f"outcome {outcome}: a pilot is a comparator too", file="matched groups", column="LA",
                        value=sorted(both)[0], expected="comparators that are no pilots")


def _check_dates(groups: pd.DataFrame) -> None:
    undated = groups[groups["start"].isna() | groups["end"].isna() | (groups["end"] < groups["start"])]
    if len(undated):
        raise DataError("a matched group has no embedding period, or one that ends before it starts",
                        file="embedding dates", column="group", value=str(undated["group"].iloc[0]),
                        expected="a start and a later end for every group")
