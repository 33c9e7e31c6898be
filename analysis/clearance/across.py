"""Attacks with two exhibits: a count suppressed in one, shown or added up in another, or told by their difference.

Nothing says which columns of two exhibits are the same count. The attack finds out as a reader would: by rows about the
same, and columns that agree (or add up) wherever both are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from analysis.clearance.problem import Checked, Problem
from analysis.clearance.ranges import Relation, feasible, recovered, sums_to
from analysis.clearance.sheets import Sheet, number_in
from analysis.clearance.sums import relations_of

AGREEING = 2        # rows in which two columns must agree, and none in which they do not
ACROSS, DIFFERENCE = "recovered from another exhibit", "recovered from two exhibits' difference"


@dataclass(frozen=True)
class _Group:
    """One cell and the cells it may be the sum of (in another exhibit), after a whole's complement is taken."""

    one: tuple
    parts: tuple
    whole: tuple | None


def attack_across(sheets: Sequence[Sheet], protection: int) -> Checked:
    """Every exhibit with suppressed counts against every other: all relations found, solved together."""
    tried, problems = 0, {}
    for target in sheets:
        if not target.hidden:
            continue
        own = [_renamed(target, relation) for relation in relations_of(target)]
        hidden = {(target.id, *cell) for cell in target.hidden}
        for other in sheets:
            if other.id == target.id:
                continue
            found, touched = _attack(own, relations_between(target, other), hidden,
                                     {**_cells(target), **_cells(other)})
            tried += touched
            problems.update({cell: _problem(target, cell, one) for cell, one in recovered(found, protection).items()
                             if cell in hidden})
    return Checked(ACROSS, tried, tuple(problems.values()))


def _attack(own, groups, hidden, known):
    """Ranges from a sheet's own relations and those of the groups (one pair of columns each) that touch a hidden cell,
    all together where some counts fit them, else group by group; and how many hidden cells they touch."""
    touching = [group for group in groups if any(cell in hidden for relation in group for _, cell in relation.parts)]
    touched = sum(cell in hidden for group in touching for relation in group for _, cell in relation.parts)
    together = _ranges([*own, *sum(touching, [])], known) if touching else {}
    if together is not None:
        return together, touched
    narrowest = {}      # some pair agrees by chance: each by itself
    for found in (_ranges([*own, *group], known) or {} for group in touching):
        narrowest.update({cell: one for cell, one in found.items()
                          if cell not in narrowest or one.values < narrowest[cell].values})
    return narrowest, touched


def relations_between(target: Sheet, other: Sheet) -> list[list[Relation]]:
    """Relations between two sheets that hold wherever all their cells are shown, in two rows at least; those of one
    pair of columns together."""
    known = {**_cells(target), **_cells(other)}
    found = []
    for one, parts in ((target, other), (other, target)):
        for places, column in product(_all_places(one, parts), one.counts):
            wholes = (None, *(name for name in one.counts if name != column))
            for second, whole in product(parts.counts, wholes):
                groups = [_Group((one.id, row, column), tuple((parts.id, part, second) for part in rows),
                                 whole and (one.id, row, whole)) for row, rows in places]
                found.append(_agreeing(groups, known))
    return [relations for relations in found if relations]


def _agreeing(groups, known) -> list[Relation]:
    relations = [_relation(group) for group in groups]
    sums = [sum(sign * known[cell] for sign, cell in relation.parts) for relation in relations
            if all(cell in known for _, cell in relation.parts)]
    if len(sums) < AGREEING or any(abs(value) > 0.5 for value in sums):
        return []
    values = {known[cell] for relation in relations for _, cell in relation.parts[:1] if cell in known}
    return relations if len(values) >= AGREEING else []


def _relation(group) -> Relation:
    sheets = dict.fromkeys((group.parts[0][0], group.one[0]))
    why = f"{group.parts[0][2]} in {' against '.join(sheets)}"
    if group.whole is None:
        return sums_to(group.one, group.parts, why)
    return Relation((*sums_to(group.whole, group.parts).parts, (1.0, group.one)), f"{group.whole[2]} less {why}")


def _all_places(one, parts) -> list:
    """The ways in which rows may be about the same: by all words of the labels, or by those of one column."""
    every = [_places(words, parts.words) for words in one.readings]
    return [places for k, places in enumerate(every) if places and places not in every[:k]]


def _places(words_of_one, words_of_parts) -> list[tuple[int, tuple[int, ...]]]:
    """For rows of one sheet, the rows of another about the same, or about more and so perhaps its parts."""
    index: dict[str, set[int]] = {}
    for row, words in enumerate(words_of_parts):
        for word in words:
            index.setdefault(word, set()).add(row)
    found = []
    for row, words in enumerate(words_of_one):
        if not words:
            continue
        rows = set.intersection(*(index.get(word, set()) for word in words))
        same = [part for part in rows if words_of_parts[part] == words]
        finest = max((len(words_of_parts[part]) for part in rows), default=0)
        rows = same if len(same) == 1 else [part for part in rows if len(words_of_parts[part]) == finest]
        if rows:
            found.append((row, tuple(sorted(rows))))
    return found


def attack_differences(sheets: Sequence[Sheet], threshold: int) -> Checked:
    """Two exhibits with the same rows, counts and statistic, whose counts differ by fewer than the threshold: the
    difference would tell the statistic of the few who are in one alone."""
    tried, problems = 0, []
    for k, first in enumerate(sheets):
        for second in sheets[k + 1:]:
            for base, statistic in _same_statistics(first, second):
                if not _nested(first, second, base):
                    continue
                for row, rows in _places(first.words, second.words):
                    if len(rows) != 1 or first.words[row] != second.words[rows[0]]:
                        continue
                    tried += 1
                    gap = _gap(first, second, base, statistic, row, rows[0])
                    if 0 < gap < threshold:
                        problems.append(Problem(first.id, first.row_label(row), statistic, DIFFERENCE,
                                                f"{second.id} has {gap:g} more or fewer in this row"))
    return Checked(DIFFERENCE, tried, tuple(problems))


def _nested(first, second, base) -> bool:
    """Whether one exhibit's counts are nowhere above the other's: then its people may be among the other's."""
    gaps = [first.known[row, base] - second.known[rows[0], base] for row, rows in _places(first.words, second.words)
            if len(rows) == 1 and (row, base) in first.known and (rows[0], base) in second.known]
    return bool(gaps) and (min(gaps) >= 0 or max(gaps) <= 0)


def _same_statistics(first, second) -> list[tuple[str, str]]:
    """(base, statistic) columns that both exhibits have under one name and header, where they measure the same."""
    def pairs(sheet):
        labels = {column.name: column.label for column in sheet.exhibit.columns}
        return {(column.denominator or column.base, column.name, column.label, column.kind)
                for column in sheet.exhibit.columns if column.denominator or column.base
                if (column.denominator or column.base) in labels or dict(sheet.exhibit.behind)}

    if measure_of(first.exhibit) != measure_of(second.exhibit):
        return []
    return [(base, name) for base, name, _, _ in pairs(first) & pairs(second)]


def measure_of(exhibit) -> str:
    """What an exhibit measures: the first part of its statistical subtitle, which names measure and population."""
    return exhibit.subtitle.split(",")[0].strip().lower()


def _gap(first, second, base, statistic, row, other) -> float:
    shown = [number_in(sheet.columns[name][place]) for sheet, place in ((first, row), (second, other))
             for name in (base, statistic)]
    if None in shown or shown[1] == shown[3]:
        return 0.0
    return abs(shown[0] - shown[2])


def _cells(sheet) -> dict:
    return {(sheet.id, *cell): value for cell, value in sheet.known.items()}


def _renamed(sheet, relation) -> Relation:
    return Relation(tuple((sign, (sheet.id, *cell)) for sign, cell in relation.parts), relation.why)


def _ranges(relations, known):
    """Ranges of unknown cells; None where no counts fit, as where columns agree by chance."""
    try:
        return feasible(known, relations)
    except ValueError:
        return None


def _problem(target, cell, one) -> Problem:
    _, row, name = cell
    can_be = f"{one.low:g}" if one.low == one.high else f"{one.low:g} to {one.high:g}"
    why = "; ".join(dict.fromkeys(one.why))
    return Problem(target.id, target.row_label(row), name, ACROSS,
                   f"the suppressed count can be {can_be} alone ({why})")
