"""Exhibits of how often each method rejects a true null: verdicts, by design, number of pilots and size."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.did import drawing_simulation as drawing
from analysis.exhibits.did.common import listed
from analysis.exhibits.did.simulation_inputs import PLACE, SimulationInputs
from analysis.publish import count, estimate, label, text_column
from analysis.publish.words import number
from analysis.strands.difference_in_differences import interval_tables as intervals

BAND_NOTE = ("Line at 5%; grey band: where a test that keeps its level falls, three Monte Carlo standard errors either "
             "way. Lines through the points: Monte Carlo 95% intervals.")
CORRELATION_NOTE = ("Markers: share of a record's variance that is shocks of authorities by period (intra-cluster "
                    "correlation).")
BAND = (estimate("band_low", "Band, low", decimals=1), estimate("band_high", "Band, high", decimals=1))
REJECTION = (estimate("rejection", "True nulls rejected (%)", decimals=1),
             estimate("low", "Monte Carlo 95% interval, low", decimals=1),
             estimate("high", "Monte Carlo 95% interval, high", decimals=1), *BAND,
             estimate("runs", "Simulated data sets", decimals=0))


def publish_rejections(inputs: SimulationInputs) -> None:
    """All exhibits of rejections."""
    _trust(inputs)
    _by_design(inputs)
    _few(inputs)
    _size(inputs)


def _trust(inputs: SimulationInputs) -> None:
    inputs.p.table(
        "tbl-did-trust", title=trust_title,
        subtitle=f"True nulls rejected at 5% over all scenarios with at least {intervals.LEAST_PILOTS} pilots, {PLACE}",
        frame=intervals.verdicts(inputs.intervals.frame),
        columns=[label("method", "Method"), text_column("verdict", "Verdict"),
                 estimate("lowest", "Lowest share rejected (%)", decimals=1),
                 estimate("highest", "Highest share rejected (%)", decimals=1),
                 estimate("above", "Scenarios above the band", decimals=0),
                 estimate("below", "Scenarios below the band", decimals=0),
                 estimate("scenarios", "Scenarios", decimals=0),
                 estimate("least_coverage", "Lowest coverage of a planted effect (%)", decimals=1)],
        describe=_describe_trust, made_by=intervals.verdicts, sources=[inputs.intervals],
        note="Band: 5% plus and minus three Monte Carlo standard errors. In a scenario a method is liberal above "
             "the band, conservative below it, about right inside.")


def trust_title(frame: pd.DataFrame) -> str:
    """Of how many methods no scenario is above the band."""
    held = int((frame["above"] == 0).sum())
    if not held:
        return f"Every one of {len(frame)} methods rejects too often somewhere"
    return f"{held} of {len(frame)} methods never {'reject' if held > 1 else 'rejects'} too often"


def _describe_trust(frame: pd.DataFrame) -> str:
    parts = [f"{row.method}: {row.verdict}, {number(row.lowest)} to {number(row.highest)}% rejected"
             for row in frame.itertuples()]
    return f"Table of {len(frame)} methods over {frame['scenarios'].max()} scenarios. {'; '.join(parts)}."


def _by_design(inputs: SimulationInputs) -> None:
    inputs.p.figure(
        "fig-did-rejection", title=rejection_title, draw=drawing.rejections,
        subtitle=f"True nulls rejected at 5%, by method, design and intra-cluster correlation, {PLACE}",
        frame=intervals.rejections_by_design(inputs.intervals.frame),
        columns=[label("panel", "Design"), text_column("method", "Method"),
                 text_column("series", "Intra-cluster correlation"), *REJECTION],
        describe=_describe_rejections, made_by=intervals.rejections_by_design, sources=[inputs.intervals],
        note=f"{BAND_NOTE} {CORRELATION_NOTE}")


def rejection_title(frame: pd.DataFrame) -> str:
    """How many methods are above the band anywhere in the figure."""
    above, methods = frame.loc[frame["above"], "method"].nunique(), frame["method"].nunique()
    return f"{above or 'None'} of {methods} methods {'reject' if above > 1 else 'rejects'} a true null too often"


def _describe_rejections(frame: pd.DataFrame) -> str:
    parts = []
    for panel, rows in frame.groupby("panel", sort=False):
        least, most = rows.loc[rows["rejection"].idxmin()], rows.loc[rows["rejection"].idxmax()]
        own = rows.loc[rows["method"] == intervals.HEADLINE, "rejection"]
        parts.append(f"{panel}: from {number(least['rejection'])}% ({least['method']}) to {number(most['rejection'])}% "
                     f"({most['method']}), headline {number(own.min())} to {number(own.max())}%")
    return ("Points with horizontal Monte Carlo intervals, a row for each method, a panel for each design, a line at "
            f"5% with a grey band. True nulls rejected: {'; '.join(parts)}.")


def _few(inputs: SimulationInputs) -> None:
    inputs.p.figure(
        "fig-did-few", title=few_title, draw=drawing.rejections,
        subtitle="True nulls rejected at 5%, by method and number of pilots, re-referral, designs of the stand-ins",
        frame=intervals.rejections_by_pilots(inputs.intervals.frame),
        columns=[label("panel", "Pilots"), text_column("method", "Method"),
                 text_column("series", "Intra-cluster correlation"), *REJECTION,
                 estimate("authorities", "Authorities", decimals=0),
                 estimate("unbounded", "Intervals without an end (%)", decimals=1)],
        describe=_describe_rejections, made_by=intervals.rejections_by_pilots, sources=[inputs.intervals],
        note=f"{BAND_NOTE} {CORRELATION_NOTE} The first matched groups by letter, with their comparators.")


def few_title(frame: pd.DataFrame) -> str:
    """How many methods are above the band with the fewest pilots."""
    fewest = frame[frame["treated"] == frame["treated"].min()]
    above, methods = fewest.loc[fewest["above"], "method"].nunique(), fewest["method"].nunique()
    return (f"With {fewest['treated'].iloc[0]} pilots, {above or 'none'} of {methods} methods "
            f"{'reject' if above > 1 else 'rejects'} too often")


def _size(inputs: SimulationInputs) -> None:
    inputs.p.figure(
        "fig-did-size", title=size_title, draw=drawing.rejections,
        subtitle=f"True nulls rejected at 5%, by method and number of records, {PLACE}",
        frame=intervals.rejections_by_size(inputs.intervals.frame),
        columns=[label("panel", "Design"), text_column("method", "Method"), text_column("series", "Records"),
                 count("n", "Matched records"), *REJECTION],
        describe=_describe_size, made_by=intervals.rejections_by_size, sources=[inputs.intervals], about_people=True,
        note=f"{BAND_NOTE} Intra-cluster correlation of {100 * intervals.MIDDLE:g}%. Markers: records beside those of "
             "the stand-ins.")


def size_title(frame: pd.DataFrame) -> str:
    """The largest difference between sizes that any method shows."""
    by = frame.groupby(["panel", "method"])["rejection"]
    return f"Between sizes, rejections differ by at most {number((by.max() - by.min()).max())} percentage points"


def _describe_size(frame: pd.DataFrame) -> str:
    parts = []
    for panel, rows in frame.groupby("panel", sort=False):
        sizes = listed(number(n, 0) for n in rows.drop_duplicates("series")["n"])
        by = {name: listed(f"{number(value)}%" for value in rows.loc[rows["method"] == name, "rejection"])
              for name in (intervals.HEADLINE, intervals.ORIGINAL)}
        parts.append(f"{panel}, {sizes} matched records: " + "; ".join(f"{name} {text}" for name, text in by.items()))
    return ("Points with horizontal Monte Carlo intervals, a row for each method, a panel for each design, sizes from "
            f"small to large. True nulls rejected: {'. '.join(parts)}.")
