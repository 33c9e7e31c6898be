"""Kept simulations of the two strands of ratings: what was planted and what each seed's analysis found."""

from __future__ import annotations

from analysis.sources.schema import Table, integer, number, text


def _runs() -> Table:
    return Table(columns=(text("case"), integer("seed", 1), text("quantity", pattern=r"[a-z0-9_]+"), number("truth"),
                          number("estimate"), number("low"), number("high"), number("p", 0, 1, blank=True)),
                 key=("case", "seed", "quantity"))


SCHEMAS = {"assessments_recovery": _runs(), "contrast_recovery": _runs()}
