"""Non-response by margin, how weights are spread, items beside their scales, dimensions."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.response import MARGIN_NAMES, PLACE
from analysis.publish import Publisher, count, estimate, label, score, share, style, text_column
from analysis.publish.words import number
from analysis.sources.schemas.staff_survey import MARGINS
from analysis.strands.survey.items import bin_names, dimension_table, item_table, weight_bins
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.reliability import scale_quality
from analysis.strands.survey.response import response_rates


def publish_nonresponse(p: Publisher, ready: Prepared, sources) -> None:
    """Who did not answer: response by category of each margin."""
    frame = nonresponse(ready)
    p.table("tbl-survey-nonresponse", title=nonresponse_title,
            subtitle=f"AAPOR response rate 2 by role, length of service and sex, {PLACE}, both waves", frame=frame,
            columns=[label("wave", "Wave"), label("margin", "Margin"), label("category", "Category"),
                     count("eligible", "Invited and eligible", total_of="group"),
                     count("responded", "Answered", total_of="group"),
                     share("rr2", "Response rate (%)", numerator="responded", denominator="eligible"),
                     estimate("rr2_low", "95% interval, lower", decimals=1),
                     estimate("rr2_high", "95% interval, upper", decimals=1)],
            describe=describe_nonresponse, made_by=nonresponse, sources=sources, about_people=True,
            note="Returns that leave the margin blank are not counted, so that rates lie a little lower here.")


def nonresponse(ready: Prepared) -> pd.DataFrame:
    """Response rates by wave and category of each margin; `group` holds what adds up to a total."""
    waves, level = dict(ready.section["waves"]), ready.section["level"]
    parts = []
    for margin, categories in MARGINS.items():
        table = response_rates(ready.population, ready.coded[ready.coded[margin].isin(categories)], ["wave", margin],
                               level=level)
        parts.append(table.rename(columns={margin: "category"}).assign(margin=MARGIN_NAMES[margin]))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(group=table["wave"] + table["margin"], wave=table["wave"].map(waves)).sort_values(
        ["wave", "margin"], kind="stable", ignore_index=True)


def nonresponse_title(frame: pd.DataFrame) -> str:
    """Headline: the margin over whose categories response differs most."""
    spread = frame.groupby(["wave", "margin"])["rr2"].agg(lambda rates: rates.max() - rates.min())
    return f"Response differs most by {spread.idxmax()[1].lower()}"


def describe_nonresponse(frame: pd.DataFrame) -> str:
    """Rates in words: the range over the categories of each margin and wave."""
    parts = [f"{wave}, {margin.lower()}: {number(rows['rr2'].min())}% to {number(rows['rr2'].max())}%"
             for (wave, margin), rows in frame.groupby(["wave", "margin"], sort=False)]
    return f"Table of response rates by category. {'; '.join(parts)}."


def publish_weight_bins(p: Publisher, ready: Prepared, sources) -> None:
    """The distribution of the weights."""
    edges, waves = ready.section["weight_bins"], dict(ready.section["waves"])
    p.figure("fig-survey-weights", title=weights_title,
             subtitle="Share of returns by weight relative to the mean of their pilot and wave, surveyed pilots",
             frame=weight_bins(ready.returns, edges, waves),
             columns=[label("wave", "Wave"), label("bin", "Weight"), count("n", "Returns", total_of="wave"),
                      share("share", "Share (%)", numerator="n", denominator="total", total_of="wave")],
             draw=partial(draw_bins, order=bin_names(edges)), describe=describe_bins, made_by=weight_bins,
             sources=sources, about_people=True,
             note="A weight of 1 changes nothing. In bins, because the largest and smallest weights are single people.")


def draw_bins(frame: pd.DataFrame, order):
    """Bars side by side for the two waves, told apart by colour and hatching."""
    figure, ax = style.axes(height=3.4)
    waves = list(frame["wave"].drop_duplicates())
    for k, wave in enumerate(waves):
        part = frame[frame["wave"] == wave].set_index("bin").reindex(order)
        places = np.arange(len(order)) + 0.4 * (k - (len(waves) - 1) / 2)
        ax.bar(places, part["share"].astype(float).fillna(0), width=0.38, color=style.TWO[k], label=wave,
               hatch="" if k == 0 else "///", edgecolor="white", linewidth=0.5)
    ax.set_xticks(np.arange(len(order)), [name.replace(" to ", " to\n").replace(" and ", "\nand ").replace("below ",
                                          "below\n") for name in order])
    ax.set_ylabel("Per cent of returns", rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.02)
    ax.grid(axis="x", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper right", ncols=len(waves))
    return figure


def weights_title(frame: pd.DataFrame) -> str:
    """Headline: the bin that holds most returns."""
    most = frame.groupby("bin", sort=False)["n"].sum(min_count=1).astype(float).idxmax()
    return f"Most common: weights of {most}"


def describe_bins(frame: pd.DataFrame) -> str:
    """The bars in words."""
    parts = [f"{wave}: " + ", ".join(f"{row.bin} {_percent(row.share)}" for row in rows.itertuples())
             for wave, rows in frame.groupby("wave", sort=False)]
    return f"Bars of the share of returns by weight, two waves side by side. {'; '.join(parts)}."


def _percent(value) -> str:
    return "suppressed" if pd.isna(value) else f"{number(value, 0)}%"


def publish_items(p: Publisher, ready: Prepared, sources) -> None:
    """Item-rest correlations and eigenvalues."""
    quality = scale_quality(ready.returns, ready.form, ready.section, p.design.rng("survey.reliability"))
    p.table("tbl-survey-items", title=items_title,
            subtitle="Correlation of each item with the rest of its scale, both waves, complete answers",
            frame=item_table(quality, ready.form),
            columns=[label("scale", "Scale"), label("item", "Item"), text_column("reverse", "Reversed"),
                     count("n", "n"), score("item_rest", "Item-rest correlation", base="n")],
            describe=describe_items, made_by=item_table, sources=sources, about_people=True,
            note="Reversed items are turned before. An item far below its scale's others measures something else.")
    p.table("tbl-survey-dimensions", title=dimensions_title,
            subtitle="Eigenvalues of the items' correlations beside the 95th percentile by chance, by scale",
            frame=dimension_table(quality),
            columns=[label("scale", "Scale"), label("place", "Place"), count("n", "n"),
                     score("eigenvalue", "Eigenvalue", base="n"), score("by_chance", "By chance", base="n"),
                     text_column("above", "Above chance")],
            describe=describe_dimensions, made_by=dimension_table, sources=sources, about_people=True,
            note="Parallel analysis: a scale has as many dimensions as eigenvalues above chance before the first below "
                 "it.")


def items_title(frame: pd.DataFrame) -> str:
    """Headline: the lowest correlation."""
    return f"Every item correlates {np.floor(100 * frame['item_rest'].min()) / 100:.2f} or more with its scale"


def describe_items(frame: pd.DataFrame) -> str:
    """The range by scale."""
    parts = [f"{scale}: {number(rows['item_rest'].min(), 2)} to {number(rows['item_rest'].max(), 2)}"
             for scale, rows in frame.groupby("scale", sort=False)]
    return f"Table of {len(frame)} items. Item-rest correlations by scale: {'; '.join(parts)}."


def dimensions_title(frame: pd.DataFrame) -> str:
    """Headline: on how many scales a second dimension shows."""
    second = int((frame.loc[frame["place"] == 2, "above"] == "yes").sum())
    return f"A second dimension shows on {second or 'none'} of {frame['scale'].nunique()} scales"


def describe_dimensions(frame: pd.DataFrame) -> str:
    """First and second eigenvalue by scale."""
    wide = frame.pivot(index="scale", columns="place", values="eigenvalue").reindex(frame["scale"].drop_duplicates())
    parts = [f"{scale}: {number(row[1], 2)} then {number(row[2], 2)}" for scale, row in wide.iterrows()]
    return f"Table of eigenvalues. First and second by scale: {'; '.join(parts)}."
