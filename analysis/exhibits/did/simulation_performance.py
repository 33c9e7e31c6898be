"""Exhibits of what each method does with an effect, of the designs, and of effects planted in the stand-ins."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did.common import listed
from analysis.exhibits.did.simulation_inputs import PLACE, SimulationInputs
from analysis.publish import count, estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import interval_tables as intervals
from analysis.strands.difference_in_differences import tables


def publish_performance(inputs: SimulationInputs) -> None:
    """All exhibits of effects and designs."""
    _performance(inputs)
    _power(inputs)
    _recovery(inputs)
    _designs(inputs)


def _performance(inputs: SimulationInputs) -> None:
    inputs.p.table(
        "tbl-did-intervals", title=performance_title,
        subtitle=f"Bias, coverage, width, rejections and power by method, {PLACE}",
        frame=intervals.performance(inputs.intervals.frame),
        columns=[label("outcome", "Design"), text_column("method", "Method"), text_column("unit", "Unit"),
                 estimate("effect", "Planted effect", decimals=0), estimate("bias", "Bias"),
                 estimate("bias_error", "Error of bias"), estimate("coverage", "Coverage (%)", decimals=1),
                 estimate("coverage_error", "Error of coverage", decimals=1),
                 estimate("width", "Mean width", decimals=1),
                 estimate("rejection", "True nulls rejected (%)", decimals=1),
                 estimate("rejection_error", "Error of rejections", decimals=1),
                 estimate("power", "Power (%)", decimals=1),
                 estimate("power_error", "Error of power", decimals=1)],
        describe=_describe_performance, made_by=intervals.performance, sources=[inputs.intervals],
        note=f"Intra-cluster correlation of {100 * intervals.MIDDLE:g}%. Planted: for kinship care the published size, "
             "for the others the bound of what matters. The estimate, and so its bias, is the same for all methods. "
             "Errors: Monte Carlo standard errors. Power of a test that rejects true nulls too often is no merit.")


def performance_title(frame: pd.DataFrame) -> str:
    """The headline's coverage over designs."""
    covered = frame.loc[frame["method"] == intervals.HEADLINE, "coverage"]
    return f"CR2 covers the planted effect in {number(covered.min())} to {number(covered.max())}%"


def _describe_performance(frame: pd.DataFrame) -> str:
    parts = []
    for design, rows in frame.groupby("outcome", sort=False):
        own, rival = (rows[rows["method"] == name].iloc[0] for name in (intervals.HEADLINE, intervals.ORIGINAL))
        parts.append(f"{design}, {number(own['effect'], 0)} {own['unit']} planted: bias {number(own['bias'], 2)} "
                     f"(error {number(own['bias_error'], 2)}); headline coverage {number(own['coverage'])}%, mean "
                     f"width {number(own['width'])}, power {number(own['power'])}%; original's coverage "
                     f"{number(rival['coverage'])}%, mean width {number(rival['width'])}")
    return f"Table of {frame['method'].nunique()} methods in {len(parts)} designs. {'. '.join(parts)}."


def _power(inputs: SimulationInputs) -> None:
    frame = intervals.power_by_correlation(inputs.intervals.frame)
    cases = range(sum(name.startswith("power_") for name in frame.columns))
    heads = [frame[f"correlation_{i}"].iloc[0] for i in cases]
    inputs.p.table(
        "tbl-did-kinship-power", title=power_title,
        subtitle=f"Power and coverage by method and intra-cluster correlation, kinship care, {PLACE}", frame=frame,
        columns=[label("method", "Method"),
                 *(estimate(f"power_{i}", f"Power at {heads[i]} (%)", decimals=1) for i in cases),
                 *(estimate(f"coverage_{i}", f"Coverage at {heads[i]} (%)", decimals=1) for i in cases)],
        describe=_describe_power, made_by=intervals.power_by_correlation, sources=[inputs.intervals],
        note=f"Planted: {number(frame['effect'].iloc[0], 0)} percentage points, the published size. Power: share of "
             "runs in which a test at 5% finds an effect. Columns: intra-cluster correlation.")


def _headline(frame: pd.DataFrame, name: str) -> pd.Series:
    row = frame[frame["method"] == intervals.HEADLINE].iloc[0]
    return row[[column for column in frame.columns if column.startswith(name)]].astype(float)


def power_title(frame: pd.DataFrame) -> str:
    """The headline's power over correlations."""
    power = _headline(frame, "power_")
    return f"CR2 finds the published size in {number(power.min(), 0)} to {number(power.max(), 0)}%"


def _describe_power(frame: pd.DataFrame) -> str:
    heads = [frame[name].iloc[0] for name in frame.columns if name.startswith("correlation_")]
    parts = [f"{row['method']}: power {', '.join(number(row[f'power_{i}']) for i in range(len(heads)))}%, coverage "
             f"{', '.join(number(row[f'coverage_{i}']) for i in range(len(heads)))}%" for _, row in frame.iterrows()]
    return f"Table of {len(frame)} methods at intra-cluster correlations of {listed(heads)}. {'; '.join(parts)}."


def _recovery(inputs: SimulationInputs) -> None:
    inputs.p.table(
        "tbl-did-recovery", title=recovery_title,
        subtitle="Planted effect, mean estimate and coverage of the 95% interval over seeds, stand-ins",
        frame=tables.recovery_table(inputs.recovery.frame),
        columns=[label("outcome", "Outcome"), text_column("unit", "Unit"), estimate("planted", "Planted", decimals=1),
                 estimate("mean", "Mean estimate", decimals=1), estimate("error", "Monte Carlo standard error"),
                 estimate("runs", "Seeds", decimals=0), estimate("covered", "Intervals that cover it", decimals=0),
                 estimate("coverage", "Coverage (%)", decimals=0)],
        describe=_describe_recovery, made_by=tables.recovery_table, sources=[inputs.recovery],
        note="A kept simulation: for every seed new stand-ins, through files, cleaning, imputation, matching and "
             "regression. The planted values are the generator's own truth and belong to no real record.")


def recovery_title(frame: pd.DataFrame) -> str:
    """How many intervals cover what was planted."""
    return f"{frame['covered'].sum()} of {frame['runs'].sum()} intervals cover what was planted"


def _describe_recovery(frame: pd.DataFrame) -> str:
    parts = [f"{row.outcome} planted {number(row.planted)}, mean estimate {number(row.mean)}, covered in "
             f"{number(row.covered, 0)} of {number(row.runs, 0)} seeds" for row in frame.itertuples()]
    return f"Table of {len(frame)} outcomes. {'; '.join(parts)}."


def _designs(inputs: SimulationInputs) -> None:
    inputs.p.table(
        "tbl-did-trials", title=designs_title,
        subtitle=f"Matched designs in which outcomes were simulated, {PLACE}",
        frame=intervals.designs(inputs.intervals.frame),
        columns=[label("outcome", "Design"), text_column("records", "Records"), count("n", "Matched records"),
                 estimate("treated", "Pilots", decimals=0), estimate("authorities", "Authorities", decimals=0),
                 estimate("df", "Degrees of freedom, CR2", decimals=1), estimate("scenarios", "Scenarios", decimals=0),
                 estimate("clipped", "Probabilities outside 0 to 1 (%)", decimals=1)],
        describe=_describe_designs, made_by=intervals.designs, sources=[inputs.intervals], about_people=True,
        note="Each design is tried without and with an effect at every intra-cluster correlation. A probability "
             "outside 0 to 1 acts as 0 or 1; the largest share over the design's scenarios.")


def designs_title(frame: pd.DataFrame) -> str:
    """How many designs and scenarios there are."""
    return f"{frame['scenarios'].sum()} scenarios in {len(frame)} matched designs"


def _describe_designs(frame: pd.DataFrame) -> str:
    parts = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        ends = {name: (rows[name].min(), rows[name].max()) for name in ("treated", "n", "df")}
        parts.append(f"{outcome}: {len(rows)} of them, {_range(*ends['treated'])} pilots, {_range(*ends['n'])} matched "
                     f"records, {_range(*ends['df'], 1)} degrees of freedom")
    return f"Table of {len(frame)} designs. {'; '.join(parts)}."


def _range(low: float, high: float, decimals: int = 0) -> str:
    first, last = number(low, decimals), number(high, decimals)
    return first if first == last else f"{first} to {last}"
