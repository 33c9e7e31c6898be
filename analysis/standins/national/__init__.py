"""Stand-ins of the public statistics, by authority and year, in the publishers' layouts with their dirt.

Codes are none of the real ones, names and regions are invented; what is planted stands in `data/evaluation.yml`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.standins import write_csv
from analysis.standins.national import files, neighbours
from analysis.standins.national.places import Authority, authorities, region_row, round_2
from analysis.standins.national.tables import statistics_file
from analysis.standins.national.values import populations, simulate

BLANK = "\x1d"       # becomes "" in the files whose blanks the publisher quotes
BOM = "utf-8-sig"


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write the nine files into `out`. There is one authority a row at any `scale`: it has no effect here."""
    section = design.section("national_data")
    places = authorities(section)
    first, last = section["standins"]["years"]
    codes = [place.code for place in places]
    values = simulate(section, rng, codes, round_2(section), range(first, last + 1))
    people = populations(section, rng, codes, range(first - 1, last))
    for dataset, layout in files.layouts(section).items():
        counts = _population(places, people) if dataset == "population" else \
            _counts(section, dataset, places, values, people, rng)
        symbols = _population_x(places, people) if dataset == "population" else section["standins"]["symbols"][dataset]
        frame = statistics_file(section, layout, counts, {p.code: p for p in places}, symbols)
        _write(frame, out / layout.name, layout.quoted)
    tool = _tool(section, places, values, people, rng)
    write_csv(tool, out / f"lait_children_social_care_{section['standins']['tool_from']}_to_{last}.csv")
    (out / "New_Statistical_Neighbour_Groupings_April_2021.csv").write_text(
        neighbours.file_2021(section, places, rng), encoding=BOM, newline="")
    (out / "sn_model_2025_wide.csv").write_text(neighbours.file_2025(section, places, rng), encoding=BOM, newline="")


def _counts(section, dataset, places, values, people, rng):
    """One file's counts: rows for the authorities of each year; the workforce file changes them a year earlier."""
    early = int(dataset == "workforce")
    combined = {pair[0]: pair for pair in section["standins"]["combined_rows"]} if early else {}
    absorbed = {pair[1] for pair in combined.values()}
    blocks = []
    end = section["standins"]["years"][1]
    for year in files.years_of(section, dataset):
        codes = [p.code for p in places if p.exists(min(year + early, end))]
        codes = [code for code in codes if code not in absorbed]
        value = pd.DataFrame({name: frame.loc[codes, year] for name, frame in values.items()})
        block = getattr(files, dataset)(value, people.loc[codes, year - 1], rng)
        labels = [" / ".join(combined.get(code, (code,))) for code in codes]
        blocks.append(block.assign(year=year, code=codes, label=labels))
    return pd.concat(blocks, ignore_index=True)


def _population(places, people):
    """Mid-year estimates: the authorities of mid-2019 are those of the year ending March 2020."""
    known = people.to_dict()
    rows = [(year, p.code, p.code, known[year][p.code])
            for year in people.columns for p in places if p.exists(year + 1)]
    return pd.DataFrame(rows, columns=["year", "code", "label", "population_estimate"])


def _population_x(places, people):
    """Authorities of long ago, of which the publisher gives no estimate."""
    return [(p.code, year, "", "x") for p in places if p.population_x for year in people.columns]


def _tool(section, places, values, people, rng):
    """The interactive tool's file, long, with all authorities of all years and "-" where one did not exist."""
    years, measures = files.years_of(section, "tool"), {}
    for year in years:
        value = pd.DataFrame({name: frame[year] for name, frame in values.items()})
        measures[year] = files.tool(value, people[year - 1], rng)
    blocks = []
    for measure in measures[years[0]].columns:
        for year in years:
            if measure in ("LAC_Start_Rate", "LAC_Cease_Rate") and year < years[0] + 2:
                continue
            blocks.append(_tool_block(section, places, measure, year, measures[year][measure], people[year - 1]))
    return pd.concat(blocks, ignore_index=True)


def _tool_block(section, places, measure, year, value, people):
    hidden = {(code, when): symbol for code, when, _, symbol in section["standins"]["symbols"]["interactive_tool"]}
    known = value.to_dict()
    shown = [hidden.get((p.code, year), _tool_number(known[p.code])) if p.exists(year) else "-" for p in places]
    names = [p.name for p in places]
    regions = [_tool_region(section, p) for p in places]
    there = [p for p in places if p.exists(year)]
    groups = [("970", "England", there)]
    groups += [(str(980 + k), name, [p for p in there if p.region == k])
               for k, name in enumerate(section["standins"]["regions"])]
    split = [p for p in there if p.part]
    groups += [(str(989 + i), region_row(section, split[0].region, part)[1], [p for p in split if p.part == part])
               for i, part in enumerate(("Inner", "Outer")) if split]
    total = [_tool_total(value, people, [p.code for p in members], measure) for _, _, members in groups]
    item = f"{measure} in words" if year == section["standins"]["tool_from"] else ""
    return pd.DataFrame({"Short Desc": measure, "Data item": item, "Years": str(year),
                         "LA and Regions": [*names, *(group[1] for group in groups)], "Values": [*shown, *total],
                         "LA Number": [*(p.code for p in places), *(group[0] for group in groups)],
                         "Region": [*regions, *["NA"] * len(groups)]})


def _tool_region(section, place: Authority) -> str:
    return region_row(section, place.region, place.part)[1]


def _tool_total(value, people, codes, measure):
    if measure.startswith("LACnum") or measure == "LACceased":
        return _tool_number(round(value[codes].sum() / 10) * 10)
    return _tool_number(round(float(np.average(value[codes], weights=people[codes])), 1))


def _tool_number(value) -> str:
    """As the tool writes it, with the noise of binary fractions: 18.899999999999999."""
    return f"{float(value):.17g}"


def _write(frame, path, quoted):
    if not quoted:
        return write_csv(frame, path)
    names = ["region_code", "region_name", "new_la_code", "la_name"]
    marked = frame.assign(**{name: frame[name].replace("", BLANK) for name in names})
    path.write_text(marked.to_csv(index=False, lineterminator="\n").replace(BLANK, '""'), encoding="utf-8", newline="")
