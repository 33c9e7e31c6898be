"""Exhibits on what the comparison can bear: departments that differ, one team left out, other analyses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.contrast.inputs import PLACE, Inputs
from analysis.publish import estimate, label, style, text_column
from analysis.publish.words import number
from analysis.sources.schemas.contrast_study import instrument
from analysis.strands.contrast_study import departments as places
from analysis.strands.contrast_study import robustness, study
from analysis.strands.contrast_study.scores import team_scores


def departments(inputs: Inputs) -> None:
    """False positives of the comparison of teams if departments differ."""
    p, sources = inputs.p, inputs.sources("members")
    table = places.false_positives(inputs.frames, inputs.section, p.design.rng("contrast_study.departments"))
    p.figure("fig-contrast-departments", title="If departments differ, comparing teams finds false effects",
             subtitle="Simulated share of false positives of the comparison of teams, by true spread of departments",
             frame=table, columns=[label("spread", "True standard deviation between departments (T-score points)"),
                                   estimate("false_positive", "False positives (%)", decimals=1),
                                   estimate("mc_error", "Monte Carlo error (percentage points)", decimals=2)],
             draw=_draw_false_positives, describe=_describe_false_positives, made_by=places.false_positives,
             sources=sources, note=f"{number(table['runs'].iloc[0], 0)} runs for each point, with as many teams as "
                                   f"here, and no difference between the kinds of department.")
    worst, middle = table.iloc[-1], table.iloc[len(table) // 2 - 1]
    fact = dict(made_by=places.false_positives, sources=sources)
    p.finding("contrast.departments.false_positive", middle["false_positive"], unit="per cent", decimals=0, **fact)
    p.finding("contrast.departments.spread", middle["spread"], unit="T-score points", decimals=0, **fact)
    p.finding("contrast.departments.false_positive_worst", worst["false_positive"], unit="per cent", decimals=0, **fact)
    p.finding("contrast.departments.spread_worst", worst["spread"], unit="T-score points", decimals=0, **fact)
    p.finding("contrast.departments.smallest_p", places.smallest_department_p(inputs.section), unit="probability",
              decimals=2, made_by=places.smallest_department_p, sources=sources)


def splits(inputs: Inputs) -> None:
    """The real split of the departments beside the others."""
    p, section = inputs.p, inputs.section
    compared = [o for o in study.outcomes(section) if o.family in ("scales", "practice", "family", "outcomes")]
    table, sources = places.splits(team_scores(inputs.frames, section), compared), inputs.sources("members", "practice",
                                                                                                 "families")
    table = table[table["as_far"].notna()].reset_index(drop=True)
    p.table("tbl-contrast-splits", title=_title_splits,
            subtitle=f"Difference of means of team scores by split of the departments, {PLACE}", frame=table,
            columns=[label("label", "Outcome"), estimate("real", "Real split"),
                     estimate("largest_other", "Largest of the other splits"),
                     estimate("as_far", "Splits as far apart as the real one", decimals=0),
                     estimate("splits", "Splits in all", decimals=0)],
            describe=_describe_splits, made_by=places.splits, sources=sources,
            note="Absolute differences, in the units of each outcome. With no effect of the framework each split is as "
                 "likely as another to be the largest. The outcomes of one team hang together, so that they are not so "
                 "many independent trials.")
    fact = dict(made_by=places.splits, sources=sources, unit="count", decimals=0)
    p.finding("contrast.splits.largest", int((table["as_far"] == 1).sum()), **fact)
    p.finding("contrast.splits.outcomes", len(table), **fact)
    p.finding("contrast.splits.number", int(table["splits"].iloc[0]), **fact)
    p.finding("contrast.splits.expected", len(table) / table["splits"].iloc[0], **fact)


def _title_splits(frame: pd.DataFrame) -> str:
    return f"Real split the widest on {int((frame['as_far'] == 1).sum())} of {len(frame)} outcomes"


def _describe_splits(frame: pd.DataFrame) -> str:
    first = frame["splits"].iloc[0]
    return (f"Table of {len(frame)} outcomes. Of {number(first, 0)} ways to split the departments, the real one has "
            f"the largest difference on {int((frame['as_far'] == 1).sum())}; by chance alone it would on about "
            f"{number(len(frame) / first, 0)}.")


def _draw_false_positives(frame: pd.DataFrame):
    figure, ax = style.axes(height=3.4)
    spread, rate = frame["spread"].astype(float), frame["false_positive"]
    ax.axhline(5, color=style.GREY, linewidth=1, linestyle=style.DASHES[1])
    ax.errorbar(spread, rate, yerr=1.96 * frame["mc_error"], color=style.BLUE, marker="o", capsize=3)
    ax.set_ylim(0, max(45, rate.max() * 1.15))
    style.direct_label(ax, spread.iloc[-1], 5, "nominal 5%", style.GREY, dx=-4, dy=10, ha="right")
    ax.set_xlabel("True standard deviation between departments (T-score points)")
    ax.set_ylabel("Per cent", rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.03)
    return figure


def _describe_false_positives(frame: pd.DataFrame) -> str:
    first, last = frame.iloc[0], frame.iloc[-1]
    return (f"Line chart. With no spread between departments {number(first['false_positive'])}% of comparisons are "
            f"significant by chance; the share rises to {number(last['false_positive'])}% where departments differ by "
            f"a standard deviation of {number(last['spread'], 0)} points. Bars show the simulation's own error.")


def one_team(inputs: Inputs) -> None:
    """What leaving out any one team changes."""
    p, sources, table = inputs.p, inputs.sources("members", "practice"), robustness.without_one_team(inputs.frames,
                                                                                                inputs.section)
    p.table("tbl-contrast-one-team", title=_title_one_team,
            subtitle=f"Each team left out in turn, every outcome, {PLACE}", frame=table,
            columns=[label("label", "Outcome"), estimate("estimate", "Difference, all teams"),
                     estimate("largest_shift", "Largest shift, one team left out"),
                     estimate("verdicts_changed", "Teams that change a reading", decimals=0),
                     estimate("teams", "Teams", decimals=0)],
            describe=lambda frame: (f"Table of {len(frame)} outcomes. The largest shift by one team is "
                                    f"{number(frame['largest_shift'].max(), 2)}; the reading changes without some team "
                                    f"for {int((frame['verdicts_changed'] > 0).sum())} outcomes."),
            made_by=robustness.without_one_team, sources=sources,
            note="A reading changes where the 95% interval's exclusion of zero, or the equivalence test, turns out "
                 "otherwise. Teams are not named, because many have fewer members than the disclosure threshold.")
    fact = dict(made_by=robustness.without_one_team, sources=sources)
    scales = table[table["outcome"].isin([s["name"] for s in instrument()["scales"]])]
    p.finding("contrast.one_team.largest_shift", scales["largest_shift"].max(), unit="T-score points", **fact)
    p.finding("contrast.one_team.outcomes_changed", int((table["verdicts_changed"] > 0).sum()), unit="count",
              decimals=0, **fact)
    p.finding("contrast.one_team.outcomes", len(table), unit="count", decimals=0, **fact)


def _title_one_team(frame: pd.DataFrame) -> str:
    changed = int((frame["verdicts_changed"] > 0).sum())
    return f"One team matters for {changed} of {len(frame)} outcomes" if changed else "No reading hangs on one team"


def specifications(inputs: Inputs) -> None:
    """Each scale's difference by four analyses."""
    table = robustness.specifications(inputs.frames, inputs.section)
    inputs.p.figure("fig-contrast-specifications", title=_title_specifications,
                    subtitle=f"Difference in T-score by four analyses, 95% intervals, {PLACE}", frame=table,
                    columns=[label("label", "Scale"), text_column("analysis", "Analysis"),
                             estimate("estimate", "Difference (T-score points)", decimals=1),
                             estimate("low", "95% interval, low", decimals=1),
                             estimate("high", "95% interval, high", decimals=1),
                             estimate("df", "Degrees of freedom", decimals=1)],
                    draw=_draw_specifications, describe=_describe_specifications, made_by=robustness.specifications,
                    sources=inputs.sources("members", "items"),
                    note="Departments as units: t test of four department means. Clustered by team: CR2 with "
                         "Satterthwaite degrees of freedom.")
    inputs.p.finding("contrast.departments.wider", _times_wider(table), unit="ratio", decimals=1,
                     made_by=robustness.specifications, sources=inputs.sources("members", "items"))


def _title_specifications(frame: pd.DataFrame) -> str:
    return f"Departments as units: intervals {number(_times_wider(frame))} times as wide"


def _times_wider(table: pd.DataFrame) -> float:
    return float((_width(table, "Departments as units") / _width(table, "Mean of teams (headline)")).median())


def _width(table: pd.DataFrame, analysis: str) -> pd.Series:
    part = table[table["analysis"] == analysis].set_index("scale")
    return part["high"] - part["low"]


def _draw_specifications(frame: pd.DataFrame):
    scales, analyses = list(frame["label"].unique()), list(frame["analysis"].unique())
    figure, ax = style.axes(height=5.6)
    ax.axvline(0, color=style.GREY, linewidth=1)
    colours = (style.BLUE, style.TURQUOISE, style.PINK, style.ORANGE)
    for k, (analysis, colour) in enumerate(zip(analyses, colours, strict=False)):
        part = frame[frame["analysis"] == analysis].set_index("label").reindex(scales)
        places = np.arange(len(scales))[::-1] + 0.27 - 0.18 * k
        ax.hlines(places, part["low"], part["high"], color=colour, linewidth=1.6)
        ax.plot(part["estimate"], places, style.MARKERS[k], color=colour, markersize=5.5, label=analysis)
    ax.set_yticks(np.arange(len(scales))[::-1], scales)
    ax.set_xlabel("T-score points, Signs of Safety minus other")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def _describe_specifications(frame: pd.DataFrame) -> str:
    widths = {name: _width(frame, name).median() for name in frame["analysis"].unique()}
    spread = frame.groupby("label")["estimate"].agg(lambda values: values.max() - values.min()).max()
    return (f"Interval plot of {frame['label'].nunique()} scales by {len(widths)} analyses. Median widths of the "
            "intervals: " + "; ".join(f"{name.lower()} {number(width)} points" for name, width in widths.items())
            + f". Estimates of one scale differ by {number(spread)} points at most.")
