"""Exhibits of the placebos: effects where there can be none."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_trends as drawing
from analysis.exhibits.did.common import INTERVAL, place
from analysis.exhibits.did.trends_inputs import TrendInputs
from analysis.publish import count, estimate, label, p_value, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences.trend_tables import ALL_PLACEBOS, placebo_counts, placebo_table


def publish_placebos(inputs: TrendInputs) -> None:
    """All placebo estimates, and how many exclude zero."""
    _placebos(inputs)
    _counts(inputs)


def _placebos(inputs: TrendInputs) -> None:
    inputs.p.figure(
        "fig-did-placebo", title=placebo_title, draw=drawing.placebos,
        subtitle=f"Effects on placebo dates and placebo outcomes with 95% intervals, {place(inputs)}",
        frame=placebos(inputs.trends),
        columns=[label("outcome", "Records of"), text_column("kind", "Kind"), text_column("name", "Placebo"),
                 estimate("estimate", "Estimate", decimals=1), *INTERVAL, text_column("unit", "Unit"),
                 p_value("p", "p"), count("n", "Records"), text_column("problem", "Not estimated because")],
        describe=describe_placebos, made_by=placebo_table, sources=inputs.sources, about_people=True, note=placebo_note)


def placebos(trends) -> pd.DataFrame:
    """`placebo_table` with a reason that carries no number: an error's own words may name a small count."""
    table = placebo_table(trends)
    return table.assign(problem=["too few records" if problem else "" for problem in table["problem"]])


def placebo_note(frame: pd.DataFrame) -> str:
    """What the placebos are, and how many could not be made."""
    missing = int(frame["estimate"].isna().sum())
    said = f" {missing} could not be estimated; the table of numbers says why." if missing else ""
    return ("Placebo dates: records followed up before the embedding began, as if pilots had embedded in one day so "
            "many years before. Placebo outcomes: the outcome replaced by something that no programme can change; "
            f"always in percentage points. CR2 intervals.{said}")


def placebo_title(frame: pd.DataFrame) -> str:
    """How many exclude zero, beside what chance gives."""
    outside, n = int(_outside(frame).sum()), int(frame["estimate"].notna().sum())
    return f"{outside or 'None'} of {n} placebo intervals {'exclude' if outside > 1 else 'excludes'} zero"


def _outside(frame: pd.DataFrame) -> pd.Series:
    return (frame["low"] > 0) | (frame["high"] < 0)


def describe_placebos(frame: pd.DataFrame) -> str:
    """The figure in words."""
    parts = []
    for (kind, unit), rows in frame.groupby(["kind", "unit"], sort=False):
        made = rows.dropna(subset=["estimate"])
        if made.empty:
            parts.append(f"{kind} ({unit}): none of {len(rows)} could be estimated")
            continue
        parts.append(f"{kind} ({unit}): {len(made)} estimates from {number(made['estimate'].min())} to "
                     f"{number(made['estimate'].max())}, {int(_outside(made).sum())} with intervals that exclude zero")
    return f"Points with horizontal 95% intervals, a vertical line at no effect. {'; '.join(parts)}."


def _counts(inputs: TrendInputs) -> None:
    inputs.p.table(
        "tbl-did-placebo", title=counts_title,
        subtitle=f"Placebo intervals that exclude zero, found and expected by chance, {place(inputs)}",
        frame=placebo_counts(inputs.trends),
        columns=[label("kind", "Placebos"), estimate("estimates", "Estimates", decimals=0),
                 estimate("missing", "Not estimated", decimals=0), estimate("outside", "Exclude zero", decimals=0),
                 estimate("expected", "Expected by chance", decimals=1), p_value("smallest_p", "Smallest p"),
                 p_value("holm_p", "Smallest p, corrected for their number")],
        describe=describe_counts, made_by=placebo_counts, sources=inputs.sources,
        note="Expected: one in twenty of the estimates made. Outcomes share children, so that placebos are not "
             "independent and the number that exclude zero varies more than in as many separate studies. Correction by "
             "Holm, which holds whatever the dependence.")


def counts_title(frame: pd.DataFrame) -> str:
    """Found and expected over all placebos."""
    whole = frame[frame["kind"] == ALL_PLACEBOS].iloc[0]
    return f"{number(whole['outside'], 0)} placebos exclude zero, where chance gives {number(whole['expected'])}"


def describe_counts(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{row.kind}: {number(row.outside, 0)} of {number(row.estimates, 0)} exclude zero, "
             f"{number(row.expected)} expected" + (f", smallest p {number(row.smallest_p, 3)}"
                                                   if pd.notna(row.smallest_p) else "") for row in frame.itertuples()]
    return f"Table of {len(frame)} rows. {'; '.join(parts)}."
