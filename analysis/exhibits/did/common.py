"""What all exhibits of the strand are made from, and words and columns they share."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.publish import Publisher, estimate
from analysis.publish.words import number
from analysis.strands.difference_in_differences import Analysis, Rules
from analysis.strands.difference_in_differences.records import Reference

PLACE = "pilots and matched comparators, England, 2008/09 to 2018/19"
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
