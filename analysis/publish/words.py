"""Numbers in words, by the house style; text without its markup."""

from __future__ import annotations

import math
import re

PROPER = ("Ofsted", "Signs of Safety", "England", "Krippendorff", "Cronbach")
BARE = {"", "count", "ratio", "probability", "index", "correlation"}


def number(value: float, decimals: int = 1) -> str:
    """A number with thousands separators and no negative zero: 1,204; -1.2."""
    rounded = round(float(value), decimals) + 0.0
    return f"{rounded:,.{decimals}f}"


def cardinal(n: int) -> str:
    """A count in prose: none, one to nine in words, from 10 on in figures."""
    names = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return names[n] if 0 <= n < len(names) else number(n, 0)


def in_sentence(title: str) -> str:
    """A title within a sentence: its first letter small, unless it begins with a name or an abbreviation."""
    return title if title.startswith(PROPER) or title[1:2].isupper() else title[:1].lower() + title[1:]


def quantity(value, unit: str, decimals: int = 1) -> str:
    """A value with its unit: 21.9%, 0.3 percentage points, 5.2 per 10,000, £1.95 million, less than 0.001."""
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return "not available"
    if unit in ("per cent", "%"):
        return f"{number(value, decimals)}%"
    if unit == "pounds":
        return pounds(value, decimals)
    if unit == "probability" and 0 <= value < 0.5 * 10**-decimals:
        return f"less than {10**-decimals:.{decimals}f}"
    return number(value, decimals) if unit in BARE else f"{number(value, decimals)} {unit}"


def pounds(value: float, decimals: int = 0) -> str:
    """Money: £1.95 million from a million on, else £12,345."""
    sign = "-" if value < 0 else ""
    if abs(value) >= 1e6:
        return f"{sign}£{abs(value) / 1e6:,.{max(decimals, 1)}f} million"
    return f"{sign}£{abs(value):,.{decimals}f}"


def interval(low, high, unit: str = "", decimals: int = 1) -> str:
    """Bounds in words: -1.2 to 1.8."""
    if low is None or high is None:
        return "not available"
    if unit == "pounds":
        return f"{pounds(low, decimals)} to {pounds(high, decimals)}"
    return f"{number(low, decimals)} to {number(high, decimals)}"


def without_markup(text: str) -> str:
    """MyST text as plain text: a role becomes its target, a link its words."""
    text = re.sub(r"\{[\w:]+\}`([^`<]*?)(?:\s*<[^>]*>)?`", r"\1", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("**", "").replace("`", "")
