"""Attacks within one exhibit: suppressed counts from totals of rows and columns and from printed shares."""

from __future__ import annotations

from analysis.clearance.problem import Checked, Problem
from analysis.clearance.ranges import Range, Relation, feasible, recovered, sums_to
from analysis.clearance.shares import denominators, numerators
from analysis.clearance.sheets import Sheet, number_in
from analysis.publish.adding_up import column_sums, row_sums

MOST = 10_000      # denominators tried for a numerator and its share
SUMS, SHARES, WHOLE_SHARES = "recovered from totals", "recovered from a share", "recovered from shares of a whole"


def relations_of(sheet: Sheet) -> list[Relation]:
    """What adds up in a sheet: as its columns declare, and rows whose label says that they are totals."""
    found = [*column_sums(sheet.layout), *row_sums(sheet.layout, sheet.known)]
    return found + undeclared_totals(sheet, {cell for relation in found for _, cell in relation.parts[:1]})


def undeclared_totals(sheet: Sheet, declared) -> list[Relation]:
    """A row about all that the others are about is tried as their total, where that fits what is shown."""
    found = []
    for row, words in enumerate(sheet.words):
        parts = [other for other in range(sheet.rows) if sheet.words[other] > words]
        if len(parts) < 2:
            continue
        for name in sheet.counts:
            relation = sums_to((row, name), [(part, name) for part in parts], f"{name} of “{sheet.row_label(row)}”")
            shown = [cell for _, cell in relation.parts if cell in sheet.known]
            absent = [cell for _, cell in relation.parts if cell not in sheet.known and cell not in sheet.hidden]
            rest = sum(sign * sheet.known[cell] for sign, cell in relation.parts if cell in sheet.known)
            fits = rest <= 0 if len(shown) < len(relation.parts) else abs(rest) < 0.5
            if not absent and (row, name) in shown and fits and (row, name) not in declared:
                found.append(relation)
    return found


def attack_sums(sheet: Sheet, protection: int) -> Checked:
    """Every suppressed count of a sheet, from all that adds up in it."""
    relations = relations_of(sheet) if sheet.hidden else []
    tried = sum(cell in sheet.hidden for relation in relations for _, cell in relation.parts)
    found = recovered(feasible(sheet.known, relations), protection)
    return Checked(SUMS, tried, tuple(_problem(sheet, cell, SUMS, one) for cell, one in found.items()
                                      if cell in sheet.hidden))


def attack_shares(sheet: Sheet, protection: int) -> Checked:
    """Every suppressed count behind a share that is shown, from the share and the other count."""
    tried, problems = 0, []
    for column in sheet.exhibit.columns:
        if column.kind != "share":
            continue
        for row, text in enumerate(sheet.columns[column.name]):
            share = number_in(text)
            for name, other in ((column.numerator, column.denominator), (column.denominator, column.numerator)):
                if share is None or (row, name) not in sheet.hidden or (row, other) not in sheet.known:
                    continue
                tried += 1
                base = int(sheet.known[row, other])
                fits = (list(numerators(share, column.decimals, base)) if name == column.numerator
                        else denominators(share, column.decimals, base, MOST))
                if 0 < len(fits) < protection:
                    problems.append(_problem(sheet, (row, name), SHARES, Range(fits[0], fits[-1], (column.label,))))
    return Checked(SHARES, tried, tuple(problems))


def attack_whole_shares(sheet: Sheet) -> Checked:
    """Shares of a row that make up 100 wherever all are shown: one that is suppressed alone follows from the others."""
    shares = [column.name for column in sheet.exhibit.columns if column.kind == "share"]
    values = [[number_in(sheet.columns[name][row]) for name in shares] for row in range(sheet.rows)]
    whole = [row for row in values if len(row) > 1 and None not in row]
    if not whole or not all(abs(sum(row) - 100) < 0.5 for row in whole):
        return Checked(WHOLE_SHARES, 0, ())
    partly = [row for row in range(sheet.rows) if any(sheet.columns[name][row] == "c" for name in shares)]
    alone = [(row, name) for row in partly for name in shares
             if sheet.columns[name][row] == "c" and sum(value is None for value in values[row]) == 1]
    return Checked(WHOLE_SHARES, len(partly), tuple(
        Problem(sheet.id, sheet.row_label(row), name, WHOLE_SHARES, "the other shares of the row make up the rest")
        for row, name in alone))


def _problem(sheet, cell, rule, one: Range) -> Problem:
    row, name = cell
    can_be = f"{one.low:g}" if one.low == one.high else f"{one.low:g} to {one.high:g}"
    why = "; ".join(dict.fromkeys(one.why))
    return Problem(sheet.id, sheet.row_label(row), name, rule, f"the suppressed count can be {can_be} alone ({why})")
