"""Rows of the stand-in statistics: counts of authorities, their totals for regions and England, symbols, text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.standins.national.places import COUNTRY, Authority, region_row

PLACE = ("old_la_code", "new_la_code", "la_name")
SMALL = (1, 5)         # counts of children that the publisher suppresses


class Share(NamedTuple):
    """A column computed from others of the row: `per` x numerator / sum of the denominators, to one decimal."""

    numerator: str
    denominators: tuple[str, ...]
    per: float = 100


@dataclass(frozen=True)
class Layout:
    """One file: its name, indicator columns in order, columns that are shares of others, filter column, totals
    rounded to `nearest`, decimals of counts, order of the place columns, blanks in quotes, small counts suppressed."""

    name: str
    columns: tuple[str, ...]
    shares: Mapping[str, Share]
    filters: Mapping[str, str]
    nearest: float = 10
    decimals: int = 0
    place: Sequence[str] = PLACE
    quoted: bool = False
    suppress: bool = True


def statistics_file(section, layout: Layout, counts: pd.DataFrame, places: dict[str, Authority],
                    symbols=()) -> pd.DataFrame:
    """The file as text: years downwards; England, regions, then authorities.

    `counts` has columns year, code, label (the code as published) and one for each count of the layout.
    """
    local = counts.assign(region=[places[c].region for c in counts["code"]],
                          part=[places[c].part for c in counts["code"]])
    blocks = [_totals(section, layout, local), _local(section, layout, local, places, symbols)]
    whole = pd.concat(blocks, ignore_index=True).sort_values(["year", "order", "region", "part", "code"],
                                                             ascending=[False, *[True] * 4], kind="stable")
    head = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code",
            "region_name", *layout.place, *layout.filters]
    whole = whole.assign(time_period=whole["year"].astype(str), time_identifier="Reporting year",
                         country_code=COUNTRY[0], country_name=COUNTRY[1], **layout.filters)
    return whole[[*head, *layout.columns]]


def _totals(section, layout, local):
    """England, the regions, and the parts of the region that the publisher divides."""
    names = [name for name in layout.columns if name not in layout.shares]
    groups = {0: local.assign(region=-1, part=""), 1: local.assign(part=""), 2: local[local["part"] != ""]}
    sums = pd.concat([rows.groupby(["year", "region", "part"])[names].sum().reset_index().assign(order=min(order, 1))
                      for order, rows in groups.items()], ignore_index=True)
    text = _text(layout, (sums[names] / layout.nearest).round() * layout.nearest)
    region = [region_row(section, r, p) if r >= 0 else ("", "")
              for r, p in zip(sums["region"], sums["part"], strict=True)]
    # The parts stand after all regions.
    return text.assign(year=sums["year"], order=sums["order"], region=sums["region"] + 100 * (sums["part"] != ""),
                       part=sums["part"], code="", geographic_level=sums["order"].map({0: "National", 1: "Regional"}),
                       region_code=[r[0] for r in region], region_name=[r[1] for r in region],
                       **dict.fromkeys(PLACE, ""))


def _local(section, layout, local, places, symbols):
    names = [name for name in layout.columns if name not in layout.shares]
    text = _text(layout, local[names], layout.suppress)
    for code, year, column, symbol in symbols:
        at = (local["code"] == code) & (local["year"] == int(year))
        text.loc[at, [name for name in layout.columns if column in name]] = symbol
    region = [region_row(section, r, p) for r, p in zip(local["region"], local["part"], strict=True)]
    return text.assign(**{name: local[name] for name in ("year", "region", "part", "code")}, order=2,
                       geographic_level="Local authority", region_code=[r[0] for r in region],
                       region_name=[r[1] for r in region], old_la_code=local["label"],
                       new_la_code=[" / ".join(f"E0X000{c}" for c in label.split(" / ")) for label in local["label"]],
                       la_name=[_joined(label, places) for label in local["label"]])


def _joined(label, places):
    return " / ".join(places[code].name for code in label.split(" / "))


def _text(layout, counts, suppress=False):
    text = counts.map(lambda value: number(value, layout.decimals)).astype(object)
    hidden = (counts >= SMALL[0]) & (counts <= SMALL[1]) & suppress
    if suppress:
        _hide_another(counts, hidden)
        text = text.mask(hidden, "c")
    for name, share in layout.shares.items():
        whole = sum(counts[part] for part in share.denominators)
        values = share.per * counts[share.numerator] / whole.where(whole > 0)
        shown = np.where(whole > 0, [number(value, 1) for value in values], "z")
        text[name] = np.where(hidden[share.numerator], "c", shown)
    return text


def _hide_another(counts, hidden):
    """Where one duration band of a row is suppressed, the next smallest is too, or the total would give it away."""
    bands = [name for name in counts if name[0].isdigit() or name.startswith("more_than")]
    for row in counts.index[hidden[bands].sum(axis=1) == 1] if bands else ():
        open_bands = [name for name in bands if not hidden.loc[row, name]]
        hidden.loc[row, min(open_bands, key=lambda name: counts.loc[row, name])] = True


def number(value: float, decimals: int) -> str:
    """A number as the publisher prints it: without a trailing `.0`."""
    return "" if pd.isna(value) else f"{round(float(value), decimals) + 0.0:.{decimals}f}".removesuffix(".0")
