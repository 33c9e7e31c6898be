"""Stand-in of the examination of assessments: sampling, cases of five pilots, ratings by one or two raters.

A case has a latent thoroughness and a latent detail of use of Signs of Safety, correlated within pilots as planted.
A rater adds a severity of their own and an error; ratings are cut from the sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.design import Design
from analysis.sources.rating_scale import rating_scale
from analysis.sources.schemas.assessment_ratings import DECISIONS
from analysis.standins import write_csv


@dataclass(frozen=True)
class Assessments:
    """The three tables as the files hold them."""

    frame: pd.DataFrame
    cases: pd.DataFrame
    ratings: pd.DataFrame


def generate(design: Design, rng: np.random.Generator, out: Path, scale: float = 1.0) -> None:
    """Write the three files. The examination is small by design, so `scale` changes nothing."""
    made = make_assessments(design, rng)
    for name in ("frame", "cases", "ratings"):
        write_csv(getattr(made, name), out / f"assessment_{name}.csv")


def make_assessments(design: Design, rng: np.random.Generator, cases_per_pilot: int | None = None) -> Assessments:
    """All tables, made from the section `assessments`; `cases_per_pilot` in place of the planned number, for tests."""
    section = design.section("assessments")
    each = cases_per_pilot or section["planned_cases"]
    eligible = dict(section["standin"]["eligible"])
    frame = pd.DataFrame({"site": list(eligible), "eligible": [max(n, 2 * each) for n in eligible.values()],
                          "drawn": max(section["standin"]["drawn"], each), "usable": each})
    sites = np.repeat(list(eligible), each)
    latent = latent_cases(section, sites, rng)
    cases = make_cases(section, sites, rng)
    ratings = make_ratings(section, cases["case_id"].to_numpy(), latent, rng)
    return Assessments(frame, cases, ratings)


def latent_cases(section: Mapping, sites: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Latent thoroughness and detail of use of each case, (cases, 2)."""
    planted = section["planted"]
    r = planted["association"]
    draws = rng.normal(size=(len(sites), 2))
    own = np.column_stack([draws[:, 0], r * draws[:, 0] + np.sqrt(1 - r**2) * draws[:, 1]])
    return own + np.array([[planted["site"][s], planted["site_detail"][s]] for s in sites])


def make_cases(section: Mapping, sites: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Case numbers in random order, pilot, dates (weekdays) and decision."""
    facts, n = section["standin"], len(sites)
    start, end = (np.datetime64(day) for day in facts["period"])
    started = np.busday_offset(start + rng.integers(0, (end - start).astype(int), n), 0, roll="forward")
    spread = facts["days_spread"]
    days = np.rint(np.exp(rng.normal(np.log(facts["mean_days"]) - spread**2 / 2, spread, n))).astype(int)
    completed = np.busday_offset(started, np.maximum(days, 1), roll="forward")
    shares = [facts["decisions"][name] for name in DECISIONS]
    return pd.DataFrame({"case_id": [f"K{k:03d}" for k in rng.permutation(999)[:n] + 1], "site": sites,
                         "started": started.astype(str), "completed": completed.astype(str),
                         "decision": rng.choice(DECISIONS, n, p=shares)})


def make_ratings(section: Mapping, case_ids: np.ndarray, latent: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row a rating: every case by a first rater, a share of them by a second, chosen evenly over the list."""
    facts, n = section["standin"], len(case_ids)
    raters = facts["raters"]
    first = rng.integers(0, raters, n)
    second = (first + rng.integers(1, raters, n)) % raters
    again = np.sort(rng.choice(n, int(round(facts["double_rated"] * n)), replace=False))
    # What a case is on each domain is the same for both raters; only severity and error differ.
    domains = domain_states(section, latent, rng)
    rows = [_rated(section, "first", np.arange(n), first, case_ids, domains, rng),
            _rated(section, "second", again, second[again], case_ids, domains, rng)]
    return pd.concat(rows).sort_values(["case_id", "rating"], ignore_index=True)


def domain_states(section: Mapping, latent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Latent state of each case on each domain and, last, on detail of use, (cases, domains + 1)."""
    loading, width = section["planted"]["loading"], len(rating_scale().domains)
    own = rng.normal(size=(len(latent), width))
    return np.column_stack([loading * latent[:, [0]] + np.sqrt(1 - loading**2) * own, latent[:, 1]])


def _rated(section, which, rows, raters, case_ids, domains, rng):
    planted = section["planted"]
    scale = rating_scale()
    # Severity is of thoroughness alone: on detail of use too it would make an association out of raters.
    severe = np.array([domain is not scale.detail for domain in scale.all_domains])
    severity = np.outer(np.array(planted["severity"])[raters], severe)
    seen = domains[rows] + severity + planted["rater_noise"] * rng.normal(size=(len(rows), domains.shape[1]))
    columns = {}
    for place, domain in enumerate(scale.all_domains):
        cuts = planted["detail_thresholds"] if domain is scale.detail else planted["thresholds"]
        columns[domain.name] = 1 + (seen[:, [place]] > np.array(cuts)).sum(axis=1)
    ratings = pd.DataFrame(columns).astype("Int64")
    ratings = ratings.mask(rng.random(ratings.shape) < section["standin"]["missing"])
    head = pd.DataFrame({"case_id": case_ids[rows], "rating": which, "rater": [f"R{k + 1}" for k in raters]})
    return pd.concat([head, ratings], axis=1)
