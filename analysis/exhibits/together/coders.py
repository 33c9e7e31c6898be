"""The rule's convergence codes beside a second coder's."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError
from analysis.exhibits.together.cells import Cell, findings_in, statuses_of
from analysis.methods.agreement import Agreement, krippendorff_alpha
from analysis.publish import Publisher, label, text_column, words
from analysis.strands import synthesis as strand

NOT_COMPARED = "not compared"


@dataclass(frozen=True)
class Coded:
    """One row of a display: its id, name, the rule's code and the cells behind it."""

    id: str
    label: str
    code: str
    cells: tuple[Cell, ...]


def publish_coders(p: Publisher, coded: list[Coded]) -> None:
    """The table of both codings and their agreement, over rows whose results have the status of the coding."""
    coding = p.load("convergence_coding")
    frame = both(coded, coding.frame, coding.status)
    compared = [one for one, same in zip(coded, frame["same"], strict=True) if same != NOT_COMPARED]
    sources = [coding, *findings_in(cell for one in compared for cell in one.cells)]
    p.table("tbl-synthesis-coders", title=title,
            subtitle="Convergence code of each row of the two displays by the rule and by a second coder",
            frame=frame, columns=[label("label", "Feature or outcome"), text_column("rule", "The rule"),
                                  text_column("coder", "Second coder"), text_column("same", "Same"),
                                  text_column("reason", "Second coder's reason")],
            describe=describe, made_by=both, sources=[coding],
            note="Not compared: rows whose results are of another status than the coding.")
    shown = frame[frame["same"] != NOT_COMPARED]
    fact = dict(unit="count", decimals=0, made_by=both, sources=sources)
    p.finding("synthesis.coders.rows", len(shown), **fact)
    p.finding("synthesis.coders.same", int((shown["same"] == "yes").sum()), **fact)
    p.finding("synthesis.coders.differ", parted(shown), unit="text", made_by=parted, sources=sources)
    p.finding("synthesis.coders.status", coding.status, unit="text", made_by=both, sources=[coding])
    found = agreement(shown, p)
    p.finding("synthesis.coders.alpha", None if found is None else found.estimate, unit="ratio", decimals=2,
              low=None if found is None else found.low, high=None if found is None else found.high, n=len(shown),
              made_by=krippendorff_alpha, sources=sources)


def both(coded: list[Coded], coding: pd.DataFrame, status: str) -> pd.DataFrame:
    """One row a feature or outcome: label, rule, coder, same (yes, no, not compared), reason.

    Raises `DataError` for a row of the displays without a code of the second coder, or a code for no row.
    """
    wanted, given = [one.id for one in coded], coding.set_index("id")
    odd = sorted(set(wanted) ^ set(given.index))
    if odd:
        raise DataError("the second coding does not hold the rows of the displays", file="convergence_coding.csv",
                        column="id", value=", ".join(odd), expected="one row for each feature and outcome")
    rows = []
    for one in coded:
        theirs, reason = given.loc[one.id, ["code", "reason"]]
        apart = one.code == strand.NOT_COMBINED or strand.mixed([status, *statuses_of(one.cells)])
        same = NOT_COMPARED if apart else "yes" if theirs == one.code else "no"
        rows.append({"label": one.label, "rule": one.code, "coder": theirs, "same": same,
                     "reason": "" if pd.isna(reason) else reason})
    return pd.DataFrame(rows)


def agreement(shown: pd.DataFrame, p: Publisher) -> Agreement | None:
    """Krippendorff's alpha of the two codings with a bootstrap interval; None where it has no meaning (all codes the
    same, or no row)."""
    ratings = [[strand.CODES.index(row.rule), strand.CODES.index(row.coder)] for row in shown.itertuples()]
    try:
        return krippendorff_alpha(ratings, rng=p.design.rng("synthesis.coders"))
    except DataError:
        return None


def parted(shown: pd.DataFrame) -> str:
    """The rows on which the two part, as a clause."""
    names = [words.in_sentence(name) for name in shown.loc[shown["same"] == "no", "label"]]
    return ", ".join(names) or "none of them"


def title(frame: pd.DataFrame) -> str:
    """Headline: on how many of the compared rows the two codings agree."""
    shown = frame[frame["same"] != NOT_COMPARED]
    return f"Rule and second coder agree on {int((shown['same'] == 'yes').sum())} of {len(shown)} rows"


def describe(frame: pd.DataFrame) -> str:
    """The table in words."""
    parts = [f"{row.label}: {row.rule} by the rule, {row.coder} by the coder" for row in frame.itertuples()
             if row.same == "no"]
    left = int((frame["same"] == NOT_COMPARED).sum())
    return (f"Table of {len(frame)} rows, {left} of them not compared. "
            + (f"They part on {'; '.join(parts)}." if parts else "The codes are the same wherever they are compared."))
