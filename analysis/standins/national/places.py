"""The places of the stand-in statistics: authorities, their regions, and the years in which each exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count, islice

COUNTRY = ("E92X00001", "England")


@dataclass(frozen=True)
class Authority:
    """An authority and its code as published. `first` and `last` are years ending in March, both inclusive."""

    code: str
    name: str
    region: int
    part: str
    first: int
    last: int
    population_x: bool = False

    def exists(self, year: int) -> bool:
        """Whether it has a row for the year ending in March."""
        return self.first <= year <= self.last


def authorities(section: Mapping) -> tuple[Authority, ...]:
    """All stand-in authorities, by code. `section` is `national_data` of the evaluation's design."""
    standins = section["standins"]
    spans = _spans(standins)
    split = standins["regions"].index(standins["split_region"])
    found = []
    for position, (code, name, region) in enumerate(_named(section)):
        first, last, population_x = spans.get(code, (*standins["years"], False))
        part = ("Inner", "Outer")[position % 2] if region == split else ""
        found.append(Authority(code, name, region, part, first, last, population_x))
    return tuple(sorted(found, key=lambda place: place.code))


def own_comparators(section: Mapping) -> dict[str, tuple[str, ...]]:
    """For each round 2 pilot, the codes of the comparators that are its own: those from 111 on that nobody else has."""
    taken = {pilot["code"] for pilot in section["pilots"]["standins"]["authorities"]} | set(_others(section))
    free = (str(code) for code in count(111) if str(code) not in taken)
    return {pilot: tuple(islice(free, section["standins"]["own_comparators"])) for pilot in round_2(section)}


def round_2(section: Mapping) -> tuple[str, ...]:
    """Codes of the stand-in pilots of round 2."""
    return tuple(p["code"] for p in section["pilots"]["standins"]["authorities"] if p["round_2"])


def region_row(section: Mapping, region: int, part: str = "") -> tuple[str, str]:
    """Code and name of a region, or of one part of the region that the publisher divides."""
    name = section["standins"]["regions"][region]
    if part:
        return f"E13X0000{1 + (part == 'Outer')}", f"{part} {name}"
    return f"E12X0000{region + 1}", name


def _named(section):
    regions = len(section["standins"]["regions"])
    names = {p["code"]: p["name"] for p in section["pilots"]["standins"]["authorities"]}
    pilots = round_2(section)
    for k, code in enumerate(pilots):
        yield code, names[code], k % regions
    for k, own in enumerate(own_comparators(section).values()):
        for i, code in enumerate(own, start=1):
            yield code, f"Comparator {names[pilots[k]].split()[-1]}{i}", (k + (i > 4)) % regions
    others = [code for code in names if code not in pilots]
    others += _others(section)
    for k, code in enumerate(others):
        # Names with a comma, as some real ones: the file then quotes them.
        yield code, names.get(code, f"Authority {code}" + (", County of" if k % 20 == 7 else "")), k % regions


def _others(section) -> list[str]:
    return [str(code) for low, high in section["standins"]["others"] for code in range(low, high + 1)]


def _spans(standins):
    begin, end = standins["years"]
    spans = {}
    for change in standins["reorganised"]:
        for code in change["old"]:
            spans[code] = (begin, change["from"] - 1, change["population_x"])
        for code in change["new"]:
            spans[code] = (change["from"], end, False)
    return spans
