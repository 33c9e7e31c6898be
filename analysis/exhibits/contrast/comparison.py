"""Exhibits on the comparison itself: culture and climate, observed practice, families' ratings."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.contrast.inputs import ASSUMPTION, PLACE, Inputs
from analysis.publish import count, estimate, label, p_value, style, text_column
from analysis.publish.words import number
from analysis.strands.contrast_study import comparison

READINGS = {comparison.verdict(True, False): "difference", comparison.verdict(True, True): "small difference",
            comparison.verdict(False, True): "none that matters", comparison.verdict(False, False): "left open",
            comparison.TOO_FEW: "too few"}
READING_NOTE = "Left open: no evidence of a difference, but none is ruled out."


def scales(inputs: Inputs, table: pd.DataFrame) -> None:
    """Differences in culture and climate: picture, tests and findings. `table` has the rows of the scales."""
    p, margin, sources = inputs.p, inputs.section["smallest_effect"]["scales"], inputs.sources("members")
    p.figure("fig-contrast-difference", title=_title_difference,
             subtitle=f"Difference in T-score, Signs of Safety minus other, 95% intervals over teams, {PLACE}",
             frame=table, columns=_difference_columns("T-score points", 1), made_by=comparison.differences,
             sources=sources,
             draw=lambda frame: style.interval_plot(frame, label="label", value="estimate", low="low", high="high",
                                                    band=(-margin, margin),
                                                    xlabel="T-score points, Signs of Safety minus other"),
             describe=_describe_difference, about_people=True,
             note=f"Grey band: within the smallest effect of interest ({margin:g} points either way). {ASSUMPTION}")
    p.table("tbl-contrast-difference", title="Tests of difference and of equivalence, scale by scale",
            subtitle=f"Permutation over teams and two one-sided tests, {PLACE}", frame=with_readings(table),
            columns=_test_columns(1, inputs.section["power"]),
            describe=_describe_tests, made_by=comparison.differences, sources=sources, about_people=True,
            note=f"Smallest effect of interest: {margin:g} points. Holm: adjusted for the scales of the table; the "
                 f"equivalence tests are not adjusted. {READING_NOTE} {ASSUMPTION}")
    _difference_findings(inputs, table, "T-score points", 1, sources)
    fact = dict(made_by=comparison.differences, sources=sources)
    p.finding("contrast.scales.number", len(table), unit="count", decimals=0, **fact)
    p.finding("contrast.scales.equivalent", int(table["equivalent"].sum()), unit="count", decimals=0, **fact)
    p.finding("contrast.scales.different", int(table["different"].sum()), unit="count", decimals=0, **fact)
    p.finding("contrast.scales.summary", _summary(table), unit="text", **fact)
    p.finding("contrast.scales.detectable", table["detectable"].max(), unit="T-score points", **fact)
    p.finding("contrast.scales.margin", margin, unit="T-score points", decimals=0, **fact)
    p.finding("contrast.scales.smallest_p", table["p_holm"].min(), unit="probability", decimals=3, **fact)


def _difference_findings(inputs, table, unit, decimals, sources) -> None:
    for row in table.itertuples():
        known = pd.notna(row.estimate)          # where nothing was compared there is nothing to hide
        value, low, high, n = (row.estimate, row.low, row.high, row.n) if known else (None,) * 4
        inputs.p.finding(f"contrast.{row.outcome}.difference", value, low=low, high=high, unit=unit, decimals=decimals,
                         n=n, about_people=True, made_by=comparison.differences, sources=sources)
        inputs.p.finding(f"contrast.{row.outcome}.verdict", row.verdict, unit="text", n=n, about_people=True,
                         made_by=comparison.differences, sources=sources)


def _summary(table: pd.DataFrame) -> str:
    different, same = int(table["different"].sum()), int(table["equivalent"].sum())
    if different:
        return (f"the two kinds of department differed on {_of(different, len(table))} scales after adjustment for "
                f"the number of scales")
    if same == len(table):
        return "no scale shows evidence of a difference, and on every one a difference that would matter is ruled out"
    return (f"no scale shows evidence of a difference; one that would matter is ruled out on "
            f"{_of(same, len(table))} scales")


def _of(part: int, whole: int) -> str:
    return f"all {whole}" if part == whole else f"{part} of {whole}"


def _difference_columns(unit: str, decimals: int) -> list:
    return [label("label", "Outcome"), estimate("estimate", f"Difference ({unit})", decimals=decimals),
            estimate("low", "95% interval, low", decimals=decimals),
            estimate("high", "95% interval, high", decimals=decimals),
            estimate("margin", "Smallest effect of interest", decimals=1), estimate("teams", "Teams", decimals=0),
            count("n", "Answers")]


def _test_columns(decimals: int, power: float) -> list:
    return [label("label", "Outcome"), estimate("estimate", "Difference", decimals=decimals),
            estimate("low90", "90% interval, low", decimals=decimals),
            estimate("high90", "90% interval, high", decimals=decimals),
            p_value("p_permutation", "Permutation p"), p_value("p_holm", "Permutation p, Holm"),
            p_value("p_equivalence", "Equivalence p"),
            estimate("detectable", f"Detectable with {100 * power:g}% power", decimals=decimals),
            text_column("reading", "Reading")]


def with_readings(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with `reading`, the verdict in a word or two, for a narrow column."""
    return table.assign(reading=table["verdict"].map(READINGS))


def _title_difference(frame: pd.DataFrame) -> str:
    different = int(frame["different"].sum())
    if different:
        return f"Departments differ on {_of(different, len(frame))} scales"
    same = int(frame["equivalent"].sum())
    return f"No evidence of a difference; {_of(same, len(frame))} shown equivalent"


def _describe_difference(frame: pd.DataFrame) -> str:
    inside = int(((frame["low"] > -frame["margin"]) & (frame["high"] < frame["margin"])).sum())
    crossing = int(((frame["low"] < 0) & (frame["high"] > 0)).sum())
    low, high = frame.loc[frame["estimate"].idxmin()], frame.loc[frame["estimate"].idxmax()]
    return (f"Interval plot of {len(frame)} outcomes, Signs of Safety minus other. Differences run from "
            f"{number(low['estimate'], 2)} ({low['label']}) to {number(high['estimate'], 2)} ({high['label']}). "
            f"{_of(crossing, len(frame)).capitalize()} intervals include zero and {_of(inside, len(frame))} lie wholly "
            f"within the "
            f"smallest effect of interest.")


def _describe_tests(frame: pd.DataFrame) -> str:
    readings = frame["verdict"].value_counts()
    return f"Table of {len(frame)} outcomes. " + "Readings: " + "; ".join(f"{text}, {n}" for text,
                                                                          n in readings.items()) + "."


def practice(inputs: Inputs, table: pd.DataFrame) -> None:
    """Differences in observed practice and families' ratings. `table` has the rows of all other outcomes."""
    p, margin = inputs.p, inputs.section["smallest_effect"]["practice"]
    sources, families = inputs.sources("practice", "families"), inputs.section["smallest_effect"]
    rated = table[table["family"].isin(("practice", "dimensions"))].reset_index(drop=True)
    p.figure("fig-contrast-practice", title=_title_practice,
             subtitle=f"Difference in observers' rating, 1 to 5, Signs of Safety minus other, 95% intervals, {PLACE}",
             frame=rated, columns=_difference_columns("rating points", 2), made_by=comparison.differences,
             sources=sources,
             draw=lambda frame: style.interval_plot(frame, label="label", value="estimate", low="low", high="high",
                                                    band=(-margin, margin),
                                                    xlabel="Rating points, Signs of Safety minus other"),
             describe=_describe_difference, about_people=True,
             note=f"First observer's ratings. Grey band: within the smallest effect of interest ({margin:g} points "
                  f"either way). {ASSUMPTION}")
    p.table("tbl-contrast-practice", title="Tests for observed practice and families' answers",
            subtitle=f"Permutation over teams and two one-sided tests, {PLACE}", frame=with_readings(table),
            columns=_test_columns(2, inputs.section["power"]),
            describe=_describe_tests, made_by=comparison.differences, sources=sources, about_people=True,
            note=f"Smallest effects of interest: {margin:g} points for practice, "
                 f"{families['family']:g} for the families' rating, {families['goal_progress']:g} and "
                 f"{families['life_change']:g} for what they said later. Holm: adjusted for the five dimensions, and "
                 f"for the two later answers; the mean of dimensions and the rating stand alone. {READING_NOTE} "
                 f"{ASSUMPTION}")
    _difference_findings(inputs, table, "points", 2, sources)
    p.finding("contrast.practice.margin", margin, unit="points", decimals=1, made_by=comparison.differences,
              sources=sources)
    row = table.set_index("outcome").loc["practice"]
    p.finding("contrast.practice.p", row["p_permutation"], unit="probability", decimals=3,
              made_by=comparison.differences, sources=sources)


def _title_practice(frame: pd.DataFrame) -> str:
    row = frame.set_index("outcome").loc["practice"]
    if row["different"]:
        return "Observed practice differs between the kinds of department"
    return ("Observed practice differs by little at most" if row["equivalent"]
            else "No evidence of a difference in observed practice")
