"""Deep dives: which themes are held where and by whom, how coders agree, what changed, and how much was left to hear.

A theme is *held* by an interview or focus group when the agreed coding has it on at least one passage. Matrices show
presence across sites and roles; how often a theme is spoken of in one interview carries no weight (framework method,
Gale and others 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analysis.design import Design
from analysis.errors import DataError
from analysis.methods.agreement import krippendorff_alpha
from analysis.sources.qualitative_instruments import Codebook

FACTS = ["source_kind", "site", "wave", "role", "consent"]
KEY = ["segment_id", "coder", "theme"]


@dataclass(frozen=True)
class Holdings:
    """Which source holds which theme.

    `sources`: one row a source, index source_id, with its facts and `passages`. `held`: bool, same index, one column a
    theme in the codebook's order.
    """

    sources: pd.DataFrame
    held: pd.DataFrame


@dataclass(frozen=True)
class Comparison:
    """How two versions of the same thing agree: rows compared and rows that only one has or that differ."""

    compared: int
    differing: int


@dataclass(frozen=True)
class DeepDives:
    """All that the strand finds. Frames are documented with the functions that make them."""

    held: Holdings
    presence: pd.DataFrame
    prevalence: pd.DataFrame
    change: pd.DataFrame
    agreement: pd.DataFrame
    saturation: Saturation
    stances: pd.DataFrame
    people: pd.DataFrame
    groups: pd.DataFrame
    goal_sites: tuple[str, ...]
    framework: Comparison
    quotable: Comparison


@dataclass(frozen=True)
class Saturation:
    """Share of the themes heard after n sources, over random orders: `curve` (n, share, low, high) in per cent.

    `needed`: sources after which the mean share reaches `target` per cent. `low`, `high`: central 95% of orders.
    """

    curve: pd.DataFrame
    needed: int
    target: float


def analyse(
    segments: pd.DataFrame, framework: pd.DataFrame, groups: pd.DataFrame, book: Codebook, design: Design
) -> DeepDives:
    """The strand's analysis of its three files, by the rules of `data/evaluation.yml` (deep_dives)."""
    rules = design.section("deep_dives")
    held = holdings(segments, book, rules["coders"]["agreed"])
    share = rules["presence"]["share_of_sources"]
    marks = double_coded(segments, book, tuple(rules["coders"]["independent"]))
    heard = people(held, groups)
    return DeepDives(
        held=held,
        presence=role_presence(held, share),
        prevalence=prevalence(held),
        change=wave_change(held),
        agreement=theme_agreement(marks, book, rules["agreement"]["draws"], design.rng("deep_dives.agreement")),
        saturation=saturation(
            held, rules["saturation"]["orders"], rules["saturation"]["share"], design.rng("deep_dives.saturation")
        ),
        stances=stances(framework, book, rules["stances"]),
        people=heard,
        groups=groups,
        goal_sites=sites_with_goal(held, rules["goal_theme"], rules["leading_roles"], share),
        framework=compare_framework(held, framework),
        quotable=quotable(heard, held.sources["passages"], rules["consent"]["k"]),
    )


def holdings(segments: pd.DataFrame, book: Codebook, agreed: str) -> Holdings:
    """Sources by theme from the agreed coding; `DataError` when a source has none."""
    final = segments[segments["coder"] == agreed]
    without = sorted(set(segments["source_id"]) - set(final["source_id"]))
    if without:
        raise DataError(
            "a source has no agreed coding",
            column="source_id",
            value=without[0],
            expected=f"rows of coder {agreed} for every source",
        )
    sources = final.drop_duplicates("source_id").set_index("source_id")[FACTS]
    sources = sources.assign(passages=final.groupby("source_id")["segment_id"].nunique())
    table = pd.crosstab(final["source_id"], final["theme"]) > 0
    return Holdings(sources, table.reindex(index=sources.index, columns=list(book.theme_codes), fill_value=False))


def compare_project(segments: pd.DataFrame, project: pd.DataFrame) -> Comparison:
    """Codings of the CSV file against those of the REFI-QDA project, by segment, coder and theme."""
    columns = list(segments.columns)
    both = segments.merge(project, on=columns, how="outer", indicator=True)
    return Comparison(len(segments), int((both["_merge"] != "both").sum()))


def compare_framework(held: Holdings, framework: pd.DataFrame) -> Comparison:
    """Framework matrix against the coding: a cell has a summary exactly when a source of it holds the theme."""
    keys = [held.sources["site"], held.sources["role"], held.sources["wave"]]
    coded = held.held.groupby(keys).any().rename_axis(columns="theme").stack().rename("coded").reset_index()
    cells = framework.merge(coded, on=["site", "role", "wave", "theme"], how="outer", validate="one_to_one")
    charted = cells["stance"].notna()
    return Comparison(len(cells), int((charted != cells["coded"].fillna(False).astype(bool)).sum()))


def role_presence(held: Holdings, share_of_sources: float) -> pd.DataFrame:
    """One row a site, role and theme: `sources`, `holding` (counts) and `present` (holding / sources >= the share)."""
    groups = [held.sources["site"], held.sources["role"]]
    holding = held.held.groupby(groups).sum().rename_axis(columns="theme").stack().rename("holding").reset_index()
    sources = held.sources.groupby(["site", "role"]).size().rename("sources").reset_index()
    frame = holding.merge(sources, on=["site", "role"], validate="many_to_one")
    return frame.assign(present=frame["holding"] >= share_of_sources * frame["sources"])


def presence_matrix(presence: pd.DataFrame, book: Codebook, across: str) -> pd.DataFrame:
    """Themes by site (number of roles in which each is present) or by role (number of sites); index theme, int."""
    table = presence.pivot_table(index="theme", columns=across, values="present", aggfunc="sum")
    return table.reindex(list(book.theme_codes)).astype(int)


def widespread(presence: pd.DataFrame, book: Codebook, least_roles: int) -> pd.Series:
    """Number of sites in which a theme is present in at least so many roles; index theme, int."""
    return (presence_matrix(presence, book, "site") >= least_roles).sum(axis=1).rename("sites")


def prevalence(held: Holdings) -> pd.DataFrame:
    """Share of sources that hold each theme, in per cent, with Wilson's (1927) 95% interval.

    Columns: theme, n, held, share, low, high.
    """
    n, count = len(held.held), held.held.sum()
    low, high = proportion_confint(count.to_numpy(), n, method="wilson")
    return pd.DataFrame(
        {
            "theme": count.index,
            "n": n,
            "held": count.to_numpy(),
            "share": 100 * count.to_numpy() / n,
            "low": 100 * low,
            "high": 100 * high,
        }
    )


def wave_change(held: Holdings) -> pd.DataFrame:
    """Change in the share of sources that hold each theme from the first to the last wave, in percentage points.

    Hybrid score interval for a difference of independent proportions (Newcombe 1998, method 10). Columns: theme,
    n_first, n_last, held_first, held_last, first, last, change, low, high.
    """
    waves = sorted(held.sources["wave"].unique())
    if len(waves) < 2:
        raise DataError("there is one wave", column="wave", value=waves[0], expected="two waves to compare")
    first, last = (held.held[held.sources["wave"] == wave] for wave in (waves[0], waves[-1]))
    return pd.DataFrame([_change(theme, first[theme], last[theme]) for theme in held.held.columns])


def _change(theme, first, last) -> dict:
    low, high = confint_proportions_2indep(int(last.sum()), len(last), int(first.sum()), len(first), method="newcomb")
    return {
        "theme": theme,
        "n_first": len(first),
        "n_last": len(last),
        "held_first": int(first.sum()),
        "held_last": int(last.sum()),
        "first": 100 * first.mean(),
        "last": 100 * last.mean(),
        "change": 100 * (last.mean() - first.mean()),
        "low": 100 * low,
        "high": 100 * high,
    }


def double_coded(segments: pd.DataFrame, book: Codebook, coders: tuple[str, ...]) -> np.ndarray:
    """Marks of the independent coders on passages that all of them read: bool, passages x coders x themes.

    A passage was read by a coder when it carries a code of theirs, the residual code included.
    """
    alone = segments[segments["coder"].isin(coders)]
    read = alone.groupby("segment_id")["coder"].nunique()
    shared = np.sort(read.index[read == len(coders)].to_numpy())
    if len(shared) == 0:
        raise DataError(
            "no passage was coded by all coders alone",
            column="coder",
            value=", ".join(coders),
            expected="double-coded passages",
        )
    marks = np.zeros((len(shared), len(coders), len(book.theme_codes)), dtype=bool)
    alone = alone[alone["segment_id"].isin(shared) & alone["theme"].isin(book.theme_codes)]
    place = np.searchsorted(shared, alone["segment_id"].to_numpy())
    coder = alone["coder"].map({name: i for i, name in enumerate(coders)}).to_numpy()
    theme = alone["theme"].map({name: i for i, name in enumerate(book.theme_codes)}).to_numpy()
    marks[place, coder, theme] = True
    return marks


def theme_agreement(marks: np.ndarray, book: Codebook, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Krippendorff's alpha (nominal) of each theme, with a percentile interval from resampled passages.

    `marks`: bool, passages x coders x themes. Columns: theme, passages, marked (passages that either coder marked),
    alpha, low, high; alpha is NaN for a theme that no coder or every coder marked everywhere (0 / 0).
    """
    rows = []
    for place, theme in enumerate(book.theme_codes):
        ratings = marks[:, :, place].astype(float)
        alpha = low = high = np.nan
        if 0 < ratings.sum() < ratings.size:
            found = krippendorff_alpha(ratings, metric="nominal", rng=rng, draws=draws)
            alpha, low, high = found.estimate, found.low, found.high
        rows.append(
            {
                "theme": theme,
                "passages": len(ratings),
                "marked": int(ratings.any(axis=1).sum()),
                "alpha": alpha,
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def saturation(held: Holdings, orders: int, target: float, rng: np.random.Generator) -> Saturation:
    """Themes heard as sources add up, over `orders` random orders of the sources (after Guest, Namey and Chen 2020).

    `target` is a share from 0 to 1 of the themes heard in all.
    """
    marks = held.held.to_numpy()
    heard_in_all = marks.any(axis=0).sum()
    shares = (
        np.stack(
            [np.logical_or.accumulate(marks[rng.permutation(len(marks))], axis=0).sum(axis=1) for _ in range(orders)]
        )
        * 100
        / heard_in_all
    )
    mean = shares.mean(axis=0)
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    curve = pd.DataFrame({"sources": np.arange(1, len(marks) + 1), "share": mean, "low": low, "high": high})
    return Saturation(curve, int(curve.loc[curve["share"] >= 100 * target, "sources"].iloc[0]), 100 * target)


def sites_with_goal(held: Holdings, theme: str, leading_roles, share_of_sources: float) -> tuple[str, ...]:
    """Sites where at least the share of the leaders' sources of the first wave hold a theme."""
    wave = held.sources["wave"].min()
    leaders = held.sources["role"].isin(leading_roles) & (held.sources["wave"] == wave)
    share = held.held.loc[leaders, theme].groupby(held.sources.loc[leaders, "site"]).mean()
    return tuple(share.index[share >= share_of_sources])


def stances(framework: pd.DataFrame, book: Codebook, order) -> pd.DataFrame:
    """Cells of the framework matrix by theme: number with each stance, charted, `leading` stance and `deviant` cells.

    Deviant: charted cells at the other end from the leading one of supportive and critical. Ties lead as mixed.
    """
    counts = pd.crosstab(framework["theme"], framework["stance"].fillna("")).reindex(
        index=list(book.theme_codes), columns=list(order), fill_value=0
    )
    supportive, critical = order[0], order[-1]
    lead = np.select(
        [counts[supportive] > counts[critical], counts[supportive] < counts[critical]], [supportive, critical], order[1]
    )
    deviant = counts[[supportive, critical]].min(axis=1)
    return counts.assign(
        charted=counts.sum(axis=1), cells=framework.groupby("theme").size(), leading=lead, deviant=deviant
    ).reset_index()


def people(held: Holdings, groups: pd.DataFrame) -> pd.DataFrame:
    """People heard by source: one in an interview, the participants of a group; index source_id, column people.

    Raises `DataError` when a focus group has no row in the group file or its site, wave or role differ.
    """
    listed = groups.set_index("source_id")
    frame = held.sources.assign(people=1)
    focus = frame.index[frame["source_kind"] == "focus_group"]
    for source in focus:
        if source not in listed.index:
            raise DataError(
                "a focus group is not in the group file",
                column="source_id",
                value=source,
                expected="a row for every group that was coded",
            )
        for column in ("site", "wave", "role"):
            if listed.loc[source, column] != frame.loc[source, column]:
                raise DataError(
                    f"group {source} differs between files",
                    column=column,
                    value=listed.loc[source, column],
                    expected=frame.loc[source, column],
                )
    frame.loc[focus, "people"] = listed.loc[focus, "participants"].astype(int).to_numpy()
    return frame


def quotable(heard: pd.DataFrame, passages: pd.Series, k: int) -> Comparison:
    """Passages that may not be quoted (`differing`) of all (`compared`): no consent, or under k people in the cell.

    A cell is a site and role.
    """
    cell = heard.groupby(["site", "role"])["people"].transform("sum")
    allowed = (heard["consent"] == 1) & (cell >= k)
    return Comparison(int(passages.sum()), int(passages.sum() - passages[allowed].sum()))
