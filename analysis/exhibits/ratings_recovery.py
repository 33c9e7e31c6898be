"""What the kept simulations of the two strands of ratings publish: whether intervals hold what was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.recovery import recovered
from analysis.publish import Publisher, estimate, label, text_column
from analysis.publish.words import number

DATASETS = ("assessments_recovery", "contrast_recovery")
BUNDLES = ()
SLACK = 3              # Monte Carlo errors within which a coverage counts as the one claimed

NAMES = {"association": "Correlation of detail with thoroughness", "log_odds": "Log odds ratio of the score",
         "severity_r2": "Severity of rater R2", "severity_r3": "Severity of rater R3",
         "icc_score": "ICC(1,1) of the score", "alpha_score": "Alpha of the score",
         "alpha_analysis": "Alpha of the analysis rating", "kappa_analysis": "Weighted kappa of the analysis rating",
         "ac_analysis": "AC2 of the analysis rating", "stress": "Difference in stress",
         "engagement": "Difference in engagement", "practice": "Difference in observed practice",
         "family_rating": "Difference in families' rating", "goal_progress": "Difference in progress to the goal",
         "life_change": "Difference in change of how things go", "icc1": "ICC(1) of engagement"}
HEADLINE = {"assessments": ("association", "log_odds"), "contrast": ("stress", "engagement", "practice",
                                                                    "family_rating", "goal_progress", "life_change")}


def publish(p: Publisher) -> None:
    """One table a strand, with the findings that its text quotes."""
    for strand, what in (("assessments", "on the ratings"), ("contrast", "of the contrast study")):
        runs = p.load(f"{strand}_recovery")
        table = recovered(runs.frame, ["case", "quantity"])
        table = table.assign(label=table["quantity"].map(NAMES), case=table["case"].map(lambda x: x.capitalize()))
        p.table(f"tbl-{strand}-recovery", title=title, frame=table,
                subtitle=f"Estimates {what} over stand-ins of many seeds, by what was planted",
                columns=[label("label", "Quantity"), text_column("case", "Case"), estimate("truth", "True"),
                         estimate("mean", "Mean estimate"), estimate("mean_error", "Its error", decimals=3),
                         estimate("coverage", "Intervals that hold it (%)", decimals=1),
                         estimate("coverage_error", "Error (percentage points)", decimals=1),
                         estimate("rejection", "Tests below 5% (%)", decimals=1), estimate("runs", "Runs", decimals=0)],
                describe=describe, made_by=recovered, sources=[runs],
                note="Errors: Monte Carlo standard errors. An empty cell: no test belongs to the quantity.")
        _findings(p, strand, table, runs)


def title(frame: pd.DataFrame) -> str:
    """Headline: the range of coverage."""
    return (f"Intervals hold the truth in {number(frame['coverage'].min(), 0)}% to "
            f"{number(frame['coverage'].max(), 0)}% of runs")


def describe(frame: pd.DataFrame) -> str:
    """Coverage in words."""
    low, high = frame.loc[frame["coverage"].idxmin()], frame.loc[frame["coverage"].idxmax()]
    ends = " to ".join(f"{number(row['coverage'])}% ({row['label']}, {row['case'].lower()})" for row in (low, high))
    return f"A table of {len(frame)} quantities by case. Coverage runs from {ends}."


def _findings(p, strand, table, runs):
    fact = {"made_by": recovered, "sources": [runs]}
    own = table[table["quantity"].isin(HEADLINE[strand])]
    p.finding(f"{strand}.recovery.seeds", int(table["runs"].iloc[0]), unit="count", decimals=0, **fact)
    for key, case in (("null", "Nothing planted"), ("planted", "Planted")):
        p.finding(f"{strand}.recovery.{key}", span(own.loc[own["case"] == case, "coverage"]), unit="text", **fact)
    p.finding(f"{strand}.recovery.level", span(own.loc[own["case"] == "Nothing planted", "rejection"]), unit="text",
              **fact)
    if strand == "assessments":
        odds = table[(table["quantity"] == "log_odds") & (table["case"] == "Planted")].iloc[0]
        p.finding("assessments.recovery.odds_true", float(np.exp(odds["truth"])), unit="ratio", decimals=2, **fact)
        p.finding("assessments.recovery.odds_mean", float(np.exp(odds["mean"])), unit="ratio", decimals=2, **fact)
        p.finding("assessments.recovery.short", short_of(table), unit="text", made_by=short_of, sources=[runs])
    else:
        apart = own[own["case"] == "Departments differ"]
        p.finding("contrast.recovery.apart", span(apart.loc[apart["quantity"].isin(("stress", "engagement")),
                                                            "coverage"]), unit="text", **fact)


def span(values: pd.Series) -> str:
    """Lowest and highest value in words, or the one where they are the same."""
    low, high = number(values.min(), 1), number(values.max(), 1)
    return f"{low}%" if low == high else f"{low}% to {high}%"


def short_of(table: pd.DataFrame, claimed: float = 95) -> str:
    """Quantities whose intervals hold the truth too seldom, beyond the runs' own error, in words."""
    error = 100 * (claimed / 100 * (1 - claimed / 100) / table["runs"]) ** 0.5
    short = table[table["coverage"] < claimed - SLACK * error].groupby("label", sort=False)["coverage"].min()
    if short.empty:
        return "none falls short of it beyond the error of the simulation"
    return "these fall short: " + "; ".join(f"{name} ({number(value, 1)}%)" for name, value in short.items())
