"""Planted effects beside the findings that should recover them."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DesignError
from analysis.exhibits.together.cells import STRANDS
from analysis.publish import Publisher, estimate, label, text_column
from analysis.strands.synthesis import SYNTHETIC, covers

COLUMNS = ("strand", "quantity", "planted", "estimate", "low", "high", "inside", "unit")
NOTHING_PLANTED = "No result of this build rests on stand-ins, so none has a planted truth"


def publish_planted(p: Publisher) -> None:
    """The table of planted against recovered, and one phrase that sums it up."""
    register = p.load("planted_recovered")
    pairs = [(row, p.look_up(row.finding)) for row in register.frame.itertuples()]
    shown = [(row, found) for row, found in pairs if usable(found)]
    frame = planted_table(shown, p.design)
    sources = [register, *(found for _, found in shown)]
    p.table("tbl-reproducibility-planted", title=planted_title,
            subtitle="Planted truth and recovered estimate with 95% interval, stand-ins of the one seed", frame=frame,
            columns=[label("quantity", "Quantity"), text_column("strand", "Strand"), estimate("planted", "Planted"),
                     estimate("estimate", "Recovered"), estimate("low", "95% interval from"),
                     estimate("high", "95% interval to"),
                     text_column("inside", "Planted value inside"), text_column("unit", "Unit")],
            describe=describe_planted, made_by=planted_table, sources=sources)
    p.finding("synthesis.planted.text", planted_phrase(frame), unit="text", made_by=planted_phrase, sources=sources)


def usable(finding) -> bool:
    """Whether a finding rests on stand-ins and has an interval."""
    if finding is None or finding.status != SYNTHETIC:
        return False
    return None not in (finding.value, finding.low, finding.high)


def planted_table(pairs, design) -> pd.DataFrame:
    """One row a planted quantity: truth, estimate, interval, whether it covers. `pairs`: (register row, finding)."""
    rows = []
    for row, found in pairs:
        truth = planted_value(design, row.planted) * float(row.scale)
        rows.append((STRANDS[row.strand], row.quantity, truth, found.value, found.low, found.high,
                     "yes" if covers(truth, found.low, found.high) else "no", found.unit))
    # A build on real data alone has no planted truth: the table then says so in its one row.
    return pd.DataFrame(rows or [("none", NOTHING_PLANTED, *[None] * 4, "", "")], columns=list(COLUMNS))


def planted_value(design, path: str) -> float:
    """The number at a dotted place of the design, such as `survey.planted.change.wellbeing`."""
    first, *rest = path.split(".")
    value = design.section(first)
    for name in rest:
        try:
            value = value[int(name)] if isinstance(value, tuple) else value[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise DesignError(f"data/evaluation.yml has no planted value at {path!r}") from None
    return float(value)


def planted_phrase(frame: pd.DataFrame) -> str:
    """How many planted values are recovered, as a sentence without its full stop."""
    if frame["quantity"].iloc[0] == NOTHING_PLANTED:
        return NOTHING_PLANTED
    inside = int((frame["inside"] == "yes").sum())
    return (f"In the stand-ins of this build, {inside} of {len(frame)} planted values lie inside the 95% interval of "
            "the estimate that should recover them")


def planted_title(frame: pd.DataFrame) -> str:
    """Headline: how many are covered."""
    return f"{(frame['inside'] == 'yes').sum()} of {len(frame)} planted values recovered within their interval"


def describe_planted(frame: pd.DataFrame) -> str:
    """The comparison in words."""
    if frame["quantity"].iloc[0] == NOTHING_PLANTED:
        return f"A table with one row. {NOTHING_PLANTED}."
    missed = frame.loc[frame["inside"] == "no", "quantity"]
    names = f"Outside: {'; '.join(missed)}." if len(missed) else "None lies outside."
    return f"A table of {len(frame)} planted values with the estimates that should recover them. {names}"
