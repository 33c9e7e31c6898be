"""The kept simulation: planted changes against what the analysis finds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.survey_parts.drawing import paired_intervals
from analysis.publish import Publisher, estimate, label
from analysis.publish.words import number
from analysis.strands.survey.prepared import Prepared
from analysis.strands.survey.recovery import performance

WORLDS = {"as planted": "As in the stand-ins", "changed": "A change on every scale"}


def publish_recovery(p: Publisher, ready: Prepared, kept) -> None:
    """Coverage and bias by scale, and the bias with and without weights as a picture."""
    names = {scale.name: scale.label for scale in ready.form.scales}
    frame = performance(kept.frame)
    frame = frame.assign(scale=frame["scale"].map(names), world=frame["world"].map(WORLDS))
    shared = {"sources": [kept], "made_by": performance}
    p.table("tbl-survey-recovery", title=coverage_title,
            subtitle=f"Change between waves, {number(frame['seeds'].min(), 0)} synthetic surveys a row, 95% intervals",
            frame=frame, columns=[label("world", "Planted"), label("scale", "Scale"),
                                  estimate("truth", "True change (points)", decimals=3),
                                  estimate("bias", "Bias (points)", decimals=3),
                                  estimate("bias_error", "Bias, simulation error", decimals=3),
                                  estimate("coverage", "Intervals that hold the truth (%)", decimals=1),
                                  estimate("coverage_error", "The same, simulation error", decimals=1),
                                  estimate("found", "Intervals without nought (%)", decimals=1)],
            describe=describe_recovery, note="The true change is exact, among all staff invited and eligible. "
            "Simulation error: one standard error.", **shared)
    bias = bias_frame(frame)
    p.figure("fig-survey-bias", title=bias_title,
             subtitle="Estimated less true change (points), mean over synthetic surveys with 95% simulation intervals",
             frame=bias, columns=[label("scale", "Scale"), label("how", "Estimate"),
                                  estimate("bias", "Bias (points)", decimals=3),
                                  estimate("low", "95% interval, lower", decimals=3),
                                  estimate("high", "95% interval, upper", decimals=3)],
             draw=lambda f: paired_intervals(f, row="scale", series="how", value="bias", low="low", high="high",
                                             zero=0.0, xlabel="Bias of the change (points)", wrap=20),
             describe=describe_bias, note="In these surveys new staff answer less in wave 1 and more in wave 2.",
             **shared)
    _findings(p, ready, kept, frame)


def bias_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Two rows a scale in the world of the stand-ins: weighted and unweighted."""
    rows = []
    for row in frame[frame["world"] == WORLDS["as planted"]].itertuples():
        for how, bias, error in (("Weighted", row.bias, row.bias_error),
                                 ("Unweighted", row.unweighted_bias, row.unweighted_error)):
            rows.append({"scale": row.scale, "how": how, "bias": bias, "low": bias - 1.96 * error,
                         "high": bias + 1.96 * error})
    return pd.DataFrame(rows)


def coverage_title(frame: pd.DataFrame) -> str:
    """Headline: the range of coverage."""
    return f"{frame['coverage'].min():.0f}% to {frame['coverage'].max():.0f}% of intervals hold the truth"


def describe_recovery(frame: pd.DataFrame) -> str:
    """Bias and coverage in words."""
    parts = [f"{row.world}, {row.scale}: true change {number(row.truth, 2)}, bias {number(row.bias, 3)}, coverage "
             f"{number(row.coverage)}%" for row in frame.itertuples()]
    return "A table of simulated surveys. " + "; ".join(parts) + "."


def bias_title(frame: pd.DataFrame) -> str:
    """Headline: the largest bias with and without weights."""
    worst = frame["bias"].abs().groupby(frame["how"]).max()
    return f"Largest bias: {worst['Unweighted']:.2f} points unweighted, {worst['Weighted']:.2f} weighted"


def describe_bias(frame: pd.DataFrame) -> str:
    """Bias in words."""
    parts = [f"{row.scale}, {row.how.lower()}: {number(row.bias, 3)} (95% simulation interval {number(row.low, 3)} to "
             f"{number(row.high, 3)})" for row in frame.itertuples()]
    return "Dots with intervals, two for each scale, nought marked. " + "; ".join(parts) + "."


def _findings(p, ready, kept, frame):
    shared = {"unit": "text", "made_by": performance, "sources": [kept]}
    planted = frame[frame["world"] == WORLDS["as planted"]]
    for key, values, decimals in (("coverage", frame["coverage"], 1), ("bias", frame["bias"].abs(), 3),
                                  ("unweighted", planted["unweighted_bias"].abs(), 2)):
        p.finding(f"survey_detail.recovery.{key}",
                  f"{number(values.min(), decimals)} to {number(values.max(), decimals)}", **shared)
    level = ready.section["level"]
    reach = 1.96 * np.sqrt(level * (1 - level) / frame["seeds"].min())
    p.finding("survey_detail.recovery.band", f"{number(100 * (level - reach))} to {number(100 * (level + reach))}",
              **shared)
    p.finding("survey_detail.recovery.seeds", int(frame["seeds"].min()), unit="count", decimals=0, made_by=performance,
              sources=[kept])
