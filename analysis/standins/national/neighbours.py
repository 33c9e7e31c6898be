"""The stand-in files of statistical neighbours, in the layouts of the 2021 and the 2025 model."""

from __future__ import annotations

import numpy as np

from analysis.standins.national.places import Authority, own_comparators, round_2

WORDS_2021 = ("Extremely Close", "Very Close", "Very Close", "Close", "Somewhat close", "Not Close")
WORDS_2025 = ("Extremely close", "Very close", "Very close", "Close ", "Somewhat close", "Not close")
SIZE = 10
EDITION = 2022       # authorities of the 2021 model's main block: those of the year ending March 2022
OVERLAP = 5          # own comparators that are neighbours in the 2025 model too


def neighbours(section, places: tuple[Authority, ...], rng: np.random.Generator, year: int,
               own: int) -> dict[str, list[str]]:
    """Ten neighbours of each authority of a year. A round 2 pilot has `own` of its comparators, another pilot (so that
    the rule against pilots as comparators has something to do), and new or other pilots' comparators."""
    codes = [place.code for place in places if place.exists(year)]
    found = {code: list(rng.choice([c for c in codes if c != code], SIZE, replace=False)) for code in codes}
    pilots, own_codes = round_2(section), own_comparators(section)
    round_1 = [p["code"] for p in section["pilots"]["standins"]["authorities"] if not p["round_2"]]
    for k, pilot in enumerate(pilots):
        after = pilots[(k + 1) % len(pilots)]
        new = [code for code, of in section["standins"]["new_as_neighbours"].items() if of == pilot and code in codes]
        rest = [after, *(round_1 if k == 0 else ()), *own_codes[after]]
        found[pilot] = [*own_codes[pilot][:own], *new, *rest][:SIZE]
    return found


def file_2021(section, places, rng) -> str:
    """Repeated `SNP` headers and a blank one, blank rows, and the block of old authorities at the end."""
    lists = neighbours(section, places, rng, EDITION, section["standins"]["own_comparators"])
    by_code = {place.code: place for place in places}
    old = [code for change in section["standins"]["reorganised"] for code in change["old"] if code not in lists]
    header = ["LA num", "LA Name", "LA number", "GOInd", "GOReg",
              *(name for rank in range(1, SIZE + 1) for name in (f"SN{rank}", "SNP")), ""]
    blank = [""] * len(header)
    rows = [_row(section, by_code[code], lists[code], WORDS_2021, True) for code in lists]
    rows += [blank, ["", "Old SNs:", *blank[2:]], blank]
    known = [place.code for place in places if place.code in lists]
    rows += [_row(section, by_code[code], list(rng.choice(known, SIZE, replace=False)), WORDS_2021, True)
             for code in old]
    return _csv([header, *rows])


def file_2025(section, places, rng) -> str:
    """One header a column; "Close " with its trailing blank; authorities of the last year."""
    lists = neighbours(section, places, rng, section["standins"]["years"][1], OVERLAP)
    by_code = {place.code: place for place in places}
    header = ["old_la_code", "la_name", "region_ind", "region_name",
              *(name for rank in range(1, SIZE + 1) for name in (f"SN_{rank}", f"SN_{rank}P"))]
    return _csv([header, *(_row(section, by_code[code], lists[code], WORDS_2025, False) for code in lists)])


def _row(section, place, ranked, words, edition_2021):
    closeness = [words[min(len(words) - 1, rank * len(words) // SIZE)] for rank in range(SIZE)]
    pairs = [cell for pair in zip(ranked, closeness, strict=True) for cell in pair]
    name = f"{place.name} (Pre LG)" if edition_2021 and place.last < EDITION else place.name
    region = section["standins"]["regions"][place.region]
    if edition_2021:
        shown = f"{region} ({place.part})" if place.part else region
        return [place.code, name, place.code, str(place.region + 1), shown, *pairs, ""]
    return [place.code, name, str(place.region + 1), region, *pairs]


def _csv(rows) -> str:
    quoted = ([f'"{cell}"' if "," in cell else cell for cell in row] for row in rows)
    return "".join(",".join(row) + "\n" for row in quoted)
