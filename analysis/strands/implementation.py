"""Implementation: how far the sites came, by their own rating and by the evaluators', and who took part.

Ratings are ordinal, 1 to 5. Means over the instrument's items describe a site; intervals of differences pair the same
items, so that easy and hard items cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.methods.interval import t_interval
from analysis.sources.qualitative_instruments import SelfProfiling

READINGS = {
    "supported": "supported",
    "in_part": "in part",
    "no_evidence": "no evidence for it",
    "opposite": "opposite direction",
    "not_reported": "not reported",
}
RATERS = {"self": "self_rating", "evaluator": "evaluator_rating"}


@dataclass(frozen=True)
class MeanInterval:
    """A mean with its 95% interval by Student's t over `n` values; bounds are NaN where the values do not vary."""

    mean: float
    low: float
    high: float
    n: int


def mean_interval(values) -> MeanInterval:
    """Mean of the values that are there, with t interval on n - 1 degrees of freedom; at least two values needed."""
    values = pd.to_numeric(pd.Series(values), errors="coerce").dropna().to_numpy(dtype=float)
    if len(values) < 2:
        raise DataError("too few values for a mean with an interval", value=len(values), expected="at least two")
    se = values.std(ddof=1) / np.sqrt(len(values))
    if se == 0:
        return MeanInterval(float(values.mean()), np.nan, np.nan, len(values))
    found = t_interval(values.mean(), se, len(values) - 1, method="mean of paired differences")
    return MeanInterval(found.estimate, found.low, found.high, len(values))


def complete(ratings: pd.DataFrame) -> pd.DataFrame:
    """Ratings of items that both the site and the evaluator rated."""
    return ratings.dropna(subset=list(RATERS.values()))


def site_profile(ratings: pd.DataFrame, in_place: int) -> pd.DataFrame:
    """One row a site and wave over the items rated by both: items, self, evaluator (means), gap, low, high, in_place.

    `gap` is self minus evaluator in points, paired by item; `in_place` the share of items, in per cent, that the
    evaluator rates at least `in_place`.
    """
    rows = []
    for (site, wave), part in complete(ratings).groupby(["site", "wave"]):
        gap = mean_interval(part["self_rating"] - part["evaluator_rating"])
        rows.append(
            {
                "site": site,
                "wave": wave,
                "items": gap.n,
                "self": float(part["self_rating"].mean()),
                "evaluator": float(part["evaluator_rating"].mean()),
                "gap": gap.mean,
                "low": gap.low,
                "high": gap.high,
                "in_place": 100 * float((part["evaluator_rating"] >= in_place).mean()),
            }
        )
    return pd.DataFrame(rows)


def site_change(ratings: pd.DataFrame, rater: str) -> pd.DataFrame:
    """Change of a rater's mean from the first to the last wave, paired by item: site, items, change, low, high."""
    wide = _by_wave(ratings, RATERS[rater])
    rows = [
        {"site": site, **_named(mean_interval(part["last"] - part["first"]), "items", "change")}
        for site, part in wide.groupby("site")
    ]
    return pd.DataFrame(rows)


def overall_gap(ratings: pd.DataFrame) -> pd.DataFrame:
    """Self minus evaluator by wave, a mean over sites with the sites as units: wave, sites, gap, low, high."""
    gaps = complete(ratings).assign(gap=lambda f: f["self_rating"] - f["evaluator_rating"])
    by_site = gaps.groupby(["wave", "site"])["gap"].mean()
    return pd.DataFrame(
        [{"wave": wave, **_named(mean_interval(part), "sites", "gap")} for wave, part in by_site.groupby("wave")]
    )


def overall_change(ratings: pd.DataFrame, rater: str) -> MeanInterval:
    """Change of a rater's mean over sites, with the sites as units."""
    wide = _by_wave(ratings, RATERS[rater])
    return mean_interval((wide["last"] - wide["first"]).groupby(wide["site"]).mean())


def aspect_profile(ratings: pd.DataFrame, instrument: SelfProfiling) -> pd.DataFrame:
    """Evaluators' mean by aspect of fidelity and wave, sites as units: aspect, wave, sites, mean, low, high."""
    aspect = {item.item: item.aspect for item in instrument.items}
    seen = ratings.dropna(subset=["evaluator_rating"])
    means = seen.groupby([seen["item"].map(aspect).rename("aspect"), "wave", "site"])["evaluator_rating"].mean()
    rows = [
        {"aspect": name, "wave": wave, **_named(mean_interval(means.loc[name, wave]), "sites", "mean")}
        for name in instrument.aspects
        for wave in sorted(ratings["wave"].unique())
    ]
    return pd.DataFrame(rows)


def distribution(ratings: pd.DataFrame, instrument: SelfProfiling) -> pd.DataFrame:
    """Ratings by rater and wave: rater, wave, n, and the share of each value in per cent (columns r1, r2, ...)."""
    rows = []
    for rater, column in RATERS.items():
        for wave, part in ratings.groupby("wave"):
            values = part[column].dropna().astype(int)
            shares = {f"r{value}": 100 * float((values == value).mean()) for value in sorted(instrument.scale)}
            rows.append({"rater": rater, "wave": wave, "n": len(values), **shares})
    return pd.DataFrame(rows)


def item_ratings(ratings: pd.DataFrame, instrument: SelfProfiling) -> pd.DataFrame:
    """Item by wave: median rating of sites and evaluators over the sites: item, wave, sites, self, evaluator."""
    grouped = ratings.astype({column: "float64" for column in RATERS.values()}).groupby(["item", "wave"])
    table = grouped[list(RATERS.values())].median().set_axis(list(RATERS), axis=1)
    table = table.assign(sites=grouped["site"].nunique()).reset_index()
    order = {item.item: place for place, item in enumerate(instrument.items)}
    return table.sort_values(["item", "wave"], key=lambda s: s.map(order) if s.name == "item" else s, ignore_index=True)


def profile_counts(
    profiles: pd.DataFrame, deep_dive_sites, characteristics: dict[str, tuple[str, ...]]
) -> pd.DataFrame:
    """Pilots by band: characteristic, band, pilots, deep_dives. Never crossed: a pilot could be told."""
    inside = profiles["pilot"].isin(deep_dive_sites)
    rows = [
        {
            "characteristic": name,
            "band": band,
            "pilots": int((profiles[name] == band).sum()),
            "deep_dives": int((profiles.loc[inside, name] == band).sum()),
        }
        for name, bands in characteristics.items()
        for band in bands
    ]
    return pd.DataFrame(rows)


def exited_views(exited: pd.DataFrame, themes: dict[str, str]) -> pd.DataFrame:
    """Themes of the leaders of pilots that left: theme, pilots in which it was raised, of, and the stances heard."""
    rows = []
    for theme, name in themes.items():
        part = exited[(exited["theme"] == theme) & (exited["raised_by"] > 0)]
        rows.append(
            {
                "theme": name,
                "raised_in": len(part),
                "of": exited["pilot"].nunique(),
                "stances": ", ".join(sorted(part["stance"].dropna().unique())) or "not raised",
            }
        )
    return pd.DataFrame(rows)


def group_summary(groups: pd.DataFrame, by: str) -> pd.DataFrame:
    """Focus groups by site, wave or role: groups, invited, participants, rate (per cent), minutes (mean)."""
    table = (
        groups.groupby(by)
        .agg(
            groups=("source_id", "size"),
            invited=("invited", "sum"),
            participants=("participants", "sum"),
            minutes=("minutes", "mean"),
        )
        .reset_index()
    )
    return table.assign(
        rate=100 * table["participants"] / table["invited"], minutes=table["minutes"].astype(float)
    ).astype({"rate": float})


def readings(theory: pd.DataFrame) -> dict[str, int]:
    """Number of assumptions of the theory of change by how the published results read: keys of READINGS."""
    return {key: int((theory["reading"] == value).sum()) for key, value in READINGS.items()}


def _by_wave(ratings, column) -> pd.DataFrame:
    waves = sorted(ratings["wave"].unique())
    wide = ratings.pivot(index=["site", "item"], columns="wave", values=column)[[waves[0], waves[-1]]]
    return wide.set_axis(["first", "last"], axis=1).astype("float64").dropna().reset_index()


def _named(interval: MeanInterval, count: str, value: str) -> dict:
    return {count: interval.n, value: interval.mean, "low": interval.low, "high": interval.high}
