"""Dominance: a total of which one contributor is nearly all tells that contributor's amount to the others.

Known from an exhibit are only contributions that are its own rows (authorities, sites). Those of single people do not
leave: a strand that adds amounts of people, as days in care, asks `analysis.methods.dominance` before it publishes.
"""

from __future__ import annotations

from analysis.clearance.problem import Checked, Problem
from analysis.clearance.sheets import Sheet, number_in

RULE = "dominance"


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
