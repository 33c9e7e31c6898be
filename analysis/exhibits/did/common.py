"""What all exhibits of the strand are made from, and words and columns they share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.design import Design
from analysis.publish import Publisher, estimate
from analysis.publish.words import number
from analysis.strands.difference_in_differences import Analysis, Rules
from analysis.strands.difference_in_differences.records import Reference

# Outcomes in one word, for headlines that several exhibits would share without it.
SHORT = {"duration": "Duration", "conference": "Conferences", "rereferral": "Re-referral", "escalation": "Escalation",
         "kinship": "Kinship"}
TREND_OUTCOMES = ("rereferral", "kinship")
INTERVAL = (estimate("low", "95% interval, low", decimals=1), estimate("high", "95% interval, high", decimals=1))
EFFECT = (estimate("effect", "Effect", decimals=1), *INTERVAL)


@dataclass(frozen=True)
class Inputs:
    """Publisher, results and the datasets behind them."""

    p: Publisher
    reference: Reference
    analysis: Analysis
    rules: Rules
    sources: tuple


def place(inputs) -> str:
    """Who and when, for the subtitle of an exhibit: the financial years in which records begin. `inputs` of any bundle
    of the strand."""
    return studied(inputs.p.design)


def studied(design: Design) -> str:
    """Who and when, from the design alone."""
    windows = design.section("difference_in_differences")["windows"]
    years = (financial_year(windows[name]) for name in ("first_referral", "last_referral"))
    return f"pilots and matched comparators, England, {' to '.join(years)}"


def financial_year(date) -> str:
    """The financial year (from April) of a date, as 2008/09."""
    first = (pd.Timestamp(date) - pd.DateOffset(months=3)).year
    return f"{first}/{(first + 1) % 100:02d}"


def interval_text(row, decimals: int = 1) -> str:
    """The effect of a row with its interval and unit, in words."""
    return (f"{number(row.effect, decimals)} {row.unit} (95% confidence interval {number(row.low, decimals)} to "
            f"{number(row.high, decimals)})")


def listed(parts) -> str:
    """Words in a row: a, b and c; nothing for none."""
    parts = list(parts)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
