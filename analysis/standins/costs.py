"""Stand-ins of the cost study: cost returns by pilot, year and heading, and the pilots' activity.

A pilot's real cost is its workers trained times a cost per worker drawn around the planted mean. It is spread over
headings and years, then written as the returns hold it: cash in pounds of its own year, staff time in hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.sources import load
from analysis.standins import write_csv

# heading, kind, role: item, one-off or recurring, part of the heading's cash or staff time. Parts add up to 1.
ITEMS = (
    ("staffing_training", "cash", None, "Training fees and venues", "one-off", 0.7),
    ("staffing_training", "cash", None, "Cover for staff in training", "one-off", 0.3),
    ("staffing_training", "staff time", "social_worker", "Social workers in training", "one-off", 0.75),
    ("staffing_training", "staff time", "team_manager", "Team managers in training", "one-off", 0.25),
    ("other_direct", "cash", None, "Materials, licences and travel", "recurring", 1.0),
    ("indirect", "cash", None, "Accommodation and case recording systems", "recurring", 1.0),
    ("management", "staff time", "senior_manager", "Steering and leading the programme", "recurring", 0.6),
    ("management", "staff time", "support", "Administration and data returns", "recurring", 0.4),
    ("ongoing", "cash", None, "Continuing consultancy", "recurring", 1.0),
    ("ongoing", "staff time", "team_manager", "Coaching and group supervision", "recurring", 0.6),
    ("ongoing", "staff time", "social_worker", "Practice leads' time", "recurring", 0.4),
)


@dataclass(frozen=True)
class Prices:
    """Hourly pounds by role in the price year, and the price index by year."""

    hourly: Mapping[str, float]
    index: Mapping[int, float]


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write both files. The number of pilots is given, so `scale` changes nothing."""
    costs, activity = make_costs(design, rng)
    write_csv(costs, out / "costs.csv")
    write_csv(activity, out / "cost_activity.csv")


def make_costs(design: Design, rng: np.random.Generator, prices: Prices | None = None
               ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cost returns and activity as the files hold them, from the design's section `costs`."""
    section = design.section("costs")
    prices = prices or shipped_prices(section)
    pilots = next(row["pilots"] for row in design.section("participation") if row["strand"] == "costs")
    activity = make_activity(section, pilots, rng)
    workers = activity.groupby("pilot")["workers_trained"].sum()
    planted = section["planted"]
    per_worker = planted["cost_per_worker"] * (1 + planted["pilot_cv"] * rng.standard_normal(len(pilots)))
    entries = [pd.DataFrame(_entries(section, pilot, total, prices, rng))
               for pilot, total in zip(pilots, per_worker * workers.reindex(pilots).to_numpy(), strict=True)]
    costs = pd.concat(entries, ignore_index=True)
    costs.insert(0, "entry_id", [f"C{k + 1:04d}" for k in range(len(costs))])
    return costs, activity


def make_activity(section: Mapping, pilots, rng: np.random.Generator) -> pd.DataFrame:
    """One row a pilot and year: workers trained, children in need at 31 March, days in care of all children."""
    facts, rows = section["standin"], []
    for pilot in pilots:
        workers = rng.multinomial(rng.integers(*facts["workers_trained"], endpoint=True), facts["year_share"])
        need, days = (rng.uniform(*facts[name]) for name in ("children_in_need", "days_in_care"))
        for k, year in enumerate(section["years"]):
            wobble = rng.normal(1, 0.03, 2)
            rows.append({"pilot": pilot, "year": year, "workers_trained": int(workers[k]),
                         "children_in_need": int(need * wobble[0]), "days_in_care": int(days * wobble[1])})
    return pd.DataFrame(rows)


def shipped_prices(section: Mapping) -> Prices:
    """Prices of the shipped parameter files."""
    values = load("cost_parameters").frame.set_index("parameter")["value"]
    index = load("gdp_deflator").frame.set_index("year")["index"]
    return Prices({role: float(values[f"hourly_{role}"]) for role in section["roles"]},
                  {int(year): float(value) for year, value in index.items()})


def _entries(section, pilot, total, prices, rng):
    """Rows of one pilot's return, whose real cost adds up to `total` but for rounding."""
    facts = section["standin"]
    headings, years = list(section["headings"]), section["years"]
    by_heading = _noisy([facts["heading_share"][name] for name in headings], facts["share_noise"], rng)
    by_year = _noisy(facts["year_share"], facts["share_noise"], rng)
    rows = []
    for heading, kind, role, item, timing, part in ITEMS:
        time = facts["staff_time_share"][heading]
        share = by_heading[headings.index(heading)] * (time if kind == "staff time" else 1 - time) * part
        for year, real in zip(years, total * share * by_year, strict=True):
            row = {"pilot": pilot, "year": year, "heading": heading, "item": item, "timing": timing, "kind": kind}
            rows.append(row | _as_returned(section, kind, role, year, real, prices))
    return rows


def _as_returned(section, kind, role, year, real, prices):
    if kind == "staff time":
        return {"amount": None, "hours": round(real / prices.hourly[role], 1), "role": role}
    nominal = real * prices.index[year] / prices.index[section["price_year"]]
    return {"amount": round(nominal, 2), "hours": None, "role": None}


def _noisy(shares, noise, rng):
    drawn = np.asarray(shares) * np.exp(noise * rng.standard_normal(len(shares)))
    return drawn / drawn.sum()
