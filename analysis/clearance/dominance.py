"""Dominance: a total of which one contributor is nearly all tells that contributor's amount to the others.

Known from an exhibit are only contributions that are its own rows (authorities, sites). Those of single people do not
leave, so that a mean or sum over people is held by the threshold alone; where a strand adds amounts of people, it calls
`dominated` itself before it publishes.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.clearance.problem import Checked, Problem
from analysis.clearance.sheets import Sheet, number_in

RULE = "dominance"


def dominated(contributions: Sequence[float], *, n: int, k: float, p: float) -> str:
    """Why a total may not be shown, "" where it may.

    (n, k) rule: the `n` largest contributions are more than `k` per cent of the total. p% rule: what is left of the
    total without its two largest is less than `p` per cent of the largest, so that the second largest contributor can
    work out the largest to within `p` per cent. Hundepool and others (2012), Statistical Disclosure Control, section
    4.2. Contributions are amounts from nought up; `ValueError` for a negative one.
    """
    ordered = sorted(contributions, reverse=True)
    if any(amount < 0 for amount in ordered):
        raise ValueError("a contribution is negative: the rules are about amounts")
    total = sum(ordered)
    if not total:
        return ""
    if sum(ordered[:n]) > k / 100 * total:
        return f"the {n} largest contributions are more than {k:g}% of the total"
    if sum(ordered[2:]) < p / 100 * ordered[0]:
        return f"the rest without the two largest is less than {p:g}% of the largest contribution"
    return ""


def check_exhibit(sheet: Sheet, n: int) -> Checked:
    """Amounts with a total row, of which some rows are suppressed: what is not shown may not be nearly all of one."""
    looked, found = 0, []
    totals = sheet.columns.get("is_total", ())
    for column in sheet.exhibit.columns:
        if column.kind not in ("score", "estimate") or not column.total_of or "True" not in totals:
            continue
        values = [number_in(text) for text in sheet.columns[column.name]]
        for row, flag in enumerate(totals):
            parts = [value for value, other in zip(values, totals, strict=True) if other != "True"]
            if flag != "True" or values[row] is None or None not in parts:
                continue
            looked += 1
            rest = max(values[row] - sum(value for value in parts if value is not None), 0.0)
            unknown = sum(value is None for value in parts)
            if unknown < n + 1 and rest > 0:
                found.append(Problem(sheet.id, sheet.row_label(row), column.name, RULE,
                                     f"{unknown} contributions that are not shown make up {rest:g} of the total"))
    return Checked(RULE, looked, tuple(found))
