"""Stand-in of the children's records: census, looked-after return and the files that go with them.

Everything is simulated from a seed in the delivered formats, dirt included; sizes, groups, dirt and planted values
stand in `data/evaluation.yml` (`difference_in_differences.records` and `.planted`). No value comes from a real record.

**What is true.** An outcome's expectation for one unit is a sum, without interactions:

    level of the authority and day + child's features + effect x exposure of the pilot on that day

For the four yes-no outcomes this sum is the probability itself (linear, kept within 0.005 and 0.98), for the duration
it is the mean in working days. The level is base + trend + year (all authorities alike) + authority (for good) +
authority x year + authority x period (one shock before `planted.shock_date`, one from it; that day lies in every
embedding) + free school meals. Shocks are drawn anew for every seed: with them a comparison of few authorities varies
from seed to seed around the planted effect, which is why inference must count authorities, not records.
Exposure is 0 outside pilots and before the embedding starts, rises in a straight line through it, and is 1 from the
day after it ends. With `planted.effect_per_point` the effect differs between pilots by their rated implementation,
around the pilots' mean. So `planted.effect` is the average effect on pilots' units after embedding, in working days or
as a probability, on the population and by the corrected definition of each outcome:

- duration: assessments (units: their start); working days from start to end, counted as the original does.
- conference: cases in need (units: referrals); an initial conference at most 91 days later. Conferences are held within
  60 days or after more than 99, so that no window between 61 and 99 days changes an answer.
- rereferral: cases closed without further action (no further action, RC8, RC9); another referral at most 183 days
  after the closure, where one is recorded, else the referral.
- escalation: the same cases; re-referred so, and a plan or care starting at most 183 days on or after that referral.
  Its probability is its own, not the product of two: the effects on re-referral and escalation are planted apart.
- kinship: periods of care with an interim or full care order (units: their start); placed with relatives or friends
  (Q1, U1, U2, U3, F1, F4) or left to them (E45, E47, E43, E44) within 366 days. The published definition counts further
  codes, which here the programme leaves alone: under it the effect is nearer to nought, by the share of the other
  periods that have such codes anyway.

`simulate` gives every chunk with its units and true effects; nothing of this is written to a file. Every case leads to
care more often than in reality, so that few thousand children give each authority enough periods of care.

Children are simulated and written in chunks of one authority: memory depends on `records.chunk`, not on the scale.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.standins import to_stderr, write_csv
from analysis.standins.children import other_files
from analysis.standins.children.authorities import make_authorities
from analysis.standins.children.cases import Setting
from analysis.standins.children.census import census_rows
from analysis.standins.children.chunk import Chunk, simulate_chunk
from analysis.standins.children.days import bank_holidays_of_england
from analysis.standins.children.dirt import dirty_census, repeated

SECONDS_BETWEEN_LINES = 5.0


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write all files of the children's records into `out`, chunk by chunk. `scale` multiplies the children."""
    section = design.section("difference_in_differences")
    records = section["records"]
    world, gaps = rng.spawn(2)
    authorities = make_authorities(section, world)
    _write_small_files(authorities, records, gaps, out)
    files = _Files(out)
    started = said = time.perf_counter()
    for done, chunk, dirt_rng in _chunks(section, authorities, rng, scale):
        _write_chunk(chunk, files, dirt_rng)
        if time.perf_counter() - said > SECONDS_BETWEEN_LINES:
            said = time.perf_counter()
            to_stderr(f"    children's records: {100 * done:.0f}% ({said - started:.0f} s)")


def simulate(design: Design, rng: np.random.Generator, scale: float = 1.0) -> Iterator[Chunk]:
    """The same chunks as `generate` writes (given a generator in the same state), with their truth, before any dirt."""
    section = design.section("difference_in_differences")
    world, _ = rng.spawn(2)
    for _, chunk, _ in _chunks(section, make_authorities(section, world), rng, scale):
        yield chunk


def true_units(design: Design, rng: np.random.Generator, scale: float = 1.0) -> dict[str, pd.DataFrame]:
    """Outcome -> every unit with its outcome and true effect (columns: see `Chunk.truth`)."""
    truths = [chunk.truth for chunk in simulate(design, rng, scale)]
    return {outcome: pd.concat([truth[outcome] for truth in truths], ignore_index=True) for outcome in truths[0]}


def _chunks(section, authorities, rng, scale):
    records = section["records"]
    sizes = [max(1, round(records["children_per_authority"] * authority.size * scale)) for authority in authorities]
    written, total = 0, sum(sizes)
    for authority, size, own in zip(authorities, sizes, rng.spawn(len(authorities)), strict=True):
        starts = range(0, size, int(records["chunk"]))
        for start, (draws, dirt) in zip(starts, (part.spawn(2) for part in own.spawn(len(starts))), strict=True):
            n = min(int(records["chunk"]), size - start)
            setting = Setting(authority, records, section["planted"], section["windows"]["corrected"])
            chunk = simulate_chunk(setting, start, n, draws)
            written += n
            yield written / total, chunk, dirt


class _Files:
    """CSV files that chunks are appended to; the first chunk writes the header."""

    def __init__(self, out: Path):
        self.out, self._begun = out, set()

    def append(self, name: str, frame: pd.DataFrame) -> None:
        new = name not in self._begun
        self._begun.add(name)
        write_csv(frame, self.out / name, mode="w" if new else "a", header=new)


def _write_chunk(chunk: Chunk, files: _Files, rng) -> None:
    records = chunk.setting.records
    rows = census_rows(chunk, rng)
    child = chunk.cases["child"].to_numpy()[rows.place["case"].to_numpy()]
    order = np.lexsort((rows.place["case"].to_numpy(), child))
    clean = type(rows)(rows.place.iloc[order].reset_index(drop=True), rows.columns.iloc[order].reset_index(drop=True))
    dirty = type(rows)(clean.place, dirty_census(clean.columns, child[order], records["dirt"], rng))
    for year in range(int(records["first_year"]), int(records["last_year"]) + 1):
        files.append(f"cin_census_{year}.csv", repeated(dirty.of_year(year), records["dirt"]["repeated_row"], rng))
    files.append("disabilities.csv", other_files.disabilities(chunk, rng))
    files.append("section47.csv", other_files.section47(chunk, rng))
    for name, frame in other_files.assessments(chunk, rng).items():
        files.append(name, frame)
    files.append("looked_after_episodes.csv", other_files.looked_after(chunk, rng))


def _write_small_files(authorities, records, rng, out: Path) -> None:
    write_csv(other_files.la_year_covariates(authorities, records, rng), out / "la_year_covariates.csv")
    write_csv(other_files.matching_sheets(records), out / "matched_groups.csv")
    write_csv(other_files.embedding_dates(authorities), out / "embedding_dates.csv")
    write_csv(other_files.implementation_profile(authorities, records), out / "implementation_profile.csv")
    write_csv(bank_holidays_of_england(records["first_year"], records["last_year"] + 1), out / "bank_holidays.csv")
